#include <rankpool/dataset/detail/type_description.hpp>

namespace rankpool::detail {
namespace {

std::string describe_text(hid_t type) {
    const std::string encoding = H5Tget_cset(type) == H5T_CSET_UTF8 ? "UTF-8" : "ASCII";
    if (H5Tis_variable_str(type) > 0) return "text (" + encoding + ", any length)";
    return "text (" + encoding + ", " + std::to_string(H5Tget_size(type)) + " bytes)";
}

// Of compounds and enumerations; the first few say enough.
std::string describe_members(hid_t type) {
    constexpr int shown_max = 6;
    const int count = H5Tget_nmembers(type);
    std::string text;
    for (int i = 0; i < count && i < shown_max; ++i) {
        char* member = H5Tget_member_name(type, static_cast<unsigned>(i));
        text += (i == 0 ? "" : ", ") + std::string(member != nullptr ? member : "?");
        H5free_memory(member);
    }
    return count > shown_max ? text + ", and " + std::to_string(count - shown_max) + " more" : text;
}

std::string describe_number(hid_t type) {
    const std::string bits = std::to_string(H5Tget_precision(type)) + "-bit ";
    return bits + (H5Tget_class(type) == H5T_FLOAT ? "float" : "integer");
}

}  // namespace

ElementType element_type_of_file(hid_t type) {
    const std::size_t size = H5Tget_size(type);
    if (H5Tget_class(type) == H5T_INTEGER && H5Tget_precision(type) == 8 * size) {
        const std::string sign = H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int";
        return element_type_named(sign + std::to_string(8 * size));
    }
    if (H5Tget_class(type) == H5T_FLOAT && H5Tget_precision(type) == 8 * size) {
        return element_type_named("float" + std::to_string(8 * size));
    }
    return ElementType::other;
}

std::string describe_type(hid_t type) {
    if (const ElementType known = element_type_of_file(type); known != ElementType::other) {
        const bool big = element_bytes(known) > 1 && H5Tget_order(type) == H5T_ORDER_BE;
        return std::string(name(known)) + (big ? ", big-endian" : "");
    }
    switch (H5Tget_class(type)) {
        case H5T_INTEGER:
        case H5T_FLOAT:
            return describe_number(type);
        case H5T_STRING:
            return describe_text(type);
        case H5T_COMPOUND:
            return "compound (" + describe_members(type) + ")";
        case H5T_ENUM:
            return "enumeration (" + describe_members(type) + ")";
        case H5T_BITFIELD:
            return "bit field";
        case H5T_OPAQUE:
            return "opaque bytes";
        case H5T_REFERENCE:
            return "references";
        case H5T_VLEN:
            return "lists of varying length";
        case H5T_ARRAY:
            return "small arrays";
        case H5T_TIME:
            return "time";
        default:
            return "a type unknown to HDF5 " + std::to_string(H5_VERS_MAJOR) + '.' + std::to_string(H5_VERS_MINOR);
    }
}

bool is_self_contained(hid_t type) {
    switch (H5Tget_class(type)) {
        case H5T_VLEN:
        case H5T_REFERENCE:
            return false;
        case H5T_STRING:
            return H5Tis_variable_str(type) <= 0;
        case H5T_ARRAY:
            return is_self_contained(*Handle(H5Tget_super(type), H5Tclose));
        case H5T_COMPOUND:
            for (int i = H5Tget_nmembers(type); i-- > 0;) {
                if (!is_self_contained(*Handle(H5Tget_member_type(type, static_cast<unsigned>(i)), H5Tclose)))
                    return false;
            }
            return true;
        default:
            return true;
    }
}

}  // namespace rankpool::detail
