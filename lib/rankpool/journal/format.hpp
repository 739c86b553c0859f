#pragma once

#include <cstdint>
#include <string_view>

#include <rankpool/core/bytes.hpp>
#include <rankpool/journal/task_key.hpp>

/// The bytes of a journal file: a header, then records (docs/journal.md). Pure; all numbers are little-endian.
namespace rankpool::journal {

/// A task that has succeeded.
struct Entry {
    TaskKey key;
    std::uint64_t finished_s = 0;  ///< seconds since 1970
    std::string_view name;         ///< for people; at most name_bytes_max of it are written
    BytesView result;              ///< packed
};

constexpr std::size_t header_bytes = 16;
constexpr std::size_t record_bytes_min = 48;  ///< with neither name nor result
constexpr std::size_t name_bytes_max = 200;

/// Appends the header of a file.
void append_header(Bytes& bytes);
/// Whether a file begins as this version of the format does.
bool has_header(BytesView file);

/// Appends a record.
void append_record(Bytes& bytes, const Entry& entry);

/// One record of a file, borrowed from its bytes.
struct Found {
    Entry entry;
    std::uint64_t offset = 0;  ///< of the record in the file
    std::uint64_t size = 0;    ///< of the record
};

/// Walks over the records of a file. What is damaged is left out: a record counts only with its right checksum, and
/// after damaged bytes it goes on at the next record that is whole. Never reads past the end, whatever the bytes are.
class Reader {
  public:
    /// @param file  with its header; without a right one there are no records
    explicit Reader(BytesView file);

    /// Moves to the next whole record; false at the end.
    bool next(Found& found);

    /// Once next() has said false: where the last whole record ends. What is after it is a torn tail, to be cut.
    std::uint64_t end() const { return end_; }
    /// Bytes between whole records that make no sense.
    std::uint64_t damaged_bytes() const { return damaged_bytes_; }

  private:
    BytesView file_;
    std::size_t at_ = 0;
    std::uint64_t end_ = 0;
    std::uint64_t damaged_bytes_ = 0;
};

}  // namespace rankpool::journal
