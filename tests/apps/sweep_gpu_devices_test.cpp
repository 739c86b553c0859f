#include <memory>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>

#include "sweep/gpu_devices.hpp"

namespace rankpool::sweep {
namespace {

using testing::ElementsAre;
using Lease = GpuPool::Lease;

TEST(GpusOfRank, are_the_first_of_the_node_where_nothing_is_said) {
    EXPECT_THAT(gpus_of_rank({}, 2), ElementsAre(GpuVariable{"CUDA_VISIBLE_DEVICES", {"0", "1"}},
                                                 GpuVariable{"HIP_VISIBLE_DEVICES", {"0", "1"}}));
    EXPECT_THAT(
        gpus_of_rank({{"OMPI_COMM_WORLD_LOCAL_RANK", "3"}}, 2),
        ElementsAre(GpuVariable{"CUDA_VISIBLE_DEVICES", {"6", "7"}}, GpuVariable{"HIP_VISIBLE_DEVICES", {"6", "7"}}));
}

TEST(GpusOfRank, are_those_that_the_job_may_use) {
    const Environment second{{"SLURM_LOCALID", "1"}, {"CUDA_VISIBLE_DEVICES", "GPU-a,GPU-b,GPU-c,GPU-d"}};
    EXPECT_THAT(gpus_of_rank(second, 2), ElementsAre(GpuVariable{"CUDA_VISIBLE_DEVICES", {"GPU-c", "GPU-d"}}));
    // Bound already: every rank sees its own, by whatever name.
    EXPECT_THAT(gpus_of_rank({{"SLURM_LOCALID", "1"}, {"ROCR_VISIBLE_DEVICES", "0"}}, 1),
                ElementsAre(GpuVariable{"ROCR_VISIBLE_DEVICES", {"0"}}));
    EXPECT_THROW(gpus_of_rank({{"SLURM_LOCALID", "1"}, {"CUDA_VISIBLE_DEVICES", "0,1,2"}}, 2), ConfigError);
    EXPECT_THROW(gpus_of_rank({{"CUDA_VISIBLE_DEVICES", "0"}}, 2), ConfigError);
}

TEST(GpuPool, gives_each_command_devices_of_its_own) {
    GpuPool pool({{"CUDA_VISIBLE_DEVICES", {"4", "5", "6"}}, {"HIP_VISIBLE_DEVICES", {"a", "b", "c"}}});
    std::optional<Lease> first(std::in_place, pool, 1);
    const Lease second(pool, 2);
    EXPECT_THAT(first->environment(), ElementsAre("CUDA_VISIBLE_DEVICES=4", "HIP_VISIBLE_DEVICES=a"));
    EXPECT_THAT(second.environment(), ElementsAre("CUDA_VISIBLE_DEVICES=5,6", "HIP_VISIBLE_DEVICES=b,c"));
    first.reset();
    EXPECT_THAT(Lease(pool, 1).environment(), ElementsAre("CUDA_VISIBLE_DEVICES=4", "HIP_VISIBLE_DEVICES=a"));
}

TEST(GpuPool, lets_commands_share_a_device) {
    GpuPool pool({{"CUDA_VISIBLE_DEVICES", {"0", "1"}}});
    const Lease a(pool, 0.5);
    const Lease b(pool, 0.5);
    const Lease c(pool, 1);
    EXPECT_THAT(a.environment(), ElementsAre("CUDA_VISIBLE_DEVICES=0"));
    EXPECT_THAT(b.environment(), ElementsAre("CUDA_VISIBLE_DEVICES=0"));
    EXPECT_THAT(c.environment(), ElementsAre("CUDA_VISIBLE_DEVICES=1"));
}

}  // namespace
}  // namespace rankpool::sweep
