#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/ranks_check.hpp>

namespace rankpool {
namespace {

using testing::HasSubstr;

RankPlace place(const std::string& host, std::initializer_list<std::size_t> cores, int launcher_core_count) {
    RankPlace place;
    host.copy(place.host.data(), place.host.size() - 1);
    for (const std::size_t core : cores) place.cores[core / 64] |= std::uint64_t{1} << (core % 64);
    place.launcher_core_count = launcher_core_count;
    return place;
}

std::string complaint_about(const std::vector<RankPlace>& places) {
    try {
        require_separate_cores(places);
    } catch (const LaunchError& error) {
        return error.what();
    }
    return "";
}

TEST(RanksCheck, refuses_ranks_bound_to_the_same_cores) {
    EXPECT_THAT(
        complaint_about({place("n1", {0}, 16), place("n2", {0}, 16), place("n2", {0}, 16), place("n2", {1}, 16)}),
        HasSubstr("3 ranks on n2 are bound to cores 0-1, though the launcher had 16 cores there"));
    EXPECT_THAT(complaint_about({place("n1", {70}, 128), place("n1", {70}, 128)}), HasSubstr("bound to core 70"));
    EXPECT_THAT(complaint_about({place("n1", {70}, 128), place("n1", {70}, 128)}), HasSubstr("mpirun --bind-to none"));
}

TEST(RanksCheck, accepts_ranks_that_share_for_good_reason) {
    EXPECT_EQ(complaint_about({}), "");
    EXPECT_EQ(complaint_about({place("n1", {0}, 4), place("n2", {0}, 4)}), "");        // A rank per node.
    EXPECT_EQ(complaint_about({place("n1", {0, 1}, 2), place("n1", {0, 1}, 2)}), "");  // Not bound.
    EXPECT_EQ(complaint_about({place("n1", {0}, 1), place("n1", {0}, 1)}), "");        // A container.
    EXPECT_EQ(complaint_about({place("n1", {0}, 2), place("n1", {0}, 2), place("n1", {1}, 2)}), "");  // Too many ranks.
    EXPECT_EQ(complaint_about({place("n1", {0}, 0), place("n1", {0}, 0)}), "");                       // Nobody tells.
}

TEST(RanksCheck, refuses_ranks_that_mpi_did_not_connect) {
    EXPECT_NO_THROW(require_connected({Launcher::mpirun, 0, 4}, 4));
    EXPECT_NO_THROW(require_connected({Launcher::mpirun, 0, 0}, 4));
    EXPECT_NO_THROW(require_connected({Launcher::none, 0, 1}, 1));
    for (const auto& [launcher, what_to_do] :
         {std::pair{Launcher::srun, "srun --mpi=pmix -n 4"}, std::pair{Launcher::mpirun, "ldd PROGRAM | grep mpi"},
          std::pair{Launcher::hydra, "ldd PROGRAM | grep mpi"}}) {
        try {
            require_connected({launcher, 0, 4}, 1);
            FAIL();
        } catch (const LaunchError& error) {
            EXPECT_THAT(error.what(), HasSubstr("started 4 copies of this program"));
            EXPECT_THAT(error.what(), HasSubstr(what_to_do));
        }
    }
}

TEST(RanksCheck, finds_the_place_of_this_process) {
    const RankPlace here = current_rank_place();
    EXPECT_NE(here.host[0], '\0');
    EXPECT_GT(here.launcher_core_count, 0);
    EXPECT_NO_THROW(require_separate_cores(std::vector<RankPlace>(1, here)));
}

}  // namespace
}  // namespace rankpool
