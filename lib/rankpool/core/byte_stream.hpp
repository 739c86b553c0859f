#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include <rankpool/core/bytes.hpp>
#include <rankpool/core/error.hpp>

namespace rankpool {

/// Appends values to a Bytes, in this machine's own byte order: ranks of one binary share it.
class ByteWriter {
  public:
    explicit ByteWriter(Bytes& bytes) : bytes_(&bytes) {}

    void raw(const void* from, std::size_t count) { bytes_->append(from, count); }

    template <class T>
    void value(const T& item) {
        static_assert(std::is_trivially_copyable_v<T>);
        std::memcpy(bytes_->extend(sizeof item), &item, sizeof item);
    }
    /// A count in as few bytes as it needs: 1 below 255, else 9.
    void count(std::uint64_t number) {
        if (number < 255) {
            value(static_cast<std::uint8_t>(number));
        } else {
            value(std::uint8_t{255});
            value(number);
        }
    }
    void text(std::string_view text) {
        count(text.size());
        raw(text.data(), text.size());
    }

    Bytes& bytes() { return *bytes_; }

  private:
    Bytes* bytes_;
};

/// Reads what a ByteWriter wrote. Every read is checked: bytes that end too early throw DecodeError.
class ByteReader {
  public:
    explicit ByteReader(BytesView view) : at_(view.data()), end_(view.data() + view.size()) {}

    std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }

    /// The next `count` bytes, borrowed.
    BytesView raw(std::uint64_t count) {
        if (count > remaining()) {
            throw DecodeError("a message or file ends too early: " + std::to_string(count) + " bytes wanted, " +
                              std::to_string(remaining()) + " left");
        }
        const BytesView view(at_, static_cast<std::size_t>(count));
        at_ += count;
        return view;
    }
    template <class T>
    T value() {
        static_assert(std::is_trivially_copyable_v<T>);
        std::remove_const_t<T> item;
        std::memcpy(&item, raw(sizeof item).data(), sizeof item);
        return item;
    }
    std::uint64_t count() {
        const auto first = value<std::uint8_t>();
        return first < 255 ? first : value<std::uint64_t>();
    }
    std::string_view text() {
        const BytesView view = raw(count());
        return {reinterpret_cast<const char*>(view.data()), view.size()};
    }

  private:
    const std::byte* at_;
    const std::byte* end_;
};

}  // namespace rankpool
