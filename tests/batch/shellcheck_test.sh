#!/usr/bin/env bash
# Every script of the project passes shellcheck at its default severity.
# shellcheck source=tests/batch/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

command -v shellcheck >/dev/null || skip "shellcheck is not installed"
cd "$project"
mapfile -t scripts < <(find . \( -name .git -o -name build \) -prune -o -type f -size -200k \
    \( -name '*.sh' -o -perm -u+x \) -print | sort)
shell_scripts=()
for script in "${scripts[@]}"; do
    if [[ $script == *.sh ]] || head -c 64 "$script" | head -n 1 | grep -qaE '^#!.*\b(ba|da)?sh\b'; then
        shell_scripts+=("$script")
    fi
done
echo "checking ${#shell_scripts[@]} scripts: ${shell_scripts[*]}"
((${#shell_scripts[@]} >= 10)) || wrong "too few scripts were found"
run shellcheck --shell=bash "${shell_scripts[@]}"
expect_code 0 "shellcheck"
expect_silence "shellcheck"
finish
