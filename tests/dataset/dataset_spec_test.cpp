#include <gtest/gtest.h>

#include <rankpool/dataset/dataset.hpp>
#include <rankpool/dataset/dataset_spec.hpp>

#include "temporary_directory.hpp"

namespace rankpool {
namespace {

std::string refusal(const std::string& text) {
    try {
        const DatasetSpec spec = parse_dataset_spec(text);
        return "accepted as " + spec.path + " and " + spec.dataset;
    } catch (const ConfigError& error) {
        return error.what();
    }
}

TEST(DatasetSpec, is_a_file_and_a_dataset) {
    EXPECT_EQ(parse_dataset_spec("run.h5:/group/data"), (DatasetSpec{"run.h5", "/group/data"}));
    EXPECT_EQ(parse_dataset_spec("run.h5:data"), (DatasetSpec{"run.h5", "/data"}));
    EXPECT_EQ(parse_dataset_spec("run.h5:/group/a:b"), (DatasetSpec{"run.h5", "/group/a:b"}));
}

TEST(DatasetSpec, colons_belong_to_the_file_that_exists) {
    const TemporaryDirectory directory;
    const std::string with_colon = directory.file("run:/7.h5");
    std::filesystem::create_directory(directory.file("run:"));
    write_file(with_colon, "");
    EXPECT_EQ(parse_dataset_spec(with_colon + ":/data"), (DatasetSpec{with_colon, "/data"}));
    EXPECT_EQ(parse_dataset_spec(with_colon + ":a:b"), (DatasetSpec{with_colon, "/a:b"}));
    const std::string plain = directory.file("plain.h5");
    write_file(plain, "");
    EXPECT_EQ(parse_dataset_spec(plain + ":a:b"), (DatasetSpec{plain, "/a:b"}));
}

TEST(DatasetSpec, says_what_is_missing) {
    EXPECT_EQ(refusal("run.h5"), "cannot tell which dataset 'run.h5' is: write FILE:DATASET, as in 'run.h5:/data'");
    EXPECT_EQ(refusal(""), "cannot tell which dataset '' is: write FILE:DATASET, as in 'run.h5:/data'");
    EXPECT_EQ(refusal(":/data"),
              "cannot tell which dataset ':/data' is: the file is missing before the colon: write FILE:DATASET, as in "
              "'run.h5:/data'");
    EXPECT_EQ(
        refusal("run.h5:"),
        "cannot tell which dataset 'run.h5:' is: the dataset is missing after the colon: write FILE:DATASET, as in "
        "'run.h5:/data'");
    EXPECT_EQ(
        refusal("run.h5:/"),
        "cannot tell which dataset 'run.h5:/' is: the dataset is missing after the colon: write FILE:DATASET, as in "
        "'run.h5:/data'");
}

TEST(DatasetSpec, offers_a_dataset_of_the_file) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("run.h5");
    Dataset::create(path, "/group/energy", {.shape = {1}});
    EXPECT_EQ(refusal(path), "cannot tell which dataset '" + path +
                                 "' is: it names a file, but no dataset in it: write FILE:DATASET, as in '" + path +
                                 ":/group/energy'");
}

}  // namespace
}  // namespace rankpool
