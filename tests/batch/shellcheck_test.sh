#!/usr/bin/env bash
# Every script of the project passes shellcheck at its default severity.
# shellcheck source=tests/batch/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

command -v shellcheck >/dev/null || skip "shellcheck is not installed"
cd "$project"
# The project's own files; without git, all that lie here.
mapfile -t scripts < <(git ls-files 2>/dev/null)
((${#scripts[@]} > 0)) ||
    mapfile -t scripts < <(find . \( -name .git -o -name build \) -prune -o -type f -size -200k -print | sort)
shell_scripts=()
for script in "${scripts[@]}"; do
    [[ -f $script ]] || continue    # Removed, but not yet for git.
    first_line=$(head -c 64 "$script" | tr -d '\0' | head -n 1)
    if [[ $script == *.sh || $first_line =~ ^#!.*[/\ ](ba|da)?sh ]]; then
        shell_scripts+=("$script")
    fi
done
echo "checking ${#shell_scripts[@]} scripts: ${shell_scripts[*]}"
((${#shell_scripts[@]} >= 10)) || wrong "too few scripts were found"
run shellcheck --shell=bash "${shell_scripts[@]}"
expect_code 0 "shellcheck"
expect_silence "shellcheck"
finish
