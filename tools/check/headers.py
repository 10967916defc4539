#!/usr/bin/env python3
"""Each header compiles by itself, and twice over, under strict warnings, with gcc and with clang."""
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import tree

FLAGS = ["-std=gnu17", "-D_GNU_SOURCE", "-D_FILE_OFFSET_BITS=64", "-Wall", "-Wextra", "-Wshadow",
         "-Wconversion", "-Wno-sign-conversion", "-Wstrict-prototypes", "-Wmissing-prototypes",
         "-Wvla", "-Wpointer-arith", "-Werror", "-Wno-unused-function", "-fsyntax-only", "-x", "c",
         "-"]


def compile_alone(root, compiler, name):
    done = subprocess.run([compiler, f"-I{root}", *FLAGS], cwd=root, text=True,
                          input=f'#include "{name}"\n#include "{name}"\n', stderr=subprocess.PIPE)
    if done.returncode == 0:
        return None
    said = [s for s in done.stderr.splitlines() if "error" in s or "warning" in s]
    return f"{name}: does not compile alone with {compiler}: {(said or ['no reason'])[0]}"


def check(files):
    names = [n for n in files.ending(".h") if n.split("/")[0] in (*tree.FLOORS, "tools")]
    compilers = [c for c in ("gcc", "clang") if shutil.which(c)]
    if len(compilers) < 2:
        yield "gcc and clang are both needed; run tools/setup"
    work = [(c, n) for c in compilers for n in names]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for said in pool.map(lambda w: compile_alone(files.root, *w), work):
            if said:
                yield said + "; include what it uses"


if __name__ == "__main__":
    tree.main(check)
