#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "axis.hpp"

namespace rankpool::sweep {

/// Names one case across runs: the same values give the same key, in whatever order options are given and whatever
/// other cases there are. Of several cases with equal values each has a key of its own.
using CaseKey = std::uint64_t;

/// What type a column of values has in the results: the narrowest that holds all of them.
enum class ValueKind { integer, real, text };

/// All cases of a sweep: every combination of the values of its axes; the last axis varies fastest.
class ParameterSpace {
  public:
    /// @throws ConfigError  no axis, a name twice, a name that is a result's, or more cases than anybody can run
    explicit ParameterSpace(std::vector<Axis> axes);

    const std::vector<std::string>& names() const { return names_; }
    const std::vector<ValueKind>& kinds() const { return kinds_; }
    std::size_t size() const { return size_; }

    /// The values of case `index`, in the order of names(); borrowed.
    std::vector<std::string_view> values(std::size_t index) const;
    CaseKey key(std::size_t index) const;
    /// A name for a folder: `x=0.1,solver=cg`; with the key where that would be long, unclear or not unique.
    std::string label(std::size_t index) const;

  private:
    template <class Visit>
    void visit_rows(std::size_t index, Visit visit) const;
    std::uint32_t repetition(std::size_t index) const;

    std::vector<Axis> axes_;
    std::vector<std::vector<std::uint32_t>>
        repetitions_;  // Per axis and row: equal rows before; empty if there are none.
    std::vector<std::string> names_;
    std::vector<std::size_t> by_name_;  // Places in names_, in the order of the names.
    std::vector<ValueKind> kinds_;
    std::size_t size_ = 1;
};

/// The names of the columns that a sweep adds to the parameters.
const std::vector<std::string>& result_names();

}  // namespace rankpool::sweep
