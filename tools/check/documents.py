#!/usr/bin/env python3
"""The documents name what the program has: commands, long options, counters, error codes, settings.

The program is taken from SKERRY or from build/; without one, commands and options are not looked at.
"""
import os
import re
import subprocess

import tree


def document(files, name):
    return files.text(name) or "" if name in files.files else ""


def has_word(text, word):
    return re.search(r"(?<![\w-])" + re.escape(word) + r"(?![\w-])", text) is not None


def missing(files, words, where, what):
    text = document(files, where)
    for word in words:
        if not has_word(text, word):
            yield f"{where}: {what} {word} is not described; add a line about it"


def program(files):
    for path in (os.environ.get("SKERRY", ""), os.path.join(files.root, "build/tools/skerry/skerry")):
        if path and os.access(path, os.X_OK):
            return path
    return None


def ask(path, *words):
    done = subprocess.run([path, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=20)
    return done.stdout


def commands(text):
    """The commands that --help lists: '  skerry NAME ...' or '  NAME   what it does'."""
    found = re.findall(r"^\s+(?:skerry )?([a-z]{4,10})(?=\s{2,}\S|\s+-)", text, re.M)
    return sorted(set(found))


def options(text):
    return sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)))


def check_program(files):
    path = program(files)
    if path is None:
        return
    text = ask(path, "--help")
    names = commands(text)
    if not names:
        yield "skerry --help: names no command; list them one a line, indented"
    words = set(options(text))
    for name in names:
        words.update(options(ask(path, name, "--help")))
    yield from missing(files, names, "docs/command-line.md", "the command")
    yield from missing(files, sorted(words), "docs/command-line.md", "the option")


def error_codes(files):
    text = tree.code_only(document(files, "storage/base/err.h"))
    return re.findall(r"\bSKR_ERR_([A-Z_]+) = -", text)


def counters(files):
    """Names of the import's counters: [SKR_COUNT_NAME] = "name"."""
    found = []
    for name in files.ending(".c"):
        if name.startswith("engine/"):
            found += re.findall(r'\[SKR_COUNT_\w+\]\s*=\s*"([a-z_]+)"', files.text(name) or "")
    return sorted(set(found))


def check(files):
    yield from missing(files, error_codes(files), "docs/operations.md", "the error code")
    yield from missing(files, counters(files), "docs/counting.md", "the counter")
    yield from check_program(files)


if __name__ == "__main__":
    tree.main(check)
