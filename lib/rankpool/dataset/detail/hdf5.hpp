#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <hdf5.h>

#include <rankpool/dataset/dataset_error.hpp>
#include <rankpool/dataset/element_type.hpp>
#include <rankpool/dataset/grid.hpp>

// The one header that includes hdf5.h; only sources include it.
namespace rankpool::detail {

/// Held by whoever calls HDF5. Most builds of HDF5 must not be entered by two threads, so a process has one lock; a
/// function that takes `const Hdf5Lock&` is one that calls HDF5. While it is held, HDF5 does not print its errors.
/// A fork waits for it, so that a child never inherits HDF5 in the middle of a call.
class Hdf5Lock {
  public:
    Hdf5Lock();
    ~Hdf5Lock();
    Hdf5Lock(const Hdf5Lock&) = delete;
    Hdf5Lock& operator=(const Hdf5Lock&) = delete;

  private:
    std::unique_lock<std::mutex> lock_;
    H5E_auto2_t printer_ = nullptr;  // Back in place afterwards: the program may use HDF5 itself.
    void* printer_data_ = nullptr;
};

/// Owns one HDF5 identifier. Negative identifiers, which HDF5 returns for a failure, own nothing.
class Handle {
  public:
    using Closer = herr_t (*)(hid_t);

    Handle() = default;
    Handle(hid_t id, Closer closer) : id_(id), closer_(closer) {}
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), closer_(other.closer_) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(id_, other.id_);
        std::swap(closer_, other.closer_);
        return *this;
    }
    ~Handle() { (void)close(); }

    explicit operator bool() const { return id_ >= 0; }
    hid_t operator*() const { return id_; }
    /// False if HDF5 could not close it; it is given up all the same.
    bool close() {
        const hid_t id = std::exchange(id_, H5I_INVALID_HID);
        return id < 0 || closer_(id) >= 0;
    }

  private:
    hid_t id_ = H5I_INVALID_HID;
    Closer closer_ = nullptr;
};

/// What is being worked on, for messages.
struct Place {
    std::string path;
    std::string dataset;  ///< Empty: the file as a whole.
};

/// `'run.h5:/data'`, or `'run.h5'`.
std::string quoted(const Place& place);

/// Throws the DatasetError that HDF5's current error stack tells: `cannot <action> 'run.h5:/data': …`.
[[noreturn]] void throw_hdf5_failure(std::string_view action, const Place& place);

/// Checks what an HDF5 function returned: negative is a failure.
template <class Status>
Status checked(Status status, std::string_view action, const Place& place) {
    if (status < 0) throw_hdf5_failure(action, place);
    return status;
}

/// Takes ownership of what an HDF5 function returned.
inline Handle owned(hid_t id, Handle::Closer closer, std::string_view action, const Place& place) {
    return {checked(id, action, place), closer};
}

/// HDF5's last error in one line: the deepest reason, without file positions and buffer addresses.
std::string innermost_reason();

/// HDF5's type for elements in memory. Not for `other`.
hid_t memory_type(ElementType type);

/// A simple dataspace; scalar for no dimensions. `shape_max`: as far as it may grow, empty for not at all.
Handle make_dataspace(const Shape& shape, const Shape& shape_max, const Place& place);

}  // namespace rankpool::detail
