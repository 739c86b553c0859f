// The rules about resources, checked from scratch.
#include <vector>

#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

void Scheduler::check_stock() const {
    const std::uint32_t width = stock_.width();
    std::vector<Amount> taken(std::size_t{workers_.size()} * width);
    for (TaskId id{0}; id.value < tasks_.size(); ++id.value) {
        const Task& task = tasks_[id];
        if (!is_held(task.state) || !requests_.has_queue(task.request)) continue;
        const Request& request = requests_[task.request];
        RANKPOOL_ENSURE(task.variant < request.variant_count());
        // Rule: a pinned task is nowhere else, and what has a request is not taken back for others.
        RANKPOOL_ENSURE(!request.pinned.is_valid() || task.worker() == request.pinned);
        RANKPOOL_ENSURE(!task.is_movable);
        for (const Need& need : request.variant(task.variant)) {
            taken[std::size_t{task.worker().value} * width + need.resource.value] += need.amount;
        }
    }
    seats_.visit_all([&](const SeatTable::Key&, const Seat& seat) {
        if (!requests_.has_queue(seat.request)) return;
        for (const Need& need : requests_[seat.request].variant(seat.variant)) {
            taken[std::size_t{seat.worker.value} * width + need.resource.value] += need.amount;
        }
    });
    // Rule: what is free and what held tasks have taken is what the worker has; nothing is given out twice.
    for (WorkerId worker{0}; worker.value < workers_.size(); ++worker.value) {
        for (ResourceId resource{0}; resource.value < width; ++resource.value) {
            RANKPOOL_ENSURE(taken[std::size_t{worker.value} * width + resource.value] + stock_.free(worker, resource) ==
                            stock_.total(worker, resource));
        }
    }
}

void Scheduler::check_requests() const {
    for (RequestId id{0}; id.value < requests_.size(); ++id.value) {
        const Request& request = requests_[id];
        // Rule: nothing is left to be looked at, so what is ready has no room.
        RANKPOOL_ENSURE(!request.is_open);
        std::uint32_t able = 0;
        for (WorkerId worker{0}; worker.value < workers_.size(); ++worker.value) {
            if (workers_[worker].state != WorkerState::active) continue;
            if (could_run(request, worker)) ++able;
            if (request.ready.is_empty() || workers_[worker].free_slots() == 0) continue;
            if (request.is_wide() || workers_[worker].is_reserved) continue;
            if (request.pinned.is_valid() && worker != request.pinned) continue;
            // Rule: a worker with a free slot has too little for the first ready task of every request.
            for (std::uint32_t i = 0; i < request.variant_count(); ++i) {
                RANKPOOL_ENSURE(!stock_.has(worker, request.variant(i)));
            }
        }
        RANKPOOL_ENSURE(request.pinned.is_valid() || request.able == able);
    }
}

}  // namespace rankpool::scheduler
