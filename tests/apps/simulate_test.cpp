#include <cstdio>
#include <fstream>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "run_program.hpp"

namespace rankpool::apps {
namespace {

using Json = nlohmann::json;

const std::string small = "simulate --workers 20 --tasks 2000 --durations exp:3ms ";

Json report_of(const std::string& arguments) {
    const Ran ran = run_program(arguments + " --json");
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(ran.err, "");
    return Json::parse(ran.out);
}

/// A file that is gone after the test.
class TraceFile {
  public:
    explicit TraceFile(const std::string& text) : path_(testing::TempDir() + "trace_" + std::to_string(getpid())) {
        std::ofstream(path_) << text;
    }
    ~TraceFile() { std::remove(path_.c_str()); }
    TraceFile(const TraceFile&) = delete;
    TraceFile& operator=(const TraceFile&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

TEST(Simulate, reports_what_the_scheduler_costs_and_how_good_its_schedule_is) {
    const Json report = report_of(small);
    EXPECT_EQ(report.at("tasks"), 2000);
    EXPECT_EQ(report.at("workers"), 20);
    EXPECT_EQ(report.at("succeeded"), 2000);
    EXPECT_GT(report.at("ns_per_task"), 0.0);
    EXPECT_GT(report.at("decisions_per_second"), 0.0);
    EXPECT_GE(report.at("bytes_per_waiting_task"), 0.0);
    EXPECT_GT(report.at("peak_memory_bytes"), 0);
    EXPECT_GE(report.at("makespan_s"), report.at("lower_bound_s"));
    EXPECT_GT(report.at("makespan_ratio"), 0.5);
    EXPECT_LE(report.at("utilisation"), 1.0);
}

TEST(Simulate, says_it_in_words_too) {
    const Ran ran = run_program(small);
    EXPECT_EQ(ran.exit_code, 0);
    for (const char* part : {"2,000 tasks", "per task", "per waiting task", "makespan", "list bound"}) {
        EXPECT_NE(ran.out.find(part), std::string::npos) << part << '\n' << ran.out;
    }
}

TEST(Simulate, gives_the_same_schedule_for_the_same_seed) {
    for (const char* graph : {"independent", "chain", "stencil", "random", "tree", "diamond", "fan"}) {
        const std::string arguments =
            small + "--width 40 --fail-rate 0.05 --lose-workers 3 --graph " + std::string(graph) + " --seed ";
        const Json once = report_of(arguments + "5");
        const Json again = report_of(arguments + "5");
        const Json other = report_of(arguments + "6");
        for (const char* figure : {"makespan_s", "executions", "retries", "lost_retries"}) {
            EXPECT_EQ(once.at(figure), again.at(figure)) << graph;
        }
        EXPECT_NE(once.at("makespan_s"), other.at("makespan_s")) << graph;
        EXPECT_GT(once.at("retries"), 0) << graph;
    }
}

TEST(Simulate, runs_tasks_that_need_resources) {
    const Json report = report_of(small + "--requests 5 --slots 2");
    EXPECT_EQ(report.at("succeeded"), 2000);
    EXPECT_GE(report.at("makespan_s"), report.at("lower_bound_s"));
}

TEST(Simulate, runs_tasks_over_several_workers) {
    const Json report = report_of(small + "--requests 6 --wide 4 --lose-workers 3");
    EXPECT_EQ(report.at("succeeded"), 2000);
    EXPECT_GT(report.at("executions"), 2000);
}

TEST(Simulate, copies_stragglers_of_slow_workers) {
    const std::string slow = "simulate --workers 100 --tasks 1000 --durations constant:1s --slow-workers 0.02";
    const Json patient = report_of(slow);
    const Json copying = report_of(slow + " --speculative 1");
    EXPECT_EQ(patient.at("copies"), 0);
    EXPECT_GT(copying.at("copies"), 0);
    EXPECT_EQ(copying.at("succeeded"), 1000);
    EXPECT_LT(copying.at("makespan_s"), patient.at("makespan_s"));
}

TEST(Simulate, answers_how_long_recorded_tasks_take) {
    std::string csv = "function,host,duration_s\n";
    for (int i = 0; i < 60; ++i) csv += "\"fit, both\",n1,1\r\n";
    std::string lines;
    for (int i = 0; i < 60; ++i) lines += "{\"duration_s\": 1.0, \"function\": \"fit\"}\n\n";
    for (const std::string& text : {csv, lines}) {
        const TraceFile trace(text);
        const Json report = report_of("simulate --ranks 1,3,11 --latency 0 --from-trace " + trace.path());
        ASSERT_EQ(report.at("ranks").size(), 3U);
        const double expected_s[] = {60, 30, 6};
        for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(report["ranks"][i].at("makespan_s"), expected_s[i]);
        EXPECT_TRUE(report.contains("ns_per_task"));
        const Ran ran = run_program("simulate --from-trace " + trace.path());
        EXPECT_EQ(ran.exit_code, 0);
        EXPECT_NE(ran.out.find("the longest task"), std::string::npos) << ran.out;
    }
}

TEST(Simulate, says_which_line_of_a_trace_makes_no_sense) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "has no tasks"},
        {"function,duration_s\n", "has no tasks"},
        {"function,time\nf,1\n", "line 1: there is no column 'duration_s'"},
        {"function,duration_s\nf,1\nf,soon\n", "line 3: 'soon' is no duration in seconds"},
        {"function,duration_s\nf,-1\n", "line 2: a task takes between"},
        {"function,duration_s\nf,nan\n", "line 2: a task takes between"},
        {"function,duration_s\nf\n", "line 2: it has too few columns"},
        {"{\"function\": \"f\"}\n", "line 1: it has no number \"duration_s\""},
        {"{\"function\": \"f\", \"duration_s\": 1}\nf,1\n", "line 2: it is no JSON object"},
        {"{\"function\": \n", "line 1: it is no JSON object"},
    };
    for (const auto& [text, message] : cases) {
        const TraceFile trace(text);
        const Ran ran = run_program("simulate --from-trace " + trace.path());
        EXPECT_EQ(ran.exit_code, 2) << text;
        EXPECT_EQ(ran.out, "") << text;
        EXPECT_NE(ran.err.find(message), std::string::npos) << ran.err;
        EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1) << ran.err;
    }
    for (const char* path : {"/no/such/file", "/"}) {
        const Ran ran = run_program("simulate --from-trace " + std::string(path));
        EXPECT_EQ(ran.exit_code, 2);
        EXPECT_NE(ran.err.find("the trace '" + std::string(path)), std::string::npos) << ran.err;
    }
}

TEST(Simulate, refuses_options_that_cannot_work_with_one_message) {
    for (const char* arguments : {"--workers 0", "--tasks 0", "--slots 0", "--graph circle", "--durations normal:1ms",
                                  "--durations exp:0", "--latency fast", "--fail-rate 2", "--lose-workers -1",
                                  "--ranks 8,0", "--ranks many", "--seed x", "--nodes 3"}) {
        const Ran ran = run_program(std::string("simulate ") + arguments);
        EXPECT_EQ(ran.exit_code, 2) << arguments;
        EXPECT_EQ(ran.out, "") << arguments;
        EXPECT_NE(ran.err.find("rankpool simulate: "), std::string::npos) << ran.err;
        EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1) << ran.err;
    }
}

TEST(Simulate, teaches_by_examples) {
    const Ran ran = run_program("simulate --help");
    EXPECT_EQ(ran.exit_code, 0);
    for (const char* part : {"Examples:", "--workers 100000 --tasks 10000000", "--from-trace", "duration_s"}) {
        EXPECT_NE(ran.out.find(part), std::string::npos) << part;
    }
}

}  // namespace
}  // namespace rankpool::apps
