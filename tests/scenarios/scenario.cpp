#include "scenario.hpp"

#include <algorithm>
#include <charconv>
#include <scheduler/command_text.hpp>
#include <sstream>
#include <stdexcept>

#include <rankpool/core/contract.hpp>

namespace rankpool::scheduler {
namespace {

template <class Number>
Number number_of(std::string_view word) {
    Number number{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size()) {
        throw std::runtime_error("'" + std::string(word) + "' is not a number");
    }
    return number;
}

/// The number after a letter: 3 of w3.
std::uint32_t number_after(char letter, std::string_view word) {
    if (word.empty() || word.front() != letter) {
        throw std::runtime_error("'" + std::string(word) + "' should start with " + letter);
    }
    return number_of<std::uint32_t>(word.substr(1));
}

Duration duration_of(const std::string& word) {
    static const std::map<std::string, Duration::rep> units = {
        {"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}};
    const std::size_t unit = word.find_first_not_of("0123456789");
    if (unit == std::string::npos) throw std::runtime_error("'" + word + "' has no unit");
    return Duration(number_of<Duration::rep>(word.substr(0, unit)) * units.at(word.substr(unit)));
}

std::string take(std::deque<std::string>& words) {
    if (words.empty()) throw std::runtime_error("a word is missing");
    std::string word = words.front();
    words.pop_front();
    return word;
}

}  // namespace

std::string Scenario::say(const std::string& line) {
    std::istringstream stream(line);
    Words words;
    for (std::string word; stream >> word;) words.push_back(word);
    const std::string verb = take(words);
    if (verb == "counters") return counters();
    const std::string subject = words.empty() ? "" : words.front();
    if (verb == "story") return scheduler_.story(task(subject));
    if (verb == "explain") return scheduler_.explain(task(subject)) + '\n';
    if (verb == "submit") return tell(submit(words));
    if (verb == "return" || verb == "raise" || verb == "time-out" || verb == "crash") return tell(finish(verb, words));
    if (verb == "start") return tell(TaskStarted{task(subject), execution(subject)});
    if (verb == "suspend") return tell(TaskSuspended{task(subject), execution(subject), member(subject)});
    if (verb == "resume") return tell(TaskResumed{task(subject), execution(subject), member(subject)});
    if (verb == "give-back") return tell(TaskReturned{task(subject), execution(subject), member(subject)});
    if (verb == "keep") return tell(RevokeRefused{task(subject), execution(subject)});
    if (verb == "cancel") return tell(CancelRequested{task(subject)});
    if (verb == "wait") return wait(duration_of(subject));
    if (verb == "end-in") return tell(AllocationEnds{now_ + duration_of(subject)});
    if (verb == "formed") return tell(PoolFormed{});
    if (verb == "request") return tell(define(words));
    const WorkerId worker{number_after('w', subject)};
    if (verb == "drain") return tell(WorkerDraining{worker});
    if (verb == "lose") return tell(lose(worker, words.size() < 2 ? "" : words[1]));
    if (verb == "join") return tell(join(words));
    throw std::runtime_error("what does '" + verb + "' mean?");
}

std::string Scenario::tell(const Event& event) {
    CommandSink commands;
    try {
        scheduler_.handle(event, now_, commands);
    } catch (const ContractError& error) {
        return std::string("illegal: ") + error.what() + (std::string_view(error.what()).ends_with('\n') ? "" : "\n");
    }
    scheduler_.check_invariants();
    std::string text;
    for (const Command& command : commands) {
        if (const auto* assigned = std::get_if<AssignTask>(&command)) executions_[assigned->task] = assigned->execution;
        text += text_of(command) + '\n';
    }
    return text;
}

Event Scenario::submit(Words words) {
    TaskSubmitted event{.task = task(take(words)), .function = FunctionId{0}};
    inputs_.clear();
    while (!words.empty()) {
        const std::string word = take(words);
        if (word == "after") {
            for (; !words.empty() && words.front().starts_with('t'); words.pop_front())
                inputs_.push_back(task(words.front()));
        } else if (word == "function") {
            event.function = FunctionId{number_of<std::uint32_t>(take(words))};
        } else if (word == "priority") {
            event.priority = number_of<std::int32_t>(take(words));
        } else if (word == "request") {
            event.request = RequestId{number_after('r', take(words))};
        } else if (word == "speculative") {
            event.is_speculative = true;
        } else if (word == "path") {
            event.path = number_of<std::uint32_t>(take(words));
        } else if (word == "level") {
            event.level = number_of<std::uint16_t>(take(words));
        } else if (word == "retries") {
            event.retries = number_of<std::uint16_t>(take(words));
        } else {
            throw std::runtime_error("what does '" + word + "' mean?");
        }
    }
    event.inputs = inputs_;
    return event;
}

Event Scenario::join(Words words) {
    WorkerJoined event{.worker = WorkerId{number_after('w', take(words))}};
    if (!words.empty()) event.slots = number_of<std::uint32_t>(take(words));
    if (!words.empty() && words.front() == "on") {
        take(words);
        event.node = NodeId{number_after('n', take(words))};
    }
    needs_.assign(1, {});
    while (!words.empty()) needs_[0].push_back(need(words));
    event.resources = needs_[0];
    return event;
}

Event Scenario::lose(WorkerId worker, const std::string& reason) {
    if (reason == "node") return WorkerLost{worker, LossReason::node_lost};
    if (reason == "left") return WorkerLost{worker, LossReason::left};
    return WorkerLost{worker};
}

std::string Scenario::wait(Duration duration) {
    now_ += duration;
    const std::optional<Instant> deadline = scheduler_.next_deadline();
    return deadline && *deadline <= now_ ? tell(TimePassed{}) : "";
}

Event Scenario::define(Words words) {
    RequestDefined event{.request = RequestId{number_after('r', take(words))}};
    needs_.clear();
    while (!words.empty()) {
        if (words.front() == "time") {
            take(words);
            event.time = duration_of(take(words));
            continue;
        }
        if (words.front() == "ranks") {
            take(words);
            event.ranks = number_of<std::uint32_t>(take(words));
            continue;
        }
        if (words.front() == "on") {
            take(words);
            event.pinned = WorkerId{number_after('w', take(words))};
            continue;
        }
        if (words.front() == "or" || needs_.empty()) needs_.emplace_back();
        if (words.front() == "or") take(words);
        needs_.back().push_back(need(words));
    }
    variants_.assign(needs_.begin(), needs_.end());
    event.variants = variants_;
    return event;
}

/// "0.5 gpu"; a new name is a new resource.
Need Scenario::need(Words& words) {
    const std::string amount = take(words), name = take(words);
    const auto found = std::find(resources_.begin(), resources_.end(), name);
    const ResourceId resource{static_cast<std::uint16_t>(found - resources_.begin())};
    if (found == resources_.end()) {
        resources_.push_back(name);
        tell(ResourceNamed{resource, name});
    }
    const std::size_t point = amount.find('.');
    std::string fraction = point == std::string::npos ? "" : amount.substr(point + 1);
    fraction.resize(4, '0');
    return {resource, number_of<Amount>(amount.substr(0, point)) * whole + number_of<Amount>(fraction)};
}

Event Scenario::finish(const std::string& verb, Words words) {
    const std::string subject = take(words);
    const Duration busy = words.empty() ? std::chrono::milliseconds(1) : duration_of(take(words));
    const std::uint64_t bytes = words.empty() ? 0 : number_of<std::uint64_t>(words.front());
    const TaskEnd end = verb == "return"  ? TaskEnd::returned
                        : verb == "raise" ? TaskEnd::raised
                        : verb == "crash" ? TaskEnd::crashed
                                          : TaskEnd::timed_out;
    return TaskFinished{task(subject), execution(subject), end, busy, bytes, member(subject)};
}

TaskId Scenario::task(const std::string& word) const {
    return TaskId{number_after('t', word.substr(0, word.find_first_of("@#")))};
}

Execution Scenario::execution(const std::string& word) const {
    const std::size_t at = word.find('@');
    if (at != std::string::npos) {
        return Execution{number_of<std::uint32_t>(word.substr(at + 1, word.find('#') - at - 1))};
    }
    const auto found = executions_.find(task(word));
    return found != executions_.end() ? found->second : Execution{0};
}

std::uint32_t Scenario::member(const std::string& word) {
    const std::size_t at = word.find('#');
    return at == std::string::npos ? 0 : number_of<std::uint32_t>(word.substr(at + 1));
}

std::string Scenario::counters() const {
    const Counters now = scheduler_.counters();
    std::ostringstream out;
    out << "waiting " << now.waiting << ", ready " << now.ready << ", assigned " << now.assigned << ", revoking "
        << now.revoking << ", running " << now.running << ", suspended " << now.suspended << ", free slots "
        << now.free_slots << '\n';
    return out.str();
}

std::string play(std::string_view text) {
    Scenario scenario;
    std::istringstream lines{std::string(text)};
    std::string played;
    std::string answers;
    bool is_answer = false;
    const auto end_block = [&] {
        if (is_answer) played += "----\n" + answers;
        answers.clear();
        is_answer = false;
    };
    for (std::string line; std::getline(lines, line);) {
        if (line == "----") {
            is_answer = true;
        } else if (line.empty()) {
            end_block();
            played += '\n';
        } else if (!is_answer) {
            played += line + '\n';
            if (!line.starts_with('#')) answers += scenario.say(line);
        }
    }
    end_block();
    return played;
}

}  // namespace rankpool::scheduler
