#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <rankpool/blocks/map_reduce.hpp>
#include <rankpool/dataset/appender.hpp>

namespace rankpool {
namespace detail {

template <class F, class T>
struct SelectTask {
    F predicate;

    std::vector<T> operator()(const Dataset& input, const BlockPlan& plan, std::uint64_t task) const {
        std::vector<T> found;
        for (const Region& block : plan.blocks(task)) {
            BlockBuffer<T> elements(BlockInput{input, block});
            for (std::size_t i = 0; i < elements.size(); ++i) {
                if (predicate(elements.data()[i])) found.push_back(elements.data()[i]);
            }
        }
        return found;
    }
};

template <class F, class T>
struct Unwrapped<SelectTask<F, T>> : Unwrapped<F> {};
template <class F, class T>
struct FunctionCodec<SelectTask<F, T>> {
    static void write(ByteWriter& writer, const SelectTask<F, T>& task) {
        FunctionCodec<F>::write(writer, task.predicate);
    }
    static SelectTask<F, T> read(ByteReader& reader) { return {FunctionCodec<F>::read(reader)}; }
};

/// Passes results on in the order of their tasks; those that come early wait.
template <class T>
class InOrder {
  public:
    explicit InOrder(Appender<T> appender) : appender_(std::move(appender)) {}
    void add(std::uint64_t task, const std::vector<T>& found) {
        early_.emplace(task, found);
        for (auto next = early_.find(next_); next != early_.end(); next = early_.find(next_)) {
            appender_.append(next->second);
            count_ += next->second.size();
            early_.erase(next);
            ++next_;
        }
    }
    std::uint64_t count() const { return count_; }

  private:
    Appender<T> appender_;
    std::map<std::uint64_t, std::vector<T>> early_;
    std::uint64_t next_ = 0;
    std::uint64_t count_ = 0;
};

}  // namespace detail

/// Appends the elements for which `predicate(T)` holds to `output`, in the order in which they lie in the array
/// (row-major). The future says how many there were. Arrays of more than one dimension are read by rows of chunks,
/// which must fit into memory.
/// @throws DatasetError  at once, if the elements cannot be read as T
template <class T, class F>
Future<std::uint64_t> select(Executor& pool, F predicate, const Dataset& input, Appender<T> output,
                             const BlockOptions& options = {}) {
    const DatasetInfo info = detail::check_inputs({input}, {element_type_of<T>});
    const auto plan = std::make_shared<const BlockPlan>(
        plan_by_chunks(row_blocks(input.grid()), info.element_bytes,
                       options.task_bytes != 0 ? options.task_bytes : detail::reduction_task_bytes));
    const auto ordered = std::make_shared<detail::InOrder<T>>(std::move(output));
    const auto counting = std::make_shared<detail::ProgressCount>(options, info.element_count() * info.element_bytes);
    const TaskOptions task_options{.name = options.name.empty() ? "select" : options.name};
    return detail::BoundedRun<std::vector<T>, std::uint64_t>::start(
        pool.client(),
        {.count = plan->task_count(),
         .in_flight_max = detail::in_flight_max(pool),
         .submit = [&pool, input, plan, task_options, task = detail::SelectTask<F, T>{std::move(predicate)}](
                       std::uint64_t index) { return pool.submit(task_options, task, input, *plan, index); },
         .consume =
             [ordered, plan, counting, size = info.element_bytes](std::uint64_t index, const std::vector<T>& found) {
                 ordered->add(index, found);
                 counting->add(plan->region(index).element_count() * size);
             },
         .finish = [ordered] { return ordered->count(); }});
}

}  // namespace rankpool
