#include <utility>

#include <rankpool/dataset/detail/attribute_io.hpp>
#include <rankpool/dataset/detail/dataset_creation.hpp>
#include <rankpool/dataset/detail/output_state.hpp>
#include <rankpool/dataset/output_file.hpp>

namespace rankpool {
namespace {

std::shared_ptr<detail::OpenDataset> make_dataset(detail::OutputState& state, const std::string& name,
                                                  const DatasetOptions& complete) {
    const detail::Place place = state.place(detail::absolute_name(name));
    return state.guarded([&] {
        const detail::Hdf5Lock lock;
        return state.file().keep(detail::create_dataset(state.file().id(), place, complete));
    });
}

}  // namespace

OutputFile::OutputFile(const std::string& path) : state_(std::make_shared<detail::OutputState>(path)) {}

OutputFile::~OutputFile() {
    if (state_) state_->abandon();
}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}

const std::string& OutputFile::path() const { return state_->part().target(); }

const std::string& OutputFile::part_path() const { return state_->part().path(); }

void OutputFile::create_group(const std::string& name) {
    const std::string group = detail::absolute_name(name);
    state_->guarded([&] {
        const detail::Hdf5Lock lock;
        detail::create_groups(state_->file().id(), state_->place(group), group);
    });
}

OutputDataset OutputFile::create_dataset(const std::string& name, const DatasetOptions& options) {
    const DatasetOptions complete = completed(options);
    return {state_, make_dataset(*state_, name, complete), pipeline_of(complete.filters, element_bytes(complete.type))};
}

OutputFile::Growing OutputFile::make_appender(const std::string& name, ElementType type, const AppendOptions& options) {
    const DatasetOptions complete = completed({.shape = {0},
                                               .chunk_shape = {options.chunk_elements},
                                               .type = type,
                                               .filters = options.filters,

                                               .unlimited_dimensions = {0}});
    auto dataset = make_dataset(*state_, name, complete);
    auto appender = std::make_shared<detail::ChunkAppender>(dataset, element_bytes(type), options);
    state_->at_commit([appender] { appender->finish(); });
    return {std::move(dataset), std::move(appender)};
}

void OutputFile::set_attribute(const std::string& name, const AttributeValue& value) {
    set_attribute("/", name, value);
}

void OutputFile::set_attribute(const std::string& object, const std::string& name, const AttributeValue& value) {
    const std::string full_name = object == "/" ? object : detail::absolute_name(object);
    const detail::Place place = state_->place(full_name == "/" ? "" : full_name);
    state_->guarded([&] {
        const detail::Hdf5Lock lock;
        const detail::Handle target(H5Oopen(state_->file().id(), full_name.c_str(), H5P_DEFAULT), H5Oclose);
        if (!target) {
            throw DatasetError(DatasetProblem::dataset_missing, place.path, full_name,
                               "cannot set the attribute '" + name + "' of " + detail::quoted(place) +
                                   ": create that group or dataset first");
        }
        detail::write_attribute(*target, place, {name, value});
    });
}

void OutputFile::commit() { state_->commit(); }

}  // namespace rankpool
