#include <algorithm>
#include <array>
#include <simulation/cluster.hpp>
#include <simulation/paths.hpp>
#include <stdexcept>
#include <utility>

namespace rankpool::simulation {
namespace {

constexpr std::uint32_t workers_per_node = 4;

}  // namespace

VirtualCluster::VirtualCluster(const ClusterOptions& options, const Workload& workload, scheduler::Scheduler& scheduler)
    : options_(options), random_(options.seed), scheduler_(&scheduler), driver_(workload), paths_(paths_of(workload)) {}

void VirtualCluster::add(const std::vector<Incident>& incidents) {
    for (const Incident& incident : incidents) queue_.push(incident.when, incident);
}

void VirtualCluster::run() {
    define_requests();
    for (WorkerId id{0}; id.value < options_.workers; ++id.value) join(id);
    queue_.push(now_, Burst{0});
    // What the first report of a row brings about comes to a worker no earlier than this.
    const Duration row_length = std::max(options_.latency, Duration(1));
    while (!queue_.is_empty() || !told_.empty()) {
        if (!told_.empty() && (queue_.is_empty() || queue_.next_time() >= told_.front().when + row_length)) {
            flush_reports();
            continue;
        }
        now_ = queue_.next_time();
        std::visit([this](const auto& occurrence) { on(occurrence); }, queue_.pop());
    }
    if (driver_.settled() == driver_.submitted()) return;
    for (TaskNumber number = 0;; ++number) {
        if (!driver_.is_live(number)) continue;
        throw std::logic_error("nothing happens any more, but " +
                               std::to_string(driver_.submitted() - driver_.settled()) +
                               " tasks are not settled; task " + std::to_string(driver_.id(number).value) + ": " +
                               scheduler_->explain(driver_.id(number)));
    }
}

void VirtualCluster::join(WorkerId id) {
    if (seats_.size() <= id.value) seats_.resize(std::size_t{id.value} + 1);
    Random random(options_.seed, id.value);
    const std::uint32_t slots =
        options_.slots_max > options_.slots ? random.between(options_.slots, options_.slots_max) : options_.slots;
    Seat& seat = seats_[id.value];
    seat.worker = VirtualWorker(slots);
    if (options_.slow_workers > 0 && random.chance(options_.slow_workers)) seat.slowness = random.between(2, 8);
    seat.is_alive = seat.is_healthy = true;
    ++healthy_;
    if (watcher_ != nullptr) watcher_->worker_joined(id, slots, now_);
    const std::array resources{scheduler::Need{scheduler::ResourceId{0}, options_.stock},
                               scheduler::Need{scheduler::ResourceId{1}, options_.stock}};
    tell(scheduler::WorkerJoined{
        id, slots,
        options_.stock > 0 ? std::span<const scheduler::Need>(resources) : std::span<const scheduler::Need>(),
        scheduler::NodeId{id.value / workers_per_node}});
}

void VirtualCluster::define_requests() {
    scheduler::RequestId request{0};
    for (const RequestVariants& variants : driver_.workload().requests()) {
        const std::vector<std::span<const scheduler::Need>> views(variants.begin(), variants.end());
        const std::uint32_t ranks = driver_.workload().ranks(request);
        ranks_max_ = std::max(ranks_max_, ranks);
        tell(scheduler::RequestDefined{.request = request, .variants = views, .ranks = ranks});
        ++request.value;
    }
}

void VirtualCluster::send_to(WorkerId to, Instant when, Occurrence occurrence) {
    queue_.push(arrival(when, seat(to).latest_to), occurrence);
}

void VirtualCluster::send_from(WorkerId from, Occurrence occurrence) {
    queue_.push(arrival(now_, seat(from).latest_from), occurrence);
}

Instant VirtualCluster::arrival(Instant when, Instant& latest) {
    Instant arrival = when + options_.latency;
    if (options_.jitter > Duration{}) {
        arrival += Duration(static_cast<Duration::rep>(random_.unit() * static_cast<double>(options_.jitter.count())));
    }
    return latest = std::max(latest, arrival);
}

}  // namespace rankpool::simulation
