#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <rankpool/dataset/detail/hdf5.hpp>

namespace rankpool::sweep {

/// The fields of a compound HDF5 type, and where they lie in a row in memory.
class TableLayout {
  public:
    enum class Field { integer, real, text };

    void add(const std::string& name, Field field);
    std::size_t row_bytes() const { return offset_; }
    /// The compound type, for memory and file alike.
    detail::Handle type(const detail::Place& place) const;
    const std::vector<Field>& fields() const { return fields_; }

  private:
    std::vector<std::string> names_;
    std::vector<Field> fields_;
    std::size_t offset_ = 0;
};

/// Rows being filled, field by field in the order of the layout.
class TableRows {
  public:
    explicit TableRows(const TableLayout& layout) : layout_(&layout) {}

    void integer(std::int64_t value) { put(TableLayout::Field::integer, &value); }
    void real(double value) { put(TableLayout::Field::real, &value); }
    void text(std::string_view value);

    std::size_t count() const { return count_; }
    const void* data() const { return bytes_.data(); }
    void clear();

  private:
    void put(TableLayout::Field field, const void* eight_bytes);

    const TableLayout* layout_;
    std::vector<std::byte> bytes_;
    std::deque<std::string> texts_;  // What the pointers in bytes_ point to; a deque, because they must not move.
    std::size_t next_field_ = 0;
    std::size_t count_ = 0;
};

}  // namespace rankpool::sweep
