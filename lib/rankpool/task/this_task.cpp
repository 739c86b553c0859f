#include <limits>

#include <rankpool/core/contract.hpp>
#include <rankpool/task/client.hpp>
#include <rankpool/task/task_log.hpp>
#include <rankpool/task/this_task.hpp>

namespace rankpool::this_task {
namespace {

const Context& context() {
    const Context* const found = current();
    RANKPOOL_EXPECT(found != nullptr && "this_task is used inside tasks only");
    return *found;
}

}  // namespace

const Context*& current() {
    thread_local const Context* context = nullptr;
    return context;
}

bool exists() { return current() != nullptr; }
const std::string& name() { return *context().name; }
const std::string& key() { return *context().key; }
std::uint32_t attempt() { return context().attempt; }
std::uint32_t members() { return context().members; }
std::uint32_t member() { return context().member; }
Rank rank() { return context().rank; }
const std::string& host() { return *context().host; }
Executor& executor() { return *context().executor; }

std::uint64_t id() { return context().id; }

Duration time_left() {
    const Instant end = context().ends_at;
    return end == Instant::max() ? duration_max : end - now();
}

std::ostream& log() {
    const Context& found = context();
    if (!found.log) found.log = std::make_shared<detail::TaskLog>(*found.log_sink, *found.name);
    return found.log->stream();
}

bool stop_requested() {
    const std::atomic<bool>* const stop = context().stop;
    return stop != nullptr && stop->load(std::memory_order_relaxed);
}

RandomStream& rng() {
    Randomness& random = context().random;
    if (!random.engine) random.engine.emplace(random.seed, random.stream, random.item);
    return *random.engine;
}

std::uint64_t next_stream(Client& client, const std::string& key) {
    if (!key.empty()) return stream_of_key(key);
    if (current() == nullptr) return stream_of_submission(client.next_submission());
    Randomness& random = current()->random;
    return stream_of_child(random.stream, random.item, random.submissions++);
}

void begin_item(std::uint64_t index) {
    if (current() == nullptr) return;
    Randomness& random = current()->random;
    random.item = index + 1;
    random.submissions = 0;
    random.engine.reset();
}

std::uint16_t next_level() {
    const Context* const found = current();
    if (found == nullptr) return 0;
    return found->level == std::numeric_limits<std::uint16_t>::max() ? found->level
                                                                     : static_cast<std::uint16_t>(found->level + 1);
}

}  // namespace rankpool::this_task
