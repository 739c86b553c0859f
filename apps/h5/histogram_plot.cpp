#include "histogram_plot.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include <rankpool/core/error.hpp>
#include <rankpool/observe/format.hpp>

namespace rankpool::apps {
namespace {

constexpr double width = 720;
constexpr double height = 400;
constexpr double left = 80;
constexpr double right = 20;
constexpr double top = 40;
constexpr double bottom = 50;

std::string escaped(const std::string& text) {
    std::string result;
    for (const char sign : text) {
        if (sign == '&') {
            result += "&amp;";
        } else if (sign == '<') {
            result += "&lt;";
        } else {
            result += sign;
        }
    }
    return result;
}

}  // namespace

std::string histogram_svg(const std::string& title, const Histogram& histogram) {
    const double plot_width = width - left - right;
    const double plot_height = height - top - bottom;
    const double most = static_cast<double>(std::max<std::uint64_t>(1, *std::ranges::max_element(histogram.counts)));
    const double bar = plot_width / static_cast<double>(histogram.counts.size());
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
        "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n"
        "<text x=\"{2}\" y=\"24\" font-size=\"14\">{3}</text>\n",
        width, height, left, escaped(title));
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        const double bar_height = static_cast<double>(histogram.counts[i]) / most * plot_height;
        svg += fmt::format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"#4477aa\"/>\n",
                           left + bar * static_cast<double>(i), top + plot_height - bar_height,
                           std::max(bar - 0.5, 0.2), bar_height);
    }
    svg += fmt::format("<path d=\"M{0} {1}V{2}H{3}\" fill=\"none\" stroke=\"black\"/>\n", left, top, top + plot_height,
                       width - right);
    for (int tick = 0; tick <= 4; ++tick) {
        const double share = tick / 4.0;
        svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{:.4g}</text>\n",
                           left + share * plot_width, height - bottom + 18,
                           histogram.low + share * (histogram.high - histogram.low));
        svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", left - 6,
                           top + plot_height * (1 - share) + 4, format_amount(share * most));
    }
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">value</text>\n", left + plot_width / 2,
                       height - 12);
    return svg + "</svg>\n";
}

void write_histogram_plot(const std::string& path, const std::string& title, const Histogram& histogram) {
    std::ofstream file(path, std::ios::binary);
    file << histogram_svg(title, histogram);
    if (!file.flush())
        throw ConfigError("cannot write the plot '" + path + "': is its directory there, with room in it?");
}

}  // namespace rankpool::apps
