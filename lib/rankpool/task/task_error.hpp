#pragma once

#include <memory>
#include <string>
#include <utility>

#include <rankpool/task/failure.hpp>

namespace rankpool {

/// The second base of every exception that comes back from a task: where it was thrown.
///
/// Catch the exception by its own type as if the function had been called here, or catch TaskError to learn more. It
/// does not derive from std::exception, so that `catch (const std::exception&)` stays unambiguous.
class TaskError {
  public:
    explicit TaskError(std::shared_ptr<const Failure> failure) : failure_(std::move(failure)) {}
    virtual ~TaskError() = default;

    const Failure& failure() const { return *failure_; }
    const std::string& message() const { return failure_->message; }
    const std::string& type_name() const { return failure_->type_name; }
    const std::string& task() const { return failure_->task; }
    const std::string& host() const { return failure_->host; }
    Rank rank() const { return failure_->rank; }
    std::uint32_t attempt() const { return failure_->attempt; }
    /// Everything in one sentence.
    std::string describe() const { return rankpool::describe(*failure_); }

  protected:
    TaskError(const TaskError&) = default;
    TaskError& operator=(const TaskError&) = default;

  private:
    std::shared_ptr<const Failure> failure_;
};

namespace detail {

/// What is thrown for an exception of type E of a task.
template <class E>
class Remote : public E, public TaskError {
  public:
    Remote(E base, std::shared_ptr<const Failure> reason) : E(std::move(base)), TaskError(std::move(reason)) {}
    const char* what() const noexcept override { return TaskError::message().c_str(); }
};

}  // namespace detail
}  // namespace rankpool
