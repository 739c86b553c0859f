#include <cmath>

#include <rankpool/coordinator/requests.hpp>
#include <rankpool/core/error.hpp>

namespace rankpool {
namespace {

constexpr std::size_t resources_max = 1'000;
constexpr std::size_t requests_max = 1'000'000;

}  // namespace

scheduler::RequestId Requests::find(const Needs& needs, WorkerId pinned, Instant now) {
    Bytes packed;
    ByteWriter writer(packed);
    encode_needs(writer, needs);
    const auto [place, is_new] = requests_.try_emplace(
        std::string(reinterpret_cast<const char*>(packed.data()), packed.size()), scheduler::RequestId{});
    if (!is_new) return place->second;
    try {
        if (requests_.size() > requests_max) {
            throw ConfigError(
                "tasks of this pool ask for more than a million different resources and times: round them");
        }
        needs_.clear();
        std::vector<std::size_t> ends;
        for (const Resources& variant : needs.variants) {
            append(variant, now);
            ends.push_back(needs_.size());
        }
        std::vector<std::span<const scheduler::Need>> variants;
        for (std::size_t begin = 0; const std::size_t end : ends) {
            variants.emplace_back(std::span(needs_).subspan(begin, end - begin));
            begin = end;
        }
        const scheduler::RequestId id{static_cast<std::uint32_t>(requests_.size() - 1)};
        scheduler_.on(
            scheduler::RequestDefined{
                .request = id, .variants = variants, .time = needs.time, .pinned = pinned, .ranks = needs.ranks},
            now, none_);
        place->second = id;
        return id;
    } catch (...) {
        requests_.erase(place);
        throw;
    }
}

std::span<const scheduler::Need> Requests::needs_of(const Resources& resources, Instant now) {
    needs_.clear();
    append(resources, now);
    return needs_;
}

void Requests::append(const Resources& resources, Instant now) {
    for (const Resource& resource : resources) {
        const double units = std::round(resource.amount * static_cast<double>(scheduler::whole));
        needs_.push_back({number_of(resource.name, now), static_cast<scheduler::Amount>(units)});
    }
}

scheduler::ResourceId Requests::number_of(const std::string& name, Instant now) {
    const auto found = resources_.find(name);
    if (found != resources_.end()) return found->second;
    if (resources_.size() == resources_max) {
        throw ConfigError("this pool knows 1000 names of resources already, and '" + name + "' is one more");
    }
    const scheduler::ResourceId id{static_cast<std::uint16_t>(resources_.size())};
    resources_.emplace(name, id);
    scheduler_.on(scheduler::ResourceNamed{.resource = id, .name = name}, now, none_);
    return id;
}

}  // namespace rankpool
