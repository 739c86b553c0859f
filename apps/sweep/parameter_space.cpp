#include "parameter_space.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <unordered_map>

#include <fmt/format.h>

#include <rankpool/core/error.hpp>

namespace rankpool::sweep {
namespace {

// A case costs some 50 bytes of memory on rank 0.
constexpr std::size_t cases_max = 100'000'000;
constexpr std::size_t label_length_max = 80;

/// FNV-1a. Source: draft-eastlake-fnv-21, 64-bit offset basis and prime. A collision among a million cases has a chance
/// of 3e-8.
class Hash {
  public:
    void add(std::string_view bytes) {
        for (const char byte : bytes) mix(static_cast<unsigned char>(byte));
        mix(0xFF);  // No byte of UTF-8: keeps "a","b" and "ab","" apart.
    }
    void mix(std::uint64_t byte) { value_ = (value_ ^ byte) * 0x100000001b3; }
    std::uint64_t value() const { return value_; }

  private:
    std::uint64_t value_ = 0xcbf29ce484222325;
};

template <class Number>
bool is_a(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

ValueKind kind_of_column(const Axis& axis, std::size_t column) {
    ValueKind kind = ValueKind::integer;
    for (std::size_t i = column; i < axis.cells.size(); i += axis.names.size()) {
        if (kind == ValueKind::integer && !is_a<std::int64_t>(axis.cells[i])) kind = ValueKind::real;
        if (kind == ValueKind::real && !is_a<double>(axis.cells[i])) return ValueKind::text;
    }
    return kind;
}

std::vector<std::uint32_t> repetitions_of(const Axis& axis) {
    std::unordered_map<std::uint64_t, std::uint32_t> seen;
    std::vector<std::uint32_t> repetitions;
    bool has_any = false;
    for (std::size_t row = 0; row < axis.size(); ++row) {
        Hash hash;
        for (std::size_t i = 0; i < axis.names.size(); ++i) hash.add(axis.cells[row * axis.names.size() + i]);
        repetitions.push_back(seen[hash.value()]++);
        has_any = has_any || repetitions.back() > 0;
    }
    if (!has_any) repetitions.clear();
    return repetitions;
}

void check_name(const std::string& name, const std::vector<std::string>& others) {
    if (name.empty())
        throw ConfigError("a parameter has no name: each column needs one in the first line of the table");
    if (std::find(others.begin(), others.end(), name) != others.end()) {
        throw ConfigError("the parameter '" + name + "' is given twice: give each a name of its own");
    }
    const auto& taken = result_names();
    if (std::find(taken.begin(), taken.end(), name) != taken.end()) {
        throw ConfigError("the parameter '" + name +
                          "' has the name of a column of the results: call it something else");
    }
}

/// Turns what shells and file systems might take amiss into '_'.
std::string harmless(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_plain && std::string_view("._+=,@%-").find(c) == std::string_view::npos) c = '_';
    }
    return result;
}

}  // namespace

const std::vector<std::string>& result_names() {
    static const std::vector<std::string> names{"index",     "status",     "cause",  "exit_code",    "attempts",
                                                "started_s", "duration_s", "cpu_s",  "memory_bytes", "host",
                                                "rank",      "run_dir",    "stdout", "stderr"};
    return names;
}

ParameterSpace::ParameterSpace(std::vector<Axis> axes) : axes_(std::move(axes)) {
    if (axes_.empty()) {
        throw ConfigError("nothing to vary: give --grid NAME=VALUES, --from TABLE.csv or --each-line LIST.txt");
    }
    for (const Axis& axis : axes_) {
        for (std::size_t i = 0; i < axis.names.size(); ++i) {
            check_name(axis.names[i], names_);
            names_.push_back(axis.names[i]);
            kinds_.push_back(axis.names[i] == "line" ? ValueKind::text : kind_of_column(axis, i));
        }
        repetitions_.push_back(repetitions_of(axis));
        if (axis.size() > cases_max / size_) throw ConfigError("these are more than 100 million cases");
        size_ *= axis.size();
    }
    by_name_.resize(names_.size());
    std::iota(by_name_.begin(), by_name_.end(), std::size_t{0});
    std::sort(by_name_.begin(), by_name_.end(), [this](std::size_t a, std::size_t b) { return names_[a] < names_[b]; });
}

template <class Visit>
void ParameterSpace::visit_rows(std::size_t index, Visit visit) const {
    std::size_t above = size_;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
        above /= axes_[i].size();
        visit(i, index / above);
        index %= above;
    }
}

std::vector<std::string_view> ParameterSpace::values(std::size_t index) const {
    std::vector<std::string_view> values;
    values.reserve(names_.size());
    visit_rows(index, [&](std::size_t i, std::size_t row) {
        const std::size_t width = axes_[i].names.size();
        for (std::size_t column = 0; column < width; ++column)
            values.emplace_back(axes_[i].cells[row * width + column]);
    });
    return values;
}

std::uint32_t ParameterSpace::repetition(std::size_t index) const {
    std::uint32_t total = 0;
    visit_rows(index, [&](std::size_t i, std::size_t row) {
        // As digits of one number, so that no two combinations meet.
        if (!repetitions_[i].empty())
            total = total * static_cast<std::uint32_t>(axes_[i].size()) + repetitions_[i][row];
    });
    return total;
}

CaseKey ParameterSpace::key(std::size_t index) const {
    Hash hash;
    const std::vector<std::string_view> all = values(index);
    for (const std::size_t i : by_name_) {
        hash.add(names_[i]);
        hash.add(all[i]);
    }
    if (const std::uint32_t repeated = repetition(index)) hash.add(std::to_string(repeated));
    return hash.value();
}

std::string ParameterSpace::label(std::size_t index) const {
    std::string text;
    const std::vector<std::string_view> all = values(index);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!text.empty()) text += ',';
        if (names_[i] != "line") text += names_[i] + '=';
        text += all[i];
    }
    std::string label = harmless(text);
    if (label == text && label.size() <= label_length_max && !label.starts_with('.') && repetition(index) == 0)
        return label;
    return label.substr(0, label_length_max) + fmt::format("-{:08x}", static_cast<std::uint32_t>(key(index) >> 32));
}

}  // namespace rankpool::sweep
