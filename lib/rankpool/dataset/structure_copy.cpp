#include <algorithm>
#include <filesystem>
#include <utility>

#include <rankpool/dataset/detail/dataset_creation.hpp>
#include <rankpool/dataset/detail/file_cache.hpp>
#include <rankpool/dataset/detail/object_copy.hpp>
#include <rankpool/dataset/detail/output_state.hpp>
#include <rankpool/dataset/detail/plain_storage.hpp>
#include <rankpool/dataset/detail/type_description.hpp>
#include <rankpool/dataset/filter_pipeline.hpp>
#include <rankpool/dataset/structure_copy.hpp>

namespace rankpool {
namespace {

using detail::checked;
using detail::Handle;
using detail::owned;
using detail::Place;

using ChooseLayout = std::function<LayoutChange(const std::string&, const DatasetInfo&)>;

// Below this a task would cost more than it saves.
constexpr std::uint64_t small_bytes = 64U << 10;

struct Link {
    std::string name;
    H5L_type_t type;
};

herr_t collect_link(hid_t, const char* name, const H5L_info_t* info, void* links) {
    static_cast<std::vector<Link>*>(links)->push_back({name, info->type});
    return 0;
}

// A dataset of the copy, and how it was before.
struct Copied {
    std::string name;
    detail::OpenDataset source;
    std::shared_ptr<detail::OpenDataset> target;
    std::optional<FilterPipeline> pipeline;  // None: HDF5 copies the elements.
};

class StructureCopy {
  public:
    StructureCopy(const detail::Hdf5Lock& lock, detail::OutputState& output, const std::string& source,
                  const ChooseLayout& change)
        : output_(output),
          source_path_(source),
          source_(detail::FileCache::instance(lock).file(lock, source)),
          target_(output.file().id()),
          change_(change) {}

    void copy_all() {
        const Handle root = owned(H5Gopen2(source_, "/", H5P_DEFAULT), H5Gclose, "open", place(""));
        names_.add(*root, "/");
        copy_links(*root, "");
        fill_and_describe();
        const Handle target_root = owned(H5Gopen2(target_, "/", H5P_DEFAULT), H5Gclose, "open", place(""));
        detail::copy_attributes(*root, *target_root, context(), place("/"));
    }
    void copy_one(const std::string& dataset) {
        detail::create_groups(target_, output_.place(dataset), dataset.substr(0, dataset.rfind('/')));
        copy_dataset(dataset);
        names_ = {};  // References would lead nowhere.
        fill_and_describe();
    }
    std::vector<Copied> take() { return std::move(datasets_); }

  private:
    Place place(const std::string& name) const { return {source_path_, name}; }
    detail::CopyContext context() const { return {source_, target_, names_}; }

    void copy_links(hid_t group, const std::string& path) {
        const Handle properties = owned(H5Gget_create_plist(group), H5Pclose, "copy", place(path));
        unsigned order = 0;
        checked(H5Pget_link_creation_order(*properties, &order), "copy", place(path));
        std::vector<Link> links;
        hsize_t position = 0;
        checked(H5Literate(group, (order & H5P_CRT_ORDER_TRACKED) != 0 ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME,
                           H5_ITER_INC, &position, collect_link, &links),
                "list", place(path));
        for (const Link& link : links) copy_link(group, link, path + '/' + link.name);
    }
    void copy_link(hid_t group, const Link& link, const std::string& path) {
        if (link.type != H5L_TYPE_HARD) return copy_pointing_link(group, link, path);
        const Handle object = owned(H5Oopen(source_, path.c_str(), H5P_DEFAULT), H5Oclose, "open", place(path));
        if (!names_.add(*object, path)) {
            const std::string& first = *names_.find(*object);
            checked(H5Lcreate_hard(target_, first.c_str(), target_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT),
                    "copy the link", place(path));
            return;
        }
        switch (H5Iget_type(*object)) {
            case H5I_GROUP: {
                const Handle properties = owned(H5Gget_create_plist(*object), H5Pclose, "copy", place(path));
                owned(H5Gcreate2(target_, path.c_str(), *link_properties(), *properties, H5P_DEFAULT), H5Gclose,
                      "make the group", output_.place(path));
                others_.push_back(path);
                return copy_links(*object, path);
            }
            case H5I_DATASET:
                return copy_dataset(path);
            case H5I_DATATYPE: {
                const Handle type = owned(H5Tcopy(*object), H5Tclose, "copy the type", place(path));
                checked(H5Tcommit2(target_, path.c_str(), *type, *link_properties(), H5P_DEFAULT, H5P_DEFAULT),
                        "name the type", output_.place(path));
                others_.push_back(path);
                return;
            }
            default:
                throw DatasetError(DatasetProblem::other, source_path_, path,
                                   "cannot copy " + quoted(place(path)) + ": it is of a kind unknown here");
        }
    }
    void copy_pointing_link(hid_t group, const Link& link, const std::string& path) {
        H5L_info_t info{};
        checked(H5Lget_info(group, link.name.c_str(), &info, H5P_DEFAULT), "read the link", place(path));
        std::vector<char> value(info.u.val_size + 1, '\0');
        checked(H5Lget_val(group, link.name.c_str(), value.data(), value.size(), H5P_DEFAULT), "read the link",
                place(path));
        if (link.type == H5L_TYPE_SOFT) {
            checked(H5Lcreate_soft(value.data(), target_, path.c_str(), *link_properties(), H5P_DEFAULT),
                    "copy the link", place(path));
            return;
        }
        const char* file = nullptr;
        const char* object = nullptr;
        unsigned flags = 0;
        checked(H5Lunpack_elink_val(value.data(), info.u.val_size, &flags, &file, &object), "read the link",
                place(path));
        checked(H5Lcreate_external(file, object, target_, path.c_str(), *link_properties(), H5P_DEFAULT),
                "copy the link", place(path));
    }

    void copy_dataset(const std::string& path) {
        detail::OpenDataset source = detail::open_dataset(source_, place(path));
        const Handle type = owned(H5Dget_type(*source.id), H5Tclose, "read the type of", source.place);
        const Handle plain_type = owned(H5Tcopy(*type), H5Tclose, "read the type of", source.place);
        const Handle space = owned(H5Dget_space(*source.id), H5Sclose, "read the shape of", source.place);
        const bool is_fixed = detail::is_self_contained(*type);
        Handle properties = owned(H5Dget_create_plist(*source.id), H5Pclose, "read the properties of", source.place);
        if (H5Pget_external_count(*properties) > 0) {
            throw DatasetError(DatasetProblem::other, source_path_, path,
                               "cannot copy " + quoted(source.place) + ": its elements lie in files of their own, " +
                                   "which the copy would share");
        }
        if (is_fixed) apply_change(path, source, *properties);
        if (is_fixed && source.info.storage_bytes != 0) detail::allocate_early(*properties, output_.place(path));
        owned(H5Dcreate2(target_, path.c_str(), *plain_type, *space, *link_properties(), *properties, H5P_DEFAULT),
              H5Dclose, "create", output_.place(path));
        auto target = output_.file().keep(detail::open_dataset(target_, output_.place(path)));
        std::optional<FilterPipeline> pipeline;
        if (is_fixed) pipeline = pipeline_of(target->info);
        datasets_.push_back({path, std::move(source), std::move(target), std::move(pipeline)});
    }
    void apply_change(const std::string& path, const detail::OpenDataset& source, hid_t properties) {
        const DatasetInfo& info = source.info;
        const bool can_be_chunked = !info.shape.empty() && info.element_count() > 0 &&
                                    (info.layout == Layout::chunked || info.layout == Layout::contiguous);
        if (!can_be_chunked) return;
        const LayoutChange change = change_(path, info);
        const bool is_chunked = info.layout == Layout::chunked;
        if (change.filters && (is_chunked || change.filters->any() || change.chunk_shape)) {
            checked(H5Premove_filter(properties, H5Z_FILTER_ALL), "change the filters of", source.place);
        }
        if (change.chunk_shape || (change.filters && change.filters->any() && !is_chunked)) {
            set_chunks(info, change.chunk_shape.value_or(default_chunk_shape(info.shape, info.element_bytes, 1U << 20)),
                       properties, source.place);
        }
        if (change.filters && change.filters->any()) detail::set_filters(properties, *change.filters, source.place);
    }
    static void set_chunks(const DatasetInfo& info, Shape chunk_shape, hid_t properties, const Place& place) {
        for (std::size_t d = 0; d < chunk_shape.size(); ++d) {
            // HDF5 refuses chunks longer than a dimension that cannot grow.
            if (info.shape_max[d] != DatasetInfo::unlimited)
                chunk_shape[d] = std::min(chunk_shape[d], info.shape_max[d]);
        }
        const std::vector<hsize_t> lengths(chunk_shape.begin(), chunk_shape.end());
        checked(H5Pset_chunk(properties, static_cast<int>(lengths.size()), lengths.data()), "cut into chunks", place);
    }

    // References need all objects to be there; so attributes, and elements that may be references, come last.
    void fill_and_describe() {
        for (const Copied& copied : datasets_) {
            detail::copy_attributes(*copied.source.id, *copied.target->id, context(), copied.source.place);
        }
        for (const std::string& path : others_) {
            const Handle from = owned(H5Oopen(source_, path.c_str(), H5P_DEFAULT), H5Oclose, "open", place(path));
            const Handle to = owned(H5Oopen(target_, path.c_str(), H5P_DEFAULT), H5Oclose, "open", output_.place(path));
            detail::copy_attributes(*from, *to, context(), place(path));
        }
        std::erase_if(datasets_, [&](const Copied& copied) {
            const DatasetInfo& info = copied.source.info;
            const bool has_own_elements = info.layout != Layout::virtual_dataset;
            const bool is_small = info.element_count() * info.element_bytes <= small_bytes;
            const bool by_ranks = copied.pipeline && !is_small && has_own_elements && info.layout != Layout::compact;
            // Where nothing was ever written, nothing is.
            if (!by_ranks && has_own_elements && info.storage_bytes != 0) {
                detail::copy_elements_by_hdf5(*copied.source.id, *copied.target->id, context(), copied.source.place);
            }
            return !by_ranks;
        });
    }

    static Handle link_properties() {
        Handle properties(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
        H5Pset_char_encoding(*properties, H5T_CSET_UTF8);
        return properties;
    }

    detail::OutputState& output_;
    std::string source_path_;
    hid_t source_;
    hid_t target_;
    const ChooseLayout& change_;
    detail::ReferenceMap names_;
    std::vector<Copied> datasets_;
    std::vector<std::string> others_;
};

}  // namespace

std::vector<UnfilledDataset> OutputFile::copy_from(const std::string& source, const std::string& dataset,
                                                   const ChooseLayout& change) {
    const std::string path = std::filesystem::absolute(source).string();
    return state_->guarded([&] {
        const detail::Hdf5Lock lock;
        StructureCopy copy(lock, *state_, path, change);
        if (dataset.empty()) {
            copy.copy_all();
        } else {
            copy.copy_one(detail::absolute_name(dataset));
        }
        std::vector<UnfilledDataset> unfilled;
        for (Copied& copied : copy.take()) {
            unfilled.push_back({copied.name, OutputDataset(state_, copied.target, std::move(*copied.pipeline))});
        }
        return unfilled;
    });
}

std::vector<UnfilledDataset> copy_structure(OutputFile& output, const std::string& source, const ChooseLayout& change) {
    return output.copy_from(source, "", change);
}

std::vector<UnfilledDataset> copy_structure_of(OutputFile& output, const std::string& source,
                                               const std::string& dataset, const LayoutChange& change) {
    return output.copy_from(source, dataset, [&](const std::string&, const DatasetInfo&) { return change; });
}

}  // namespace rankpool
