// Files as h5dump and h5py see them, and their files as we see them.
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/dataset/dataset.hpp>
#include <rankpool/dataset/output_file.hpp>

#include "other_programs.hpp"
#include "temporary_directory.hpp"

namespace rankpool {
namespace {

void write_example(const std::string& path) {
    OutputFile file(path);
    file.set_attribute("Conventions", "CF-1.8");
    std::vector<std::int64_t> numbers(1000);
    std::iota(numbers.begin(), numbers.end(), -3);
    auto selected = file.create_appender<std::int64_t>("/run/selected", {.chunk_elements = 300});
    selected.append(numbers);
    selected.set_attribute("units", "µm");
    selected.set_attribute("divisors", std::vector<int>{3, 5, 7});
    selected.set_attribute("share", 0.25);
    selected.set_attribute("count", 1000);
    selected.set_attribute("names", std::vector<std::string>{"a", "ö"});
    const std::vector<float> field(250 * 10, 1.5F);
    auto data = file.create_dataset("/field", {.shape = {250, 10},
                                               .chunk_shape = {100, 10},
                                               .type = ElementType::float32,
                                               .filters = {.shuffle = true, .gzip_level = 4, .checksum = true}});
    data.write<float>(whole({250, 10}), field);
    file.commit();
}

TEST(OtherReaders, h5py_sees_what_was_written) {
    const TemporaryDirectory directory;
    write_example(directory.file("out.h5"));
    const ProgramOutput shown = run_h5py("show", directory.file("out.h5"));
    RANKPOOL_SKIP_WITHOUT_H5PY(shown);
    EXPECT_EQ(shown.exit_code, 0);
    EXPECT_EQ(shown.text,
              "/@Conventions str CF-1.8\n"
              "/field float32 (250, 10) (100, 10) gzip True max=(250, 10) first=[1.5, 1.5, 1.5] sum=3750.0\n"
              "/run group\n"
              "/run/selected int64 (1000,) (300,) gzip True max=(None,) first=[-3, -2, -1] sum=496500\n"
              "/run/selected@count int64 1000\n"
              "/run/selected@divisors ndarray [3, 5, 7]\n"
              "/run/selected@names ndarray ['a', 'ö']\n"
              "/run/selected@share float64 0.25\n"
              "/run/selected@units str µm\n");
}

TEST(OtherReaders, h5dump_reads_every_element_and_finds_no_times) {
    const TemporaryDirectory directory;
    write_example(directory.file("out.h5"));
    const ProgramOutput version = run_program("h5dump --version 2>/dev/null");
    if (version.exit_code != 0) GTEST_SKIP() << "h5dump is not installed, so files cannot be compared with it";
    const ProgramOutput dump = run_program("h5dump -w 1 -y -d /run/selected '" + directory.file("out.h5") + "'");
    EXPECT_EQ(dump.exit_code, 0);
    EXPECT_NE(dump.text.find("H5T_STD_I64LE"), std::string::npos);
    EXPECT_NE(dump.text.find("\n      -3,\n"), std::string::npos) << dump.text.substr(0, 500);
    EXPECT_NE(dump.text.find("\n      996\n"), std::string::npos);
}

TEST(OtherReaders, kinds_we_do_not_make_are_described_and_refused) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("kinds.h5");
    const ProgramOutput made = run_h5py("kinds", path);
    RANKPOOL_SKIP_WITHOUT_H5PY(made);
    const auto reading = [&path](const char* name) {
        try {
            (void)Dataset::open(path, name).read<std::int64_t>();
            return std::string("read");
        } catch (const DatasetError& error) {
            EXPECT_EQ(error.problem(), DatasetProblem::wrong_type) << error.what();
            const std::string text = error.what();
            return text.substr(text.find("' as ") + 2);
        }
    };
    EXPECT_EQ(reading("float"),
              "as int64: it holds float64, and whole numbers would lose the fractions; read it as double");
    EXPECT_EQ(reading("half"), "as int64: it holds 16-bit float, not numbers rankpool can read");
    EXPECT_EQ(reading("bool"), "as int64: it holds enumeration (FALSE, TRUE), not numbers rankpool can read");
    EXPECT_EQ(reading("compound"), "as int64: it holds compound (x, id), not numbers rankpool can read");
    EXPECT_EQ(reading("text"), "as int64: it holds text (UTF-8, any length), not numbers rankpool can read");
    EXPECT_EQ(reading("fixed_text"), "as int64: it holds text (ASCII, 5 bytes), not numbers rankpool can read");
    EXPECT_EQ(reading("big_endian"), "read");
}

TEST(OtherReaders, files_of_h5py_are_read) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("kinds.h5");
    const ProgramOutput made = run_h5py("kinds", path);
    RANKPOOL_SKIP_WITHOUT_H5PY(made);
    const auto big = Dataset::open(path, "big_endian");
    EXPECT_EQ(big.info().byte_order, ByteOrder::big);
    EXPECT_EQ(big.info().type_text, "int32, big-endian");
    EXPECT_EQ(big.read<std::int64_t>(), (std::vector<std::int64_t>{-1, 2, 70000}));
    EXPECT_EQ(Dataset::open(path, "empty").read<double>(), std::vector<double>());
    std::vector<int> hundred(100);
    std::iota(hundred.begin(), hundred.end(), 0);
    EXPECT_EQ(Dataset::open(path, "checked").read<int>(), hundred);
    EXPECT_EQ(Dataset::open(path, "float").attributes(),
              (std::vector<Attribute>{{"big", 18446744073709551615.0},
                                      {"fixed", "abc"},
                                      {"flag", "<enumeration (FALSE, TRUE)>"},
                                      {"row", std::vector<std::int64_t>{1, 2}}}));
    EXPECT_EQ(dataset_names(path),
              (std::vector<std::string>{"/big_endian", "/bool", "/checked", "/compound", "/empty", "/fixed_text",
                                        "/float", "/group/inner", "/half", "/lzf", "/text"}));
}

TEST(OtherReaders, a_filter_that_is_not_installed_is_named) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("kinds.h5");
    const ProgramOutput made = run_h5py("kinds", path);
    RANKPOOL_SKIP_WITHOUT_H5PY(made);
    const auto data = Dataset::open(path, "lzf");
    EXPECT_EQ(data.info().filters.front().name, "lzf");
    try {
        (void)data.read<int>();
        GTEST_SKIP() << "the lzf filter is installed here";
    } catch (const DatasetError& error) {
        EXPECT_EQ(error.problem(), DatasetProblem::filter_missing);
        EXPECT_NE(std::string(error.what()).find("lzf"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("HDF5_PLUGIN_PATH"), std::string::npos) << error.what();
    }
}

TEST(OtherReaders, a_file_whose_writer_was_killed_is_recognised) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("unfinished.h5");
    const ProgramOutput made = run_h5py("unfinished", path);
    RANKPOOL_SKIP_WITHOUT_H5PY(made);
    try {
        (void)Dataset::open(path, "x");
        FAIL() << "opened";
    } catch (const DatasetError& error) {
        EXPECT_EQ(error.problem(), DatasetProblem::locked);
        EXPECT_NE(std::string(error.what()).find("marked as being written"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace rankpool
