#include <algorithm>
#include <array>
#include <cstdlib>
#include <pthread.h>
#include <vector>

#include <rankpool/core/contract.hpp>
#include <rankpool/dataset/detail/hdf5.hpp>
#include <rankpool/dataset/detail/open_failure.hpp>

namespace rankpool::detail {
namespace {

std::mutex& hdf5_mutex() {
    // Never destroyed: destructors of static objects may still come here.
    static std::mutex& mutex = *[] {
        static auto* const made = new std::mutex;
        pthread_atfork([] { made->lock(); }, [] { made->unlock(); }, [] { made->unlock(); });
        return made;
    }();
    return mutex;
}

herr_t take_first(unsigned, const H5E_error2_t* error, void* text) {
    *static_cast<std::string*>(text) = error->desc != nullptr ? error->desc : "";
    return 1;  // Enough seen.
}

// `…, errno = 28, error message = 'No space left on device', …`: 28, else 0.
int error_number_in(const std::string& reason) {
    const std::string key = "errno = ";
    const std::size_t found = reason.find(key);
    return found == std::string::npos ? 0 : std::atoi(reason.c_str() + found + key.size());
}

}  // namespace

Hdf5Lock::Hdf5Lock() : lock_(hdf5_mutex()) {
    H5Eget_auto2(H5E_DEFAULT, &printer_, &printer_data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Hdf5Lock::~Hdf5Lock() { H5Eset_auto2(H5E_DEFAULT, printer_, printer_data_); }

std::string quoted(const Place& place) {
    return '\'' + place.path + (place.dataset.empty() ? "" : ':' + place.dataset) + '\'';
}

std::string innermost_reason() {
    std::string reason;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &reason);
    // Of a failed system call, the system's words are what matters.
    const std::string key = "error message = '";
    if (const std::size_t found = reason.find(key); found != std::string::npos) {
        const std::size_t start = found + key.size();
        reason = reason.substr(start, reason.find('\'', start) - start);
    }
    std::ranges::replace(reason, '\n', ' ');
    return reason.empty() ? "HDF5 gives no reason" : reason;
}

void throw_hdf5_failure(std::string_view action, const Place& place) {
    std::string raw;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &raw);
    const std::string start = "cannot " + std::string(action) + ' ' + quoted(place) + ": ";
    if (const int number = error_number_in(raw); number != 0) {
        const SystemProblem system = system_problem(number);
        throw DatasetError(system.problem, place.path, place.dataset, start + system.text);
    }
    throw DatasetError(DatasetProblem::other, place.path, place.dataset, start + "HDF5 says: " + innermost_reason());
}

hid_t memory_type(ElementType type) {
    switch (type) {
        case ElementType::int8:
            return H5T_NATIVE_INT8;
        case ElementType::int16:
            return H5T_NATIVE_INT16;
        case ElementType::int32:
            return H5T_NATIVE_INT32;
        case ElementType::int64:
            return H5T_NATIVE_INT64;
        case ElementType::uint8:
            return H5T_NATIVE_UINT8;
        case ElementType::uint16:
            return H5T_NATIVE_UINT16;
        case ElementType::uint32:
            return H5T_NATIVE_UINT32;
        case ElementType::uint64:
            return H5T_NATIVE_UINT64;
        case ElementType::float32:
            return H5T_NATIVE_FLOAT;
        case ElementType::float64:
            return H5T_NATIVE_DOUBLE;
        case ElementType::other:
            break;
    }
    RANKPOOL_EXPECT(type != ElementType::other);
    return H5I_INVALID_HID;
}

Handle make_dataspace(const Shape& shape, const Shape& shape_max, const Place& place) {
    if (shape.empty()) return owned(H5Screate(H5S_SCALAR), H5Sclose, "describe the shape of", place);
    const std::vector<hsize_t> lengths(shape.begin(), shape.end());
    const std::vector<hsize_t> lengths_max(shape_max.begin(), shape_max.end());
    return owned(H5Screate_simple(static_cast<int>(lengths.size()), lengths.data(),
                                  lengths_max.empty() ? nullptr : lengths_max.data()),
                 H5Sclose, "describe the shape of", place);
}

}  // namespace rankpool::detail
