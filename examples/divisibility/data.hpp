#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <rankpool/dataset.hpp>

/// A task: opens the dataset and checks that it holds whole numbers in one dimension.
/// @throws rankpool::DatasetError, rankpool::ConfigError
rankpool::Dataset open_data(std::string path, std::string dataset);

/// A task: opens the file with the numbers 0 … size-1 in chunks, and makes it before if it is not there.
/// `pretended_s` is how long loading pretends to take.
/// @throws rankpool::DatasetError
rankpool::Dataset load_data(std::string path, std::uint64_t size, std::uint64_t chunk, double pretended_s);

/// The numbers of a chunk. The last few of this process are kept, because several tasks ask for the same one.
std::shared_ptr<const std::vector<std::int64_t>> read_numbers(const rankpool::Dataset& data, std::uint64_t chunk);
