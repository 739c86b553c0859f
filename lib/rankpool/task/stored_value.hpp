#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <typeinfo>
#include <utility>

#include <rankpool/core/error.hpp>
#include <rankpool/task/codec_std.hpp>

namespace rankpool {

namespace detail {

/// True for results that mean something only as the object they are, on the rank that made them: such an object is kept
/// whatever its size, and what travels only names it. Specialised where such a type is defined.
template <class T>
inline constexpr bool is_resident = false;

}  // namespace detail

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
        : size_(size), is_resident_(detail::is_resident<T>) {
        set_object(std::move(object));
    }
    StoredValue(const StoredValue&) = delete;
    StoredValue& operator=(const StoredValue&) = delete;

    /// Bytes it takes, about.
    std::uint64_t size() const { return size_; }
    /// True if its bytes do not stand for it, so that it must stay in memory.
    bool is_resident() const { return is_resident_; }

    /// The object: shared by all who ask.
    /// @throws DecodeError  it is no T
    template <class T>
    std::shared_ptr<const T> get() {
        const std::lock_guard lock(mutex_);
        if (!object_) {
            ByteReader reader(packed_.view().subspan(skip_));
            set_object(std::make_shared<const T>(decode<T>(reader)));
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
    /// Calls `write(BytesView)` for one run of the packed form after the other, where possible straight from where the
    /// value lies. The value is locked meanwhile.
    template <class Write>
    void write_packed(Write write) {
        const std::lock_guard lock(mutex_);
        if (!object_) {
            write(packed_.view().subspan(skip_));
            return;
        }
        Bytes head;
        ByteWriter writer(head);
        if (content_ != nullptr) {
            const BytesView content = content_(writer, object_.get());
            write(head.view());
            write(content);
        } else {
            pack_(writer, object_.get());
            write(head.view());
        }
    }

  private:
    template <class T>
    void set_object(std::shared_ptr<const T> object) {
        object_ = std::move(object);
        type_ = &typeid(T);
        pack_ = [](ByteWriter& writer, const void* from) { encode<T>(writer, *static_cast<const T*>(from)); };
        if constexpr (detail::is_bulk_container<T>) {
            content_ = [](ByteWriter& writer, const void* from) {
                return Codec<T>::write_head(writer, *static_cast<const T*>(from));
            };
        }
    }

    std::mutex mutex_;
    std::uint64_t size_ = 0;
    bool is_resident_ = false;
    Bytes packed_;  // empty once there is an object
    std::size_t skip_ = 0;
    std::shared_ptr<const void> object_;
    const std::type_info* type_ = nullptr;
    void (*pack_)(ByteWriter&, const void*) = nullptr;
    BytesView (*content_)(ByteWriter&, const void*) = nullptr;  // writes what comes first, returns the rest
};

using StoredRef = std::shared_ptr<StoredValue>;

}  // namespace rankpool
