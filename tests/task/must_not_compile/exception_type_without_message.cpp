// expect: give the exception type a serialize() member or a constructor from a std::string
#include "pool.hpp"
struct Odd : std::exception {
    explicit Odd(Tree* tree_) : tree(tree_) {}
    Tree* tree;
};
inline const auto& odd_crosses = rankpool::crossing_exception<Odd>();
