#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <rankpool/launch/child_guard.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;

/// The exit code of a process that does this.
int in_a_process(const std::function<int()>& body) {
    const pid_t child = fork();
    if (child == 0) _exit(body());
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// A process that has the variable from its start on: the environment that others see is that of execve().
pid_t start_sleeper() {
    const pid_t child = fork();
    if (child == 0) {
        setsid();
        execlp("sleep", "sleep", "1000", static_cast<char*>(nullptr));
        _exit(127);
    }
    return child;
}

std::string comm_of(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
    std::string name;
    std::getline(file, name);
    return name;
}

int signal_that_ended(pid_t child) {
    for (int i = 0; i < 1000; ++i) {
        int status = 0;
        if (waitpid(child, &status, WNOHANG) == child) return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        std::this_thread::sleep_for(10ms);
    }
    return -1;
}

TEST(ChildGuard, kills_what_carries_its_mark_and_nothing_else) {
    EXPECT_EQ(in_a_process([] {
                  const pid_t before = start_sleeper();
                  const ChildGuard guard;
                  const pid_t inner = start_sleeper();
                  setenv(ChildGuard::variable, (guard.mark() + "0").c_str(), 1);
                  const pid_t other = start_sleeper();
                  while (kill_marked(guard.mark()) == 0) std::this_thread::sleep_for(1ms);  // Until execve().
                  const bool is_right = signal_that_ended(inner) == SIGKILL && kill(before, 0) == 0 &&
                                        waitpid(before, nullptr, WNOHANG) == 0 && waitpid(other, nullptr, WNOHANG) == 0;
                  kill(before, SIGKILL);
                  kill(other, SIGKILL);
                  return is_right ? 0 : 1;
              }),
              0);
}

TEST(ChildGuard, ends_what_a_killed_process_leaves) {
    int ids[2];
    ASSERT_EQ(pipe(ids), 0);
    EXPECT_EQ(in_a_process([&] {
                  const ChildGuard guard;
                  const pid_t sleeper = start_sleeper();
                  while (comm_of(sleeper) != "sleep") std::this_thread::sleep_for(1ms);  // Until execve().
                  if (write(ids[1], &sleeper, sizeof sleeper) != sizeof sleeper) return 1;
                  raise(SIGKILL);
                  return 0;
              }),
              128 + SIGKILL);
    pid_t sleeper = 0;
    ASSERT_EQ(read(ids[0], &sleeper, sizeof sleeper), static_cast<ssize_t>(sizeof sleeper));
    const auto is_gone = [&] { return kill(sleeper, 0) != 0; };
    for (int i = 0; i < 1000 && !is_gone(); ++i) std::this_thread::sleep_for(10ms);
    EXPECT_TRUE(is_gone());
    kill(sleeper, SIGKILL);
}

TEST(ChildGuard, leaves_alone_what_an_orderly_end_leaves) {
    pid_t sleeper = 0;
    {
        const ChildGuard guard;
        sleeper = start_sleeper();
    }
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(waitpid(sleeper, nullptr, WNOHANG), 0);
    kill(sleeper, SIGKILL);
    waitpid(sleeper, nullptr, 0);
}

TEST(ChildGuard, keeps_the_marks_of_those_around_it) {
    setenv(ChildGuard::variable, "1.2", 1);
    const ChildGuard guard;
    EXPECT_EQ(std::getenv(ChildGuard::variable), "1.2:" + guard.mark());
    unsetenv(ChildGuard::variable);
}

}  // namespace
}  // namespace rankpool
