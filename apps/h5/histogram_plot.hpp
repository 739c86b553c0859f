#pragma once

#include <string>

#include <rankpool/blocks/histogram.hpp>

namespace rankpool::apps {

/// A histogram as a picture of its own, without scripts or outside fonts.
std::string histogram_svg(const std::string& title, const Histogram& histogram);

/// Writes it to a file.
/// @throws ConfigError  the file cannot be written
void write_histogram_plot(const std::string& path, const std::string& title, const Histogram& histogram);

}  // namespace rankpool::apps
