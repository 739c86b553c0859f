#include <gtest/gtest.h>

#include <rankpool/launch/node_list.hpp>

namespace rankpool {
namespace {

using Nodes = std::vector<std::string>;

TEST(NodeList, is_expanded_as_scontrol_show_hostnames_does) {
    EXPECT_EQ(expand_node_list("cn7"), Nodes{"cn7"});
    EXPECT_EQ(expand_node_list("node[1-2]"), (Nodes{"node1", "node2"}));
    EXPECT_EQ(expand_node_list("cn[008-010,12],login"), (Nodes{"cn008", "cn009", "cn010", "cn12", "login"}));
    EXPECT_EQ(expand_node_list("rack[0-1]node[0-1]"), (Nodes{"rack0node0", "rack0node1", "rack1node0", "rack1node1"}));
    EXPECT_EQ(expand_node_list("a[1]-ib,b-[2-3]"), (Nodes{"a1-ib", "b-2", "b-3"}));
}

TEST(NodeList, of_another_form_is_not_guessed_at) {
    for (const char* text :
         {"", ",", "n[", "n]", "n[1-", "n[]", "n[2-1]", "n[a-b]", "n[1-2", "n[0-99999999999]", "n[-1]"}) {
        EXPECT_EQ(expand_node_list(text), std::nullopt) << text;
    }
}

TEST(NodeList, has_a_bound) {
    EXPECT_EQ(expand_node_list("a[0-9999]b[0-9999]"), std::nullopt);
    EXPECT_EQ(expand_per_node("4(x1000001)"), std::nullopt);
}

TEST(PerNode, is_expanded) {
    EXPECT_EQ(expand_per_node("4,2"), (std::vector<int>{4, 2}));
    EXPECT_EQ(expand_per_node("72(x2),36"), (std::vector<int>{72, 72, 36}));
    for (const char* text : {"", "4(x", "4(x)", "x", "4,", "-4"})
        EXPECT_EQ(expand_per_node(text), std::nullopt) << text;
}

TEST(NodeFile, names_each_host_once_per_rank) {
    EXPECT_EQ(hosts_of_node_file("b\nb\na\nb\n"), (Nodes{"b", "a"}));
    EXPECT_EQ(ranks_of_node_file("b\nb\na\nb\n"), 4);
    EXPECT_EQ(ranks_of_node_file(""), 0);
}

}  // namespace
}  // namespace rankpool
