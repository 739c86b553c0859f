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
    /// Every value of a round divided by that round's divisor; by `otherwise` where it is NaN.
    BlockSeries divided_by(const std::vector<double>& divisors, double otherwise) const;

  private:
    std::vector<std::vector<double>> rounds_ = std::vector<std::vector<double>>(1);  // Clean blocks.
    std::vector<double> disturbed_;
};

/// The upper median; NaN of nothing.
double median(std::vector<double> values);

/// What a subcommand measures.
enum class Topic : std::uint8_t { tasks, latency, payload, graph, memory, startup, scheduler, idle };
inline constexpr std::size_t topic_count = 8;

/// Whether more is better: a rate is amount per second, a time is seconds per amount.
enum class Quantity : std::uint8_t { rate, time };

/// One thing to measure, in blocks of about a millisecond that do it `count` times.
struct BlockCase {
    std::string name;
    std::string unit;
    Quantity quantity = Quantity::rate;
    double scale = 1;            ///< from amounts or seconds to the unit
    Topic topic = Topic::tasks;  ///< the subcommand that asks for it
    std::string reference = {};  ///< the name of what it is compared with; empty: nothing
    int blocks = 3;              ///< in a round: a few in a row keep caches warm, and rounds short
    int participants = 2;        ///< ranks 0 to participants - 1 take part, the others wait
    std::uint64_t count_min = 1;
    std::uint64_t count_max = 1 << 20;
    bool is_in_blocks = true;  ///< else it is measured once, and other load does not matter to it
    std::function<double(std::uint64_t count)> run = {};  ///< called on those ranks; on rank 0 its result is seconds
};

/// A case with what was measured of it so far, on rank 0.
class Measured {
  public:
    explicit Measured(BlockCase spec) : spec_(std::move(spec)), count_(spec_.count_min) {}

    const BlockCase& spec() const { return spec_; }
    std::uint64_t count() const { return count_; }
    const BlockSeries& series() const { return series_; }

    void begin_round() { series_.begin_round(); }

    /// Takes a block of count() in and returns true, or, while blocks are still too short to be timed, only makes the
    /// next ones longer.
    bool record(double seconds, bool is_clean);
    /// Takes in a figure that is in the case's unit already.
    void add(double value, bool is_clean) { series_.add(value, is_clean); }

  private:
    BlockCase spec_;
    std::uint64_t count_;
    BlockSeries series_;
};

/// How often this process was put off its core against its will, so far.
long involuntary_switches();

/// What a block of MPI calls took.
struct RankBlock {
    double seconds = 0;    ///< on rank 0
    bool is_clean = true;  ///< no rank that took part was put off its core
};

/// Runs one block on ranks 0 to participants - 1, which start together; the others sleep. Called by all ranks of
/// MPI_COMM_WORLD. `count` and both results are rank 0's.
RankBlock run_block(const std::function<double(std::uint64_t count)>& run, int participants, std::uint64_t count);

/// When the blocks of a round are enough: those that were too short to be timed come on top, up to a limit.
class Turns {
  public:
    explicit Turns(int blocks) : blocks_(blocks) {}
    void count(bool is_recorded) { ++(is_recorded ? recorded_ : too_short_); }
    bool is_enough() const { return recorded_ >= blocks_ || recorded_ + too_short_ >= blocks_ + too_short_max; }

  private:
    static constexpr int too_short_max = 10;  // Twofold growth at least: from 1 to 1024 in one round.
    int blocks_;
    int recorded_ = 0;
    int too_short_ = 0;
};

/// Runs the blocks of one round, of a case that consists of MPI calls. Called by all ranks of MPI_COMM_WORLD, with the
/// same case.
void run_blocks(Measured& measured);

/// Seconds of a clock that only goes forward.
double seconds_now();

}  // namespace rankpool::apps
