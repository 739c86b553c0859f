#include <limits>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/dataset/dataset.hpp>
#include <rankpool/dataset/output_file.hpp>

#include "temporary_directory.hpp"

namespace rankpool {
namespace {

std::vector<std::int64_t> count_to(std::size_t count) {
    std::vector<std::int64_t> elements(count);
    std::iota(elements.begin(), elements.end(), 0);
    return elements;
}

TEST(OutputFile, appears_only_when_committed) {
    const TemporaryDirectory directory;
    OutputFile file(directory.file("out.h5"));
    auto numbers = file.create_appender<std::int64_t>("/numbers");
    numbers.append(7);
    EXPECT_FALSE(std::filesystem::exists(file.path()));
    EXPECT_TRUE(std::filesystem::exists(file.part_path()));
    file.commit();
    EXPECT_EQ(directory.content(), std::vector<std::string>{"out.h5"});
    EXPECT_EQ(Dataset::open(file.path(), "numbers").read<std::int64_t>(), std::vector<std::int64_t>{7});
}

TEST(OutputFile, without_commit_leaves_nothing_behind) {
    const TemporaryDirectory directory;
    write_file(directory.file("out.h5"), "the earlier file");
    {
        OutputFile file(directory.file("out.h5"));
        auto numbers = file.create_appender<std::int64_t>("/numbers");
        numbers.append(count_to(1'000'000));
    }
    EXPECT_EQ(directory.content(), std::vector<std::string>{"out.h5"});
    EXPECT_EQ(content_of(directory.file("out.h5")), "the earlier file");
}

TEST(OutputFile, of_equal_content_is_equal_byte_by_byte) {
    const TemporaryDirectory directory;
    for (const char* name : {"a.h5", "b.h5"}) {
        OutputFile file(directory.file(name));
        file.create_group("/group");
        auto numbers = file.create_appender<std::int64_t>("/group/numbers");
        numbers.append(count_to(100'000));
        numbers.set_attribute("units", "metres");
        file.commit();
    }
    EXPECT_EQ(content_of(directory.file("a.h5")), content_of(directory.file("b.h5")));
}

TEST(OutputFile, writes_through_a_symbolic_link) {
    const TemporaryDirectory directory;
    write_file(directory.file("real.h5"), "old");
    std::filesystem::create_symlink("real.h5", directory.file("link.h5"));
    OutputFile file(directory.file("link.h5"));
    file.create_group("/group");
    file.commit();
    EXPECT_TRUE(std::filesystem::is_symlink(directory.file("link.h5")));
    EXPECT_NE(content_of(directory.file("real.h5")), "old");
}

TEST(OutputFile, needs_a_name) { EXPECT_THROW(OutputFile(""), ConfigError); }

TEST(OutputFile, keeps_two_unfinished_files_of_one_name_apart) {
    const TemporaryDirectory directory;
    OutputFile first(directory.file("out.h5"));
    OutputFile second(directory.file("out.h5"));
    EXPECT_NE(first.part_path(), second.part_path());
}

TEST(OutputFile, is_closed_after_commit) {
    const TemporaryDirectory directory;
    OutputFile file(directory.file("out.h5"));
    auto numbers = file.create_appender<int>("/numbers");
    file.commit();
    EXPECT_THROW(numbers.append(1), std::logic_error);
    EXPECT_THROW(file.create_group("/group"), std::logic_error);
    EXPECT_THROW(file.commit(), std::logic_error);
    EXPECT_EQ(numbers.count(), 0U);
}

TEST(OutputFile, a_mistaken_call_does_not_spoil_it) {
    const TemporaryDirectory directory;
    OutputFile file(directory.file("out.h5"));
    auto numbers = file.create_appender<int>("/numbers");
    EXPECT_THROW(file.create_appender<int>("/numbers"), DatasetError);
    EXPECT_THROW(file.create_group("/numbers/group"), DatasetError);
    EXPECT_THROW(file.create_appender<int>("/empty//name"), ConfigError);
    EXPECT_THROW(file.set_attribute("/missing", "units", "m"), DatasetError);
    EXPECT_THROW(file.create_dataset("/x", {.shape = {1}, .chunk_shape = {0}}), ConfigError);
    numbers.append(5);
    file.commit();
    EXPECT_EQ(Dataset::open(file.path(), "/numbers").read<int>(), std::vector<int>{5});
}

TEST(Appender, gathers_any_pieces_into_whole_chunks) {
    const TemporaryDirectory directory;
    for (const Filters& filters :
         {Filters{}, default_compression, Filters{.shuffle = true, .gzip_level = 1, .checksum = true}}) {
        for (const std::size_t total : {0U, 1U, 99U, 100U, 101U, 1234U}) {
            const auto elements = count_to(total);
            OutputFile file(directory.file("out.h5"));
            auto numbers = file.create_appender<std::int64_t>("/numbers", {.chunk_elements = 100, .filters = filters});
            std::span<const std::int64_t> left = elements;
            for (std::size_t piece = 0; !left.empty(); piece = (piece * 7 + 3) % 211) {
                numbers.append(left.first(std::min(piece, left.size())));
                left = left.subspan(std::min(piece, left.size()));
                EXPECT_EQ(numbers.count(), total - left.size());
            }
            file.commit();
            const auto data = Dataset::open(file.path(), "/numbers");
            EXPECT_EQ(data.read<std::int64_t>(), elements);
            EXPECT_EQ(data.info().chunk_shape, Shape{100});
            EXPECT_EQ(data.info().shape_max, Shape{DatasetInfo::unlimited});
        }
    }
}

TEST(OutputDataset, takes_regions_chunks_and_chunks_encoded_elsewhere) {
    const TemporaryDirectory directory;
    const Shape shape{250, 100};
    const auto elements = count_to(element_count(shape));
    OutputFile file(directory.file("out.h5"));
    auto data = file.create_dataset(
        "/data",
        {.shape = shape, .chunk_shape = {100, 100}, .type = ElementType::int64, .filters = default_compression});
    ASSERT_EQ(data.grid().chunk_count(), 3U);
    const std::span<const std::int64_t> all(elements);
    data.write_encoded_chunk(0, encode(std::as_bytes(all.first(10'000)), data.pipeline()));
    data.write_chunk(1, all.subspan(10'000, 10'000));
    data.write_chunk(2, all.subspan(20'000));
    file.commit();
    EXPECT_EQ(Dataset::open(file.path(), "/data").read<std::int64_t>(), elements);
}

TEST(OutputFile, keeps_attributes_of_every_kind) {
    const TemporaryDirectory directory;
    OutputFile file(directory.file("out.h5"));
    auto numbers = file.create_appender<int>("/numbers");
    const std::vector<Attribute> expected = {{"count", 42},
                                             {"empty", std::vector<double>()},
                                             {"list", std::vector<std::int64_t>{1, 2, 3}},
                                             {"many", std::vector<std::int64_t>(20'000, 7)},
                                             {"names", std::vector<std::string>{"ä", "", "b"}},
                                             {"reals", std::vector<double>{0.5, 1e300}},
                                             {"scale", 2.5},
                                             {"units", "µm"}};
    numbers.set_attribute("units", "to be replaced");
    for (const Attribute& attribute : expected) numbers.set_attribute(attribute.name, attribute.value);
    file.commit();
    EXPECT_EQ(Dataset::open(file.path(), "/numbers").attributes(), expected);
    EXPECT_EQ(to_string(AttributeValue(std::vector<double>{0.5, 1e300})), "[0.5, 1e+300]");
    constexpr std::uint64_t too_large = std::numeric_limits<std::uint64_t>::max();
    EXPECT_THROW(AttributeValue{too_large}, ConfigError);
}

}  // namespace
}  // namespace rankpool
