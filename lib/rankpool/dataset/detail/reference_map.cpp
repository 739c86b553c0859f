#include <cstring>

#include <rankpool/dataset/detail/reference_map.hpp>

namespace rankpool::detail {

std::uint64_t header_address(hid_t object) {
#if H5_VERSION_GE(1, 12, 0)
    H5O_info2_t info{};
    haddr_t address = HADDR_UNDEF;
    if (H5Oget_info3(object, &info, H5O_INFO_BASIC) < 0 || H5VLnative_token_to_addr(object, info.token, &address) < 0) {
        return HADDR_UNDEF;
    }
    return address;
#else
    H5O_info_t info{};
    return H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0 ? HADDR_UNDEF : info.addr;
#endif
}

bool has_references(hid_t type) { return H5Tdetect_class(type, H5T_REFERENCE) > 0; }

std::uint64_t ReferenceMap::address_of(hid_t object) { return header_address(object); }

void ReferenceMap::translate(hid_t type, std::byte* elements, std::size_t count, hid_t source_file,
                             hid_t target_file) const {
    if (!has_references(type)) return;
    const std::size_t size = H5Tget_size(type);
    for (std::size_t i = 0; i < count; ++i) translate_one(type, elements + i * size, source_file, target_file);
}

void ReferenceMap::translate_one(hid_t type, std::byte* element, hid_t source_file, hid_t target_file) const {
    switch (H5Tget_class(type)) {
        case H5T_REFERENCE: {
            const std::size_t size = H5Tget_size(type);
            const bool is_region = H5Tequal(type, H5T_STD_REF_DSETREG) > 0;
            const H5R_type_t kind = is_region ? H5R_DATASET_REGION : H5R_OBJECT;
            const Handle object(H5Rdereference2(source_file, H5P_DEFAULT, kind, element), H5Oclose);
            const std::string* const name = object ? find(*object) : nullptr;
            const Handle region(name != nullptr && is_region ? H5Rget_region(source_file, kind, element) : -1,
                                H5Sclose);
            std::memset(element, 0, size);
            if (name != nullptr && H5Rcreate(element, target_file, name->c_str(), kind, is_region ? *region : -1) < 0) {
                std::memset(element, 0, size);
            }
            return;
        }
        case H5T_COMPOUND:
            for (int i = H5Tget_nmembers(type); i-- > 0;) {
                const auto member = static_cast<unsigned>(i);
                const Handle member_type(H5Tget_member_type(type, member), H5Tclose);
                translate(*member_type, element + H5Tget_member_offset(type, member), 1, source_file, target_file);
            }
            return;
        case H5T_ARRAY: {
            const Handle base(H5Tget_super(type), H5Tclose);
            translate(*base, element, H5Tget_size(type) / H5Tget_size(*base), source_file, target_file);
            return;
        }
        case H5T_VLEN: {
            const Handle base(H5Tget_super(type), H5Tclose);
            hvl_t list{};
            std::memcpy(&list, element, sizeof list);
            translate(*base, static_cast<std::byte*>(list.p), list.len, source_file, target_file);
            return;
        }
        default:
            return;
    }
}

}  // namespace rankpool::detail
