// Looks for merging black holes in the strain of gravitational-wave detectors: matched filtering with a grid of
// template masses, on all ranks. Reads files of the Gravitational Wave Open Science Center, or makes data with a merger
// in it.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>

#include <rankpool/executor/pool_arguments.hpp>

#include "snr_map.hpp"
#include "strain.hpp"

namespace {

struct Options {
    std::vector<std::string> inputs;
    std::string output = "snr.h5";
    std::string plot;
    double mass_low = 10;
    double mass_high = 70;
    double mass_step = 4;
    std::uint64_t seed = 1;
};

struct Peak {
    double snr = 0;
    std::size_t template_index = 0;
    std::size_t bin = 0;
};

bool parse(int argc, char** argv, Options& options) {
    CLI::App app("Matched filtering of gravitational-wave strain over a grid of template masses.", "matched_filter");
    app.add_option("FILES", options.inputs,
                   "Strain of one or more detectors, of the same time; none: data are made, with a merger in them");
    app.add_option("--output", options.output, "Where the map of signal-to-noise ratios goes")->capture_default_str();
    app.add_option("--plot", options.plot, "Draw it into this SVG file");
    app.add_option("--mass-low", options.mass_low, "Solar masses")->capture_default_str();
    app.add_option("--mass-high", options.mass_high, "Solar masses")->capture_default_str();
    app.add_option("--mass-step", options.mass_step, "Solar masses")->check(CLI::PositiveNumber)->capture_default_str();
    app.footer("--memory-budget BYTES bounds the results that each rank keeps in memory; what is more goes to disk.");
    app.add_option("--seed", options.seed, "Of the noise that is made")->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        std::cout << app.help();
        return false;
    } catch (const CLI::ParseError& error) {
        throw rankpool::ConfigError(std::string(error.what()) + " (matched_filter --help lists the options)");
    }
    if (!(options.mass_low > 0) || options.mass_high < options.mass_low) {
        throw rankpool::ConfigError("the masses go from a positive one to a greater one");
    }
    return true;
}

std::vector<Masses> template_grid(const Options& options) {
    std::vector<Masses> grid;
    for (double first = options.mass_low; first <= options.mass_high; first += options.mass_step) {
        for (double second = options.mass_low; second <= first; second += options.mass_step)
            grid.push_back({first, second});
    }
    std::ranges::stable_sort(grid, {}, &Masses::total);
    return grid;
}

// Of all detectors together, which see a signal within some milliseconds: the root of the sum of squares.
std::vector<float> network_map(const std::vector<float>& maps, std::size_t detectors) {
    std::vector<float> network(maps.size() / detectors);
    for (std::size_t i = 0; i < network.size(); ++i) {
        double squares = 0;
        for (std::size_t d = 0; d < detectors; ++d) {
            const double snr = maps[d * network.size() + i];
            squares += snr * snr;
        }
        network[i] = static_cast<float>(std::sqrt(squares));
    }
    return network;
}

template <class T>
void write_axis(rankpool::OutputFile& file, const std::string& name, const std::string& units,
                const std::vector<T>& values) {
    auto axis = file.create_dataset(name, {.shape = {values.size()}, .type = rankpool::element_type_of<T>});
    axis.template write<T>(rankpool::whole({values.size()}), values);
    axis.set_attribute("units", units);
}

int search(rankpool::Executor& pool, int argc, char** argv) {
    Options options;
    if (!parse(argc, argv, options)) return 0;
    if (options.inputs.empty()) {
        options.inputs = {options.output + ".strain.h5"};
        make_strain_file(options.inputs[0], 1'000'000'000, 32, {{36, 29}, 1'000'000'014.25, 20}, options.seed);
    }
    for (std::string& input : options.inputs) input = rankpool::Dataset::open(input, "/strain/Strain").path();
    const Strain strain = read_strain(options.inputs.front());
    const std::vector<Masses> templates = template_grid(options);
    const std::size_t bins = (strain.samples.size() + samples_per_bin - 1) / samples_per_bin;
    const double bin_s = static_cast<double>(samples_per_bin) / strain.rate_hz;

    rankpool::OutputFile file(options.output);
    const rankpool::Shape shape{options.inputs.size(), templates.size(), bins};
    auto snr = file.create_dataset("/snr", {.shape = shape,
                                            .chunk_shape = {1, std::min<std::uint64_t>(4, templates.size()), bins},
                                            .type = rankpool::ElementType::float32,
                                            .filters = rankpool::default_compression});
    rankpool::map_blocks(pool, SnrBlocks{options.inputs, templates}, {}, {snr}).result();
    snr.set_attribute("units", "1");
    snr.set_attribute("long_name", "signal-to-noise ratio");
    snr.set_attribute("axes", std::vector<std::string>{"detector", "template", "time"});
    snr.set_attribute("source_files", options.inputs);
    std::vector<double> times, firsts, seconds;
    for (std::size_t b = 0; b < bins; ++b) times.push_back(strain.start_gps_s + (static_cast<double>(b) + 0.5) * bin_s);
    for (const Masses& masses : templates) firsts.push_back(masses.first), seconds.push_back(masses.second);
    write_axis(file, "/time", "s", times);
    write_axis(file, "/template_mass_1", "solar mass", firsts);
    write_axis(file, "/template_mass_2", "solar mass", seconds);
    file.commit();

    const auto map = network_map(rankpool::Dataset::open(options.output, "/snr").read<float>(), options.inputs.size());
    const auto place = static_cast<std::size_t>(std::ranges::max_element(map) - map.begin());
    const Masses& best = templates[place / bins];
    const double gps_s = times[place % bins];
    if (!options.plot.empty()) write_picture(options.plot, map, templates, place % bins, gps_s, bin_s);
    std::printf("event    at GPS %.2f s, signal-to-noise ratio %.1f\n", gps_s, static_cast<double>(map[place]));
    std::printf("masses   %g and %g solar masses fit best, of %zu templates\n", best.first, best.second,
                templates.size());
    std::printf("map      %s:/snr, {detector, template, time}\n", options.output.c_str());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    rankpool::take_pool_arguments(argc, argv);
    rankpool::PoolOptions options;
    options.coordinator_work = rankpool::CoordinatorWork::always;
    return rankpool::run(
        argc, argv, [&](rankpool::Executor& pool) { return search(pool, argc, argv); }, options);
}
