#!/usr/bin/env python3
"""Every source file is named in a meson.build, in its folder or in one above it."""
import os
import re

import tree

BUILT = (*tree.FLOORS, "tools/skerry", "tools/cohort", "tests")


def named_in(files, build):
    folder = os.path.dirname(build)
    for name in re.findall(r"'((?:[\w-]+/)*[a-z]\w*\.c)'", files.text(build) or ""):
        yield os.path.normpath(os.path.join(folder, name))


def check(files):
    builds = [f for f in files.files if os.path.basename(f) == "meson.build"]
    named = {name for build in builds for name in named_in(files, build)}
    for name in files.ending(".c"):
        if name.startswith(tuple(b + "/" for b in BUILT)) and name not in named:
            yield f"{name}: in no meson.build, so it is not compiled; add it to the list of its folder"
    for name in sorted(named):
        if name not in files.files:
            yield f"{name}: named in a meson.build, but it is not there"


if __name__ == "__main__":
    tree.main(check)
