#include <bit>

#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/stock.hpp>

namespace rankpool::scheduler {

void Stock::name(ResourceId resource, std::string_view name) {
    if (resource.value >= names_.size()) names_.resize(std::size_t{resource.value} + 1);
    names_[resource.value] = name;
}

void Stock::join(WorkerId worker, std::span<const Need> totals) {
    if (totals.empty()) return;
    for (const Need& need : totals) {
        if (need.resource.value >= width_) widen(std::bit_ceil(need.resource.value + 1U));
    }
    if (worker.value >= rows_) {
        rows_ = worker.value + 1;
        totals_.resize(std::size_t{rows_} * width_);
        free_.resize(totals_.size());
    }
    for (const Need& need : totals) {
        totals_[place(worker, need.resource)] = free_[place(worker, need.resource)] = need.amount;
    }
}

void Stock::lose(WorkerId worker) {
    if (worker.value >= rows_) return;
    for (ResourceId resource{0}; resource.value < width_; ++resource.value) {
        totals_[place(worker, resource)] = free_[place(worker, resource)] = 0;
    }
}

void Stock::take(WorkerId worker, std::span<const Need> needs) {
    for (const Need& need : needs) {
        RANKPOOL_ASSERT(free(worker, need.resource) >= need.amount);
        free_[place(worker, need.resource)] -= need.amount;
    }
}

void Stock::put_back(WorkerId worker, std::span<const Need> needs) {
    for (const Need& need : needs) {
        free_[place(worker, need.resource)] += need.amount;
        RANKPOOL_ASSERT(free(worker, need.resource) <= total(worker, need.resource));
    }
}

void Stock::widen(std::uint32_t width) {
    for (Amounts* amounts : {&free_, &totals_}) {
        Amounts wide(std::size_t{rows_} * width);
        for (std::uint32_t row = 0; row < rows_; ++row) {
            for (std::uint32_t i = 0; i < width_; ++i) {
                wide[std::size_t{row} * width + i] = (*amounts)[std::size_t{row} * width_ + i];
            }
        }
        amounts->swap(wide);
    }
    width_ = width;
}

std::string Stock::text_of(ResourceId resource) const {
    const bool is_named = resource.value < names_.size() && !names_[resource.value].empty();
    return is_named ? names_[resource.value] : "resource " + std::to_string(resource.value);
}

std::string Stock::text_of(std::span<const Need> needs) const {
    std::string text;
    for (const Need& need : needs) {
        text += (text.empty() ? "" : " + ") + text_of_amount(need.amount) + ' ' + text_of(need.resource);
    }
    return text.empty() ? "a slot" : text;
}

std::string text_of_amount(Amount amount) {
    std::string text = std::to_string(amount / whole);
    if (amount % whole == 0) return text;
    std::string fraction = std::to_string(whole + amount % whole).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return text + '.' + fraction;
}

}  // namespace rankpool::scheduler
