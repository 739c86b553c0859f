#pragma once

#include <string>
#include <vector>

#include "info_facts.hpp"

namespace rankpool::apps {

/// What about this start will make programs slow or fail, each in one sentence with the option to use.
std::vector<std::string> warnings_about(const InfoFacts& facts);

}  // namespace rankpool::apps
