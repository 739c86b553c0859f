#include "bench/plot.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>

#include <fmt/format.h>

#include <rankpool/core/error.hpp>

namespace rankpool::apps {
namespace {

constexpr double width = 900;
constexpr double label_width = 230;
constexpr double text_width = 250;
constexpr double line = 20;
constexpr double top = 60;
// A hundred times better or worse fills the picture: what is further away ends there.
constexpr double decades = 2;

struct Bar {
    std::string name;
    std::string reference;
    double ratio = 1;
    double better = 1;  ///< how many times better than the reference
};

/// Of the units, those of times say that less is better.
bool is_time(const std::string& unit) { return unit == "us" || unit == "ms" || unit == "ns/task"; }

std::vector<Bar> bars_of(const BenchReport& report) {
    std::vector<Bar> bars;
    for (const Measurement& m : report.measurements) {
        if (!m.ratio || !(*m.ratio > 0)) continue;
        bars.push_back({m.name, m.reference_name, *m.ratio, is_time(m.unit) ? 1 / *m.ratio : *m.ratio});
    }
    return bars;
}

}  // namespace

std::string bench_svg(const BenchReport& report) {
    const std::vector<Bar> bars = bars_of(report);
    const double height = top + line * static_cast<double>(bars.size()) + 20;
    const double half = (width - label_width - text_width) / 2;
    const double middle = label_width + half;
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
        "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n"
        "<text x=\"10\" y=\"22\" font-size=\"14\">rankpool bench: {2} ranks on {3} host{4}</text>\n"
        "<text x=\"{5}\" y=\"46\" text-anchor=\"middle\">worse   |   better than the reference</text>\n",
        width, height, report.rank_count, report.hosts.size(), report.hosts.size() == 1 ? "" : "s", middle);
    for (std::size_t i = 0; i < bars.size(); ++i) {
        const Bar& bar = bars[i];
        const double y = top + line * static_cast<double>(i);
        const double length = std::clamp(std::log10(bar.better) / decades, -1.0, 1.0) * half;
        svg += fmt::format(
            "<text x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"end\">{}</text>"
            "<rect x=\"{:.1f}\" y=\"{:.0f}\" width=\"{:.1f}\" height=\"{:.0f}\" fill=\"{}\"/>"
            "<text x=\"{:.0f}\" y=\"{:.0f}\">{:.2f} × {}</text>\n",
            label_width - 8, y + 14, bar.name, middle + std::min(length, 0.0), y + 3, std::max(std::abs(length), 0.5),
            line - 6, bar.better >= 1 ? "#4477aa" : "#cc6677", width - text_width + 10, y + 14, bar.ratio,
            bar.reference);
    }
    svg += fmt::format("<path d=\"M{0} {1}V{2}\" stroke=\"black\"/>\n</svg>\n", middle, top, height - 20);
    return svg;
}

void write_bench_plot(const std::string& path, const BenchReport& report) {
    std::ofstream file(path, std::ios::binary);
    file << bench_svg(report);
    if (!file.flush())
        throw ConfigError("cannot write the plot '" + path + "': is its directory there, with room in it?");
}

}  // namespace rankpool::apps
