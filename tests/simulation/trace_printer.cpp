#include <ostream>
#include <simulation/trace_printer.hpp>
#include <variant>

namespace rankpool::simulation {

using namespace scheduler;

namespace {

struct Printer {
    std::ostream& out;

    void operator()(const WorkerJoined& e) const { out << "WorkerJoined w" << e.worker.value << " slots " << e.slots; }
    void operator()(const WorkerDraining& e) const { out << "WorkerDraining w" << e.worker.value; }
    void operator()(const WorkerLost& e) const { out << "WorkerLost w" << e.worker.value; }
    void operator()(const TaskSubmitted& e) const {
        out << "TaskSubmitted t" << e.task.value << " function " << e.function.value << " priority " << e.priority
            << " level " << e.level << " retries " << e.retries << " inputs";
        for (const TaskId input : e.inputs) out << " t" << input.value;
    }
    void operator()(const CancelRequested& e) const { out << "CancelRequested t" << e.task.value; }
    void operator()(const TaskStarted& e) const { report("TaskStarted", e); }
    void operator()(const TaskSuspended& e) const { report("TaskSuspended", e); }
    void operator()(const TaskResumed& e) const { report("TaskResumed", e); }
    void operator()(const TaskReturned& e) const { report("TaskReturned", e); }
    void operator()(const RevokeRefused& e) const { report("RevokeRefused", e); }
    void operator()(const TaskFinished& e) const {
        report("TaskFinished", e);
        out << (e.end == TaskEnd::returned ? " returned" : " raised") << " busy " << e.busy.count() << " ns";
    }
    void operator()(const AssignTask& c) const {
        report("AssignTask", c);
        out << " to w" << c.worker.value << " attempt " << c.attempt;
    }
    void operator()(const RevokeTask& c) const {
        report("RevokeTask", c);
        out << " from w" << c.worker.value;
    }
    void operator()(const SettleTask& c) const {
        out << "SettleTask t" << c.task.value << " as " << static_cast<int>(c.settlement);
        if (c.cause.is_valid()) out << " because of t" << c.cause.value;
    }
    void operator()(const RefuseCancel& c) const { out << "RefuseCancel t" << c.task.value; }
    void operator()(const auto&) const { out << "something else"; }

  private:
    void report(const char* name, const auto& e) const {
        out << name << " t" << e.task.value << " execution " << e.execution.value;
    }
};

std::ostream& at(std::ostream& out, Instant when) { return out << when.time_since_epoch().count() << " ns  "; }

}  // namespace

void TracePrinter::decided(const Event& event, std::span<const Command> commands, Instant when) {
    at(out_, when);
    std::visit(Printer{out_}, event);
    out_ << '\n';
    for (const Command& command : commands) {
        out_ << "    -> ";
        std::visit(Printer{out_}, command);
        out_ << '\n';
    }
}

void TracePrinter::worker_died(WorkerId worker, Instant when) { at(out_, when) << "(w" << worker.value << " dies)\n"; }

void TracePrinter::started(TaskNumber task, WorkerId worker, std::uint32_t attempt, Instant when) {
    at(out_, when) << "(task " << task << " starts on w" << worker.value << ", attempt " << attempt << ")\n";
}

void TracePrinter::ended(TaskNumber task, WorkerId worker, TaskEnd end, Instant when) {
    at(out_, when) << "(task " << task << (end == TaskEnd::returned ? " returns on w" : " raises on w") << worker.value
                   << ")\n";
}

void TracePrinter::submitted(TaskNumber task, const TaskPlan& plan, std::span<const TaskNumber>, Instant when) {
    at(out_, when) << "(task " << task << " of " << plan.busy.count() << " ns is submitted)\n";
}

}  // namespace rankpool::simulation
