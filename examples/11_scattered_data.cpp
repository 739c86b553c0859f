// A diamond on data that never passes through rank 0: parts are scattered over the workers, two functions read each
// part where it lies, and a last one joins what they made. Only the sums come back.
#include <cmath>
#include <cstdio>
#include <vector>

#include <rankpool/rankpool.hpp>

using Part = std::vector<double>;

constexpr int part_count = 8;
constexpr int part_size = 100'000;

Part squares_of(const Part& part) {
    Part squares;
    squares.reserve(part.size());
    for (const double x : part) squares.push_back(x * x);
    return squares;
}

Part roots_of(const Part& part) {
    Part roots;
    roots.reserve(part.size());
    for (const double x : part) roots.push_back(std::sqrt(x));
    return roots;
}

double join(const Part& squares, const Part& roots, const Part& weights) {
    double sum = 0;
    for (std::size_t i = 0; i < squares.size(); ++i) sum += weights[i % weights.size()] * (squares[i] - roots[i]);
    return sum;
}

int main(int argc, char** argv) {
    return rankpool::run(argc, argv, [](rankpool::Executor& pool) {
        std::vector<Part> parts;
        for (int i = 0; i < part_count; ++i) parts.emplace_back(part_size, i * i);
        const auto scattered = pool.scatter(std::move(parts));   // Round and round.
        const auto weights = pool.broadcast(Part(20'000, 0.5));  // To every worker once.
        std::vector<rankpool::Future<double>> sums;
        for (const auto& part : scattered) {
            const auto squares = pool.submit(squares_of, part);  // Stays where it is made, and so does the other:
            const auto roots = pool.submit(roots_of, part);      // they are larger than keep_results_above.
            sums.push_back(pool.submit(join, squares, roots, weights));
        }
        double total = 0;
        for (int i = 0; i < part_count; ++i) {
            const double sum = sums[static_cast<std::size_t>(i)].result();
            std::printf("part %d: %.0f\n", i, sum);
            total += sum;
        }
        std::printf("total: %.0f\n", total);
    });
}
