#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <rankpool/dataset.hpp>
#include <rankpool/rankpool.hpp>

#include "waveform.hpp"

/// Samples that share an entry of the map; it holds the largest signal-to-noise ratio among them.
inline constexpr std::size_t samples_per_bin = 64;

/// Fills blocks of the map {detector, template, time bin}: how much each template stands out of the noise.
struct SnrBlocks {
    std::vector<std::string> files;  ///< Of the detectors.
    std::vector<Masses> templates;

    void operator()(rankpool::BlockView<float> snr) const;
};

/// How it crosses ranks.
template <>
struct rankpool::Codec<SnrBlocks> {
    static void write(ByteWriter& writer, const SnrBlocks& blocks) {
        encode(writer, blocks.files);
        encode(writer, blocks.templates);
    }
    static SnrBlocks read(ByteReader& reader) {
        auto files = decode<std::vector<std::string>>(reader);
        return {std::move(files), decode<std::vector<Masses>>(reader)};
    }
};

/// A picture of the signal-to-noise ratio over time and template, around the peak.
/// @param map  row-major {templates, bins}
void write_picture(const std::string& path, const std::vector<float>& map, const std::vector<Masses>& templates,
                   std::size_t peak_bin, double peak_gps_s, double bin_s);
