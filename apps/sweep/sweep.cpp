#include "sweep.hpp"

#include <csignal>
#include <cstdio>
#include <deque>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include <rankpool/core/error.hpp>
#include <rankpool/executor/wait_group.hpp>
#include <rankpool/launch/shell_text.hpp>
#include <rankpool/observe/format.hpp>
#include <rankpool/observe/progress.hpp>
#include <rankpool/task/future.hpp>

#include "failure_groups.hpp"
#include "stopping.hpp"
#include "table.hpp"

namespace rankpool::sweep {

using namespace std::chrono_literals;

namespace {

// How soon signals and the end of the job's time are noticed.
constexpr Duration tick = 200ms;
constexpr Duration sync_interval = 10s;
// For the table, beside the grace for what still runs.
constexpr Duration writing_reserve = 10s;

/// The loop on rank 0: keeps enough commands in flight, and writes down what comes back.
class Loop {
  public:
    Loop(Executor& pool, const SweepPlan& plan, Journal& journal)
        : pool_(pool),
          plan_(plan),
          journal_(journal),
          budget_(plan.deadline, plan.grace + writing_reserve),
          in_flight_max_(4 * pool.slots() + 64),
          meter_(current_progress_options("commands"), now()),
          next_sync_(now() + sync_interval) {}

    SweepResult run() {
        for (std::size_t index = 0; index < plan_.space.size(); ++index) {
            const Journal::Known* const known = journal_.find(plan_.space.key(index));
            if (known != nullptr && known->has_succeeded) ++result_.succeeded_before;
        }
        for (;;) {
            decide_on_end();
            start_more();
            if (running_.empty()) break;
            const StateRef settled = group_.next(std::min(now() + tick, meter_.next_due()));
            if (settled) take(settled);
            show_progress();
        }
        meter_.finish(counts(), now());
        result_.left = plan_.space.size() - result_.succeeded_before - result_.succeeded - result_.failed;
        return result_;
    }
    const FailureGroups& failures() const { return failures_; }

  private:
    struct Case {
        std::size_t index = 0;
        int tries = 0;  ///< in this run, before this one
    };
    struct Running {
        Case what;
        Future<CommandReport> future;
    };

    bool is_ending() const { return result_.ended_by != EndedBy::itself; }

    bool has_no_time_left() const {
        // A warning without a known deadline: nobody knows how much time is left, so nothing more is begun.
        return !budget_.fits(now()) || (SignalWatch::has_warned() && plan_.deadline == Instant::max());
    }
    void decide_on_end() {
        if (!is_ending()) {
            if (SignalWatch::ending() != 0) {
                end_by(EndedBy::signal);
                result_.signal = SignalWatch::ending();
            } else if (plan_.failures_max > 0 && result_.failed >= plan_.failures_max) {
                end_by(EndedBy::failures);
            } else if (has_no_time_left() && has_more()) {
                end_by(EndedBy::walltime);
            }
        }
        const bool must_stop_all = SignalWatch::ending() != 0 || now() >= budget_.last_moment();
        if (must_stop_all && !has_stopped_all_) stop_running();
    }
    /// From here on nothing more is started; what a rank has not begun is taken back.
    void end_by(EndedBy why) {
        result_.ended_by = why;
        for (auto& [state, running] : running_) running.future.cancel();
    }
    void stop_running() {
        has_stopped_all_ = true;
        if (!is_ending()) end_by(EndedBy::walltime);
        for (auto& [state, running] : running_) running.future.request_stop();
    }

    bool has_more() {
        skip_succeeded();
        return !again_.empty() || next_ < plan_.space.size();
    }
    void skip_succeeded() {
        for (; next_ < plan_.space.size(); ++next_) {
            const Journal::Known* const known = journal_.find(plan_.space.key(next_));
            if (known == nullptr || !known->has_succeeded) return;
        }
    }
    void start_more() {
        while (!is_ending() && running_.size() < in_flight_max_ && has_more()) {
            Case what{next_, 0};
            if (again_.empty()) {
                ++next_;
            } else {
                what = again_.front();
                again_.pop_front();
            }
            start(what);
        }
    }
    std::string run_dir_of(std::size_t index) const {
        return plan_.command.uses_run_dir() ? plan_.run_root + '/' + plan_.space.label(index) : std::string();
    }
    std::vector<std::string> arguments_of(std::size_t index) const {
        return plan_.command.expand({plan_.space.values(index), run_dir_of(index), index});
    }
    double end_by_s() const {
        if (budget_.last_moment() == Instant::max()) return 0;
        const Duration left = budget_.last_moment() - now();
        return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch() + left).count();
    }
    void start(Case what) {
        CommandRequest request{.arguments = arguments_of(what.index),
                               .run_dir = run_dir_of(what.index),
                               .time_limit = plan_.time_limit,
                               .grace = plan_.grace,
                               .capture_bytes_max = plan_.capture_bytes_max,
                               .end_by_s = end_by_s(),
                               .gpus = amount_of("gpu", plan_.needs)};
        Future<CommandReport> future = pool_.submit({.resources = plan_.needs}, run_command, std::move(request));
        const StateRef state = future.state_ref();
        running_.emplace(&*state, Running{what, std::move(future)});
        group_.add(state);
    }

    void take(const StateRef& settled) {
        const auto found = running_.find(&*settled);
        const Running ended = std::move(found->second);
        running_.erase(found);
        if (ended.future.cancelled()) return;
        if (!has_run(ended.future)) return;
        const CommandReport& report = ended.future.result();
        if (report.status == RunStatus::stopped) {
            // The rank may know before us that the time is over.
            if (!is_ending()) end_by(EndedBy::walltime);
            return;
        }
        // A batch system that ends a job signals all processes of it at once: not the command's failure.
        if (SignalWatch::ending() == SIGTERM && report.exit_code == 128 + SIGTERM) return;
        const CaseKey key = plan_.space.key(ended.what.index);
        const Journal::Known* const known = journal_.find(key);
        journal_.add({.key = key,
                      .attempts = (known == nullptr ? 0 : known->attempts) + 1,
                      .run_dir = run_dir_of(ended.what.index),
                      .report = report});
        if (report.status == RunStatus::succeeded) {
            ++result_.succeeded;
            budget_.learn(report.duration);
        } else if (ended.what.tries < plan_.retries && !is_ending()) {
            again_.push_back({ended.what.index, ended.what.tries + 1});
        } else {
            ++result_.failed;
            failures_.add(report, name_of_case(ended.what.index), shell_line(arguments_of(ended.what.index)));
        }
        if (now() >= next_sync_) {
            journal_.sync();
            next_sync_ = now() + sync_interval;
        }
    }
    /// False for a command that the pool has not started because its time is over.
    bool has_run(const Future<CommandReport>& future) {
        try {
            future.result();
            return true;
        } catch (const WalltimeError&) {
            if (!is_ending()) end_by(EndedBy::walltime);
            return false;
        } catch (const InfeasibleError& error) {
            throw ConfigError(std::string("--needs: ") + error.what());
        }  // Other failures are the pool's own: then the sweep is over.
    }
    std::string name_of_case(std::size_t index) const {
        std::string text = "case " + std::to_string(index) + " (";
        const std::vector<std::string_view> values = plan_.space.values(index);
        for (std::size_t i = 0; i < values.size(); ++i) {
            text += (i == 0 ? "" : ", ") + plan_.space.names()[i] + '=' + std::string(values[i]);
        }
        return text + ')';
    }

    ProgressCounts counts() const {
        return {.done = result_.succeeded + result_.failed,
                .failed = result_.failed,
                .total = plan_.space.size() - result_.succeeded_before};
    }
    void show_progress() { meter_.update(counts(), now()); }

    Executor& pool_;
    const SweepPlan& plan_;
    Journal& journal_;
    TimeBudget budget_;
    std::size_t in_flight_max_;
    ProgressMeter meter_;
    Instant next_sync_;
    WaitGroup group_;
    std::unordered_map<const TaskState*, Running> running_;
    std::deque<Case> again_;  // At most in_flight_max_: each of them was in flight.
    std::size_t next_ = 0;
    bool has_stopped_all_ = false;
    FailureGroups failures_;
    SweepResult result_;
};

std::string ending_text(const SweepResult& result) {
    switch (result.ended_by) {
        case EndedBy::itself:
            return "";
        case EndedBy::failures:
            return "stopped after too many failures";
        case EndedBy::walltime:
            return "stopped at the walltime, can be resumed";
        case EndedBy::signal:
            return result.signal == SIGINT ? "interrupted, can be resumed" : "told to end (SIGTERM), can be resumed";
    }
    return "";
}

std::string summary(const SweepResult& result, const SweepPlan& plan, const FailureGroups& failures, Duration took) {
    const std::uint64_t done = result.succeeded + result.failed;
    std::string text = failures.text();
    text += fmt::format("{} of {} cases succeeded", format_count(result.succeeded + result.succeeded_before),
                        format_count(plan.space.size()));
    if (result.succeeded_before > 0) text += fmt::format(" ({} of them before)", format_count(result.succeeded_before));
    if (result.failed > 0) text += fmt::format(", {} failed", format_count(result.failed));
    if (result.left > 0) text += fmt::format(", {} not run", format_count(result.left));
    text += fmt::format(", in {}", format_duration(took));
    if (done > 0 && took > 0s) text += fmt::format(" ({})", format_rate(static_cast<double>(done) / in_seconds(took)));
    text += fmt::format("; table in {}\n", plan.output);
    if (result.ended_by != EndedBy::itself) text += ending_text(result) + "\n";
    if (result.left + result.failed > 0) text += "run the rest: the same command with --resume\n";
    return text;
}

}  // namespace

std::string journal_path(const std::string& output) { return output + ".journal"; }

SweepResult run_sweep(Executor& pool, const SweepPlan& plan) {
    const SignalWatch signals;
    const Instant begin = now();
    Journal journal(journal_path(plan.output), plan.command.arguments(), plan.begin);
    if (journal.damaged_count() > 0) {
        std::fprintf(stderr, "rankpool sweep: %zu damaged lines of %s are left out; their commands run again\n",
                     journal.damaged_count(), journal.path().c_str());
    }
    Loop loop(pool, plan, journal);
    const SweepResult result = loop.run();
    journal.sync();
    write_table(plan.output, {plan.space, journal, plan.extractions, shell_line(plan.command.arguments())});
    std::fputs(summary(result, plan, loop.failures(), now() - begin).c_str(), stdout);
    std::fflush(stdout);
    return result;
}

}  // namespace rankpool::sweep
