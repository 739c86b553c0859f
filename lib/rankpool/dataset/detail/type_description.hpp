#pragma once

#include <string>

#include <rankpool/dataset/detail/hdf5.hpp>

namespace rankpool::detail {

/// The element type that a file's type is, whatever its byte order; `other` if it is none of ours.
ElementType element_type_of_file(hid_t type);

/// A file's type in words: `float64`, `int16, big-endian`, `text (UTF-8, any length)`, `compound (x, y, id)`.
std::string describe_type(hid_t type);

/// Whether elements are complete where they lie: no texts or lists that lie elsewhere, no addresses of their file.
bool is_self_contained(hid_t type);

}  // namespace rankpool::detail
