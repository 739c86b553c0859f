#include "strain.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include <rankpool/dataset.hpp>
#include <rankpool/rankpool.hpp>

#include "fourier.hpp"

namespace {

constexpr double low_hz = 20;

double number_of(const rankpool::Dataset& dataset, const std::string& name) {
    for (const rankpool::Attribute& attribute : dataset.attributes()) {
        if (attribute.name != name) continue;
        if (const auto* whole = std::get_if<std::int64_t>(&attribute.value.value())) return static_cast<double>(*whole);
        if (const auto* real = std::get_if<double>(&attribute.value.value())) return *real;
    }
    throw rankpool::ConfigError("'" + dataset.path() + ":" + dataset.dataset() + "' has no number '" + name +
                                "' among its attributes: is it a file of strain?");
}

// The shape of an advanced detector's noise. Source: Ajith and Bose, Phys. Rev. D 79, 084032 (2009), eq. (4.7).
double design_noise(double f) {
    const double x = std::max(f, low_hz) / 215;
    const double x2 = x * x;
    return 1e-49 * (std::pow(x, -4.14) - 5 / x2 + 111 * (1 - x2 + x2 * x2 / 2) / (1 + x2 / 2));
}

}  // namespace

Strain read_strain(const std::string& path) {
    const auto data = rankpool::Dataset::open(path, "/strain/Strain");
    Strain strain{data.read<double>(), number_of(data, "Xstart"), 1 / number_of(data, "Xspacing")};
    if (strain.samples.size() % 2 != 0) strain.samples.pop_back();
    if (strain.duration_s() < 16) throw rankpool::ConfigError("'" + path + "' has less than 16 s of strain");
    return strain;
}

void make_strain_file(const std::string& path, double start_gps_s, double duration_s, const Injection& injection,
                      std::uint64_t seed) {
    constexpr double rate_hz = 4096;
    const auto count = static_cast<std::size_t>(duration_s * rate_hz) / 2 * 2;
    const double step_hz = rate_hz / static_cast<double>(count);
    const std::size_t bins = count / 2 + 1;
    const auto signal = waveform(injection.masses, bins, step_hz, low_hz);
    double squares = 0;
    for (std::size_t k = 1; k + 1 < bins; ++k) {
        squares += 4 * step_hz * std::norm(signal[k]) / design_noise(static_cast<double>(k) * step_hz);
    }
    const double scale = injection.snr / std::sqrt(squares);

    std::mt19937_64 random(seed);
    // Pairs of normal numbers by Box and Muller: std::normal_distribution differs between libraries.
    const auto uniform = [&] { return (static_cast<double>(random() >> 11U) + 0.5) * 0x1p-53; };
    std::vector<std::complex<double>> frequencies(bins);
    for (std::size_t k = 1; k + 1 < bins; ++k) {
        const double f = static_cast<double>(k) * step_hz;
        const double radius = std::sqrt(-2 * std::log(uniform()));
        const auto normal = std::polar(radius, 2 * std::numbers::pi * uniform());
        const double deviation = std::sqrt(design_noise(f) / (4 * step_hz));
        const auto delay = std::polar(1.0, -2 * std::numbers::pi * f * (injection.gps_s - start_gps_s));
        frequencies[k] = (f < low_hz / 2 ? 0.0 : deviation) * normal + scale * signal[k] * delay;
    }
    std::vector<double> samples = backward_real(std::move(frequencies));
    for (double& sample : samples) sample *= step_hz;

    rankpool::OutputFile file(path);
    auto dataset =
        file.create_dataset("/strain/Strain", {.shape = {count},
                                               .chunk_shape = {std::min<std::size_t>(count, 16384)},
                                               .filters = {.shuffle = true, .gzip_level = 1, .checksum = true}});
    dataset.write<double>(rankpool::whole({count}), samples);
    dataset.set_attribute("Xstart", start_gps_s);
    dataset.set_attribute("Xspacing", 1 / rate_hz);
    dataset.set_attribute("Xunits", "second");
    file.commit();
}

std::vector<double> noise_spectrum(const Strain& strain, std::size_t bins, double step_hz) {
    const auto window = static_cast<std::size_t>(4 * strain.rate_hz) / 2 * 2;
    std::vector<std::vector<double>> powers(window / 2 + 1);
    for (std::size_t first = 0; first + window <= strain.samples.size(); first += window / 2) {
        std::vector<double> part(window);
        double squares = 0;
        for (std::size_t i = 0; i < window; ++i) {
            const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(window);
            const double weight = (1 - std::cos(angle)) / 2;
            part[i] = weight * strain.samples[first + i];
            squares += weight * weight;
        }
        const auto frequencies = forward(std::move(part));
        for (std::size_t k = 0; k < powers.size(); ++k) {
            powers[k].push_back(2 * std::norm(frequencies[k]) / (squares * strain.rate_hz));
        }
    }
    std::vector<double> medians;
    for (std::vector<double>& values : powers) {
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::ranges::nth_element(values, middle);
        medians.push_back(*middle / std::numbers::ln2);  // The median of a squared amplitude is ln 2 of its mean.
    }
    std::vector<double> spectrum(bins);
    for (std::size_t k = 0; k < bins; ++k) {
        const double place = static_cast<double>(k) * step_hz * static_cast<double>(window) / strain.rate_hz;
        const std::size_t left = std::min(static_cast<std::size_t>(place), medians.size() - 2);
        const double share = place - static_cast<double>(left);
        spectrum[k] = (1 - share) * medians[left] + share * medians[left + 1];
    }
    return spectrum;
}
