#include "bench/output.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <rankpool/observe/format.hpp>

namespace rankpool::apps {
namespace {

/// A number with the unit's own prefix: "11.2 M tasks/s", "1.05 us".
std::string amount_text(double amount, const std::string& unit) {
    if (unit == "of 1") return fmt::format("{:.3f}", amount);
    if (unit == "B/task") return fmt::format("{:.0f} {}", amount, unit);
    if (unit.size() > 3 && unit.substr(unit.size() - 2) == "/s" && unit != "GB/s") {
        return format_amount(amount) + ' ' + unit;
    }
    return fmt::format("{:.3g} {}", amount, unit);
}

std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t named_max = 6;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), named_max); ++i) text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > named_max) text += fmt::format(" and {} more, whose `clean` is small", names.size() - named_max);
    return text;
}

}  // namespace

std::string bench_text(const BenchReport& report) {
    std::string text = fmt::format("{} ranks on {} host{}\n\n", report.rank_count, report.hosts.size(),
                                   report.hosts.size() == 1 ? "" : "s");
    text +=
        fmt::format("{:<27} {:>18} {:>18} {:>18} {:>9}  {}\n", "", "median", "min", "max", "clean", "compared with");
    for (const Measurement& m : report.measurements) {
        text += fmt::format("{:<27} {:>18} {:>18} {:>18} {:>9}", m.name, amount_text(m.summary.median, m.unit),
                            amount_text(m.summary.min, m.unit), amount_text(m.summary.max, m.unit),
                            m.is_in_blocks ? fmt::format("{}/{}", m.summary.clean_blocks, m.summary.blocks) : "");
        if (m.ratio) text += fmt::format("  {:.3g} x {}", *m.ratio, m.reference_name);
        text += '\n';
    }
    const auto in_blocks = [](const Measurement& m) { return m.is_in_blocks; };
    const std::vector<std::string> names = noisy_ones(report);
    const auto all = std::count_if(report.measurements.begin(), report.measurements.end(), in_blocks);
    const std::string noisy = static_cast<std::ptrdiff_t>(names.size()) == all ? "anything" : listed(names);
    if (!names.empty()) {
        text += fmt::format(
            "\nToo much else ran on this machine to be sure of {}: fewer than {} blocks in which all ranks kept their "
            "cores. "
            "Try again when it is quiet, with no more ranks than cores, or with more --seconds.\n",
            noisy, clean_blocks_min);
    }
    if (!report.not_measured.empty()) text += '\n' + report.not_measured + '\n';
    if (const std::string line = advice(report); !line.empty()) text += '\n' + line + '\n';
    return text;
}

std::string bench_json(const BenchReport& report) {
    using Json = nlohmann::ordered_json;
    const auto or_null = [](std::optional<double> number) { return number ? Json(*number) : Json(); };
    Json measurements = Json::array();
    for (const Measurement& m : report.measurements) {
        measurements.push_back({{"name", m.name},
                                {"unit", m.unit},
                                {"median", m.summary.median},
                                {"min", m.summary.min},
                                {"max", m.summary.max},
                                {"reference", or_null(m.reference)},
                                {"ratio", or_null(m.ratio)},
                                {"reference_name", m.reference_name.empty() ? Json() : Json(m.reference_name)},
                                {"clean_blocks", m.summary.clean_blocks},
                                {"blocks", m.summary.blocks}});
    }
    const Json json = {{"rank_count", report.rank_count},     {"hosts", report.hosts},
                       {"measurements", measurements},        {"noisy", noisy_ones(report)},
                       {"not_measured", report.not_measured}, {"advice", advice(report)}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace rankpool::apps
