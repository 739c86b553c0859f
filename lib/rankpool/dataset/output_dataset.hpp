#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <rankpool/dataset/attribute.hpp>
#include <rankpool/dataset/dataset_info.hpp>
#include <rankpool/dataset/element_type.hpp>
#include <rankpool/dataset/filter_pipeline.hpp>
#include <rankpool/dataset/grid.hpp>
#include <rankpool/dataset/plain_storage.hpp>

namespace rankpool {

namespace detail {
class OutputState;
struct OpenDataset;
}  // namespace detail

/// A dataset in an OutputFile that is being written. A handle: copies are the same dataset. Whole chunks are compressed
/// outside of HDF5, so that other threads can read meanwhile.
class OutputDataset {
  public:
    const DatasetInfo& info() const;
    ChunkGrid grid() const;
    /// What encode() needs to make chunks for it.
    const FilterPipeline& pipeline() const { return pipeline_; }

    /// One element of what elements nobody wrote read as, in this machine's byte order.
    std::vector<std::byte> fill() const;

    /// Writes a region, converting the numbers as Dataset::read() does.
    /// @throws std::out_of_range      the region is not inside the shape
    /// @throws std::invalid_argument  `elements` has another size than the region
    /// @throws DatasetError           a value does not fit, or the disk is full; then the file cannot be completed
    template <Element T>
    void write(const Region& region, std::span<const T> elements) {
        write_elements(region, element_type_of<T>, elements.data(), elements.size());
    }
    /// Writes the elements of one chunk of grid(), by number; on the upper edge only those inside the shape.
    template <Element T>
    void write_chunk(std::uint64_t chunk, std::span<const T> elements) {
        write(grid().region(chunk), elements);
    }
    /// Stores a chunk that was encoded elsewhere, perhaps on another rank. Of a dataset that is not chunked: the
    /// elements of a chunk of grid(), padded to full size.
    /// @param encoded  made by encode() with pipeline()
    void write_encoded_chunk(std::uint64_t chunk, const EncodedChunk& encoded);

    /// Where other processes can write its elements themselves, before the file is committed; none unless it is
    /// contiguous, without a fill value of its own.
    /// @throws DatasetError  the file would become longer than this process may make it
    std::optional<PlainStorage> plain_storage() const;

    void set_attribute(const std::string& name, const AttributeValue& value);

  private:
    friend class OutputFile;
    OutputDataset(std::shared_ptr<detail::OutputState> state, std::shared_ptr<detail::OpenDataset> dataset,
                  FilterPipeline pipeline);

    void write_elements(const Region& region, ElementType type, const void* elements, std::uint64_t count);

    std::shared_ptr<detail::OutputState> state_;
    std::shared_ptr<detail::OpenDataset> dataset_;
    FilterPipeline pipeline_;
};

}  // namespace rankpool
