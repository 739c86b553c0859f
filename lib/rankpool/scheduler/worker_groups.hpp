#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <rankpool/core/ids.hpp>

namespace rankpool::scheduler {

/// Says the same of many workers at once: what explain() lists of a hundred thousand is what differs among them.
class WorkerGroups {
  public:
    /// Workers of one reason are listed together; a '%' in it stands for their numbers, from the least to the most.
    void add(WorkerId worker, const std::string& reason, std::uint64_t number = 0) {
        const auto [found, is_new] = by_reason_.try_emplace(reason, groups_.size());
        if (is_new) groups_.push_back({.reason = reason, .workers = {}, .count = 0, .least = number, .most = number});
        Group& group = groups_[found->second];
        if (group.workers.size() < workers_named_max) group.workers.push_back(worker);
        ++group.count;
        group.least = std::min(group.least, number);
        group.most = std::max(group.most, number);
    }

    /// "worker 0: …; 3 workers (worker 1, worker 2, worker 3): …", the groups in the order in which they came.
    std::string text() const {
        std::string text;
        std::uint64_t left_out = 0;
        for (std::size_t i = 0; i < groups_.size(); ++i) {
            if (i >= groups_named_max) {
                left_out += groups_[i].count;
            } else {
                text += (text.empty() ? "" : "; ") + text_of(groups_[i]);
            }
        }
        return left_out == 0 ? text : text + "; " + std::to_string(left_out) + " more workers for other reasons";
    }

  private:
    static constexpr std::size_t workers_named_max = 4;
    static constexpr std::size_t groups_named_max = 8;

    struct Group {
        std::string reason;
        std::vector<WorkerId> workers;  ///< the first of them
        std::uint64_t count = 0;
        std::uint64_t least = 0;
        std::uint64_t most = 0;
    };

    static std::string text_of(const Group& group) {
        std::string names;
        for (const WorkerId worker : group.workers) {
            names += (names.empty() ? "worker " : ", worker ") + std::to_string(worker.value);
        }
        if (group.count > group.workers.size()) names += ", ...";
        if (group.count > 1) names = std::to_string(group.count) + " workers (" + names + ")";
        std::string reason = group.reason;
        const std::size_t place = reason.find('%');
        if (place != std::string::npos) {
            std::string numbers = std::to_string(group.least);
            if (group.most != group.least) numbers += " to " + std::to_string(group.most);
            reason.replace(place, 1, numbers);
        }
        return names + ": " + reason;
    }

    std::vector<Group> groups_;
    std::map<std::string, std::size_t> by_reason_;
};

}  // namespace rankpool::scheduler
