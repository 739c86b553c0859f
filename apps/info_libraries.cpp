#include "info_libraries.hpp"

#include <boost/version.hpp>
#include <mpi.h>

#include <rankpool/core/version.hpp>
#include <rankpool/dataset/hdf5_info.hpp>

namespace rankpool::apps {
namespace {

/// The first part of what MPI says: "Open MPI v4.1.4, package: …" or "MPICH Version:\t4.0.2\n…".
std::string mpi_library() {
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    MPI_Get_library_version(text, &length);
    std::string name(text, static_cast<std::size_t>(length));
    name = name.substr(0, name.find_first_of(",\n"));
    if (const std::size_t label = name.find(" Version:"); label != std::string::npos) {
        const std::size_t number = name.find_first_not_of(" \t", label + 9);
        name = name.substr(0, label) + ' ' + (number == std::string::npos ? "" : name.substr(number));
    }
    return name;
}

std::string mpi_standard() {
    int version = 0;
    int subversion = 0;
    MPI_Get_version(&version, &subversion);
    return std::to_string(version) + '.' + std::to_string(subversion);
}

std::string compiler() {
#if defined(__clang__)
    return "Clang " + std::to_string(__clang_major__) + '.' + std::to_string(__clang_minor__);
#else
    return "GCC " + std::to_string(__GNUC__) + '.' + std::to_string(__GNUC_MINOR__);
#endif
}

}  // namespace

LibraryFacts library_facts() {
    const Hdf5Info hdf5 = hdf5_info();
    LibraryFacts facts;
    facts.rankpool = rankpool::version;
    facts.mpi_library = mpi_library();
    facts.mpi_standard = mpi_standard();
    facts.boost = std::to_string(BOOST_VERSION / 100000) + '.' + std::to_string(BOOST_VERSION / 100 % 1000) + '.' +
                  std::to_string(BOOST_VERSION % 100);
    facts.hdf5 = hdf5.version;
    facts.hdf5_compiled = hdf5.header_version;
    for (const FilterAvailability& filter : hdf5.filters) facts.hdf5_filters.push_back({filter.name, filter.available});
    facts.compiler = compiler();
    return facts;
}

std::string thread_level_name(int thread_level) {
    if (thread_level == MPI_THREAD_MULTIPLE) return "multiple";
    if (thread_level == MPI_THREAD_SERIALIZED) return "serialized";
    if (thread_level == MPI_THREAD_FUNNELED) return "funneled";
    return "single";
}

}  // namespace rankpool::apps
