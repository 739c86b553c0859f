// Every *.txt here is one test. RANKPOOL_REWRITE_SCENARIOS=1 writes the present answers into the files: read the diff.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scenario.hpp"

namespace rankpool::scheduler {
namespace {

std::vector<std::string> scenario_names() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(RANKPOOL_SCENARIOS)) {
        if (entry.path().extension() == ".txt" && entry.path().stem() != "CMakeLists")
            names.push_back(entry.path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

class Scenarios : public testing::TestWithParam<std::string> {};

TEST_P(Scenarios, go_as_written) {
    const std::string path = RANKPOOL_SCENARIOS "/" + GetParam() + ".txt";
    std::ostringstream content;
    content << std::ifstream(path).rdbuf();
    const std::string played = play(content.str());
    if (std::getenv("RANKPOOL_REWRITE_SCENARIOS") != nullptr) std::ofstream(path) << played;
    EXPECT_EQ(content.str(), played);
}

INSTANTIATE_TEST_SUITE_P(All, Scenarios, testing::ValuesIn(scenario_names()),
                         [](const auto& scenario) { return scenario.param; });

}  // namespace
}  // namespace rankpool::scheduler
