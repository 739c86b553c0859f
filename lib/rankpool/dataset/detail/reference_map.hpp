#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include <rankpool/dataset/detail/hdf5.hpp>

namespace rankpool::detail {

/// Which object of a file that is being copied has which name in the copy. References between objects are addresses
/// within one file, so they have to be made anew.
class ReferenceMap {
  public:
    /// False if the object is known already; then `name` is not its name.
    bool add(hid_t object, const std::string& name) { return names_.emplace(address_of(object), name).second; }
    /// Null: not copied.
    const std::string* find(hid_t object) const {
        const auto found = names_.find(address_of(object));
        return found == names_.end() ? nullptr : &found->second;
    }
    bool empty() const { return names_.empty(); }

    /// Changes all references in elements of a type in memory so that they are the copy's; those to what was not copied
    /// become null.
    void translate(hid_t type, std::byte* elements, std::size_t count, hid_t source_file, hid_t target_file) const;

  private:
    static std::uint64_t address_of(hid_t object);
    void translate_one(hid_t type, std::byte* element, hid_t source_file, hid_t target_file) const;

    std::map<std::uint64_t, std::string> names_;
};

/// Where an object's header lies in its file.
std::uint64_t header_address(hid_t object);

/// Whether elements refer to objects of their file.
bool has_references(hid_t type);

}  // namespace rankpool::detail
