#include <utility>

#include <rankpool/dataset/box.hpp>
#include <rankpool/dataset/detail/attribute_io.hpp>
#include <rankpool/dataset/detail/element_io.hpp>
#include <rankpool/dataset/detail/output_state.hpp>
#include <rankpool/dataset/detail/plain_storage.hpp>
#include <rankpool/dataset/detail/raw_chunk.hpp>
#include <rankpool/dataset/output_dataset.hpp>

namespace rankpool {

OutputDataset::OutputDataset(std::shared_ptr<detail::OutputState> state, std::shared_ptr<detail::OpenDataset> dataset,
                             FilterPipeline pipeline)
    : state_(std::move(state)), dataset_(std::move(dataset)), pipeline_(std::move(pipeline)) {}

const DatasetInfo& OutputDataset::info() const { return dataset_->info; }

ChunkGrid OutputDataset::grid() const {
    const DatasetInfo& facts = info();
    if (facts.layout == Layout::chunked) return {facts.shape, facts.chunk_shape};
    return {facts.shape, default_chunk_shape(facts.shape, facts.element_bytes)};
}

void OutputDataset::write_encoded_chunk(std::uint64_t chunk, const EncodedChunk& encoded) {
    const ChunkGrid chunks = grid();
    const Region region = chunks.region(chunk);
    if (info().layout != Layout::chunked) {
        Bytes clipped;
        const std::size_t size = region.element_count() * info().element_bytes;
        copy_elements({encoded.bytes.data(), {region.offset, chunks.chunk_shape()}}, {clipped.extend(size), region},
                      region, info().element_bytes);
        return state_->guarded(
            [&] { detail::write_region_as_it_is(detail::Hdf5Lock(), *dataset_, region, clipped.view()); });
    }
    state_->guarded([&] { detail::write_raw_chunk(detail::Hdf5Lock(), *dataset_, region.offset, encoded); });
}

std::optional<PlainStorage> OutputDataset::plain_storage() const {
    if (info().layout != Layout::contiguous || info().shape.empty() || !pipeline_.empty()) return std::nullopt;
    return state_->guarded([&] { return detail::plain_storage(detail::Hdf5Lock(), *dataset_, state_->part()); });
}

std::vector<std::byte> OutputDataset::fill() const {
    return state_->guarded([&] {
        const detail::Hdf5Lock lock;
        return detail::fill_of(*dataset_);
    });
}

void OutputDataset::set_attribute(const std::string& name, const AttributeValue& value) {
    state_->guarded([&] {
        const detail::Hdf5Lock lock;
        detail::write_attribute(*dataset_->id, dataset_->place, {name, value});
    });
}

void OutputDataset::write_elements(const Region& region, ElementType type, const void* elements, std::uint64_t count) {
    detail::check_writable_from(*dataset_, type);
    detail::check_region(dataset_->place, info().shape, region, count);
    if (!pipeline_.empty() && detail::is_raw_chunk(info(), region, type)) {
        const BytesView raw(static_cast<const std::byte*>(elements), count * element_bytes(type));
        const EncodedChunk encoded = encode(raw, pipeline_);
        state_->guarded([&] { detail::write_raw_chunk(detail::Hdf5Lock(), *dataset_, region.offset, encoded); });
        return;
    }
    state_->guarded([&] { detail::write_region(detail::Hdf5Lock(), *dataset_, region, type, elements); });
}

}  // namespace rankpool
