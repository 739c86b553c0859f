#pragma once

#include <string>
#include <vector>

#include <rankpool/dataset.hpp>

#include "../dataset/plain_hdf5.hpp"
#include "../dataset/temporary_directory.hpp"
#include "../support/executor_test.hpp"

namespace rankpool::tests {

/// A test of block operations on the executor that this run is about; datasets are made and compared by HDF5 itself.
class BlockTest : public ExecutorTest {
  protected:
    ~BlockTest() override {
        end_pool();
        close_files();
    }
    /// Makes `NAME.h5:/data`.
    template <class T>
    Dataset make(const std::string& name, plain::Spec spec, const std::vector<T>& elements, hsize_t rows = ~0ULL) {
        spec.file_type = plain::memory_type<T>();
        plain::write(file(name), spec, elements, rows);
        return Dataset::open(file(name), "/data");
    }
    std::string file(const std::string& name) const { return directory_.file(name + ".h5"); }
    const TemporaryDirectory& directory() const { return directory_; }

  private:
    TemporaryDirectory directory_;
};

inline Shape as_shape(const plain::Lengths& lengths) { return {lengths.begin(), lengths.end()}; }

/// A random two- or three-dimensional dataset with some filters.
inline plain::Spec random_spec(std::mt19937& random) {
    plain::Spec spec;
    for (std::size_t d = 2 + random() % 2; d > 0; --d) {
        spec.shape.push_back(1 + random() % 40);
        spec.chunk_shape.push_back(1 + random() % spec.shape.back());
    }
    spec.shuffle = random() % 2 == 0;
    spec.gzip_level = random() % 2 == 0 ? 1 : 0;
    spec.checksum = random() % 3 == 0;
    spec.fill = static_cast<double>(random() % 3);
    return spec;
}

inline Shape random_chunk_shape(const plain::Lengths& shape, std::mt19937& random) {
    Shape chunk_shape;
    for (const hsize_t length : shape) chunk_shape.push_back(1 + random() % length);
    return chunk_shape;
}

}  // namespace rankpool::tests
