#!/usr/bin/env python3
"""Functions, files and lines have their greatest length; a file name occurs once in the tree."""
import os
import re

import tree

LINE_MAX, FUNCTION_MAX, SOURCE_MAX, HEADER_MAX = 100, 70, 600, 300
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


def check(files):
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
