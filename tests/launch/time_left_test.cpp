#include <ctime>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/time_left.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;

// scontrol show job, Slurm 22.05.8.
const char* const scontrol_answer =
    "JobId=3 ArrayJobId=3 ArrayTaskId=3 JobName=j.sh\n"
    "   UserId=root(0) GroupId=root(0) MCS_label=N/A\n"
    "   JobState=RUNNING Reason=None Dependency=(null)\n"
    "   Requeue=1 Restarts=0 BatchFlag=1 Reboot=0 ExitCode=0:0\n"
    "   RunTime=00:10:30 TimeLimit=1-02:00:00 TimeMin=N/A\n"
    "   SubmitTime=2026-11-20T16:36:37 EligibleTime=2026-11-20T16:36:37\n"
    "   StartTime=2026-11-20T16:36:42 EndTime=2026-11-21T18:36:42 Deadline=N/A\n"
    "   SuspendTime=None SecsPreSuspend=0 LastSchedEval=2026-11-20T16:36:38 Scheduler=Backfill\n";

// The attributes of OpenPBS 23.06 that matter here, as its qstat -f prints them.
const char* const qstat_answer =
    "Job Id: 1.pbshost\n"
    "    Job_Name = rankpool\n"
    "    job_state = R\n"
    "    queue = workq\n"
    "    ctime = Thu Nov 19 08:00:00 2026\n"
    "    mtime = Fri Nov 20 16:00:01 2026\n"
    "    Resource_List.ncpus = 8\n"
    "    Resource_List.nodect = 2\n"
    "    Resource_List.place = free\n"
    "    Resource_List.select = 2:ncpus=4:mpiprocs=4\n"
    "    Resource_List.walltime = 01:30:00\n"
    "    resources_used.walltime = 00:10:00\n"
    "    stime = Fri Nov 20 16:00:00 2026\n"
    "    run_count = 1\n";

WallClock local_time(const char* text) {
    std::tm parts = {};
    parts.tm_isdst = -1;
    strptime(text, "%Y-%m-%d %H:%M:%S", &parts);
    return std::chrono::system_clock::from_time_t(std::mktime(&parts));
}

TEST(TimeLeft, is_read_from_squeue) {
    EXPECT_EQ(read_squeue_time_left("1:30:00\n"), 90min);
    EXPECT_EQ(read_squeue_time_left("4:59\n"), 299s);
    EXPECT_EQ(read_squeue_time_left("0:00\n"), 0s);
    EXPECT_EQ(read_squeue_time_left("365-00:00:00\n"), 365 * 24h);
    for (const char* none : {"UNLIMITED\n", "NOT_SET\n", "INVALID\n", "", "slurm_load_jobs error\n"}) {
        EXPECT_EQ(read_squeue_time_left(none), std::nullopt) << none;
    }
}

TEST(TimeLeft, is_read_from_scontrol) {
    EXPECT_EQ(read_scontrol_time_left(scontrol_answer), 26h - 10min - 30s);
    EXPECT_EQ(read_scontrol_time_left("RunTime=00:10:00 TimeLimit=UNLIMITED"), std::nullopt);
    EXPECT_EQ(read_scontrol_time_left("RunTime=00:10:00 TimeLimit=00:01:00"), 0s);
    EXPECT_EQ(read_scontrol_time_left(""), std::nullopt);
}

TEST(TimeLeft, is_read_from_qstat) {
    EXPECT_EQ(read_qstat_time_left(qstat_answer, local_time("2026-11-20 17:00:00")), 30min);
    EXPECT_EQ(read_qstat_time_left(qstat_answer, local_time("2026-11-20 18:00:00")), 0s);
    EXPECT_EQ(read_qstat_time_left(qstat_answer, local_time("2026-11-20 15:59:00")), 90min);  // A clock that differs.
    std::string without_start = qstat_answer;
    without_start.erase(without_start.find("    stime"));
    EXPECT_EQ(read_qstat_time_left(without_start, {}), 80min);
    EXPECT_EQ(read_qstat_time_left("    Resource_List.walltime = 01:00:00\n    Walltime.Remaining = 3550\n", {}),
              3550s);
    EXPECT_EQ(read_qstat_time_left("    Resource_List.walltime = 3600\n", {}), 3600s);
    EXPECT_EQ(read_qstat_time_left("    Resource_List.ncpus = 1\n", {}), std::nullopt);
    EXPECT_EQ(read_qstat_time_left("qstat: Unknown Job Id\n", {}), std::nullopt);
}

/// Answers from a table, and notes what was asked.
struct Answers {
    std::map<std::string, std::string> by_program;
    std::vector<std::string> asked;

    Query query() {
        return [this](const std::vector<std::string>& command) -> std::optional<std::string> {
            std::string line;
            for (const std::string& word : command) line += (line.empty() ? "" : " ") + word;
            asked.push_back(line);
            const auto found = by_program.find(command[0]);
            return found == by_program.end() ? std::nullopt : std::optional(found->second);
        };
    }
};

TEST(TimeLeft, asks_nobody_outside_of_jobs_or_where_the_environment_tells) {
    Answers answers;
    const WallClock now(1000s);
    EXPECT_EQ(find_time_left({}, answers.query(), now), std::nullopt);
    EXPECT_EQ(find_time_left({{"RANKPOOL_TIME_LIMIT_S", "60"}, {"PBS_JOBID", "1.host"}}, answers.query(), now), 60s);
    EXPECT_EQ(find_time_left({{"SLURM_JOB_ID", "7"}, {"SLURM_JOB_END_TIME", "1090"}}, answers.query(), now), 90s);
    EXPECT_TRUE(answers.asked.empty());
}

TEST(TimeLeft, is_bounded_by_a_wish) {
    Answers answers{{{"squeue", "10:00\n"}}, {}};
    EXPECT_EQ(find_time_left({{"RANKPOOL_TIME_LIMIT", "90 min"}}, answers.query(), {}), 90min);
    EXPECT_EQ(find_time_left({{"RANKPOOL_TIME_LIMIT", "1h"}, {"SLURM_JOB_ID", "7"}}, answers.query(), {}), 10min);
    EXPECT_EQ(find_time_left({{"RANKPOOL_TIME_LIMIT", "60s"}, {"SLURM_JOB_ID", "7"}}, answers.query(), {}), 1min);
    EXPECT_NO_THROW(require_sane_time_limit({}));
    EXPECT_NO_THROW(require_sane_time_limit({{"RANKPOOL_TIME_LIMIT", "2h"}}));
    EXPECT_THROW(require_sane_time_limit({{"RANKPOOL_TIME_LIMIT", "60"}}), ConfigError);
}

TEST(TimeLeft, asks_slurm_and_then_slurm_again) {
    Answers answers{{{"squeue", "10:00\n"}, {"scontrol", scontrol_answer}}, {}};
    EXPECT_EQ(find_time_left({{"SLURM_JOB_ID", "7"}}, answers.query(), {}), 10min);
    answers.by_program.erase("squeue");
    EXPECT_EQ(find_time_left({{"SLURM_JOB_ID", "7"}}, answers.query(), {}), 26h - 10min - 30s);
    EXPECT_THAT(answers.asked,
                testing::ElementsAre("squeue -h -j 7 -o %L", "squeue -h -j 7 -o %L", "scontrol show job 7"));
}

TEST(TimeLeft, finds_qstat_where_it_is_not_in_PATH) {
    Answers answers{{{"/site/pbs/bin/qstat", qstat_answer}}, {}};
    EXPECT_EQ(find_time_left({{"PBS_JOBID", "1.host"}, {"PBS_EXEC", "/site/pbs"}}, answers.query(),
                             local_time("2026-11-20 17:00:00")),
              30min);
    EXPECT_THAT(answers.asked, testing::ElementsAre("qstat -f 1.host", "/site/pbs/bin/qstat -f 1.host"));
}

TEST(TimeLeft, comes_from_commands_that_are_run) {
    EXPECT_EQ(answer_of({"echo", "10:00"}), "10:00\n");
    EXPECT_EQ(answer_of({"false"}), std::nullopt);
    EXPECT_EQ(answer_of({"no_such_program"}), std::nullopt);
}

TEST(TimeLeft, is_not_all_reserved) {
    EXPECT_EQ(leaving_reserve(1h), 15s);
    EXPECT_EQ(leaving_reserve(50s), 5s);
    EXPECT_EQ(leaving_reserve(0s), 0s);
}

}  // namespace
}  // namespace rankpool
