#!/usr/bin/env python3
"""Every C file is as clang-format would write it."""
import subprocess

import tree


def check(files):
    names = files.c_files()
    for at in range(0, len(names), 40):
        done = subprocess.run(["clang-format", "--dry-run", "-Werror", *names[at:at + 40]],
                              cwd=files.root, stderr=subprocess.PIPE, text=True)
        if done.returncode == 0:
            continue
        wrong = {}
        for line in done.stderr.splitlines():
            parts = line.split(":")
            if len(parts) > 3 and "[-Wclang-format-violations]" in line:
                wrong.setdefault(parts[0], parts[1])
        for name, line in sorted(wrong.items()):
            yield f"{name}:{line}: not formatted; run clang-format -i {name}"
        if not wrong:
            yield f"clang-format: {done.stderr.strip()[:300]}"


if __name__ == "__main__":
    tree.main(check)
