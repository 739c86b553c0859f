#include <algorithm>
#include <atomic>
#include <climits>
#include <cstring>
#include <deque>
#include <list>
#include <vector>

#include <boost/mpi/communicator.hpp>

#include <rankpool/core/byte_stream.hpp>
#include <rankpool/core/contract.hpp>
#include <rankpool/transport/mpi_error.hpp>
#include <rankpool/transport/mpi_transport.hpp>
#include <rankpool/transport/node_memory.hpp>
#include <rankpool/transport/traffic.hpp>

namespace rankpool {
namespace {

// Open MPI's shared memory switches at 4,096 B, header included, to a protocol that takes twice as long.
constexpr std::size_t small_bytes = 4000;
constexpr std::size_t receive_count = 32;  // posted ahead; more do not help, a slow poller fills any number
constexpr std::size_t send_count = 64;     // small messages on their way before send() has to queue
constexpr std::uint64_t part_bytes = std::uint64_t{1} << 30;  // MPI counts are ints
// Peers on other nodes cannot ring: look so often. Right after activity answers are near, later nothing is urgent.
constexpr Duration remote_sleep = std::chrono::microseconds(500);
constexpr Duration local_sleep = std::chrono::seconds(1);

std::atomic<std::uint64_t> bytes_sent{0};
std::atomic<std::uint64_t> bytes_received{0};
std::atomic<std::uint64_t> messages_sent{0};

enum Tag : int { small_tag = 1, large_tag = 2, first_part_tag = 16, part_tags = 4096 };

struct LargeHeader {
    std::uint64_t size;
    std::uint32_t tag;
};

// One large message on its way, in parts of at most 1 GiB.
struct Large {
    Rank peer;
    Bytes bytes;
    std::vector<MPI_Request> parts;

    bool is_complete() {
        int flag = 0;
        check_mpi(MPI_Testall(static_cast<int>(parts.size()), parts.data(), &flag, MPI_STATUSES_IGNORE), "MPI_Testall");
        return flag != 0;
    }
};

class MpiTransport final : public Transport {
  public:
    explicit MpiTransport(MPI_Comm comm)
        : comm_(comm, boost::mpi::comm_duplicate),
          parts_comm_(comm, boost::mpi::comm_duplicate),
          rank_(comm_.rank()),
          size_(comm_.size()),
          words_(comm_),
          doorbell_(*words_.of(rank_)),
          receives_(receive_count),
          sends_(send_count),
          waiting_(static_cast<std::size_t>(size_)),
          next_part_tag_(static_cast<std::size_t>(size_), 0) {
        check_mpi(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
        for (Receive& receive : receives_) post(receive);
        check_mpi(MPI_Barrier(comm_), "MPI_Barrier");  // Nobody sends before all have their receives posted.
    }

    ~MpiTransport() override {
        // All peers are past close(): nothing can arrive any more.
        for (Receive& receive : receives_) {
            MPI_Cancel(&receive.request);
            MPI_Wait(&receive.request, MPI_STATUS_IGNORE);
        }
    }

    Rank rank() const override { return rank_; }
    int size() const override { return size_; }

    void send(Rank to, Bytes message) override {
        RANKPOOL_EXPECT(to >= 0 && to < size_);
        bytes_sent.fetch_add(message.size(), std::memory_order_relaxed);
        messages_sent.fetch_add(1, std::memory_order_relaxed);
        if (message.size() <= small_bytes) {
            send_small(to, small_tag, std::move(message));
            return;
        }
        auto& tag = next_part_tag_[static_cast<std::size_t>(to)];
        const LargeHeader header{message.size(), tag};
        tag = (tag + 1) % part_tags;
        send_small(to, large_tag, Bytes(std::as_bytes(std::span(&header, 1))));
        Large& large = large_sends_.emplace_back(Large{to, std::move(message), {}});
        start_parts(large, static_cast<int>(header.tag),
                    [&](std::byte* data, int count, int part_tag, MPI_Request* request) {
                        check_mpi(MPI_Isend(data, count, MPI_BYTE, to, part_tag, parts_comm_, request), "MPI_Isend");
                    });
        ring(to);
    }

    bool poll(MessageSink& sink) override {
        progress_sends();
        bool any = progress_large_receives(sink);
        for (;;) {
            Receive& receive = receives_[next_receive_];
            int flag = 0;
            MPI_Status status;
            check_mpi(MPI_Test(&receive.request, &flag, &status), "MPI_Test");
            if (flag == 0) return any;
            any = true;
            int count = 0;
            check_mpi(MPI_Get_count(&status, MPI_BYTE, &count), "MPI_Get_count");
            const BytesView view(receive.bytes.data(), static_cast<std::size_t>(count));
            try {
                accept(status.MPI_SOURCE, status.MPI_TAG, view, sink);
            } catch (...) {  // A receive that is not posted would look like one empty message after the other.
                post_again(receive);
                throw;
            }
            post_again(receive);
        }
    }

    bool is_sending() const override { return !large_sends_.empty() || !queued_.empty() || large_receives_ != 0; }
    void arm() override { doorbell_.arm(); }
    Doorbell& doorbell() override { return doorbell_; }
    Duration sleep_max() const override { return words_.all_on_one_node() ? local_sleep : remote_sleep; }
    std::size_t batch_bytes() const override { return small_bytes; }

    void close() override {
        while (!queued_.empty() || !large_sends_.empty()) progress_sends();
        for (Send& send : sends_) check_mpi(MPI_Wait(&send.request, MPI_STATUS_IGNORE), "MPI_Wait");
    }

  private:
    struct Receive {
        std::vector<std::byte> bytes = std::vector<std::byte>(small_bytes);
        MPI_Request request = MPI_REQUEST_NULL;
    };
    struct Send {
        Bytes bytes;
        MPI_Request request = MPI_REQUEST_NULL;
    };
    struct Queued {
        Rank to;
        Tag tag;
        Bytes bytes;
    };
    // What has arrived from one rank behind a large message that is still on its way: it keeps its place.
    struct Waiting {
        std::list<Large> large;                       // in order of arrival
        std::deque<std::pair<Bytes, bool>> messages;  // true: a large one, the next of `large`
    };

    void post(Receive& receive) {
        check_mpi(MPI_Irecv(receive.bytes.data(), static_cast<int>(receive.bytes.size()), MPI_BYTE, MPI_ANY_SOURCE,
                            MPI_ANY_TAG, comm_, &receive.request),
                  "MPI_Irecv");
    }
    void post_again(Receive& receive) {
        next_receive_ = (next_receive_ + 1) % receive_count;
        post(receive);
    }
    template <class Start>
    void start_parts(Large& large, int tag, Start start) {
        const std::uint64_t size = large.bytes.size();
        large.parts.assign(static_cast<std::size_t>((size + part_bytes - 1) / part_bytes), MPI_REQUEST_NULL);
        for (std::size_t i = 0; i < large.parts.size(); ++i) {
            const std::uint64_t offset = i * part_bytes;
            const int count = static_cast<int>(std::min(part_bytes, size - offset));
            start(large.bytes.data() + offset, count, first_part_tag + tag, &large.parts[i]);
        }
    }

    void send_small(Rank to, Tag tag, Bytes message) {
        Send& send = sends_[next_send_];
        int flag = 1;
        if (queued_.empty()) check_mpi(MPI_Test(&send.request, &flag, MPI_STATUS_IGNORE), "MPI_Test");
        if (!queued_.empty() || flag == 0) {
            queued_.push_back({to, tag, std::move(message)});
            return;
        }
        start_small(send, to, tag, std::move(message));
    }
    void start_small(Send& send, Rank to, Tag tag, Bytes message) {
        send.bytes = std::move(message);
        check_mpi(
            MPI_Isend(send.bytes.data(), static_cast<int>(send.bytes.size()), MPI_BYTE, to, tag, comm_, &send.request),
            "MPI_Isend");
        next_send_ = (next_send_ + 1) % send_count;
        ring(to);
    }
    void progress_sends() {
        while (!queued_.empty()) {
            Send& send = sends_[next_send_];
            int flag = 0;
            check_mpi(MPI_Test(&send.request, &flag, MPI_STATUS_IGNORE), "MPI_Test");
            if (flag == 0) break;
            Queued next = std::move(queued_.front());
            queued_.pop_front();
            start_small(send, next.to, next.tag, std::move(next.bytes));
        }
        if (!large_sends_.empty()) large_sends_.remove_if([](Large& large) { return large.is_complete(); });
    }
    void ring(Rank to) {
        if (std::atomic<std::uint32_t>* word = words_.of(to)) Doorbell(*word).ring();
    }

    void accept(Rank from, int tag, BytesView view, MessageSink& sink) {
        Waiting& waiting = waiting_[static_cast<std::size_t>(from)];
        if (tag == small_tag) {
            bytes_received.fetch_add(view.size(), std::memory_order_relaxed);
            if (waiting.messages.empty()) {
                sink.receive(from, view);
            } else {
                waiting.messages.emplace_back(Bytes(view), false);
            }
            return;
        }
        const auto header = ByteReader(view).value<LargeHeader>();
        bytes_received.fetch_add(header.size, std::memory_order_relaxed);
        Large& large = waiting.large.emplace_back(Large{from, {}, {}});
        large.bytes.extend(header.size);
        start_parts(large, static_cast<int>(header.tag),
                    [&](std::byte* data, int count, int part_tag, MPI_Request* request) {
                        check_mpi(MPI_Irecv(data, count, MPI_BYTE, from, part_tag, parts_comm_, request), "MPI_Irecv");
                    });
        waiting.messages.emplace_back(Bytes(), true);
        ++large_receives_;
    }
    bool progress_large_receives(MessageSink& sink) {
        if (large_receives_ == 0) return false;
        bool any = false;
        for (Rank from = 0; from < size_; ++from) {
            Waiting& waiting = waiting_[static_cast<std::size_t>(from)];
            while (!waiting.messages.empty()) {
                if (waiting.messages.front().second) {
                    if (!waiting.large.front().is_complete()) break;
                    Bytes bytes = std::move(waiting.large.front().bytes);
                    waiting.large.pop_front();
                    waiting.messages.pop_front();
                    --large_receives_;
                    sink.receive_owned(from, std::move(bytes));
                } else {
                    const Bytes bytes = std::move(waiting.messages.front().first);
                    waiting.messages.pop_front();
                    sink.receive(from, bytes.view());
                }
                any = true;
            }
        }
        return any;
    }

    boost::mpi::communicator comm_;
    boost::mpi::communicator parts_comm_;  // for large messages' bytes: receives of any tag on comm_ must not take them
    Rank rank_;
    int size_;
    NodeWords words_;
    Doorbell doorbell_;
    std::vector<Receive> receives_;
    std::size_t next_receive_ = 0;
    std::vector<Send> sends_;
    std::size_t next_send_ = 0;
    std::deque<Queued> queued_;
    std::list<Large> large_sends_;
    std::vector<Waiting> waiting_;  // by sender
    std::size_t large_receives_ = 0;
    std::vector<std::uint32_t> next_part_tag_;  // by receiver
};

}  // namespace

Traffic traffic_here() { return {bytes_sent, bytes_received, messages_sent}; }

std::unique_ptr<Transport> make_mpi_transport(MPI_Comm comm) { return std::make_unique<MpiTransport>(comm); }

}  // namespace rankpool
