#include "waveform.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace {

constexpr double solar_mass_s = 4.925491025543576e-6;  // G·M/c³, in seconds.

struct Coefficients {
    double a;
    double b;
    double c;
    double at(double eta) const { return (a * eta + b) * eta + c; }
};

// Frequencies, in units of 1/(π·M).
constexpr Coefficients merger{2.9740e-1, 4.4810e-2, 9.5560e-2};
constexpr Coefficients ringdown{5.9411e-1, 8.9794e-2, 1.9111e-1};
constexpr Coefficients width{5.0801e-1, 7.7515e-2, 2.2369e-2};
constexpr Coefficients cutoff{8.4845e-1, 1.2848e-1, 2.7299e-1};
// Of the phase, with the power of f^(1/3) that each belongs to.
struct PhaseTerm {
    int power;
    Coefficients coefficients;
};
constexpr std::array<PhaseTerm, 6> phase_terms{{{-5, {1.7516e-1, 7.9483e-2, -7.2390e-2}},
                                                {-3, {-5.1571e1, -1.7595e1, 1.3253e1}},
                                                {-2, {6.5866e2, 1.7803e2, -1.5972e2}},
                                                {-1, {-3.9031e3, -7.7493e2, 8.8195e2}},
                                                {1, {-2.4874e4, -1.4892e3, 4.4588e3}},
                                                {2, {2.5196e4, 3.3970e2, -3.9573e3}}}};

}  // namespace

std::vector<std::complex<double>> waveform(const Masses& masses, std::size_t bins, double step_hz, double low_hz) {
    const double total = masses.total();
    const double eta = masses.first * masses.second / (total * total);
    const double unit = std::numbers::pi * total * solar_mass_s;
    const double f_merger = merger.at(eta) / unit;
    const double f_ringdown = ringdown.at(eta) / unit;
    const double sigma = width.at(eta) / unit;
    const double f_cutoff = cutoff.at(eta) / unit;
    const double at_ringdown = std::pow(f_ringdown / f_merger, -2.0 / 3) * std::numbers::pi * sigma / 2;

    const auto phase_at = [&](double f) {
        const double root = std::cbrt(unit * f);
        double phase = 0;
        for (const PhaseTerm& term : phase_terms) phase += term.coefficients.at(eta) * std::pow(root, term.power);
        return phase / eta;
    };
    // The fits leave open where time 0 is: here at the ringdown, whose delay is taken from all frequencies.
    const double delay = phase_at(f_ringdown + 0.5) - phase_at(f_ringdown - 0.5);  // Per hertz.

    std::vector<std::complex<double>> strain(bins);
    for (std::size_t k = 1; k < bins; ++k) {
        const double f = static_cast<double>(k) * step_hz;
        if (f < low_hz || f > f_cutoff) continue;
        double amplitude = 0;
        if (f < f_merger) {
            amplitude = std::pow(f / f_merger, -7.0 / 6);
        } else if (f < f_ringdown) {
            amplitude = std::pow(f / f_merger, -2.0 / 3);
        } else {
            const double distance = f - f_ringdown;
            amplitude = at_ringdown * sigma / (2 * std::numbers::pi * (distance * distance + sigma * sigma / 4));
        }
        strain[k] = std::polar(amplitude, phase_at(f) - delay * f);
    }
    return strain;
}
