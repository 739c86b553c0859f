#include <string>
#include <utility>

#include <rankpool/core/error.hpp>
#include <rankpool/task/needs.hpp>

namespace rankpool {
namespace {

// Those of the longest list that a scheduler keeps, and more than any machine has.
constexpr std::uint32_t ranks_max = 1U << 24;

void require_sane_ranks(std::int64_t ranks, Rank on_rank) {
    if (ranks < 1) throw ConfigError("a task is to run on " + std::to_string(ranks) + " ranks: it needs at least one");
    if (ranks > 1 && on_rank >= 0) {
        throw ConfigError("a task is to run on " + std::to_string(ranks) + " ranks together and also on rank " +
                          std::to_string(on_rank) + " alone: leave out TaskOptions::ranks or TaskOptions::on_rank");
    }
}

}  // namespace

Needs needs_of(const TaskOptions& options) {
    require_sane_ranks(options.ranks, options.on_rank);
    Needs needs{.variants = {},
                .on_rank = options.on_rank,
                .time = options.time_request,
                .ranks = static_cast<std::uint32_t>(options.ranks)};
    if (!options.resources.empty()) needs.variants.push_back(options.resources);
    for (const Resources& variant : options.or_resources) needs.variants.push_back(variant);
    for (const Resources& variant : needs.variants) require_sane(variant);
    return needs;
}

void set_needs(TaskOptions& options, Needs needs) {
    options.on_rank = needs.on_rank;
    options.time_request = needs.time;
    options.ranks = static_cast<int>(needs.ranks);
    options.or_resources = std::move(needs.variants);
}

void encode_needs(ByteWriter& writer, const Needs& needs) {
    writer.value(needs.on_rank);
    writer.value(needs.time.count());
    writer.value(needs.ranks);
    writer.count(needs.variants.size());
    for (const Resources& variant : needs.variants) encode_resources(writer, variant);
}

Needs decode_needs(ByteReader& reader) {
    Needs needs;
    needs.on_rank = reader.value<Rank>();
    needs.time = Duration(reader.value<Duration::rep>());
    needs.ranks = reader.value<std::uint32_t>();
    if (needs.ranks > ranks_max) throw DecodeError("a message asks for more ranks than there can be");
    require_sane_ranks(needs.ranks, needs.on_rank);
    for (std::uint64_t count = reader.count(); count != 0; --count) {
        needs.variants.push_back(decode_resources(reader));
        require_sane(needs.variants.back());
    }
    return needs;
}

void encode_resources(ByteWriter& writer, const Resources& resources) {
    writer.count(resources.size());
    for (const Resource& resource : resources) {
        writer.text(resource.name);
        writer.value(resource.amount);
    }
}

Resources decode_resources(ByteReader& reader) {
    Resources resources;
    for (std::uint64_t count = reader.count(); count != 0; --count) {
        std::string name(reader.text());
        resources.emplace_back(std::move(name), reader.value<double>());
    }
    return resources;
}

}  // namespace rankpool
