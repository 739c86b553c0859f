#include <stdexcept>
#include <unistd.h>

#include <rankpool/dataset/detail/dataset_creation.hpp>
#include <rankpool/dataset/detail/output_state.hpp>

namespace rankpool::detail {
namespace {

Handle create_file(const PartFile& part) {
    const Hdf5Lock lock;
    const Place place{part.target(), ""};
    const Handle creation = file_creation_properties(place);
    const Handle access = owned(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "create", place);
    checked(H5Pset_fclose_degree(*access, H5F_CLOSE_STRONG), "create", place);
    return owned(H5Fcreate(part.path().c_str(), H5F_ACC_TRUNC, *creation, *access), H5Fclose, "create", place);
}

// Mistakes in a call, found before anything was written.
bool left_file_intact(DatasetProblem problem) {
    return problem == DatasetProblem::wrong_type || problem == DatasetProblem::exists_already ||
           problem == DatasetProblem::dataset_missing || problem == DatasetProblem::is_a_group;
}

}  // namespace

OutputState::OutputState(const std::string& target) : part_(target), owner_(getpid()) {
    try {
        file_ = create_file(part_);
    } catch (...) {
        part_.remove();
        throw;
    }
}

std::shared_ptr<OpenDataset> OutputState::keep(OpenDataset dataset) {
    datasets_.push_back(std::make_shared<OpenDataset>(std::move(dataset)));
    return datasets_.back();
}

void OutputState::commit() {
    guarded([this] {
        for (const auto& finish : finishers_) finish();
        {
            const Hdf5Lock lock;
            if (!close(lock)) throw_hdf5_failure("finish writing", place(""));
        }
        part_.publish();
        owner_ = 0;
    });
}

void OutputState::abandon() noexcept {
    if (owner_ == 0) return;
    if (owner_ != getpid()) {  // The parent's file: forget it without touching it.
        for (const auto& dataset : datasets_) dataset->id.release();
        file_.release();
        return;
    }
    part_.remove();
    const Hdf5Lock lock;
    (void)close(lock);
    owner_ = 0;
}

void OutputState::check_usable() const {
    if (!failure_.empty()) throw DatasetError(DatasetProblem::other, part_.target(), "", failure_);
    if (!file_) throw std::logic_error("the output file '" + part_.target() + "' is closed: write before commit()");
}

void OutputState::rethrow_failed(const DatasetError& error) {
    if (left_file_intact(error.problem())) throw error;
    const bool replaces = access(part_.target().c_str(), F_OK) == 0;
    const std::string text =
        std::string(error.what()) + (replaces ? "; the file of that name is as it was before" : "");
    failure_ = "'" + part_.target() + "' cannot be completed, because writing failed earlier: " + text;
    throw DatasetError(error.problem(), error.path(), error.dataset(), text);
}

bool OutputState::close(const Hdf5Lock&) {
    finishers_.clear();
    bool closed = true;
    for (const auto& dataset : datasets_) closed = dataset->id.close() && closed;
    datasets_.clear();
    return file_.close() && closed;
}

}  // namespace rankpool::detail
