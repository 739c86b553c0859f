// Parts of a contiguous dataset, written by processes that have not made its file.
#include <csignal>
#include <numeric>
#include <sys/resource.h>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/dataset/dataset.hpp>
#include <rankpool/dataset/output_file.hpp>

#include "child_process.hpp"
#include "temporary_directory.hpp"

namespace rankpool {
namespace {

DatasetOptions contiguous(Shape shape) {
    return {.shape = std::move(shape), .type = ElementType::int64, .layout = Layout::contiguous};
}

BytesView bytes_of(const std::vector<std::int64_t>& numbers) {
    return {reinterpret_cast<const std::byte*>(numbers.data()), numbers.size() * sizeof(std::int64_t)};
}

class PlainStorageTest : public testing::Test {
  protected:
    std::string path() const { return directory_.file("out.h5"); }
    std::vector<std::int64_t> committed(OutputFile& file) const {
        file.commit();
        auto numbers = Dataset::open(path(), "/numbers").read<std::int64_t>();
        close_files();
        return numbers;
    }

  private:
    TemporaryDirectory directory_;
};

TEST_F(PlainStorageTest, regions_of_all_shapes_come_to_their_places_from_another_process) {
    OutputFile file(path());
    const OutputDataset numbers = file.create_dataset("/numbers", contiguous({6, 5, 4}));
    const auto storage = numbers.plain_storage();
    ASSERT_TRUE(storage);
    const std::vector<Region> regions{
        {{0, 0, 0}, {2, 5, 4}}, {{2, 0, 0}, {4, 2, 4}}, {{2, 2, 0}, {4, 3, 1}}, {{2, 2, 1}, {4, 3, 3}}};
    std::vector<std::int64_t> expected(6 * 5 * 4);
    std::int64_t value = 0;
    for (const Region& region : regions) {
        std::vector<std::int64_t> part(region.element_count());
        std::iota(part.begin(), part.end(), value);
        const std::string answer = in_child([&] {
            return write_in_place(*storage, {6, 5, 4}, region, bytes_of(part), sizeof(std::int64_t)) ? "written" : "";
        });
        EXPECT_EQ(answer, "written");
        for (std::uint64_t i = 0; i < region.extent[0]; ++i) {
            for (std::uint64_t j = 0; j < region.extent[1]; ++j) {
                for (std::uint64_t k = 0; k < region.extent[2]; ++k) {
                    expected[((region.offset[0] + i) * 5 + region.offset[1] + j) * 4 + region.offset[2] + k] = value++;
                }
            }
        }
    }
    EXPECT_EQ(committed(file), expected);
}

TEST_F(PlainStorageTest, what_was_written_before_through_the_file_stays) {
    OutputFile file(path());
    OutputDataset numbers = file.create_dataset("/numbers", contiguous({100}));
    numbers.write<std::int64_t>({{0}, {10}}, std::vector<std::int64_t>(10, 7));
    const auto storage = numbers.plain_storage();
    ASSERT_TRUE(storage);
    ASSERT_TRUE(write_in_place(*storage, {100}, {{10}, {80}}, bytes_of(std::vector<std::int64_t>(80, 8)), 8));
    numbers.write<std::int64_t>({{90}, {10}}, std::vector<std::int64_t>(10, 9));
    std::vector<std::int64_t> expected(100, 8);
    std::fill_n(expected.begin(), 10, 7);
    std::fill_n(expected.end() - 10, 10, 9);
    EXPECT_EQ(committed(file), expected);
}

TEST_F(PlainStorageTest, there_is_none_for_chunks_for_scalars_and_with_a_fill_value) {
    OutputFile file(path());
    DatasetOptions filled = contiguous({10});
    filled.fill_value = std::int64_t{3};
    EXPECT_FALSE(file.create_dataset("/chunked", {.shape = {10}, .chunk_shape = {5}}).plain_storage());
    EXPECT_FALSE(file.create_dataset("/scalar", contiguous({})).plain_storage());
    EXPECT_FALSE(file.create_dataset("/filled", filled).plain_storage());
    EXPECT_TRUE(file.create_dataset("/plain", contiguous({10})).plain_storage());
}

TEST_F(PlainStorageTest, a_process_that_sees_another_file_of_that_name_or_none_writes_nothing) {
    OutputFile file(path());
    const OutputDataset numbers = file.create_dataset("/numbers", contiguous({3}));
    PlainStorage other = *numbers.plain_storage();
    const std::vector<std::int64_t> part(3, 5);
    ++other.file_id;
    EXPECT_FALSE(write_in_place(other, {3}, {{0}, {3}}, bytes_of(part), 8));
    --other.file_id;
    other.path += ".elsewhere";
    EXPECT_FALSE(write_in_place(other, {3}, {{0}, {3}}, bytes_of(part), 8));
    EXPECT_EQ(committed(file), std::vector<std::int64_t>(3, 0));
}

TEST_F(PlainStorageTest, a_process_that_may_not_make_files_that_long_says_so_and_lives) {
    OutputFile file(path());
    const OutputDataset numbers = file.create_dataset("/numbers", contiguous({1 << 20}));
    const auto storage = numbers.plain_storage();
    ASSERT_TRUE(storage);
    const std::string answer = in_child([&]() -> std::string {
        const rlimit limit{4 << 20, 4 << 20};
        setrlimit(RLIMIT_FSIZE, &limit);
        try {
            const std::vector<std::int64_t> part(1 << 20, 5);
            write_in_place(*storage, {1 << 20}, {{0}, {1 << 20}}, bytes_of(part), 8);
        } catch (const DatasetError& error) {
            return error.problem() == DatasetProblem::disk_full ? error.what() : "another problem";
        }
        return "written";
    });
    EXPECT_NE(answer.find("out.h5:/numbers'"), std::string::npos) << answer;
    EXPECT_NE(answer.find("limit is 4194304 bytes"), std::string::npos) << answer;
}

}  // namespace
}  // namespace rankpool
