#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rankpool {

/// A word as the shell would have to be given it; as it is, if it needs no quotes.
std::string shell_quoted(std::string_view word);

/// The words as one line for the shell.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace rankpool
