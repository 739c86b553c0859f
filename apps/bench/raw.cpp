// MPI alone. This file measures MPI, so it calls MPI.
#include "bench/raw.hpp"

#include <array>
#include <memory>
#include <string>

#include <mpi.h>

#include "bench/payload_sizes.hpp"
#include "bench/work.hpp"

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

double pipelined_echoes(std::vector<char>& payload, std::uint64_t count) {
    constexpr std::uint64_t under_way = 16;
    const int bytes = static_cast<int>(payload.size());
    const bool begins = is_first();
    const int other = begins ? 1 : 0;
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count + (begins ? under_way : 0); ++i) {
        if (begins && i < count) MPI_Send(payload.data(), bytes, MPI_BYTE, other, tag, MPI_COMM_WORLD);
        if (begins && i < under_way) continue;
        MPI_Recv(payload.data(), bytes, MPI_BYTE, other, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        if (!begins) MPI_Send(payload.data(), bytes, MPI_BYTE, other, tag, MPI_COMM_WORLD);
    }
    return seconds_now() - start;
}

/// Only what takes part has a communicator of its own: the other ranks are not here.
double startups(std::uint64_t count) {
    MPI_Group world = MPI_GROUP_NULL;
    MPI_Group pair = MPI_GROUP_NULL;
    const std::array<int, 2> ranks = {0, 1};
    MPI_Comm_group(MPI_COMM_WORLD, &world);
    MPI_Group_incl(world, 2, ranks.data(), &pair);
    Message message{};
    const bool begins = is_first();
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count; ++i) {
        MPI_Comm comm = MPI_COMM_NULL;
        MPI_Comm_create_group(MPI_COMM_WORLD, pair, tag, &comm);
        if (begins) MPI_Send(message.data(), message.size(), MPI_BYTE, 1, tag, comm);
        MPI_Recv(message.data(), message.size(), MPI_BYTE, begins ? 1 : 0, tag, comm, MPI_STATUS_IGNORE);
        if (!begins) MPI_Send(message.data(), message.size(), MPI_BYTE, 0, tag, comm);
        MPI_Comm_free(&comm);
    }
    const double seconds = seconds_now() - start;
    MPI_Group_free(&pair);
    MPI_Group_free(&world);
    return seconds;
}

BlockCase echo_case(const PayloadSize& size) {
    BlockCase echo{std::string("raw.echo.") + size.name, "GB/s", Quantity::rate, 2e-9 * static_cast<double>(size.bytes),
                   Topic::payload};
    if (size.is_huge) echo.count_max = 1;
    if (size.bytes >= slow_bytes) echo.blocks = 1;
    echo.is_in_blocks = !size.is_huge;
    // Made anew by those that are huge, so that they do not take memory from what is measured after them.
    const auto payload = std::make_shared<std::vector<char>>(size.is_huge ? 0 : size.bytes);
    echo.run = [payload, size](std::uint64_t count) {
        if (!size.is_huge) return echoes(*payload, count);
        std::vector<char> huge(size.bytes);
        return echoes(huge, count);
    };
    return echo;
}

}  // namespace

std::vector<BlockCase> work_cases(const Workplace& workplace) {
    std::vector<BlockCase> cases;
    for (const TaskLength& length : task_lengths) {
        BlockCase alone{std::string("work.") + length.name, "tasks/s"};
        alone.participants = 1;
        alone.count_min = length.count_min;
        alone.run = [turns = static_cast<std::uint64_t>(length.seconds * workplace.turns_per_s)](std::uint64_t count) {
            std::uint64_t sum = 0;
            const double start = seconds_now();
            for (std::uint64_t i = 0; i < count; ++i) sum += work(turns + (sum & 1U));
            return seconds_now() - start;
        };
        cases.push_back(std::move(alone));
    }
    return cases;
}

std::vector<BlockCase> raw_cases() {
    BlockCase round_trip{"raw.round_trip", "us", Quantity::time, 1e6, Topic::latency};
    round_trip.run = round_trips;
    BlockCase message{"raw.message", "messages/s", Quantity::rate, 1, Topic::latency};
    message.run = messages_one_way;
    BlockCase pipelined{"raw.pipelined.1KiB", "tasks/s", Quantity::rate, 1, Topic::payload};
    pipelined.run = [payload = std::make_shared<std::vector<char>>(1 << 10)](std::uint64_t count) {
        return pipelined_echoes(*payload, count);
    };
    BlockCase startup{"raw.startup", "ms", Quantity::time, 1e3, Topic::startup};
    startup.run = startups;
    std::vector<BlockCase> cases = {round_trip, message, pipelined, startup};
    for (const PayloadSize& size : payload_sizes) cases.push_back(echo_case(size));
    return cases;
}

}  // namespace rankpool::apps
