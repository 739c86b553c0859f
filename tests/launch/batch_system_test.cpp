#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rankpool/launch/batch_system.hpp>

namespace rankpool {
namespace {

using testing::Contains;
using testing::ElementsAre;

TEST(Slurm, says_what_is_asked_for) {
    JobRequest request;
    request.name = "study";
    request.nodes = 4;
    request.ranks_per_node = 8;
    request.cpus_per_rank = 2;
    request.gpus_per_node = 1;
    request.time = std::chrono::minutes(90);
    request.array = "0-9%2";
    request.after = "17";
    request.queue = "batch";
    const std::vector<Directive> directives = slurm_adapter().directives(request);
    for (const Directive& expected :
         {Directive{"--job-name", "study"}, Directive{"--nodes", "4"}, Directive{"--ntasks-per-node", "8"},
          Directive{"--cpus-per-task", "2"}, Directive{"--gpus-per-node", "1"}, Directive{"--time", "01:30:00"},
          Directive{"--array", "0-9%2"}, Directive{"--output", "study-%A_%a.out"}, Directive{"--partition", "batch"},
          Directive{"--dependency", "afterok:17"}, Directive{"--kill-on-invalid-dep", "yes"}}) {
        EXPECT_THAT(directives, Contains(expected));
    }
    request.after = "afterany:17:18";
    EXPECT_THAT(slurm_adapter().directives(request), Contains(Directive{"--dependency", "afterany:17:18"}));
}

TEST(Slurm, leaves_to_the_site_what_is_not_asked_for) {
    for (const Directive& directive : slurm_adapter().directives({})) {
        for (const char* name : {"--time", "--partition", "--account", "--mem", "--gpus-per-node", "--array"}) {
            EXPECT_NE(directive.name, name);
        }
    }
}

// sbatch, squeue -h -t all -o "%T|%r" and scancel of Slurm 22.05.8.
TEST(Slurm, is_understood) {
    const BatchSystemAdapter& slurm = slurm_adapter();
    EXPECT_EQ(slurm.read_job_id("17\n"), "17");
    EXPECT_EQ(slurm.read_job_id("17;cluster\n"), "17");
    EXPECT_EQ(slurm.read_job_id("sbatch: error: Batch job submission failed\n"), "");
    EXPECT_EQ(slurm.read_state("PENDING|JobHeldUser\n"), (JobState{JobPhase::waiting, "PENDING (JobHeldUser)", {}}));
    EXPECT_EQ(slurm.read_state("RUNNING|None\n"), (JobState{JobPhase::running, "RUNNING", {}}));
    EXPECT_EQ(slurm.read_state("COMPLETING|None\n").phase, JobPhase::running);
    EXPECT_EQ(slurm.read_state("PENDING|None\nRUNNING|None\nCOMPLETED|None\nRUNNING|None\n"),
              (JobState{JobPhase::running, "1 COMPLETED, 1 PENDING, 2 RUNNING", {}}));
    EXPECT_EQ(slurm.read_state("TIMEOUT|TimeLimit\n"), (JobState{JobPhase::ended, "TIMEOUT (TimeLimit)", {}}));
    EXPECT_EQ(slurm.read_state("COMPLETED|None\n").phase, JobPhase::ended);
    EXPECT_EQ(slurm.read_state(""), (JobState{JobPhase::ended, "ended", {}}));
}

TEST(Pbs, says_what_is_asked_for) {
    JobRequest request;
    request.nodes = 4;
    request.ranks_per_node = 8;
    request.cpus_per_rank = 2;
    request.gpus_per_node = 1;
    request.time = std::chrono::hours(30);
    request.array = "0-9";
    request.after = "17.host";
    const std::vector<Directive> directives = pbs_adapter().directives(request);
    for (const Directive& expected :
         {Directive{"-l select", "4:ncpus=16:mpiprocs=8:ompthreads=2:ngpus=1"}, Directive{"-l walltime", "30:00:00"},
          Directive{"-J", "0-9"}, Directive{"-W depend", "afterok:17.host"}, Directive{"-l place", "scatter"}}) {
        EXPECT_THAT(directives, Contains(expected));
    }
}

TEST(Pbs, is_understood) {
    const BatchSystemAdapter& pbs = pbs_adapter();
    EXPECT_EQ(pbs.read_job_id("1.pbshost\n"), "1.pbshost");
    EXPECT_EQ(pbs.read_job_id("7[].pbshost\n"), "7[].pbshost");
    EXPECT_EQ(pbs.read_job_id("qsub: Unknown queue\n"), "");
    EXPECT_EQ(pbs.read_state(
                  "Job Id: 1.pbshost\n    Job_Name = a\n    job_state = Q\n    comment = Not Running: too few nodes\n"),
              (JobState{JobPhase::waiting, "state Q (Not Running: too few nodes)", {}}));
    for (const char* running : {"R", "B", "E"}) {
        EXPECT_EQ(pbs.read_state(std::string("    job_state = ") + running + '\n').phase, JobPhase::running) << running;
    }
    EXPECT_EQ(pbs.read_state("    job_state = F\n    Exit_status = 5\n"), (JobState{JobPhase::ended, "state F", 5}));
    EXPECT_EQ(pbs.read_state("    job_state = F\n    Exit_status = -29\n").exit_code, -29);
    EXPECT_EQ(pbs.read_state("").phase, JobPhase::ended);
}

TEST(BatchSystems, are_asked_with_their_own_commands) {
    EXPECT_THAT(slurm_adapter().submit_command("job.sh"), ElementsAre("sbatch", "--parsable", "job.sh"));
    EXPECT_THAT(slurm_adapter().cancel_command("17"), ElementsAre("scancel", "17"));
    EXPECT_THAT(pbs_adapter().submit_command("job.sh"), ElementsAre("qsub", "job.sh"));
    EXPECT_THAT(pbs_adapter().cancel_command("17[].host"), ElementsAre("qdel", "17[].host"));
    EXPECT_THAT(pbs_adapter().estimate_command("job.sh"), ElementsAre());
}

}  // namespace
}  // namespace rankpool
