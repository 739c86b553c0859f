#pragma once

#include <string>

#include "info_facts.hpp"

namespace rankpool::apps {

/// Asks the libraries; MPI need not be started.
LibraryFacts library_facts();

/// "serialized" for MPI_THREAD_SERIALIZED, and so on.
std::string thread_level_name(int thread_level);

}  // namespace rankpool::apps
