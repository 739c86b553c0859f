#pragma once

#include <stdexcept>
#include <string>

#include <rankpool/core/time.hpp>

namespace rankpool::simulation {

/// Something happened in a virtual cluster that never may.
class Violation : public std::logic_error {
  public:
    Violation(Instant when, const std::string& what)
        : std::logic_error("after " + std::to_string(when.time_since_epoch().count()) + " ns: " + what) {}
};

}  // namespace rankpool::simulation
