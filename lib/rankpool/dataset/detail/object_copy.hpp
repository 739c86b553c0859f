#pragma once

#include <rankpool/dataset/detail/hdf5.hpp>
#include <rankpool/dataset/detail/reference_map.hpp>

namespace rankpool::detail {

/// What attributes and elements are copied with.
struct CopyContext {
    hid_t source_file;
    hid_t target_file;
    const ReferenceMap& names;
};

/// Copies all attributes of an object, in the order of their creation where that is known. References are translated;
/// without names to translate by, attributes that hold references are left out.
void copy_attributes(hid_t source, hid_t target, const CopyContext& context, const Place& place);

/// Copies the elements of a dataset through HDF5, some MiB at a time; for those of any kind.
void copy_elements_by_hdf5(hid_t source, hid_t target, const CopyContext& context, const Place& place);

}  // namespace rankpool::detail
