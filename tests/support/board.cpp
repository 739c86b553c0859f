#include "board.hpp"

#include <chrono>
#include <fcntl.h>
#include <stdexcept>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

namespace rankpool::tests {
namespace {

using namespace std::chrono_literals;

// A gate that nobody opens ends the test instead of hanging it.
constexpr auto gate_patience = 90s;

}  // namespace

Board& Board::instance() {
    static Board board;
    return board;
}

std::string Board::make() {
    const std::string name = "/rankpool_test_" + std::to_string(getpid());
    const int file = shm_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600);
    if (file < 0 || ftruncate(file, cell_count * sizeof(std::atomic<std::int64_t>)) != 0) {
        throw std::runtime_error("the tests cannot make shared memory " + name);
    }
    close(file);
    map(name);
    return name;
}

void Board::map(const std::string& name) {
    const int file = shm_open(name.c_str(), O_RDWR, 0600);
    void* const memory =
        mmap(nullptr, cell_count * sizeof(std::atomic<std::int64_t>), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file < 0 || memory == MAP_FAILED) throw std::runtime_error("the tests cannot map shared memory " + name);
    close(file);
    cells_ = static_cast<std::atomic<std::int64_t>*>(memory);  // Zeroes are a valid state of each.
}

void Board::forget(const std::string& name) { shm_unlink(name.c_str()); }

std::atomic<std::int64_t>& Board::cell(std::uint32_t index) {
    if (cells_ == nullptr || index >= cell_count) throw std::out_of_range("the board has no such cell");
    return cells_[index];
}

std::uint32_t Board::take(std::uint32_t count) {
    const std::uint32_t first = used_;
    used_ += count;
    cell(used_ - 1);
    return first;
}

void Board::open_all_gates() { cell(0).store(1); }

void Board::clear() {
    for (std::uint32_t i = 0; i < used_; ++i) cell(i).store(0);
    used_ = 1;
}

void Gate::wait() const {
    const auto deadline = std::chrono::steady_clock::now() + gate_patience;
    while (!is_open()) {
        if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("a gate was never opened");
        std::this_thread::sleep_for(200us);
    }
}

void Gate::open() const { Board::instance().cell(index_).store(1); }

bool Gate::is_open() const {
    return Board::instance().cell(index_).load() != 0 || Board::instance().cell(0).load() != 0;
}

void Log::write(std::int64_t number) const {
    Board& board = Board::instance();
    // Writers may overtake each other between the two steps only if they run at the same time anyway.
    const auto at = static_cast<std::uint32_t>(board.cell(index_).fetch_add(1));
    board.cell(index_ + 1 + at).store(number);
}

std::vector<std::int64_t> Log::entries() const {
    Board& board = Board::instance();
    std::vector<std::int64_t> entries;
    const auto count = static_cast<std::uint32_t>(board.cell(index_).load());
    for (std::uint32_t i = 0; i < count; ++i) entries.push_back(board.cell(index_ + 1 + i).load());
    return entries;
}

}  // namespace rankpool::tests
