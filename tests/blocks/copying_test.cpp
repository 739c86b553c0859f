#include "block_test.hpp"

namespace rankpool::tests {
namespace {

class Copying : public BlockTest {};

TEST_F(Copying, keeps_every_element_whatever_the_chunks_and_filters) {
    std::mt19937 random(3);
    for (int round = 0; round < 25; ++round) {
        const std::string in = "in" + std::to_string(round);
        const std::string out = "out" + std::to_string(round);
        const plain::Spec spec = random_spec(random);
        const auto elements = plain::some_numbers<double>(plain::product(spec.shape), static_cast<unsigned>(round));
        const Dataset data = make(in, spec, elements, random() % (spec.shape[0] + 1));
        OutputFile output(file(out));
        const OutputDataset target = output.create_dataset(
            "/data",
            {.shape = as_shape(spec.shape),
             .chunk_shape = round % 5 == 0 ? as_shape(spec.chunk_shape) : random_chunk_shape(spec.shape, random),
             .filters = {.shuffle = random() % 2 == 0,
                         .gzip_level = static_cast<int>(random() % 4) * 3,
                         .checksum = random() % 2 == 0},
             .fill_value = round % 3 == 0 ? std::optional<FillValue>(9.0) : std::optional<FillValue>(spec.fill)});
        copy(pool(), data, target, {.task_bytes = 3000}).result();
        output.commit();
        EXPECT_EQ(plain::read<double>(file(out)), plain::read<double>(file(in))) << "round " << round;
        close_files();
    }
}

TEST_F(Copying, leaves_unwritten_what_nobody_wrote) {
    const Dataset data = make("in", {.shape = {100}, .chunk_shape = {10}, .gzip_level = 1, .fill = 4},
                              std::vector<double>(100, 1.0), 30);
    OutputFile output(file("out"));
    const OutputDataset same = output.create_dataset(
        "/same", {.shape = {100}, .chunk_shape = {10}, .filters = {.gzip_level = 1}, .fill_value = 4.0});
    const OutputDataset larger =
        output.create_dataset("/larger", {.shape = {100}, .chunk_shape = {50}, .fill_value = 4.0});
    const OutputDataset other =
        output.create_dataset("/other", {.shape = {100}, .chunk_shape = {10}, .fill_value = 5.0});
    EXPECT_EQ(copy(pool(), data, same).result().chunk_count, 3U);
    EXPECT_EQ(copy(pool(), data, larger).result().chunk_count, 1U);
    EXPECT_EQ(copy(pool(), data, other).result().chunk_count, 10U);
    output.commit();
    for (const char* name : {"/same", "/larger", "/other"}) {
        EXPECT_EQ(plain::read<double>(file("out"), name), plain::read<double>(file("in")));
    }
}

TEST_F(Copying, converts_numbers_and_refuses_those_that_do_not_fit) {
    const auto elements = plain::some_numbers<std::int32_t>(600, 3);
    const Dataset data = make("in", {.shape = {20, 30}, .chunk_shape = {7, 7}, .gzip_level = 1}, elements);
    OutputFile output(file("out"));
    const OutputDataset wide = output.create_dataset("/wide", {.shape = {20, 30}, .type = ElementType::float64});
    const OutputDataset narrow = output.create_dataset("/narrow", {.shape = {20, 30}, .type = ElementType::int8});
    copy(pool(), data, wide).result();
    copy(pool(), data, narrow).result();
    output.commit();
    EXPECT_EQ(plain::read<double>(file("out"), "/wide"), plain::read<double>(file("in")));
    EXPECT_EQ(plain::read<std::int8_t>(file("out"), "/narrow"), plain::read<std::int8_t>(file("in")));

    const Dataset large = make("large", {.shape = {10}, .chunk_shape = {2}}, std::vector<std::int32_t>(10, 1000));
    OutputFile bad(file("bad"));
    const OutputDataset bytes = bad.create_dataset("/bytes", {.shape = {10}, .type = ElementType::int8});
    EXPECT_THROW(copy(pool(), large, bytes).result(), DatasetError);
    const Dataset floats = make("floats", {.shape = {10}}, std::vector<float>(10));
    EXPECT_THROW((void)copy(pool(), floats, bytes), DatasetError);
}

TEST_F(Copying, reads_files_of_the_newest_format_through_hdf5) {
    const auto elements = plain::some_numbers<double>(10'000, 3);
    const Dataset data =
        make("in", {.shape = {100, 100}, .chunk_shape = {9, 11}, .gzip_level = 1, .latest = true}, elements);
    OutputFile output(file("out"));
    copy(pool(), data, output.create_dataset("/data", {.shape = {100, 100}, .chunk_shape = {30, 30}})).result();
    output.commit();
    EXPECT_EQ(plain::read<double>(file("out")), elements);
}

}  // namespace
}  // namespace rankpool::tests
