#pragma once

#include <cstdint>
#include <functional>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <hdf5.h>

/// HDF5 without rankpool, for comparing: datasets are made and read by its own pipeline, in one piece.
namespace rankpool::plain {

template <class T>
hid_t memory_type() {
    if constexpr (std::is_same_v<T, float>) return H5T_NATIVE_FLOAT;
    if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
    if constexpr (std::is_same_v<T, std::int8_t>) return H5T_NATIVE_INT8;
    if constexpr (std::is_same_v<T, std::int16_t>) return H5T_NATIVE_INT16;
    if constexpr (std::is_same_v<T, std::int32_t>) return H5T_NATIVE_INT32;
    if constexpr (std::is_same_v<T, std::int64_t>) return H5T_NATIVE_INT64;
    if constexpr (std::is_same_v<T, std::uint8_t>) return H5T_NATIVE_UINT8;
    if constexpr (std::is_same_v<T, std::uint16_t>) return H5T_NATIVE_UINT16;
    if constexpr (std::is_same_v<T, std::uint32_t>) return H5T_NATIVE_UINT32;
    if constexpr (std::is_same_v<T, std::uint64_t>) return H5T_NATIVE_UINT64;
    return -1;
}

using Lengths = std::vector<hsize_t>;

inline std::size_t product(const Lengths& lengths) {
    return static_cast<std::size_t>(
        std::accumulate(lengths.begin(), lengths.end(), hsize_t{1}, std::multiplies<hsize_t>()));
}

inline hid_t good(hid_t status) {
    if (status < 0) throw std::runtime_error("plain HDF5 failed");
    return status;
}

struct Spec {
    Lengths shape;
    Lengths chunk_shape = {};  ///< Empty: contiguous.
    hid_t file_type = H5T_IEEE_F64LE;
    bool shuffle = false;
    int gzip_level = 0;
    bool checksum = false;
    hsize_t user_block = 0;
    bool latest = false;  ///< The newest file format, whose chunk indexes are others.
    double fill = 0;
};

/// Makes a file with a dataset `/data`, writes `elements` into it, or the first `written_rows` of them only.
template <class T>
void write(const std::string& path, const Spec& spec, const std::vector<T>& elements, hsize_t written_rows = ~0ULL) {
    const hid_t creation = good(H5Pcreate(H5P_FILE_CREATE));
    const hid_t access = good(H5Pcreate(H5P_FILE_ACCESS));
    H5Pset_userblock(creation, spec.user_block);
    if (spec.latest) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    const hid_t file = good(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, access));
    const hid_t properties = good(H5Pcreate(H5P_DATASET_CREATE));
    const int rank = static_cast<int>(spec.shape.size());
    if (!spec.chunk_shape.empty()) H5Pset_chunk(properties, rank, spec.chunk_shape.data());
    if (spec.shuffle) H5Pset_shuffle(properties);
    if (spec.gzip_level != 0) H5Pset_deflate(properties, static_cast<unsigned>(spec.gzip_level));
    if (spec.checksum) H5Pset_fletcher32(properties);
    H5Pset_fill_value(properties, H5T_NATIVE_DOUBLE, &spec.fill);
    const hid_t space = good(H5Screate_simple(rank, spec.shape.data(), nullptr));
    const hid_t dataset = good(H5Dcreate2(file, "data", spec.file_type, space, H5P_DEFAULT, properties, H5P_DEFAULT));
    Lengths extent = spec.shape;
    extent[0] = std::min(extent[0], written_rows);
    if (product(extent) != 0) {
        const Lengths start(spec.shape.size(), 0);
        const hid_t memory = good(H5Screate_simple(rank, extent.data(), nullptr));
        good(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr));
        good(H5Dwrite(dataset, memory_type<T>(), memory, space, H5P_DEFAULT, elements.data()));
        H5Sclose(memory);
    }
    H5Dclose(dataset);
    H5Sclose(space);
    H5Pclose(properties);
    H5Fclose(file);
    H5Pclose(access);
    H5Pclose(creation);
}

/// Reads a whole dataset.
template <class T>
std::vector<T> read(const std::string& path, const std::string& name = "/data") {
    const hid_t file = good(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
    const hid_t dataset = good(H5Dopen2(file, name.c_str(), H5P_DEFAULT));
    const hid_t space = good(H5Dget_space(dataset));
    std::vector<T> elements(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    good(H5Dread(dataset, memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, elements.data()));
    H5Sclose(space);
    H5Dclose(dataset);
    H5Fclose(file);
    return elements;
}

/// Numbers that compress: 0 … 199 here and there.
template <class T>
std::vector<T> some_numbers(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<T> numbers(count);
    for (T& number : numbers) number = static_cast<T>(random() % 100);
    return numbers;
}

}  // namespace rankpool::plain
