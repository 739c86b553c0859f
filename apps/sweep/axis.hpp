#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rankpool::sweep {

/// One thing that a sweep varies: a grid option, the rows of a table, or the lines of a file.
struct Axis {
    std::vector<std::string> names;  ///< the parameters it sets, at least one
    std::vector<std::string> cells;  ///< their values, row by row

    std::size_t size() const { return cells.size() / names.size(); }
};

/// Reads `x=0:1:0.1` (from 0 to 1 in steps of 0.1, both included), `n=1:8` (steps of 1), `solver=cg,gmres`, or several
/// of these separated by commas. Numbers come out as they would be written by hand: 0.3, not 0.30000000000000004.
///
/// @throws ConfigError  it is none of these; the text says what would be
Axis parse_grid(std::string_view text);

/// Reads a table with a line of names first, separated by commas or (if the first line has some) by tabs.
/// @throws ConfigError  the file cannot be read, or is no such table; the text names the line
Axis read_table(const std::string& path);

/// Reads the lines of a file as the values of `line`; empty lines are left out. "-" is stdin.
/// @throws ConfigError  the file cannot be read or has no lines
Axis read_lines(const std::string& path);

}  // namespace rankpool::sweep
