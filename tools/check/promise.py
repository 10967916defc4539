#!/usr/bin/env python3
"""Every function that a header declares has a comment. Those without a blank line between them share one."""
import re

import tree

START = re.compile(r"^(?!typedef|static_assert|_Static_assert|struct|enum|union|extern|#|\}|\s|static const)[A-Za-z_].*\(")


def check(files):
    for name in files.ending(".h"):
        if name.split("/")[0] not in (*tree.FLOORS, "tools"):
            continue
        text = files.text(name) or ""
        plain, lines = tree.code_only(text).splitlines(), text.splitlines()
        is_covered = False
        for n, line in enumerate(lines):
            if not line.strip():
                is_covered = False
            elif line.rstrip().endswith("*/"):
                is_covered = True
            elif START.match(plain[n]) and not is_covered:
                yield (f"{name}:{n + 1}: '{line.strip()[:60]}' has no comment; "
                       f"say what it means, who owns the result, which errors")


if __name__ == "__main__":
    tree.main(check)
