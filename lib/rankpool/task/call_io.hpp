#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include <rankpool/core/contract.hpp>
#include <rankpool/task/object_ref.hpp>
#include <rankpool/task/stored_value.hpp>

namespace rankpool {

/// The arguments of a call as they arrived: those packed by the submitter, and the results that were its inputs.
class CallReader {
  public:
    /// @param objects  the inputs that are kept on this rank, in the order in which `inputs` refers to them
    CallReader(BytesView packed, BytesView inputs, std::span<const StoredRef> objects = {})
        : packed_(packed), inputs_(inputs), objects_(objects) {}

    ByteReader& packed() { return packed_; }

    /// One input: either its packed result, or what this rank keeps of it.
    struct Input {
        ByteReader bytes;
        StoredRef stored;
    };
    Input next_input() {
        const auto size = inputs_.value<std::uint64_t>();
        if (size != input_is_elsewhere) return {ByteReader(inputs_.raw(size)), nullptr};
        (void)decode_object(inputs_);
        if (next_object_ == objects_.size()) throw DecodeError("a call refers to an input that has not been fetched");
        return {ByteReader({}), objects_[next_object_++]};
    }

  private:
    ByteReader packed_;
    ByteReader inputs_;
    std::span<const StoredRef> objects_;
    std::size_t next_object_ = 0;
};

/// Where a call's result goes: packed into bytes, or, from a size on, kept as it is.
class CallResult {
  public:
    static constexpr std::uint64_t keep_nothing = ~std::uint64_t{0};

    /// @param keep_above  results of more bytes are kept; 0: all are
    explicit CallResult(std::uint64_t keep_above) : keep_above_(keep_above) {}

    template <class R>
    void accept(R&& value) {
        using T = std::remove_cvref_t<R>;
        if constexpr (detail::is_resident<T>) {
            stored = std::make_shared<StoredValue>(std::make_shared<const T>(std::forward<R>(value)), sizeof(T));
            return;
        }
        if constexpr (detail::is_bulk_container<T>) {
            const std::uint64_t size = std::uint64_t{value.size()} * sizeof(typename T::value_type);
            if (size > keep_above_) {
                stored = std::make_shared<StoredValue>(std::make_shared<const T>(std::forward<R>(value)), size);
                return;
            }
        }
        ByteWriter writer(bytes);
        encode<T>(writer, value);
        if (bytes.size() > keep_above_ || keep_above_ == 0) {
            stored = std::make_shared<StoredValue>(std::exchange(bytes, Bytes()));
        }
    }

    Bytes bytes;
    StoredRef stored;  ///< then `bytes` is empty

  private:
    std::uint64_t keep_above_;
};

}  // namespace rankpool
