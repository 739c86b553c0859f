// MPI alone. This file measures MPI, so it calls MPI.
#include "bench_raw.hpp"

#include <array>
#include <memory>

#include <mpi.h>

namespace rankpool::apps {
namespace {

constexpr int tag = 1;
using Message = std::array<char, 64>;

bool is_first() {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank == 0;
}

void receive_unknown(Message& message) {
    MPI_Message handle = MPI_MESSAGE_NULL;
    MPI_Status status;
    int bytes = 0;
    MPI_Mprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &handle, &status);
    MPI_Get_count(&status, MPI_BYTE, &bytes);
    MPI_Mrecv(message.data(), bytes, MPI_BYTE, &handle, MPI_STATUS_IGNORE);
}

double round_trips(std::uint64_t count) {
    Message message{};
    const bool begins = is_first();
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count; ++i) {
        if (begins) MPI_Send(message.data(), message.size(), MPI_BYTE, 1, tag, MPI_COMM_WORLD);
        receive_unknown(message);
        if (!begins) MPI_Send(message.data(), message.size(), MPI_BYTE, 0, tag, MPI_COMM_WORLD);
    }
    return seconds_now() - start;
}

/// The last message is answered, so that the clock stops when all have arrived.
double messages_one_way(std::uint64_t count) {
    Message message{};
    const bool sends = is_first();
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count; ++i) {
        if (sends) {
            MPI_Send(message.data(), message.size(), MPI_BYTE, 1, tag, MPI_COMM_WORLD);
        } else {
            MPI_Recv(message.data(), message.size(), MPI_BYTE, 0, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        }
    }
    if (sends) {
        MPI_Recv(message.data(), 1, MPI_BYTE, 1, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else {
        MPI_Send(message.data(), 1, MPI_BYTE, 0, tag, MPI_COMM_WORLD);
    }
    return seconds_now() - start;
}

double echoes(std::vector<char>& payload, std::uint64_t count) {
    const int bytes = static_cast<int>(payload.size());
    const bool begins = is_first();
    const int other = begins ? 1 : 0;
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count; ++i) {
        if (begins) MPI_Send(payload.data(), bytes, MPI_BYTE, other, tag, MPI_COMM_WORLD);
        MPI_Recv(payload.data(), bytes, MPI_BYTE, other, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        if (!begins) MPI_Send(payload.data(), bytes, MPI_BYTE, other, tag, MPI_COMM_WORLD);
    }
    return seconds_now() - start;
}

BlockCase echo_case(const char* name, std::size_t bytes) {
    const auto payload = std::make_shared<std::vector<char>>(bytes);
    BlockCase echo{name, "GB/s", Quantity::rate, 2e-9 * static_cast<double>(bytes)};
    echo.run = [payload](std::uint64_t count) { return echoes(*payload, count); };
    return echo;
}

}  // namespace

std::vector<BlockCase> raw_cases() {
    BlockCase round_trip{"raw.round_trip", "us", Quantity::time, 1e6};
    round_trip.run = round_trips;
    BlockCase message{"raw.message", "messages/s"};
    message.run = messages_one_way;
    return {round_trip, message, echo_case("raw.echo.1MiB", 1 << 20), echo_case("raw.echo.16MiB", 1 << 24)};
}

}  // namespace rankpool::apps
