#include <utility>

#include <rankpool/core/error.hpp>
#include <rankpool/task/needs.hpp>

namespace rankpool {

Needs needs_of(const TaskOptions& options) {
    Needs needs{.variants = {}, .on_rank = options.on_rank, .time = options.time_request};
    if (!options.resources.empty()) needs.variants.push_back(options.resources);
    for (const Resources& variant : options.or_resources) needs.variants.push_back(variant);
    for (const Resources& variant : needs.variants) require_sane(variant);
    return needs;
}

void set_needs(TaskOptions& options, Needs needs) {
    options.on_rank = needs.on_rank;
    options.time_request = needs.time;
    options.or_resources = std::move(needs.variants);
}

void encode_needs(ByteWriter& writer, const Needs& needs) {
    writer.value(needs.on_rank);
    writer.value(needs.time.count());
    writer.count(needs.variants.size());
    for (const Resources& variant : needs.variants) encode_resources(writer, variant);
}

Needs decode_needs(ByteReader& reader) {
    Needs needs;
    needs.on_rank = reader.value<Rank>();
    needs.time = Duration(reader.value<Duration::rep>());
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
