#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <typeinfo>
#include <utility>

#include <rankpool/core/error.hpp>
#include <rankpool/task/codec_std.hpp>

namespace rankpool {

/// A value that a rank keeps for those who need it: packed as it travels, or as an object that tasks read, or both.
/// Thread-safe; never changes but for being unpacked at the first use.
class StoredValue {
  public:
    /// A packed value.
    /// @param skip  leading bytes that do not belong to it
    explicit StoredValue(Bytes packed, std::size_t skip = 0) : packed_(std::move(packed)), skip_(skip) {
        size_ = packed_.size() - skip_;
    }
    /// An object; `size` is what it takes when packed, as near as is known without packing it.
    template <class T>
    StoredValue(std::shared_ptr<const T> object, std::uint64_t size)
        : size_(size),
          object_(std::move(object)),
          type_(&typeid(T)),
          pack_([](ByteWriter& writer, const void* from) { encode<T>(writer, *static_cast<const T*>(from)); }) {}
    StoredValue(const StoredValue&) = delete;
    StoredValue& operator=(const StoredValue&) = delete;

    /// Bytes it takes, about.
    std::uint64_t size() const { return size_; }

    /// The object: shared by all who ask.
    /// @throws DecodeError  it is no T
    template <class T>
    std::shared_ptr<const T> get() {
        const std::lock_guard lock(mutex_);
        if (!object_) {
            ByteReader reader(packed_.view().subspan(skip_));
            object_ = std::make_shared<const T>(decode<T>(reader));
            type_ = &typeid(T);
            pack_ = [](ByteWriter& writer, const void* from) { encode<T>(writer, *static_cast<const T*>(from)); };
            packed_ = Bytes();  // Once is enough: it is packed again for those who want to have it sent.
            skip_ = 0;
        }
        if (*type_ != typeid(T)) throw DecodeError("a kept result is read as another type than it was made");
        return std::static_pointer_cast<const T>(object_);
    }
    /// An object of one's own, for types that cannot be copied.
    template <class T>
    T unpack() {
        Bytes bytes;
        pack(bytes);
        ByteReader reader(bytes.view());
        return decode<T>(reader);
    }

    /// Appends it in packed form.
    void pack(Bytes& bytes) {
        const std::lock_guard lock(mutex_);
        if (object_) {
            bytes.reserve(bytes.size() + size_ + 16);
            ByteWriter writer(bytes);
            pack_(writer, object_.get());
        } else {
            bytes.append(packed_.data() + skip_, packed_.size() - skip_);
        }
    }

  private:
    std::mutex mutex_;
    std::uint64_t size_ = 0;
    Bytes packed_;  // empty once there is an object
    std::size_t skip_ = 0;
    std::shared_ptr<const void> object_;
    const std::type_info* type_ = nullptr;
    void (*pack_)(ByteWriter&, const void*) = nullptr;
};

using StoredRef = std::shared_ptr<StoredValue>;

}  // namespace rankpool
