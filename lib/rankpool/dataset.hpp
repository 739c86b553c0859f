#pragma once

/// Chunked arrays in HDF5 files. A Dataset is a small value and can be an argument or result of tasks.

#include <string>

#include <rankpool/dataset/dataset.hpp>
#include <rankpool/dataset/dataset_error.hpp>
#include <rankpool/dataset/dataset_spec.hpp>
#include <rankpool/dataset/output_file.hpp>
#include <rankpool/task/codec.hpp>

namespace rankpool {

/// A dataset crosses ranks by its names; each rank opens the file for itself.
template <>
struct Codec<Dataset> {
    struct Writing {
        ByteWriter& writer;
        Writing& operator&(const std::string& name) {
            writer.text(name);
            return *this;
        }
    };
    struct Reading {
        ByteReader& reader;
        Reading& operator&(std::string& name) {
            name = reader.text();
            return *this;
        }
    };
    static void write(ByteWriter& writer, const Dataset& dataset) {
        Writing archive{writer};
        Dataset(dataset).serialize(archive, 0);
    }
    static Dataset read(ByteReader& reader) {
        Dataset dataset;
        Reading archive{reader};
        dataset.serialize(archive, 0);
        return dataset;
    }
};

}  // namespace rankpool
