#include <algorithm>
#include <cstring>
#include <mutex>
#include <string_view>
#include <tuple>
#include <vector>

#include <rankpool/core/error.hpp>
#include <rankpool/task/module_address.hpp>
#include <rankpool/task/registry.hpp>

namespace rankpool {

// Entries link themselves into a list before main(); the first look-up sorts the list by name and place in the
// binary, which no rank sees differently, and numbers it. Entries of libraries opened later follow in their order.
class FunctionRegistry {
  public:
    static FunctionRegistry& instance() {
        static FunctionRegistry registry;
        return registry;
    }
    void add(FunctionEntry& entry) {
        const std::lock_guard lock(mutex_);
        entry.next_ = unsorted_;
        unsorted_ = &entry;
    }
    FunctionId number(const FunctionEntry& entry) {
        const std::lock_guard lock(mutex_);
        seal();
        return FunctionId{entry.id_.load(std::memory_order_relaxed)};
    }
    const FunctionEntry& find(FunctionId id) {
        const std::lock_guard lock(mutex_);
        seal();
        if (id.value >= sorted_.size()) {
            throw DecodeError("a message names task function " + std::to_string(id.value) + " of " +
                              std::to_string(sorted_.size()) + ": do all ranks run the same binary?");
        }
        return *sorted_[id.value];
    }
    std::uint64_t fingerprint() {
        const std::lock_guard lock(mutex_);
        seal();
        std::uint64_t hash = sorted_.size();
        for (const FunctionEntry* entry : sorted_) {
            for (const char letter : std::string_view(entry->type_name)) {
                hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
            }
        }
        return hash;
    }

  private:
    void seal() {
        const std::size_t first = sorted_.size();
        for (; unsorted_ != nullptr; unsorted_ = unsorted_->next_) sorted_.push_back(unsorted_);
        const auto key = [](const FunctionEntry* entry) {
            return std::tuple(std::string_view(entry->type_name),
                              portable_address(reinterpret_cast<const void*>(entry->thunk)));
        };
        std::sort(sorted_.begin() + static_cast<std::ptrdiff_t>(first), sorted_.end(),
                  [&](const FunctionEntry* a, const FunctionEntry* b) { return key(a) < key(b); });
        for (std::size_t i = first; i < sorted_.size(); ++i) {
            sorted_[i]->id_.store(static_cast<std::uint32_t>(i), std::memory_order_release);
        }
    }

    std::mutex mutex_;
    FunctionEntry* unsorted_ = nullptr;
    std::vector<FunctionEntry*> sorted_;
};

FunctionEntry::FunctionEntry(TaskThunk thunk_, const char* type_name_) : thunk(thunk_), type_name(type_name_) {
    FunctionRegistry::instance().add(*this);
}

FunctionId FunctionEntry::seal() const { return FunctionRegistry::instance().number(*this); }

const FunctionEntry& find_function(FunctionId id) {
    // Worker threads ask for every task: remember the last answer.
    thread_local FunctionId last_id;
    thread_local const FunctionEntry* last = nullptr;
    if (last == nullptr || last_id != id) {
        last = &FunctionRegistry::instance().find(id);
        last_id = id;
    }
    return *last;
}

std::uint64_t registry_fingerprint() { return FunctionRegistry::instance().fingerprint(); }

namespace {

std::string make_readable(std::string_view name) {
    // "... [with F = ConstantFunction<energy>; ...]" or "[F = ...]": the part after "F = ".
    const std::size_t start = name.find("F = ");
    if (start != std::string_view::npos) {
        name.remove_prefix(start + 4);
        int depth = 0;
        std::size_t end = 0;
        for (; end < name.size(); ++end) {
            const char letter = name[end];
            depth += letter == '(' || letter == '<' || letter == '[';
            if (depth == 0 && (letter == ';' || letter == ',' || letter == ']')) break;
            depth -= letter == ')' || letter == '>' || letter == ']';
        }
        name = name.substr(0, end);
    }
    for (const std::string_view prefix : {"rankpool::detail::ConstantFunction<", "rankpool::ByValue<"}) {
        if (name.starts_with(prefix) && name.ends_with('>')) {
            name.remove_prefix(prefix.size());
            name.remove_suffix(1);
        }
    }
    if (constexpr std::string_view call = "rankpool::detail::ActorCall<"; name.starts_with(call)) {
        name.remove_prefix(call.size());
        name = name.substr(0, name.rfind(", "));  // Without the actor's type.
    }
    if (name.starts_with('&')) name.remove_prefix(1);
    return std::string(name);
}

}  // namespace

const std::string& readable_name(const FunctionEntry& entry) {
    std::call_once(entry.named_, [&] { entry.readable_name_ = make_readable(entry.type_name); });
    return entry.readable_name_;
}

}  // namespace rankpool
