#pragma once

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace rankpool {

/// Takes what tasks log, line by line, without the newline. From any task's thread, with no lock held.
class LogSink {
  public:
    virtual void write_line(const std::string& task, std::string_view line) = 0;

  protected:
    ~LogSink() = default;
};

namespace detail {

/// The stream that one task logs to. What has no newline at the task's end becomes a line, too.
class TaskLog final : private std::streambuf {
  public:
    TaskLog(LogSink& sink, std::string task) : sink_(sink), task_(std::move(task)), stream_(this) {}
    ~TaskLog() override;
    TaskLog(const TaskLog&) = delete;
    TaskLog& operator=(const TaskLog&) = delete;

    std::ostream& stream() { return stream_; }

  private:
    int_type overflow(int_type letter) override;
    std::streamsize xsputn(const char* text, std::streamsize count) override;
    void end_line();

    LogSink& sink_;
    std::string task_;
    std::string line_;
    std::ostream stream_;
};

/// The line as rank 0 prints it: "[rank 3, node7] cell 5: text".
std::string log_line(int rank, std::string_view host, std::string_view task, std::string_view line);

}  // namespace detail
}  // namespace rankpool
