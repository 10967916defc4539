#!/usr/bin/env python3
"""Functions, files and lines have their greatest length; a file name occurs once in the tree; where an
invariant is believed it is asserted, often enough in the folders below."""
import os
import re

import tree

LINE_MAX, FUNCTION_MAX, SOURCE_MAX, HEADER_MAX = 100, 70, 600, 300
# Assertions in a thousand lines, at least, of a folder with all below it.
ASSERTED_MIN = 6
ASSERTED = ("engine/plan/", "engine/scan/", "storage/")
ASSERTION = re.compile(r"\b(SKR_CHECK|SKR_ASSERT|_Static_assert|static_assert)\(")
MANY_OF_A_KIND = ("README.md", "meson.build", "LICENSE", "expected.json", ".gitignore", "__init__.py",
                  "run")


def functions(text):
    """(first line, lines, first words) of each function: its body begins and ends in column 0."""
    lines = tree.code_only(text).splitlines()
    start = None
    for n, line in enumerate(lines):
        if line == "{":
            start = n
            while start > 0 and lines[start - 1].strip() and lines[start - 1][0] not in "}#;":
                start -= 1
        elif line == "}" and start is not None:
            yield start + 1, n - start + 1, lines[start].strip()
            start = None


def check_assertions(files):
    for folder in ASSERTED:
        names = [name for name in files.c_files() if name.startswith(folder)]
        n_lines = sum(len(files.lines(name)) for name in names)
        n = sum(len(ASSERTION.findall(tree.code_only(files.text(name) or ""))) for name in names)
        if n_lines >= 1000 and 1000 * n < ASSERTED_MIN * n_lines:
            yield (f"{folder}: {n} assertions in {n_lines} lines, at least {ASSERTED_MIN} in 1,000; "
                   f"say with SKR_CHECK or SKR_ASSERT what the code believes")


def check(files):
    yield from check_assertions(files)
    for name in files.c_files():
        lines = files.lines(name)
        limit = HEADER_MAX if name.endswith(".h") else SOURCE_MAX
        if len(lines) > limit:
            yield f"{name}: {len(lines)} lines, at most {limit}; split it by subject"
        for n, line in enumerate(lines, 1):
            if len(line) > LINE_MAX:
                yield f"{name}:{n}: {len(line)} columns, at most {LINE_MAX}; break the line"
        for line, length, words in functions(files.text(name) or ""):
            if length > FUNCTION_MAX:
                yield (f"{name}:{line}: {length} lines in '{words[:60]}', at most {FUNCTION_MAX}; "
                       f"give a part of it a name")
    seen = {}
    for name in files.files:
        base = os.path.basename(name)
        if base in MANY_OF_A_KIND or re.match(r"tests/data/|tests/fuzz/corpus/|demo/", name):
            continue
        if base in seen:
            yield f"{name}: {seen[base]} has the same name; rename one"
        seen[base] = name


if __name__ == "__main__":
    tree.main(check)
