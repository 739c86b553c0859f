#include <algorithm>
#include <cstring>
#include <utility>

#include <rankpool/dataset/appender.hpp>
#include <rankpool/dataset/detail/attribute_io.hpp>
#include <rankpool/dataset/detail/element_io.hpp>
#include <rankpool/dataset/detail/output_state.hpp>
#include <rankpool/dataset/detail/raw_chunk.hpp>
#include <rankpool/dataset/filter_pipeline.hpp>

namespace rankpool::detail {

ChunkAppender::ChunkAppender(std::shared_ptr<OpenDataset> dataset, std::size_t element_bytes,
                             const AppendOptions& options)
    : dataset_(std::move(dataset)), element_bytes_(element_bytes), options_(options) {}

void ChunkAppender::append(BytesView elements) {
    const std::size_t chunk_bytes = options_.chunk_elements * element_bytes_;
    while (!elements.empty()) {
        const std::size_t taken = std::min(elements.size(), chunk_bytes - buffer_.size());
        buffer_.append(elements.data(), taken);
        elements = elements.subspan(taken);
        if (buffer_.size() == chunk_bytes) {
            write_buffer(options_.chunk_elements);
            buffer_.clear();
            ++chunk_count_;
        }
    }
}

void ChunkAppender::finish() {
    const std::uint64_t length = buffer_.size() / element_bytes_;
    if (length != 0) write_buffer(length);
}

void ChunkAppender::write_buffer(std::uint64_t length) {
    const std::uint64_t offset = chunk_count_ * options_.chunk_elements;
    const Region full_chunk{{offset}, {options_.chunk_elements}};
    const bool raw = is_raw_chunk(dataset_->info, full_chunk, dataset_->info.type);
    EncodedChunk encoded;
    if (raw) {
        const std::size_t padding = (options_.chunk_elements - length) * element_bytes_;
        if (padding != 0) std::memset(buffer_.extend(padding), 0, padding);
        encoded = encode(buffer_.view(), pipeline_of(options_.filters, element_bytes_));
        buffer_.truncate(length * element_bytes_);
    }
    const Hdf5Lock lock;
    const hsize_t new_length = offset + length;
    checked(H5Dset_extent(*dataset_->id, &new_length), "extend", dataset_->place);
    if (raw) {
        write_raw_chunk(lock, *dataset_, {offset}, encoded);
    } else {
        write_region(lock, *dataset_, {{offset}, {length}}, dataset_->info.type, buffer_.data());
    }
}

void append(OutputState& state, ChunkAppender& appender, BytesView elements) {
    state.guarded([&] { appender.append(elements); });
}

std::uint64_t count(OutputState& state, const ChunkAppender& appender) {
    return state.alone([&] { return appender.count(); });
}

void set_attribute(OutputState& state, const OpenDataset& dataset, const std::string& name,
                   const AttributeValue& value) {
    state.guarded([&] {
        const Hdf5Lock lock;
        write_attribute(*dataset.id, dataset.place, {name, value});
    });
}

}  // namespace rankpool::detail
