#pragma once

#include <string>

#include <mpi.h>

#include <rankpool/core/error.hpp>

namespace rankpool {

/// Throws MpiError with MPI's own text if a call did not succeed.
inline void check_mpi(int code, const char* what) {
    if (code == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING];
    int length = 0;
    MPI_Error_string(code, text, &length);
    throw MpiError(std::string(what) + " failed: " + std::string(text, static_cast<std::size_t>(length)));
}

}  // namespace rankpool
