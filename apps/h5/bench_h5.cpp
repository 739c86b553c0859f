// rankpool bench h5: block operations beside one process with HDF5 alone, in turns, on the same file.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <rankpool/blocks/blocks.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/core/time.hpp>
#include <rankpool/dataset/output_file.hpp>

#include "../exit_code.hpp"
#include "bench_h5_cases.hpp"
#include "h5_commands.hpp"
#include "h5_run.hpp"

namespace rankpool::apps {
namespace {

struct Options {
    std::string directory = ".";
    std::uint64_t mebibytes = 64;
    int rounds = 5;
    bool is_json = false;
};

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double seconds_of(const std::function<void()>& action) {
    const Instant start = now();
    action();
    return in_seconds(now() - start);
}

struct Measured {
    BenchCase spec;
    std::vector<double> ours = {};
    std::vector<double> reference = {};

    // Round by round, since a machine may be twice as fast in one minute as in the next.
    double ratio() const {
        std::vector<double> ratios;
        for (std::size_t i = 0; i < ours.size(); ++i) ratios.push_back(reference[i] / ours[i]);
        return median(ratios);
    }
};

nlohmann::json as_json(const std::vector<Measured>& all, const Options& options, std::size_t slots) {
    nlohmann::json json{{"mebibytes", options.mebibytes}, {"slots", slots}, {"cases", nlohmann::json::array()}};
    for (const Measured& measured : all) {
        json["cases"].push_back({{"name", measured.spec.name},
                                 {"reference", measured.spec.reference_name},
                                 {"seconds", median(measured.ours)},
                                 {"reference_seconds", median(measured.reference)},
                                 {"times_faster", measured.ratio()}});
    }
    return json;
}

std::string as_text(const std::vector<Measured>& all, const Options& options, std::size_t slots) {
    std::string text = fmt::format(
        "{} MiB of float64 in chunks of 256×256, shuffle + gzip; {} slots; medians of {} rounds\n\n"
        "{:<36} {:>10} {:>12}  {:<24} {:>8}\n",
        options.mebibytes, slots, options.rounds, "", "rankpool", "reference", "", "faster");
    for (const Measured& measured : all) {
        text +=
            fmt::format("{:<36} {:>8.3f} s {:>10.3f} s  {:<24} {:>6.1f} x\n", measured.spec.name, median(measured.ours),
                        median(measured.reference), measured.spec.reference_name, measured.ratio());
    }
    return text;
}

/// A directory for the files, gone afterwards.
class BenchDirectory {
  public:
    explicit BenchDirectory(const std::string& parent)
        : path_((std::filesystem::absolute(parent) / "rankpool-bench-XXXXXX").string()) {
        if (mkdtemp(path_.data()) == nullptr) {
            throw ConfigError("cannot make a directory in '" + parent + "': is it there, and writable?");
        }
    }
    BenchDirectory(const BenchDirectory&) = delete;
    BenchDirectory& operator=(const BenchDirectory&) = delete;
    ~BenchDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

int bench(Executor& pool, const Options& options) {
    const BenchDirectory directory(options.directory);
    std::vector<Measured> all;
    for (BenchCase& spec : bench_cases(pool, directory.path(), options.mebibytes)) all.push_back({std::move(spec)});
    for (int round = 0; round < options.rounds; ++round) {
        for (Measured& measured : all) {
            close_files();  // Or HDF5 would share their decoded chunks with the reference.
            measured.reference.push_back(seconds_of(measured.spec.reference));
            measured.ours.push_back(seconds_of(measured.spec.ours));
        }
    }
    const std::size_t slots = pool.slots();
    std::fputs((options.is_json ? as_json(all, options, slots).dump(2) + '\n' : as_text(all, options, slots)).c_str(),
               stdout);
    return exit_success;
}

}  // namespace

void add_bench_h5(CLI::App& bench_command, Action& action) {
    CLI::App* command =
        bench_command.add_subcommand("h5", "Measure operations on HDF5 files, beside one process with HDF5 alone");
    const auto options = std::make_shared<Options>();
    command->add_option("--directory", options->directory, "Where to make the files, a few times --mib")
        ->capture_default_str();
    command->add_option("--mib", options->mebibytes, "Size of the array, at least one chunk of 1024×1024 high")
        ->check(CLI::Range(std::uint64_t{32}, std::uint64_t{1} << 20))
        ->capture_default_str();
    command->add_option("--rounds", options->rounds, "How often to measure each")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_flag("--json", options->is_json, "Write one JSON object");
    command->callback([&action, options] {
        action = [options] { return run_h5([&](Executor& pool) { return bench(pool, *options); }); };
    });
}

}  // namespace rankpool::apps
