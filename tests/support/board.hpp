#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rankpool::tests {

/// What a test and the tasks it submits share, in whichever process they run: numbers in memory that all ranks of the
/// test map. Gates, counters and logs name places there, so they can be arguments of tasks.
class Board {
  public:
    static constexpr std::size_t cell_count = 1 << 16;

    static Board& instance();

    /// Makes the memory, and returns the name by which other processes map it; before anything else.
    std::string make();
    void map(const std::string& name);
    /// Takes the name away; what is mapped stays.
    static void forget(const std::string& name);

    std::atomic<std::int64_t>& cell(std::uint32_t index);
    /// Places nobody else has in this test. Only in the process that runs the tests.
    std::uint32_t take(std::uint32_t count);
    /// Opens every gate that is left, so that no task waits for ever; to be called at the end of a test.
    void open_all_gates();
    /// Makes all places free again; when no task runs any more.
    void clear();

  private:
    std::atomic<std::int64_t>* cells_ = nullptr;
    std::uint32_t used_ = 1;  // Cell 0 opens all gates.
};

/// Holds tasks up until it is opened.
class Gate {
  public:
    /// Waits by keeping the worker's thread busy with nothing, as a long task does.
    void wait() const;
    void open() const;
    bool is_open() const;

    static Gate make() { return Gate(Board::instance().take(1)); }

  private:
    explicit Gate(std::uint32_t index) : index_(index) {}
    std::uint32_t index_;
};

/// Counts across ranks.
class Counter {
  public:
    /// Returns the number before.
    std::int64_t add(std::int64_t amount = 1) const { return Board::instance().cell(index_).fetch_add(amount); }
    std::int64_t value() const { return Board::instance().cell(index_).load(); }

    static Counter make() { return Counter(Board::instance().take(1)); }

  private:
    explicit Counter(std::uint32_t index) : index_(index) {}
    std::uint32_t index_;
};

/// Numbers in the order in which they were written, across ranks.
class Log {
  public:
    void write(std::int64_t number) const;
    std::vector<std::int64_t> entries() const;

    static Log make(std::uint32_t capacity) { return Log(Board::instance().take(capacity + 1)); }

  private:
    explicit Log(std::uint32_t index) : index_(index) {}
    std::uint32_t index_;  // the count; the entries follow
};

}  // namespace rankpool::tests
