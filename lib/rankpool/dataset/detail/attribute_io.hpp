#pragma once

#include <vector>

#include <rankpool/dataset/attribute.hpp>
#include <rankpool/dataset/detail/hdf5.hpp>

namespace rankpool::detail {

/// Puts an attribute on a file's object, in the form h5py and the netCDF tools make: one value as a scalar, texts as
/// UTF-8 of any length. One of that name is replaced.
void write_attribute(hid_t object, const Place& place, const Attribute& attribute);

/// All attributes of an object, by name. Kinds that AttributeValue does not know come as a text in angle brackets.
std::vector<Attribute> read_attributes(hid_t object, const Place& place);

}  // namespace rankpool::detail
