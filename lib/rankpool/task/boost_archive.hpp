#pragma once

#include <string>
#include <type_traits>

#include <boost/archive/detail/common_iarchive.hpp>
#include <boost/archive/detail/common_oarchive.hpp>
#include <boost/archive/detail/register_archive.hpp>
#include <boost/mpl/placeholders.hpp>
#include <boost/serialization/array_optimization.hpp>
#include <boost/serialization/array_wrapper.hpp>
#include <boost/serialization/is_bitwise_serializable.hpp>

#include <rankpool/core/byte_stream.hpp>

namespace rankpool {

/// Writes objects of Boost.Serialization into our bytes: no stream, no header, arrays of numbers as one block.
///
/// The bytes are in this machine's order and of this binary's types: for ranks of one program.
/// Source: Boost.Serialization manual, Archive Concepts; boost/mpi/packed_oarchive.hpp shows the same for MPI_Pack.
class OutArchive : public boost::archive::detail::common_oarchive<OutArchive> {
    using Base = boost::archive::detail::common_oarchive<OutArchive>;

  public:
    using use_array_optimization = boost::serialization::is_bitwise_serializable<boost::mpl::_1>;

    explicit OutArchive(ByteWriter& writer) : Base(boost::archive::no_header), writer_(writer) {}

    template <class T>
    void save(const T& item) {
        writer_.raw(&item, sizeof item);  // Numbers, and Boost's own types that wrap one.
    }
    void save(const std::string& text) { writer_.text(text); }
    void save(const std::wstring& text) {
        writer_.count(text.size());
        writer_.raw(text.data(), text.size() * sizeof(wchar_t));
    }
    void save_binary(const void* from, std::size_t count) { writer_.raw(from, count); }
    template <class T>
    void save_array(const boost::serialization::array_wrapper<T>& items, unsigned) {
        writer_.raw(items.address(), items.count() * sizeof(T));
    }

    using Base::save_override;
    void save_override(const boost::archive::class_id_optional_type&) {}
    void save_override(const boost::archive::class_name_type& name) {
        const char* const text = name;
        writer_.text(text);
    }

  private:
    ByteWriter& writer_;
};

/// Reads what an OutArchive wrote. Bytes that end too early throw DecodeError.
class InArchive : public boost::archive::detail::common_iarchive<InArchive> {
    using Base = boost::archive::detail::common_iarchive<InArchive>;

  public:
    using use_array_optimization = boost::serialization::is_bitwise_serializable<boost::mpl::_1>;

    explicit InArchive(ByteReader& reader) : Base(boost::archive::no_header), reader_(reader) {}

    template <class T>
    void load(T& item) {
        load_binary(&item, sizeof item);
    }
    void load(bool& item) { item = reader_.value<std::uint8_t>() != 0; }
    void load(std::string& text) { text = reader_.text(); }
    void load(std::wstring& text);
    void load_binary(void* to, std::size_t count);
    template <class T>
    void load_array(boost::serialization::array_wrapper<T>& items, unsigned) {
        load_binary(items.address(), items.count() * sizeof(T));
    }

    using Base::load_override;
    void load_override(boost::archive::class_id_optional_type&) {}
    void load_override(boost::archive::class_name_type& name);

  private:
    ByteReader& reader_;
};

}  // namespace rankpool

BOOST_SERIALIZATION_REGISTER_ARCHIVE(rankpool::OutArchive)
BOOST_SERIALIZATION_REGISTER_ARCHIVE(rankpool::InArchive)
BOOST_SERIALIZATION_USE_ARRAY_OPTIMIZATION(rankpool::OutArchive)
BOOST_SERIALIZATION_USE_ARRAY_OPTIMIZATION(rankpool::InArchive)
