#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/store/store.hpp>

namespace rankpool {
namespace {

ObjectId id(std::uint32_t number) { return {TaskId{number}, Execution{1}}; }

StoredRef value(std::size_t size) {
    Bytes bytes;
    bytes.extend(size);
    return std::make_shared<StoredValue>(std::move(bytes));
}

StoreLimits limits(std::uint64_t memory, std::uint64_t disk = 1 << 20) {
    return {.memory = memory, .disk = disk, .directory = testing::TempDir()};
}

// What a worker's disk thread does, until there is nothing to do. The values in the order in which they were written.
std::vector<std::uint32_t> spill(Store& store) {
    std::vector<std::uint32_t> written;
    std::vector<StoredRef> freed;
    while (auto spilling = store.next_to_spill(freed)) {
        written.push_back(spilling->id.task.value);
        store.end_spilling(*spilling, SpillFile::write(store.file(), *spilling->value));
    }
    return written;
}

StoredRef read_back(Store& store, ObjectId object) {
    const auto read = std::make_shared<StoredValue>(SpillFile::read(*store.place_of(object)));
    store.put(object, read);
    return read;
}

TEST(Store, keeps_what_fits_in_memory) {
    Store store(limits(30'000));
    for (std::uint32_t i = 0; i < 3; ++i) store.put(id(i), value(10'000));
    EXPECT_FALSE(store.is_over());
    EXPECT_EQ(spill(store), std::vector<std::uint32_t>{});
    EXPECT_EQ(store.bytes_spilled(), 0U);
}

TEST(Store, writes_what_was_not_used_for_longest) {
    Store store(limits(25'000));
    for (std::uint32_t i = 0; i < 5; ++i) store.put(id(i), value(10'000));
    store.find(id(0));
    EXPECT_TRUE(store.is_over());
    EXPECT_EQ(spill(store), (std::vector<std::uint32_t>{1, 2, 3}));
    EXPECT_FALSE(store.is_over());
    EXPECT_EQ(store.bytes(), 20'000U);
    EXPECT_EQ(store.bytes_peak(), 50'000U);
    EXPECT_EQ(store.bytes_spilled(), 30'000U);
    EXPECT_EQ(store.where(id(1)), Store::Where::disk);
    EXPECT_EQ(store.where(id(0)), Store::Where::memory);
    EXPECT_FALSE(store.find(id(1)));
}

TEST(Store, leaves_in_memory_what_somebody_uses) {
    Store store(limits(5'000));
    for (std::uint32_t i = 0; i < 3; ++i) store.put(id(i), value(10'000));
    StoredRef used = store.find(id(1));
    EXPECT_EQ(spill(store), (std::vector<std::uint32_t>{0, 2}));
    EXPECT_TRUE(store.is_over());
    used.reset();
    EXPECT_EQ(spill(store), (std::vector<std::uint32_t>{1}));
    EXPECT_FALSE(store.is_over());
}

TEST(Store, writes_a_value_once_however_often_it_comes_and_goes) {
    Store store(limits(15'000));
    store.put(id(0), value(10'000));
    store.put(id(1), value(10'000));
    EXPECT_EQ(spill(store), (std::vector<std::uint32_t>{0}));
    read_back(store, id(0));
    EXPECT_EQ(spill(store), (std::vector<std::uint32_t>{1}));
    read_back(store, id(1));
    EXPECT_EQ(spill(store), std::vector<std::uint32_t>{}) << "both are on disk already";
    EXPECT_EQ(store.bytes(), 10'000U);
    EXPECT_EQ(store.bytes_spilled(), 20'000U);
}

TEST(Store, frees_memory_and_disk_of_what_is_dropped) {
    {
        Store store(limits(15'000));
        for (std::uint32_t i = 0; i < 3; ++i) store.put(id(i), value(10'000));
        spill(store);
        EXPECT_EQ(kept_bytes_here(), 10'000U);
        EXPECT_EQ(spilled_bytes_here(), 20'000U);
        EXPECT_FALSE(store.drop(id(0)));
        EXPECT_TRUE(store.drop(id(2)));
        EXPECT_FALSE(store.drop(id(7)));
        EXPECT_EQ(kept_bytes_here(), 0U);
        EXPECT_EQ(spilled_bytes_here(), 10'000U);
        EXPECT_EQ(store.where(id(0)), Store::Where::nowhere);
        EXPECT_LT(store.bytes_on_disk(), 10'100U);
    }
    EXPECT_EQ(kept_bytes_here(), 0U);
    EXPECT_EQ(spilled_bytes_here(), 0U);
}

TEST(Store, may_drop_what_is_being_written) {
    Store store(limits(5'000));
    store.put(id(0), value(10'000));
    std::vector<StoredRef> freed;
    auto spilling = store.next_to_spill(freed);
    ASSERT_TRUE(spilling);
    EXPECT_FALSE(store.next_to_spill(freed)) << "nobody writes it twice";
    store.drop(id(0));
    store.end_spilling(*spilling, SpillFile::write(store.file(), *spilling->value));
    EXPECT_EQ(store.count(), 0U);
    EXPECT_EQ(store.bytes_on_disk(), 0U);
    EXPECT_EQ(store.bytes_spilled(), 0U);
}

TEST(Store, stays_over_its_limit_when_the_disk_is_full_until_something_there_is_dropped) {
    Store store(limits(5'000, 21'000));
    for (std::uint32_t i = 0; i < 4; ++i) store.put(id(i), value(10'000));
    EXPECT_EQ(spill(store), (std::vector<std::uint32_t>{0, 1, 2})) << "the third finds no room";
    EXPECT_TRUE(store.is_over());
    EXPECT_EQ(store.where(id(2)), Store::Where::memory);
    store.drop(id(0));
    EXPECT_EQ(spill(store), (std::vector<std::uint32_t>{2, 3}));
    EXPECT_EQ(store.where(id(2)), Store::Where::disk);
}

TEST(Store, does_not_write_where_it_may_not) {
    Store store(limits(5'000, 0));
    store.put(id(0), value(10'000));
    EXPECT_EQ(spill(store), std::vector<std::uint32_t>{});
    EXPECT_TRUE(store.is_over());
}

}  // namespace

struct Marker {
    std::shared_ptr<int> here;
};

}  // namespace rankpool

namespace rankpool::detail {
template <>
inline constexpr bool is_resident<Marker> = true;
}  // namespace rankpool::detail
template <>
struct rankpool::Codec<rankpool::Marker> {
    static void write(ByteWriter&, const Marker&) {}
    static Marker read(ByteReader&) { return {}; }
};

namespace rankpool {
namespace {

TEST(Store, keeps_in_memory_what_is_more_than_its_bytes) {
    Store store(limits(1));
    const Marker marker{std::make_shared<int>(1)};
    store.put(id(0), std::make_shared<StoredValue>(std::make_shared<const Marker>(marker), 10'000));
    store.put(id(1), value(100));
    EXPECT_EQ(spill(store), std::vector<std::uint32_t>{}) << "and the other is too small to be worth it";
    EXPECT_EQ(marker.here.use_count(), 2);
    store.drop(id(0));
    EXPECT_EQ(marker.here.use_count(), 1);
}

}  // namespace
}  // namespace rankpool
