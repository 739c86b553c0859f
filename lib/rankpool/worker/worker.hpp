#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <rankpool/protocol/messages.hpp>
#include <rankpool/protocol/outbox.hpp>
#include <rankpool/store/store.hpp>
#include <rankpool/task/resources.hpp>
#include <rankpool/task/task_log.hpp>
#include <rankpool/task/this_task.hpp>
#include <rankpool/transport/progress.hpp>
#include <rankpool/worker/fetches.hpp>
#include <rankpool/worker/task_queue.hpp>

namespace rankpool {

class Client;
struct Failure;
class RemoteClient;
class Slot;
class Waitable;

struct WorkerOptions {
    Rank rank = 0;  ///< for this_task::rank() and messages
    std::string host = {};
    std::uint32_t slots = 1;                             ///< tasks at once; slot 0 is the thread that calls run()
    Resources resources = {};                            ///< what it lends to tasks while they run
    std::uint64_t keep_above = std::uint64_t{64} << 10;  ///< results of more bytes stay here
    bool is_beside_coordinator = false;                  ///< other ranks are reached through it
    PaceKind pace = PaceKind::balanced;
    std::size_t stack_bytes = std::size_t{8} << 20;
    std::function<void()> initializer = {};  ///< runs once on every slot's thread before its first task
    std::uint64_t seed = 0;                  ///< of all random numbers
    StoreLimits store = {};                  ///< how much of results it keeps in memory and on disk
    Instant ends_at = Instant::max();        ///< the pool's time, for this_task::time_left()
    /// Where tasks submit tasks; null: to the coordinator, by messages.
    Client* client = nullptr;
};

/// Runs the tasks that the coordinator sends, and reports. It decides nothing global.
class Worker final : public Progress::Role, private MessageSink, private LogSink {
  public:
    /// `transport` and the executor outlive the worker; it is used under this worker's lock only.
    Worker(Transport& transport, Rank coordinator, WorkerOptions options);
    ~Worker();

    /// What submits tasks from inside tasks.
    Client& client() const;
    /// What this_task::executor() answers; before run().
    void set_executor(Executor* executor) { executor_ = executor; }

    /// Introduces itself, then serves until the coordinator says stop. Returns the exit code that came with it.
    int run();

    /// The tasks that run now, for a message to people, from any thread and from exit handlers (which cannot lock).
    std::string running_tasks() const;

  private:
    friend class Slot;
    friend class RemoteClient;

    struct Running {
        std::uint32_t task = 0;
        std::uint32_t execution = 0;
        Instant start{};
        bool is_announced = false;
        std::atomic<const std::string*> name{nullptr};
        std::atomic<bool> stop{false};
        // While it waits inside (under the worker's lock):
        Slot* slot = nullptr;
        Waitable* waitable = nullptr;
        std::string deadlock = {};  // why that would never end
    };

    // Progress::Role
    bool turn() override;
    bool is_busy() const override;
    void after_turn() override;
    // LogSink
    void write_line(const std::string& task, std::string_view line) override;
    // MessageSink
    void receive(Rank from, BytesView message) override;
    void handle(const protocol::Record& record);
    void receive_owned(Rank from, Bytes message) override;
    void take(const protocol::Record& record);
    void fail_held(const HeldTask& held, const Failure& failure);
    void complain(std::string_view why);
    void end_wait_of(std::uint32_t task, std::uint32_t execution, std::string_view why);

    void begin(Running& running);
    void end(const Running& running);
    void mark_announced(Running& running);
    void announce_long_tasks();
    template <class... Fields>
    void tell(const Fields&... fields) {
        outbox_.add([&](Bytes& message) { protocol::write(message, fields...); });
    }
    // data.cpp: results that ranks keep.
    void take_with_inputs(HeldTask held, const std::vector<ObjectRef>& inputs);
    void release(Fetches::Pending& pending);
    Fetches::Coming& want(const ObjectRef& object);
    void ask_for(ObjectId id, Rank holder);
    void send_to(Rank rank, Bytes message);
    void send_datum(Rank to, ObjectId id, StoredValue* value);
    void on_fetch(const protocol::Fetch& fetch);
    void on_datum(ObjectId id, const StoredRef& value);
    void on_drop(ObjectId id);
    void fetch_for(TaskState& state, Waitable& arrived);
    bool remove(std::uint32_t task, std::uint32_t execution);
    // memory.cpp: what does not fit in memory.
    bool may_start_a_task();
    std::optional<HeldTask> take_task();
    void bring_back(HeldTask held);
    void read_back(ObjectId id);
    void look_at_memory();
    void run_disk();
    void read_one(std::unique_lock<std::mutex>& lock);
    void spill_one(std::unique_lock<std::mutex>& lock, Store::Spilling spilling);
    void complain_of_disk(const std::string& why);
    void tell_memory();
    bool is_stalled() const;
    void free_dropped(std::unique_lock<std::mutex>& lock);
    void stop_disk();

    void fail_initializer(const std::string& why);
    int finish();

    Transport& transport_;
    WorkerOptions options_;
    protocol::Outbox outbox_;
    Progress progress_;
    TaskQueue queue_;
    Store store_;
    Fetches fetches_;
    std::vector<Running*> running_;          // started and not ended, suspended ones included
    std::size_t unannounced_ = 0;            // those of them of which the coordinator does not know that they run
    RemoteClient* remote_client_ = nullptr;  // counted like every client
    Executor* executor_ = nullptr;
    std::vector<StoredRef> freed_;  // dropped: to be freed with no lock held
    std::atomic<bool> has_freed_{false};
    std::deque<ObjectId> reads_;     // to be read back from disk
    std::size_t bringing_back_ = 0;  // tasks about to run that wait for that
    std::size_t permits_ = 0;        // tasks that may start although there is no memory
    protocol::Memory told_memory_ = {};
    Instant told_memory_at_{};
    std::condition_variable disk_wakes_;
    std::thread disk_;  // writes and reads; made when it is needed first
    bool disk_has_work_ = false;
    bool disk_is_working_ = false;
    bool disk_must_end_ = false;
    bool has_complained_of_disk_ = false;
    bool is_stopping_ = false;
    int exit_code_ = 0;
    bool is_broken_ = false;
    bool has_complained_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace rankpool
