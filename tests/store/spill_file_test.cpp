#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>

#include <gtest/gtest.h>

#include <rankpool/store/spill_file.hpp>

namespace rankpool {
namespace {

struct SpillFiles : testing::Test {
    SpillFiles() {
        std::string name = testing::TempDir() + "spill-XXXXXX";
        directory = mkdtemp(name.data());
    }
    ~SpillFiles() override { std::filesystem::remove_all(directory); }
    bool is_empty() const { return std::filesystem::is_empty(directory); }
    std::string directory;
};

Bytes bytes_like(std::size_t size, unsigned start) {
    Bytes bytes;
    std::byte* to = bytes.extend(size);
    for (std::size_t i = 0; i < size; ++i) to[i] = static_cast<std::byte>(start + i * 7 + (i >> 8));
    return bytes;
}

TEST_F(SpillFiles, give_back_what_was_written) {
    const auto file = SpillFile::open(directory, 1 << 20);
    StoredValue packed(bytes_like(10'000, 1), 16);
    const auto place = SpillFile::write(file, packed);
    ASSERT_TRUE(place);
    Bytes expected;
    packed.pack(expected);
    EXPECT_EQ(SpillFile::read(*place), expected);
    EXPECT_EQ(expected.size(), 10'000U - 16U);
}

TEST_F(SpillFiles, take_objects_from_where_they_lie) {
    const auto file = SpillFile::open(directory, 1 << 20);
    const auto numbers = std::make_shared<const std::vector<int>>(5000, 7);
    StoredValue bulk(numbers, 20'000);
    const auto texts = std::make_shared<const std::vector<std::string>>(100, std::string(50, 'x'));
    StoredValue items(texts, 5'000);
    const auto first = SpillFile::write(file, bulk);
    const auto second = SpillFile::write(file, items);
    EXPECT_EQ(*StoredValue(SpillFile::read(*first)).get<std::vector<int>>(), *numbers);
    EXPECT_EQ(*StoredValue(SpillFile::read(*second)).get<std::vector<std::string>>(), *texts);
}

TEST_F(SpillFiles, have_no_name_and_leave_nothing_behind) {
    const auto file = SpillFile::open(directory, 1 << 20);
    StoredValue value(bytes_like(10'000, 1));
    const auto place = SpillFile::write(file, value);
    EXPECT_TRUE(is_empty()) << "even while it is in use: a killed process has no time to tidy up";
}

TEST_F(SpillFiles, use_the_room_of_values_that_are_gone) {
    const auto file = SpillFile::open(directory, 100'000);
    std::vector<SpillFile::PlaceRef> places;
    for (unsigned i = 0; i < 9; ++i) {
        StoredValue value(bytes_like(10'000, i));
        places.push_back(SpillFile::write(file, value));
        ASSERT_TRUE(places.back());
    }
    StoredValue too_much(bytes_like(20'000, 50));
    EXPECT_FALSE(SpillFile::write(file, too_much));
    EXPECT_EQ(file->why_full(), "");
    places[2].reset();
    places[5].reset();  // Two holes that are no neighbours.
    const auto place = SpillFile::write(file, too_much);
    ASSERT_TRUE(place);
    EXPECT_EQ(SpillFile::read(*place), bytes_like(20'000, 50));
    for (const unsigned i : {0U, 1U, 3U, 4U, 6U, 7U, 8U}) EXPECT_EQ(SpillFile::read(*places[i]), bytes_like(10'000, i));
    places.clear();
    EXPECT_GT(file->used(), 20'000U);
    EXPECT_LT(file->used(), 20'100U);
}

TEST_F(SpillFiles, say_where_they_cannot_be_made) {
    try {
        SpillFile::open(directory + "/nowhere", 1 << 20);
        FAIL() << "there is no such directory";
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find(directory + "/nowhere"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("No such file"), std::string::npos) << error.what();
    }
}

TEST_F(SpillFiles, say_when_the_disk_is_full) {
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 50'000;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    {
        const auto file = SpillFile::open(directory, 1 << 20);
        StoredValue fits(bytes_like(30'000, 1));
        StoredValue does_not(bytes_like(30'000, 2));
        const auto place = SpillFile::write(file, fits);
        EXPECT_TRUE(place);
        EXPECT_FALSE(SpillFile::write(file, does_not));
        EXPECT_NE(file->why_full(), "");
        EXPECT_LT(file->bytes_max(), 50'000U) << "no more is tried than the disk has";
        EXPECT_EQ(SpillFile::read(*place), bytes_like(30'000, 1));
    }
    setrlimit(RLIMIT_FSIZE, &before);
}

TEST(Disks, are_told_from_memory) {
    EXPECT_FALSE(is_in_memory("/no/such/place"));
    EXPECT_EQ(free_disk_bytes("/no/such/place"), 0U);
    EXPECT_GT(free_disk_bytes("/"), 0U);
    EXPECT_EQ(is_in_memory("/dev/shm"), std::filesystem::exists("/dev/shm"));
}

}  // namespace
}  // namespace rankpool
