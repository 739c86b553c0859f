#include <stdexcept>
#include <unistd.h>
#include <utility>

#include <rankpool/dataset/detail/dataset_creation.hpp>
#include <rankpool/dataset/detail/output_state.hpp>

namespace rankpool::detail {
namespace {

// Mistakes in a call, found before anything was written.
bool left_file_intact(DatasetProblem problem) {
    return problem == DatasetProblem::wrong_type || problem == DatasetProblem::exists_already ||
           problem == DatasetProblem::dataset_missing || problem == DatasetProblem::is_a_group;
}

}  // namespace

OutputState::OutputState(const std::string& target) : part_(target), owner_(getpid()) {
    try {
        check_file_size_limit(0, place(""));
        part_.check_disk();
        const Hdf5Lock lock;
        file_.emplace(create_file(part_.path(), place("")), place(""));
    } catch (...) {
        part_.remove();
        throw;
    }
}

void OutputState::commit() {
    guarded([this] {
        for (const auto& finish : std::exchange(finishers_, {})) finish();
        {
            const Hdf5Lock lock;
            file_->finish();
        }
        part_.publish();
        owner_ = 0;
    });
}

void OutputState::abandon() noexcept {
    // First, so that nothing is written to the disk in vain.
    if (owner_ == getpid()) part_.remove();
    owner_ = 0;
    const Hdf5Lock lock;
    finishers_.clear();
    if (file_) file_->give_up();
}

void OutputState::check_usable() const {
    if (!failure_.empty()) throw DatasetError(DatasetProblem::other, part_.target(), "", failure_);
    if (!file_->is_open()) {
        throw std::logic_error("the output file '" + part_.target() + "' is closed: write before commit()");
    }
}

void OutputState::rethrow_failed(const DatasetError& error) {
    if (left_file_intact(error.problem())) throw error;
    const bool replaces = access(part_.target().c_str(), F_OK) == 0;
    const std::string text =
        std::string(error.what()) + (replaces ? "; the file of that name is as it was before" : "");
    failure_ = "'" + part_.target() + "' cannot be completed, because writing failed earlier: " + text;
    throw DatasetError(error.problem(), error.path(), error.dataset(), text);
}

}  // namespace rankpool::detail
