#include <complex>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <rankpool/task/codec_std.hpp>

#include "random_bytes.hpp"

namespace rankpool::tests {
namespace {

template <class T>
Bytes pack(const T& item) {
    Bytes bytes;
    ByteWriter writer(bytes);
    encode<T>(writer, item);
    return bytes;
}
template <class T>
T unpack(const Bytes& bytes) {
    ByteReader reader(bytes.view());
    T item = decode<T>(reader);
    EXPECT_EQ(reader.remaining(), 0U);
    return item;
}
template <class T>
void expect_round_trip(const T& item) {
    EXPECT_EQ(unpack<T>(pack(item)), item);
}

enum class Color : std::int16_t { red = -3, blue = 500 };
struct Plain {
    double x = 0;
    int n = 0;
    friend bool operator==(const Plain&, const Plain&) = default;
};
struct Empty {
    friend bool operator==(const Empty&, const Empty&) = default;
};
class NoDefault {
  public:
    explicit NoDefault(int number) : number_(number) {}
    friend bool operator==(const NoDefault&, const NoDefault&) = default;

  private:
    int number_;
};
struct OnlyMoved {
    OnlyMoved() = default;
    OnlyMoved(OnlyMoved&&) = default;
    OnlyMoved& operator=(OnlyMoved&&) = default;
    std::string text;
};

TEST(Codec, knows_what_can_cross_ranks) {
    static_assert(CrossesRanks<int> && CrossesRanks<bool> && CrossesRanks<Color> && CrossesRanks<Plain>);
    static_assert(CrossesRanks<std::complex<double>> && CrossesRanks<std::array<Plain, 3>> && CrossesRanks<Empty>);
    static_assert(CrossesRanks<std::string> && CrossesRanks<std::u32string> && CrossesRanks<std::filesystem::path>);
    static_assert(CrossesRanks<std::vector<std::vector<std::string>>> && CrossesRanks<std::vector<bool>>);
    static_assert(CrossesRanks<std::map<int, std::set<std::string>>> && CrossesRanks<std::unordered_map<int, int>>);
    static_assert(CrossesRanks<std::unique_ptr<std::string>> && CrossesRanks<std::monostate>);
    static_assert(CrossesRanks<std::tuple<>> && CrossesRanks<std::tuple<int, std::string>>);
    static_assert(CrossesRanks<std::variant<int, std::string>> && CrossesRanks<std::optional<std::string>>);
}

TEST(Codec, refuses_what_refers_to_memory_of_this_process) {
    static_assert(!CrossesRanks<int*> && !CrossesRanks<const char*> && !CrossesRanks<void (*)()>);
    static_assert(!CrossesRanks<std::string_view> && !CrossesRanks<std::span<int>>);
    static_assert(!CrossesRanks<std::reference_wrapper<int>> && !CrossesRanks<std::initializer_list<int>>);
    static_assert(!CrossesRanks<int Plain::*> && !CrossesRanks<std::array<int*, 2>> && !CrossesRanks<int[3]>);
    static_assert(!CrossesRanks<std::vector<int*>> && !CrossesRanks<std::map<int, std::string_view>>);
    static_assert(!CrossesRanks<std::pair<int, char*>> && !CrossesRanks<std::optional<std::string_view>>);
    static_assert(!CrossesRanks<std::tuple<std::span<int>>> && !CrossesRanks<std::variant<int, int*>>);
    static_assert(!CrossesRanks<std::shared_ptr<int>> && !CrossesRanks<std::unique_ptr<int*>>);
    static_assert(!CrossesRanks<OnlyMoved> && !CrossesRanks<std::vector<OnlyMoved>> && !CrossesRanks<int&>);
}

TEST(Codec, values_come_back_equal) {
    for (const int number : {0, 1, -1, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()}) {
        expect_round_trip(number);
    }
    expect_round_trip(true);
    expect_round_trip(Color::blue);
    expect_round_trip(-0.1L);
    expect_round_trip(std::numeric_limits<double>::infinity());
    expect_round_trip(std::complex<float>(1, 2));
    expect_round_trip(Plain{1.5, 2});
    expect_round_trip(Empty());
    expect_round_trip(std::array<Plain, 2>{Plain{1, 2}, Plain{3, 4}});
    expect_round_trip(NoDefault(4));
    expect_round_trip(std::vector{NoDefault(4), NoDefault(5)});
}

TEST(Codec, containers_come_back_equal) {
    using namespace std::string_literals;
    expect_round_trip(""s);
    expect_round_trip("a\0b"s);
    expect_round_trip(std::string(254, 'x'));
    expect_round_trip(std::string(255, 'x'));
    expect_round_trip(std::string(70'000, 'x'));
    expect_round_trip(U"wide"s);
    expect_round_trip(std::vector<double>());
    expect_round_trip(std::vector<double>(1000, 0.5));
    expect_round_trip(std::vector{true, false, true, true});
    expect_round_trip(std::vector<Empty>(3));
    expect_round_trip(std::vector<std::vector<int>>{{1}, {}, {2, 3}});
    expect_round_trip(std::deque{"a"s, "b"s});
    expect_round_trip(std::list{1, 2, 3});
    expect_round_trip(std::set{"b"s, "a"s});
    expect_round_trip(std::multiset{1, 1, 2});
    expect_round_trip(std::unordered_set{1, 2});
    expect_round_trip(std::map<std::string, std::vector<int>>{{"a", {1, 2}}, {"b", {}}});
    expect_round_trip(std::multimap<int, std::string>{{1, "a"}, {1, "b"}});
    expect_round_trip(std::unordered_map<std::string, double>{{"a", 1}, {"b", 2}});
    expect_round_trip(std::array{"a"s, "b"s});
    expect_round_trip(std::pair{1, "a"s});
    expect_round_trip(std::tuple{1, "a"s, 2.0, std::vector{"b"s}});
    expect_round_trip(std::tuple<>());
    expect_round_trip(std::optional<std::string>("a"));
    expect_round_trip(std::optional<std::string>());
    expect_round_trip(std::optional<int>(3));
    expect_round_trip(std::variant<std::monostate, int, std::string>("a"));
    expect_round_trip(std::variant<std::monostate, int, std::string>());
    expect_round_trip(std::variant<int, int, std::string>(std::in_place_index<1>, 5));
    expect_round_trip(std::filesystem::path("/a/b c"));
    EXPECT_EQ(*unpack<std::unique_ptr<std::string>>(pack(std::make_unique<std::string>("a"))), "a");
    EXPECT_EQ(unpack<std::unique_ptr<int>>(pack(std::unique_ptr<int>())), nullptr);
}

TEST(Codec, tuples_are_read_from_left_to_right) {
    Bytes bytes;
    ByteWriter writer(bytes);
    encode<std::string>(writer, "first");
    encode<std::string>(writer, "second");
    EXPECT_EQ((unpack<std::tuple<std::string, std::string>>(bytes)), std::tuple("first", "second"));
    EXPECT_EQ((unpack<std::array<std::string, 2>>(bytes)), (std::array<std::string, 2>{"first", "second"}));
}

// A value of a type with everything in it.
using Everything =
    std::tuple<std::vector<std::map<std::string, std::optional<std::vector<int>>>>, std::variant<int, std::string>,
               std::vector<bool>, std::list<std::pair<std::string, double>>, std::set<std::int64_t>,
               std::array<std::string, 2>>;

std::string random_text(std::mt19937_64& engine) {
    return std::string(engine() % 40, static_cast<char>(engine() % 128));
}

Everything random_value(std::mt19937_64& engine) {
    Everything value;
    auto& [maps, either, flags, pairs, numbers, texts] = value;
    maps.resize(engine() % 4);
    for (auto& map : maps) {
        for (auto i = engine() % 4; i != 0; --i) {
            auto& item = map[random_text(engine)];
            if (engine() % 2 == 0) item = std::vector<int>(engine() % 300, static_cast<int>(engine()));
        }
    }
    if (engine() % 2 == 0) {
        either = static_cast<int>(engine());
    } else {
        either = random_text(engine);
    }
    for (auto i = engine() % 20; i != 0; --i) flags.push_back(engine() % 2 == 0);
    for (auto i = engine() % 5; i != 0; --i) pairs.emplace_back(random_text(engine), static_cast<double>(engine()));
    for (auto i = engine() % 300; i != 0; --i) numbers.insert(static_cast<std::int64_t>(engine()));
    for (auto& text : texts) text = random_text(engine);
    return value;
}

TEST(Codec, random_values_come_back_equal) {
    RandomBytes random;
    for (int i = 0; i < 300; ++i) {
        const Everything value = random_value(random.engine());
        ASSERT_EQ(unpack<Everything>(pack(value)), value) << random.story();
    }
}

TEST(Codec, bytes_that_end_too_early_are_refused_at_every_length) {
    RandomBytes random;
    for (int i = 0; i < 20; ++i) {
        const Bytes bytes = pack(random_value(random.engine()));
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            ByteReader reader(bytes.view().first(length));
            ASSERT_THROW((void)decode<Everything>(reader), DecodeError) << random.story() << ", " << length;
        }
    }
}

TEST(Codec, damaged_bytes_are_refused_or_give_some_value) {
    RandomBytes random;
    int refused = 0;
    for (int i = 0; i < 3000; ++i) {
        const Bytes damaged = random.damage(pack(random_value(random.engine())));
        ByteReader reader(damaged.view());
        try {
            const auto value = decode<Everything>(reader);
            pack(value);
        } catch (const DecodeError&) {
            ++refused;
        }
    }
    EXPECT_GT(refused, 0) << random.story();
}

TEST(Codec, counts_that_cannot_be_true_are_refused_without_taking_the_memory) {
    Bytes bytes;
    ByteWriter writer(bytes);
    writer.count(std::uint64_t{1} << 60);
    writer.value(1.0);
    const auto expect_refused = [&]<class T>(std::type_identity<T>) {
        ByteReader reader(bytes.view());
        EXPECT_THROW((void)decode<T>(reader), DecodeError) << typeid(T).name();
    };
    expect_refused(std::type_identity<std::string>());
    expect_refused(std::type_identity<std::vector<double>>());
    expect_refused(std::type_identity<std::vector<Empty>>());
    expect_refused(std::type_identity<std::vector<std::string>>());
    expect_refused(std::type_identity<std::vector<bool>>());
    expect_refused(std::type_identity<std::list<Empty>>());
    expect_refused(std::type_identity<std::list<std::tuple<>>>());
    expect_refused(std::type_identity<std::set<int>>());
    expect_refused(std::type_identity<std::multiset<Empty, decltype([](Empty, Empty) { return false; })>>());
    expect_refused(std::type_identity<std::unordered_map<int, std::string>>());
    expect_refused(std::type_identity<std::filesystem::path>());
}

TEST(Codec, a_bool_of_damaged_bytes_is_true_or_false) {
    Bytes bytes;
    ByteWriter writer(bytes);
    writer.value(std::uint8_t{7});
    EXPECT_TRUE(unpack<bool>(bytes));
}

struct Own {
    int number = 0;
};

}  // namespace
}  // namespace rankpool::tests

// The bytes could be copied, but the author knows better.
template <>
struct rankpool::Codec<rankpool::tests::Own> {
    static void write(ByteWriter& writer, const tests::Own& item) {
        writer.value(static_cast<std::int8_t>(item.number));
    }
    static tests::Own read(ByteReader& reader) { return {reader.value<std::int8_t>() + 100}; }
};

namespace rankpool::tests {
namespace {

TEST(Codec, a_codec_of_the_users_is_preferred) {
    EXPECT_EQ(pack(Own{5}).size(), 1U);
    EXPECT_EQ(unpack<Own>(pack(Own{5})).number, 105);
    EXPECT_EQ(unpack<std::vector<Own>>(pack(std::vector<Own>{{5}, {6}}))[1].number, 106);
}

}  // namespace
}  // namespace rankpool::tests
