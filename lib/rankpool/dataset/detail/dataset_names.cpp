#include <algorithm>
#include <numeric>

#include <rankpool/dataset/detail/dataset_names.hpp>

namespace rankpool::detail {
namespace {

struct Search {
    std::vector<std::string> names;
    std::size_t count_max;
};

#if H5_VERSION_GE(1, 12, 0)
using ObjectInfo = H5O_info2_t;
#else
using ObjectInfo = H5O_info_t;
#endif

herr_t visit_object(hid_t, const char* name, const ObjectInfo* object, void* data) {
    auto& search = *static_cast<Search*>(data);
    if (object->type == H5O_TYPE_DATASET) search.names.push_back('/' + std::string(name));
    return search.names.size() >= search.count_max ? 1 : 0;
}

// The last part of a name is what people remember: `data` is near `/run/data`.
std::size_t distance(std::string_view wanted, std::string_view name) {
    const std::string_view wanted_last = wanted.substr(wanted.rfind('/') + 1);
    const std::string_view name_last = name.substr(name.rfind('/') + 1);
    return std::min(edit_distance(wanted, name), edit_distance(wanted_last, name_last) + 1);
}

}  // namespace

std::vector<std::string> dataset_names(hid_t file, std::size_t count_max) {
    Search search{{}, count_max};
#if H5_VERSION_GE(1, 12, 0)
    H5Ovisit3(file, H5_INDEX_NAME, H5_ITER_INC, visit_object, &search, H5O_INFO_BASIC);
#else
    H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, visit_object, &search, H5O_INFO_BASIC);
#endif
    std::ranges::sort(search.names);
    return std::move(search.names);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row[b.size()];
}

std::string names_near(std::string_view wanted, std::vector<std::string> names) {
    constexpr std::size_t shown_max = 10;
    if (names.empty()) return "; it has no datasets at all";
    std::ranges::stable_sort(names, {}, [wanted](const std::string& name) { return distance(wanted, name); });
    std::string text = "; it has ";
    for (std::size_t i = 0; i < names.size() && i < shown_max; ++i) text += (i == 0 ? "'" : ", '") + names[i] + '\'';
    if (names.size() > shown_max) text += " and " + std::to_string(names.size() - shown_max) + " more";
    return text;
}

}  // namespace rankpool::detail
