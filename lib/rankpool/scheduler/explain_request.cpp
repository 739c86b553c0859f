// Why a task with a request does not run, with the numbers of the decision itself.
#include <utility>

#include <rankpool/scheduler/scheduler.hpp>
#include <rankpool/scheduler/worker_groups.hpp>

namespace rankpool::scheduler {
namespace {

/// What a worker lacks of a variant: in sum over its needs, in 1/10,000 of each.
struct Lack {
    std::uint64_t parts = 0;
    std::string text;
};

template <class AmountOf>
Lack lack_of(const Stock& stock, std::span<const Need> needs, AmountOf amount_of) {
    Lack lack;
    for (const Need& need : needs) {
        const Amount there = amount_of(need.resource);
        if (there >= need.amount) continue;
        const Need missing{need.resource, need.amount - there};
        // Amounts stay below 2^60, so shift before multiplying.
        lack.parts += (missing.amount >> 10) * whole / ((need.amount >> 10) + 1) + 1;
        lack.text += (lack.text.empty() ? "" : " + ") + stock.text_of(std::span(&missing, 1));
    }
    return lack;
}

}  // namespace

std::string Scheduler::explain(RequestId id) const {
    if (!requests_.contains(id)) return "request " + std::to_string(id.value) + " is not defined";
    const Request& request = requests_[id];
    std::string text = "request " + std::to_string(id.value) + " for ";
    for (std::uint32_t i = 0; i < request.variant_count(); ++i) {
        text += (i == 0 ? "" : ", or ") + stock_.text_of(request.variant(i));
    }
    if (request.pinned.is_valid()) text += " on worker " + std::to_string(request.pinned.value);

    WorkerId closest;
    Lack least{.parts = static_cast<std::uint64_t>(-1), .text = {}};
    std::uint64_t able = 0;
    for (WorkerId worker{0}; worker.value < workers_.size(); ++worker.value) {
        if (workers_[worker].state != WorkerState::active) continue;
        if (request.pinned.is_valid() && worker != request.pinned) continue;
        if (could_run(request, worker)) {
            ++able;
            continue;
        }
        for (std::uint32_t i = 0; i < request.variant_count(); ++i) {
            Lack lack = lack_of(stock_, request.variant(i),
                                [&](ResourceId resource) { return stock_.total(worker, resource); });
            if (lack.parts >= least.parts) continue;
            least = std::move(lack);
            closest = worker;
        }
    }
    if (able != 0) return text + " can be met by " + std::to_string(able) + " workers";
    if (!closest.is_valid()) return text + " cannot be met: no such worker takes tasks";
    return text + " cannot be met: worker " + std::to_string(closest.value) + " comes closest and lacks " + least.text;
}

std::string Scheduler::explain_requested(TaskId id) const {
    const Request& request = requests_[tasks_[id].request];
    std::string text = "is ready; " + explain(tasks_[id].request);
    WorkerGroups groups;
    for (WorkerId worker{0}; worker.value < workers_.size(); ++worker.value) {
        if (request.pinned.is_valid() && worker != request.pinned) continue;
        if (workers_[worker].state != WorkerState::active || !could_run(request, worker)) continue;
        const Worker& at = workers_[worker];
        std::string reason = std::to_string(at.free_slots()) + " of " + std::to_string(at.slots) + " slots free";
        bool is_lacking = false;
        for (std::uint32_t i = 0; i < request.variant_count(); ++i) {
            const Lack lack =
                lack_of(stock_, request.variant(i), [&](ResourceId resource) { return stock_.free(worker, resource); });
            if (lack.text.empty()) continue;
            reason += (std::exchange(is_lacking, true) ? " or " : ", lacks ") + lack.text;
        }
        if (at.is_reserved) reason += ", kept for task " + std::to_string(reservation_.task.value);
        groups.add(worker, reason);
    }
    const std::string workers = groups.text();
    return workers.empty() ? text : text + "; " + workers;
}

}  // namespace rankpool::scheduler
