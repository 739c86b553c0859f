#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/job_script.hpp>

namespace rankpool {
namespace {

using testing::ElementsAre;

TEST(Directives, are_replaced_in_place_dropped_or_added) {
    const std::vector<Directive> directives{{"--time", "01:00:00"}, {"--requeue", std::nullopt}, {"--nodes", "2"}};
    const std::vector<Directive> result = changed(directives, {{{"--nodes", "3"}, false},
                                                               {{"--requeue", std::nullopt}, true},
                                                               {{"--mem", std::nullopt}, true},
                                                               {{"--exclusive", std::nullopt}, false}});
    EXPECT_THAT(result, ElementsAre(Directive{"--time", "01:00:00"}, Directive{"--nodes", "3"},
                                    Directive{"--exclusive", std::nullopt}));
}

TEST(Directives, are_written_as_each_batch_system_has_them) {
    EXPECT_EQ(directive_lines("#SBATCH", {{"--time", "01:00:00"}, {"--requeue", std::nullopt}}),
              "#SBATCH --time=01:00:00\n#SBATCH --requeue\n");
    EXPECT_EQ(directive_lines("#PBS", {{"-N", "run"}, {"-l select", "1:ncpus=4"}, {"-V", std::nullopt}}),
              "#PBS -N run\n#PBS -l select=1:ncpus=4\n#PBS -V\n");
}

TEST(Directives, are_read_as_they_are_written) {
    for (const char* text : {"--qos=high", "--exclusive", "-l place=scatter:excl", "-P project", "-V"}) {
        EXPECT_EQ(directive_lines("#X", {parse_directive(text).directive}), std::string("#X ") + text + '\n');
    }
    EXPECT_EQ(parse_directive("-l select=2:ncpus=4").directive, (Directive{"-l select", "2:ncpus=4"}));
}

TEST(JobScript, quotes_what_the_shell_might_take_amiss) {
    JobRequest request;
    request.command = {"./a b", "$HOME", "it's"};
    request.directory = "/tmp/my runs";
    request.modules = {"openmpi/4.1"};
    request.environment = {{"A", "1 2"}, {"B", ""}};
    EXPECT_EQ(
        render_script("cd @DIRECTORY@\n@MODULES@\n@ENVIRONMENT@\n@COMMAND@ @HANDED_ON@\n", request, {}),
        "cd '/tmp/my runs'\nmodule load openmpi/4.1\nexport A='1 2'\nexport B=''\n'./a b' '$HOME' 'it'\\''s'  A B\n");
}

TEST(JobScript, leaves_the_shell_its_own_signs) {
    EXPECT_EQ(render_script("\"${list[@]}\" a@b @ @NAME@", JobRequest{}, {}), "\"${list[@]}\" a@b @ rankpool");
    EXPECT_THROW(render_script("@COLOUR@", JobRequest{}, {}), ConfigError);
}

TEST(JobScript, templates_of_the_project_have_no_unknown_placeholders) {
    JobRequest request;
    request.command = {"./program"};
    for (const std::string_view each : {slurm_template(), pbs_template(), local_template()}) {
        const std::string script = render_script(each, request, {.directives = "#X\n", .record = "/r", .script = "/s"});
        EXPECT_THAT(script, testing::StartsWith("#!/usr/bin/env bash\n"));
        EXPECT_THAT(script, testing::HasSubstr("./program"));
        EXPECT_THAT(script, testing::Not(testing::ContainsRegex("@[A-Z]+@")));
    }
}

}  // namespace
}  // namespace rankpool
