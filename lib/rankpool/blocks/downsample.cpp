#include <algorithm>
#include <cmath>
#include <limits>

#include <rankpool/blocks/detail/block_buffer.hpp>
#include <rankpool/blocks/detail/check_inputs.hpp>
#include <rankpool/blocks/downsample.hpp>
#include <rankpool/core/error.hpp>

namespace rankpool {
namespace {

template <class T>
constexpr bool is_nan(T x) {
    if constexpr (std::is_floating_point_v<T>) return std::isnan(x);
    return false;
}

// Sums of 64-bit numbers are exact in it.
__extension__ using Wide = __int128;

template <class T>
struct Mean {
    std::conditional_t<std::is_floating_point_v<T>, double, Wide> sum = 0;
    std::uint64_t count = 0;

    void add(T x) {
        if (is_nan(x)) return;
        sum += x;
        ++count;
    }
    T value() const {
        if constexpr (std::is_floating_point_v<T>) {
            return static_cast<T>(sum / static_cast<double>(count));  // 0 / 0 is NaN.
        } else {
            const auto half = static_cast<Wide>(count / 2);
            return static_cast<T>((sum < 0 ? sum - half : sum + half) / static_cast<Wide>(count));
        }
    }
};

template <class T, class Better>
struct Best {
    T best{};
    bool is_set = false;

    void add(T x) {
        if (is_nan(x) || (is_set && !Better()(x, best))) return;
        best = x;
        is_set = true;
    }
    T value() const {
        if constexpr (std::is_floating_point_v<T>) {
            if (!is_set) return std::numeric_limits<T>::quiet_NaN();
        }
        return best;
    }
};

template <class T>
struct Never {
    bool operator()(T, T) const { return false; }
};

// The boxes of a row of the input: its elements go to the cells of one row of the output.
template <class Cell, class T>
void add_row(const T* row, std::uint64_t length, std::uint64_t factor, Cell* cells) {
    for (std::uint64_t begin = 0; begin < length; begin += factor, ++cells) {
        const std::uint64_t end = std::min(length, begin + factor);
        for (std::uint64_t i = begin; i < end; ++i) cells->add(row[i]);
    }
}

/// @param box, block  regions of input and output that belong together
template <class Cell, class T>
void combine(const T* in, const Region& box, const Shape& factors, const Region& block, T* out) {
    std::vector<Cell> cells(block.element_count());
    const std::size_t last = factors.size() - 1;
    const std::uint64_t row_length = box.extent[last];
    const std::uint64_t row_count = row_length == 0 ? 0 : box.element_count() / row_length;
    for (std::uint64_t row = 0; row < row_count; ++row) {
        std::uint64_t rest = row;
        std::uint64_t target = 0;
        std::uint64_t stride = block.extent[last];
        for (std::size_t d = last; d-- > 0;) {
            target += rest % box.extent[d] / factors[d] * stride;
            rest /= box.extent[d];
            stride *= block.extent[d];
        }
        add_row(in + row * row_length, row_length, factors[last], cells.data() + target);
    }
    std::ranges::transform(cells, out, [](const Cell& cell) { return cell.value(); });
}

struct DownsampleTask {
    ElementType type = ElementType::other;
    Downsampling how = Downsampling::mean;

    detail::MadeChunks operator()(const detail::MapJob& job, const Shape& factors, std::uint64_t task) const {
        detail::MadeChunks made;
        with_element_type(type, [&]<class T>(std::type_identity<T>) {
            for (const Region& block : job.plan.blocks(task)) make<T>(job, factors, block, made);
        });
        return made;
    }
    template <class T>
    void make(const detail::MapJob& job, const Shape& factors, const Region& block, detail::MadeChunks& made) const {
        const Dataset& input = job.inputs.front();
        const Shape shape = input.info().shape;
        Region box = block;
        for (std::size_t d = 0; d < factors.size(); ++d) {
            box.offset[d] *= factors[d];
            box.extent[d] = std::min(block.extent[d] * factors[d], shape[d] - box.offset[d]);
        }
        detail::BlockBuffer<T> elements(detail::BlockInput{input, box});
        detail::BlockBuffer<T> result(block.element_count());
        switch (how) {
            case Downsampling::mean:
                combine<Mean<T>>(elements.data(), box, factors, block, result.data());
                break;
            case Downsampling::minimum:
                combine<Best<T, std::less<>>>(elements.data(), box, factors, block, result.data());
                break;
            case Downsampling::maximum:
                combine<Best<T, std::greater<>>>(elements.data(), box, factors, block, result.data());
                break;
            case Downsampling::first:
                combine<Best<T, Never<T>>>(elements.data(), box, factors, block, result.data());
                break;
        }
        detail::add_chunks(made, 0, job.outputs.front(), block, result.bytes());
    }
};

}  // namespace

Shape downsampled_shape(const Shape& shape, const Shape& factors) {
    if (factors.size() != shape.size()) {
        throw ConfigError("the factors " + to_string(factors) + " and the shape " + to_string(shape) +
                          " differ in their number of dimensions: give one factor per dimension");
    }
    Shape smaller = shape;
    for (std::size_t d = 0; d < shape.size(); ++d) {
        if (factors[d] == 0) throw ConfigError("a factor of 0 leaves nothing: use 1 to keep a dimension");
        smaller[d] = shape[d] / factors[d] + (shape[d] % factors[d] != 0 ? 1 : 0);
    }
    return smaller;
}

Future<BlockSummary> downsample(Executor& pool, const Dataset& input, const Shape& factors, Downsampling how,
                                const OutputDataset& output, const BlockOptions& options) {
    const DatasetInfo info = input.info();
    if (info.type == ElementType::other || info.shape.empty()) {
        throw ConfigError("'" + input.path() + ':' + input.dataset() + "' holds " +
                          (info.shape.empty() ? "a single element" : info.type_text) +
                          ": only arrays of numbers can be made smaller");
    }
    detail::check_inputs({input}, {info.type});
    detail::check_outputs({output}, {info.type});
    const Shape expected = downsampled_shape(info.shape, factors);
    if (output.info().shape != expected) {
        throw ConfigError("by the factors " + to_string(factors) + " the shape " + to_string(info.shape) + " becomes " +
                          to_string(expected) + ", but the output has " + to_string(output.info().shape));
    }
    const ChunkGrid blocks = output_blocks(output.grid(), {downsampled_shape(input.grid().chunk_shape(), factors)});
    const auto read_bytes = static_cast<std::size_t>(element_count(factors) * info.element_bytes);
    detail::MapJob job{
        {input},
        {detail::form_of(output)},
        plan_by_boxes(blocks, read_bytes, options.task_bytes != 0 ? options.task_bytes : detail::map_task_bytes,
                      4 * pool.slots()),
        {},
        {}};
    const TaskOptions task_options{.name = options.name.empty() ? "downsample" : options.name};
    const DownsampleTask task{info.type, how};
    return detail::run_map(pool, std::move(job), {output}, options,
                           [&pool, task_options, task, factors](const detail::MapJob& shared, std::uint64_t index) {
                               return pool.submit(task_options, task, shared, factors, index);
                           });
}

}  // namespace rankpool
