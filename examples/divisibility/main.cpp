// Selects the numbers of a chunked HDF5 dataset that all divisors divide: the first real job of rankpool.
//
// A task loads the data; each chunk is a task, which submits one nested task per divisor and combines their answers
// with logical and; the selected numbers are written, in order, to a compressed dataset.

#include <deque>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <optional>

#include <rankpool/dataset.hpp>
#include <rankpool/executor/pool_arguments.hpp>
#include <rankpool/observe/format.hpp>
#include <rankpool/observe/progress.hpp>
#include <rankpool/rankpool.hpp>

#include "data.hpp"
#include "options.hpp"
#include "tests.hpp"

namespace {

using Selected = rankpool::Future<std::vector<std::int64_t>>;
using namespace std::chrono_literals;

/// Where the driver's time went.
struct Times {
    rankpool::Duration load{};
    rankpool::Duration waiting{};  ///< for chunks
    rankpool::Duration writing{};
    rankpool::Duration total{};
};

rankpool::Future<rankpool::Dataset> submit_load(rankpool::Executor& pool, const Options& options) {
    if (!options.makes_data()) {
        const rankpool::DatasetSpec spec = rankpool::parse_dataset_spec(options.input);
        return pool.submit({.name = "load data"}, open_data, spec.path, spec.dataset);
    }
    const auto directory = std::filesystem::absolute(options.output).parent_path();
    const std::string name =
        "divisibility-" + std::to_string(options.size) + "-" + std::to_string(options.chunk) + ".h5";
    return pool.submit({.name = "load data"}, load_data, (directory / name).string(), options.size, options.chunk,
                       options.slowness);
}

/// How many of 0 … size-1 all divisors divide: the multiples of their least common multiple.
std::uint64_t expected_count(const Options& options) {
    std::uint64_t multiple = 1;
    for (const std::int64_t divisor : options.divisors) {
        const auto number = static_cast<std::uint64_t>(divisor);
        const std::uint64_t factor = number / std::gcd(multiple, number);
        if (multiple > options.size / factor) return 1;  // Only 0: the least common multiple is beyond the numbers.
        multiple *= factor;
    }
    return (options.size - 1) / multiple + 1;
}

/// Waits for a result and keeps the progress moving meanwhile.
const std::vector<std::int64_t>& wait_shown(const Selected& chunk, rankpool::ProgressMeter& progress,
                                            const rankpool::ProgressCounts& counts) {
    while (rankpool::wait<std::vector<std::int64_t>>({chunk}, 200ms).done.empty()) {
        progress.update(counts, rankpool::now());
    }
    return chunk.result();
}

void describe_output(rankpool::OutputFile& file, rankpool::Appender<std::int64_t>& selected, const Options& options,
                     const rankpool::Dataset& source) {
    file.set_attribute("created_by", std::string("rankpool ") + rankpool::version + ", example divisibility");
    selected.set_attribute("description", std::string("numbers of source_dataset that all divisors divide, in order"));
    selected.set_attribute("divisors", options.divisors);
    selected.set_attribute("source_file", source.path());
    selected.set_attribute("source_dataset", source.dataset());
    selected.set_attribute("source_size", static_cast<std::int64_t>(source.info().shape[0]));
}

std::uint64_t select_all(rankpool::Executor& pool, const Options& options, const rankpool::Dataset& source,
                         Times& times) {
    rankpool::OutputFile file(options.output);
    auto selected = file.create_appender<std::int64_t>("/selected");
    const Pretence pretence{options.slowness, options.failure_rate, options.retries, options.seed};
    rankpool::ProgressMeter progress(rankpool::current_progress_options("chunks"), rankpool::now());
    const std::uint64_t chunk_count = source.grid().chunk_count();
    rankpool::ProgressCounts counts{.total = chunk_count};

    // Enough chunks on their way to keep all workers busy, and no more: results wait in memory for their turn.
    const std::size_t in_flight_max = 2 * pool.slots() + 2;
    std::deque<Selected> in_flight;
    for (std::uint64_t next = 0; next < chunk_count || !in_flight.empty();) {
        for (; next < chunk_count && in_flight.size() < in_flight_max; ++next) {
            in_flight.push_back(pool.submit({.name = "chunk " + std::to_string(next)}, select_divisible, source, next,
                                            options.divisors, pretence));
        }
        const rankpool::Instant start = rankpool::now();
        const auto& numbers = wait_shown(in_flight.front(), progress, counts);
        const rankpool::Instant arrived = rankpool::now();
        selected.append(numbers);
        in_flight.pop_front();
        times.waiting += arrived - start;
        times.writing += rankpool::now() - arrived;
        ++counts.done;
        progress.update(counts, rankpool::now());
    }
    progress.hide();
    const rankpool::Instant start = rankpool::now();
    const std::uint64_t found = selected.count();
    describe_output(file, selected, options, source);
    file.commit();
    times.writing += rankpool::now() - start;
    return found;
}

void print_summary(const rankpool::Executor& pool, const Options& options, const rankpool::Dataset& source,
                   std::uint64_t found, const Times& times) {
    using namespace rankpool;
    const PoolCounts counts = pool.counts();
    const std::uint64_t size = source.info().shape[0];
    const double available = in_seconds(times.total) * static_cast<double>(std::max<std::size_t>(pool.slots(), 1));
    std::cout << "found    " << format_count(found) << " of " << format_count(size) << " numbers in " << options.output
              << ":/selected\n"
              << "tasks    " << format_count(counts.succeeded) << " (" << format_count(source.grid().chunk_count())
              << " chunks), " << format_count(counts.retries) << " retries, on " << pool.slots() << " slots\n"
              << "time     " << format_duration(times.total) << ", "
              << format_rate(static_cast<double>(size) / in_seconds(times.total)) << " numbers; loading "
              << format_duration(times.load) << ", waiting for chunks " << format_duration(times.waiting)
              << ", writing " << format_duration(times.writing) << "\n"
              << "workers  busy " << static_cast<int>(100 * in_seconds(counts.busy) / available) << " % of the time\n";
    if (counts.memory_peak == 0) return;
    std::cout << "memory   at most " << format_bytes(counts.memory_peak) << " of kept results on a rank, where "
              << format_bytes(counts.memory_budget) << " may be; " << format_bytes(counts.spilled_bytes)
              << " went to disk\n";
}

int select_numbers(rankpool::Executor& pool, int argc, char** argv) {
    Options options;
    if (!parse_options(argc, argv, options)) return 0;
    Times times;
    const rankpool::Instant start = rankpool::now();
    const rankpool::Dataset source = submit_load(pool, options).result();
    times.load = rankpool::now() - start;
    const std::uint64_t found = select_all(pool, options, source, times);
    times.total = rankpool::now() - start;
    print_summary(pool, options, source, found, times);
    if (!options.makes_data()) return 0;
    const std::uint64_t expected = expected_count(options);
    if (found != expected) {
        std::cerr << "divisibility: " << expected << " numbers were to be found, by the multiples of the least common "
                  << "multiple: is " << source.path() << " damaged? Remove it, and it is made again\n";
        return 1;
    }
    std::cout << "check    as many as there are multiples of the least common multiple\n";
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    rankpool::take_pool_arguments(argc, argv);
    return rankpool::run(argc, argv, [&](rankpool::Executor& pool) { return select_numbers(pool, argc, argv); });
}
