#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rankpool/launch/run_status.hpp>

namespace rankpool {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A run is a process, so each is one here.
class RunStatusFile : public testing::Test {
  protected:
    RunStatusFile() { std::filesystem::create_directories(folder_); }
    ~RunStatusFile() override { std::filesystem::remove_all(folder_); }

    /// What waitpid() says of a process that begins the file, and then does as it is told.
    int run(const std::function<void()>& body, bool started_by_launcher = true) const {
        const pid_t child = fork();
        if (child == 0) {
            begin_run_status(path_, started_by_launcher);
            body();
            _exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        return status;
    }
    std::string text() const {
        std::ifstream file(path_);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::size_t file_count() const {
        const std::filesystem::directory_iterator files(folder_);
        return static_cast<std::size_t>(std::distance(begin(files), end(files)));
    }

    const std::string folder_ = testing::TempDir() + "status_" + std::to_string(getpid());
    const std::string path_ = folder_ + "/run";
};

TEST_F(RunStatusFile, says_running_until_the_end) {
    run([] {});
    EXPECT_EQ(read_run_status(text()), (RunStatus{"running", std::nullopt, ""}));
    EXPECT_THAT(text(), HasSubstr("\nstarted_by_launcher=yes\nprogram=/"));
    EXPECT_THAT(text(), HasSubstr("\nstarted_s=1"));
    EXPECT_EQ(file_count(), 1U);
}

TEST_F(RunStatusFile, tells_the_end_and_why) {
    run([] { end_run_status(RunOutcome::failed, 7, "there is no\ngrid.h5"); }, false);
    EXPECT_EQ(read_run_status(text()), (RunStatus{"failed", 7, "there is no grid.h5"}));
    EXPECT_THAT(text(), HasSubstr("\nstarted_by_launcher=no\n"));
    EXPECT_THAT(text(), HasSubstr("\nended_s=1"));
    EXPECT_EQ(file_count(), 1U);
    run([] { end_run_status(RunOutcome::resumable, 75); });
    EXPECT_EQ(read_run_status(text()), (RunStatus{"resumable", 75, ""}));
}

TEST_F(RunStatusFile, keeps_the_first_end) {
    run([] {
        end_run_status(RunOutcome::succeeded, 0);
        end_run_status(RunOutcome::failed, 1, "late");
    });
    EXPECT_EQ(read_run_status(text()), (RunStatus{"succeeded", 0, ""}));
}

TEST_F(RunStatusFile, prefers_the_exit_code_of_the_process) {
    run([] {
        end_run_status(RunOutcome::succeeded, 0);
        std::exit(5);
    });
    EXPECT_EQ(read_run_status(text()), (RunStatus{"failed", 5, "the exit code of the process"}));
    run([] {
        end_run_status(RunOutcome::resumable, 75, "stopped");
        std::exit(75);
    });
    EXPECT_EQ(read_run_status(text()), (RunStatus{"resumable", 75, "stopped"}));
}

TEST_F(RunStatusFile, leaves_the_exit_code_to_the_launcher_where_that_knows_better) {
    run([] { end_run_status(RunOutcome::signal, -1, "another rank has died"); });
    EXPECT_EQ(read_run_status(text()), (RunStatus{"signal", std::nullopt, "another rank has died"}));
}

TEST_F(RunStatusFile, tells_of_exit_but_not_of_that_of_a_fork) {
    run([] { std::exit(3); });
    EXPECT_EQ(read_run_status(text()).exit_code, 3);
    run([] {
        if (fork() == 0) std::exit(4);
        wait(nullptr);
    });
    EXPECT_EQ(read_run_status(text()).outcome, "running");
}

TEST_F(RunStatusFile, can_be_written_by_a_signal_handler) {
    const int status = run([] {
        std::signal(SIGTERM, [](int signal) {
            end_run_status(RunOutcome::signal, 128 + signal, "told to end");
            std::signal(signal, SIG_DFL);
            std::raise(signal);
        });
        std::raise(SIGTERM);
    });
    EXPECT_EQ(WTERMSIG(status), SIGTERM);
    EXPECT_EQ(read_run_status(text()), (RunStatus{"signal", 143, "told to end"}));
}

TEST_F(RunStatusFile, does_not_stop_a_run_where_it_cannot_be_written) {
    std::filesystem::remove_all(folder_);
    EXPECT_EQ(run([] { end_run_status(RunOutcome::succeeded, 0); }), 0);
    EXPECT_EQ(text(), "");
}

TEST_F(RunStatusFile, cuts_what_does_not_fit_in_a_line) {
    run([] { end_run_status(RunOutcome::failed, 1, std::string(100'000, 'x')); });
    EXPECT_EQ(read_run_status(text()).exit_code, 1);
    EXPECT_EQ(read_run_status(text()).message, std::string(1000, 'x'));
}

TEST(ReadRunStatus, takes_any_text) {
    EXPECT_EQ(read_run_status(""), RunStatus{});
    EXPECT_EQ(read_run_status("exit_code"), RunStatus{});
    EXPECT_EQ(read_run_status("exit_code=\nexit_code=9999999999999\n=\n\n"), RunStatus{});
    EXPECT_EQ(read_run_status("exit_code=5"), (RunStatus{"", 5, ""}));
}

}  // namespace
}  // namespace rankpool
