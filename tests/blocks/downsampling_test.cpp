#include <cmath>
#include <filesystem>
#include <limits>

#include "block_test.hpp"

namespace rankpool::tests {
namespace {

class SmallerCopies : public BlockTest {
  protected:
    template <class T>
    std::vector<T> smaller(const Dataset& data, const Shape& factors, Downsampling how,
                           const BlockOptions& options = {}) {
        const std::string name = "out" + std::to_string(++count_);
        OutputFile output(file(name));
        const Shape shape = downsampled_shape(data.info().shape, factors);
        downsample(pool(), data, factors, how,
                   output.create_dataset("/data", {.shape = shape, .type = element_type_of<T>}), options)
            .result();
        output.commit();
        return plain::read<T>(file(name));
    }

  private:
    int count_ = 0;
};

// All elements of the box that an element of the result stands for, found element by element.
template <class T>
std::vector<std::vector<T>> boxes(const std::vector<T>& elements, const Shape& shape, const Shape& factors) {
    const Shape small = downsampled_shape(shape, factors);
    std::vector<std::vector<T>> boxes(element_count(small));
    for (std::size_t i = 0; i < elements.size(); ++i) {
        std::uint64_t rest = i;
        std::uint64_t target = 0;
        std::uint64_t stride = 1;
        for (std::size_t d = shape.size(); d-- > 0;) {
            target += rest % shape[d] / factors[d] * stride;
            rest /= shape[d];
            stride *= small[d];
        }
        boxes[target].push_back(elements[i]);
    }
    return boxes;
}

TEST_F(SmallerCopies, takes_the_mean_of_each_box_whatever_the_chunks) {
    std::mt19937 random(5);
    for (int round = 0; round < 12; ++round) {
        const plain::Spec spec = random_spec(random);
        const auto elements = plain::some_numbers<double>(plain::product(spec.shape), static_cast<unsigned>(round));
        const Dataset data = make("in" + std::to_string(round), spec, elements);
        Shape factors;
        for (std::size_t d = 0; d < spec.shape.size(); ++d) factors.push_back(1 + random() % 4);
        std::vector<double> expected;
        for (const auto& box : boxes(elements, as_shape(spec.shape), factors)) {
            double sum = 0;
            for (const double x : box) sum += x;
            expected.push_back(sum / static_cast<double>(box.size()));
        }
        EXPECT_EQ(smaller<double>(data, factors, Downsampling::mean, {.task_bytes = 2000}), expected) << round;
    }
}

TEST_F(SmallerCopies, means_of_whole_numbers_are_rounded_and_never_overflow) {
    const Dataset data = make<std::int64_t>("in", {.shape = {8}, .chunk_shape = {3}},
                                            {1, 2, -1, -2, INT64_MAX, INT64_MAX - 2, INT64_MIN, INT64_MIN + 1});
    EXPECT_EQ(smaller<std::int64_t>(data, {2}, Downsampling::mean),
              (std::vector<std::int64_t>{2, -2, INT64_MAX - 1, INT64_MIN}));
    const Dataset bytes = make<std::uint8_t>("bytes", {.shape = {4}}, {255, 255, 255, 254});
    EXPECT_EQ(smaller<std::uint8_t>(bytes, {3}, Downsampling::mean), (std::vector<std::uint8_t>{255, 254}));
}

TEST_F(SmallerCopies, finds_extremes_and_first_elements) {
    const Dataset data = make<std::int32_t>("in", {.shape = {3, 4}, .chunk_shape = {2, 2}, .gzip_level = 1},
                                            {5, 1, 7, 3,  //
                                             2, 8, 6, 4,  //
                                             9, 0, -1, 10});
    EXPECT_EQ(smaller<std::int32_t>(data, {2, 2}, Downsampling::minimum), (std::vector<std::int32_t>{1, 3, 0, -1}));
    EXPECT_EQ(smaller<std::int32_t>(data, {2, 2}, Downsampling::maximum), (std::vector<std::int32_t>{8, 7, 9, 10}));
    EXPECT_EQ(smaller<std::int32_t>(data, {2, 2}, Downsampling::first), (std::vector<std::int32_t>{5, 7, 9, -1}));
}

TEST_F(SmallerCopies, NaNs_do_not_count) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const Dataset data = make<double>("in", {.shape = {6}, .chunk_shape = {4}}, {1, nan, nan, nan, nan, 4});
    for (const Downsampling how :
         {Downsampling::mean, Downsampling::minimum, Downsampling::maximum, Downsampling::first}) {
        const auto found = smaller<double>(data, {2}, how);
        EXPECT_EQ(found[0], 1);
        EXPECT_TRUE(std::isnan(found[1]));
        EXPECT_EQ(found[2], 4);
    }
}

TEST_F(SmallerCopies, refuses_what_does_not_fit) {
    const Dataset data = make("in", {.shape = {4, 6}}, std::vector<double>(24));
    OutputFile output(file("out"));
    const OutputDataset wrong = output.create_dataset("/wrong", {.shape = {2, 2}});
    const OutputDataset numbers = output.create_dataset("/whole", {.shape = {2, 3}, .type = ElementType::int32});
    EXPECT_THROW((void)downsample(pool(), data, {2, 2}, Downsampling::mean, wrong), ConfigError);
    EXPECT_THROW((void)downsample(pool(), data, {2, 2}, Downsampling::mean, numbers), ConfigError);
    EXPECT_THROW((void)downsample(pool(), data, {2}, Downsampling::mean, wrong), ConfigError);
    EXPECT_THROW((void)downsample(pool(), data, {2, 0}, Downsampling::mean, wrong), ConfigError);
}

TEST_F(SmallerCopies, pyramids_have_levels_until_they_fit_each_from_the_one_before) {
    const auto elements = plain::some_numbers<double>(3 * 50 * 37, 2);
    const Dataset data = make("in", {.shape = {3, 50, 37}, .chunk_shape = {1, 16, 16}, .gzip_level = 1}, elements);
    const auto levels = make_pyramid(pool(), data, file("levels"), "/data",
                                     {.factors = {1, 2, 2}, .length_max = 13, .blocks = {.task_bytes = 1000}});
    ASSERT_EQ(levels.size(), 2U);
    EXPECT_EQ(levels[0].shape, (Shape{3, 25, 19}));
    EXPECT_EQ(levels[1].shape, (Shape{3, 13, 10}));
    EXPECT_EQ(levels[1].factors, (Shape{1, 4, 4}));
    const auto first = smaller<double>(data, {1, 2, 2}, Downsampling::mean);
    EXPECT_EQ(plain::read<double>(file("levels"), "/data/level_1"), first);
    EXPECT_EQ(plain::read<double>(file("levels"), "/data/level_2"),
              smaller<double>(Dataset::open(file("levels"), "/data/level_1"), {1, 2, 2}, Downsampling::mean));
    for (const std::string& name : directory().content()) EXPECT_EQ(name.find(".level-"), std::string::npos) << name;
    EXPECT_TRUE(make_pyramid(pool(), data, file("none"), "/data", {.length_max = 50}).empty());
    EXPECT_THROW((void)make_pyramid(pool(), data, file("bad"), "/data", {.factors = {1, 1, 1}}), ConfigError);
    EXPECT_FALSE(std::filesystem::exists(file("bad")));
}

}  // namespace
}  // namespace rankpool::tests
