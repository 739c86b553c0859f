#pragma once

#include <cstdint>

namespace rankpool {

/// Names a function in a way that is the same in every process of one binary, wherever the system has loaded it:
/// which program or shared library (a hash of its file name; 0 is the program), and how far from its start.
///
/// @throws ConfigError  the address lies in no loaded program or library
std::uint64_t portable_address(const void* function);

/// The function that portable_address() named in another process of the same binary.
/// @throws DecodeError  no such library is loaded here, or the place is outside its code
const void* local_address(std::uint64_t portable);

/// A number that differs between different builds of this program: from the linker's build id where there is one,
/// otherwise from the bytes of the program's file.
std::uint64_t program_fingerprint();

}  // namespace rankpool
