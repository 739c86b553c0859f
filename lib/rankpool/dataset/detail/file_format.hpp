#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <rankpool/core/bytes.hpp>
#include <rankpool/dataset/detail/file_bytes.hpp>

namespace rankpool::detail {

/// How numbers lie in one HDF5 file.
/// Source: HDF5 File Format Specification 3.0, section II.A (superblock).
struct FileFormat {
    std::uint64_t base = 0;  ///< Addresses count from here: after the user block.
    std::size_t address_bytes = 8;
    std::size_t length_bytes = 8;
};

/// Reads what lies at an address of an HDF5 file. Everything is checked: a file may hold anything.
class FormatReader {
  public:
    FormatReader(const FileBytes& file, const FileFormat& format) : file_(&file), format_(format) {}

    const FileFormat& format() const { return format_; }
    /// All `size` bytes at an address, or nothing.
    std::optional<std::vector<std::byte>> block(std::uint64_t address, std::size_t size) const;
    /// As many of them as the file has.
    std::vector<std::byte> up_to(std::uint64_t address, std::size_t size) const;

  private:
    const FileBytes* file_;
    FileFormat format_;
};

/// Walks through a block, little-endian number by number. Beyond the end it gives 0 and is no longer ok().
class FormatCursor {
  public:
    explicit FormatCursor(BytesView block) : block_(block) {}

    bool ok() const { return ok_; }
    std::size_t position() const { return position_; }
    std::size_t remaining() const { return block_.size() - position_; }
    void skip(std::size_t count) { (void)take(count); }
    /// @param size  at most 8
    std::uint64_t number(std::size_t size);
    bool matches(const char (&signature)[5]);
    /// The next bytes; empty if there are not so many.
    BytesView take(std::size_t count);

  private:
    BytesView block_;
    std::size_t position_ = 0;
    bool ok_ = true;
};

/// Whether an address read from the file names nothing: all bits set.
bool is_undefined(std::uint64_t address, std::size_t address_bytes);

}  // namespace rankpool::detail
