#include <array>

#include <rankpool/dataset/element_type.hpp>

namespace rankpool {
namespace {

struct Row {
    std::string_view name;
    std::size_t bytes;
};

// In the order of the enumeration.
constexpr std::array<Row, 11> rows = {{{"int8", 1},
                                       {"int16", 2},
                                       {"int32", 4},
                                       {"int64", 8},
                                       {"uint8", 1},
                                       {"uint16", 2},
                                       {"uint32", 4},
                                       {"uint64", 8},
                                       {"float32", 4},
                                       {"float64", 8},
                                       {"other", 0}}};

}  // namespace

std::string_view name(ElementType type) { return rows[static_cast<std::size_t>(type)].name; }

ElementType element_type_named(std::string_view name) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].name == name) return static_cast<ElementType>(i);
    }
    return ElementType::other;
}

std::size_t element_bytes(ElementType type) { return rows[static_cast<std::size_t>(type)].bytes; }

bool is_integer(ElementType type) { return type <= ElementType::uint64; }

bool is_float(ElementType type) { return type == ElementType::float32 || type == ElementType::float64; }

}  // namespace rankpool
