#include <cstring>

#include <boost/archive/detail/archive_serializer_map.hpp>
#include <boost/archive/impl/archive_serializer_map.ipp>
#include <boost/serialization/extended_type_info.hpp>

#include <rankpool/task/boost_archive.hpp>

namespace rankpool {

void InArchive::load_binary(void* to, std::size_t count) {
    const BytesView bytes = reader_.raw(count);
    if (count != 0) std::memcpy(to, bytes.data(), count);
}

void InArchive::load(std::wstring& text) {
    const std::uint64_t count = reader_.count();
    if (count > reader_.remaining() / sizeof(wchar_t)) throw DecodeError("a text claims more letters than it has");
    text.resize(static_cast<std::size_t>(count));
    load_binary(text.data(), text.size() * sizeof(wchar_t));
}

void InArchive::load_override(boost::archive::class_name_type& name) {
    const std::string_view text = reader_.text();
    if (text.size() >= BOOST_SERIALIZATION_MAX_KEY_SIZE) throw DecodeError("the name of a class is too long");
    char* const to = name;
    std::memcpy(to, text.data(), text.size());
    to[text.size()] = '\0';
}

}  // namespace rankpool

// The tables in which Boost.Serialization looks up exported classes.
template class boost::archive::detail::archive_serializer_map<rankpool::OutArchive>;
template class boost::archive::detail::archive_serializer_map<rankpool::InArchive>;
