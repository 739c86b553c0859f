#include "plain_hdf5.hpp"

#include <array>
#include <stdexcept>

#include <hdf5.h>

namespace rankpool::apps::plain {
namespace {

hid_t good(hid_t result) {
    if (result < 0) throw std::runtime_error("HDF5 failed while measuring");
    return result;
}

using Pair = std::array<hsize_t, 2>;
Pair pair_of(const Shape& shape) { return {shape.at(0), shape.at(1)}; }

// Calls `transfer(memory, file)` with the dataspaces of a region.
template <class Transfer>
void with_spaces(hid_t dataset, const Region& region, Transfer&& transfer) {
    const Pair offset = pair_of(region.offset);
    const Pair extent = pair_of(region.extent);
    const hid_t memory = good(H5Screate_simple(2, extent.data(), nullptr));
    const hid_t file = good(H5Dget_space(dataset));
    good(H5Sselect_hyperslab(file, H5S_SELECT_SET, offset.data(), nullptr, extent.data(), nullptr));
    good(transfer(memory, file));
    H5Sclose(file);
    H5Sclose(memory);
}

}  // namespace

Field Field::open(const std::string& path) {
    const hid_t file = good(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
    return {file, good(H5Dopen2(file, "/data", H5P_DEFAULT))};
}

Field Field::create(const std::string& path, const Shape& shape, const Shape& chunk_shape) {
    const hid_t file = good(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    const hid_t properties = good(H5Pcreate(H5P_DATASET_CREATE));
    good(H5Pset_chunk(properties, 2, pair_of(chunk_shape).data()));
    good(H5Pset_shuffle(properties));
    good(H5Pset_deflate(properties, 1));
    const hid_t space = good(H5Screate_simple(2, pair_of(shape).data(), nullptr));
    const hid_t dataset = good(H5Dcreate2(file, "/data", H5T_IEEE_F64LE, space, H5P_DEFAULT, properties, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(properties);
    return {file, dataset};
}

Field::~Field() {
    H5Dclose(dataset_);
    H5Fclose(file_);
}

void Field::read(const Region& region, std::span<double> out) const {
    with_spaces(dataset_, region, [&](hid_t memory, hid_t file) {
        return H5Dread(dataset_, H5T_NATIVE_DOUBLE, memory, file, H5P_DEFAULT, out.data());
    });
}

void Field::write(const Region& region, std::span<const double> elements) const {
    with_spaces(dataset_, region, [&](hid_t memory, hid_t file) {
        return H5Dwrite(dataset_, H5T_NATIVE_DOUBLE, memory, file, H5P_DEFAULT, elements.data());
    });
}

}  // namespace rankpool::apps::plain
