#include <exception>

#include <rankpool/task/task_log.hpp>

namespace rankpool::detail {

TaskLog::~TaskLog() {
    try {
        if (!line_.empty()) end_line();
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): there is nobody left to tell.
    }
}

void TaskLog::end_line() {
    const std::string line = std::move(line_);
    line_.clear();
    sink_.write_line(task_, line);
}

TaskLog::int_type TaskLog::overflow(int_type letter) {
    if (traits_type::eq_int_type(letter, traits_type::eof())) return traits_type::not_eof(letter);
    const char one = traits_type::to_char_type(letter);
    xsputn(&one, 1);
    return letter;
}

std::streamsize TaskLog::xsputn(const char* text, std::streamsize count) {
    std::string_view rest(text, static_cast<std::size_t>(count));
    for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos; rest.remove_prefix(end + 1)) {
        line_ += rest.substr(0, end);
        end_line();
    }
    line_ += rest;
    return count;
}

std::string log_line(int rank, std::string_view host, std::string_view task, std::string_view line) {
    std::string text = "[rank " + std::to_string(rank) + ", ";
    return text.append(host).append("] ").append(task).append(": ").append(line).append("\n");
}

}  // namespace rankpool::detail
