#include "command_template.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <rankpool/core/contract.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/launch/shell_text.hpp>

namespace rankpool::sweep {
namespace {

/// Letters, digits and _ only: what looks like a placeholder, unlike `{print $1}` or `{"a": 1}`.
bool looks_like_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
}

}  // namespace

CommandTemplate::CommandTemplate(std::vector<std::string> arguments, const std::vector<std::string>& names)
    : arguments_(std::move(arguments)), names_(names), used_(names.size(), false) {
    RANKPOOL_EXPECT(!arguments_.empty());
    for (const std::string& argument : arguments_) pieces_.push_back(parse(argument));
    const std::string& first = arguments_.front();
    is_shell_ = arguments_.size() == 1 &&
                (first.find_first_of(" \t\n") != std::string::npos || first == "{line}" || first == "{}");
}

int CommandTemplate::place_of(std::string_view name) const {
    if (name == "run_dir") return run_dir_place;
    if (name == "index") return index_place;
    const auto found = std::find(names_.begin(), names_.end(), name.empty() ? "line" : name);
    if (found != names_.end()) return static_cast<int>(found - names_.begin());
    if (!looks_like_name(name)) return text_place;
    std::string known;
    for (const std::string& each : names_) known += (known.empty() ? "" : ", ") + each;
    throw ConfigError(
        fmt::format("the command has the placeholder {{{}}}, but the parameters are {}; there are also {{run_dir}} and "
                    "{{index}}, and {{{{{}}}}} stands for {{{}}} itself",
                    name, known, name, name));
}

std::vector<CommandTemplate::Piece> CommandTemplate::parse(std::string_view argument) {
    std::vector<Piece> pieces(1);
    while (!argument.empty()) {
        const std::size_t end = argument.find('}');
        if (argument.starts_with("{{") || argument.starts_with("}}")) {
            // Doubled only where a name is between them: other programs have braces of their own, also doubled.
            const std::size_t close = argument.find("}}");
            if (argument[0] == '{' && close != std::string_view::npos &&
                looks_like_name(argument.substr(2, close - 2))) {
                pieces.back().text += argument.substr(1, close);
                argument.remove_prefix(close + 2);
                continue;
            }
        } else if (argument.starts_with("${")) {
            pieces.back().text += "${";  // A variable of the shell.
            argument.remove_prefix(2);
            continue;
        } else if (argument[0] == '{' && end != std::string_view::npos) {
            const int place = place_of(argument.substr(1, end - 1));
            if (place != text_place) {
                if (place >= 0) used_[static_cast<std::size_t>(place)] = true;
                uses_run_dir_ = uses_run_dir_ || place == run_dir_place;
                pieces.push_back({place, {}});
                pieces.emplace_back();
                argument.remove_prefix(end + 1);
                continue;
            }
        }
        pieces.back().text += argument[0];
        argument.remove_prefix(1);
    }
    return pieces;
}

std::vector<std::string> CommandTemplate::unused() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (!used_[i]) names.push_back(names_[i]);
    }
    return names;
}

std::vector<std::string> CommandTemplate::expand(const Placeholders& placeholders) const {
    const bool is_value_a_line = is_shell_ && (arguments_[0] == "{line}" || arguments_[0] == "{}");
    std::vector<std::string> words;
    if (is_shell_) words = {"/bin/sh", "-c"};
    for (const auto& pieces : pieces_) {
        std::string word;
        for (const Piece& piece : pieces) {
            std::string value = piece.place == text_place      ? piece.text
                                : piece.place == run_dir_place ? std::string(placeholders.run_dir)
                                : piece.place == index_place
                                    ? std::to_string(placeholders.index)
                                    : std::string(placeholders.values[static_cast<std::size_t>(piece.place)]);
            word += piece.place != text_place && is_shell_ && !is_value_a_line ? shell_quoted(value) : value;
        }
        words.push_back(std::move(word));
    }
    return words;
}

}  // namespace rankpool::sweep
