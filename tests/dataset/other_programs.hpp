#pragma once

#include <array>
#include <cstdio>
#include <string>
#include <sys/wait.h>

namespace rankpool {

struct ProgramOutput {
    int exit_code = -1;
    std::string text;
};

/// Runs a shell command and takes its standard output.
inline ProgramOutput run_program(const std::string& command) {
    ProgramOutput output;
    std::FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return output;
    std::array<char, 4096> buffer{};
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
        output.text.append(buffer.data(), size);
    }
    const int status = pclose(pipe);
    output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return output;
}

/// tests/dataset/h5py_helper.py; exit code 77: this machine has no h5py.
inline ProgramOutput run_h5py(const std::string& action, const std::string& path) {
    // A sanitizer's settings and libraries are for this program, not for Python.
    return run_program("env -u LD_PRELOAD " RANKPOOL_TEST_PYTHON " " RANKPOOL_TEST_FOLDER "/h5py_helper.py " + action +
                       " '" + path + "'");
}

}  // namespace rankpool

#define RANKPOOL_SKIP_WITHOUT_H5PY(output) \
    if ((output).exit_code == 77) GTEST_SKIP() << "h5py is not installed, so files cannot be compared with it"
