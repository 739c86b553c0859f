#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <utility>

namespace rankpool {

/// A borrowed run of bytes.
using BytesView = std::span<const std::byte>;

/// Owned bytes that grow at the end. Up to `inline_capacity` of them live inside the object: most tasks' arguments and
/// results are that small, and so cost no allocation.
class Bytes {
  public:
    static constexpr std::size_t inline_capacity = 40;

    Bytes() noexcept : inline_{} {}
    explicit Bytes(BytesView view) : Bytes() { append(view.data(), view.size()); }
    Bytes(const Bytes& other) : Bytes(other.view()) {}
    Bytes(Bytes&& other) noexcept : Bytes() { take(other); }
    Bytes& operator=(Bytes other) noexcept {
        release();
        take(other);
        return *this;
    }
    ~Bytes() { release(); }

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    const std::byte* data() const { return is_inline() ? inline_ : heap_.data; }
    std::byte* data() { return is_inline() ? inline_ : heap_.data; }
    BytesView view() const { return {data(), size_}; }

    /// Makes room so that the next appends up to `capacity` bytes in all do not allocate.
    void reserve(std::size_t capacity) {
        if (capacity > capacity_) grow(capacity);
    }
    /// Adds `count` bytes whose values are not set, and returns where they start.
    std::byte* extend(std::size_t count) {
        if (size_ + count > capacity_) grow(size_ + count);
        std::byte* end = data() + size_;
        size_ += count;
        return end;
    }
    void append(const void* from, std::size_t count) {
        if (count != 0) std::memcpy(extend(count), from, count);
    }
    void clear() { size_ = 0; }
    /// Forgets the bytes past `size`.
    void truncate(std::size_t size) { size_ = size < size_ ? size : size_; }

    friend bool operator==(const Bytes& a, const Bytes& b) {
        return a.size_ == b.size_ && (a.size_ == 0 || std::memcmp(a.data(), b.data(), a.size_) == 0);
    }

  private:
    struct Heap {
        std::byte* data;
    };

    bool is_inline() const { return capacity_ == inline_capacity; }

    void grow(std::size_t needed) {
        const std::size_t capacity = needed > 2 * capacity_ ? needed : 2 * capacity_;
        void* memory = is_inline() ? std::malloc(capacity) : std::realloc(heap_.data, capacity);
        if (memory == nullptr) throw std::bad_alloc();
        if (is_inline()) std::memcpy(memory, inline_, size_);
        heap_.data = static_cast<std::byte*>(memory);
        capacity_ = capacity;
    }
    void release() {
        if (!is_inline()) std::free(heap_.data);
    }
    void take(Bytes& other) {
        size_ = std::exchange(other.size_, 0);
        capacity_ = std::exchange(other.capacity_, inline_capacity);
        if (is_inline()) {
            std::memcpy(inline_, other.inline_, inline_capacity);
        } else {
            heap_ = other.heap_;
        }
    }

    std::size_t size_ = 0;
    std::size_t capacity_ = inline_capacity;  // Invariant: equal to inline_capacity exactly when the bytes are inside.
    union {
        std::byte inline_[inline_capacity];
        Heap heap_;
    };
};

}  // namespace rankpool
