#pragma once

#include <cstddef>
#include <optional>

#include <rankpool/dataset/element_type.hpp>

namespace rankpool::detail {

/// Converts numbers by the rules of Dataset::read(): whole numbers to whole numbers and floats that hold them exactly;
/// floats to floats, rounding. Neither type is `other`; floats do not become whole numbers.
/// @returns false if a value does not fit; `out` is then undefined
bool convert(ElementType from, const void* in, ElementType to, void* out, std::size_t count);

}  // namespace rankpool::detail
