#pragma once

/// Lets types with a serialize() of Boost.Serialization be arguments and results of tasks.
///
///     struct Mesh {
///         std::vector<double> points;
///         template <class Archive>
///         void serialize(Archive& archive, unsigned) { archive & points; }
///     };
///
/// A member (public, or private with `friend class boost::serialization::access`), a free function next to the type or
/// in namespace boost::serialization, and the split forms are recognised. Types that can be copied as bytes are copied
/// as bytes, whether they have one or not. Pointers to base classes (std::unique_ptr, std::shared_ptr) keep the dynamic
/// type of their object if its class is exported: include this header before BOOST_CLASS_EXPORT(Derived).

#include <memory>
#include <string>
#include <typeinfo>
#include <vector>

#include <boost/archive/archive_exception.hpp>
#include <boost/core/demangle.hpp>
#include <boost/serialization/access.hpp>
#include <boost/serialization/serialization.hpp>
#include <boost/serialization/shared_ptr.hpp>
#include <boost/serialization/unique_ptr.hpp>
#include <boost/serialization/version.hpp>

#include <rankpool/task/boost_archive.hpp>
#include <rankpool/task/codec_std.hpp>

namespace rankpool {
namespace detail {

namespace serialize_lookup {

// As general as Boost's own fallback, so that a call is ambiguous unless somebody has written a better match.
template <class Archive, class T>
void serialize(Archive&, T&, const unsigned int);
template <class T>
concept HasFunction = requires(OutArchive& archive, T& item) {
    serialize(archive, item, boost::serialization::version_type(0U));
};

// A name that is found in two bases is ambiguous, whoever may use it: so this sees private members, too.
struct Member {
    int serialize;
};
template <class T>
struct TwoBases : T, Member {};
template <class T>
concept HasMember = std::is_class_v<T> && !std::is_final_v<T> && !requires {
    &TwoBases<T>::serialize;
};
template <class T>
concept HasPublicMember = requires(OutArchive& archive, T& item) {
    item.serialize(archive, 0U);
};

}  // namespace serialize_lookup

template <class T>
concept HasSerialize =
    serialize_lookup::HasMember<T> || serialize_lookup::HasPublicMember<T> || serialize_lookup::HasFunction<T>;

// Standard types that codec_std.hpp, or this file, treats as a whole; Boost has functions for some of them.
template <class T>
inline constexpr bool has_standard_codec = is_bulk_container<T> || is_item_container<T> || is_map<T>;
template <class T, class Allocator>
inline constexpr bool has_standard_codec<std::vector<T, Allocator>> = true;
template <class T, std::size_t size>
inline constexpr bool has_standard_codec<std::array<T, size>> = true;
template <class A, class B>
inline constexpr bool has_standard_codec<std::pair<A, B>> = true;
template <class... T>
inline constexpr bool has_standard_codec<std::tuple<T...>> = true;
template <class T>
inline constexpr bool has_standard_codec<std::optional<T>> = true;
template <class... T>
inline constexpr bool has_standard_codec<std::variant<T...>> = true;
template <class T, class Deleter>
inline constexpr bool has_standard_codec<std::unique_ptr<T, Deleter>> = true;
template <class T>
inline constexpr bool has_standard_codec<std::shared_ptr<T>> = true;
template <>
inline constexpr bool has_standard_codec<std::filesystem::path> = true;

/// Types that cross ranks through Boost.Serialization.
template <class T>
concept SerializedByBoost =
    std::is_class_v<T> && !CopiedAsBytes<T> && !has_standard_codec<T> && !is_borrowing<T> && HasSerialize<T>;

/// Tells bytes that an archive wrote from others: Boost.Serialization trusts the numbers it reads.
inline std::uint64_t checksum(BytesView bytes) {
    std::uint64_t sum = 0x9e3779b97f4a7c15U ^ bytes.size();
    for (; bytes.size() >= sizeof sum; bytes = bytes.subspan(sizeof sum)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        sum = (sum ^ word) * 0xff51afd7ed558ccdU;  // Odd: no change of a word is lost.
        sum ^= sum >> 32;
    }
    for (const std::byte byte : bytes) sum = (sum ^ std::to_integer<std::uint64_t>(byte)) * 0xff51afd7ed558ccdU;
    return sum ^ sum >> 29;
}

struct ArchiveHeader {
    std::uint64_t size = 0;
    std::uint64_t checksum = 0;
};

/// Writes with one archive: its size and checksum, then what `save(OutArchive&)` saves.
template <class Save>
void write_archive(ByteWriter& writer, const std::type_info& type, Save save) {
    const std::size_t start = writer.bytes().size();
    writer.value(ArchiveHeader{});
    try {
        OutArchive archive(writer);
        save(archive);
    } catch (const boost::archive::archive_exception& error) {
        throw ConfigError(std::string("a value of type ") + boost::core::demangle(type.name()) +
                          " cannot be sent to another rank: " + error.what() +
                          " (include <rankpool/boost_serialization.hpp> before BOOST_CLASS_EXPORT)");
    }
    const BytesView saved = writer.bytes().view().subspan(start + sizeof(ArchiveHeader));
    const ArchiveHeader header{saved.size(), checksum(saved)};
    std::memcpy(writer.bytes().data() + start, &header, sizeof header);
}

template <class Load>
void read_archive(ByteReader& reader, const std::type_info& type, Load load) {
    const auto header = reader.value<ArchiveHeader>();
    const BytesView saved = reader.raw(header.size);
    if (checksum(saved) != header.checksum) {
        throw DecodeError(std::string("the bytes of a value of type ") + boost::core::demangle(type.name()) +
                          " are damaged");
    }
    try {
        ByteReader bytes(saved);
        InArchive archive(bytes);
        load(archive);
        if (bytes.remaining() != 0) throw DecodeError("a value of Boost.Serialization was not read to its end");
    } catch (const boost::archive::archive_exception& error) {
        throw DecodeError(std::string("a value of type ") + boost::core::demangle(type.name()) +
                          " cannot be read: " + error.what());
    }
}

// One archive for all items of a vector, not one for each.
template <class T, class Allocator>
requires SerializedByBoost<T>
inline constexpr bool is_item_container<std::vector<T, Allocator>> = false;

}  // namespace detail

template <class T>
requires detail::SerializedByBoost<T>
struct Codec<T> {
    static void write(ByteWriter& writer, const T& item) {
        detail::write_archive(writer, typeid(T), [&](OutArchive& archive) { archive << item; });
    }
    static T read(ByteReader& reader) {
        T item;
        detail::read_archive(reader, typeid(T), [&](InArchive& archive) { archive >> item; });
        return item;
    }
};

template <class T, class Allocator>
requires detail::SerializedByBoost<T>
struct Codec<std::vector<T, Allocator>> {
    using Items = std::vector<T, Allocator>;
    static void write(ByteWriter& writer, const Items& items) {
        detail::write_archive(writer, typeid(Items), [&](OutArchive& archive) {
            archive.save(static_cast<std::uint64_t>(items.size()));
            for (const T& item : items) archive << item;
        });
    }
    static Items read(ByteReader& reader) {
        Items items;
        detail::read_archive(reader, typeid(Items), [&](InArchive& archive) {
            std::uint64_t count = 0;
            archive.load(count);
            items.resize(static_cast<std::size_t>(count));  // Shared pointers may refer to items: they must not move.
            for (T& item : items) archive >> item;
        });
        return items;
    }
};

/// Objects of unknown dynamic type.
template <class T>
requires(std::is_polymorphic_v<T>&& detail::HasSerialize<T>) struct Codec<std::unique_ptr<T>> {
    using Pointer = std::unique_ptr<T>;
    static void write(ByteWriter& writer, const Pointer& item) {
        detail::write_archive(writer, typeid(Pointer), [&](OutArchive& archive) { archive << item; });
    }
    static Pointer read(ByteReader& reader) {
        Pointer item;
        detail::read_archive(reader, typeid(Pointer), [&](InArchive& archive) { archive >> item; });
        return item;
    }
};

template <class T>
requires detail::HasSerialize<T>
struct Codec<std::shared_ptr<T>> {
    using Pointer = std::shared_ptr<T>;
    static void write(ByteWriter& writer, const Pointer& item) {
        detail::write_archive(writer, typeid(Pointer), [&](OutArchive& archive) { archive << item; });
    }
    static Pointer read(ByteReader& reader) {
        Pointer item;
        detail::read_archive(reader, typeid(Pointer), [&](InArchive& archive) { archive >> item; });
        return item;
    }
};

}  // namespace rankpool
