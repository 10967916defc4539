#!/usr/bin/env python3
"""Prints "passed failed skipped" of a JUnit file that meson wrote: count_results.py FILE STATUS.

STATUS is what `meson test` exited with: a run that failed without a failed test counts as one failure.
"""
import sys
import xml.etree.ElementTree as tree


def main():
    path, status = sys.argv[1], int(sys.argv[2])
    passed = failed = skipped = 0
    try:
        cases = list(tree.parse(path).getroot().iter("testcase"))
    except (OSError, tree.ParseError):
        cases, status = [], status or 1
    for case in cases:
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            failed += 1
        elif "skipped" in kinds:
            skipped += 1
        else:
            passed += 1
    if status != 0 and failed == 0:
        failed = 1
    print(passed, failed, skipped)


if __name__ == "__main__":
    main()
