#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "run_program.hpp"

namespace rankpool::apps {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

/// Runs sweeps in a folder of their own, in which they leave what they leave.
class Sweep : public testing::Test {
  protected:
    Sweep() { std::filesystem::create_directories(folder_); }
    ~Sweep() override { std::filesystem::remove_all(folder_); }

    Ran sweep(const std::string& arguments, int ranks = 0, const std::string& environment = "") const {
        return run_program("sweep " + arguments, ranks, "cd " + folder_ + "; " + environment);
    }
    /// The rows of a table as h5py reads them; skips the test where there is no h5py.
    std::vector<Json> rows(const std::string& file = "results.h5") const {
        const std::string copy = folder_ + "/rows";
        const int status =
            std::system(("PATH=/usr/bin:$PATH " RANKPOOL_READ_TABLE " " + folder_ + '/' + file + " >" + copy).c_str());
        if (WEXITSTATUS(status) == 77) return {};
        EXPECT_EQ(status, 0);
        std::vector<Json> rows;
        std::ifstream lines(copy);
        for (std::string line; std::getline(lines, line);) rows.push_back(Json::parse(line));
        return rows;
    }
    std::string content(const std::string& file) const {
        std::ostringstream text;
        text << std::ifstream(folder_ + '/' + file).rdbuf();
        return text.str();
    }
    void write(const std::string& file, const std::string& text) const { std::ofstream(folder_ + '/' + file) << text; }

    const std::string folder_ = testing::TempDir() + "sweep_" + std::to_string(getpid());
};

std::map<std::string, int> count(const std::vector<Json>& rows, const std::string& column) {
    std::map<std::string, int> counts;
    for (const Json& row : rows) ++counts[row.at(column).get<std::string>()];
    return counts;
}

TEST_F(Sweep, fills_one_table_alone_and_on_ranks) {
    for (const int ranks : {0, 1, 2, 4}) {
        const Ran ran = sweep(
            "--overwrite --grid x=0:1:0.5 --grid solver=cg,gmres --extract energy='E = ([-0-9.e]+)' "
            "--extract missing='M = (.*)' -- sh -c 'echo E = -{x}; echo {solver} >&2; test {x} != 0.5'",
            ranks);
        EXPECT_EQ(ran.exit_code, 1) << ran.err;
        EXPECT_EQ(ran.err, "");
        EXPECT_THAT(ran.out, HasSubstr("4 of 6 cases succeeded, 2 failed"));
        const std::vector<Json> table = rows();
        if (table.empty()) GTEST_SKIP() << "no h5py here";
        ASSERT_EQ(table.size(), 6U);
        const Json& row = table[3];
        EXPECT_EQ(row.at("index"), 3);
        EXPECT_EQ(row.at("x"), 0.5);
        EXPECT_EQ(row.at("solver"), "gmres");
        EXPECT_EQ(row.at("status"), "failed");
        EXPECT_EQ(row.at("cause"), "exit code 1");
        EXPECT_EQ(row.at("exit_code"), 1);
        EXPECT_EQ(row.at("attempts"), 1);
        EXPECT_EQ(row.at("energy"), -0.5);
        EXPECT_EQ(row.at("missing"), nullptr);
        EXPECT_EQ(row.at("stdout"), "E = -0.5\n");
        EXPECT_EQ(row.at("stderr"), "gmres\n");
        EXPECT_GT(row.at("duration_s"), 0.0);
        EXPECT_GT(row.at("started_s"), 1.7e9);
        EXPECT_NE(row.at("host"), "");
        EXPECT_LT(row.at("rank"), std::max(ranks, 1));
        EXPECT_EQ(count(table, "status"), (std::map<std::string, int>{{"succeeded", 4}, {"failed", 2}}));
    }
}

TEST_F(Sweep, runs_again_only_what_has_not_succeeded) {
    const std::string command = " --grid n=1:6 -- sh -c 'echo {n} >> ran; test {n} -ne 4 -o -e mended'";
    EXPECT_EQ(sweep(command).exit_code, 1);
    write("mended", "");
    const Ran again = sweep("--resume" + command, 2);
    EXPECT_EQ(again.exit_code, 0) << again.err;
    EXPECT_THAT(again.out, HasSubstr("6 of 6 cases succeeded (5 of them before)"));
    EXPECT_EQ(content("ran").size(), 2 * 7U);
    const std::vector<Json> table = rows();
    if (table.empty()) GTEST_SKIP() << "no h5py here";
    EXPECT_EQ(table[3].at("attempts"), 2);
    EXPECT_EQ(table[3].at("status"), "succeeded");
}

TEST_F(Sweep, takes_new_cases_and_new_columns_in_without_running_old_ones) {
    const std::string command = " -- sh -c 'echo {n} >> ran; echo n = {n}'";
    EXPECT_EQ(sweep("--grid n=1:3" + command).exit_code, 0);
    EXPECT_EQ(sweep("--resume --grid n=0:3 --extract twice='n = (.)'" + command).exit_code, 0);
    EXPECT_EQ(content("ran").size(), 4 * 2U);
    const std::vector<Json> table = rows();
    if (table.empty()) GTEST_SKIP() << "no h5py here";
    ASSERT_EQ(table.size(), 4U);
    for (int n = 0; n < 4; ++n) EXPECT_EQ(table[static_cast<std::size_t>(n)].at("twice"), n);
}

TEST_F(Sweep, does_not_drop_results_unasked) {
    EXPECT_EQ(sweep("--grid n=1 -- true").exit_code, 0);
    const std::string before = content("results.h5");
    const Ran again = sweep("--grid n=1 -- true");
    EXPECT_EQ(again.exit_code, 2);
    EXPECT_THAT(again.err, HasSubstr("--resume goes on with it, --overwrite drops it"));
    const Ran other = sweep("--resume --grid n=1 -- false");
    EXPECT_EQ(other.exit_code, 2);
    EXPECT_THAT(other.err, HasSubstr("is of another command, `true`"));
    std::filesystem::remove(folder_ + "/results.h5.journal");
    EXPECT_EQ(sweep("--resume --grid n=1 -- true").exit_code, 2);
    EXPECT_EQ(content("results.h5"), before);
}

TEST_F(Sweep, retries_and_gives_up) {
    const Ran ran =
        sweep("--retry 2 --grid n=1,2 -- sh -c 'echo >> tries{n}; test {n} = 1 -a $(wc -l < tries{n}) = 2'", 2);
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_EQ(content("tries1").size(), 2U);
    EXPECT_EQ(content("tries2").size(), 3U);
    const std::vector<Json> table = rows();
    if (table.empty()) GTEST_SKIP() << "no h5py here";
    EXPECT_EQ(table[0].at("attempts"), 2);
    EXPECT_EQ(table[1].at("attempts"), 3);
}

TEST_F(Sweep, starts_nothing_more_after_too_many_failures) {
    const Ran ran = sweep("--jobs 1 --max-failures 3 --grid n=1:200 -- sh -c 'exit $(({n} % 2))'");
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.out, HasSubstr("stopped after too many failures"));
    const std::vector<Json> table = rows();
    if (table.empty()) GTEST_SKIP() << "no h5py here";
    EXPECT_GE(count(table, "status")["failed"], 3);
    EXPECT_GT(count(table, "status")["not run"], 0);
    EXPECT_EQ(table[199].at("status"), "not run");
    EXPECT_EQ(table[199].at("n"), 200);
}

TEST_F(Sweep, tells_causes_apart_with_an_example_of_each) {
    write("cases.txt",
          "echo bad value 17 >&2; exit 3\necho bad value 4 >&2; exit 3\nkill -SEGV $$\nsleep "
          "100\n./no_such_program\ntrue\n");
    const Ran ran = sweep("--each-line cases.txt --time-limit 300ms --grace 1s", 2);
    EXPECT_EQ(ran.exit_code, 1) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("2 x exit code 3: bad value #\n"));
    EXPECT_THAT(ran.out, HasSubstr("1 x SIGSEGV"));
    EXPECT_THAT(ran.out, HasSubstr("1 x took longer than 300 ms"));
    EXPECT_THAT(ran.out, HasSubstr("1 x exit code 127: "));
    EXPECT_THAT(ran.out, HasSubstr("case 3 (line=sleep 100)"));
    EXPECT_THAT(ran.out, HasSubstr("$ /bin/sh -c ./no_such_program"));
    EXPECT_THAT(ran.out, HasSubstr("1 of 6 cases succeeded, 5 failed"));
}

TEST_F(Sweep, runs_no_more_at_once_than_resources_allow) {
    // A second one at the same time would find the lock.
    const std::string arguments = "--overwrite --jobs 4 --grid n=1:6 --needs memory=";
    const std::string command = " -- sh -c 'mkdir lock && sleep 0.05 && rmdir lock'";
    const Ran ran = sweep(arguments + "3GiB" + command, 0, "RANKPOOL_RESOURCES=memory=4GiB");
    EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
    for (const int ranks : {0, 2}) {
        const Ran infeasible = sweep(arguments + "5GiB" + command, ranks, "RANKPOOL_RESOURCES=memory=4GiB");
        EXPECT_EQ(infeasible.exit_code, 2) << infeasible.out;
        EXPECT_THAT(infeasible.err, HasSubstr("--needs: ")) << infeasible.err;
    }
}

TEST_F(Sweep, gives_each_command_gpus_of_its_own) {
    // Two at once on each rank; a device that is taken twice finds the lock.
    const std::string command =
        "--jobs 2 --grid n=1:8 --needs gpu=1 -- sh -c "
        "'echo $CUDA_VISIBLE_DEVICES; mkdir lock$CUDA_VISIBLE_DEVICES && sleep 0.05 && "
        "rmdir lock$CUDA_VISIBLE_DEVICES'";
    for (const int ranks : {0, 2}) {
        const Ran ran =
            sweep("--overwrite " + command, ranks, "export CUDA_VISIBLE_DEVICES=4,5,6,7 RANKPOOL_RESOURCES=gpu=2;");
        EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
        for (const Json& row : rows()) {
            const int device = std::stoi(row.at("stdout").get<std::string>());
            const int first = 4 + 2 * row.at("rank").get<int>();
            EXPECT_THAT(device, testing::AllOf(testing::Ge(first), testing::Le(first + 1)));
        }
    }
    const Ran wrong = sweep("--overwrite " + command, 0, "CUDA_VISIBLE_DEVICES=4 RANKPOOL_RESOURCES=gpu=2");
    EXPECT_EQ(wrong.exit_code, 1);
    EXPECT_THAT(wrong.out, HasSubstr("RANKPOOL_RESOURCES lends 2 GPUs on each rank, but CUDA_VISIBLE_DEVICES=4"));
}

TEST_F(Sweep, gives_each_run_a_folder_of_its_own) {
    const Ran ran = sweep("--output out.h5 --grid x=1,2 -- sh -c 'echo {x} > {run_dir}/value'", 2);
    EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
    EXPECT_EQ(content("out.runs/x=1/value"), "1\n");
    EXPECT_EQ(content("out.runs/x=2/value"), "2\n");
}

TEST_F(Sweep, lets_commands_use_mpi_themselves) {
    const Ran ran = sweep("--grid x=1,2,3 -- " RANKPOOL_MPI_PROGRAM " {x}", 2);
    EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
    const std::vector<Json> table = rows();
    if (table.empty()) GTEST_SKIP() << "no h5py here";
    for (const Json& row : table) EXPECT_THAT(row.at("stdout").get<std::string>(), HasSubstr("rank 0 of 1 on"));
}

TEST_F(Sweep, ends_in_order_at_the_walltime_and_goes_on_later) {
    // The time that is kept free at the end is longer than what is given, so nothing is started.
    const std::string command = " --grid n=1:4 -- sh -c 'echo {n} >> ran'";
    const Ran ran = sweep("--walltime 1s" + command, 2);
    EXPECT_EQ(ran.exit_code, 75) << ran.out << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("stopped at the walltime, can be resumed"));
    EXPECT_THAT(ran.out, HasSubstr("0 of 4 cases succeeded, 4 not run"));
    for (const int ranks : {0, 2}) {
        const Ran by_job = sweep("--resume" + command, ranks, "RANKPOOL_TIME_LIMIT_S=1");
        EXPECT_EQ(by_job.exit_code, 75) << by_job.out << by_job.err;
        EXPECT_THAT(by_job.out, HasSubstr("0 of 4 cases succeeded, 4 not run"));
    }
    const Ran again = sweep("--resume" + command, 2);
    EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
    EXPECT_EQ(content("ran").size(), 4 * 2U);
}

TEST_F(Sweep, shows_without_running_what_it_would_run) {
    const Ran ran = sweep("--dry-run --grid x=0:1:0.1 --grid s=a,b -- ./sim --x {x} '{s} {s}' {run_dir}", 2);
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_THAT(ran.out, HasSubstr("22 cases; the table would be results.h5\n./sim --x 0.0 'a a' "));
    EXPECT_THAT(ran.out, HasSubstr("… 16 more …\n./sim --x 1.0 'b b' "));
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
    EXPECT_THAT(sweep("--dry-run --grid x=1 --grid s=a -- ./sim {x}").err, HasSubstr("does not use {s}"));
}

TEST_F(Sweep, refuses_what_cannot_work_with_one_message) {
    for (const char* arguments :
         {"-- true", "--grid x=1", "--grid x -- true", "--grid x=1 -- echo {y}", "--from none.csv -- true",
          "--each-line none.txt -- true", "--grid x=1 --extract a=b -- true", "--grid x=1 --extract 'x=(.)' -- true",
          "--grid x=1 --time-limit 60 -- true", "--grid x=1 --retry -1 -- true",
          "--grid x=1 --resume --overwrite -- true", "--grid stdout=1 -- true",
          "--grid x=1 --output /no/such/folder/r.h5 -- echo {x}"}) {
        const Ran ran = sweep(arguments);
        EXPECT_EQ(ran.exit_code, 2) << arguments;
        EXPECT_EQ(ran.out, "") << arguments;
        EXPECT_THAT(ran.err, testing::StartsWith("rankpool")) << arguments;
        EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1) << ran.err;
    }
}

TEST_F(Sweep, teaches_by_examples) {
    const Ran ran = sweep("--help");
    EXPECT_EQ(ran.exit_code, 0);
    for (const char* part : {"Examples:", "--each-line cases.txt", "{run_dir}", "Exit codes:", "h5py.File"}) {
        EXPECT_THAT(ran.out, HasSubstr(part));
    }
}

}  // namespace
}  // namespace rankpool::apps
