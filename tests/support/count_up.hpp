#pragma once

#if !defined(__clang__) || __clang_major__ >= 16
#define RANKPOOL_TESTS_HAVE_VIEWS
#endif

#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>

namespace rankpool::tests {

/// Numbers from `first` on, for ever or up to before `last`, each passed through a function. What std::views::iota and
/// transform do, for Clang 14, which cannot compile those of libstdc++ 12.
template <class T, class F>
class CountUp {
  public:
    class Iterator {
      public:
        using value_type = std::decay_t<std::invoke_result_t<const F&, T>>;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        Iterator() = default;
        Iterator(T at, T last, bool is_endless, const F* function)
            : at_(at), last_(last), is_endless_(is_endless), function_(function) {}
        value_type operator*() const { return (*function_)(at_); }
        Iterator& operator++() {
            ++at_;
            return *this;
        }
        void operator++(int) { ++at_; }
        friend bool operator==(const Iterator& a, std::default_sentinel_t) {
            return !a.is_endless_ && a.at_ == a.last_;
        }

      private:
        T at_{};
        T last_{};
        bool is_endless_ = false;
        const F* function_ = nullptr;
    };

    CountUp(T first, T last, bool is_endless, F function)
        : first_(first), last_(last), is_endless_(is_endless), function_(std::move(function)) {}
    Iterator begin() const { return {first_, last_, is_endless_, &function_}; }
    std::default_sentinel_t end() const { return {}; }

  private:
    T first_;
    T last_;
    bool is_endless_;
    F function_;
};

struct AsItIs {
    template <class T>
    T operator()(T value) const {
        return value;
    }
};

template <class T, class F = AsItIs>
CountUp<T, F> count_up(T first, T last, F function = {}) {
    return {first, last, false, std::move(function)};
}
template <class T, class F = AsItIs>
CountUp<T, F> count_up_for_ever(T first, F function = {}) {
    return {first, first, true, std::move(function)};
}

}  // namespace rankpool::tests
