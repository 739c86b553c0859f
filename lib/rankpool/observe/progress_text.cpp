#include <algorithm>

#include <rankpool/observe/format.hpp>
#include <rankpool/observe/progress_text.hpp>

namespace rankpool {
namespace {

constexpr std::size_t bar_width_max = 40;
constexpr std::size_t bar_width_min = 10;  // Shorter bars say less than the percentage beside them.

/// Rounded down: 100 % is only said when all is done.
std::optional<std::uint64_t> percent(const ProgressCounts& counts) {
    if (!counts.total || *counts.total == 0) return std::nullopt;
    return static_cast<std::uint64_t>(100.0 * static_cast<double>(std::min(counts.done, *counts.total)) /
                                      static_cast<double>(*counts.total));
}

std::string bar(const ProgressCounts& counts, std::size_t width) {
    const double share = static_cast<double>(std::min(counts.done, *counts.total)) / static_cast<double>(*counts.total);
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
    return '[' + std::string(filled, '#') + std::string(width - filled, '-') + ']';
}

std::string failed_part(const ProgressCounts& counts, const char* separator) {
    return counts.failed == 0 ? std::string() : separator + format_count(counts.failed) + " failed";
}

}  // namespace

std::optional<Duration> time_left(const ProgressState& state) {
    const ProgressCounts& counts = state.counts;
    if (!counts.total || counts.done >= *counts.total || counts.done == 0 || !(state.rate_per_s > 0))
        return std::nullopt;
    const double seconds = static_cast<double>(*counts.total - counts.done) / state.rate_per_s;
    if (seconds > in_seconds(duration_max)) return std::nullopt;
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

std::string progress_bar(const ProgressState& state, int columns) {
    const ProgressCounts& counts = state.counts;
    const std::size_t room = static_cast<std::size_t>(std::max(columns, 2)) - 1;
    const auto share = percent(counts);
    std::string head = state.label;
    if (share) head += (*share < 10 ? "   " : *share < 100 ? "  " : " ") + std::to_string(*share) + " %";
    std::string tail = "  " + format_count(counts.done);
    if (counts.total) tail += '/' + format_count(*counts.total);
    tail += failed_part(counts, "  ");
    const std::string rate = state.rate_per_s > 0 ? "  " + format_rate(state.rate_per_s) : "";
    const auto left = time_left(state);
    const std::string rest = left ? "  " + format_duration(*left) + " left" : "  " + format_duration(state.elapsed);

    const std::size_t used = columns_of(head + tail + rate + rest);
    if (share && used + 3 + bar_width_min <= room) {
        return head + ' ' + bar(counts, std::min(bar_width_max, room - used - 3)) + tail + rate + rest;
    }
    if (used <= room) return head + tail + rate + rest;
    std::string short_line = head + tail;
    if (columns_of(short_line + rest) <= room) short_line += rest;
    return short_line.substr(0, room);
}

std::string progress_line(const ProgressState& state) {
    const ProgressCounts& counts = state.counts;
    std::string line = "rankpool: " + format_count(counts.done);
    if (counts.total) line += " of " + format_count(*counts.total);
    line += ' ' + state.label;
    if (const auto share = percent(counts)) line += " (" + std::to_string(*share) + " %)";
    line += " after " + format_duration(state.elapsed);
    if (state.rate_per_s > 0) line += ", " + format_rate(state.rate_per_s);
    line += failed_part(counts, ", ");
    if (const auto left = time_left(state)) line += ", about " + format_duration(*left) + " left";
    return line;
}

std::string progress_summary(const ProgressState& state) {
    const ProgressCounts& counts = state.counts;
    std::string line = "rankpool: " + format_count(counts.done);
    if (counts.total && counts.done < *counts.total) line += " of " + format_count(*counts.total);
    line += ' ' + state.label + " in " + format_duration(state.elapsed);
    const double seconds = in_seconds(state.elapsed);
    if (seconds > 0 && counts.done > 0) line += " (" + format_rate(static_cast<double>(counts.done) / seconds) + ")";
    return line + failed_part(counts, ", ");
}

}  // namespace rankpool
