#include <gtest/gtest.h>

#include "run_program.hpp"

namespace rankpool::apps {
namespace {

TEST(CommandLine, help_names_the_subcommands) {
    const Ran ran = run_program("--help");
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_EQ(ran.err, "");
    for (const char* name : {"info", "bench", "simulate", "--version"})
        EXPECT_NE(ran.out.find(name), std::string::npos) << ran.out;
}

TEST(CommandLine, every_subcommand_has_help) {
    for (const char* name : {"info", "bench", "simulate"}) {
        const Ran ran = run_program(std::string(name) + " --help");
        EXPECT_EQ(ran.exit_code, 0);
        EXPECT_NE(ran.out.find("--json"), std::string::npos) << ran.out;
    }
}

TEST(CommandLine, version_is_one_line) {
    const Ran ran = run_program("--version");
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_EQ(ran.out.substr(0, 9), "rankpool ");
    EXPECT_EQ(ran.out.find('\n'), ran.out.size() - 1);
}

TEST(CommandLine, mistakes_exit_with_2_and_one_message_that_says_where_to_look) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "rankpool: a subcommand is missing; see `rankpool --help`\n"},
        {"inform", "rankpool: 'inform' is not a subcommand; see `rankpool --help`\n"},
        {"--loud", "rankpool: '--loud' is not a subcommand; see `rankpool --help`\n"},
        {"info --jsno", "rankpool info: The following argument was not expected: --jsno; see `rankpool info --help`\n"},
    };
    for (const auto& [arguments, message] : cases) {
        const Ran ran = run_program(arguments);
        EXPECT_EQ(ran.exit_code, 2) << arguments;
        EXPECT_EQ(ran.out, "") << arguments;
        EXPECT_EQ(ran.err, message);
    }
}

TEST(CommandLine, of_several_ranks_one_reports_a_mistake) {
    const Ran ran = run_program("inform", 3);
    EXPECT_EQ(ran.exit_code, 2);
    const std::size_t first = ran.err.find("not a subcommand");
    ASSERT_NE(first, std::string::npos) << ran.err;
    EXPECT_EQ(ran.err.find("not a subcommand", first + 1), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace rankpool::apps
