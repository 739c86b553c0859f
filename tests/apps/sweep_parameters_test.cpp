#include <cstdio>
#include <fstream>
#include <set>
#include <string>
#include <sweep/parameter_space.hpp>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>

namespace rankpool::sweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A file that is gone after the test.
class InputFile {
  public:
    explicit InputFile(const std::string& text)
        : path_(testing::TempDir() + "sweep_input_" + std::to_string(getpid())) {
        std::ofstream(path_) << text;
    }
    ~InputFile() { std::remove(path_.c_str()); }
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

template <class Action>
std::string complaint_of(Action action) {
    try {
        action();
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "no complaint";
}

TEST(SweepGrid, has_the_values_a_person_would_write) {
    EXPECT_THAT(parse_grid("x=0:1:0.25").cells, ElementsAre("0.00", "0.25", "0.50", "0.75", "1.00"));
    EXPECT_THAT(parse_grid("x=1:0:-0.5").cells, ElementsAre("1.0", "0.5", "0.0"));
    EXPECT_THAT(parse_grid("n=8:10").cells, ElementsAre("8", "9", "10"));
    EXPECT_THAT(parse_grid("n=3:10:3").cells, ElementsAre("3", "6", "9"));
    EXPECT_THAT(parse_grid("x=1e-3:3e-3:1e-3").cells, ElementsAre("0.001", "0.002", "0.003"));
    EXPECT_THAT(parse_grid("solver=cg,gmres").cells, ElementsAre("cg", "gmres"));
    EXPECT_THAT(parse_grid("n=1:2,10,a:b").cells, ElementsAre("1", "2", "10", "a:b"));
    EXPECT_THAT(parse_grid("e=a=b").cells, ElementsAre("a=b"));
}

TEST(SweepGrid, reaches_the_end_of_every_range_that_divides) {
    for (int parts = 1; parts <= 1000; ++parts) {
        const std::string step = std::to_string(1.0 / parts);
        const Axis axis = parse_grid("x=0:" + std::to_string(parts) + "e-2:1e-2");
        EXPECT_EQ(axis.size(), static_cast<std::size_t>(parts) + 1) << step;
    }
}

TEST(SweepGrid, refuses_what_is_none) {
    EXPECT_THAT(complaint_of([] { parse_grid("x"); }), HasSubstr("NAME=FROM:TO:STEP"));
    EXPECT_THAT(complaint_of([] { parse_grid("=1"); }), HasSubstr("no grid"));
    EXPECT_THAT(complaint_of([] { parse_grid("x="); }), HasSubstr("no grid"));
    EXPECT_THAT(complaint_of([] { parse_grid("x=0:1:-0.1"); }), HasSubstr("never gets from 0 to 1"));
    EXPECT_THAT(complaint_of([] { parse_grid("x=0:1:0"); }), HasSubstr("never gets"));
    EXPECT_THAT(complaint_of([] { parse_grid("x=0:1:1e-12"); }), HasSubstr("ten million"));
}

TEST(SweepTable, is_read_with_quotes_tabs_and_foreign_line_ends) {
    const InputFile commas("\xEF\xBB\xBFx,name\r\n1,\"a, \"\"b\"\"\"\r\n\r\n2, c\n");
    const Axis table = read_table(commas.path());
    EXPECT_THAT(table.names, ElementsAre("x", "name"));
    EXPECT_THAT(table.cells, ElementsAre("1", "a, \"b\"", "2", "c"));
    const InputFile tabs("x\tname\n1\ta,b\n");
    EXPECT_THAT(read_table(tabs.path()).cells, ElementsAre("1", "a,b"));
}

TEST(SweepTable, says_which_line_is_wrong) {
    const InputFile ragged("x,y\n1,2\n3\n");
    EXPECT_THAT(complaint_of([&] { read_table(ragged.path()); }), HasSubstr("line 3: it has 1 cells"));
    const InputFile empty("x,y\n");
    EXPECT_THAT(complaint_of([&] { read_table(empty.path()); }), HasSubstr("has no rows"));
    EXPECT_THAT(complaint_of([] { read_table("/no/such/file"); }), HasSubstr("cannot open the table"));
}

TEST(SweepLines, leave_out_empty_ones) {
    const InputFile file("one two\n\n  \nthree\r\n");
    EXPECT_THAT(read_lines(file.path()).cells, ElementsAre("one two", "three"));
}

TEST(SweepCases, are_all_combinations_with_the_last_axis_fastest) {
    const ParameterSpace space({parse_grid("x=1,2"), parse_grid("s=a,b,c")});
    ASSERT_EQ(space.size(), 6U);
    EXPECT_THAT(space.names(), ElementsAre("x", "s"));
    EXPECT_THAT(space.values(0), ElementsAre("1", "a"));
    EXPECT_THAT(space.values(1), ElementsAre("1", "b"));
    EXPECT_THAT(space.values(5), ElementsAre("2", "c"));
    EXPECT_EQ(space.label(4), "x=2,s=b");
}

TEST(SweepCases, keep_their_key_whatever_else_there_is) {
    const ParameterSpace small({parse_grid("x=1,2"), parse_grid("s=a")});
    const ParameterSpace large({parse_grid("s=b,a"), parse_grid("x=0,1,2,3")});
    EXPECT_EQ(small.key(1), large.key(6));
    std::set<CaseKey> keys;
    for (std::size_t i = 0; i < large.size(); ++i) keys.insert(large.key(i));
    EXPECT_EQ(keys.size(), large.size());
}

TEST(SweepCases, with_equal_values_are_told_apart) {
    const InputFile file("same\nother\nsame\nsame\n");
    const ParameterSpace space({read_lines(file.path()), parse_grid("n=1,1")});
    std::set<CaseKey> keys;
    std::set<std::string> labels;
    for (std::size_t i = 0; i < space.size(); ++i) {
        keys.insert(space.key(i));
        labels.insert(space.label(i));
    }
    EXPECT_EQ(keys.size(), 8U);
    EXPECT_EQ(labels.size(), 8U);
}

TEST(SweepCases, have_folder_names_without_surprises) {
    const InputFile file("a b/../c\n..\n" + std::string(300, 'x') + "\nplain\n");
    const ParameterSpace space({read_lines(file.path())});
    EXPECT_THAT(space.label(0), testing::MatchesRegex("a_b_.._c-[0-9a-f]{8}"));
    EXPECT_THAT(space.label(1), testing::MatchesRegex("..-[0-9a-f]{8}"));
    EXPECT_LT(space.label(2).size(), 100U);
    EXPECT_EQ(space.label(3), "plain");
}

TEST(SweepCases, give_each_column_the_narrowest_type) {
    const ParameterSpace space(
        {parse_grid("i=-1,2"), parse_grid("r=1,2.5,1e3"), parse_grid("t=1,a"), parse_grid("p=+3,4")});
    EXPECT_THAT(space.kinds(), ElementsAre(ValueKind::integer, ValueKind::real, ValueKind::text, ValueKind::integer));
}

TEST(SweepCases, need_names_of_their_own) {
    EXPECT_THAT(complaint_of([] { ParameterSpace({}); }), HasSubstr("nothing to vary"));
    EXPECT_THAT(complaint_of([] { ParameterSpace({parse_grid("x=1"), parse_grid("x=2")}); }), HasSubstr("given twice"));
    EXPECT_THAT(complaint_of([] { ParameterSpace({parse_grid("status=1")}); }), HasSubstr("column of the results"));
    const Axis many = parse_grid("x=1:10000");
    Axis others[] = {many, many, many};
    others[1].names = {"y"};
    others[2].names = {"z"};
    EXPECT_THAT(complaint_of([&] { ParameterSpace({others[0], others[1], others[2]}); }), HasSubstr("100 million"));
}

}  // namespace
}  // namespace rankpool::sweep
