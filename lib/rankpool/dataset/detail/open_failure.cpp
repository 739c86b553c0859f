#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <rankpool/dataset/detail/hdf5.hpp>
#include <rankpool/dataset/detail/open_failure.hpp>

namespace rankpool::detail {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(DatasetProblem problem, const std::string& path, const std::string& why) {
    throw DatasetError(problem, path, "", "cannot open '" + path + "': " + why);
}

std::string missing_text(const std::string& path) {
    fs::path there = fs::absolute(path).parent_path();
    std::error_code ignored;
    if (fs::exists(there, ignored)) return "there is no such file in '" + there.string() + "': check the name";
    while (!fs::exists(there, ignored) && there.has_relative_path()) there = there.parent_path();
    return "its directory does not exist (only '" + there.string() +
           "' does): check the path, and that this file system is mounted on this host";
}

// Names what a file that is not HDF5 starts like; people pass the neighbouring file, or the archive.
std::string looks_like(const std::string& path) {
    std::array<char, 512> buffer{};
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) return "";
    const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), file);
    std::fclose(file);
    const std::string_view start(buffer.data(), size);
    if (start.empty()) return "; it is empty (0 bytes): did the program that made it fail?";
    if (start.starts_with("CDF")) return "; it is a netCDF file of the classic format: convert it with 'nccopy -k nc4'";
    if (start.starts_with("\x1f\x8b")) return "; it is compressed as a whole: unpack it with gunzip first";
    if (start.starts_with("PK\x03\x04")) return "; it is a zip archive: unpack it first";
    if (start.starts_with("\x0e\x03\x13\x01")) return "; it is an HDF4 file: convert it with h4toh5";
    if (start.starts_with(std::string_view("\x89HDF", 4))) {
        return "; it starts like one but has only " + std::to_string(size) + " bytes: copy it again, completely";
    }
    for (const char letter : start) {
        const auto code = static_cast<unsigned char>(letter);
        if (code == 0 || (code < 32 && std::strchr("\t\n\r\f\x1b", code) == nullptr)) return ": check the name";
    }
    return "; it looks like text: check the name";
}

// What a truncated file has and lacks; empty if it is none. HDF5 writes the full length into the file.
std::string missing_bytes(const std::string& path, const std::string& reasons) {
    constexpr std::uintmax_t superblock_bytes = 96;  // Source: HDF5 File Format Specification, superblock version 0.
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    if (error) return "";
    const std::string has = "it has " + std::to_string(size) + " bytes and should have ";
    const std::string key = "stored_eof = ";
    if (const std::size_t found = reasons.find(key); found != std::string::npos) {
        return has + std::to_string(std::strtoull(reasons.c_str() + found + key.size(), nullptr, 10));
    }
    return size < superblock_bytes && H5Fis_hdf5(path.c_str()) > 0 ? has + "more" : "";
}

// Everything on the error stack in one text, for searching.
std::string all_reasons() {
    std::string text;
    const auto add = [](unsigned, const H5E_error2_t* error, void* out) -> herr_t {
        *static_cast<std::string*>(out) += std::string(error->desc != nullptr ? error->desc : "") + '\n';
        return 0;
    };
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, add, &text);
    return text;
}

}  // namespace

SystemProblem system_problem(int error_number) {
    switch (error_number) {
        case ENOENT:
            return {DatasetProblem::file_missing, "there is no such file or directory: check the path"};
        case EACCES:
        case EPERM:
            return {DatasetProblem::not_writable, "permission denied for user " + std::to_string(geteuid()) +
                                                      ": check the rights, or choose another place"};
        case EROFS:
            return {DatasetProblem::read_only_file_system,
                    "the file system is mounted read-only (on many clusters /home is, on compute nodes): write to the "
                    "scratch "
                    "file system"};
        case ENOSPC:
            return {DatasetProblem::disk_full, "no space left on the file system: free some, or write to another one"};
        case EDQUOT:
            return {DatasetProblem::disk_full,
                    "the disk quota is used up: delete something, or write to another file system (quota -s shows the "
                    "numbers)"};
        case EFBIG:
            return {DatasetProblem::disk_full,
                    "the file would become larger than this process may make files: raise 'ulimit -f', or write less"};
        case EAGAIN:
            return {DatasetProblem::locked,
                    "another program has it open and locked: wait for it, or, if it is known not to write, set "
                    "HDF5_USE_FILE_LOCKING=FALSE"};
        case ENOSYS:
        case ENOLCK:
        case EOPNOTSUPP:
            return {
                DatasetProblem::locked,
                "this file system cannot lock files: set HDF5_USE_FILE_LOCKING=FALSE if nobody writes to it meanwhile"};
        default:
            return {DatasetProblem::other, std::generic_category().message(error_number)};
    }
}

void check_can_be_opened(const std::string& path) {
    struct stat status {};
    if (path.empty()) throw DatasetError(DatasetProblem::file_missing, path, "", "cannot open a file without a name");
    if (stat(path.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) refuse(DatasetProblem::file_missing, path, missing_text(path));
        if (errno == EACCES) {
            refuse(DatasetProblem::not_readable, path,
                   "user " + std::to_string(geteuid()) + " may not enter its directory: ask its owner for access");
        }
        refuse(DatasetProblem::other, path, std::generic_category().message(errno));
    }
    if (S_ISDIR(status.st_mode)) refuse(DatasetProblem::is_a_directory, path, "it is a directory: name the file in it");
    if (!S_ISREG(status.st_mode)) refuse(DatasetProblem::not_hdf5, path, "it is a device or pipe, not a file");
    if (access(path.c_str(), R_OK) != 0 && errno == EACCES) {
        refuse(DatasetProblem::not_readable, path,
               "user " + std::to_string(geteuid()) + " may not read it: ask its owner for access (chmod a+r)");
    }
}

void throw_open_failure(const std::string& path, bool for_writing) {
    const std::string reasons = all_reasons();
    const std::string reason = innermost_reason();
    const auto says = [&reasons](const char* words) { return reasons.find(words) != std::string::npos; };
    if (says("unable to lock file") || says("file locking")) {
        const int number = says("errno = 11,") ? EAGAIN : ENOLCK;
        refuse(DatasetProblem::locked, path, system_problem(number).text);
    }
    if (says("already open for read-only")) {
        refuse(DatasetProblem::locked, path,
               "this process has it open for reading, not through rankpool: close it first");
    }
    if (says("already open for")) {
        refuse(DatasetProblem::locked, path,
               "it is marked as being written: a program is still writing it, or was killed while it did (then "
               "'h5clear -s "
               "--increment=0' on a copy helps)");
    }
    if (const std::string missing = missing_bytes(path, reasons); !missing.empty()) {
        refuse(DatasetProblem::truncated, path,
               "it is truncated: " + missing + "; it was copied or written only in part: copy or make it again");
    }
    if (for_writing && access(path.c_str(), W_OK) != 0) {
        refuse(errno == EROFS ? DatasetProblem::read_only_file_system : DatasetProblem::not_writable, path,
               system_problem(errno).text);
    }
    if (H5Fis_hdf5(path.c_str()) <= 0)
        refuse(DatasetProblem::not_hdf5, path, "it is not an HDF5 file" + looks_like(path));
    refuse(DatasetProblem::damaged, path, "it is damaged (HDF5 says: " + reason + "): copy or make it again");
}

}  // namespace rankpool::detail
