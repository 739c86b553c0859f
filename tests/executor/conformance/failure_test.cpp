#include <any>
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
#include <string>
#include <system_error>
#include <typeinfo>
#include <variant>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Failures : public ExecutorTest {
  protected:
    template <class E>
    void expect_comes_back_as_itself();
};

template <class E>
[[noreturn]] void throw_example() {
    if constexpr (std::is_constructible_v<E, const std::string&>) {
        throw E("what happened");
    } else {
        throw E();
    }
}

template <class E>
void Failures::expect_comes_back_as_itself() {
    const auto future = pool().submit<&throw_example<E>>();
    try {
        future.result();
        ADD_FAILURE() << typeid(E).name() << " did not come back";
    } catch (const E& error) {
        EXPECT_EQ(typeid(error), typeid(detail::Remote<E>)) << "and not as something derived";
        if constexpr (std::is_constructible_v<E, const std::string&>) {
            EXPECT_STREQ(error.what(), "what happened");
        } else {
            EXPECT_STREQ(error.what(), E().what());
        }
        EXPECT_NE(dynamic_cast<const TaskError*>(&error), nullptr);
    } catch (...) {
        ADD_FAILURE() << typeid(E).name() << " came back as " << abi::__cxa_current_exception_type()->name();
    }
}

TEST_F(Failures, standard_exceptions_come_back_as_themselves) {
    expect_comes_back_as_itself<std::exception>();
    expect_comes_back_as_itself<std::logic_error>();
    expect_comes_back_as_itself<std::invalid_argument>();
    expect_comes_back_as_itself<std::domain_error>();
    expect_comes_back_as_itself<std::length_error>();
    expect_comes_back_as_itself<std::out_of_range>();
    expect_comes_back_as_itself<std::runtime_error>();
    expect_comes_back_as_itself<std::range_error>();
    expect_comes_back_as_itself<std::overflow_error>();
    expect_comes_back_as_itself<std::underflow_error>();
    expect_comes_back_as_itself<std::bad_alloc>();
    expect_comes_back_as_itself<std::bad_array_new_length>();
    expect_comes_back_as_itself<std::bad_cast>();
    expect_comes_back_as_itself<std::bad_any_cast>();
    expect_comes_back_as_itself<std::bad_typeid>();
    expect_comes_back_as_itself<std::bad_exception>();
    expect_comes_back_as_itself<std::bad_function_call>();
    expect_comes_back_as_itself<std::bad_optional_access>();
    expect_comes_back_as_itself<std::bad_variant_access>();
    expect_comes_back_as_itself<std::bad_weak_ptr>();
}

TEST_F(Failures, our_exceptions_come_back_as_themselves) {
    expect_comes_back_as_itself<Error>();
    expect_comes_back_as_itself<MpiError>();
    expect_comes_back_as_itself<Hdf5Error>();
    expect_comes_back_as_itself<ConfigError>();
    expect_comes_back_as_itself<LaunchError>();
    expect_comes_back_as_itself<DecodeError>();
    expect_comes_back_as_itself<CancelledError>();
    expect_comes_back_as_itself<TimeoutError>();
    expect_comes_back_as_itself<BrokenExecutor>();
    expect_comes_back_as_itself<ShutdownError>();
    expect_comes_back_as_itself<DeadlockError>();
    expect_comes_back_as_itself<ContractError>();
}

TEST_F(Failures, system_errors_keep_their_code) {
    const auto fail = [](bool generic) {
        throw std::system_error(EACCES, generic ? std::generic_category() : std::system_category(), "opening");
    };
    for (const bool generic : {true, false}) {
        try {
            pool().submit(fail, generic).result();
            FAIL();
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code(),
                      std::error_code(EACCES, generic ? std::generic_category() : std::system_category()));
            EXPECT_NE(std::string(error.what()).find("opening"), std::string::npos) << error.what();
        }
    }
    try {
        pool().submit([] { std::filesystem::directory_iterator("/there/is/no/such/folder"); }).result();
        FAIL();
    } catch (const std::filesystem::filesystem_error& error) {
        EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
        EXPECT_NE(std::string(error.what()).find("/there/is/no/such/folder"), std::string::npos) << error.what();
    }
    EXPECT_THROW(pool().submit([] { throw std::ios_base::failure("stream"); }).result(), std::ios_base::failure);
}

struct SolverError : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct DivergedError : SolverError {
    using SolverError::SolverError;
};
struct OddError : std::exception {
    const char* what() const noexcept override { return "odd"; }
};

TEST_F(Failures, other_types_come_back_as_their_nearest_base_and_keep_their_name) {
    try {
        pool().submit([] { throw DivergedError("residual 1e9"); }).result();
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "residual 1e9");
        const auto* where = dynamic_cast<const TaskError*>(&error);
        ASSERT_NE(where, nullptr);
        EXPECT_NE(where->type_name().find("DivergedError"), std::string::npos) << where->type_name();
    }
    try {
        pool().submit([] { throw OddError(); }).result();
        FAIL();
    } catch (const std::exception& error) {
        EXPECT_STREQ(error.what(), "odd");
    }
    EXPECT_THROW(pool().submit([] { throw std::regex_error(std::regex_constants::error_brack); }).result(),
                 std::runtime_error);
    EXPECT_THROW(pool().submit([] { throw std::future_error(std::future_errc::broken_promise); }).result(),
                 std::logic_error);
}

TEST_F(Failures, what_is_no_exception_comes_back_as_error_with_its_type) {
    try {
        pool().submit([] { throw 7; }).result();
        FAIL();
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("of type int"), std::string::npos) << error.what();
    }
    try {
        pool().submit([] { throw std::string("text"); }).result();
        FAIL();
    } catch (const TaskError& error) {
        EXPECT_NE(error.type_name().find("string"), std::string::npos) << error.type_name();
    }
    try {
        pool().submit([] { throw "text"; }).result();
        FAIL();
    } catch (const TaskError& error) {
        EXPECT_EQ(error.type_name(), "char const*");
    }
}

TEST_F(Failures, say_what_where_and_which_try) {
    try {
        pool()
            .submit(
                {.name = "step 7"}, [](int cell) { throw std::out_of_range("cell " + std::to_string(cell)); }, 9)
            .result();
        FAIL();
    } catch (const TaskError& error) {
        EXPECT_EQ(error.message(), "cell 9");
        EXPECT_EQ(error.type_name(), "std::out_of_range");
        EXPECT_EQ(error.task(), "step 7");
        EXPECT_EQ(error.host(), pool().submit([] { return this_task::host(); }).result());
        EXPECT_GE(error.rank(), executor_under_test()->ranks() > 1 ? 1 : 0);
        EXPECT_LT(error.rank(), executor_under_test()->ranks());
        EXPECT_EQ(error.attempt(), 1U);
        EXPECT_TRUE(error.failure().passed_through.empty());
        const std::string rank = std::to_string(error.rank());
        EXPECT_EQ(error.describe(),
                  "cell 9 [std::out_of_range] in task 'step 7' on rank " + rank + " (" + error.host() + "), attempt 1");
    }
}

TEST_F(Failures, can_be_caught_as_standard_exception_without_ambiguity) {
    for (int i = 0; i < 2; ++i) {
        try {
            pool().submit([] { throw std::runtime_error("once"); }).result();
            FAIL();
        } catch (const std::exception& error) {
            EXPECT_STREQ(error.what(), "once");
        }
    }
}

TEST_F(Failures, are_thrown_again_by_every_handle_and_at_every_time) {
    const auto future = pool().submit([] { throw std::out_of_range("no such cell"); });
    const auto copy = future;
    for (int i = 0; i < 3; ++i) {
        EXPECT_THROW(future.result(), std::out_of_range);
        EXPECT_THROW(copy.result(), std::out_of_range);
        EXPECT_NE(copy.exception(), nullptr);
    }
}

TEST_F(Failures, of_some_tasks_leave_others_alone) {
    const auto function = [](int n) { return n % 3 == 0 ? throw std::runtime_error(std::to_string(n)) : n; };
    std::vector<Future<int>> futures;
    for (int i = 0; i < 300; ++i) futures.push_back(pool().submit(function, i));
    for (int i = 0; i < 300; ++i) {
        const auto& future = futures[static_cast<std::size_t>(i)];
        if (i % 3 == 0) {
            EXPECT_THROW((void)future.result(), std::runtime_error);
        } else {
            EXPECT_EQ(future.result(), i);
        }
    }
}

TEST_F(Failures, long_texts_survive) {
    try {
        pool().submit([] { throw std::runtime_error(std::string(100'000, 'e')); }).result();
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(std::string(error.what()).size(), 100'000U);
    }
}

}  // namespace

// A type of the user's that is made from its message, and one with a codec.
struct MeshError : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct CellError : std::runtime_error {
    explicit CellError(int c) : std::runtime_error("bad cell " + std::to_string(c)), cell(c) {}
    int cell;
};
struct DerivedMeshError : MeshError {
    using MeshError::MeshError;
};

}  // namespace rankpool::tests

template <>
struct rankpool::Codec<rankpool::tests::CellError> {
    static void write(ByteWriter& writer, const tests::CellError& error) { writer.value(error.cell); }
    static tests::CellError read(ByteReader& reader) { return tests::CellError(reader.value<int>()); }
};

namespace rankpool::tests {

inline const auto& mesh_error_crosses = crossing_exception<MeshError>();
inline const auto& cell_error_crosses = crossing_exception<CellError>();

namespace {

TEST_F(Failures, registered_types_come_back_as_themselves) {
    try {
        pool().submit([] { throw MeshError("hole"); }).result();
        FAIL();
    } catch (const MeshError& error) {
        EXPECT_STREQ(error.what(), "hole");
        EXPECT_NE(dynamic_cast<const TaskError*>(&error), nullptr);
    }
    try {
        pool().submit([](int cell) { throw CellError(cell); }, 17).result();
        FAIL();
    } catch (const CellError& error) {
        EXPECT_EQ(error.cell, 17);
        EXPECT_STREQ(error.what(), "bad cell 17");
    }
    const auto through_two = [] { this_task::executor().submit([](int cell) { throw CellError(cell); }, 3).result(); };
    EXPECT_THROW(pool().submit(through_two).result(), CellError);
}

TEST_F(Failures, types_derived_from_registered_ones_do_not_lose_their_name) {
    try {
        pool().submit([] { throw DerivedMeshError("hole"); }).result();
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "hole");
        const auto* where = dynamic_cast<const TaskError*>(&error);
        ASSERT_NE(where, nullptr);
        EXPECT_NE(where->type_name().find("DerivedMeshError"), std::string::npos) << where->type_name();
    }
}

}  // namespace
}  // namespace rankpool::tests
