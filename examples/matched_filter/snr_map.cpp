#include "snr_map.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <numbers>

#include "fourier.hpp"
#include "strain.hpp"

namespace {

constexpr double low_hz = 30;

// What all templates need of one detector's data: computed once on each rank.
struct Whitened {
    std::size_t samples = 0;
    double step_hz = 0;
    double rate_hz = 0;
    std::vector<std::complex<double>> strain;  // Per hertz, divided by the noise power.
    std::vector<double> noise;
};

Whitened whiten(const std::string& path) {
    Strain strain = read_strain(path);
    Whitened data;
    data.samples = strain.samples.size();
    data.rate_hz = strain.rate_hz;
    data.step_hz = strain.rate_hz / static_cast<double>(data.samples);
    const std::size_t bins = data.samples / 2 + 1;
    data.noise = noise_spectrum(strain, bins, data.step_hz);
    // The ends are faded over a second, or their jump would ring through everything.
    const auto fade = static_cast<std::size_t>(strain.rate_hz);
    for (std::size_t i = 0; i < fade; ++i) {
        const double weight = (1 - std::cos(std::numbers::pi * static_cast<double>(i) / static_cast<double>(fade))) / 2;
        strain.samples[i] *= weight;
        strain.samples[data.samples - 1 - i] *= weight;
    }
    data.strain = forward(std::move(strain.samples));
    for (std::size_t k = 0; k < bins; ++k) data.strain[k] /= data.rate_hz * data.noise[k];
    return data;
}

std::shared_ptr<const Whitened> whitened(const std::string& path) {
    static std::mutex mutex;
    static std::map<std::string, std::shared_ptr<const Whitened>> known;
    const std::lock_guard lock(mutex);
    auto& entry = known[path];
    if (!entry) entry = std::make_shared<const Whitened>(whiten(path));
    return entry;
}

// The signal-to-noise ratio of one template at every sample.
std::vector<std::complex<double>> matched_filter(const Whitened& data, const Masses& masses) {
    const auto signal = waveform(masses, data.samples / 2 + 1, data.step_hz, low_hz);
    double squares = 0;
    std::vector<std::complex<double>> product(data.samples);
    for (std::size_t k = 1; k < data.samples / 2; ++k) {
        product[k] = data.strain[k] * std::conj(signal[k]);
        squares += 4 * data.step_hz * std::norm(signal[k]) / data.noise[k];
    }
    auto filtered = backward(std::move(product));
    const double scale = 4 * data.step_hz / std::sqrt(squares);
    for (auto& value : filtered) value *= scale;
    return filtered;
}

}  // namespace

void SnrBlocks::operator()(rankpool::BlockView<float> snr) const {
    const rankpool::Region& region = snr.region();
    for (std::size_t d = 0; d < snr.extent(0); ++d) {
        const auto data = whitened(files[region.offset[0] + d]);
        // What the fading and the window around the ends disturb.
        const auto margin = static_cast<std::size_t>(2 * data->rate_hz);
        for (std::size_t t = 0; t < snr.extent(1); ++t) {
            const auto filtered = matched_filter(*data, templates[region.offset[1] + t]);
            for (std::size_t b = 0; b < snr.extent(2); ++b) {
                const std::size_t first = (region.offset[2] + b) * samples_per_bin;
                double most = 0;
                for (std::size_t i = first; i < std::min(first + samples_per_bin, data->samples); ++i) {
                    if (i >= margin && i + margin < data->samples) most = std::max(most, std::norm(filtered[i]));
                }
                snr(d, t, b) = static_cast<float>(std::sqrt(most));
            }
        }
    }
}

void write_picture(const std::string& path, const std::vector<float>& map, const std::vector<Masses>& templates,
                   std::size_t peak_bin, double peak_gps_s, double bin_s) {
    constexpr std::size_t around = 32;
    const std::size_t bins = map.size() / templates.size();
    const std::size_t first = std::min(bins, peak_bin > around ? peak_bin - around : 0);
    const std::size_t last = std::min(bins, peak_bin + around + 1);
    const float most = *std::ranges::max_element(map);
    const double row = 400.0 / static_cast<double>(templates.size());
    const double column = 560.0 / static_cast<double>(last - first);
    std::ofstream file(path);
    file << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 680 480\" font-family=\"sans-serif\" "
            "font-size=\"12\">\n"
         << "<rect width=\"680\" height=\"480\" fill=\"white\"/>\n<text x=\"90\" y=\"24\">signal-to-noise ratio, at "
            "most "
         << most << ", at GPS " << std::fixed << peak_gps_s << "</text>\n";
    for (std::size_t t = 0; t < templates.size(); ++t) {
        for (std::size_t b = first; b < last; ++b) {
            const auto shade = static_cast<int>(255 * (1 - map[t * bins + b] / most));
            file << "<rect x=\"" << 90 + column * static_cast<double>(b - first) << "\" y=\""
                 << 40 + row * static_cast<double>(templates.size() - 1 - t) << "\" width=\"" << column + 0.3
                 << "\" height=\"" << row + 0.3 << "\" fill=\"rgb(" << shade << ',' << shade << ",255)\"/>\n";
        }
    }
    file << "<text x=\"20\" y=\"240\" transform=\"rotate(-90 20 240)\">template (by total mass)</text>\n"
         << "<text x=\"60\" y=\"440\">" << std::defaultfloat << templates.front().total()
         << "</text><text x=\"60\" y=\"50\">" << templates.back().total()
         << "</text>\n<text x=\"300\" y=\"465\">seconds from the peak, " << -static_cast<double>(around) * bin_s
         << " to " << static_cast<double>(around) * bin_s << "</text>\n</svg>\n";
    if (!file.flush()) throw rankpool::ConfigError("cannot write the picture '" + path + "'");
}
