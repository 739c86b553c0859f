#include <memory>
#include <type_traits>

#include <rankpool/dataset/detail/attribute_io.hpp>
#include <rankpool/dataset/detail/type_description.hpp>

namespace rankpool::detail {
namespace {

Handle text_type(const Place& place) {
    Handle type = owned(H5Tcopy(H5T_C_S1), H5Tclose, "describe text in", place);
    checked(H5Tset_size(*type, H5T_VARIABLE), "describe text in", place);
    checked(H5Tset_cset(*type, H5T_CSET_UTF8), "describe text in", place);
    return type;
}

void write_values(hid_t object, const Place& place, const std::string& name, hid_t file_type, hid_t memory_type,
                  const Handle& space, const void* values) {
    const std::string action = "write the attribute '" + name + "' of";
    const Handle attribute =
        owned(H5Acreate2(object, name.c_str(), file_type, *space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, action, place);
    if (values != nullptr) checked(H5Awrite(*attribute, memory_type, values), action, place);
}

// The form of one alternative in the file.
struct Writer {
    hid_t object;
    const Place& place;
    const std::string& name;

    void numbers(const std::int64_t* values, const Shape& shape) const {
        write_values(object, place, name, H5T_STD_I64LE, H5T_NATIVE_INT64, make_dataspace(shape, {}, place), values);
    }
    void numbers(const double* values, const Shape& shape) const {
        write_values(object, place, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, make_dataspace(shape, {}, place), values);
    }
    void operator()(std::int64_t number) const { numbers(&number, {}); }
    void operator()(double number) const { numbers(&number, {}); }
    template <class Number>
    void operator()(const std::vector<Number>& values) const {
        numbers(values.data(), {values.size()});
    }
    void operator()(const std::string& text) const {
        const char* start = text.c_str();
        const Handle type = text_type(place);
        write_values(object, place, name, *type, *type, make_dataspace({}, {}, place), &start);
    }
    void operator()(const std::vector<std::string>& texts) const {
        std::vector<const char*> starts;
        starts.reserve(texts.size());
        for (const std::string& text : texts) starts.push_back(text.c_str());
        const Handle type = text_type(place);
        write_values(object, place, name, *type, *type, make_dataspace({starts.size()}, {}, place), starts.data());
    }
};

template <class Number>
AttributeValue read_numbers(hid_t attribute, hid_t memory_type, std::size_t count, bool is_scalar, const Place& place) {
    std::vector<Number> numbers(count);
    if (count != 0) checked(H5Aread(attribute, memory_type, numbers.data()), "read an attribute of", place);
    if (is_scalar) return numbers.front();
    return numbers;
}

std::vector<std::string> read_any_length(hid_t attribute, hid_t type, hid_t space, std::size_t count,
                                         const Place& place) {
    std::vector<char*> starts(count, nullptr);
    checked(H5Aread(attribute, type, starts.data()), "read an attribute of", place);
    std::vector<std::string> texts;
    texts.reserve(starts.size());
    for (const char* start : starts) texts.emplace_back(start != nullptr ? start : "");
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, starts.data());
    return texts;
}

std::vector<std::string> read_fixed_length(hid_t attribute, hid_t type, std::size_t count, const Place& place) {
    const std::size_t size = H5Tget_size(type);
    std::string all(size * count, '\0');
    checked(H5Aread(attribute, type, all.data()), "read an attribute of", place);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
        std::string text = all.substr(i * size, size);
        text.resize(std::min(text.find('\0'), text.size()));
        if (H5Tget_strpad(type) == H5T_STR_SPACEPAD) text.resize(text.find_last_not_of(' ') + 1);
        texts.push_back(std::move(text));
    }
    return texts;
}

AttributeValue read_value(hid_t attribute, const Place& place) {
    const Handle type = owned(H5Aget_type(attribute), H5Tclose, "read an attribute of", place);
    const Handle space = owned(H5Aget_space(attribute), H5Sclose, "read an attribute of", place);
    const bool is_scalar = H5Sget_simple_extent_type(*space) == H5S_SCALAR;
    const auto count =
        static_cast<std::size_t>(checked(H5Sget_simple_extent_npoints(*space), "read an attribute of", place));
    const ElementType element = element_type_of_file(*type);
    if (is_integer(element) && element != ElementType::uint64) {
        return read_numbers<std::int64_t>(attribute, H5T_NATIVE_INT64, count, is_scalar, place);
    }
    if (is_float(element) || element == ElementType::uint64) {
        return read_numbers<double>(attribute, H5T_NATIVE_DOUBLE, count, is_scalar, place);
    }
    if (H5Tget_class(*type) != H5T_STRING) return '<' + describe_type(*type) + '>';
    if (count == 0) return std::vector<std::string>();
    std::vector<std::string> texts = H5Tis_variable_str(*type) > 0
                                         ? read_any_length(attribute, *type, *space, count, place)
                                         : read_fixed_length(attribute, *type, count, place);
    if (is_scalar) return texts.front();
    return texts;
}

herr_t take_name(hid_t, const char* name, const H5A_info_t*, void* names) {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
}

}  // namespace

void write_attribute(hid_t object, const Place& place, const Attribute& attribute) {
    const char* name = attribute.name.c_str();
    if (checked(H5Aexists(object, name), "look at the attributes of", place) > 0) {
        checked(H5Adelete(object, name), "replace an attribute of", place);
    }
    std::visit(Writer{object, place, attribute.name}, attribute.value.value());
}

std::vector<Attribute> read_attributes(hid_t object, const Place& place) {
    std::vector<std::string> names;
    hsize_t position = 0;
    checked(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &position, take_name, &names), "list the attributes of",
            place);
    std::vector<Attribute> attributes;
    for (std::string& name : names) {
        const Handle attribute =
            owned(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, "read an attribute of", place);
        AttributeValue value = read_value(*attribute, place);
        attributes.push_back({std::move(name), std::move(value)});
    }
    return attributes;
}

}  // namespace rankpool::detail
