#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <rankpool/rankpool.hpp>

inline int work(int n) { return n; }
struct Tree {
    std::shared_ptr<Tree> left;
};
