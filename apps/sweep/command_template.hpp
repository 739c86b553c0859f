#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rankpool::sweep {

/// What the placeholders of a command stand for in one case.
struct Placeholders {
    std::vector<std::string_view> values;  ///< as the names given to the template
    std::string_view run_dir;
    std::size_t index = 0;
};

/// A command with placeholders: `{name}` for each parameter, `{run_dir}`, `{index}`, and `{}` for `{line}`.
///
/// Several arguments are a program and its arguments, handed over as they are. A single one with a space in it is a
/// line for the shell, where values are quoted. `{line}` alone is a line for the shell that is the value itself.
class CommandTemplate {
  public:
    /// @param arguments  not empty
    /// @throws ConfigError  a placeholder names no parameter
    CommandTemplate(std::vector<std::string> arguments, const std::vector<std::string>& names);

    const std::vector<std::string>& arguments() const { return arguments_; }
    bool uses_run_dir() const { return uses_run_dir_; }
    /// The names that appear nowhere in it.
    std::vector<std::string> unused() const;
    /// The program, then its arguments.
    std::vector<std::string> expand(const Placeholders& placeholders) const;

  private:
    static constexpr int run_dir_place = -1;
    static constexpr int index_place = -2;
    static constexpr int text_place = -3;
    /// A piece of an argument: text, or the value at `place`.
    struct Piece {
        int place = text_place;
        std::string text;
    };

    std::vector<Piece> parse(std::string_view argument);
    int place_of(std::string_view name) const;

    std::vector<std::string> arguments_;
    std::vector<std::string> names_;
    std::vector<std::vector<Piece>> pieces_;
    std::vector<bool> used_;
    bool uses_run_dir_ = false;
    bool is_shell_ = false;
};

}  // namespace rankpool::sweep
