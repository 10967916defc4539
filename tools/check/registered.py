#!/usr/bin/env python3
"""Each test file registers a test. With --list: source files without a test file of their own."""
import os
import re
import sys

import tree

REGISTERS = re.compile(r"^(Test|ParameterizedTest|Theory)\s*\(", re.M)


def check(files):
    for name in files.ending(".c"):
        if not re.match(r"tests/.*/test_[a-z0-9_]+\.c$", name):
            continue
        if not REGISTERS.search(tree.code_only(files.text(name) or "")):
            yield f"{name}: registers no test; write one with Test(...) or remove the file"


def without_test(files):
    tested = {os.path.basename(f)[5:] for f in files.ending(".c") if "/test_" in f}
    for name in files.ending(".c"):
        if name.split("/")[0] in tree.FLOORS and os.path.basename(name) not in tested:
            yield name


if __name__ == "__main__":
    if sys.argv[1:2] == ["--list"]:
        del sys.argv[1]
        here = os.path.dirname(os.path.abspath(__file__))
        root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "..", "..")
        print("\n".join(without_test(tree.Tree(root))))
        sys.exit(0)
    tree.main(check)
