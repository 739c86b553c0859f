#pragma once

#include <string>
#include <vector>

#include "extraction.hpp"
#include "journal.hpp"
#include "parameter_space.hpp"

namespace rankpool::sweep {

/// What the table is made of.
struct TableSource {
    const ParameterSpace& space;
    const Journal& journal;
    const std::vector<Extraction>& extractions;
    std::string command;  ///< for its attribute
};

/// Writes the results of a sweep as one HDF5 dataset, `/results`: a row per case, in the order of the cases, whose
/// fields are index, the parameters, status ("not run" where nothing is known), cause, exit_code, attempts, times,
/// host, the extracted numbers (NaN where there is none), stdout and stderr. Texts are UTF-8 of variable length.
///
/// The file appears under its name when it is complete. Memory: a thousand rows at a time.
///
/// @throws Hdf5Error  it cannot be written
void write_table(const std::string& path, const TableSource& source);

}  // namespace rankpool::sweep
