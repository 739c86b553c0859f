#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <rankpool/core/bytes.hpp>
#include <rankpool/dataset/attribute.hpp>
#include <rankpool/dataset/dataset_options.hpp>
#include <rankpool/dataset/element_type.hpp>

namespace rankpool {

struct AppendOptions {
    /// 512 KiB of 8-byte numbers: small results stay small, large ones still read at full speed.
    std::uint64_t chunk_elements = 64U << 10;
    Filters filters = default_compression;
};

namespace detail {

class OutputState;
struct OpenDataset;

/// What Appender does, for elements of any type.
class ChunkAppender {
  public:
    ChunkAppender(std::shared_ptr<OpenDataset> dataset, std::size_t element_bytes, const AppendOptions& options);

    void append(BytesView elements);
    std::uint64_t count() const { return chunk_count_ * options_.chunk_elements + buffer_.size() / element_bytes_; }
    /// Writes what is left as a last, clipped chunk.
    void finish();

  private:
    void write_buffer(std::uint64_t length);

    std::shared_ptr<OpenDataset> dataset_;
    std::size_t element_bytes_;
    AppendOptions options_;
    Bytes buffer_;                   // Invariant: less than a chunk between calls.
    std::uint64_t chunk_count_ = 0;  // Written so far, all full.
};

void append(OutputState& state, ChunkAppender& appender, BytesView elements);
std::uint64_t count(OutputState& state, const ChunkAppender& appender);
void set_attribute(OutputState& state, const OpenDataset& dataset, const std::string& name,
                   const AttributeValue& value);

}  // namespace detail

/// A one-dimensional dataset that grows in an OutputFile. Elements are gathered into chunks, which are compressed and
/// written whole; the rest is written by OutputFile::commit(). A handle: copies append to the same dataset. Any thread.
///
///     auto selected = file.create_appender<std::int64_t>("/selected");
///     selected.append(values);          // any number at a time
template <Element T>
class Appender {
  public:
    /// @throws DatasetError  the disk is full…; then the file cannot be completed
    void append(std::span<const T> elements) { detail::append(*state_, *appender_, std::as_bytes(elements)); }
    void append(T element) { append(std::span<const T>(&element, 1)); }
    /// Elements appended so far.
    std::uint64_t count() const { return detail::count(*state_, *appender_); }

    void set_attribute(const std::string& name, const AttributeValue& value) {
        detail::set_attribute(*state_, *dataset_, name, value);
    }

  private:
    friend class OutputFile;
    Appender(std::shared_ptr<detail::OutputState> state, std::shared_ptr<detail::OpenDataset> dataset,
             std::shared_ptr<detail::ChunkAppender> appender)
        : state_(std::move(state)), dataset_(std::move(dataset)), appender_(std::move(appender)) {}

    std::shared_ptr<detail::OutputState> state_;
    std::shared_ptr<detail::OpenDataset> dataset_;
    std::shared_ptr<detail::ChunkAppender> appender_;
};

}  // namespace rankpool
