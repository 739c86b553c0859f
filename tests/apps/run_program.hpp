#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <gtest/gtest.h>

namespace rankpool::apps {

/// What a command did.
struct Ran {
    int exit_code = -1;
    std::string out;
    std::string err;
};

/// Runs `rankpool ARGUMENTS`, under mpirun if `ranks` is not 0. `prefix` is put before it: environment, taskset…
inline Ran run_program(const std::string& arguments, int ranks = 0, const std::string& prefix = "") {
    const std::string base = testing::TempDir() + "rankpool_" + std::to_string(getpid());
    std::string command = prefix + ' ';
    if (ranks > 0) command += RANKPOOL_MPIRUN " -n " + std::to_string(ranks) + ' ';
    command += RANKPOOL_PROGRAM " " + arguments + " >" + base + ".out 2>" + base + ".err";
    Ran ran;
    const int status = std::system(command.c_str());
    if (WIFEXITED(status)) ran.exit_code = WEXITSTATUS(status);
    for (auto& [name, text] : {std::pair{base + ".out", &ran.out}, std::pair{base + ".err", &ran.err}}) {
        std::ifstream file(name);
        text->assign(std::istreambuf_iterator<char>(file), {});
        std::remove(name.c_str());
    }
    return ran;
}

}  // namespace rankpool::apps
