// rankpool h5: HDF5 files, processed where their chunks are. A file per subcommand.
#include "h5_commands.hpp"

namespace rankpool::apps {

void add_h5_command(CLI::App& program, Action& action) {
    CLI::App* h5 = program.add_subcommand("h5", "Look at, check, change and compare HDF5 files, on all ranks");
    h5->require_subcommand(1);
    h5->footer(
        "Started by hand it runs on this machine's cores, under mpirun or srun on the ranks:\n"
        "  mpirun -n 8 rankpool h5 repack big.h5 small.h5 --filter gzip:4,shuffle");
    add_h5_info(*h5, action);
    add_h5_stats(*h5, action);
    add_h5_histogram(*h5, action);
    add_h5_repack(*h5, action);
    add_h5_verify(*h5, action);
    add_h5_diff(*h5, action);
    add_h5_select(*h5, action);
    add_h5_pyramid(*h5, action);
}

}  // namespace rankpool::apps
