// Every way in which writing fails, provoked for real; the earlier file survives each of them.
#include <csignal>
#include <string>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/dataset/dataset.hpp>
#include <rankpool/dataset/output_file.hpp>

#include "child_process.hpp"
#include "temporary_directory.hpp"

namespace rankpool {
namespace {

// A complete small file whose numbers all are `value`.
void write_result(const std::string& path, int value, std::size_t count = 1000) {
    OutputFile file(path);
    auto numbers = file.create_appender<int>("/numbers", {.chunk_elements = 128, .filters = {}});
    for (std::size_t i = 0; i < count; ++i) numbers.append(value);
    numbers.set_attribute("value", value);
    file.commit();
}

std::string refusal(const std::string& path, DatasetProblem expected, std::size_t count = 1000) {
    try {
        write_result(path, 2, count);
        return "written";
    } catch (const DatasetError& error) {
        return (error.problem() == expected ? "" : "another problem: ") + std::string(error.what());
    }
}

void expect_result(const std::string& path, int value) {
    const std::vector<int> numbers = Dataset::open(path, "/numbers").read<int>();
    EXPECT_FALSE(numbers.empty());
    EXPECT_EQ(numbers, std::vector<int>(numbers.size(), value));
    close_files();
}

// A file system of its own, gone with this object; needs root.
class OwnFileSystem {
  public:
    OwnFileSystem(std::string path, const std::string& options) : path_(std::move(path)) {
        mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, options.c_str()) == 0;
    }
    OwnFileSystem(const OwnFileSystem&) = delete;
    OwnFileSystem& operator=(const OwnFileSystem&) = delete;
    ~OwnFileSystem() {
        if (mounted_) umount2(path_.c_str(), MNT_DETACH);
    }
    bool mounted() const { return mounted_; }
    bool make_read_only() const { return mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0; }

  private:
    std::string path_;
    bool mounted_ = false;
};

TEST(WriteFailure, a_missing_directory) {
    const TemporaryDirectory directory;
    EXPECT_EQ(refusal(directory.file("missing/out.h5"), DatasetProblem::file_missing),
              "cannot write '" + directory.file("missing/out.h5") + "': the directory '" + directory.file("missing") +
                  "' does not exist: create it first (mkdir -p)");
}

TEST(WriteFailure, a_directory_of_that_name) {
    const TemporaryDirectory directory;
    EXPECT_EQ(refusal(directory.path(), DatasetProblem::is_a_directory),
              "cannot write '" + directory.path() + "': it is a directory; name a file in it");
}

TEST(WriteFailure, a_directory_of_somebody_else) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("out.h5");
    write_result(path, 1);
    chmod(path.c_str(), 0666);
    chmod(directory.path().c_str(), 0555);
    const std::string text = in_child_as_nobody([&path] { return refusal(path, DatasetProblem::not_writable); });
    chmod(directory.path().c_str(), 0755);
    EXPECT_TRUE(text.starts_with("cannot write '" + path + "': user ")) << text;
    EXPECT_TRUE(
        text.ends_with(" may not write in '" + directory.path() + "': check its rights, or choose another place"))
        << text;
    EXPECT_EQ(directory.content(), std::vector<std::string>{"out.h5"});
    expect_result(path, 1);
}

TEST(WriteFailure, a_write_protected_file) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("out.h5");
    write_result(path, 1);
    chmod(path.c_str(), 0444);
    chmod(directory.path().c_str(), 0777);
    const std::string text = in_child_as_nobody([&path] { return refusal(path, DatasetProblem::not_writable); });
    EXPECT_EQ(text, "cannot write '" + path + "': it exists and is write-protected; choose another name or chmod u+w");
    EXPECT_EQ(directory.content(), std::vector<std::string>{"out.h5"});
}

TEST(WriteFailure, a_read_only_file_system) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("out.h5");
    const OwnFileSystem file_system(directory.path(), "size=1m");
    if (!file_system.mounted()) GTEST_SKIP() << "only root can mount a file system";
    write_result(path, 1);
    ASSERT_TRUE(file_system.make_read_only());
    const std::string text = refusal(path, DatasetProblem::read_only_file_system);
    EXPECT_TRUE(text.starts_with("cannot write '" + path + "': the file system is mounted read-only")) << text;
    try {
        Dataset::open(path, "/numbers").write<int>({{0}, {1}}, std::vector<int>{5});
        ADD_FAILURE() << "written";
    } catch (const DatasetError& error) {
        EXPECT_EQ(error.problem(), DatasetProblem::read_only_file_system) << error.what();
    }
    expect_result(path, 1);
}

TEST(WriteFailure, a_disk_that_is_full_at_any_moment) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("out.h5");
    const OwnFileSystem file_system(directory.path(), "size=512k");
    if (!file_system.mounted()) GTEST_SKIP() << "only root can mount a file system";
    write_result(path, 1);
    std::size_t failed = 0;
    std::size_t written = 0;
    for (std::size_t taken = 0; taken <= 512; taken += 4) {
        write_file(directory.file("ballast"), std::string(taken << 10, 'x'));
        const std::string text = refusal(path, DatasetProblem::disk_full, 40'000);
        if (text == "written") {
            ++written;
            write_result(path, 1);
        } else {
            ++failed;
            EXPECT_NE(text.find("no space left on the file system: free some, or write to another one"),
                      std::string::npos)
                << text;
        }
        EXPECT_EQ(directory.content(), (std::vector<std::string>{"ballast", "out.h5"}));
        expect_result(path, 1);
        std::filesystem::remove(directory.file("ballast"));
    }
    EXPECT_GT(failed, 30U);
    EXPECT_GT(written, 30U);
}

TEST(WriteFailure, a_limit_on_the_size_of_files_reached_at_any_moment) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("out.h5");
    write_result(path, 1);
    for (rlim_t limit = 0; limit < 1'400'000; limit += limit < 900'000 ? 99'000 : 7919) {
        const std::string text = in_child([&path, limit] {
            std::signal(SIGXFSZ, SIG_IGN);
            const rlimit limits{limit, limit};
            if (setrlimit(RLIMIT_FSIZE, &limits) != 0) return std::string("cannot limit");
            return refusal(path, DatasetProblem::disk_full, 40'000);
        });
        ASSERT_TRUE(text == "written" || text.find("raise 'ulimit -f'") != std::string::npos) << limit << ": " << text;
        EXPECT_EQ(directory.content(), std::vector<std::string>{"out.h5"}) << limit;
        if (text == "written") write_result(path, 1);
        expect_result(path, 1);
    }
}

TEST(WriteFailure, a_disk_full_from_the_start_leaves_HDF5_in_order) {
    const TemporaryDirectory directory;
    const OwnFileSystem file_system(directory.path(), "size=64k");
    if (!file_system.mounted()) GTEST_SKIP() << "only root can mount a file system";
    write_file(directory.file("ballast"), std::string(64 << 10, 'x'));
    testing::internal::CaptureStderr();
    const std::string text =
        in_child([&directory] { return refusal(directory.file("out.h5"), DatasetProblem::disk_full); });
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_TRUE(text.starts_with("cannot write '" + directory.file("out.h5") + "': no space left")) << text;
    EXPECT_EQ(directory.content(), std::vector<std::string>{"ballast"});
}

TEST(WriteFailure, a_failed_file_cannot_be_committed) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("out.h5");
    write_result(path, 1);
    const std::string text = in_child([&path]() -> std::string {
        OutputFile file(path);
        auto numbers = file.create_appender<int>("/numbers", {.chunk_elements = 1000, .filters = {}});
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limits{(1 << 20) + 5000, RLIM_INFINITY};
        setrlimit(RLIMIT_FSIZE, &limits);
        try {
            numbers.append(std::vector<int>(5000));
            return "written";
        } catch (const DatasetError&) {
        }
        const rlimit no_limits{RLIM_INFINITY, RLIM_INFINITY};
        setrlimit(RLIMIT_FSIZE, &no_limits);
        try {
            file.commit();
            return "committed";
        } catch (const DatasetError& error) {
            return error.what();
        }
    });
    EXPECT_TRUE(text.starts_with("'" + path + "' cannot be completed, because writing failed earlier: ")) << text;
    EXPECT_EQ(directory.content(), std::vector<std::string>{"out.h5"});
    expect_result(path, 1);
}

TEST(WriteFailure, a_process_killed_at_any_moment) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("out.h5");
    write_result(path, 1);
    for (int round = 0; round < 40; ++round) {
        const pid_t child = fork();
        if (child == 0) {
            while (true) write_result(path, 1, 3000);
        }
        usleep(static_cast<useconds_t>(500 + 1371 * round % 20'000));
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        expect_result(path, 1);
    }
    write_result(path, 2);
    expect_result(path, 2);
}

TEST(WriteFailure, children_that_end_leave_their_parents_file_alone) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("out.h5");
    const std::vector<int> piece(150, 7);
    OutputFile file(path);
    auto numbers = file.create_appender<int>("/numbers", {.chunk_elements = 100});
    numbers.append(piece);
    // Both a child that destroys its copy, and one that leaves it to HDF5, which closes at exit what is open.
    EXPECT_EQ(in_child([&file] {
                  const OutputFile gone = std::move(file);
                  return std::string("destroyed");
              }),
              "destroyed");
    EXPECT_EQ(in_child([&numbers] {
                  numbers.append(std::vector<int>(100'000, 8));
                  return std::string("left open");
              }),
              "left open");
    EXPECT_TRUE(std::filesystem::exists(file.part_path()));
    numbers.append(piece);
    file.commit();
    EXPECT_EQ(Dataset::open(path, "/numbers").read<int>(), std::vector<int>(300, 7));
}

}  // namespace
}  // namespace rankpool
