#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rankpool/transport/doorbell.hpp>

namespace rankpool {

void Doorbell::sleep(Duration at_most) {
    if (at_most <= Duration::zero()) return;
    timespec wait{};
    wait.tv_sec = at_most / std::chrono::seconds(1);
    wait.tv_nsec = (at_most % std::chrono::seconds(1)).count();
    // Not FUTEX_PRIVATE: the ringer may be another process.
    syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(word_), FUTEX_WAIT, 1, &wait, nullptr, 0);
    disarm();
}

void Doorbell::ring() {
    // The work was stored before; the fence keeps the look at the word behind it.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (word_->load(std::memory_order_relaxed) == 0) return;
    if (word_->exchange(0, std::memory_order_seq_cst) != 0) {
        syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(word_), FUTEX_WAKE, 1, nullptr, nullptr, 0);
    }
}

}  // namespace rankpool
