#pragma once

#include <string>

#include "info_facts.hpp"

namespace rankpool::apps {

/// The facts and warnings for people: a screen of text.
std::string info_text(const InfoFacts& facts);

}  // namespace rankpool::apps
