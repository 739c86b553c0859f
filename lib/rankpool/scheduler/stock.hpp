#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <rankpool/scheduler/resource.hpp>

namespace rankpool::scheduler {

/// What every worker has of every resource, and how much of it is free.
///
/// Invariant: free <= total. Memory is taken only for workers that have something.
class Stock {
  public:
    void name(ResourceId resource, std::string_view name);

    void join(WorkerId worker, std::span<const Need> totals);
    /// The worker has nothing any more.
    void lose(WorkerId worker);

    /// True if the worker has all of it free now.
    bool has(WorkerId worker, std::span<const Need> needs) const { return covers(free_, worker, needs); }
    /// True if the worker had it if nothing were taken.
    bool could_have(WorkerId worker, std::span<const Need> needs) const { return covers(totals_, worker, needs); }
    void take(WorkerId worker, std::span<const Need> needs);
    void put_back(WorkerId worker, std::span<const Need> needs);

    Amount free(WorkerId worker, ResourceId resource) const { return amount(free_, worker, resource); }
    Amount total(WorkerId worker, ResourceId resource) const { return amount(totals_, worker, resource); }

    /// Resources any worker has ever brought have numbers below this.
    std::uint32_t width() const { return width_; }

    std::string text_of(ResourceId resource) const;
    /// "2 gpu + 0.5 licence".
    std::string text_of(std::span<const Need> needs) const;

  private:
    using Amounts = std::vector<Amount>;

    Amount amount(const Amounts& amounts, WorkerId worker, ResourceId resource) const {
        return worker.value < rows_ && resource.value < width_ ? amounts[place(worker, resource)] : 0;
    }
    bool covers(const Amounts& amounts, WorkerId worker, std::span<const Need> needs) const {
        for (const Need& need : needs) {
            if (amount(amounts, worker, need.resource) < need.amount) return false;
        }
        return true;
    }
    std::size_t place(WorkerId worker, ResourceId resource) const {
        return std::size_t{worker.value} * width_ + resource.value;
    }
    void widen(std::uint32_t width);

    Amounts free_;  ///< a row for each worker, with a place for each resource
    Amounts totals_;
    std::uint32_t width_ = 0;
    std::uint32_t rows_ = 0;
    std::vector<std::string> names_;
};

/// "0.5", "3".
std::string text_of_amount(Amount amount);

}  // namespace rankpool::scheduler
