// `rankpool h5`, alone and on ranks, on files that h5py made and judged by it.
#include <cmath>
#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "../dataset/temporary_directory.hpp"
#include "run_program.hpp"

namespace rankpool::apps {
namespace {

class H5 : public testing::Test {
  protected:
    void SetUp() override {
        const std::string command = python("make " + input);
        if (std::system((command + " >/dev/null 2>&1").c_str()) != 0) GTEST_SKIP() << "h5py is not installed";
    }
    static std::string python(const std::string& arguments) {
        return "env -u LD_PRELOAD " RANKPOOL_TEST_PYTHON " " RANKPOOL_H5_FILES " " + arguments;
    }
    static std::string ask_h5py(const std::string& arguments) {
        const std::string out = testing::TempDir() + "rankpool_h5py_" + std::to_string(getpid());
        EXPECT_EQ(std::system((python(arguments) + " >" + out + " 2>&1").c_str()), 0);
        std::string text = content_of(out);
        std::filesystem::remove(out);
        return text;
    }
    std::string in_layout(const std::string& file, const std::string& dataset) const {
        std::istringstream lines(ask_h5py("layout " + file));
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with(dataset + ' ')) return line.substr(dataset.size() + 1);
        }
        return "";
    }

    TemporaryDirectory directory;
    std::string input = directory.file("in.h5");
    std::string output = directory.file("out.h5");
};

TEST_F(H5, repack_keeps_everything_that_is_not_to_change) {
    for (const int ranks : {0, 2}) {
        for (const char* options : {"", "--filter gzip:1,shuffle", "--filter none --chunk 33,44", "--chunk 500",
                                    "--filter gzip:9,shuffle,fletcher32 --chunk 100,100"}) {
            const Ran ran = run_program("h5 repack " + input + ' ' + output + ' ' + options, ranks);
            EXPECT_EQ(ran.exit_code, 0) << ran.err;
            EXPECT_EQ(ran.err, "");
            EXPECT_EQ(ask_h5py("compare " + input + ' ' + output), "") << ranks << " ranks, " << options;
        }
    }
    for (const int ranks : {1, 4}) {
        EXPECT_EQ(run_program("h5 repack " + input + ' ' + output + " --filter gzip:1 --chunk 64,64", ranks).exit_code,
                  0);
        EXPECT_EQ(ask_h5py("compare " + input + ' ' + output), "") << ranks << " ranks";
    }
}

TEST_F(H5, repack_changes_chunks_and_filters) {
    EXPECT_EQ(run_program("h5 repack " + input + ' ' + output + " --chunk 100,70 --filter gzip:2", 2).exit_code, 0);
    EXPECT_EQ(in_layout(output, "again"), "(100, 70) gzip 2 False False");
    EXPECT_EQ(in_layout(output, "half"), "(100, 70) gzip 2 False False");
    EXPECT_EQ(in_layout(output, "points"), "(512,) gzip 2 False False");
    EXPECT_EQ(in_layout(output, "unwritten"), "(100, 70) gzip 2 False False");
    EXPECT_EQ(run_program("h5 repack " + output + ' ' + output + " --filter none", 2).exit_code, 0) << "onto itself";
    EXPECT_EQ(in_layout(output, "again"), "(100, 70) None None False False");
    EXPECT_EQ(ask_h5py("compare " + input + ' ' + output), "");
}

TEST_F(H5, repack_takes_one_dataset_with_its_attributes) {
    EXPECT_EQ(run_program("h5 repack " + input + ":/group/field " + output + " --chunk 30,40", 2).exit_code, 0);
    EXPECT_EQ(ask_h5py("layout " + output), "group/field (30, 40) gzip 4 True False\n");
    const Ran diff = run_program("h5 diff " + input + ":/group/field " + output + ":/group/field");
    EXPECT_EQ(diff.exit_code, 0) << diff.out << diff.err;
}

TEST_F(H5, stats_are_numpys) {
    for (const int ranks : {0, 2}) {
        for (const char* dataset : {"/group/field", "/nans", "/big_endian", "/unwritten"}) {
            const Ran ran = run_program("h5 stats --json " + input + ':' + dataset, ranks);
            ASSERT_EQ(ran.exit_code, 0) << ran.err;
            const auto json = nlohmann::json::parse(ran.out);
            std::istringstream numpy(ask_h5py("stats " + input + ' ' + dataset));
            std::uint64_t count = 0;
            double least = 0, most = 0, mean = 0, deviation = 0;
            numpy >> count >> least >> most >> mean >> deviation;
            EXPECT_EQ(json["count"], count);
            EXPECT_EQ(json["min"].get<double>(), least);
            EXPECT_EQ(json["max"].get<double>(), most);
            EXPECT_NEAR(json["mean"], mean, 1e-12 * (std::fabs(mean) + deviation));
            EXPECT_NEAR(json["std"], deviation, 1e-12 * deviation);
            EXPECT_EQ(json["nan"], std::string(dataset) == "/nans" ? 7143 : 0);
        }
    }
}

TEST_F(H5, histogram_counts_everything_and_draws_it) {
    const std::string plot = directory.file("plot.svg");
    const Ran ran = run_program("h5 histogram " + input + ":/nans --bins 30 --json --plot " + plot, 2);
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const auto json = nlohmann::json::parse(ran.out);
    std::uint64_t sum = 0;
    for (const auto& count : json["counts"]) sum += count.get<std::uint64_t>();
    EXPECT_EQ(sum, 50'000U - 7143);
    EXPECT_EQ(json["edges"].size(), 31U);
    EXPECT_NE(content_of(plot).find("<svg"), std::string::npos);
    EXPECT_EQ(run_program("h5 histogram " + input + ":/nans --range 3,1").exit_code, 2);
}

TEST_F(H5, verify_names_the_damaged_chunk) {
    EXPECT_EQ(run_program("h5 verify " + input, 2).exit_code, 0);
    ask_h5py("damage " + input);
    const Ran ran = run_program("h5 verify " + input, 2);
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_NE(ran.out.find("chunk {5}"), std::string::npos) << ran.out;
    const Ran stats = run_program("h5 stats " + input + ":/checked", 2);
    EXPECT_EQ(stats.exit_code, 1);
    EXPECT_NE(stats.err.find("chunk {5}"), std::string::npos) << stats.err;
    const Ran repack = run_program("h5 repack " + input + ' ' + output + " --filter gzip:1", 2);
    EXPECT_EQ(repack.exit_code, 1);
    EXPECT_NE(repack.err.find("chunk {5}"), std::string::npos) << repack.err;
    EXPECT_FALSE(std::filesystem::exists(output));
    EXPECT_EQ(directory.content(), std::vector<std::string>{"in.h5"});
}

TEST_F(H5, diff_finds_what_differs) {
    EXPECT_EQ(run_program("h5 repack " + input + ' ' + output + " --chunk 11,13").exit_code, 0);
    const Ran same = run_program("h5 diff " + input + ":/points " + output + ":/points", 2);
    EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
    const Ran other = run_program("h5 diff " + input + ":/zeit " + output + ":/ort", 2);
    EXPECT_EQ(other.exit_code, 1);
    EXPECT_NE(other.out.find("shapes {300} and {400}"), std::string::npos);
}

TEST_F(H5, repack_knows_zstd_and_lz4) {
    for (const char* filter : {"zstd:5,shuffle", "lz4"}) {
        const Ran ran = run_program("h5 repack " + input + ' ' + output + " --filter " + filter, 2);
        EXPECT_EQ(ran.exit_code, 0) << ran.err;
        const Ran same = run_program("h5 diff " + input + ":/again " + output + ":/again", 2);
        EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
    }
    const Ran info = run_program("h5 info " + output + ":/again");
    EXPECT_NE(info.out.find("lz4"), std::string::npos) << info.out;
    const Ran wrong = run_program("h5 repack " + input + ' ' + output + " --filter zstd:23", 2);
    EXPECT_EQ(wrong.exit_code, 2);
    EXPECT_NE(wrong.err.find("zstd:1 to zstd:22"), std::string::npos) << wrong.err;
    EXPECT_EQ(run_program("h5 repack " + input + ' ' + output + " --filter zstd,gzip", 2).exit_code, 2);
}

TEST_F(H5, select_writes_values_in_order) {
    const Ran ran =
        run_program("h5 select " + input + ":/checked " + output + " --min 10 --max 99990 --multiple-of 7", 2);
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    const Ran stats = run_program("h5 stats --json " + output);
    const auto json = nlohmann::json::parse(stats.out);
    EXPECT_EQ(json["count"], 99990 / 7 - 1);
    EXPECT_EQ(json["min"], 14);
    EXPECT_EQ(json["max"], 99988 - 99988 % 7);
}

TEST_F(H5, pyramid_makes_levels_until_they_fit) {
    const Ran ran = run_program("h5 pyramid " + input + ":/again " + output + " --factor 2 --until 100", 2);
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(ran.out, output + ":/again/level_1  {150, 200}\n" + output + ":/again/level_2  {75, 100}\n");
    const Ran mean = run_program("h5 stats --json " + output + ":/again/level_2");
    const Ran original = run_program("h5 stats --json " + input + ":/again");
    EXPECT_NEAR(nlohmann::json::parse(mean.out)["mean"].get<double>(),
                nlohmann::json::parse(original.out)["mean"].get<double>(), 1e-6);
    const Ran small = run_program("h5 pyramid " + input + ":/again " + output);
    EXPECT_EQ(small.exit_code, 0);
    EXPECT_NE(small.err.find("needs no levels"), std::string::npos) << small.err;
    EXPECT_EQ(run_program("h5 pyramid " + input + ":/again " + output + " --method median").exit_code, 2);
}

TEST_F(H5, info_tells_files_and_datasets) {
    const Ran file = run_program("h5 info " + input);
    EXPECT_EQ(file.exit_code, 0) << file.err;
    EXPECT_NE(file.out.find("/again  float64 {300, 400}, chunks {50, 60}, filters: shuffle, gzip:4"), std::string::npos)
        << file.out;
    const Ran dataset = run_program("h5 info " + input + ":/unwritten");
    EXPECT_NE(dataset.out.find("1 of 100 chunks written"), std::string::npos) << dataset.out;
    const auto json = nlohmann::json::parse(run_program("h5 info --json " + input + ":/unwritten").out);
    EXPECT_EQ(json["datasets"][0]["chunks_written"], 1);
}

TEST_F(H5, bench_compares_with_plain_hdf5) {
    const Ran ran = run_program("bench h5 --mib 32 --rounds 1 --json --directory " + directory.path(), 2);
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const auto json = nlohmann::json::parse(ran.out);
    EXPECT_GE(json["cases"].size(), 4U);
    for (const auto& measured : json["cases"]) EXPECT_GT(measured["times_faster"].get<double>(), 0);
    EXPECT_EQ(directory.content(), std::vector<std::string>{"in.h5"}) << "it cleans up";
}

TEST_F(H5, mistakes_are_one_message) {
    for (const std::string& arguments : std::vector<std::string>{
             "h5 stats nowhere.h5", "h5 stats " + input, "h5 stats " + input + ":/nowhere",
             "h5 stats " + input + ":/words", "h5 repack " + input + ' ' + output + " --filter blosc",
             "h5 repack " + input + ' ' + output + " --chunk 1,x", "h5 repack " + input + " /nowhere/out.h5",
             "h5 select " + input + ":/words " + output}) {
        for (const int ranks : {0, 2}) {
            const Ran ran = run_program(arguments, ranks);
            EXPECT_NE(ran.exit_code, 0) << arguments;
            EXPECT_EQ(ran.err.substr(0, 13), "rankpool h5: ") << arguments << ": " << ran.err;
            EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
            EXPECT_EQ(ran.out, "");
        }
    }
}

}  // namespace
}  // namespace rankpool::apps
