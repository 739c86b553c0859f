// Reading without HDF5, compared with HDF5 itself.
#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rankpool/dataset/box.hpp>
#include <rankpool/dataset/dataset.hpp>

#include "plain_hdf5.hpp"
#include "temporary_directory.hpp"

namespace rankpool {
namespace {

using testing::HasSubstr;

template <class T>
std::vector<T> part_of(const std::vector<T>& all, const Shape& shape, const Region& region) {
    std::vector<T> part(region.element_count());
    copy_elements({reinterpret_cast<const std::byte*>(all.data()), whole(shape)},
                  {reinterpret_cast<std::byte*>(part.data()), region}, region, sizeof(T));
    return part;
}

Shape shape_of(const plain::Lengths& lengths) { return {lengths.begin(), lengths.end()}; }

template <class T>
void expect_same_as(const std::string& path) {
    EXPECT_EQ(Dataset::open(path, "/data").read<T>(), plain::read<T>(path));
}

class RawReading : public testing::Test {
  protected:
    // Random regions of `/data`, and all of it.
    template <class T>
    void compare(const plain::Spec& spec, std::mt19937& random) {
        const auto all = plain::read<T>(path);
        const Dataset data = Dataset::open(path, "/data");
        EXPECT_EQ(data.slow_reason(), "");
        EXPECT_EQ(data.read<T>(), all);
        for (int i = 0; i < 20; ++i) {
            Region region;
            for (const hsize_t length : spec.shape) {
                const std::uint64_t offset = random() % length;
                region.offset.push_back(offset);
                region.extent.push_back(1 + random() % (length - offset));
            }
            EXPECT_EQ(data.read<T>(region), part_of(all, shape_of(spec.shape), region)) << to_string(region);
        }
        close_files();
    }

    TemporaryDirectory directory;
    std::string path = directory.file("data.h5");
};

TEST_F(RawReading, sees_what_hdf5_sees_whatever_shape_and_filters) {
    std::mt19937 random(5);
    for (int round = 0; round < 60; ++round) {
        plain::Spec spec;
        for (std::size_t d = 1 + random() % 4; d > 0; --d) {
            spec.shape.push_back(1 + random() % 30);
            spec.chunk_shape.push_back(1 + random() % spec.shape.back());
        }
        if (round % 6 == 0) spec.chunk_shape.clear();
        if (!spec.chunk_shape.empty()) {
            spec.shuffle = random() % 2 == 0;
            spec.gzip_level = random() % 2 == 0 ? 4 : 0;
            spec.checksum = random() % 2 == 0;
        }
        spec.user_block = random() % 3 == 0 ? 1024 : 0;
        spec.fill = random() % 2 == 0 ? 7 : 0;
        SCOPED_TRACE("round " + std::to_string(round));
        const hsize_t rows = random() % 3 == 0 ? random() % (spec.shape[0] + 1) : spec.shape[0];
        plain::write(path, spec,
                     plain::some_numbers<double>(plain::product(spec.shape), static_cast<unsigned>(random())), rows);
        compare<double>(spec, random);
    }
}

template <class T>
class RawReadingOf : public RawReading {};
using Numbers = testing::Types<std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                               std::uint32_t, std::uint64_t, float, double>;
TYPED_TEST_SUITE(RawReadingOf, Numbers);

TYPED_TEST(RawReadingOf, both_byte_orders_and_into_all_types_that_hold_the_values) {
    std::mt19937 random(6);
    const hid_t native = plain::memory_type<TypeParam>();
    for (const H5T_order_t order : {H5T_ORDER_LE, H5T_ORDER_BE}) {
        plain::Spec spec{.shape = {50, 40}, .chunk_shape = {16, 16}, .shuffle = true, .gzip_level = 1, .fill = 3};
        spec.file_type = H5Tcopy(native);
        H5Tset_order(spec.file_type, order);
        plain::write(this->path, spec, plain::some_numbers<TypeParam>(2000, 7), 30);
        this->template compare<TypeParam>(spec, random);
        if constexpr (!std::is_floating_point_v<TypeParam>) {
            expect_same_as<std::int8_t>(this->path);
            expect_same_as<std::uint64_t>(this->path);
        }
        expect_same_as<float>(this->path);
        expect_same_as<double>(this->path);
        close_files();
    }
}

TEST_F(RawReading, refuses_values_that_do_not_fit) {
    plain::write(path, {.shape = {100}, .chunk_shape = {10}, .file_type = H5T_STD_I64LE},
                 std::vector<std::int64_t>(100, 300));
    EXPECT_THROW(Dataset::open(path, "/data").read<std::int8_t>(), DatasetError);
    close_files();
    plain::write(path, {.shape = {100}, .chunk_shape = {10}, .file_type = H5T_STD_I64LE},
                 std::vector<std::int64_t>(100, (1LL << 53) + 1));
    EXPECT_THROW(Dataset::open(path, "/data").read<double>(), DatasetError);
}

// The newest format has other indexes, which HDF5 1.10 can only be asked about chunk by chunk.
TEST_F(RawReading, reads_files_of_the_newest_format) {
    for (const plain::Lengths& chunk_shape : {plain::Lengths{10, 10}, plain::Lengths{100, 100}}) {
        plain::write(path, {.shape = {100, 100}, .chunk_shape = chunk_shape, .gzip_level = 1, .latest = true},
                     plain::some_numbers<double>(10'000, 3));
        EXPECT_EQ(Dataset::open(path, "/data").read<double>(), plain::read<double>(path));
        close_files();
    }
}

TEST_F(RawReading, finds_a_hundred_thousand_chunks) {
    plain::write(path, {.shape = {400, 300}, .chunk_shape = {1, 1}}, plain::some_numbers<double>(120'000, 3));
    const Dataset data = Dataset::open(path, "/data");
    EXPECT_EQ(data.slow_reason(), "");
    EXPECT_EQ(data.read<double>(), plain::read<double>(path));
}

std::string what_of(const std::function<void()>& action, DatasetProblem problem) {
    try {
        action();
    } catch (const DatasetError& error) {
        EXPECT_EQ(error.problem(), problem) << error.what();
        return error.what();
    }
    return "nothing was thrown";
}

TEST_F(RawReading, names_the_chunk_in_which_a_byte_was_flipped) {
    plain::write(path, {.shape = {64, 64}, .chunk_shape = {16, 16}, .checksum = true}, std::vector<double>(4096, 1.5));
    std::string content = content_of(path);
    const std::string chunk = std::string("\0\0\0\0\0\0\xf8\x3f\0\0\0\0\0\0\xf8\x3f", 16);
    const std::size_t first = content.find(chunk);  // Chunks follow each other, each with a checksum of 4 bytes.
    content[first + 5 * (2048 + 4) + 100] ^= 1;
    write_file(path, content);
    const Dataset data = Dataset::open(path, "/data");
    EXPECT_THAT(what_of([&] { (void)data.read<double>(); }, DatasetProblem::damaged),
                AllOf(HasSubstr("chunk {1, 1}"), HasSubstr("checksum"), HasSubstr("data.h5:/data")));
    EXPECT_EQ(data.read<double>({{0, 0}, {16, 64}}), std::vector<double>(1024, 1.5));
}

TEST_F(RawReading, says_what_is_missing_of_a_file_that_was_cut_while_open) {
    plain::write(path, {.shape = {64, 64}, .chunk_shape = {16, 16}}, std::vector<double>(4096, 1.5));
    const Dataset data = Dataset::open(path, "/data");
    EXPECT_EQ(data.read<double>({{0, 0}, {1, 1}}), std::vector<double>{1.5});
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1000);
    const std::string text = what_of([&] { (void)data.read<double>(); }, DatasetProblem::truncated);
    EXPECT_THAT(text, HasSubstr("truncated"));
    EXPECT_EQ(std::ranges::count(text, '\n'), 0);
}

// Whatever stands in the index and in the chunks: an answer or one clear error, never a crash.
TEST_F(RawReading, survives_damage_to_index_and_chunks) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    // What the chunk table cannot make sense of goes to HDF5, whose 1.10 reads past chunks that are smaller than said.
    GTEST_SKIP() << "HDF5 itself reads past its buffers on such files";
#endif
    for (const bool checksum : {false, true}) {
        plain::write(
            path, {.shape = {200, 200}, .chunk_shape = {9, 9}, .shuffle = true, .gzip_level = 1, .checksum = checksum},
            plain::some_numbers<double>(40'000, 9));
        const std::string good = content_of(path);
        std::vector<std::size_t> nodes;
        for (std::size_t at = good.find("TREE\1"); at != std::string::npos; at = good.find("TREE\1", at + 1)) {
            nodes.push_back(at);
        }
        ASSERT_GE(nodes.size(), 3U);
        std::mt19937 random(31);
        for (int round = 0; round < 150; ++round) {
            std::string bad = good;
            for (int i = 0; i < 3; ++i) {
                const bool in_node = round % 2 == 0;
                const std::size_t from = in_node ? nodes[random() % nodes.size()] + 8 : 2048;
                const std::size_t range = in_node ? 1000 : good.size() - 2048;
                bad[std::min(from + random() % range, good.size() - 1)] = static_cast<char>(random());
            }
            write_file(path, bad);
            try {
                const Dataset data = Dataset::open(path, "/data");
                (void)data.read<double>();
            } catch (const DatasetError& error) {
                EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
            }
            close_files();
        }
    }
}

}  // namespace
}  // namespace rankpool
