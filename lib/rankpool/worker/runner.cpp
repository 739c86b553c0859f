#include <cstring>
#include <cxxabi.h>
#include <utility>

#include <rankpool/core/sanitizers.hpp>
#include <rankpool/worker/runner.hpp>
#include <rankpool/worker/task_stack.hpp>

#ifdef RANKPOOL_HAS_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef RANKPOOL_HAS_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace rankpool {
namespace {

// Boost.Context takes the allocator by value; this one also tells the runner where its stack is.
struct RecordingStack {
    TaskStack stack;
    Runner* runner;
    boost::context::stack_context allocate() const {
        boost::context::stack_context context = stack.allocate();
        runner->stack_bytes = context.size;
        runner->stack_bottom = static_cast<char*>(context.sp) - context.size;
        return context;
    }
    void deallocate(boost::context::stack_context& context) noexcept { stack.deallocate(context); }
};

}  // namespace

Runner::~Runner() {  // NOLINT(modernize-use-equals-default): not with ThreadSanitizer
#ifdef RANKPOOL_HAS_TSAN
    if (stack_bytes != 0) __tsan_destroy_fiber(sanitizer_fiber);  // Not the thread's own.
#endif
}

RunnerSwitch::RunnerSwitch(std::size_t stack_bytes, std::function<void(Runner&)> body)
    : stack_bytes_(stack_bytes), body_(std::move(body)) {
#ifdef RANKPOOL_HAS_TSAN
    main_.sanitizer_fiber = __tsan_get_current_fiber();
#endif
}

RunnerSwitch::~RunnerSwitch() = default;

std::unique_ptr<Runner> RunnerSwitch::make_runner() {
    auto runner = std::make_unique<Runner>();
    Runner* const self = runner.get();
#ifdef RANKPOOL_HAS_TSAN
    self->sanitizer_fiber = __tsan_create_fiber(0);
#endif
    self->flow = boost::context::fiber(std::allocator_arg, RecordingStack{TaskStack(stack_bytes_), self},
                                       [this, self](boost::context::fiber&& previous_flow) {
                                           arrive(*self, std::move(previous_flow));
                                           body_(*self);
                                           Runner& last = *previous_;
                                           leave(*self, last, true);
                                           return std::move(last.flow);
                                       });
    return runner;
}

void RunnerSwitch::switch_to(Runner& target) {
    Runner& from = *current_;
    leave(from, target, false);
    boost::context::fiber previous_flow = std::move(target.flow).resume();
    arrive(from, std::move(previous_flow));
}

void RunnerSwitch::leave(Runner& from, const Runner& target, bool for_good) {
    from.context = std::exchange(this_task::current(), nullptr);
    // A task may wait inside a catch block: the exceptions being handled belong to it, not to the thread.
    std::memcpy(from.exceptions, abi::__cxa_get_globals(), sizeof from.exceptions);
    previous_ = &from;
    current_ = const_cast<Runner*>(&target);
#ifdef RANKPOOL_HAS_ASAN
    __sanitizer_start_switch_fiber(for_good ? nullptr : &from.fake_stack, target.stack_bottom, target.stack_bytes);
#endif
#ifdef RANKPOOL_HAS_TSAN
    __tsan_switch_to_fiber(target.sanitizer_fiber, 0);
#endif
    (void)for_good;
}

void RunnerSwitch::arrive(Runner& here, boost::context::fiber previous_flow) {
#ifdef RANKPOOL_HAS_ASAN
    const void* bottom = nullptr;
    std::size_t bytes = 0;
    __sanitizer_finish_switch_fiber(here.fake_stack, &bottom, &bytes);
    if (previous_ == &main_) {
        main_.stack_bottom = bottom;
        main_.stack_bytes = bytes;
    }
#endif
    previous_->flow = std::move(previous_flow);
    std::memcpy(abi::__cxa_get_globals(), here.exceptions, sizeof here.exceptions);
    this_task::current() = here.context;
}

}  // namespace rankpool
