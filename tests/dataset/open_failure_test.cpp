// Every way in which a file or dataset cannot be opened or read, provoked for real.
#include <array>
#include <fcntl.h>
#include <functional>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/dataset/dataset.hpp>
#include <rankpool/dataset/output_file.hpp>

#include "child_process.hpp"
#include "temporary_directory.hpp"

namespace rankpool {
namespace {

struct Refusal {
    DatasetProblem problem = DatasetProblem::other;
    std::string text;
};

Refusal refusal(const std::string& path, const std::string& dataset = "/data") {
    try {
        (void)Dataset::open(path, dataset);
        return {DatasetProblem::other, "opened"};
    } catch (const DatasetError& error) {
        EXPECT_EQ(error.path(), path);
        return {error.problem(), error.what()};
    }
}

void make_file(const std::string& path) {
    OutputFile file(path);
    for (const char* name : {"/data", "/group/date", "/group/energy"}) {
        file.create_appender<int>(name).append(std::vector<int>{1, 2, 3});
    }
    file.commit();
}

TEST(OpenFailure, a_missing_file) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("run.h5");
    const Refusal refused = refusal(path);
    EXPECT_EQ(refused.problem, DatasetProblem::file_missing);
    EXPECT_EQ(refused.text,
              "cannot open '" + path + "': there is no such file in '" + directory.path() + "': check the name");
}

TEST(OpenFailure, a_missing_directory) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("deep/er/run.h5");
    const Refusal refused = refusal(path);
    EXPECT_EQ(refused.problem, DatasetProblem::file_missing);
    EXPECT_EQ(refused.text, "cannot open '" + path + "': its directory does not exist (only '" + directory.path() +
                                "' does): check the path, and that this file system is mounted on this host");
}

TEST(OpenFailure, a_directory) {
    const TemporaryDirectory directory;
    const Refusal refused = refusal(directory.path());
    EXPECT_EQ(refused.problem, DatasetProblem::is_a_directory);
    EXPECT_EQ(refused.text, "cannot open '" + directory.path() + "': it is a directory: name the file in it");
}

TEST(OpenFailure, a_pipe_does_not_block) {
    const TemporaryDirectory directory;
    ASSERT_EQ(mkfifo(directory.file("pipe").c_str(), 0600), 0);
    EXPECT_EQ(refusal(directory.file("pipe")).problem, DatasetProblem::not_hdf5);
}

TEST(OpenFailure, a_file_of_somebody_else) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("run.h5");
    make_file(path);
    chmod(path.c_str(), 0);
    chmod(directory.path().c_str(), 0755);
    const std::string text = in_child_as_nobody([&path] {
        const Refusal refused = refusal(path);
        return std::to_string(static_cast<int>(refused.problem)) + refused.text;
    });
    EXPECT_EQ(text.substr(0, text.find("cannot")), std::to_string(static_cast<int>(DatasetProblem::not_readable)));
    EXPECT_NE(text.find("may not read it: ask its owner for access (chmod a+r)"), std::string::npos) << text;
}

TEST(OpenFailure, a_file_in_a_directory_of_somebody_else) {
    const TemporaryDirectory directory;
    chmod(directory.path().c_str(), 0);
    const std::string text = in_child_as_nobody([&directory] { return refusal(directory.file("run.h5")).text; });
    chmod(directory.path().c_str(), 0700);
    EXPECT_NE(text.find("may not enter its directory"), std::string::npos) << text;
}

TEST(OpenFailure, files_that_are_not_HDF5_are_named_by_what_they_look_like) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("run.h5");
    const auto looks = [&path](const std::string& content) {
        write_file(path, content);
        const Refusal refused = refusal(path);
        EXPECT_EQ(refused.problem, DatasetProblem::not_hdf5);
        const std::string start = "cannot open '" + path + "': it is not an HDF5 file";
        EXPECT_TRUE(refused.text.starts_with(start)) << refused.text;
        return refused.text.substr(start.size());
    };
    EXPECT_EQ(looks(""), "; it is empty (0 bytes): did the program that made it fail?");
    EXPECT_EQ(looks("x,y\n1,2\n"), "; it looks like text: check the name");
    EXPECT_EQ(looks("CDF\x01more"), "; it is a netCDF file of the classic format: convert it with 'nccopy -k nc4'");
    EXPECT_EQ(looks("\x1f\x8b\x08more"), "; it is compressed as a whole: unpack it with gunzip first");
    EXPECT_EQ(looks("PK\x03\x04more"), "; it is a zip archive: unpack it first");
    EXPECT_EQ(looks("\x7f"
                    "ELF\x02\x01\x01"),
              ": check the name");
}

TEST(OpenFailure, a_file_cut_off_anywhere) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("run.h5");
    make_file(path);
    const std::string content = content_of(path);
    for (std::size_t length = content.size(); length-- > 0; length -= length > 4096 ? 60 : 0) {
        std::filesystem::resize_file(path, length);
        const Refusal refused = refusal(path);
        ASSERT_EQ(refused.problem, length < 8 ? DatasetProblem::not_hdf5 : DatasetProblem::truncated)
            << length << ' ' << refused.text;
    }
    write_file(path, content.substr(0, content.size() / 2));
    EXPECT_NE(refusal(path).text.find("it is truncated: it has " + std::to_string(content.size() / 2) +
                                      " bytes and should have " + std::to_string(content.size())),
              std::string::npos)
        << refusal(path).text;
}

TEST(OpenFailure, a_file_cut_off_while_it_is_open_is_not_read_as_zeros) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("run.h5");
    make_file(path);
    const auto data = Dataset::open(path, "/group/energy");
    EXPECT_EQ(data.read<int>(), (std::vector<int>{1, 2, 3}));
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
    EXPECT_THROW((void)data.read<int>(), DatasetError);
}

TEST(OpenFailure, a_missing_dataset_lists_the_nearest_first) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("run.h5");
    make_file(path);
    const Refusal refused = refusal(path, "/group/enrgy");
    EXPECT_EQ(refused.problem, DatasetProblem::dataset_missing);
    EXPECT_EQ(refused.text, "cannot open '" + path +
                                ":/group/enrgy': the file has no such dataset; it has '/group/energy', '/group/date', "
                                "'/data'");
    EXPECT_TRUE(refusal(path, "date").text.find("has '/group/date', '/data'") != std::string::npos ||
                refusal(path, "date").text.find("has '/data', '/group/date'") != std::string::npos);
    EXPECT_EQ(refusal(path, "/data/below").problem, DatasetProblem::dataset_missing);
}

TEST(OpenFailure, a_missing_dataset_lists_at_most_ten) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("run.h5");
    OutputFile file(path);
    for (int i = 0; i < 13; ++i) (void)file.create_appender<int>("/x" + std::to_string(i));
    file.commit();
    EXPECT_TRUE(refusal(path, "/y").text.ends_with(" and 3 more"));
}

TEST(OpenFailure, a_group_lists_what_is_in_it) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("run.h5");
    make_file(path);
    const Refusal refused = refusal(path, "/group");
    EXPECT_EQ(refused.problem, DatasetProblem::is_a_group);
    EXPECT_EQ(refused.text,
              "cannot open '" + path + ":/group': it is a group, not a dataset; it has '/group/date', '/group/energy'");
}

TEST(OpenFailure, a_file_without_datasets) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("run.h5");
    OutputFile(path).commit();
    EXPECT_TRUE(refusal(path).text.ends_with("it has no datasets at all"));
}

TEST(OpenFailure, floats_are_not_read_as_whole_numbers) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("run.h5");
    const auto data = Dataset::create(path, "/data", {.shape = {3}, .type = ElementType::float64});
    try {
        (void)data.read<std::int64_t>();
        FAIL() << "read";
    } catch (const DatasetError& error) {
        EXPECT_EQ(error.problem(), DatasetProblem::wrong_type);
        EXPECT_EQ(std::string(error.what()), "cannot read '" + path +
                                                 ":/data' as int64: it holds float64, and whole numbers would lose "
                                                 "the fractions; read it as double");
    }
}

TEST(OpenFailure, a_file_locked_by_another_program) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("run.h5");
    make_file(path);
    const int descriptor = open(path.c_str(), O_RDWR);
    ASSERT_EQ(flock(descriptor, LOCK_EX), 0);
    const Refusal refused = refusal(path);
    close(descriptor);
    EXPECT_EQ(refused.problem, DatasetProblem::locked);
    EXPECT_EQ(refused.text, "cannot open '" + path +
                                "': another program has it open and locked: wait for it, or, if it is known not to "
                                "write, set HDF5_USE_FILE_LOCKING=FALSE");
    EXPECT_EQ(refusal(path).text, "opened");
}

TEST(OpenFailure, a_damaged_chunk) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("run.h5");
    make_file(path);
    std::string content = content_of(path);
    // The gzip data of the three datasets: their chunks are the only zlib streams in the file.
    for (std::size_t at = content.find("\x78\x01"); at != std::string::npos; at = content.find("\x78\x01", at + 2)) {
        content[at] = '\x7f';
    }
    write_file(path, content);
    try {
        (void)Dataset::open(path, "/data").read<int>();
        FAIL() << "read";
    } catch (const DatasetError& error) {
        EXPECT_EQ(error.problem(), DatasetProblem::damaged) << error.what();
    }
}

TEST(OpenFailure, prints_nothing_itself) {
    const TemporaryDirectory directory;
    testing::internal::CaptureStderr();
    (void)refusal(directory.file("run.h5"));
    write_file(directory.file("text.h5"), "text");
    (void)refusal(directory.file("text.h5"));
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace rankpool
