#include "gpu_devices.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <rankpool/core/error.hpp>

namespace rankpool::sweep {
namespace {

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        if (comma > at) parts.push_back(text.substr(at, comma - at));
        at = comma + 1;
    }
    return parts;
}

std::size_t rank_on_node(const Environment& environment) {
    for (const char* const name : {"OMPI_COMM_WORLD_LOCAL_RANK", "SLURM_LOCALID", "MPI_LOCALRANKID"}) {
        if (const auto rank = find_count(environment, name)) return static_cast<std::size_t>(*rank);
    }
    return 0;
}

}  // namespace

std::vector<GpuVariable> gpus_of_rank(const Environment& environment, std::size_t count) {
    const std::size_t first = rank_on_node(environment) * count;
    std::vector<GpuVariable> variables;
    for (const char* const name :
         {"CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK"}) {
        const auto text = find_text(environment, name);
        if (!text) continue;
        const std::vector<std::string> visible = split(*text);
        // What names just as many is this rank's own: Slurm and job scripts bind ranks to GPUs so.
        const std::size_t begin = visible.size() == count ? 0 : first;
        if (begin + count > visible.size()) {
            throw ConfigError(fmt::format(
                "RANKPOOL_RESOURCES lends {} GPUs on each rank, but {}={} has none left for rank {} of this node",
                count, name, *text, rank_on_node(environment)));
        }
        const auto start = visible.begin() + static_cast<std::ptrdiff_t>(begin);
        variables.push_back({name, {start, start + static_cast<std::ptrdiff_t>(count)}});
    }
    if (!variables.empty()) return variables;
    std::vector<std::string> numbers;
    for (std::size_t i = first; i < first + count; ++i) numbers.push_back(std::to_string(i));
    return {{"CUDA_VISIBLE_DEVICES", numbers}, {"HIP_VISIBLE_DEVICES", numbers}};
}

GpuPool::GpuPool(std::vector<GpuVariable> variables)
    : variables_(std::move(variables)), used_(variables_.empty() ? 0 : variables_.front().devices.size()) {}

std::vector<std::size_t> GpuPool::take(std::size_t count, double share) {
    const std::lock_guard lock(mutex_);
    std::vector<std::size_t> order(used_.size());
    std::iota(order.begin(), order.end(), 0);
    // Shares go together on few devices, as long as they fit there, so that others stay free.
    const auto rank_of = [&](std::size_t i) {
        const bool fits = used_[i] + share <= 1 + 1e-6;
        return std::pair(!fits, fits ? -used_[i] : used_[i]);
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rank_of(a) < rank_of(b); });
    order.resize(std::min(count, order.size()));
    std::sort(order.begin(), order.end());
    for (const std::size_t i : order) used_[i] += share;
    return order;
}

GpuPool::Lease::Lease(GpuPool& pool, double amount)
    : pool_(pool),
      share_(std::min(amount, 1.0)),
      devices_(pool.take(static_cast<std::size_t>(std::ceil(amount - 1e-6)), share_)) {}

GpuPool::Lease::~Lease() {
    const std::lock_guard lock(pool_.mutex_);
    for (const std::size_t i : devices_) pool_.used_[i] -= share_;
}

std::vector<std::string> GpuPool::Lease::environment() const {
    std::vector<std::string> entries;
    for (const GpuVariable& variable : pool_.variables_) {
        std::string entry = variable.name + '=';
        for (std::size_t i = 0; i < devices_.size(); ++i) entry += (i == 0 ? "" : ",") + variable.devices[devices_[i]];
        entries.push_back(entry);
    }
    return entries;
}

}  // namespace rankpool::sweep
