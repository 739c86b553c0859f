#pragma once

#include <string>

#include <rankpool/blocks/block_plan.hpp>
#include <rankpool/dataset/dataset.hpp>
#include <rankpool/dataset/dataset_error.hpp>
#include <rankpool/dataset/filter_pipeline.hpp>
#include <rankpool/dataset/plain_storage.hpp>
#include <rankpool/task/codec_std.hpp>
#include <rankpool/task/exception_type.hpp>

// How the parts of datasets cross ranks.
namespace rankpool {

/// A dataset crosses by its names; each rank opens the file for itself.
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

template <>
struct Codec<Region> {
    static void write(ByteWriter& writer, const Region& region) {
        encode(writer, region.offset);
        encode(writer, region.extent);
    }
    static Region read(ByteReader& reader) {
        auto offset = decode<Shape>(reader);
        return {std::move(offset), decode<Shape>(reader)};
    }
};

template <>
struct Codec<EncodedChunk> {
    static void write(ByteWriter& writer, const EncodedChunk& chunk) {
        writer.bytes().reserve(writer.bytes().size() + chunk.bytes.size() + 16);
        writer.count(chunk.bytes.size());
        writer.raw(chunk.bytes.data(), chunk.bytes.size());
        writer.value(chunk.skipped_filters);
    }
    static EncodedChunk read(ByteReader& reader) {
        EncodedChunk chunk;
        chunk.bytes = Bytes(reader.raw(reader.count()));
        chunk.skipped_filters = reader.value<std::uint32_t>();
        return chunk;
    }
};

template <>
struct Codec<PlainStorage> {
    static void write(ByteWriter& writer, const PlainStorage& storage) {
        writer.text(storage.path);
        writer.value(storage.file_id);
        writer.value(storage.offset);
        writer.text(storage.target);
        writer.text(storage.dataset);
    }
    static PlainStorage read(ByteReader& reader) {
        PlainStorage storage;
        storage.path = reader.text();
        storage.file_id = reader.value<std::uint64_t>();
        storage.offset = reader.value<std::uint64_t>();
        storage.target = reader.text();
        storage.dataset = reader.text();
        return storage;
    }
};

template <>
struct Codec<DatasetError> {
    static void write(ByteWriter& writer, const DatasetError& error) {
        writer.value(error.problem());
        writer.text(error.path());
        writer.text(error.dataset());
        writer.text(error.what());
    }
    static DatasetError read(ByteReader& reader) {
        const auto problem = reader.value<DatasetProblem>();
        const std::string path(reader.text());
        const std::string dataset(reader.text());
        return {problem, path, dataset, std::string(reader.text())};
    }
};

inline const auto& dataset_error_crosses = crossing_exception<DatasetError>();

}  // namespace rankpool
