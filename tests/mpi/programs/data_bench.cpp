// How fast data move between ranks in a pool, beside MPI itself, in turns within one run. Prints medians and ratios:
//
//   mpirun -n 9 build/release/tests/mpi/mpi_data_bench [MIB]        (one for rank 0, and eight workers)
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <mpi.h>

#include <rankpool/mpi.hpp>

namespace {

using namespace rankpool;
using Block = std::vector<char>;

constexpr int rounds = 9;

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

Block make_block(std::size_t bytes) { return Block(bytes, 'x'); }
char look_at(const Block& block) { return block[block.size() / 2]; }

// Seconds from rank 1 to rank 2 by MPI, and to all by MPI_Bcast, with buffers that have been used before.
struct Raw {
    double one_way = 0;
    double broadcast = 0;
};
Raw measure_raw(Block& buffer) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    const int count = static_cast<int>(buffer.size());
    MPI_Barrier(MPI_COMM_WORLD);
    Instant start = now();
    char done = 0;
    if (rank == 0) MPI_Recv(&done, 1, MPI_CHAR, 2, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (rank == 1) MPI_Send(buffer.data(), count, MPI_CHAR, 2, 0, MPI_COMM_WORLD);
    if (rank == 2) {
        MPI_Recv(buffer.data(), count, MPI_CHAR, 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Send(&done, 1, MPI_CHAR, 0, 1, MPI_COMM_WORLD);
    }
    Raw raw;
    raw.one_way = in_seconds(now() - start);
    MPI_Barrier(MPI_COMM_WORLD);
    start = now();
    MPI_Bcast(buffer.data(), count, MPI_CHAR, 0, MPI_COMM_WORLD);
    MPI_Barrier(MPI_COMM_WORLD);
    raw.broadcast = in_seconds(now() - start);
    return raw;
}

struct Pooled {
    double one_way = 0;
    double same_rank = 0;
    double broadcast = 0;
};
Pooled measure_pool(RankPoolExecutor& pool, int ranks, std::size_t bytes) {
    Pooled pooled;
    const auto made = pool.submit({.on_rank = 1}, make_block, bytes);
    made.exception();
    Instant start = now();
    pool.submit({.on_rank = 2}, look_at, made).result();
    pooled.one_way = in_seconds(now() - start);
    start = now();
    pool.submit({.on_rank = 1}, look_at, made).result();
    pooled.same_rank = in_seconds(now() - start);
    Block block = make_block(bytes);
    start = now();
    const auto everywhere = pool.broadcast(std::move(block));
    std::vector<Future<char>> seen;
    for (int rank = 1; rank < ranks; ++rank) seen.push_back(pool.submit({.on_rank = rank}, look_at, everywhere));
    for (const auto& one : seen) one.result();
    pooled.broadcast = in_seconds(now() - start);
    return pooled;
}

}  // namespace

int main(int argc, char** argv) {
    int provided = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided);
    const std::size_t bytes = static_cast<std::size_t>(argc > 1 ? std::atoi(argv[1]) : 64) << 20;
    int rank = 0;
    int ranks = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    Block buffer = make_block(bytes);
    std::vector<double> raw_way, raw_cast, pool_way, pool_same, pool_cast, way_ratio, cast_ratio;
    for (int round = 0; round < rounds && ranks > 2; ++round) {
        const Raw raw = measure_raw(buffer);
        RankPoolExecutor pool(MPI_COMM_WORLD);
        if (!pool.is_coordinator()) {
            pool.serve();
            continue;
        }
        measure_pool(pool, ranks, bytes);  // The first finds no memory that was used before.
        const Pooled pooled = measure_pool(pool, ranks, bytes);
        raw_way.push_back(raw.one_way);
        raw_cast.push_back(raw.broadcast);
        pool_way.push_back(pooled.one_way);
        pool_same.push_back(pooled.same_rank);
        pool_cast.push_back(pooled.broadcast);
        way_ratio.push_back(raw.one_way / pooled.one_way);
        cast_ratio.push_back(pooled.broadcast / raw.broadcast);
    }
    if (rank == 0 && ranks > 2) {
        const double gigabytes = static_cast<double>(bytes) / 1e9;
        std::printf("rank to rank   MPI %.2f GB/s, pool %.2f GB/s: %.2f of it\n", gigabytes / median(raw_way),
                    gigabytes / median(pool_way), median(way_ratio));
        std::printf("same rank      %.1f us\n", median(pool_same) * 1e6);
        std::printf("broadcast      MPI_Bcast %.1f ms, pool %.1f ms to %d workers: %.2f times\n",
                    median(raw_cast) * 1e3, median(pool_cast) * 1e3, ranks - 1, median(cast_ratio));
    }
    MPI_Finalize();
    return ranks > 2 ? 0 : 2;
}
