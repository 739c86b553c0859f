#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include <rankpool/blocks/detail/bounded_run.hpp>
#include <rankpool/blocks/detail/check_inputs.hpp>
#include <rankpool/blocks/detail/map_job.hpp>
#include <rankpool/blocks/difference.hpp>
#include <rankpool/core/error.hpp>

namespace rankpool {
namespace {

std::uint64_t position_in(const Shape& shape, const Region& block, std::uint64_t element) {
    std::uint64_t position = 0;
    std::uint64_t stride = 1;
    for (std::size_t d = shape.size(); d-- > 0;) {
        position += (block.offset[d] + element % block.extent[d]) * stride;
        element /= block.extent[d];
        stride *= shape[d];
    }
    return position;
}

class Comparison {
  public:
    Comparison(const Shape& shape, const Region& block) : shape_(&shape), block_(&block) {}

    void differs(std::uint64_t element, double amount) {
        const std::uint64_t position = position_in(*shape_, *block_, element);
        result_.first = result_.count == 0 ? position : std::min(result_.first, position);
        result_.greatest = std::max(result_.greatest, amount);
        ++result_.count;
    }
    const Difference& result() const { return result_; }

  private:
    const Shape* shape_;
    const Region* block_;
    Difference result_;
};

template <class T>
double distance(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        if (std::isnan(a) != std::isnan(b)) return std::numeric_limits<double>::infinity();
        return a == b || std::isnan(a) ? 0 : std::fabs(static_cast<double>(a) - static_cast<double>(b));
    } else {
        using Unsigned = std::make_unsigned_t<T>;
        return static_cast<double>(a > b ? static_cast<Unsigned>(static_cast<Unsigned>(a) - static_cast<Unsigned>(b))
                                         : static_cast<Unsigned>(static_cast<Unsigned>(b) - static_cast<Unsigned>(a)));
    }
}

template <class T>
void compare_numbers(const Bytes& a, const Bytes& b, double tolerance, Comparison& comparison) {
    const auto* const left = reinterpret_cast<const T*>(a.data());
    const auto* const right = reinterpret_cast<const T*>(b.data());
    for (std::size_t i = 0; i < a.size() / sizeof(T); ++i) {
        if (const double amount = distance(left[i], right[i]); amount > tolerance) comparison.differs(i, amount);
    }
}

struct DifferenceTask {
    ElementType type = ElementType::other;
    std::uint64_t element_bytes = 0;
    double tolerance = 0;

    Difference operator()(const Dataset& a, const Dataset& b, const BlockPlan& plan, std::uint64_t task) const {
        Difference all;
        for (const Region& block : plan.blocks(task)) add(all, compare(a, b, plan.grid().shape(), block));
        return all;
    }
    Difference compare(const Dataset& a, const Dataset& b, const Shape& shape, const Region& block) const {
        const std::size_t size = block.element_count() * static_cast<std::size_t>(element_bytes);
        Bytes left;
        Bytes right;
        a.read_as(block, type, {left.extend(size), size});
        b.read_as(block, type, {right.extend(size), size});
        Comparison comparison(shape, block);
        if (size == 0 || std::memcmp(left.data(), right.data(), size) == 0) return comparison.result();
        if (type == ElementType::other) {
            for (std::uint64_t i = 0; i < block.element_count(); ++i) {
                if (std::memcmp(left.data() + i * element_bytes, right.data() + i * element_bytes, element_bytes) !=
                    0) {
                    comparison.differs(i, 0);
                }
            }
        } else {
            with_element_type(
                type, [&]<class T>(std::type_identity<T>) { compare_numbers<T>(left, right, tolerance, comparison); });
        }
        return comparison.result();
    }
    static void add(Difference& all, const Difference& part) {
        if (part.count == 0) return;
        all.first = all.count == 0 ? part.first : std::min(all.first, part.first);
        all.count += part.count;
        all.greatest = std::max(all.greatest, part.greatest);
    }
};

// In which type both can be compared.
ElementType common_type(const Dataset& a, const Dataset& b) {
    const DatasetInfo left = a.info();
    const DatasetInfo right = b.info();
    const bool same_other = left.type == ElementType::other && left.type_text == right.type_text &&
                            left.element_bytes == right.element_bytes;
    if (left.type == right.type && (left.type != ElementType::other || same_other)) return left.type;
    if (left.type == ElementType::other || right.type == ElementType::other) {
        throw ConfigError("'" + a.path() + ':' + a.dataset() + "' holds " + left.type_text + ", '" + b.path() + ':' +
                          b.dataset() + "' holds " + right.type_text + ": these cannot be compared");
    }
    if (is_float(left.type) || is_float(right.type)) return ElementType::float64;
    return left.type == ElementType::uint64 || right.type == ElementType::uint64 ? ElementType::uint64
                                                                                 : ElementType::int64;
}

}  // namespace

Future<Difference> difference(Executor& pool, const Dataset& a, const Dataset& b, const DifferenceOptions& options,
                              const BlockOptions& block_options) {
    const DatasetInfo info = a.info();
    if (info.shape != b.info().shape) {
        throw ConfigError("'" + a.path() + ':' + a.dataset() + "' has the shape " + to_string(info.shape) + ", '" +
                          b.path() + ':' + b.dataset() + "' has " + to_string(b.info().shape));
    }
    const ElementType type = common_type(a, b);
    const DifferenceTask task{type, type == ElementType::other ? info.element_bytes : element_bytes(type),
                              options.tolerance};
    const BlockPlan by_chunks = plan_by_boxes(output_blocks(a.grid(), {b.grid().chunk_shape()}), info.element_bytes,
                                              8U << 20, 4 * pool.slots());
    const auto plan = std::make_shared<const BlockPlan>(by_chunks);
    const auto all = std::make_shared<Difference>();
    const auto counting =
        std::make_shared<detail::ProgressCount>(block_options, info.element_count() * info.element_bytes);
    const TaskOptions task_options{.name = block_options.name.empty() ? "difference" : block_options.name};
    return detail::BoundedRun<Difference, Difference>::start(
        pool.client(),
        {.count = plan->task_count(),
         .in_flight_max = detail::in_flight_max(pool),
         .submit = [&pool, a, b, plan, task_options,
                    task](std::uint64_t index) { return pool.submit(task_options, task, a, b, *plan, index); },
         .consume =
             [all, plan, counting, size = info.element_bytes](std::uint64_t index, const Difference& part) {
                 DifferenceTask::add(*all, part);
                 counting->add(plan->region(index).element_count() * size);
             },
         .finish = [all] { return *all; }});
}

}  // namespace rankpool
