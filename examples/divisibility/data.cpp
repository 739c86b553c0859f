#include "data.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <list>
#include <mutex>
#include <numeric>
#include <thread>
#include <tuple>

#include <rankpool/core/error.hpp>

namespace {

constexpr const char* made_dataset = "/numbers";
constexpr std::size_t chunks_kept = 4;

void make_data(const std::string& path, std::uint64_t size, std::uint64_t chunk) {
    rankpool::OutputFile file(path);
    auto numbers = file.create_dataset(
        made_dataset,
        {.shape = {size}, .chunk_shape = {std::min(chunk, size)}, .type = rankpool::ElementType::int64, .filters = {}});
    std::vector<std::int64_t> values;
    for (std::uint64_t first = 0; first < size; first += values.size()) {
        values.resize(static_cast<std::size_t>(std::min(chunk, size - first)));
        std::iota(values.begin(), values.end(), static_cast<std::int64_t>(first));
        numbers.write<std::int64_t>({{first}, {values.size()}}, values);
    }
    numbers.set_attribute("description", std::string("the whole numbers from 0 on"));
    file.commit();
}

}  // namespace

rankpool::Dataset open_data(std::string path, std::string dataset) {
    const auto data = rankpool::Dataset::open(path, dataset);
    const rankpool::DatasetInfo info = data.info();
    if (!rankpool::is_integer(info.type)) {
        throw rankpool::ConfigError("cannot test '" + data.path() + ":" + data.dataset() +
                                    "' for divisibility: it holds " + std::string(rankpool::name(info.type)) +
                                    ", not whole numbers; choose another dataset");
    }
    if (info.shape.size() != 1) {
        throw rankpool::ConfigError("cannot select from '" + data.path() + ":" + data.dataset() + "': it has " +
                                    std::to_string(info.shape.size()) + " dimensions, and this program reads one");
    }
    return data;
}

rankpool::Dataset load_data(std::string path, std::uint64_t size, std::uint64_t chunk, double pretended_s) {
    std::this_thread::sleep_for(std::chrono::duration<double>(pretended_s));
    if (!std::filesystem::exists(path)) make_data(path, size, chunk);
    const rankpool::Dataset data = open_data(std::move(path), made_dataset);
    const std::uint64_t found = data.info().shape[0];
    if (found != size) {
        throw rankpool::ConfigError("'" + data.path() + "' holds " + std::to_string(found) + " numbers instead of " +
                                    std::to_string(size) + ": remove it, and it is made again");
    }
    return data;
}

std::shared_ptr<const std::vector<std::int64_t>> read_numbers(const rankpool::Dataset& data, std::uint64_t chunk) {
    using Key = std::tuple<std::string, std::string, std::uint64_t>;
    using Numbers = std::shared_ptr<const std::vector<std::int64_t>>;
    static std::mutex mutex;
    static std::list<std::pair<Key, Numbers>> kept;  // the latest first
    const Key key{data.path(), data.dataset(), chunk};
    {
        const std::lock_guard lock(mutex);
        const auto found =
            std::find_if(kept.begin(), kept.end(), [&](const auto& entry) { return entry.first == key; });
        if (found != kept.end()) {
            kept.splice(kept.begin(), kept, found);
            return kept.front().second;
        }
    }
    auto numbers = std::make_shared<const std::vector<std::int64_t>>(data.read_chunk<std::int64_t>(chunk));
    const std::lock_guard lock(mutex);
    kept.emplace_front(key, numbers);
    if (kept.size() > chunks_kept) kept.pop_back();
    return numbers;
}
