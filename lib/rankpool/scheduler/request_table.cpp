#include <bit>

#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/request_table.hpp>

namespace rankpool::scheduler {

void RequestTable::define(const RequestDefined& event, std::uint32_t workers) {
    Request& request = requests_.emplace_back();
    request.pinned = event.pinned;
    request.time = event.time;
    request.ranks = event.ranks;
    for (const std::span<const Need> variant : event.variants) {
        request.needs.insert(request.needs.end(), variant.begin(), variant.end());
        request.variant_ends.push_back(static_cast<std::uint32_t>(request.needs.size()));
    }
    if (request.variant_ends.empty()) request.variant_ends.push_back(0);
    if (request.is_plain()) return;
    if (request.pinned.is_valid()) {
        if (request.pinned.value >= pinned_.size()) pinned_.resize(std::size_t{request.pinned.value} + 1);
        pinned_[request.pinned.value].push_back(event.request);
        return;
    }
    if (request.is_wide()) {
        wide_.push_back(event.request);
        return;
    }
    request.shared = static_cast<std::uint32_t>(shared_.size());
    shared_.push_back(event.request);
    if (request.shared % 64 == 0) offered_.emplace_back();
    for (WorkerId worker{0}; worker.value < workers; ++worker.value) {
        offered(worker, request.shared / 64) |= std::uint64_t{1} << request.shared % 64;
        request.candidates.push(worker);
    }
}

void RequestTable::end_news(bool has_free_slot) {
    const WorkerId worker = news_.back();
    news_.pop_back();
    if (!has_free_slot) return;
    for (std::uint32_t word = 0; word < offered_.size(); ++word) {
        const std::uint32_t left = static_cast<std::uint32_t>(shared_.size()) - word * 64;
        const std::uint64_t all = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
        std::uint64_t& known = offered(worker, word);
        for (std::uint64_t missing = all & ~known; missing != 0; missing &= missing - 1) {
            const RequestId id = shared_[word * 64 + static_cast<std::uint32_t>(std::countr_zero(missing))];
            requests_[id.value].candidates.push(worker);
        }
        known = all;
    }
}

void RequestTable::drop_candidate(RequestId id) {
    Request& request = requests_[id.value];
    offered(request.candidates.front(), request.shared / 64) &= ~(std::uint64_t{1} << request.shared % 64);
    request.candidates.pop();
    if (request.candidates.is_empty()) close(id);
}

void RequestTable::push(TaskTable& tasks, TaskId task) {
    const RequestId id = tasks[task].request;
    requests_[id.value].ready.push(tasks, task);
    ++ready_count_;
    refresh(tasks, id);
    open(id);
}

void RequestTable::put_back(TaskTable& tasks, TaskId task) {
    const RequestId id = tasks[task].request;
    requests_[id.value].ready.put_back(tasks, task);
    ++ready_count_;
    refresh(tasks, id);
    open(id);
}

void RequestTable::remove(TaskTable& tasks, TaskId task) {
    const RequestId id = tasks[task].request;
    requests_[id.value].ready.remove(tasks, task);
    --ready_count_;
    refresh(tasks, id);
    if (requests_[id.value].ready.is_empty()) close(id);
}

void RequestTable::refresh(const TaskTable& tasks, RequestId id) {
    Request& request = requests_[id.value];
    if (request.pinned.is_valid() || request.is_wide()) return;
    std::uint32_t& at = request.waiting_at;
    if (!request.ready.is_empty()) {
        const Rank rank(tasks[request.ready.front()]);
        if (at != Request::not_waiting) {
            waiting_[at].rank = rank;
        } else {
            at = static_cast<std::uint32_t>(waiting_.size());
            waiting_.push_back({rank, id});
        }
    } else if (at != Request::not_waiting) {
        waiting_[at] = waiting_.back();
        requests_[waiting_[at].request.value].waiting_at = at;
        waiting_.pop_back();
        at = Request::not_waiting;
    }
}

RequestId RequestTable::first_open(const TaskTable& tasks) const {
    RequestId best = open_.front();
    for (const RequestId id : open_) {
        if (id != best && rank_of(id, tasks).goes_before(rank_of(best, tasks))) best = id;
    }
    return best;
}

RequestId RequestTable::first_wide(const TaskTable& tasks) const {
    RequestId best;
    for (const RequestId id : wide_) {
        const Request& request = requests_[id.value];
        if (request.ready.is_empty() || request.able < request.ranks) continue;
        if (!best.is_valid() || rank_of(id, tasks).goes_before(rank_of(best, tasks))) best = id;
    }
    return best;
}

void RequestTable::open(RequestId id) {
    Request& request = requests_[id.value];
    if (request.is_open || request.ready.is_empty() || request.is_wide()) return;
    if (!request.pinned.is_valid() && request.candidates.is_empty()) return;
    request.is_open = true;
    open_.push_back(id);
}

void RequestTable::close(RequestId id) {
    if (!requests_[id.value].is_open) return;
    requests_[id.value].is_open = false;
    for (RequestId& listed : open_) {
        if (listed != id) continue;
        listed = open_.back();
        open_.pop_back();
        return;
    }
}

std::uint64_t& RequestTable::offered(WorkerId worker, std::uint32_t word) {
    std::vector<std::uint64_t>& words = offered_[word];
    if (worker.value >= words.size()) words.resize(std::size_t{worker.value} + 1);
    return words[worker.value];
}

void RequestTable::check_invariants(const TaskTable& tasks) const {
    std::uint64_t ready = 0, open = 0, waiting = 0;
    for (RequestId id{0}; id.value < requests_.size(); ++id.value) {
        const Request& request = requests_[id.value];
        request.ready.check_invariants(tasks);
        request.ready.look_at(tasks, [&](TaskId task) { RANKPOOL_ENSURE(tasks[task].request == id); });
        ready += request.ready.count();
        open += request.is_open ? 1 : 0;
        RANKPOOL_ENSURE(!request.is_open || !request.ready.is_empty());
        // Rule: the shared requests with ready tasks are listed, with the rank of the first.
        const bool is_waiting = request.waiting_at != Request::not_waiting;
        RANKPOOL_ENSURE(is_waiting == (!request.pinned.is_valid() && !request.is_wide() && !request.ready.is_empty()));
        if (is_waiting) {
            const Waiting& listed = waiting_[request.waiting_at];
            const Rank rank(tasks[request.ready.front()]);
            RANKPOOL_ENSURE(listed.request == id && listed.rank.key == rank.key && listed.rank.order == rank.order);
            ++waiting;
        }
        if (request.shared == Request::not_shared) continue;
        // Rule: the workers marked as candidates of a request are those on its list.
        std::uint64_t marked = 0;
        for (const std::uint64_t word : offered_[request.shared / 64]) marked += word >> request.shared % 64 & 1;
        RANKPOOL_ENSURE(marked == request.candidates.count());
        for (std::uint32_t i = 0; i < request.candidates.count(); ++i) {
            RANKPOOL_ENSURE(offered_[request.shared / 64][request.candidates[i].value] >> request.shared % 64 & 1);
        }
    }
    RANKPOOL_ENSURE(ready == ready_count_ && open == open_.size() && waiting == waiting_.size());
    RANKPOOL_ENSURE(news_.empty());
}

}  // namespace rankpool::scheduler
