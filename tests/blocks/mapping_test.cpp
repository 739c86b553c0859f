#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "block_test.hpp"

namespace rankpool::tests {
namespace {

class Mapping : public BlockTest {};

void root(BlockView<const double> in, BlockView<double> out) {
    for (std::size_t i = 0; i < in.size(); ++i) out[i] = 2 * std::sqrt(in[i]) + 1;
}

TEST_F(Mapping, applies_a_function_to_every_block_whatever_the_chunks) {
    std::mt19937 random(11);
    for (int round = 0; round < 12; ++round) {
        const std::string in = "in" + std::to_string(round);
        const std::string out = "out" + std::to_string(round);
        const plain::Spec spec = random_spec(random);
        const auto elements = plain::some_numbers<double>(plain::product(spec.shape), static_cast<unsigned>(round));
        const Dataset data = make(in, spec, elements, 1 + random() % spec.shape[0]);
        OutputFile output(file(out));
        const OutputDataset roots = output.create_dataset(
            "/roots",
            {.shape = as_shape(spec.shape),
             .chunk_shape = random_chunk_shape(spec.shape, random),
             .filters = {
                 .shuffle = true, .gzip_level = static_cast<int>(random() % 3) * 4, .checksum = random() % 2 == 0}});
        map_blocks(pool(), root, {data}, {roots}, {.task_bytes = 2000}).result();
        output.commit();
        auto expected = plain::read<double>(file(in));
        for (double& x : expected) x = 2 * std::sqrt(x) + 1;
        EXPECT_EQ(plain::read<double>(file(out), "/roots"), expected) << "round " << round;
        close_files();
    }
}

struct Split {
    double threshold;
    void operator()(BlockView<const std::int16_t> a, BlockView<const double> b, BlockView<float> sum,
                    BlockView<std::uint8_t> above) const {
        for (std::size_t i = 0; i < a.size(); ++i) {
            sum[i] = static_cast<float>(a[i] + b[i]);
            above[i] = a[i] + b[i] > threshold ? 1 : 0;
        }
    }
};

TEST_F(Mapping, zips_several_inputs_and_makes_several_outputs) {
    const auto a = plain::some_numbers<std::int16_t>(35 * 27, 1);
    const auto b = plain::some_numbers<float>(35 * 27, 2);
    const Dataset first = make("a", {.shape = {35, 27}, .chunk_shape = {8, 5}, .gzip_level = 1}, a);
    const Dataset second = make("b", {.shape = {35, 27}}, b);
    OutputFile output(file("out"));
    const Shape shape{35, 27};
    const OutputDataset sum =
        output.create_dataset("/sum", {.shape = shape, .chunk_shape = {10, 10}, .type = ElementType::float32});
    const OutputDataset above = output.create_dataset(
        "/above", {.shape = shape, .chunk_shape = {5, 20}, .type = ElementType::uint8, .filters = default_compression});
    const BlockSummary summary = map_blocks(pool(), Split{90}, {first, second}, {sum, above}).result();
    output.commit();
    EXPECT_EQ(summary.chunk_count, 12U + 14U);
    std::vector<float> sums;
    std::vector<std::uint8_t> aboves;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sums.push_back(static_cast<float>(a[i]) + b[i]);
        aboves.push_back(sums.back() > 90 ? 1 : 0);
    }
    EXPECT_EQ(plain::read<float>(file("out"), "/sum"), sums);
    EXPECT_EQ(plain::read<std::uint8_t>(file("out"), "/above"), aboves);
}

void number(BlockView<std::int64_t> out) {
    const Region& region = out.region();
    for (std::size_t i = 0; i < out.extent(0); ++i) {
        for (std::size_t j = 0; j < out.extent(1); ++j) {
            out(i, j) = static_cast<std::int64_t>((region.offset[0] + i) * 100 + region.offset[1] + j);
        }
    }
}

TEST_F(Mapping, makes_data_from_the_places_of_blocks_also_without_chunks) {
    for (const Layout layout : {Layout::chunked, Layout::contiguous}) {
        OutputFile output(file("out"));
        DatasetOptions options{.shape = {77, 100}, .type = ElementType::int64, .layout = layout};
        if (layout == Layout::chunked) options.chunk_shape = {10, 30};
        const OutputDataset numbers = output.create_dataset("/numbers", options);
        map_blocks(pool(), number, {}, {numbers}).result();
        output.commit();
        const auto found = plain::read<std::int64_t>(file("out"), "/numbers");
        for (std::size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i], static_cast<std::int64_t>(i));
    }
}

void mean_around(HaloView<const double> in, BlockView<double> out) {
    for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(out.extent(0)); ++i) {
        for (std::ptrdiff_t j = 0; j < static_cast<std::ptrdiff_t>(out.extent(1)); ++j) {
            double sum = 0;
            for (std::ptrdiff_t di = -2; di <= 2; ++di) {
                for (std::ptrdiff_t dj = -1; dj <= 1; ++dj) sum += in(i + di, j + dj);
            }
            out(i, j) = sum / 15;
        }
    }
}

std::ptrdiff_t source(std::ptrdiff_t i, std::ptrdiff_t n, BoundaryKind kind) {
    while (i < 0 || i >= n) {
        switch (kind) {
            case BoundaryKind::constant:
                return -1;
            case BoundaryKind::nearest:
                i = i < 0 ? 0 : n - 1;
                break;
            case BoundaryKind::reflect:
                i = i < 0 ? -1 - i : 2 * n - 1 - i;
                break;
            case BoundaryKind::periodic:
                i += i < 0 ? n : -n;
                break;
        }
    }
    return i;
}

TEST_F(Mapping, stencils_see_their_neighbours_in_other_chunks_and_beyond_the_edges) {
    std::mt19937 random(7);
    for (int round = 0; round < 12; ++round) {
        const std::string in = "in" + std::to_string(round);
        const std::string out = "out" + std::to_string(round);
        const auto kind = static_cast<BoundaryKind>(round % 4);
        const hsize_t rows = 1 + random() % 40;
        const hsize_t columns = 1 + random() % 40;
        plain::Spec spec{
            .shape = {rows, columns}, .chunk_shape = {1 + random() % rows, 1 + random() % columns}, .gzip_level = 1};
        const auto elements = plain::some_numbers<double>(rows * columns, static_cast<unsigned>(round));
        const Dataset data = make(in, spec, elements);
        OutputFile output(file(out));
        const OutputDataset means =
            output.create_dataset("/means", {.shape = {rows, columns},
                                             .chunk_shape = random_chunk_shape(spec.shape, random),
                                             .filters = default_compression});
        map_overlap(pool(), mean_around, {2, 1}, {kind, 3.5}, {data}, {means}, {.task_bytes = 3000}).result();
        output.commit();
        std::vector<double> expected(elements.size());
        const auto n = static_cast<std::ptrdiff_t>(rows);
        const auto m = static_cast<std::ptrdiff_t>(columns);
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            for (std::ptrdiff_t j = 0; j < m; ++j) {
                double sum = 0;
                for (std::ptrdiff_t di = -2; di <= 2; ++di) {
                    for (std::ptrdiff_t dj = -1; dj <= 1; ++dj) {
                        const std::ptrdiff_t si = source(i + di, n, kind);
                        const std::ptrdiff_t sj = source(j + dj, m, kind);
                        sum += si < 0 || sj < 0 ? 3.5 : elements[static_cast<std::size_t>(si * m + sj)];
                    }
                }
                expected[static_cast<std::size_t>(i * m + j)] = sum / 15;
            }
        }
        EXPECT_EQ(plain::read<double>(file(out), "/means"), expected) << "round " << round;
        close_files();
    }
}

void add_up(BlockView<const float> in, BlockView<double> out) {
    // Over the middle one of three dimensions.
    for (std::size_t i = 0; i < in.extent(0); ++i) {
        for (std::size_t j = 0; j < in.extent(1); ++j) {
            for (std::size_t k = 0; k < in.extent(2); ++k) out(i, k) += static_cast<double>(in(i, j, k));
        }
    }
}

TEST_F(Mapping, reduces_along_an_axis) {
    const auto elements = plain::some_numbers<float>(13 * 17 * 11, 5);
    const Dataset data = make("in", {.shape = {13, 17, 11}, .chunk_shape = {4, 5, 3}, .gzip_level = 1}, elements);
    OutputFile output(file("out"));
    const OutputDataset sums = output.create_dataset("/sums", {.shape = {13, 11}, .chunk_shape = {5, 11}});
    reduce_axis(pool(), add_up, 1, 100, data, sums).result();
    output.commit();
    std::vector<double> expected(13 * 11, 100);
    for (std::size_t i = 0; i < elements.size(); ++i) expected[i / (17 * 11) * 11 + i % 11] += elements[i];
    EXPECT_EQ(plain::read<double>(file("out"), "/sums"), expected);
    OutputFile other(file("other"));
    EXPECT_THROW((void)reduce_axis(pool(), add_up, 3, 0, data, other.create_dataset("/a", {.shape = {13, 11}})),
                 ConfigError);
    EXPECT_THROW((void)reduce_axis(pool(), add_up, 0, 0, data, other.create_dataset("/b", {.shape = {13, 11}})),
                 ConfigError);
}

struct DivisibleBy {
    std::int64_t divisor;
    bool operator()(std::int64_t x) const { return x % divisor == 0; }
};

TEST_F(Mapping, selects_in_the_order_of_the_array) {
    for (const plain::Lengths& shape : {plain::Lengths{5000}, plain::Lengths{50, 10, 10}}) {
        std::vector<std::int64_t> elements(5000);
        for (std::size_t i = 0; i < elements.size(); ++i) elements[i] = static_cast<std::int64_t>(i);
        plain::Spec spec{.shape = shape, .chunk_shape = plain::Lengths(shape.size(), 3), .gzip_level = 1};
        const Dataset data = make("in" + std::to_string(shape.size()), spec, elements);
        OutputFile output(file("out"));
        const auto found = output.create_appender<std::int64_t>("/found");
        EXPECT_EQ(select(pool(), DivisibleBy{7}, data, found, {.task_bytes = 1000}).result(), 715U);
        output.commit();
        const auto selected = plain::read<std::int64_t>(file("out"), "/found");
        ASSERT_EQ(selected.size(), 715U);
        for (std::size_t i = 0; i < selected.size(); ++i) ASSERT_EQ(selected[i], static_cast<std::int64_t>(7 * i));
        close_files();
    }
}

void fail_late(BlockView<const double> in, BlockView<double>) {
    if (in.region().offset[0] >= 20) throw std::domain_error("no root here");
}

TEST_F(Mapping, a_function_that_throws_leaves_the_old_file) {
    const Dataset data = make("in", {.shape = {40}, .chunk_shape = {4}}, std::vector<double>(40));
    write_file(file("out"), "old");
    {
        OutputFile output(file("out"));
        const OutputDataset roots = output.create_dataset("/roots", {.shape = {40}, .chunk_shape = {4}});
        const auto done = map_blocks(pool(), fail_late, {data}, {roots}, {.task_bytes = 1});
        EXPECT_THROW(done.result(), std::domain_error);
    }
    EXPECT_EQ(content_of(file("out")), "old");
    EXPECT_EQ(directory().content(), (std::vector<std::string>{"in.h5", "out.h5"}));
}

TEST_F(Mapping, datasets_that_do_not_fit_are_refused_at_once) {
    const Dataset data = make("in", {.shape = {40}, .chunk_shape = {4}}, std::vector<double>(40));
    OutputFile output(file("out"));
    const OutputDataset longer = output.create_dataset("/longer", {.shape = {41}});
    const OutputDataset whole = output.create_dataset("/whole", {.shape = {40}, .type = ElementType::int32});
    const OutputDataset good = output.create_dataset("/good", {.shape = {40}});
    EXPECT_THROW((void)map_blocks(pool(), root, {data}, {longer}), ConfigError);
    EXPECT_THROW((void)map_blocks(pool(), root, {data}, {whole}), ConfigError);
    EXPECT_THROW((void)map_blocks(pool(), root, {data, data}, {good}), ConfigError);
    EXPECT_THROW((void)map_blocks(pool(), root, {data}, {}), ConfigError);
    EXPECT_THROW((void)map_overlap(pool(), mean_around, {2, 1}, {}, {data}, {good}), ConfigError);
}

}  // namespace
}  // namespace rankpool::tests
