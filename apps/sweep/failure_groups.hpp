#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "command.hpp"

namespace rankpool::sweep {

/// Failures by cause, with the first one of each cause as its example, in bounded memory.
class FailureGroups {
  public:
    /// @param command  the command as one line, for people
    /// @param name     which case it is: `case 17 (x=0.3)`
    void add(const CommandReport& report, const std::string& name, const std::string& command);

    std::uint64_t count() const { return count_; }
    /// A paragraph per cause, the most frequent first; empty if nothing failed.
    std::string text() const;

  private:
    struct Group {
        std::uint64_t count = 0;
        std::string example;
    };
    std::map<std::string, Group> groups_;
    std::uint64_t count_ = 0;
};

}  // namespace rankpool::sweep
