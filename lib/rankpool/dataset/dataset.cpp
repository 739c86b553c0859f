#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include <rankpool/core/contract.hpp>
#include <rankpool/dataset/dataset.hpp>
#include <rankpool/dataset/detail/attribute_io.hpp>
#include <rankpool/dataset/detail/conversion.hpp>
#include <rankpool/dataset/detail/dataset_creation.hpp>
#include <rankpool/dataset/detail/dataset_names.hpp>
#include <rankpool/dataset/detail/element_io.hpp>
#include <rankpool/dataset/detail/file_cache.hpp>
#include <rankpool/dataset/detail/raw_chunk.hpp>
#include <rankpool/dataset/detail/raw_dataset.hpp>
#include <rankpool/dataset/detail/written_file.hpp>
#include <rankpool/dataset/output_file.hpp>

namespace rankpool {
namespace {

std::string absolute_path(const std::string& path) {
    return path.empty() ? path : std::filesystem::absolute(path).string();
}

// Opens a file for one change. HDF5 refuses to while it is open for reading here.
detail::Handle open_for_writing(const detail::Hdf5Lock& lock, const std::string& path) {
    detail::FileCache::instance(lock).close(lock, path);
    return detail::open_file(path, H5F_ACC_RDWR);
}

}  // namespace

Dataset Dataset::open(const std::string& path, const std::string& dataset) {
    Dataset opened(absolute_path(path), detail::absolute_name(dataset));
    const detail::Hdf5Lock lock;
    detail::FileCache::instance(lock).dataset(lock, {opened.path_, opened.dataset_});
    return opened;
}

Dataset Dataset::create(const std::string& path, const std::string& dataset, const DatasetOptions& options) {
    Dataset created(absolute_path(path), detail::absolute_name(dataset));
    std::error_code not_accessible;  // Which creating it will explain.
    if (!std::filesystem::exists(created.path_, not_accessible)) {
        OutputFile file(created.path_);
        file.create_dataset(created.dataset_, options);
        file.commit();
        return created;
    }
    const DatasetOptions complete = completed(options);
    const detail::Place place{created.path_, created.dataset_};
    const detail::Hdf5Lock lock;
    detail::WrittenFile file(open_for_writing(lock, created.path_), place);
    file.keep(detail::create_dataset(file.id(), place, complete));
    file.finish();
    return created;
}

DatasetInfo Dataset::info() const {
    const detail::Hdf5Lock lock;
    return detail::FileCache::instance(lock).dataset(lock, {path_, dataset_}).info;
}

ChunkGrid Dataset::grid() const {
    const DatasetInfo facts = info();
    if (facts.layout == Layout::chunked) return {facts.shape, facts.chunk_shape};
    return {facts.shape, default_chunk_shape(facts.shape, facts.element_bytes)};
}

void Dataset::check_readable_as(ElementType type) const {
    const detail::Hdf5Lock lock;
    detail::check_readable_as(detail::FileCache::instance(lock).dataset(lock, {path_, dataset_}), type);
}

std::string Dataset::slow_reason() const {
    const detail::Hdf5Lock lock;
    return detail::raw_opening(lock, detail::FileCache::instance(lock).dataset(lock, {path_, dataset_})).reason_against;
}

std::vector<Attribute> Dataset::attributes() const {
    const detail::Hdf5Lock lock;
    const detail::OpenDataset& dataset = detail::FileCache::instance(lock).dataset(lock, {path_, dataset_});
    return detail::read_attributes(*dataset.id, dataset.place);
}

void Dataset::read_elements(const Region& region, ElementType type, void* out, std::uint64_t count) const {
    std::shared_ptr<const detail::RawDataset> raw;
    std::optional<EncodedChunk> chunk;
    std::optional<FilterPipeline> pipeline;
    {
        const detail::Hdf5Lock lock;
        detail::OpenDataset& dataset = detail::FileCache::instance(lock).dataset(lock, {path_, dataset_});
        detail::check_readable_as(dataset, type);
        detail::check_region(dataset.place, dataset.info.shape, region, count);
        raw = detail::raw_opening(lock, dataset).dataset;
        pipeline = pipeline_of(dataset.info);
        if (!raw && pipeline && !pipeline->empty() && detail::is_raw_chunk(dataset.info, region, type)) {
            chunk = detail::read_raw_chunk(lock, dataset, region.offset);
        }
        if (!raw && !chunk) return detail::read_region(lock, dataset, region, type, out);
    }
    // Outside of the lock, so that threads read and decode at the same time.
    if (raw) return read_raw(*raw, region, type, out, count);
    try {
        decode(chunk->bytes.view(), chunk->skipped_filters, *pipeline,
               {static_cast<std::byte*>(out), count * element_bytes(type)});
    } catch (const DecodeError& error) {
        throw DatasetError(DatasetProblem::damaged, path_, dataset_,
                           "cannot read " + detail::quoted({path_, dataset_}) + ": the chunk of " + to_string(region) +
                               " is damaged: " + error.what() + "; copy or make the file again");
    }
}

void Dataset::read_raw(const detail::RawDataset& raw, const Region& region, ElementType type, void* out,
                       std::uint64_t count) const {
    const ElementType stored = raw.info().type;
    if (stored == type) return raw.read(region, static_cast<std::byte*>(out));
    std::vector<std::byte> elements(count * element_bytes(stored));
    raw.read(region, elements.data());
    if (!detail::convert(stored, elements.data(), type, out, count)) {
        throw DatasetError(DatasetProblem::value_does_not_fit, path_, dataset_,
                           "cannot read " + detail::quoted({path_, dataset_}) + ": a value among the " +
                               to_string(region) + " is " + std::string(name(stored)) + " and does not fit " +
                               std::string(name(type)) + ": use a wider type");
    }
}

std::shared_ptr<const detail::RawDataset> Dataset::raw() const {
    const detail::Hdf5Lock lock;
    return detail::raw_opening(lock, detail::FileCache::instance(lock).dataset(lock, {path_, dataset_})).dataset;
}

void Dataset::read_as(const Region& region, ElementType type, std::span<std::byte> out) const {
    if (type != ElementType::other) return read_elements(region, type, out.data(), out.size() / element_bytes(type));
    const auto elements = raw();
    if (!elements) {
        const detail::Hdf5Lock lock;
        detail::OpenDataset& dataset = detail::FileCache::instance(lock).dataset(lock, {path_, dataset_});
        return detail::read_region_as_it_is(lock, dataset, region, out);
    }
    detail::check_region({path_, dataset_}, elements->info().shape, region,
                         out.size() / elements->info().element_bytes);
    elements->read(region, out.data());
}

bool Dataset::is_written(std::uint64_t chunk) const {
    const auto elements = raw();
    return !elements || elements->is_written(chunk);
}

std::optional<EncodedChunk> Dataset::read_encoded_chunk(std::uint64_t chunk) const {
    const auto elements = raw();
    RANKPOOL_EXPECT(elements && elements->table() != nullptr);
    return elements->read_stored(chunk);
}

std::vector<ChunkPlace> Dataset::chunk_places() const {
    std::vector<ChunkPlace> places;
    const auto elements = raw();
    if (!elements || elements->table() == nullptr) return places;
    for (const auto& [chunk, stored] : elements->table()->all())
        places.push_back({chunk, stored.address, stored.bytes});
    return places;
}

void Dataset::check_chunk(std::uint64_t chunk) const {
    const auto elements = raw();
    if (elements && elements->table() != nullptr) return elements->verify(chunk);
    const Region region = grid().region(chunk);
    const detail::Hdf5Lock lock;
    detail::read_and_forget(lock, detail::FileCache::instance(lock).dataset(lock, {path_, dataset_}), region);
}

std::vector<std::byte> Dataset::fill() const {
    const auto elements = raw();
    if (!elements) return {};
    return {elements->fill().begin(), elements->fill().end()};
}

void Dataset::write_elements(const Region& region, ElementType type, const void* elements, std::uint64_t count) const {
    const detail::Hdf5Lock lock;
    const detail::Place place{path_, dataset_};
    detail::WrittenFile file(open_for_writing(lock, path_), place);
    const auto dataset = file.keep(detail::open_dataset(file.id(), place));
    detail::check_writable_from(*dataset, type);
    detail::check_region(place, dataset->info.shape, region, count);
    detail::write_region(lock, *dataset, region, type, elements);
    file.finish();
}

std::vector<std::string> dataset_names(const std::string& path) {
    constexpr std::size_t count_max = 1'000'000;
    const detail::Hdf5Lock lock;
    return detail::dataset_names(detail::FileCache::instance(lock).file(lock, absolute_path(path)), count_max);
}

void close_files() {
    const detail::Hdf5Lock lock;
    detail::FileCache::instance(lock).close_all(lock);
}

}  // namespace rankpool
