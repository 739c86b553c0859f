#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <rankpool/dataset/detail/hdf5.hpp>

namespace rankpool::detail {

/// Full names (`/group/data`) of the datasets in an open file, in alphabetical order; at most `count_max`.
std::vector<std::string> dataset_names(hid_t file, std::size_t count_max);

/// How many letters must be inserted, removed or replaced to make one name of the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// `; it has '/x', '/y' and 3 more`: the names nearest to `wanted` first.
std::string names_near(std::string_view wanted, std::vector<std::string> names);

}  // namespace rankpool::detail
