#pragma once

#include <string>

#include <rankpool/launch/machine.hpp>

#include "info_facts.hpp"

namespace rankpool::apps {

/// The facts and warnings as one JSON object, for scripts and bug reports.
std::string info_json(const InfoFacts& facts);

/// A rank's view of its machine as JSON, to be sent to rank 0, and back.
std::string encode(const Machine& machine);
Machine decode_machine(const std::string& text);

}  // namespace rankpool::apps
