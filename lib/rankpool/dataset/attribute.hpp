#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <rankpool/core/error.hpp>

namespace rankpool {

/// What an attribute says: a text, a number, or a list of them. Texts are UTF-8. Whole numbers are int64, so that every
/// program reads them.
class AttributeValue {
  public:
    using Alternatives = std::variant<std::string, std::int64_t, double, std::vector<std::string>,
                                      std::vector<std::int64_t>, std::vector<double>>;

    AttributeValue(std::string text) : value_(std::move(text)) {}
    AttributeValue(std::string_view text) : value_(std::string(text)) {}
    AttributeValue(const char* text) : value_(std::string(text)) {}
    AttributeValue(std::floating_point auto number) : value_(static_cast<double>(number)) {}
    /// @throws ConfigError  the number is beyond int64
    template <std::integral Integer>
    requires(!std::same_as<Integer, bool>) AttributeValue(Integer number) : value_(as_int64(number)) {}
    AttributeValue(std::vector<std::string> texts) : value_(std::move(texts)) {}
    AttributeValue(std::vector<double> numbers) : value_(std::move(numbers)) {}
    template <std::integral Integer>
    requires(!std::same_as<Integer, bool>) AttributeValue(const std::vector<Integer>& numbers)
        : value_(std::vector<std::int64_t>()) {
        for (const Integer number : numbers) std::get<std::vector<std::int64_t>>(value_).push_back(as_int64(number));
    }

    const Alternatives& value() const { return value_; }
    friend bool operator==(const AttributeValue&, const AttributeValue&) = default;

  private:
    template <std::integral Integer>
    static std::int64_t as_int64(Integer number) {
        if (!std::in_range<std::int64_t>(number)) {
            throw ConfigError("the attribute value " + std::to_string(number) + " does not fit 64 bits with sign");
        }
        return static_cast<std::int64_t>(number);
    }

    Alternatives value_;
};

struct Attribute {
    std::string name;
    AttributeValue value;
    friend bool operator==(const Attribute&, const Attribute&) = default;
};

/// As people read it: `metres`, `42`, `[1, 2, 3]`.
std::string to_string(const AttributeValue& value);

}  // namespace rankpool
