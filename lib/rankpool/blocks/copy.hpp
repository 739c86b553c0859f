#pragma once

#include <rankpool/blocks/detail/map_run.hpp>
#include <rankpool/dataset/dataset.hpp>
#include <rankpool/dataset/output_dataset.hpp>
#include <rankpool/executor/executor.hpp>

namespace rankpool {

/// Copies the elements of a dataset into another of the same shape: with other chunks, other filters, or another type
/// of numbers. Elements that are no numbers are copied as they are, if both are of the same type. What nobody wrote
/// stays unwritten where the fill values agree, and chunks that stay as they are are not decoded.
/// @throws ConfigError   at once: another shape, or types that cannot be converted
/// @throws DatasetError  a number does not fit the output's type; a chunk is damaged
Future<BlockSummary> copy(Executor& pool, const Dataset& input, const OutputDataset& output,
                          const BlockOptions& options = {});

}  // namespace rankpool
