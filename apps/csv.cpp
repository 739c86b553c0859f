#include "csv.hpp"

namespace rankpool::apps {

std::vector<std::string> split_csv(std::string_view line, char separator) {
    std::vector<std::string> cells(1);
    bool is_quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const bool is_quote = line[i] == '"';
        if (is_quote && is_quoted && line.substr(i + 1).starts_with('"')) {
            cells.back() += line[i++];
        } else if (is_quote) {
            is_quoted = !is_quoted;
        } else if (line[i] == separator && !is_quoted) {
            cells.emplace_back();
        } else if (cells.back().empty() && line[i] == ' ' && !is_quoted) {
            continue;
        } else {
            cells.back() += line[i];
        }
    }
    return cells;
}

}  // namespace rankpool::apps
