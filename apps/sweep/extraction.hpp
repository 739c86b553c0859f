#pragma once

#include <regex>
#include <string>
#include <string_view>

namespace rankpool::sweep {

/// A number to be found in what a program prints: `energy=E = ([-0-9.e]+)`.
class Extraction {
  public:
    /// @param text  NAME=PATTERN; the pattern is a regular expression (ECMAScript) with one group in parentheses around
    ///              the number, and is searched line by line
    /// @throws ConfigError  it is not of that form
    explicit Extraction(std::string_view text);

    const std::string& name() const { return name_; }
    /// The number in the last line that has one, because programs print their final value last; NaN if none has.
    double find(std::string_view output) const;

  private:
    std::string name_;
    std::regex pattern_;
};

}  // namespace rankpool::sweep
