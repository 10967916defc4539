#!/bin/sh
# Runs every check of this folder: what is wrong, where, and how to put it right.
# The last line is "N passed, N failed"; the exit status is 0 if nothing failed.
cd "$(dirname "$0")/../.." || exit 70
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
passed=0
failed=0
for check in test_checks format layers rooms names shape banned headers promise registered listed leftovers private \
    documents links; do
    if output=$(python3 "tools/check/$check.py" 2>&1); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n' "$output" | sed "s/^/check $check: /"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
