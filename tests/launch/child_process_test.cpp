#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rankpool/launch/child_process.hpp>
#include <rankpool/launch/output_tail.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

ChildSpec shell(const std::string& line) {
    return {.arguments = {"sh", "-c", line}, .environment = {"PATH=/usr/bin:/bin", "COLOUR=blue"}, .directory = {}};
}

ChildEnd run(const ChildSpec& spec) {
    return run_child(spec, [] { return false; });
}

TEST(ChildProcess, hands_back_what_a_program_says_and_how_it_ends) {
    const ChildEnd end = run(shell("echo out $COLOUR; echo err >&2; cat; exit 3"));
    EXPECT_EQ(end.start_error, "");
    EXPECT_EQ(end.exit_code, 3);
    EXPECT_EQ(end.signal, 0);
    EXPECT_EQ(end.cut, Cut::none);
    EXPECT_EQ(end.out, "out blue\n");
    EXPECT_EQ(end.err, "err\n");
    EXPECT_GT(end.wall, 0s);
}

TEST(ChildProcess, tells_signals_from_exit_codes) {
    const ChildEnd end = run(shell("kill -SEGV $$"));
    EXPECT_EQ(end.signal, SIGSEGV);
    EXPECT_EQ(end.exit_code, -1);
}

TEST(ChildProcess, says_why_a_program_did_not_start) {
    ChildSpec spec = shell("true");
    spec.arguments = {"no_such_program"};
    EXPECT_EQ(run(spec).start_error, "there is no program 'no_such_program' in PATH");
    spec.arguments = {"/no/such/program"};
    EXPECT_EQ(run(spec).start_error, "cannot run '/no/such/program': No such file or directory");
    spec = shell("true");
    spec.directory = "/no/such/folder";
    EXPECT_EQ(run(spec).start_error, "cannot enter '/no/such/folder': No such file or directory");
}

TEST(ChildProcess, keeps_beginning_and_end_of_much_output) {
    ChildSpec spec = shell("seq 1 200000");
    spec.capture_bytes_max = 100;
    const ChildEnd end = run(spec);
    EXPECT_EQ(end.exit_code, 0);
    EXPECT_THAT(end.out, testing::StartsWith("1\n2\n"));
    EXPECT_THAT(end.out, HasSubstr("1288795 bytes left out"));
    EXPECT_THAT(end.out, testing::EndsWith("\n200000\n"));
}

TEST(ChildProcess, ends_all_that_a_program_started_when_its_time_is_over) {
    const std::string pid_file = testing::TempDir() + "sweep_sleep_" + std::to_string(getpid());
    ChildSpec spec = shell("sleep 1000 & echo $! > " + pid_file + "; trap '' TERM; echo here; wait; wait; sleep 1000");
    spec.time_limit = 200ms;
    spec.grace = 200ms;
    const ChildEnd end = run(spec);
    EXPECT_EQ(end.cut, Cut::time_limit);
    EXPECT_EQ(end.signal, SIGKILL);
    EXPECT_EQ(end.out, "here\n");
    std::string pid;
    std::getline(std::ifstream(pid_file), pid);
    std::filesystem::remove(pid_file);
    // Gone, or a zombie until whoever adopted it looks.
    const std::string state = "/proc/" + pid + "/stat";
    for (int i = 0; i < 100 && std::filesystem::exists(state); ++i) {
        std::string text;
        std::getline(std::ifstream(state), text);
        if (text.find(") Z") != std::string::npos) return;
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_FALSE(std::filesystem::exists(state));
}

TEST(ChildProcess, lets_a_program_end_well_in_its_grace) {
    ChildSpec spec = shell("trap 'echo saved; exit 4' TERM; sleep 1000 & wait");
    spec.time_limit = 100ms;
    const ChildEnd end = run(spec);
    EXPECT_EQ(end.cut, Cut::time_limit);
    EXPECT_EQ(end.exit_code, 4);
    EXPECT_EQ(end.out, "saved\n");
}

TEST(ChildProcess, ends_early_when_asked) {
    const ChildEnd end = run_child(shell("sleep 1000"), [] { return true; });
    EXPECT_EQ(end.cut, Cut::stop);
    EXPECT_EQ(end.signal, SIGTERM);
}

TEST(ChildProcess, does_not_wait_for_what_a_program_leaves_behind) {
    const ChildEnd end = run(shell("sleep 3 & echo done"));
    EXPECT_EQ(end.exit_code, 0);
    EXPECT_EQ(end.out, "done\n");
    EXPECT_LT(end.wall, 3s);
}

TEST(ChildProcess, can_be_shielded_from_the_warning_of_a_batch_system) {
    ChildSpec spec = shell("kill -USR1 $$; echo lives");
    EXPECT_EQ(run(spec).signal, SIGUSR1);
    spec.ignores_usr1 = true;
    EXPECT_EQ(run(spec).out, "lives\n");
}

TEST(ChildProcess, runs_many_programs_from_many_threads) {
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([i, &right] {
            for (int n = 0; n < 50; ++n) {
                const std::string word = std::to_string(i) + '.' + std::to_string(n);
                if (run(shell("echo " + word)).out == word + '\n') ++right;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(right, 200);
}

TEST(ChildProcess, starts_programs_with_default_signals_and_few_files) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "under ThreadSanitizer programs are started by the C library, which closes nothing";
#endif
    std::signal(SIGPIPE, SIG_IGN);
    const ChildEnd end = run(shell("grep SigIgn /proc/self/status; ls /proc/self/fd | wc -l"));
    std::signal(SIGPIPE, SIG_DFL);
    EXPECT_EQ(end.out, "SigIgn:\t0000000000000000\n4\n");
}

TEST(OutputTail, makes_texts_that_other_programs_accept) {
    EXPECT_EQ(to_valid_utf8("µm €"), "µm €");
    EXPECT_EQ(to_valid_utf8(std::string("a\0b", 3)), "a\uFFFDb");
    EXPECT_EQ(to_valid_utf8("\xFF\xC3"), "\uFFFD\uFFFD");
    EXPECT_EQ(to_valid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // Half of a surrogate pair.
    EXPECT_EQ(to_valid_utf8("\xC0\xAF"), "\uFFFD\uFFFD");            // Longer than needed.
}

TEST(OutputTail, loses_nothing_below_its_bound_whatever_the_pieces) {
    for (std::size_t piece = 1; piece < 40; ++piece) {
        const std::string all = "0123456789abcdefghijklmnopqrstuv";
        OutputTail kept(32);
        OutputTail less(10);
        for (std::size_t at = 0; at < all.size(); at += piece) {
            kept.append(all.substr(at, piece));
            less.append(all.substr(at, piece));
        }
        EXPECT_EQ(kept.text(), all) << piece;
        EXPECT_EQ(less.text(), "01234\n[… 22 bytes left out …]\nrstuv") << piece;
    }
}

}  // namespace
}  // namespace rankpool
