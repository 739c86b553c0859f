#include "table_layout.hpp"

#include <cstring>

#include <rankpool/core/contract.hpp>

namespace rankpool::sweep {
namespace {

constexpr std::size_t field_bytes = 8;  // A whole number, a real one or a pointer to a text.
static_assert(sizeof(std::int64_t) == field_bytes && sizeof(double) == field_bytes && sizeof(char*) == field_bytes);

}  // namespace

void TableLayout::add(const std::string& name, Field field) {
    names_.push_back(name);
    fields_.push_back(field);
    offset_ += field_bytes;
}

detail::Handle TableLayout::type(const detail::Place& place) const {
    const char* const action = "describe the columns of";
    detail::Handle text = detail::owned(H5Tcopy(H5T_C_S1), H5Tclose, action, place);
    detail::checked(H5Tset_size(*text, H5T_VARIABLE), action, place);
    detail::checked(H5Tset_cset(*text, H5T_CSET_UTF8), action, place);
    detail::Handle row = detail::owned(H5Tcreate(H5T_COMPOUND, row_bytes()), H5Tclose, action, place);
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        hid_t type = *text;
        if (fields_[i] == Field::integer) type = H5T_NATIVE_INT64;
        if (fields_[i] == Field::real) type = H5T_NATIVE_DOUBLE;
        detail::checked(H5Tinsert(*row, names_[i].c_str(), i * field_bytes, type), action, place);
    }
    return row;
}

void TableRows::put(TableLayout::Field field, const void* eight_bytes) {
    RANKPOOL_EXPECT(layout_->fields()[next_field_] == field);
    const auto* const bytes = static_cast<const std::byte*>(eight_bytes);
    bytes_.insert(bytes_.end(), bytes, bytes + field_bytes);
    next_field_ = (next_field_ + 1) % layout_->fields().size();
    if (next_field_ == 0) ++count_;
}

void TableRows::text(std::string_view value) {
    const char* const pointer = texts_.emplace_back(value).c_str();
    put(TableLayout::Field::text, &pointer);
}

void TableRows::clear() {
    bytes_.clear();
    texts_.clear();
    count_ = 0;
}

}  // namespace rankpool::sweep
