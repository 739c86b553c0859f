#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace rankpool::apps {

/// What the blocks of one measurement came to.
struct Summary {
    double median = 0;
    double min = 0;
    double max = 0;
    std::size_t clean_blocks = 0;  ///< those the figures are from, unless there were none
    std::size_t blocks = 0;
    friend bool operator==(const Summary&, const Summary&) = default;
};

/// The values of blocks. A block is clean when no rank was put off its core in it: other load on the machine then did
/// not touch it, and medians of clean blocks hold within some percent where plain means are off by tens.
class BlockSeries {
  public:
    /// Blocks of one round are close in time to those of other series in the same round.
    void begin_round() { rounds_.emplace_back(); }
    void add(double value, bool is_clean);

    Summary summary() const;
    /// The median of the clean blocks of each round; NaN where there were none.
    std::vector<double> round_medians() const;

  private:
    std::vector<std::vector<double>> rounds_ = std::vector<std::vector<double>>(1);  // Clean blocks.
    std::vector<double> disturbed_;
};

/// The upper median; NaN of nothing.
double median(std::vector<double> values);

/// Whether more is better: a rate is amount per second, a time is seconds per amount.
enum class Quantity { rate, time };

/// One thing to measure, in blocks of about a millisecond that do it `count` times.
struct BlockCase {
    std::string name;
    std::string unit;
    Quantity quantity = Quantity::rate;
    double scale = 1;      ///< from amounts or seconds to the unit
    int participants = 2;  ///< ranks 0 to participants - 1 take part, the others wait
    std::uint64_t count_max = 1 << 20;
    bool is_in_blocks = true;  ///< else it is measured once, and other load does not matter to it
    std::function<double(std::uint64_t count)> run = {};  ///< called on those ranks; on rank 0 its result is seconds
};

/// A case with what was measured of it so far, on rank 0.
class Measured {
  public:
    explicit Measured(BlockCase spec) : spec_(std::move(spec)) {}

    const BlockCase& spec() const { return spec_; }
    std::uint64_t count() const { return count_; }
    const BlockSeries& series() const { return series_; }

    void begin_round() { series_.begin_round(); }

    /// Takes a block of count() in, or, while blocks are still too short to be timed, only makes the next ones longer.
    void record(double seconds, bool is_clean);

  private:
    BlockCase spec_;
    std::uint64_t count_ = 1;
    BlockSeries series_;
};

/// How often this process was put off its core against its will, so far.
long involuntary_switches();

/// Runs the blocks of one round, of a case that consists of MPI calls. Called by all ranks of MPI_COMM_WORLD, with the
/// same case.
void run_blocks(Measured& measured, int block_count);

/// Seconds of a clock that only goes forward.
double seconds_now();

}  // namespace rankpool::apps
