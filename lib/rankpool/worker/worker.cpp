#include <algorithm>
#include <exception>
#include <iostream>
#include <iterator>
#include <unistd.h>
#include <utility>

#include <rankpool/core/error.hpp>
#include <rankpool/protocol/datum.hpp>
#include <rankpool/task/failure.hpp>
#include <rankpool/task/needs.hpp>
#include <rankpool/worker/remote_client.hpp>
#include <rankpool/worker/slot.hpp>
#include <rankpool/worker/worker.hpp>

namespace rankpool {

using namespace std::chrono_literals;

namespace {

// Tasks that run so long are reported as running: their futures say so, and they cannot be taken back.
constexpr Duration long_task = 1ms;

}  // namespace

Worker::Worker(Transport& transport, Rank coordinator, WorkerOptions options)
    : transport_(transport),
      options_(std::move(options)),
      outbox_(transport, coordinator),
      progress_(*this, transport, options_.pace),
      store_(options_.store) {
    told_memory_.budget = StoreLimits{}.memory;  // What goes without saying.
    if (options_.client == nullptr) {
        remote_client_ = new RemoteClient(*this);
        remote_client_->hold();
    }
}

Worker::~Worker() {
    if (remote_client_ != nullptr) remote_client_->drop();
}

Client& Worker::client() const { return remote_client_ != nullptr ? *remote_client_ : *options_.client; }

int Worker::run() {
    {
        const std::lock_guard lock(progress_.mutex());
        Bytes resources;
        ByteWriter writer(resources);
        encode_resources(writer, options_.resources);
        tell(protocol::Hello{
            .slots = options_.slots,
            .pid = static_cast<std::uint32_t>(getpid()),
            .host = options_.host,
            .resources = std::string(reinterpret_cast<const char*>(resources.data()), resources.size())});
        outbox_.flush();
    }
    progress_.start_background();
    const auto serve = [this] {
        try {
            if (options_.initializer) options_.initializer();
        } catch (const std::exception& error) {
            fail_initializer(error.what());
        } catch (...) {
            fail_initializer("it threw something that is no std::exception");
        }
        Slot(*this).run();
    };
    for (std::uint32_t i = 1; i < options_.slots; ++i) threads_.emplace_back(serve);
    serve();
    for (std::thread& thread : threads_) thread.join();
    return finish();
}

int Worker::finish() {
    progress_.stop_background();
    stop_disk();
    std::unique_lock lock(progress_.mutex());
    if (remote_client_ != nullptr) remote_client_->close();
    tell_memory();
    store_.drop_all(freed_);
    free_dropped(lock);
    tell(protocol::Kind::goodbye, 0U);
    outbox_.flush();
    return exit_code_;
}

void Worker::fail_initializer(const std::string& why) {
    const std::lock_guard lock(progress_.mutex());
    is_broken_ = true;
    while (!queue_.is_empty()) queue_.pop();
    tell(protocol::Kind::initializer_failed, 0U, 0U, why);
    outbox_.flush();
}

bool Worker::turn() {
    announce_long_tasks();
    if (remote_client_ != nullptr) remote_client_->send_releases();
    const bool any = transport_.poll(*this);
    tell_memory();
    outbox_.flush();
    return any;
}

bool Worker::is_busy() const {
    return !running_.empty() || !outbox_.is_empty() || !fetches_.is_empty() ||
           (remote_client_ != nullptr && remote_client_->has_releases());
}

void Worker::after_turn() {
    if (has_freed_.exchange(false, std::memory_order_relaxed)) {
        std::unique_lock lock(progress_.mutex());
        free_dropped(lock);
    }
    run_deferred_callbacks();
}

void Worker::write_line(const std::string& task, std::string_view line) {
    const std::lock_guard lock(progress_.mutex());
    tell(protocol::Log{.name = task, .line = line});
    progress_.became_busy();
}

void Worker::begin(Running& running) {
    running_.push_back(&running);
    ++unannounced_;
    progress_.became_busy();
}

void Worker::end(const Running& running) {
    if (!running.is_announced) --unannounced_;
    const auto found = std::find(running_.rbegin(), running_.rend(), &running);  // Mostly one of the latest.
    running_.erase(std::next(found).base());
}

void Worker::mark_announced(Running& running) {
    if (!std::exchange(running.is_announced, true)) --unannounced_;
}

void Worker::announce_long_tasks() {
    if (unannounced_ == 0) return;
    const Instant time = now();
    // From the end: thousands may wait, announced, for the latest.
    std::size_t left = unannounced_;
    for (auto place = running_.rbegin(); left != 0; ++place) {
        Running& running = **place;
        if (running.is_announced) continue;
        --left;
        if (time - running.start < long_task) continue;
        mark_announced(running);
        tell(protocol::Kind::started, running.task, running.execution);
    }
}

// What makes no sense is dropped, as the coordinator does: the tasks that run here can still end well.
void Worker::receive(Rank, BytesView message) {
    protocol::RecordReader records(message);
    try {
        while (const auto record = records.next()) {
            try {
                handle(*record);
            } catch (const DecodeError& error) {
                complain(error.what());
            }
        }
    } catch (const DecodeError& error) {  // Where the next record starts is unknown.
        complain(error.what());
    }
}

void Worker::complain(std::string_view why) {
    if (std::exchange(has_complained_, true)) return;
    std::cerr << "rankpool: rank " << options_.rank
              << " dropped what its coordinator sent, because it cannot be understood (more of this kind is dropped "
                 "without a word): "
              << why << '\n';
}

void Worker::take(const protocol::Record& record) {
    if (is_broken_) return;  // After a failed initializer; the coordinator has settled everything already.
    try {
        const protocol::Assign assign = protocol::read_assign(record);
        const std::vector<ObjectRef> inputs = inputs_elsewhere(assign.inputs);
        if (inputs.empty()) {
            queue_.push(HeldTask::from(assign));
        } else {
            take_with_inputs(HeldTask::from(assign), inputs);
        }
    } catch (const DecodeError& error) {
        complain(error.what());
        HeldTask held;
        held.task = record.header.id;
        held.execution = record.header.number;
        fail_held(held, capture_failure());
    }
}

void Worker::fail_held(const HeldTask& held, const Failure& failure) {
    Bytes packed;
    ByteWriter writer(packed);
    encode_failure(writer, failure);
    tell(protocol::Finished{
        .task = held.task, .execution = held.execution, .raised = true, .busy_ns = 0, .outcome = packed.view()});
}

void Worker::end_wait_of(std::uint32_t task, std::uint32_t execution, std::string_view why) {
    for (Running* running : running_) {
        if (running->task != task || running->execution != execution || running->waitable == nullptr) continue;
        running->deadlock = why;
        running->slot->wake(*running->waitable);
    }
}

void Worker::handle(const protocol::Record& record) {
    const protocol::Header& header = record.header;
    switch (header.kind) {
        case protocol::Kind::assign:
            take(record);
            return;
        case protocol::Kind::revoke:
            tell(remove(header.id, header.number) ? protocol::Kind::returned : protocol::Kind::revoke_refused,
                 header.id, header.number);
            return;
        case protocol::Kind::stop_task:
            queue_.stop(header.id, header.number);
            if (Fetches::Pending* const pending = fetches_.find(header.id, header.number)) {
                pending->task.must_stop = true;
            }
            for (Running* running : running_) {
                if (running->task == header.id && running->execution == header.number) running->stop = true;
            }
            return;
        case protocol::Kind::settled:
            if (remote_client_ != nullptr) remote_client_->on_settled(protocol::read_settled(record));
            return;
        case protocol::Kind::cancel_refused:
            if (remote_client_ != nullptr) remote_client_->on_cancel_refused(header.id);
            return;
        case protocol::Kind::fetch:
            on_fetch(protocol::read_fetch(record));
            return;
        case protocol::Kind::datum:
            on_datum({TaskId{header.id}, Execution{header.number}},
                     protocol::is_lost(header) ? nullptr : std::make_shared<StoredValue>(Bytes(record.payload)));
            return;
        case protocol::Kind::drop:
            on_drop({TaskId{header.id}, Execution{header.number}});
            return;
        case protocol::Kind::acquire: {
            const protocol::Acquire acquire = protocol::read_acquire(record);
            const ObjectId id{TaskId{acquire.task}, Execution{acquire.execution}};
            if (store_.where(id) != Store::Where::nowhere) return;
            Fetches::Coming& coming = want({.id = id, .holder = acquire.holder});
            coming.is_for_the_store = true;
            if (acquire.root != acquire.holder) coming.root = acquire.root;
            return;
        }
        case protocol::Kind::proceed:
            permits_ = 1;
            progress_.wake();
            return;
        case protocol::Kind::deadlock:
            end_wait_of(header.id, header.number, protocol::read_text(record));
            return;
        case protocol::Kind::stop:
            is_stopping_ = true;
            exit_code_ = static_cast<int>(header.number);
            progress_.wake();
            return;
        default:
            throw DecodeError("a worker got a record of kind " + std::to_string(static_cast<int>(header.kind)) +
                              ", which only coordinators get");
    }
}

std::string Worker::running_tasks() const {
    std::string text;
    for (const Running* running : running_) {
        if (const std::string* const name = running->name) text += (text.empty() ? "'" : ", '") + *name + "'";
    }
    return text;
}

}  // namespace rankpool
