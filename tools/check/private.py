#!/usr/bin/env python3
"""No file names a place on one particular machine or the host of a package registry."""
import re

import tree

PATTERNS = (
    (re.compile(r"(?<![\w.])/(?:work|home|root|Users)/[\w.-]"), "a path of one machine; make it relative"),
    (re.compile(r"\b(?:pypi|npmjs|crates|(?:deb|security|snapshot)\.debian)\.(?:org|io|com)\b"),
     "the host of a package registry; leave its choice to the machine's own settings"),
)


def check(files):
    for name in files.files:
        if name.startswith("tests/data/"):
            continue
        for n, line in enumerate(files.lines(name), 1):
            for pattern, what in PATTERNS:
                if pattern.search(line):
                    yield f"{name}:{n}: {what}"


if __name__ == "__main__":
    tree.main(check)
