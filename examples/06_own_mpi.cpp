// For codes that own main() and MPI: a pool over a communicator, for as long as it is needed.

#include <iostream>

#include <mpi.h>

#include <rankpool/mpi.hpp>

double square(double x) { return x * x; }

double sum_of_squares(MPI_Comm comm) {
    rankpool::RankPoolExecutor pool(comm);
    if (!pool.is_coordinator()) {
        pool.serve();  // runs tasks until rank 0 is done with the pool
        return 0;
    }
    double sum = 0;
    for (const double value : pool.map(square, std::vector<double>{1, 2, 3, 4})) sum += value;
    return sum;
}

int main(int argc, char** argv) {
    int provided = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);

    double sum = sum_of_squares(MPI_COMM_WORLD);        // the pool works …
    MPI_Bcast(&sum, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);  // … and MPI is the program's own again
    double twice = 0;
    MPI_Reduce(&sum, &twice, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    if (rank == 0) std::cout << "sum of squares " << sum << ", agreed on " << (twice == sum ? "by all\n" : "by none\n");

    MPI_Finalize();
    return 0;
}
