#include <array>
#include <charconv>

#include <rankpool/dataset/attribute.hpp>

namespace rankpool {
namespace {

std::string as_text(const std::string& text) { return text; }
std::string as_text(std::int64_t number) { return std::to_string(number); }

// The shortest text that reads back as the same number.
std::string as_text(double number) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    return {buffer.data(), end};
}

template <class T>
std::string as_text(const std::vector<T>& items) {
    std::string text = "[";
    for (const T& item : items) text += (text.size() > 1 ? ", " : "") + as_text(item);
    return text + ']';
}

}  // namespace

std::string to_string(const AttributeValue& value) {
    return std::visit([](const auto& alternative) { return as_text(alternative); }, value.value());
}

}  // namespace rankpool
