#include <algorithm>
#include <cstdlib>

#include <rankpool/core/error.hpp>
#include <rankpool/observe/progress.hpp>
#include <rankpool/observe/terminal.hpp>

namespace rankpool {
namespace {

// At five bars a second the rate is that of the last 10 s: steady to look at, and soon right after a change.
constexpr std::size_t sample_count_max = 50;

constexpr const char* erase_line = "\r\x1b[K";  // ECMA-48: to the left margin, erase to the end of the line.

Instant first_due(const ProgressOptions& options, Instant start) {
    switch (options.mode) {
        case ProgressMode::off:
            return Instant::max();
        case ProgressMode::bar:
            return deadline_after(start, options.bar_delay);
        case ProgressMode::lines:
            return deadline_after(start, options.line_delay);
    }
    return Instant::max();
}

}  // namespace

ProgressMode choose_progress_mode(std::string_view setting, bool is_terminal) {
    if (setting.empty() || setting == "auto") return is_terminal ? ProgressMode::bar : ProgressMode::lines;
    if (setting == "bar") return ProgressMode::bar;
    if (setting == "lines") return ProgressMode::lines;
    if (setting == "off") return ProgressMode::off;
    throw ConfigError("RANKPOOL_PROGRESS is '" + std::string(setting) +
                      "', which is no way to show progress: use auto, bar, lines or off");
}

ProgressOptions current_progress_options(std::string label) {
    const char* setting = std::getenv("RANKPOOL_PROGRESS");
    ProgressOptions options;
    options.label = std::move(label);
    options.mode = choose_progress_mode(setting == nullptr ? "" : setting, is_stderr_on_terminal());
    options.columns = terminal_columns();
    options.write = write_to_stderr;
    return options;
}

ProgressMeter::ProgressMeter(ProgressOptions options, Instant start)
    : options_(std::move(options)),
      start_(start),
      next_due_(first_due(options_, start)),
      line_interval_(options_.line_interval),
      samples_{{start, 0}} {}

ProgressState ProgressMeter::state(Instant now) const {
    const Sample& oldest = samples_.front();
    const double seconds = in_seconds(now - oldest.when);
    ProgressState state{options_.label, counts_, now - start_, 0};
    if (seconds > 0 && counts_.done > oldest.done) {
        state.rate_per_s = static_cast<double>(counts_.done - oldest.done) / seconds;
    }
    return state;
}

void ProgressMeter::show(Instant now) {
    if (options_.mode == ProgressMode::bar) {
        options_.write(erase_line + progress_bar(state(now), options_.columns));
        is_bar_visible_ = true;
        next_due_ = deadline_after(now, options_.bar_interval);
    } else {
        options_.write(progress_line(state(now)) + '\n');
        next_due_ = deadline_after(now, line_interval_);
        line_interval_ = std::min(2 * line_interval_, options_.line_interval_max);
    }
    has_shown_ = true;
    if (samples_.size() == sample_count_max) samples_.erase(samples_.begin());
    samples_.push_back({now, counts_.done});
}

void ProgressMeter::hide() {
    if (!is_bar_visible_) return;
    options_.write(erase_line);
    is_bar_visible_ = false;
}

void ProgressMeter::finish(const ProgressCounts& counts, Instant now) {
    counts_ = counts;
    next_due_ = Instant::max();
    hide();
    if (has_shown_) options_.write(progress_summary(state(now)) + '\n');
    has_shown_ = false;
}

}  // namespace rankpool
