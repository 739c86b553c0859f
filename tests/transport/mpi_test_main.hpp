#pragma once

#include <gtest/gtest.h>
#include <mpi.h>

namespace rankpool {

/// Ends all ranks when a test has failed on one: the others would wait for it.
class EndAllOnFailure final : public testing::EmptyTestEventListener {
    void OnTestEnd(const testing::TestInfo& info) override {
        if (info.result()->Failed()) MPI_Abort(MPI_COMM_WORLD, 1);
    }
};

/// Runs every test on every rank; rank 0 reports, others only what failed.
inline int run_tests_on_all_ranks(int argc, char** argv) {
    int provided = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided);
    testing::InitGoogleTest(&argc, argv);
    testing::GTEST_FLAG(brief) = true;
    testing::UnitTest::GetInstance()->listeners().Append(new EndAllOnFailure);
    const int code = RUN_ALL_TESTS();
    MPI_Finalize();
    return code;
}

}  // namespace rankpool
