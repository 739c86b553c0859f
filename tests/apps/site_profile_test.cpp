#include <string>
#include <submit/site_profile.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>

namespace rankpool::submit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const char* const sites = R"({
    // Comments are welcome.
    "near": {"hosts": ["login*.near.example", "n?"], "scheduler": "slurm", "launcher": "srun --mpi=pmix",
             "modules": ["gcc/12", "openmpi"], "environment": {"A": "1", "B": "two words"}, "template": "/etc/job.sh.in",
             "directives": {"--qos": "high", "--requeue": false, "--mem": null, "--exclusive": true, "--nice": 5}},
    "far": {"scheduler": "pbs"}
})";

SiteProfile site(const std::string& name, const std::string& host = "elsewhere") {
    return read_site(sites, "sites.json", name, host);
}

std::string complaint_about(const std::string& text, const std::string& name = "a") {
    try {
        read_site(text, "sites.json", name, "host");
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "no complaint";
}

TEST(SiteProfile, says_what_a_site_wants_otherwise) {
    const SiteProfile near = site("near");
    EXPECT_EQ(near.scheduler, "slurm");
    EXPECT_EQ(near.template_path, "/etc/job.sh.in");
    EXPECT_THAT(near.launcher, ElementsAre("srun", "--mpi=pmix"));
    EXPECT_THAT(near.modules, ElementsAre("gcc/12", "openmpi"));
    EXPECT_THAT(near.environment, ElementsAre(testing::Pair("A", "1"), testing::Pair("B", "two words")));
    ASSERT_EQ(near.changes.size(), 5U);
    EXPECT_EQ(near.changes[0].directive, (Directive{"--qos", "high"}));
    EXPECT_TRUE(near.changes[1].is_dropped);
    EXPECT_TRUE(near.changes[2].is_dropped);
    EXPECT_EQ(near.changes[3].directive, (Directive{"--exclusive", std::nullopt}));
    EXPECT_EQ(near.changes[4].directive, (Directive{"--nice", "5"}));
}

TEST(SiteProfile, is_found_by_the_host) {
    EXPECT_EQ(site("", "login3.near.example").name, "near");
    EXPECT_EQ(site("", "n7").name, "near");
    EXPECT_EQ(site("", "elsewhere").name, "");
    EXPECT_EQ(read_site("", "sites.json", "", "n7").name, "");
    EXPECT_EQ(site("far", "n7").scheduler, "pbs");
}

TEST(SiteProfile, complains_in_words) {
    EXPECT_THAT(complaint_about(sites, "nowhere"),
                HasSubstr("there is no site 'nowhere' in 'sites.json', only near, far"));
    EXPECT_THAT(complaint_about("", "near"), HasSubstr("there is no site 'near' in 'sites.json'"));
    EXPECT_THAT(complaint_about("{\"a\": "), HasSubstr("is no JSON object"));
    EXPECT_THAT(complaint_about("[]"), HasSubstr("is no JSON object"));
    EXPECT_THAT(complaint_about("{\"a\": 1}"), HasSubstr("site 'a': it is no JSON object"));
    EXPECT_THAT(complaint_about("{\"a\": {\"colour\": 1}}"), HasSubstr("site 'a': there is no setting 'colour'"));
    EXPECT_THAT(complaint_about("{\"a\": {\"modules\": 1}}"), HasSubstr("wrong kind"));
}

TEST(SiteProfile, lies_where_configuration_lies) {
    EXPECT_EQ(sites_path({{"HOME", "/home/u"}}), "/home/u/.config/rankpool/sites.json");
    EXPECT_EQ(sites_path({{"HOME", "/home/u"}, {"XDG_CONFIG_HOME", "/c"}}), "/c/rankpool/sites.json");
}

}  // namespace
}  // namespace rankpool::submit
