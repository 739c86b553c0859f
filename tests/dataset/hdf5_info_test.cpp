#include <algorithm>

#include <gtest/gtest.h>

#include <rankpool/dataset/hdf5_info.hpp>

namespace rankpool {
namespace {

TEST(Hdf5Info, tells_the_version_and_the_filters) {
    const Hdf5Info info = hdf5_info();
    EXPECT_EQ(std::ranges::count(info.version, '.'), 2) << info.version;
    EXPECT_EQ(info.version, info.header_version);
    const auto available = [&info](const std::string& name) {
        const auto found = std::ranges::find(info.filters, name, &FilterAvailability::name);
        return found != info.filters.end() && found->available;
    };
    EXPECT_TRUE(available("gzip"));
    EXPECT_TRUE(available("shuffle"));
    EXPECT_TRUE(available("fletcher32"));
}

TEST(Hdf5Info, names_filters_by_number) {
    EXPECT_EQ(filter_name(1), "gzip");
    EXPECT_EQ(filter_name(32015), "zstd");
    EXPECT_EQ(filter_name(999), "");
}

}  // namespace
}  // namespace rankpool
