#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <rankpool/blocks/detail/map_run.hpp>
#include <rankpool/dataset/dataset_options.hpp>

namespace rankpool {

/// What becomes of the elements of which one is made.
enum class Downsampling : std::uint8_t {
    mean,  ///< Rounded for whole numbers, halves away from zero.
    minimum,
    maximum,
    first,  ///< The one with the lowest indices, as `a[::2, ::2]` in numpy.
};

/// The shape of what downsample() makes: each length divided by its factor, rounded up.
/// @throws ConfigError  another number of factors than dimensions, or a factor is 0
Shape downsampled_shape(const Shape& shape, const Shape& factors);

/// Makes a smaller dataset for looking at: each of its elements stands for a box of `factors` elements of the input,
/// clipped at the upper edges. NaNs do not count; where there is nothing else the result is NaN.
/// The same bits on any number of ranks.
/// @param output  of the input's type, and of the shape downsampled_shape() says
/// @throws ConfigError, DatasetError  at once: what does not fit, and datasets that do not hold numbers
Future<BlockSummary> downsample(Executor& pool, const Dataset& input, const Shape& factors, Downsampling how,
                                const OutputDataset& output, const BlockOptions& options = {});

/// What a pyramid shall be.
struct PyramidOptions {
    Shape factors = {};  ///< From each level to the next. Empty: 2 in each dimension.
    Downsampling how = Downsampling::mean;
    std::uint64_t length_max = 512;  ///< Of the last level: no dimension that shrinks is longer.
    std::size_t levels_max = 32;
    Shape chunk_shape = {};  ///< Of all levels, clipped to them. Empty: the input's, or the default.
    Filters filters = default_compression;
    BlockOptions blocks = {};
    /// Waits for a level, for programs that show progress meanwhile. Empty: result().
    std::function<void(const Future<BlockSummary>&)> wait = {};
};

/// One level of a pyramid: `<group>/level_<n>`, with attributes `factors` (from the original), `method`,
/// `source_file` and `source_dataset`.
struct PyramidLevel {
    std::string name;
    Shape shape;
    Shape factors;  ///< From the original.
};

/// Which levels a dataset gets: smaller and smaller until it fits; none if it does already.
/// @throws ConfigError  factors that do not fit the shape, or of which none is larger than 1
std::vector<PyramidLevel> pyramid_levels(const Shape& shape, const PyramidOptions& options, const std::string& group);

/// Makes a file with smaller and smaller copies of a dataset, for viewers: each level from the one before. Waits for
/// them; files beside `path` hold the levels until all are made. The file appears complete or not at all.
/// @param group  in which the levels come
/// @throws ConfigError, DatasetError
std::vector<PyramidLevel> make_pyramid(Executor& pool, const Dataset& input, const std::string& path,
                                       const std::string& group, const PyramidOptions& options = {});

}  // namespace rankpool
