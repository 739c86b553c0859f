// One message of more than 2 GiB from rank 1 to rank 0. A program of its own: it needs memory, and is left out where
// there is little.
#include <chrono>
#include <cstdio>
#include <thread>
#include <unistd.h>

#include <mpi.h>

#include <rankpool/transport/mpi_transport.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t huge = (std::size_t{2} << 30) + (std::size_t{100} << 20) + 3;
constexpr std::size_t needed_bytes = 3 * huge;  // one at each end, and room for the others on this machine
constexpr int skipped = 77;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

std::byte mark(std::size_t i) { return static_cast<std::byte>((i >> 20) * 31 + i); }

// Marks at every MiB and at the end; the rest is never touched, which keeps it quick.
template <class Visit>
void visit_marks(Visit visit) {
    for (std::size_t start = 0; start < huge; start += std::size_t{1} << 20) {
        for (std::size_t i = start; i < start + 8 && i < huge; ++i) visit(i);
    }
    for (std::size_t i = huge - 8; i < huge; ++i) visit(i);
}

struct Check final : MessageSink {
    void receive(Rank, BytesView message) override {
        ++received;
        if (received == 2) {  // The small message behind it keeps its place.
            is_right &= message.size() == 1;
            return;
        }
        is_right = message.size() == huge;
        if (is_right) visit_marks([&](std::size_t i) { is_right &= message[i] == mark(i); });
    }
    int received = 0;
    bool is_right = false;
};

bool has_memory() {
    const auto free_bytes =
        static_cast<std::size_t>(sysconf(_SC_AVPHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return free_bytes > needed_bytes;
}

int run() {
    const auto transport = make_mpi_transport(MPI_COMM_WORLD);
    Check check;
    if (transport->rank() == 1) {
        Bytes message;
        std::byte* const data = message.extend(huge);
        visit_marks([&](std::size_t i) { data[i] = mark(i); });
        transport->send(0, std::move(message));
        Bytes small;
        small.extend(1);
        transport->send(0, std::move(small));
        while (transport->is_sending()) {
            if (!transport->poll(check)) std::this_thread::sleep_for(100us);
        }
    } else {
        const Instant deadline = now() + 100s;
        while (check.received < 2 && now() < deadline) {
            if (!transport->poll(check)) std::this_thread::sleep_for(100us);
        }
        if (!check.is_right || check.received != 2) {
            std::fprintf(stderr, "the message of %zu bytes did not arrive as it was sent\n", huge);
            MPI_Abort(MPI_COMM_WORLD, 1);
        }
    }
    MPI_Barrier(MPI_COMM_WORLD);
    transport->close();
    return 0;
}

}  // namespace
}  // namespace rankpool

int main(int argc, char** argv) {
    int provided = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    int is_possible = !rankpool::is_sanitized && rankpool::has_memory();
    MPI_Bcast(&is_possible, 1, MPI_INT, 0, MPI_COMM_WORLD);
    if (is_possible == 0 && rank == 0) {
        std::printf("skipped: a message of 2 GiB takes %zu MiB of free memory and no sanitizer\n",
                    rankpool::needed_bytes >> 20);
    }
    const int code = is_possible != 0 ? rankpool::run() : rankpool::skipped;
    MPI_Finalize();
    return code;
}
