// Tasks that need more than a slot: what they need, who can run them, and who gets them.
#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {
namespace {

/// How many workers with room are compared. Two are nearly as good as all: the fuller of two is rarely the fullest.
constexpr int candidates_compared = 2;
/// Pinned tasks are not shared out, so there are always enough.
constexpr std::uint64_t pinned_ready = 1'000'000;

}  // namespace

void Scheduler::on(const ResourceNamed& event, Instant now, CommandSink&) {
    advance(now);
    RANKPOOL_EXPECT(event.resource.value < limits_.resources_max);
    stock_.name(event.resource, event.name);
}

void Scheduler::on(const RequestDefined& event, Instant now, CommandSink&) {
    advance(now);
    RANKPOOL_EXPECT(event.request.value == requests_.size() && event.request.value < limits_.requests_max);
    RANKPOOL_EXPECT(event.variants.size() <= limits_.variants_max);
    RANKPOOL_EXPECT(!event.pinned.is_valid() || event.pinned.value < limits_.workers_max);
    RANKPOOL_EXPECT(event.ranks == 1 || (event.ranks <= limits_.workers_max && !event.pinned.is_valid()));
    RANKPOOL_EXPECT(event.ranks != 0);
    for (const std::span<const Need> variant : event.variants) {
        for (std::size_t i = 0; i < variant.size(); ++i) {
            RANKPOOL_EXPECT(variant[i].resource.value < limits_.resources_max);
            RANKPOOL_EXPECT(variant[i].amount > 0 && variant[i].amount <= amount_max);
            for (std::size_t j = 0; j < i; ++j) RANKPOOL_EXPECT(variant[j].resource != variant[i].resource);
        }
    }
    requests_.define(event, workers_.size());
    Request& request = requests_[event.request];
    for (WorkerId worker{0}; worker.value < workers_.size(); ++worker.value) {
        if (workers_[worker].state == WorkerState::active && could_run(request, worker)) ++request.able;
    }
}

void Scheduler::on(const PoolFormed&, Instant now, CommandSink& commands) {
    advance(now);
    is_formed_ = true;
    for (TaskId id{0}; id.value < tasks_.size(); ++id.value) {
        const TaskState state = tasks_[id].state;
        if ((state != TaskState::waiting && state != TaskState::ready) || !is_infeasible(tasks_[id].request)) continue;
        if (state == TaskState::ready) take_from_ready(id);
        settle_unsuccessful(id, Settlement::infeasible, commands);
    }
    place_ready_tasks(commands);
}

bool Scheduler::has_room(const Request& request, WorkerId id, const Task& task) const {
    if (!workers_.contains(id)) return false;
    const Worker& worker = workers_[id];
    if (worker.state != WorkerState::active) return false;
    if (worker.is_reserved && !may_use_reserved(task)) return false;
    if (worker.load < worker.slots) return true;
    // Nobody else can have a pinned task. Others are not taken back from a queue, so only short ones may join it.
    const bool may_queue = request.pinned.is_valid() || prefill_.is_short(task.function);
    const Prefill::Market shared =
        request.pinned.is_valid() ? Prefill::Market{.ready = pinned_ready, .slots = worker.slots} : market(task);
    return may_queue && prefill_.has_room(worker, task.function, shared) && !would_end_late(task, wait_at(id));
}

std::optional<std::uint8_t> Scheduler::fitting_variant(const Request& request, WorkerId worker,
                                                       const Task& task) const {
    if (!has_room(request, worker, task)) return std::nullopt;
    for (std::uint32_t i = 0; i < request.variant_count(); ++i) {
        if (stock_.has(worker, request.variant(i))) return static_cast<std::uint8_t>(i);
    }
    return std::nullopt;
}

bool Scheduler::could_run(const Request& request, WorkerId worker) const {
    for (std::uint32_t i = 0; i < request.variant_count(); ++i) {
        if (stock_.could_have(worker, request.variant(i))) return true;
    }
    return false;
}

bool Scheduler::is_infeasible(RequestId id) const {
    if (!requests_.has_queue(id)) return false;
    const Request& request = requests_[id];
    if (!request.pinned.is_valid()) return request.able < request.ranks;
    if (!workers_.contains(request.pinned)) return true;
    const WorkerState state = workers_[request.pinned].state;
    return (state != WorkerState::active && state != WorkerState::draining) || !could_run(request, request.pinned);
}

void Scheduler::count_able(WorkerId worker, std::int32_t change) {
    for (RequestId id{0}; id.value < requests_.size(); ++id.value) {
        Request& request = requests_[id];
        if (request.pinned.is_valid() || !could_run(request, worker)) continue;
        request.able += static_cast<std::uint32_t>(change);
    }
}

Scheduler::Fit Scheduler::fit_near(const Request& request, const Task& task) const {
    const Place place = task.near();
    if (place.bytes == 0) return {};
    const auto variant = fitting_variant(request, place.worker, task);
    if (!variant || !is_better_near(wait_at(place.worker), Duration{}, transfer_speed_.time_for(place.bytes)))
        return {};
    return {place.worker, *variant};
}

Scheduler::Fit Scheduler::find_worker(RequestId id, const Task& task) {
    Request& request = requests_[id];
    if (request.pinned.is_valid()) {
        const auto variant = fitting_variant(request, request.pinned, task);
        return variant ? Fit{request.pinned, *variant} : Fit{};
    }
    Fit best = fit_near(request, task);
    if (best.worker.is_valid()) return best;
    int compared = 0;
    for (std::uint32_t left = request.candidates.count(); left > 0 && compared < candidates_compared; --left) {
        const WorkerId worker = request.candidates.front();
        const auto variant = fitting_variant(request, worker, task);
        if (!variant) {
            requests_.drop_candidate(id);
            continue;
        }
        request.candidates.rotate();
        ++compared;
        if (!best.worker.is_valid() ||
            WorkerTable::load_level(workers_[worker]) < WorkerTable::load_level(workers_[best.worker])) {
            best = {worker, *variant};
        }
        if (workers_[worker].load == 0) break;
    }
    return best;
}

Scheduler::Choice Scheduler::choose_for_news() {
    while (requests_.has_news()) {
        const WorkerId worker = requests_.news();
        const bool is_active = workers_[worker].state == WorkerState::active;
        if (is_active) {
            const RequestId first = requests_.first_for(worker, tasks_, [&](RequestId id) {
                const Request& request = requests_[id];
                return fitting_variant(request, worker, tasks_[request.ready.front()]).has_value();
            });
            if (first.is_valid()) return {first, worker};
        }
        requests_.end_news(is_active && workers_[worker].free_slots() > 0);
    }
    return {};
}

Scheduler::Choice Scheduler::choose_requested() {
    Choice choice = choose_for_news();
    if (!requests_.has_open()) return choice;
    const RequestId open = requests_.first_open(tasks_);
    const bool is_first = !choice.request.is_valid() ||
                          requests_.rank_of(open, tasks_).goes_before(requests_.rank_of(choice.request, tasks_));
    return is_first ? Choice{open, WorkerId{}} : choice;
}

void Scheduler::place_requested(Choice choice, CommandSink& commands) {
    const Request& request = requests_[choice.request];
    const TaskId id = request.ready.front();
    if (would_end_late(tasks_[id], Duration{})) {
        put_off(id);
        return;
    }
    Fit fit;
    if (!choice.worker.is_valid()) {
        fit = find_worker(choice.request, tasks_[id]);
    } else {
        if (!request.pinned.is_valid()) fit = fit_near(request, tasks_[id]);
        if (!fit.worker.is_valid()) fit = {choice.worker, *fitting_variant(request, choice.worker, tasks_[id])};
    }
    if (!fit.worker.is_valid()) {
        requests_.close(choice.request);
        return;
    }
    requests_.remove(tasks_, id);
    tasks_[id].variant = fit.variant & 15U;
    assign(id, fit.worker, commands);
}

void Scheduler::settle_stranded(CommandSink& commands) {
    // Tasks pinned to a worker that is lost. Such a request is open whenever it has ready tasks.
    for (;;) {
        const RequestId stranded = requests_.find_open([this](const Request& request) {
            return request.pinned.is_valid() && workers_.contains(request.pinned) &&
                   workers_[request.pinned].state == WorkerState::lost;
        });
        if (!stranded.is_valid()) return;
        while (!requests_[stranded].ready.is_empty()) {
            const TaskId id = requests_[stranded].ready.front();
            requests_.remove(tasks_, id);
            settle_unsuccessful(id, Settlement::infeasible, commands);
        }
    }
}

}  // namespace rankpool::scheduler
