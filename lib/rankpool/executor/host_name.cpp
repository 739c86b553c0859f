#include <array>
#include <unistd.h>

#include <rankpool/executor/host_name.hpp>

namespace rankpool {

const std::string& host_name() {
    static const std::string name = [] {
        std::array<char, 256> text{};
        return gethostname(text.data(), text.size() - 1) == 0 ? std::string(text.data()) : std::string("unknown host");
    }();
    return name;
}

}  // namespace rankpool
