#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <rankpool/core/time.hpp>
#include <rankpool/observe/progress_text.hpp>

namespace rankpool {

/// How progress is shown: a bar that is drawn again and again, a line now and then, or not at all.
enum class ProgressMode { off, bar, lines };

/// Chooses by the value of RANKPOOL_PROGRESS (auto, bar, lines or off; empty is auto): auto is a bar on a terminal,
/// lines elsewhere.
///
/// @throws ConfigError  another value
ProgressMode choose_progress_mode(std::string_view setting, bool is_terminal);

struct ProgressOptions {
    std::string label = "tasks";
    ProgressMode mode = ProgressMode::off;
    int columns = 80;
    std::function<void(std::string_view)> write;  ///< where the text goes; called with whole lines or whole bars
    Duration bar_delay = std::chrono::milliseconds(500);  ///< quick work is over before a bar would help
    Duration bar_interval = std::chrono::milliseconds(200);
    Duration line_delay = std::chrono::seconds(10);
    Duration line_interval = std::chrono::seconds(30);  ///< doubles from line to line
    Duration line_interval_max = std::chrono::minutes(5);
};

/// The options for this process: RANKPOOL_PROGRESS, and stderr's terminal.
/// @throws ConfigError  RANKPOOL_PROGRESS has another value than those above
ProgressOptions current_progress_options(std::string label = "tasks");

/// Shows how far long work has come. Call update() as often as you like: while nothing is due it is one comparison.
///
/// Not thread-safe. The clock is passed in, and never goes back.
class ProgressMeter {
  public:
    ProgressMeter(ProgressOptions options, Instant start);

    /// Tells how far the work is, and shows it if that is due.
    void update(const ProgressCounts& counts, Instant now) {
        counts_ = counts;
        if (now >= next_due_) show(now);
    }
    /// When update() next shows something; Instant::max() in mode off.
    Instant next_due() const { return next_due_; }

    /// Takes the bar off the screen, so that something else can be printed; it comes back with the next update.
    void hide();

    /// Says what the work took, if anything was shown before. Later calls do nothing.
    void finish(const ProgressCounts& counts, Instant now);

  private:
    struct Sample {
        Instant when;
        std::uint64_t done;
    };

    void show(Instant now);
    ProgressState state(Instant now) const;

    ProgressOptions options_;
    Instant start_;
    Instant next_due_;
    Duration line_interval_;
    ProgressCounts counts_;
    std::vector<Sample> samples_;  // Invariant: at most sample_count_max, oldest first; what the rate is taken from.
    bool has_shown_ = false;
    bool is_bar_visible_ = false;
};

}  // namespace rankpool
