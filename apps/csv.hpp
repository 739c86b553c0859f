#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rankpool::apps {

/// Splits a line at `separator` outside of quotes; "" inside of quotes is a quote; spaces before a cell are dropped.
/// Source: RFC 4180, without line breaks inside of quotes.
std::vector<std::string> split_csv(std::string_view line, char separator = ',');

}  // namespace rankpool::apps
