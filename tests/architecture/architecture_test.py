#!/usr/bin/env python3
"""Checks rules of the sources that no compiler checks: architecture_test.py RULE PROJECT [COMPILER FLAGS…]

outside        MPI, HDF5, compressors and Boost are included by the files made for them only
scheduler      the scheduler has no outside library, no clock, no random numbers, no environment, no threads
public_header  <rankpool/rankpool.hpp> brings neither MPI nor HDF5 nor Boost nor Random123
links          relative links in README.md and docs/, and files that README.md names, exist
words          no file names places or numbers that mean something to one machine only
lengths        no source of the library has more than 400 lines

Prints what is wrong, a line each, and exits with 1 if anything is.
"""
import pathlib
import re
import subprocess
import sys

# The files made for an outside library, as patterns below lib/rankpool.
MADE_FOR = {
    "mpi.h": ["transport/mpi_*", "transport/node_memory.*", "executor/rank_check.*", "executor/rank_pool.*",
              "executor/run.cpp", "executor/exit_guard.cpp"],
    "boost/mpi": ["transport/mpi_transport.*", "executor/rank_check.cpp"],
    "boost/asio": ["asio.hpp"],
    "boost/context": ["worker/runner.hpp", "worker/task_stack.hpp"],
    "boost/serialization": ["executor/rank_check.cpp", "boost_serialization.hpp", "task/boost_archive.*"],
    "boost": ["boost_serialization.hpp", "task/boost_archive.*"],
    "Random123": ["task/random_stream.cpp"],
    "xxhash.h": ["journal/format.cpp", "journal/task_key.cpp"],
    "hdf5": ["dataset/detail/hdf5.hpp"],
    "libdeflate.h": ["dataset/detail/gzip.cpp"],
    "isa-l": ["dataset/detail/gzip.cpp"],
    "zstd.h": ["dataset/detail/zstd.cpp", "dataset/detail/filter_classes.cpp"],
    "lz4.h": ["dataset/detail/lz4.cpp"],
}
IMPURE = ["atomic", "chrono", "condition_variable", "cstdlib", "ctime", "execution", "filesystem", "fstream", "future",
          "iostream", "mutex", "random", "sys/", "thread", "unistd.h", "unordered_"]
IMPURE_CALLS = re.compile(r"\b(now\(\)|(?:steady|system|high_resolution)_clock|getenv|rand\(|random_device|thread_local"
                          r"|double|float)")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def library(project):
    return sorted((project / "lib/rankpool").rglob("*.?pp"))


def place(project, file):
    return file.relative_to(project).as_posix()


def without_comments(text):
    return re.sub(r"//.*|/\*.*?\*/", "", text)


def check_outside(project):
    for file in library(project):
        inside = file.relative_to(project / "lib/rankpool")
        for header in INCLUDE.findall(file.read_text()):
            names = [name for name in MADE_FOR if header == name or header.startswith((name + "/", name + "."))]
            if names and not any(inside.match(pattern) for pattern in MADE_FOR[max(names, key=len)]):
                yield f"{place(project, file)}: includes <{header}>, which only {MADE_FOR[max(names, key=len)]} may"


def check_scheduler(project):
    for file in sorted((project / "lib/rankpool/scheduler").rglob("*.?pp")):
        text = file.read_text()
        for header in INCLUDE.findall(text):
            if not header.startswith("rankpool/") and ("." in header or "/" in header):
                yield f"{place(project, file)}: includes <{header}> from outside"
            if header.startswith(tuple(IMPURE)):
                yield f"{place(project, file)}: includes <{header}>; what it decides must follow from its events alone"
        for number, line in enumerate(text.splitlines(), 1):
            if found := IMPURE_CALLS.search(without_comments(line)):
                yield f"{place(project, file)}:{number}: uses {found.group(1)}"


def check_public_header(project, command):
    result = subprocess.run([*command, "-M", "-x", "c++", "-"], input="#include <rankpool/rankpool.hpp>\n", text=True,
                            capture_output=True, check=False)
    if result.returncode != 0:
        yield result.stderr
    headers = result.stdout.split()
    if len(headers) < 20:
        yield f"the compiler named {len(headers)} headers only"
    for header in headers:
        if re.search(r"/(mpi[^/]*\.h|hdf5[^/]*\.h|H5\w+\.h|boost/.*|libdeflate\.h|isa-l/.*|zstd\.h|lz4\.h|Random123/.*)$", header):
            yield f"<rankpool/rankpool.hpp> brings {header}"


def check_links(project):
    pages = [project / "README.md", *sorted(project.glob("docs/**/*.md"))]
    for page in pages:
        text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
        for target in re.findall(r"\[[^\]]+\]\(([^)#\s]+)[^)]*\)", re.sub(r"`[^`]*`", "code", text)):
            if not re.match(r"\w+:", target) and not (page.parent / target).exists():
                yield f"{place(project, page)}: links to {target}, which does not exist"
    files = [file.relative_to(project).as_posix() for file in sources(project)]
    for name in re.findall(r"`([\w.-]+(?:/[\w.-]+)*\.(?:hpp|cpp|md|sh|py|txt))`", (project / "README.md").read_text()):
        if not any(("/" + file).endswith("/" + name) for file in files):
            yield f"README.md: names {name}, which does not exist"


def sources(project):
    skipped = {".git", "build", ".cache"}
    for file in sorted(project.rglob("*")):
        parts = file.relative_to(project).parts
        if file.is_file() and not skipped & set(parts) and "__pycache__" not in parts:
            yield file


def check_words(project):
    private = re.compile(
        r"(?<![\w}\])./$-])/(?:root|work)/"  # absolute paths of one machine
        r"|\.\./" + r"shared\b"
        r"|\bissue\s+#?\d"  # numbers without a place where they can be looked up
        r"|\bas (?:asked|requested) (?:by|in)\b", re.I)
    for file in sources(project):
        try:
            text = file.read_text()
        except UnicodeDecodeError:
            continue  # Binary.
        for number, line in enumerate(text.splitlines(), 1):
            if found := private.search(line):
                yield f"{place(project, file)}:{number}: says '{found.group(0)}'"


def check_lengths(project, lines_max=400):
    for file in sorted((project / "lib").rglob("*")):
        if file.suffix in {".hpp", ".cpp", ".cmake", ".txt", ".in"}:
            lines = len(file.read_text().splitlines())
            if lines > lines_max:
                yield f"{place(project, file)}: {lines} lines; one concept per file, near a hundred lines"


def main():
    rule, project, command = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), sys.argv[3:]
    check = globals()["check_" + rule]
    wrong = list(check(project, command) if rule == "public_header" else check(project))
    print("\n".join(wrong) or f"{rule}: as it should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
