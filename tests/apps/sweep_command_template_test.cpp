#include <cmath>
#include <sweep/command_template.hpp>
#include <sweep/extraction.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/shell_text.hpp>

namespace rankpool::sweep {
namespace {

using testing::ElementsAre;
using Words = std::vector<std::string>;

Words expanded(const Words& words, const std::vector<std::string>& names, const std::vector<std::string_view>& values) {
    return CommandTemplate(words, names).expand({values, "/runs/a b", 7});
}

TEST(CommandTemplate, fills_in_values_word_by_word) {
    EXPECT_THAT(
        expanded({"./sim", "--x={x}", "{s}", "{x}{s}", "{run_dir}/out", "{index}"}, {"x", "s"}, {"0.1", "two words"}),
        ElementsAre("./sim", "--x=0.1", "two words", "0.1two words", "/runs/a b/out", "7"));
}

TEST(CommandTemplate, leaves_the_braces_of_other_programs_alone) {
    EXPECT_THAT(
        expanded({"awk", "{print $1}", "}{", "{", "${HOME}", "${x}", "{{1, 2}, {3}}"}, {"x", "3"}, {"1", "three"}),
        ElementsAre("awk", "{print $1}", "}{", "{", "${HOME}", "${x}", "{{1, 2}, three}"));
}

TEST(CommandTemplate, gives_braces_with_a_name_back_when_they_are_doubled) {
    EXPECT_THAT(expanded({"{{x}}", "a{{other}}b"}, {"x"}, {"1"}), ElementsAre("{x}", "a{other}b"));
}

TEST(CommandTemplate, takes_two_braces_for_the_line) {
    EXPECT_THAT(expanded({"echo", "{}", "{line}"}, {"line"}, {"L"}), ElementsAre("echo", "L", "L"));
}

TEST(CommandTemplate, names_what_there_is_when_a_placeholder_is_wrong) {
    try {
        CommandTemplate({"./sim", "{y}"}, {"x", "s"});
        FAIL();
    } catch (const ConfigError& error) {
        EXPECT_STREQ(
            error.what(),
            "the command has the placeholder {y}, but the parameters are x, s; there are also {run_dir} and {index}, "
            "and {{y}} stands for {y} itself");
    }
}

TEST(CommandTemplate, knows_what_it_uses) {
    const CommandTemplate command({"./sim", "{x}"}, {"x", "s"});
    EXPECT_THAT(command.unused(), ElementsAre("s"));
    EXPECT_FALSE(command.uses_run_dir());
    EXPECT_TRUE(CommandTemplate({"./sim", "{run_dir}"}, {"x"}).uses_run_dir());
}

TEST(CommandTemplate, hands_a_line_to_the_shell_with_values_quoted) {
    EXPECT_THAT(expanded({"echo {x} | wc -c"}, {"x"}, {"it's $HOME"}),
                ElementsAre("/bin/sh", "-c", "echo 'it'\\''s $HOME' | wc -c"));
    EXPECT_THAT(expanded({"{line}"}, {"line"}, {"echo $HOME > out"}), ElementsAre("/bin/sh", "-c", "echo $HOME > out"));
    EXPECT_THAT(expanded({"./sim"}, {"x"}, {"1"}), ElementsAre("./sim"));
}

TEST(ShellLine, is_what_one_would_type) {
    EXPECT_EQ(shell_line({"./sim", "--x", "1.5", "", "a b", "it's"}), "./sim --x 1.5 '' 'a b' 'it'\\''s'");
}

TEST(Extraction, takes_the_last_line_that_fits) {
    const Extraction energy("energy=E = ([-+0-9.e]+)");
    EXPECT_EQ(energy.name(), "energy");
    EXPECT_EQ(energy.find("E = 1\nE = -2.5e3 J\nend\n"), -2500);
    EXPECT_EQ(energy.find("E = +7"), 7);
    EXPECT_TRUE(std::isnan(energy.find("nothing\n")));
    EXPECT_TRUE(std::isnan(energy.find("")));
    EXPECT_TRUE(std::isnan(Extraction("a=a: (\\w+)").find("a: b\n")));
}

TEST(Extraction, survives_lines_without_end) {
    const Extraction any("n=x(\\d*)");
    EXPECT_TRUE(std::isnan(Extraction("n=(\\d+)y").find(std::string(1 << 20, 'a'))));
    EXPECT_TRUE(std::isnan(any.find("x" + std::string(1 << 20, 'a'))));
}

TEST(Extraction, refuses_patterns_without_a_number_to_take) {
    for (const char* text : {"energy", "=E", "e=E", "e=(a)(b)", "e=(", "e=[z-a](x)"}) {
        EXPECT_THROW(Extraction{text}, ConfigError) << text;
    }
}

}  // namespace
}  // namespace rankpool::sweep
