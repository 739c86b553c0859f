#pragma once

#include <string>

namespace rankpool {

/// The name of this machine.
const std::string& host_name();

}  // namespace rankpool
