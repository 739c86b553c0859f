// An object that lives on one worker: tasks on all ranks tell it the best they have found, and ask it what to beat.
#include <cstdio>
#include <vector>

#include <rankpool/rankpool.hpp>

class Record {
  public:
    explicit Record(int size) : best_(size) {}

    /// The most steps so far, after hearing of these.
    int offer(int start, int steps) {
        if (steps > best_) {
            best_ = steps;
            start_ = start;
        }
        return best_;
    }
    int start() const { return start_; }
    int steps() const { return best_; }

  private:
    int best_;
    int start_ = 0;
};

// Steps until n is 1 when it is halved if even, and else tripled and increased.
int steps_from(long n) {
    int steps = 0;
    for (; n != 1; ++steps) n = n % 2 == 0 ? n / 2 : 3 * n + 1;
    return steps;
}

void search(const rankpool::Actor<Record>& record, int first, int count) {
    int known = 0;
    for (int start = first; start < first + count; ++start) {
        const int steps = steps_from(start);
        if (steps > known) known = record.call<&Record::offer>(start, steps).result();  // Others run meanwhile.
    }
}

int main(int argc, char** argv) {
    return rankpool::run(argc, argv, [](rankpool::Executor& pool) {
        const auto record = pool.make_actor<Record>(0);
        std::vector<rankpool::Future<void>> searches;
        for (int first = 1; first < 100'000; first += 10'000) {
            searches.push_back(pool.submit(search, record, first, 10'000));
        }
        for (auto& done : searches) done.result();
        const auto start = record.call<&Record::start>();
        std::printf("from %d it takes %d steps\n", start.result(), record.call<&Record::steps>().result());
    });
}
