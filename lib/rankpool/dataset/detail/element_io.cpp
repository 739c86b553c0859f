#include <stdexcept>
#include <string>
#include <vector>

#include <rankpool/dataset/detail/element_io.hpp>
#include <rankpool/dataset/detail/type_description.hpp>
#include <rankpool/dataset/detail/written_file.hpp>

namespace rankpool::detail {
namespace {

// Set by HDF5 when a value does not survive the conversion.
struct Misfit {
    bool happened = false;
    ElementType from;
    ElementType to;
};

H5T_conv_ret_t refuse_misfits(H5T_conv_except_t, hid_t, hid_t, void*, void*, void* data) {
    auto& misfit = *static_cast<Misfit*>(data);
    // Rounding, and infinity where the range ends, is what whoever asks for float instead of double asks for.
    if (is_float(misfit.from) && is_float(misfit.to)) return H5T_CONV_UNHANDLED;
    misfit.happened = true;
    return H5T_CONV_ABORT;
}

struct Transfer {
    Handle memory_space;
    Handle file_space;
    Handle properties;
};

std::vector<hsize_t> lengths(const Shape& shape) { return {shape.begin(), shape.end()}; }

Transfer prepare(const OpenDataset& dataset, const Region& region, Misfit& misfit) {
    const Place& place = dataset.place;
    Transfer transfer;
    transfer.memory_space = make_dataspace(region.extent, {}, place);
    transfer.file_space = owned(H5Dget_space(*dataset.id), H5Sclose, "read the shape of", place);
    if (!region.extent.empty()) {
        checked(H5Sselect_hyperslab(*transfer.file_space, H5S_SELECT_SET, lengths(region.offset).data(), nullptr,
                                    lengths(region.extent).data(), nullptr),
                "select a region of", place);
    }
    transfer.properties = owned(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "prepare the transfer of", place);
    checked(H5Pset_type_conv_cb(*transfer.properties, refuse_misfits, &misfit), "prepare the transfer of", place);
    return transfer;
}

// The first filter of a dataset that this process does not have; none if it has all.
const FilterInfo* missing_filter(const DatasetInfo& info) {
    for (const FilterInfo& filter : info.filters) {
        if (H5Zfilter_avail(filter.id) <= 0) return &filter;
    }
    return nullptr;
}

[[noreturn]] void throw_transfer_failure(const char* action, const OpenDataset& dataset, const Region& region,
                                         const Misfit& misfit) {
    const Place& place = dataset.place;
    const auto fail = [&](DatasetProblem problem, const std::string& why) {
        throw DatasetError(problem, place.path, place.dataset,
                           "cannot " + std::string(action) + ' ' + quoted(place) + ": " + why);
    };
    if (misfit.happened) {
        fail(DatasetProblem::value_does_not_fit, "a value among the " + to_string(region) + " is " +
                                                     std::string(name(misfit.from)) + " and does not fit " +
                                                     std::string(name(misfit.to)) + ": use a wider type");
    }
    const std::string reason = innermost_reason();
    if (reason.find("inflate") != std::string::npos || reason.find("Fletcher32") != std::string::npos) {
        fail(DatasetProblem::damaged, "a chunk among the " + to_string(region) + " is damaged (HDF5 says: " + reason +
                                          "): copy or make the file again");
    }
    if (const FilterInfo* filter = missing_filter(dataset.info); filter != nullptr) {
        fail(DatasetProblem::filter_missing, "its chunks went through the filter '" + filter->name + "' (number " +
                                                 std::to_string(filter->id) +
                                                 "), which is not installed here: install its HDF5 plugin, or set "
                                                 "HDF5_PLUGIN_PATH to where it lies");
    }
    throw_hdf5_failure(action, place);
}

[[noreturn]] void throw_wrong_type(const char* action, const OpenDataset& dataset, const std::string& why) {
    throw DatasetError(DatasetProblem::wrong_type, dataset.place.path, dataset.place.dataset,
                       "cannot " + std::string(action) + ' ' + quoted(dataset.place) + why);
}

}  // namespace

void check_region(const Place& place, const Shape& shape, const Region& region, std::uint64_t count) {
    if (!region.fits_in(shape)) {
        throw std::out_of_range("the region of " + to_string(region) + " lies outside " + quoted(place) +
                                ", whose shape is " + to_string(shape));
    }
    if (region.element_count() != count) {
        throw std::invalid_argument("the region of " + to_string(region) + " of " + quoted(place) + " has " +
                                    std::to_string(region.element_count()) + " elements, the memory given has " +
                                    std::to_string(count));
    }
}

void check_readable_as(const OpenDataset& dataset, ElementType memory) {
    const std::string wanted(name(memory));
    if (dataset.info.type == ElementType::other) {
        throw_wrong_type("read", dataset,
                         " as " + wanted + ": it holds " + dataset.info.type_text + ", not numbers rankpool can read");
    }
    if (is_integer(memory) && is_float(dataset.info.type)) {
        throw_wrong_type("read", dataset,
                         " as " + wanted + ": it holds " + dataset.info.type_text +
                             ", and whole numbers would lose the fractions; read it as double");
    }
}

void check_writable_from(const OpenDataset& dataset, ElementType memory) {
    const std::string given(name(memory));
    if (dataset.info.type == ElementType::other) {
        throw_wrong_type("write", dataset, ": it holds " + dataset.info.type_text + ", the elements are " + given);
    }
    if (is_float(memory) && is_integer(dataset.info.type)) {
        throw_wrong_type("write", dataset,
                         ": it holds " + dataset.info.type_text + ", the elements are " + given +
                             " and would lose their fractions; convert them first");
    }
}

void read_region(const Hdf5Lock&, const OpenDataset& dataset, const Region& region, ElementType memory, void* out) {
    if (region.element_count() == 0) return;
    Misfit misfit{false, dataset.info.type, memory};
    const Transfer transfer = prepare(dataset, region, misfit);
    if (H5Dread(*dataset.id, memory_type(memory), *transfer.memory_space, *transfer.file_space, *transfer.properties,
                out) < 0) {
        throw_transfer_failure("read", dataset, region, misfit);
    }
}

void read_region_as_it_is(const Hdf5Lock&, const OpenDataset& dataset, const Region& region, std::span<std::byte> out) {
    const Handle type = owned(H5Dget_type(*dataset.id), H5Tclose, "read the type of", dataset.place);
    if (!is_self_contained(*type)) {
        throw_wrong_type("read", dataset, ": its elements are " + dataset.info.type_text + ", which lie elsewhere");
    }
    check_region(dataset.place, dataset.info.shape, region, out.size() / dataset.info.element_bytes);
    if (region.element_count() == 0) return;
    Misfit misfit{false, dataset.info.type, dataset.info.type};
    const Transfer transfer = prepare(dataset, region, misfit);
    const hid_t memory = dataset.info.type == ElementType::other ? *type : memory_type(dataset.info.type);
    if (H5Dread(*dataset.id, memory, *transfer.memory_space, *transfer.file_space, *transfer.properties, out.data()) <
        0) {
        throw_transfer_failure("read", dataset, region, misfit);
    }
}

void read_and_forget(const Hdf5Lock&, const OpenDataset& dataset, const Region& region) {
    if (region.element_count() == 0) return;
    const Handle type = owned(H5Dget_type(*dataset.id), H5Tclose, "read the type of", dataset.place);
    Misfit misfit{false, dataset.info.type, dataset.info.type};
    const Transfer transfer = prepare(dataset, region, misfit);
    std::vector<std::byte> elements(region.element_count() * H5Tget_size(*type));
    if (H5Dread(*dataset.id, *type, *transfer.memory_space, *transfer.file_space, *transfer.properties,
                elements.data()) < 0) {
        throw_transfer_failure("read", dataset, region, misfit);
    }
    if (!is_self_contained(*type)) H5Dvlen_reclaim(*type, *transfer.memory_space, H5P_DEFAULT, elements.data());
}

void write_region_as_it_is(const Hdf5Lock&, const OpenDataset& dataset, const Region& region, BytesView elements) {
    if (region.element_count() == 0) return;
    check_file_size_limit(dataset, elements.size());
    const Handle type = owned(H5Dget_type(*dataset.id), H5Tclose, "read the type of", dataset.place);
    Misfit misfit{false, dataset.info.type, dataset.info.type};
    const Transfer transfer = prepare(dataset, region, misfit);
    if (H5Dwrite(*dataset.id, *type, *transfer.memory_space, *transfer.file_space, *transfer.properties,
                 elements.data()) < 0) {
        throw_transfer_failure("write", dataset, region, misfit);
    }
}

void write_region(const Hdf5Lock&, const OpenDataset& dataset, const Region& region, ElementType memory,
                  const void* elements) {
    if (region.element_count() == 0) return;
    check_file_size_limit(dataset, region.element_count() * dataset.info.element_bytes);
    Misfit misfit{false, memory, dataset.info.type};
    const Transfer transfer = prepare(dataset, region, misfit);
    if (H5Dwrite(*dataset.id, memory_type(memory), *transfer.memory_space, *transfer.file_space, *transfer.properties,
                 elements) < 0) {
        throw_transfer_failure("write", dataset, region, misfit);
    }
}

}  // namespace rankpool::detail
