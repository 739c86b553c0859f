#include <any>
#include <cstdlib>
#include <cxxabi.h>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <memory>
#include <new>
#include <optional>
#include <regex>
#include <stdexcept>
#include <system_error>
#include <typeinfo>
#include <variant>

#include <rankpool/core/contract.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/task/exception_type.hpp>
#include <rankpool/task/failure.hpp>

namespace rankpool {
namespace {

std::string readable(const char* mangled) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(mangled, nullptr, nullptr, &status),
                                                      std::free);
    return status == 0 ? name.get() : mangled;
}

using FailurePointer = std::shared_ptr<const Failure>;

template <class E>
E make(const Failure& failure) {
    if constexpr (std::is_constructible_v<E, const std::string&>) {
        return E(failure.message);
    } else {
        return E();
    }
}
template <>
std::system_error make(const Failure& failure) {
    ByteReader reader(failure.content.view());
    const auto generic = reader.value<std::uint8_t>() != 0;
    const auto code = reader.value<int>();
    return std::system_error(code, generic ? std::generic_category() : std::system_category());
}
template <>
std::filesystem::filesystem_error make(const Failure& failure) {
    return std::filesystem::filesystem_error(failure.message, make<std::system_error>(failure).code());
}
template <>
std::ios_base::failure make(const Failure& failure) {
    return std::ios_base::failure(failure.message);
}

struct Kind {
    bool (*is)(const std::exception&);
    void (*throw_again)(const Failure&, const FailurePointer&);
};
template <class E>
constexpr Kind kind() {
    return {[]([[maybe_unused]] const std::exception& exception) {
                if constexpr (std::is_same_v<E, std::exception>) {
                    return true;
                } else {
                    return dynamic_cast<const E*>(&exception) != nullptr;
                }
            },
            [](const Failure& failure, const FailurePointer& shared) {
                throw detail::Remote<E>(make<E>(failure), shared);
            }};
}

// The types that come back as themselves; the derived before their bases, so that the first that fits is the nearest.
// The order is part of the messages between ranks; all ranks run the same binary, so it may change between versions.
constexpr Kind kinds[] = {
    kind<CancelledError>(),
    kind<TimeoutError>(),
    kind<BrokenExecutor>(),
    kind<ShutdownError>(),
    kind<DeadlockError>(),
    kind<InfeasibleError>(),
    kind<WalltimeError>(),
    kind<MpiError>(),
    kind<Hdf5Error>(),
    kind<ConfigError>(),
    kind<LaunchError>(),
    kind<DecodeError>(),
    kind<Error>(),
    kind<ContractError>(),
    kind<std::invalid_argument>(),
    kind<std::domain_error>(),
    kind<std::length_error>(),
    kind<std::out_of_range>(),
    kind<std::logic_error>(),
    kind<std::range_error>(),
    kind<std::overflow_error>(),
    kind<std::underflow_error>(),
    kind<std::filesystem::filesystem_error>(),
    kind<std::ios_base::failure>(),
    kind<std::system_error>(),
    kind<std::runtime_error>(),
    kind<std::bad_any_cast>(),
    kind<std::bad_cast>(),
    kind<std::bad_typeid>(),
    kind<std::bad_array_new_length>(),
    kind<std::bad_alloc>(),
    kind<std::bad_exception>(),
    kind<std::bad_function_call>(),
    kind<std::bad_optional_access>(),
    kind<std::bad_variant_access>(),
    kind<std::bad_weak_ptr>(),
    kind<std::exception>(),
};
constexpr std::uint16_t unknown_kind = 0xffff;
constexpr std::uint16_t registered_kind = 0xfffe;

ExceptionEntry*& registered_types() {
    static ExceptionEntry* first = nullptr;
    return first;
}

void classify(const std::exception& exception, Failure& failure) {
    failure.kind = unknown_kind;
    for (std::size_t i = 0; i < std::size(kinds); ++i) {
        if (kinds[i].is(exception)) {
            failure.kind = static_cast<std::uint16_t>(i);
            break;
        }
    }
    if (const auto* system = dynamic_cast<const std::system_error*>(&exception)) {
        ByteWriter writer(failure.content);
        writer.value(static_cast<std::uint8_t>(system->code().category() == std::generic_category()));
        writer.value(system->code().value());
    }
}

}  // namespace

ExceptionEntry::ExceptionEntry(const std::type_info& type_, Capture capture_, Throw throw_)
    : type(type_), capture(capture_), throw_again(throw_), next(registered_types()) {
    registered_types() = this;
}

Failure capture_failure() {
    Failure failure;
    try {
        throw;
    } catch (const TaskError& nested) {
        return nested.failure();  // It happened in a task that this one waited for: keep where that was.
    } catch (const std::exception& exception) {
        failure.type_name = readable(typeid(exception).name());
        failure.message = exception.what();
        for (const ExceptionEntry* entry = registered_types(); entry != nullptr; entry = entry->next) {
            if (entry->type == typeid(exception) && entry->capture(failure)) {
                failure.kind = registered_kind;
                return failure;
            }
        }
        classify(exception, failure);
    } catch (...) {
        const std::type_info* type = abi::__cxa_current_exception_type();
        failure.type_name = type == nullptr ? "unknown" : readable(type->name());
        failure.message = "an exception of type " + failure.type_name + ", which has no message";
        failure.kind = unknown_kind;
    }
    return failure;
}

void throw_failure(const Failure& failure) {
    const auto shared = std::make_shared<const Failure>(failure);
    if (failure.kind < std::size(kinds)) kinds[failure.kind].throw_again(failure, shared);
    if (failure.kind == registered_kind) {
        for (const ExceptionEntry* entry = registered_types(); entry != nullptr; entry = entry->next) {
            if (readable(entry->type.name()) == failure.type_name) entry->throw_again(failure);
        }
    }
    throw detail::Remote<Error>(Error(failure.message), shared);
}

Failure failure_from(const std::exception& exception) {
    Failure failure;
    failure.message = exception.what();
    failure.type_name = readable(typeid(exception).name());
    classify(exception, failure);
    return failure;
}

Failure broken_executor_failure(const std::string& message) { return failure_from(BrokenExecutor(message)); }

void pass_through(Failure& failure, const std::string& task) {
    constexpr std::size_t kept_max = 64;  // Each task on the way copies them.
    std::vector<std::string>& tasks = failure.passed_through;
    if (tasks.size() < kept_max) {
        tasks.push_back(task);
    } else if (tasks.size() == kept_max) {
        tasks.emplace_back("…");
    }
}

void encode_failure(ByteWriter& writer, const Failure& failure) {
    for (const std::string* text : {&failure.type_name, &failure.message, &failure.task, &failure.host}) {
        writer.text(*text);
    }
    writer.value(failure.rank);
    writer.value(failure.attempt);
    writer.value(failure.kind);
    writer.count(failure.content.size());
    writer.raw(failure.content.data(), failure.content.size());
    encode(writer, failure.passed_through);
}

Failure decode_failure(ByteReader& reader) {
    Failure failure;
    for (std::string* text : {&failure.type_name, &failure.message, &failure.task, &failure.host})
        *text = reader.text();
    failure.rank = reader.value<Rank>();
    failure.attempt = reader.value<std::uint32_t>();
    failure.kind = reader.value<std::uint16_t>();
    failure.content = Bytes(reader.raw(reader.count()));
    failure.passed_through = decode<std::vector<std::string>>(reader);
    return failure;
}

std::string describe(const Failure& failure) {
    std::string text = failure.message;
    if (!failure.type_name.empty()) text += " [" + failure.type_name + "]";
    if (!failure.task.empty()) text += " in task '" + failure.task + "'";
    if (failure.rank >= 0) text += " on rank " + std::to_string(failure.rank);
    if (!failure.host.empty()) text += " (" + failure.host + ")";
    if (failure.attempt > 0) text += ", attempt " + std::to_string(failure.attempt);
    for (const std::string& task : failure.passed_through) text += ", which task '" + task + "' waited for";
    return text;
}

}  // namespace rankpool
