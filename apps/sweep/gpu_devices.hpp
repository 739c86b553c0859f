#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <rankpool/launch/environment.hpp>

namespace rankpool::sweep {

/// A variable by which programs are told which GPUs they may use, and those of this rank, in the words it uses: numbers
/// or UUIDs.
struct GpuVariable {
    std::string name;
    std::vector<std::string> devices;
    friend bool operator==(const GpuVariable&, const GpuVariable&) = default;
};

/// The GPUs of this rank, which lends `count` of them: those that CUDA_VISIBLE_DEVICES, HIP_VISIBLE_DEVICES,
/// ROCR_VISIBLE_DEVICES or ZE_AFFINITY_MASK name, or the first ones of the node. Ranks that see more than they lend
/// take what follows by their number on the node (OMPI_COMM_WORLD_LOCAL_RANK, SLURM_LOCALID, MPI_LOCALRANKID).
/// @throws ConfigError  fewer are named than the ranks of the node lend
std::vector<GpuVariable> gpus_of_rank(const Environment& environment, std::size_t count);

/// Hands out the GPUs of a rank to commands. Thread-safe.
class GpuPool {
  public:
    explicit GpuPool(std::vector<GpuVariable> variables);

    /// GPUs in use by a command, given back at the end.
    class Lease {
      public:
        Lease(GpuPool& pool, double amount);
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

        /// "CUDA_VISIBLE_DEVICES=2,3": for the environment of the command.
        std::vector<std::string> environment() const;

      private:
        GpuPool& pool_;
        double share_;                      // of each device
        std::vector<std::size_t> devices_;  // ascending
    };

  private:
    std::vector<std::size_t> take(std::size_t count, double share);

    std::vector<GpuVariable> variables_;
    std::mutex mutex_;
    std::vector<double> used_;  // of each device; the scheduler keeps the sum within bounds
};

}  // namespace rankpool::sweep
