#include <algorithm>
#include <array>
#include <filesystem>
#include <unistd.h>

#include <rankpool/blocks/copy.hpp>
#include <rankpool/blocks/downsample.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/dataset/output_file.hpp>

namespace rankpool {
namespace {

constexpr const char* level_dataset = "/level";

// Files that hold a level each until all are made; gone with this object.
class LevelFiles {
  public:
    explicit LevelFiles(const std::string& path) : base_(path + ".level-" + std::to_string(getpid()) + '-') {}
    LevelFiles(const LevelFiles&) = delete;
    LevelFiles& operator=(const LevelFiles&) = delete;
    ~LevelFiles() {
        std::error_code ignored;
        for (std::size_t i = 0; i < count_; ++i) std::filesystem::remove(path(i), ignored);
    }
    std::string add() { return path(count_++); }

  private:
    std::string path(std::size_t i) const { return base_ + std::to_string(i); }

    std::string base_;
    std::size_t count_ = 0;
};

DatasetOptions form_of_level(const DatasetInfo& input, const Shape& shape, const PyramidOptions& options) {
    DatasetOptions form{.shape = shape, .chunk_shape = options.chunk_shape, .type = input.type};
    form.filters = options.filters;
    if (form.chunk_shape.empty() && input.layout == Layout::chunked) form.chunk_shape = input.chunk_shape;
    if (!form.chunk_shape.empty() && form.chunk_shape.size() != shape.size()) {
        throw ConfigError("the chunk shape " + to_string(form.chunk_shape) + " and the shape " + to_string(shape) +
                          " differ in their number of dimensions");
    }
    for (std::size_t d = 0; d < form.chunk_shape.size(); ++d) {
        form.chunk_shape[d] = std::clamp<std::uint64_t>(form.chunk_shape[d], 1, std::max<std::uint64_t>(1, shape[d]));
    }
    return form;
}

std::string name_of(Downsampling how) {
    constexpr std::array<const char*, 4> names{"mean", "minimum", "maximum", "first"};
    return names.at(static_cast<std::size_t>(how));
}

Shape factors_for(const Shape& shape, const PyramidOptions& options) {
    return options.factors.empty() ? Shape(shape.size(), 2) : options.factors;
}

bool fits(const Shape& shape, const Shape& factors, std::uint64_t length_max) {
    for (std::size_t d = 0; d < shape.size(); ++d) {
        if (factors[d] > 1 && shape[d] > std::max<std::uint64_t>(1, length_max)) return false;
    }
    return true;
}

}  // namespace

std::vector<PyramidLevel> pyramid_levels(const Shape& shape, const PyramidOptions& options, const std::string& group) {
    const Shape factors = factors_for(shape, options);
    Shape smaller = downsampled_shape(shape, factors);
    if (std::ranges::all_of(factors, [](std::uint64_t factor) { return factor == 1; })) {
        throw ConfigError("with the factors " + to_string(factors) + " nothing becomes smaller");
    }
    std::vector<PyramidLevel> levels;
    Shape all = factors;
    for (Shape current = shape; !fits(current, factors, options.length_max) && levels.size() < options.levels_max;) {
        levels.push_back({group + "/level_" + std::to_string(levels.size() + 1), smaller, all});
        current = smaller;
        smaller = downsampled_shape(current, factors);
        for (std::size_t d = 0; d < all.size(); ++d) all[d] *= factors[d];
    }
    return levels;
}

std::vector<PyramidLevel> make_pyramid(Executor& pool, const Dataset& input, const std::string& path,
                                       const std::string& group, const PyramidOptions& options) {
    const DatasetInfo info = input.info();
    std::vector<PyramidLevel> levels = pyramid_levels(info.shape, options, group);
    const Shape factors = factors_for(info.shape, options);
    OutputFile file(path);  // First, so that a bad path is known before anything is computed.
    file.create_group(group);
    LevelFiles parts(file.path());
    Dataset above = input;
    for (const PyramidLevel& level : levels) {
        const DatasetOptions form = form_of_level(info, level.shape, options);
        const std::string part = parts.add();
        {
            OutputFile made(part);
            const Future<BlockSummary> done =
                downsample(pool, above, factors, options.how, made.create_dataset(level_dataset, form), options.blocks);
            if (options.wait) options.wait(done);
            done.result();
            made.commit();
        }
        above = Dataset::open(part, level_dataset);
        OutputDataset kept = file.create_dataset(level.name, form);
        // The chunks stay as they are packed.
        copy(pool, above, kept).result();
        kept.set_attribute("factors", std::vector<std::int64_t>(level.factors.begin(), level.factors.end()));
        kept.set_attribute("method", name_of(options.how));
        kept.set_attribute("source_file", input.path());
        kept.set_attribute("source_dataset", input.dataset());
    }
    file.commit();
    return levels;
}

}  // namespace rankpool
