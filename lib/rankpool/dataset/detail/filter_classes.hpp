#pragma once

namespace rankpool::detail {

/// Teaches HDF5 the filters that are made here and that it does not know itself, unless a plugin does. Without them it
/// could neither create datasets with these filters nor read what only it can read. Quick when done before; by whoever
/// holds the Hdf5Lock.
void register_filters();

}  // namespace rankpool::detail
