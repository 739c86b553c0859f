#pragma once

#include <algorithm>
#include <deque>
#include <filesystem>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include <rankpool/task/codec.hpp>

namespace rankpool {
namespace detail {

template <class T>
inline constexpr bool is_bulk_container = false;
template <class T, class Allocator>
inline constexpr bool is_bulk_container<std::vector<T, Allocator>> = has_bytes_codec<T> && !std::is_same_v<T, bool>;
template <class Char, class Traits, class Allocator>
inline constexpr bool is_bulk_container<std::basic_string<Char, Traits, Allocator>> = true;

template <class T>
inline constexpr bool is_item_container = false;
template <class T, class Allocator>
inline constexpr bool is_item_container<std::vector<T, Allocator>> = !has_bytes_codec<T> || std::is_same_v<T, bool>;
template <class T, class Allocator>
inline constexpr bool is_item_container<std::deque<T, Allocator>> = true;
template <class T, class Allocator>
inline constexpr bool is_item_container<std::list<T, Allocator>> = true;
template <class T, class Compare, class Allocator>
inline constexpr bool is_item_container<std::set<T, Compare, Allocator>> = true;
template <class T, class Compare, class Allocator>
inline constexpr bool is_item_container<std::multiset<T, Compare, Allocator>> = true;
template <class T, class Hash, class Equal, class Allocator>
inline constexpr bool is_item_container<std::unordered_set<T, Hash, Equal, Allocator>> = true;
template <class T, class Hash, class Equal, class Allocator>
inline constexpr bool is_item_container<std::unordered_multiset<T, Hash, Equal, Allocator>> = true;

/// The count of items that follow, each of some bytes; of items of no bytes, nobody sends more than a million.
inline std::uint64_t read_item_count(ByteReader& reader) {
    constexpr std::uint64_t items_of_no_bytes_max = 1 << 20;
    const std::uint64_t count = reader.count();
    if (count > reader.remaining() + items_of_no_bytes_max) {
        throw DecodeError("a container claims more items than it has");
    }
    return count;
}

// Maps are read as pairs whose key is not const.
template <class T>
inline constexpr bool is_map = false;
template <class K, class T, class Compare, class Allocator>
inline constexpr bool is_map<std::map<K, T, Compare, Allocator>> = true;
template <class K, class T, class Compare, class Allocator>
inline constexpr bool is_map<std::multimap<K, T, Compare, Allocator>> = true;
template <class K, class T, class Hash, class Equal, class Allocator>
inline constexpr bool is_map<std::unordered_map<K, T, Hash, Equal, Allocator>> = true;
template <class K, class T, class Hash, class Equal, class Allocator>
inline constexpr bool is_map<std::unordered_multimap<K, T, Hash, Equal, Allocator>> = true;

// Containers say that they can be copied even if their items cannot.
template <class T>
struct IsCopyable : std::bool_constant<std::is_copy_constructible_v<T>> {};
template <class T>
requires(is_bulk_container<T> || is_item_container<T>) struct IsCopyable<T> : IsCopyable<typename T::value_type> {
};
template <class T>
requires is_map<T>
struct IsCopyable<T> : IsCopyable<typename T::mapped_type> {
};
template <class T, std::size_t count>
struct IsCopyable<std::array<T, count>> : IsCopyable<T> {};
template <class T>
struct IsCopyable<std::optional<T>> : IsCopyable<T> {};
template <class A, class B>
struct IsCopyable<std::pair<A, B>> : std::conjunction<IsCopyable<A>, IsCopyable<B>> {};
template <class... T>
struct IsCopyable<std::tuple<T...>> : std::conjunction<IsCopyable<T>...> {};
template <class... T>
struct IsCopyable<std::variant<T...>> : std::conjunction<IsCopyable<T>...> {};
/// True if values can be copied: also where a container of things that cannot claims so.
template <class T>
inline constexpr bool is_copyable = IsCopyable<T>::value;

}  // namespace detail

/// Contiguous elements that can be copied as bytes: one copy for all.
template <class Container>
requires detail::is_bulk_container<Container>
struct Codec<Container> {
    using Item = typename Container::value_type;
    static void write(ByteWriter& writer, const Container& items) {
        const BytesView content = write_head(writer, items);
        writer.raw(content.data(), content.size());
    }
    /// Writes what comes before the items; returns the items, as they are to follow.
    static BytesView write_head(ByteWriter& writer, const Container& items) {
        writer.count(items.size());
        return std::as_bytes(std::span(items.data(), items.size()));
    }
    static Container read(ByteReader& reader) {
        const std::uint64_t count = reader.count();
        if (count > reader.remaining() / sizeof(Item)) throw DecodeError("a container claims more items than it has");
        const BytesView bytes = reader.raw(count * sizeof(Item));
        if constexpr (std::is_default_constructible_v<Item>) {
            Container items(static_cast<std::size_t>(count), Item());
            if (count != 0) std::memcpy(items.data(), bytes.data(), bytes.size());
            return items;
        } else {
            Container items;
            ByteReader each(bytes);
            items.reserve(static_cast<std::size_t>(count));
            while (each.remaining() != 0) items.push_back(Codec<Item>::read(each));
            return items;
        }
    }
};

template <class Container>
requires(detail::is_item_container<Container>&& CrossesRanks<typename Container::value_type>) struct Codec<Container> {
    using Item = typename Container::value_type;
    static void write(ByteWriter& writer, const Container& items) {
        writer.count(items.size());
        for (const auto& item : items) Codec<Item>::write(writer, item);
    }
    static Container read(ByteReader& reader) {
        const std::uint64_t count = detail::read_item_count(reader);
        Container items;
        if constexpr (requires { items.reserve(1); }) {
            items.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(count, reader.remaining())));
        }
        for (std::uint64_t i = 0; i < count; ++i) items.insert(items.end(), Codec<Item>::read(reader));
        return items;
    }
};

template <class Map>
requires(detail::is_map<Map>&& CrossesRanks<typename Map::key_type>&&
             CrossesRanks<typename Map::mapped_type>) struct Codec<Map> {
    static void write(ByteWriter& writer, const Map& items) {
        writer.count(items.size());
        for (const auto& [key, item] : items) {
            Codec<typename Map::key_type>::write(writer, key);
            Codec<typename Map::mapped_type>::write(writer, item);
        }
    }
    static Map read(ByteReader& reader) {
        const std::uint64_t count = detail::read_item_count(reader);
        Map items;
        for (std::uint64_t i = 0; i < count; ++i) {
            auto key = Codec<typename Map::key_type>::read(reader);
            auto item = Codec<typename Map::mapped_type>::read(reader);
            items.emplace(std::move(key), std::move(item));
        }
        return items;
    }
};

template <class T, std::size_t size>
requires(!detail::CopiedAsBytes<std::array<T, size>> && CrossesRanks<T>) struct Codec<std::array<T, size>> {
    static void write(ByteWriter& writer, const std::array<T, size>& items) {
        for (const T& item : items) Codec<T>::write(writer, item);
    }
    static std::array<T, size> read(ByteReader& reader) {
        return [&]<std::size_t... i>(std::index_sequence<i...>) {
            return std::array<T, size>{((void)i, Codec<T>::read(reader))...};
        }
        (std::make_index_sequence<size>());
    }
};

template <class A, class B>
requires(!detail::CopiedAsBytes<std::pair<A, B>> && CrossesRanks<A> && CrossesRanks<B>) struct Codec<std::pair<A, B>> {
    static void write(ByteWriter& writer, const std::pair<A, B>& item) {
        Codec<A>::write(writer, item.first);
        Codec<B>::write(writer, item.second);
    }
    static std::pair<A, B> read(ByteReader& reader) {
        A first = Codec<A>::read(reader);
        return {std::move(first), Codec<B>::read(reader)};
    }
};

template <class... T>
requires(!detail::CopiedAsBytes<std::tuple<T...>> && (CrossesRanks<T> && ...)) struct Codec<std::tuple<T...>> {
    static void write(ByteWriter& writer, const std::tuple<T...>& items) {
        std::apply([&](const T&... item) { (Codec<T>::write(writer, item), ...); }, items);
    }
    static std::tuple<T...> read(ByteReader& reader) {
        return std::tuple<T...>{Codec<T>::read(reader)...};  // Braces: left to right.
    }
};

template <class T>
requires(!detail::CopiedAsBytes<std::optional<T>> && CrossesRanks<T>) struct Codec<std::optional<T>> {
    static void write(ByteWriter& writer, const std::optional<T>& item) {
        writer.value(static_cast<std::uint8_t>(item.has_value()));
        if (item) Codec<T>::write(writer, *item);
    }
    static std::optional<T> read(ByteReader& reader) {
        if (reader.value<std::uint8_t>() == 0) return std::nullopt;
        return Codec<T>::read(reader);
    }
};

template <class... T>
requires(!detail::CopiedAsBytes<std::variant<T...>> && (CrossesRanks<T> && ...)) struct Codec<std::variant<T...>> {
    using Variant = std::variant<T...>;
    static void write(ByteWriter& writer, const Variant& item) {
        writer.value(static_cast<std::uint8_t>(item.index()));
        std::visit([&]<class U>(const U& held) { Codec<U>::write(writer, held); }, item);
    }
    static Variant read(ByteReader& reader) {
        const auto index = reader.value<std::uint8_t>();
        std::optional<Variant> item;
        [&]<std::size_t... i>(std::index_sequence<i...>) {
            ((index == i ? void(item.emplace(std::in_place_index<i>,
                                             Codec<std::variant_alternative_t<i, Variant>>::read(reader)))
                         : void()),
             ...);
        }
        (std::index_sequence_for<T...>());
        if (!item) throw DecodeError("a variant names an alternative that it does not have");
        return std::move(*item);
    }
};

/// An owned object, or none. Polymorphic classes go through Boost.Serialization, which knows the dynamic type.
template <class T>
requires(CrossesRanks<T> && !std::is_polymorphic_v<T> && !std::is_array_v<T>) struct Codec<std::unique_ptr<T>> {
    static void write(ByteWriter& writer, const std::unique_ptr<T>& item) {
        writer.value(static_cast<std::uint8_t>(item != nullptr));
        if (item) Codec<T>::write(writer, *item);
    }
    static std::unique_ptr<T> read(ByteReader& reader) {
        if (reader.value<std::uint8_t>() == 0) return nullptr;
        return std::make_unique<T>(Codec<T>::read(reader));
    }
};

template <>
struct Codec<std::filesystem::path> {
    static void write(ByteWriter& writer, const std::filesystem::path& path) { writer.text(path.native()); }
    static std::filesystem::path read(ByteReader& reader) { return std::filesystem::path(reader.text()); }
};

}  // namespace rankpool
