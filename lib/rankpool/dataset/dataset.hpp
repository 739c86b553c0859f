#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <rankpool/dataset/attribute.hpp>
#include <rankpool/dataset/dataset_error.hpp>
#include <rankpool/dataset/dataset_info.hpp>
#include <rankpool/dataset/dataset_options.hpp>
#include <rankpool/dataset/element_type.hpp>
#include <rankpool/dataset/filter_pipeline.hpp>
#include <rankpool/dataset/grid.hpp>

namespace rankpool {

namespace detail {
class RawDataset;
}

/// Names a dataset in an HDF5 file: a small value that can be copied, stored and sent to other ranks, each of which
/// opens the file for itself. Files that are read stay open until close_files(); one that changed on disk is opened
/// anew at the next use.
///
/// Any thread may call any function; calls into HDF5 happen one after the other within a process.
///
///     auto data = rankpool::Dataset::open("run.h5", "/data");
///     std::vector<double> row = data.read<double>({{17, 0}, {1, 100}});
///     for (std::uint64_t chunk = 0; chunk < data.grid().chunk_count(); ++chunk)
///         pool.submit(energy, data, chunk);        // on any rank: data.read_chunk<double>(chunk)
class Dataset {
  public:
    /// Names nothing; for containers and messages.
    Dataset() = default;

    /// Names a dataset that exists.
    /// @throws DatasetError  file or dataset is missing, or cannot be used; the text says what to do
    static Dataset open(const std::string& path, const std::string& dataset);

    /// Makes a dataset in a file, which is made too if it does not exist; elements are 0 or the fill value.
    /// A new file appears complete or not at all; for whole results prefer OutputFile, which has that property to the
    /// end.
    /// @throws DatasetError  there is such a dataset already, or the file cannot be written
    /// @throws ConfigError   the options contradict each other
    static Dataset create(const std::string& path, const std::string& dataset, const DatasetOptions& options);

    /// Absolute, so that it means the same on ranks that started in another directory.
    const std::string& path() const { return path_; }
    /// Full name within the file: `/group/data`.
    const std::string& dataset() const { return dataset_; }

    DatasetInfo info() const;
    /// The chunks it is stored in; of a dataset that is not chunked, runs of whole rows of about default_chunk_bytes.
    ChunkGrid grid() const;
    /// Checks that its elements can be read as elements of a type.
    /// @throws DatasetError  wrong_type
    void check_readable_as(ElementType type) const;
    /// Why its elements are read by HDF5, in words; empty if they are read without it, several times faster and by any
    /// number of threads at once.
    std::string slow_reason() const;
    /// In alphabetical order.
    std::vector<Attribute> attributes() const;

    /// Reads a region into `out`, converting the numbers: whole numbers to wider or, if all values fit, narrower ones,
    /// and to floats that can hold them exactly.
    ///
    /// @param out  row-major, one element per element of the region; after an exception its content is undefined
    /// @throws std::out_of_range      the region is not inside the shape
    /// @throws std::invalid_argument  `out` has another size than the region
    /// @throws DatasetError           reading failed, the numbers are of a kind that T cannot hold, or one does not fit
    template <Element T>
    void read(const Region& region, std::span<T> out) const {
        read_elements(region, element_type_of<T>, out.data(), out.size());
    }
    template <Element T>
    std::vector<T> read(const Region& region) const {
        std::vector<T> elements(region.element_count());
        read(region, std::span<T>(elements));
        return elements;
    }
    /// Reads everything.
    template <Element T>
    std::vector<T> read() const {
        return read<T>(whole(info().shape));
    }
    /// Reads the elements of one chunk of grid(), by number.
    template <Element T>
    void read_chunk(std::uint64_t chunk, std::span<T> out) const {
        read(grid().region(chunk), out);
    }
    template <Element T>
    std::vector<T> read_chunk(std::uint64_t chunk) const {
        return read<T>(grid().region(chunk));
    }

    /// Reads a region as elements of a type chosen at run time. With `other`, elements are read as they are, whatever
    /// they are: numbers in this machine's byte order.
    /// @param out       as many bytes as the elements have
    /// @throws as above; DatasetError also: elements that are not complete where they lie, as texts of any length
    void read_as(const Region& region, ElementType type, std::span<std::byte> out) const;

    /// Whether somebody ever wrote a chunk of grid(); others read as the fill value. True where that cannot be found
    /// out.
    bool is_written(std::uint64_t chunk) const;
    /// A chunk as it lies in the file; none if nobody wrote it. Only where slow_reason() is empty and the layout is
    /// chunked.
    std::optional<EncodedChunk> read_encoded_chunk(std::uint64_t chunk) const;
    /// The chunks somebody wrote, in the order of their numbers; empty where they are not stored one by one or only
    /// HDF5 finds them.
    std::vector<ChunkPlace> chunk_places() const;
    /// Reads, unpacks and checks a chunk.
    /// @throws DatasetError  damaged: names the chunk
    void check_chunk(std::uint64_t chunk) const;
    /// One element of what elements nobody wrote read as; empty where that cannot be found out.
    std::vector<std::byte> fill() const;

    /// Writes a region. The file is opened for this call alone, so that other ranks can open it afterwards; it must not
    /// be open elsewhere during it. Exceptions as for read().
    template <Element T>
    void write(const Region& region, std::span<const T> elements) const {
        write_elements(region, element_type_of<T>, elements.data(), elements.size());
    }

    /// For archives that send it to other ranks.
    template <class Archive>
    void serialize(Archive& archive, unsigned /*version*/) {
        archive& path_;
        archive& dataset_;
    }

    friend bool operator==(const Dataset&, const Dataset&) = default;

  private:
    Dataset(std::string path, std::string dataset) : path_(std::move(path)), dataset_(std::move(dataset)) {}

    void read_elements(const Region& region, ElementType type, void* out, std::uint64_t count) const;
    std::shared_ptr<const detail::RawDataset> raw() const;
    void read_raw(const detail::RawDataset& raw, const Region& region, ElementType type, void* out,
                  std::uint64_t count) const;
    void write_elements(const Region& region, ElementType type, const void* elements, std::uint64_t count) const;

    std::string path_;
    std::string dataset_;
};

/// Full names of the datasets in a file, in alphabetical order.
/// @throws DatasetError  the file cannot be opened
std::vector<std::string> dataset_names(const std::string& path);

/// Closes the files this process keeps open for reading; they are opened again when needed.
void close_files();

}  // namespace rankpool
