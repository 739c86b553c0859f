#include <string>

#include <gtest/gtest.h>

#include <rankpool/task/call.hpp>
#include <rankpool/task/future.hpp>

namespace rankpool::tests {

double energy(double x, int n) { return x * n; }
struct Grid {
    double at(int i) const noexcept { return i; }
};
template <class T>
T doubled(T x) {
    return x + x;
}

namespace {

using detail::kept_arguments_t;
using detail::task_result_t;

TEST(Callable, arguments_are_kept_as_the_parameters_are_declared) {
    static_assert(std::is_same_v<kept_arguments_t<double (*)(double, int), int, int>, std::tuple<double, int>>);
    static_assert(std::is_same_v<kept_arguments_t<double (*)(const std::string&, int&&) noexcept, const char*, int>,
                                 std::tuple<std::string, int>>);
    const auto lambda = [](float, const std::vector<int>&) {};
    static_assert(std::is_same_v<kept_arguments_t<decltype(lambda), double, std::vector<int>&>,
                                 std::tuple<float, std::vector<int>>>);
}

TEST(Callable, views_are_kept_as_what_owns_the_items) {
    static_assert(std::is_same_v<kept_arguments_t<void (*)(std::string_view, std::span<const int>), const char*, int*>,
                                 std::tuple<std::string, std::vector<int>>>);
    static_assert(std::is_same_v<kept_arguments_t<void (*)(const char*), const char*>, std::tuple<detail::KeptText>>);
    const auto generic = [](auto...) {};
    static_assert(std::is_same_v<kept_arguments_t<decltype(generic), const char*, std::string_view, int>,
                                 std::tuple<std::string, std::string, int>>);
}

TEST(Callable, futures_are_kept_as_their_results) {
    const auto generic = [](auto...) {};
    static_assert(
        std::is_same_v<kept_arguments_t<decltype(generic), Future<int>, std::vector<Future<double>>, Future<void>>,
                       std::tuple<int, std::vector<double>, Unit>>);
    static_assert(std::is_same_v<kept_arguments_t<void (*)(double), Future<int>>, std::tuple<double>>);
}

TEST(Callable, results_are_values) {
    static_assert(std::is_same_v<task_result_t<const std::string& (*)()>, std::string>);
    static_assert(std::is_same_v<task_result_t<void (*)(int), int>, void>);
    static_assert(std::is_same_v<task_result_t<detail::ConstantFunction<&Grid::at>, Grid, int>, double>);
    static_assert(std::is_same_v<task_result_t<decltype([](auto x) { return x; }), const char*>, std::string>);
}

template <class F, class... A>
std::string name_of(F, A...) {
    return readable_name(detail::entry_for<F, A...>());
}

TEST(Callable, tasks_are_named_like_their_functions) {
    EXPECT_EQ(name_of(detail::ConstantFunction<&energy>(), 1.0, 2), "rankpool::tests::energy");
    EXPECT_EQ(name_of(detail::ConstantFunction<&Grid::at>(), Grid(), 1), "rankpool::tests::Grid::at");
    EXPECT_NE(name_of(detail::ConstantFunction<&doubled<int>>(), 1).find("rankpool::tests::doubled"),
              std::string::npos);
    EXPECT_NE(name_of([](int n) { return n; }, 1).find("lambda"), std::string::npos);
    EXPECT_EQ(name_of(&energy, 1.0, 2).find("F = "), std::string::npos);
}

TEST(Callable, every_kind_of_call_has_one_number) {
    const FunctionEntry& energy_entry = detail::entry_for<double (*)(double, int), double, int>();
    const FunctionEntry& same = detail::entry_for<double (*)(double, int), int, int>();
    const FunctionEntry& other = detail::entry_for<double (*)(double, int), Future<double>, int>();
    EXPECT_EQ(&energy_entry, &same) << "converted before it is packed";
    EXPECT_NE(energy_entry.id(), other.id());
    EXPECT_EQ(&find_function(energy_entry.id()), &energy_entry);
    EXPECT_EQ(&find_function(other.id()), &other);
    EXPECT_THROW(find_function(FunctionId{}), DecodeError);
    EXPECT_THROW(find_function(FunctionId{1'000'000}), DecodeError);
    EXPECT_EQ(registry_fingerprint(), registry_fingerprint());
}

TEST(ModuleAddress, names_functions_across_processes) {
    double (*function)(double, int) = energy;
    const std::uint64_t portable = portable_address(reinterpret_cast<const void*>(function));
    EXPECT_EQ(local_address(portable), reinterpret_cast<const void*>(function));
    const std::uint64_t library = portable_address(reinterpret_cast<const void*>(&::strlen));
    EXPECT_EQ(local_address(library), reinterpret_cast<const void*>(&::strlen));
    EXPECT_NE(library >> 48, portable >> 48);
}

TEST(ModuleAddress, refuses_what_is_no_code) {
    static const int data = 0;
    EXPECT_THROW((void)portable_address(&data), ConfigError);
    EXPECT_THROW((void)portable_address(nullptr), ConfigError);
    EXPECT_THROW((void)local_address(0xdeadULL << 48), DecodeError);
    EXPECT_THROW((void)local_address(0xffffffffffffULL), DecodeError);
    EXPECT_EQ(program_fingerprint(), program_fingerprint());
    EXPECT_NE(program_fingerprint(), 0U);
}

}  // namespace
}  // namespace rankpool::tests
