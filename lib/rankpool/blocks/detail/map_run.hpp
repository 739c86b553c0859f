#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <rankpool/blocks/block_options.hpp>
#include <rankpool/blocks/detail/map_job.hpp>
#include <rankpool/dataset/output_dataset.hpp>
#include <rankpool/executor/executor.hpp>

namespace rankpool {

/// What an operation that makes a dataset did.
struct BlockSummary {
    std::uint64_t chunk_count = 0;   ///< That were stored, of all outputs.
    std::uint64_t stored_bytes = 0;  ///< That these take in the file.
    friend bool operator==(const BlockSummary&, const BlockSummary&) = default;
};

namespace detail {

/// How large the tasks of an operation that makes datasets are.
inline constexpr std::uint64_t map_task_bytes = 8U << 20;
inline constexpr std::uint64_t halo_task_bytes = 64U << 20;

OutputForm form_of(const OutputDataset& output);

/// Checks that outputs have the types that a function writes, and all one shape.
/// @throws ConfigError
void check_outputs(const std::vector<OutputDataset>& outputs, const std::vector<ElementType>& types);

/// @throws ConfigError  a halo has another number of dimensions than the outputs, or is wider than all of them
void check_halo(const Shape& halo, const std::vector<OutputDataset>& outputs);

/// Blocks of whole chunks of all outputs, large enough for the inputs' chunks.
/// @throws ConfigError  the outputs' chunks do not fit each other
BlockPlan plan_map(const std::vector<Dataset>& inputs, const std::vector<OutputDataset>& outputs, const Shape& halo,
                   const BlockOptions& options, std::size_t slots);

using SubmitMap = std::function<Future<MadeChunks>(const MapJob&, std::uint64_t task)>;

/// Submits the tasks of a job and stores what they make: in the order in which it comes, by this process alone.
Future<BlockSummary> run_map(Executor& pool, MapJob job, std::vector<OutputDataset> outputs,
                             const BlockOptions& options, SubmitMap submit);

}  // namespace detail
}  // namespace rankpool
