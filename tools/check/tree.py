"""What the checks share: the files of the project, C text without comments, and how a check ends.

A check is a function that takes a Tree and yields complaints, one line each: place, what is wrong, and
how to put it right.
"""
import os
import re
import subprocess
import sys

FLOORS = ("storage", "index", "engine", "api")


class Tree:
    """The files of a folder: what git knows of and what is new, without what git ignores."""

    def __init__(self, root):
        self.root = os.path.abspath(root)
        self._texts = {}
        if os.path.exists(os.path.join(self.root, ".git")):
            listed = subprocess.run(
                ["git", "-C", self.root, "-c", "safe.directory=*", "ls-files", "-z", "--cached",
                 "--others", "--exclude-standard"], check=True, stdout=subprocess.PIPE).stdout
            names = {os.fsdecode(n) for n in listed.split(b"\0") if n}
        else:
            names = {os.path.relpath(os.path.join(d, f), self.root)
                     for d, _, files in os.walk(self.root) for f in files}
            names = {n for n in names if not n.startswith("build")}
        self.files = sorted(n for n in names if os.path.isfile(os.path.join(self.root, n)))

    def ending(self, *ends):
        return [f for f in self.files if f.endswith(ends)]

    def c_files(self):
        return self.ending(".c", ".h")

    def bytes(self, name):
        with open(os.path.join(self.root, name), "rb") as fh:
            return fh.read()

    def text(self, name):
        """The text of a file; None if it is not UTF-8 (data)."""
        if name not in self._texts:
            raw = self.bytes(name)
            try:
                self._texts[name] = None if b"\0" in raw else raw.decode("utf-8")
            except UnicodeDecodeError:
                self._texts[name] = None
        return self._texts[name]

    def lines(self, name):
        text = self.text(name)
        return [] if text is None else text.splitlines()


TOKEN = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)


def code_only(text):
    """C text with comments and the insides of strings blanked; lines stay where they are."""
    def blank(m):
        found = m.group(0)
        if found[0] in "\"'":
            return found[0] + " " * (len(found) - 2) + found[-1]
        return re.sub(r"[^\n]", " ", found)
    return TOKEN.sub(blank, text)


def includes(tree, name):
    """(line, form, path) of every include; form is '"' or '<'."""
    for n, line in enumerate(tree.lines(name), 1):
        m = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if m:
            yield n, m.group(1), m.group(2)


def main(check):
    """Runs one check on the folder given, or on the project, and exits 0 or 1."""
    here = os.path.dirname(os.path.abspath(__file__))
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "..", "..")
    found = list(check(Tree(root)))
    for line in found:
        print(line)
    sys.exit(1 if found else 0)
