#pragma once

#include <string_view>

namespace rankpool {

/// Whether what is written to stderr ends on a terminal: ours, or that of the mpirun that started us on this node and
/// passes our stderr on through a pipe.
bool is_stderr_on_terminal();

/// Columns of that terminal; 80 if it does not tell.
int terminal_columns();

/// Writes to stderr, all at once, and without an error if nobody reads it.
void write_to_stderr(std::string_view text);

}  // namespace rankpool
