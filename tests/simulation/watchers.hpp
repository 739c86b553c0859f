#pragma once

#include <simulation/watcher.hpp>
#include <vector>

namespace rankpool::simulation {

/// Several watchers in place of one.
class Watchers final : public Watcher {
  public:
    explicit Watchers(std::vector<Watcher*> watchers) : watchers_(std::move(watchers)) {}

    void decided(const scheduler::Event& event, std::span<const scheduler::Command> commands, Instant when) override {
        for (Watcher* each : watchers_) each->decided(event, commands, when);
    }
    void worker_joined(WorkerId worker, std::uint32_t slots, Instant when) override {
        for (Watcher* each : watchers_) each->worker_joined(worker, slots, when);
    }
    void worker_lost(WorkerId worker, scheduler::LossReason reason, Instant when) override {
        for (Watcher* each : watchers_) each->worker_lost(worker, reason, when);
    }
    void worker_died(WorkerId worker, Instant when) override {
        for (Watcher* each : watchers_) each->worker_died(worker, when);
    }
    void assigned(TaskNumber task, WorkerId worker, Instant when) override {
        for (Watcher* each : watchers_) each->assigned(task, worker, when);
    }
    void started(TaskNumber task, WorkerId worker, std::uint32_t attempt, Instant when) override {
        for (Watcher* each : watchers_) each->started(task, worker, attempt, when);
    }
    void stopped(TaskNumber task, WorkerId worker, Instant when) override {
        for (Watcher* each : watchers_) each->stopped(task, worker, when);
    }
    void member_started(TaskNumber task, WorkerId worker, Instant when) override {
        for (Watcher* each : watchers_) each->member_started(task, worker, when);
    }
    void member_ended(TaskNumber task, WorkerId worker, Instant when) override {
        for (Watcher* each : watchers_) each->member_ended(task, worker, when);
    }
    void suspended(TaskNumber task, WorkerId worker, Instant when) override {
        for (Watcher* each : watchers_) each->suspended(task, worker, when);
    }
    void resumed(TaskNumber task, WorkerId worker, Instant when) override {
        for (Watcher* each : watchers_) each->resumed(task, worker, when);
    }
    void ended(TaskNumber task, WorkerId worker, scheduler::TaskEnd end, Instant when) override {
        for (Watcher* each : watchers_) each->ended(task, worker, end, when);
    }
    void submitted(TaskNumber task, const TaskPlan& plan, std::span<const TaskNumber> inputs, Instant when) override {
        for (Watcher* each : watchers_) each->submitted(task, plan, inputs, when);
    }
    void cancel_requested(TaskNumber task, Instant when) override {
        for (Watcher* each : watchers_) each->cancel_requested(task, when);
    }
    void settled(TaskNumber task, scheduler::Settlement settlement, Instant when) override {
        for (Watcher* each : watchers_) each->settled(task, settlement, when);
    }

  private:
    std::vector<Watcher*> watchers_;
};

}  // namespace rankpool::simulation
