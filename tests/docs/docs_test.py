#!/usr/bin/env python3
"""Keeps the pages true: docs_test.py samples|names|layers PROJECT [COMPILER FLAGS…]

samples  C++ blocks of docs/ and README.md whose first line is `// compiled` are whole files; those with
         `// compiled in a driver` are put into a driver, all of a page into one file. They must compile.
names    Files that docs/ names in backticks exist.
layers   The table of layers in docs/architecture.md agrees with what the files of lib/rankpool include.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```cpp\n// compiled( in a driver)?\n(.*?)^```$", re.M | re.S)
PRELUDE = """#include <iostream>
#include <numeric>
#include <ranges>
#include <thread>

#include <rankpool/rankpool.hpp>

using namespace std::chrono_literals;
double energy(double speed, int mass) { return 0.5 * mass * speed * speed; }
int slow(int milliseconds) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    return milliseconds;
}
"""
DRIVER = """void driver_%d([[maybe_unused]] rankpool::Executor& pool) {
#line %d "%s"
%s}
"""
MAIN = """int main(int argc, char** argv) {
    return rankpool::run(argc, argv, [](rankpool::Executor& pool) { %s });
}
"""


def pages(project):
    return [page for page in (project / "README.md", *sorted(project.glob("docs/**/*.md"))) if page.exists()]


def sources_of(page):
    """The page's samples, each as (name, text)."""
    text = page.read_text()
    drivers = []
    for block in BLOCK.finditer(text):
        line = text[: block.start(2)].count("\n") + 1
        if block.group(1):
            drivers.append((line, block.group(2)))
        else:
            yield f"{page.stem}_{line}", f'#line {line} "{page}"\n{block.group(2)}'
    if drivers:
        functions = "".join(DRIVER % (i, line, page, body) for i, (line, body) in enumerate(drivers))
        calls = " ".join(f"driver_{i}(pool);" for i in range(len(drivers)))
        yield f"{page.stem}_drivers", PRELUDE + functions + MAIN % calls


def check_samples(project, command):
    wrong = count = 0
    with tempfile.TemporaryDirectory() as folder:
        for page in pages(project):
            for name, text in sources_of(page):
                file = pathlib.Path(folder, name + ".cpp")
                file.write_text(text)
                wrong += subprocess.run([*command, "-fsyntax-only", str(file)], check=False).returncode != 0
                count += 1
    print(f"{count} samples, {wrong} do not compile")
    return wrong == 0 and count > 0


def check_names(project, _):
    skipped = {".git", "build"}
    files = [file.relative_to(project).as_posix() for file in project.rglob("*")
             if not skipped & set(file.relative_to(project).parts[:1])]
    wrong = []
    for page in project.glob("docs/**/*.md"):
        for name in re.findall(r"`([\w.-]+(?:/[\w.-]+)*(?:\.(?:hpp|cpp|md|sh)|/))`", page.read_text()):
            end = "/" + name.rstrip("/")
            if not any(("/" + file).endswith(end) for file in files):
                wrong.append(f"{page.relative_to(project)}: there is no {name}")
    print("\n".join(wrong) or "all files named in docs/ exist")
    return not wrong


def check_layers(project, _):
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|([^|]*)\|$", (project / "docs/architecture.md").read_text(), re.M)
    allowed = {name: set(re.findall(r"`(\w+)`", uses)) | {name} for name, uses, _ in rows}
    outside = {name: set(re.findall(r"`([\w./-]+)`", headers)) for name, _, headers in rows}
    wrong = []
    for position, (name, _, _) in enumerate(rows):
        above = allowed[name] - {row[0] for row in rows[: position + 1]}
        if above:
            wrong.append(f"{name}: uses layers that are not below it: {sorted(above)}")
        included, found = set(), set()
        for file in (project / "lib/rankpool" / name).rglob("*.?pp"):
            text = file.read_text()
            included |= set(re.findall(r"#include <rankpool/(\w+)/", text))
            found |= set(re.findall(r"#include <(mpi\.h|hdf5\.h|libdeflate\.h|isa-l|zstd\.h|lz4\.h|Random123|xxhash\.h|boost/\w+)", text))
        if included | {name} != allowed[name]:
            wrong.append(f"{name}: includes {sorted(included)}, the table says {sorted(allowed[name])}")
        if found != outside[name]:
            wrong.append(f"{name}: includes {sorted(found)}, the table says {sorted(outside[name])}")
    folders = {file.parent.relative_to(project / "lib/rankpool").parts[0]
               for file in (project / "lib/rankpool").rglob("*/*.?pp")}
    if folders != set(allowed):
        wrong.append(f"folders and table differ: {sorted(folders ^ set(allowed))}")
    print("\n".join(wrong) or "the table of layers is as the includes are")
    return not wrong


def check_readme(project, _):
    """The first sample of the README is the first example, and the output below it is what that example's test expects."""
    readme = (project / "README.md").read_text()
    sample = re.search(r"```cpp\n(.*?)```", readme, re.S).group(1)
    example = (project / "examples/01_first_future.cpp").read_text().split("\n\n", 1)[1]
    output = (project / "tests/examples/expected/01_first_future.txt").read_text().strip()
    wrong = []
    if sample.split() != example.split():
        wrong.append("README.md: the first sample is not examples/01_first_future.cpp")
    if readme.count("\n" + output + "\n") != 2:
        wrong.append(f"README.md: the first future does not print {output!r} twice, alone and on ranks")
    print("\n".join(wrong) or "the README shows the first example as it is")
    return not wrong


if __name__ == "__main__":
    CHECK = {"readme": check_readme, "samples": check_samples, "names": check_names, "layers": check_layers}[sys.argv[1]]
    sys.exit(0 if CHECK(pathlib.Path(sys.argv[2]).resolve(), sys.argv[3:]) else 1)
