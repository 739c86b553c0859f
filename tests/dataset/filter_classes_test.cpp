// Datasets in zstd and LZ4: made here, by HDF5 with our filters, and by HDF5 with the plugins of others.
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>
#include <hdf5.h>

#include <rankpool/dataset/dataset.hpp>
#include <rankpool/dataset/hdf5_info.hpp>
#include <rankpool/dataset/output_file.hpp>

#include "child_process.hpp"
#include "plain_hdf5.hpp"
#include "temporary_directory.hpp"

namespace rankpool {
namespace {

constexpr int lz4_id = 32004;
constexpr int zstd_id = 32015;

const char* const lz4_plugin = "/usr/lib/x86_64-linux-gnu/hdf5/serial/plugins/libh5lz4.so";

std::vector<double> numbers() { return plain::some_numbers<double>(100 * 90, 1); }

void make_by_hdf5(const std::string& path, int filter, std::vector<unsigned> parameters) {
    const hid_t file = plain::good(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    const hid_t properties = plain::good(H5Pcreate(H5P_DATASET_CREATE));
    const hsize_t shape[] = {100, 90};
    const hsize_t chunk_shape[] = {40, 33};
    plain::good(H5Pset_chunk(properties, 2, chunk_shape));
    plain::good(H5Pset_shuffle(properties));
    plain::good(H5Pset_filter(properties, filter, 0, parameters.size(), parameters.data()));
    const hid_t space = plain::good(H5Screate_simple(2, shape, nullptr));
    const hid_t dataset =
        plain::good(H5Dcreate2(file, "data", H5T_IEEE_F64LE, space, H5P_DEFAULT, properties, H5P_DEFAULT));
    plain::good(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers().data()));
    H5Dclose(dataset);
    H5Sclose(space);
    H5Pclose(properties);
    H5Fclose(file);
}

void make_here(const std::string& path, const Filters& filters) {
    OutputFile file(path);
    OutputDataset data =
        file.create_dataset("/data", {.shape = {100, 90}, .chunk_shape = {40, 33}, .filters = filters});
    for (std::uint64_t chunk = 0; chunk < data.grid().chunk_count(); ++chunk) {
        const Region region = data.grid().region(chunk);
        std::vector<double> part;
        for (std::uint64_t i = 0; i < region.extent[0]; ++i) {
            for (std::uint64_t j = 0; j < region.extent[1]; ++j) {
                part.push_back(numbers()[(region.offset[0] + i) * 90 + region.offset[1] + j]);
            }
        }
        data.write_chunk<double>(chunk, part);
    }
    file.commit();
}

TEST(FilterClasses, what_is_made_here_is_read_here_without_hdf5_and_by_hdf5_in_this_process) {
    const TemporaryDirectory directory;
    for (const Filters& filters :
         {Filters{.shuffle = true, .zstd_level = 3}, Filters{.zstd_level = 19, .checksum = true},
          Filters{.shuffle = true, .lz4 = true}, Filters{.lz4 = true}}) {
        const std::string path = directory.file("out.h5");
        make_here(path, filters);
        const Dataset data = Dataset::open(path, "/data");
        EXPECT_EQ(data.slow_reason(), "");
        EXPECT_EQ(data.read<double>(), numbers());
        EXPECT_TRUE(!filters.shuffle || data.info().storage_bytes < 100 * 90 * 8U);
        close_files();
        EXPECT_EQ(plain::read<double>(path), numbers());
    }
}

TEST(FilterClasses, what_hdf5_makes_with_them_is_read_here) {
    (void)hdf5_info();  // Teaches HDF5 the filters.
    const TemporaryDirectory directory;
    const std::string path = directory.file("in.h5");
    for (const auto& [filter, parameters] :
         {std::pair{zstd_id, std::vector<unsigned>{}}, std::pair{zstd_id, std::vector<unsigned>{7}},
          std::pair{lz4_id, std::vector<unsigned>{}}, std::pair{lz4_id, std::vector<unsigned>{1000}}}) {
        make_by_hdf5(path, filter, parameters);
        const Dataset data = Dataset::open(path, "/data");
        EXPECT_EQ(data.slow_reason(), "");
        EXPECT_EQ(data.read<double>(), numbers());
        close_files();
    }
}

// In processes of their own: HDF5 keeps whichever filter it has met first.
TEST(FilterClasses, lz4_is_that_of_the_plugin) {
    if (!std::filesystem::exists(lz4_plugin)) GTEST_SKIP() << "there is no " << lz4_plugin;
    const TemporaryDirectory directory;
    const std::string theirs = directory.file("theirs.h5");
    const std::string ours = directory.file("ours.h5");
    const std::string plugins = std::filesystem::path(lz4_plugin).parent_path().string();
    make_here(ours, {.shuffle = true, .lz4 = true});
    EXPECT_EQ(in_child([&] {
                  H5close();
                  setenv("HDF5_PLUGIN_PATH", plugins.c_str(), 1);
                  make_by_hdf5(theirs, lz4_id, {});
                  return plain::read<double>(ours) == numbers() ? "read" : "other numbers";
              }),
              "read");
    EXPECT_EQ(Dataset::open(theirs, "/data").read<double>(), numbers());
    EXPECT_EQ(Dataset::open(theirs, "/data").slow_reason(), "");
    close_files();
}

}  // namespace
}  // namespace rankpool
