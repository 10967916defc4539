#!/usr/bin/env python3
"""What stands above the engine cannot reach raw counts: a file of api/ or of the program that names a header of
storage/, index/ or the engine's inside does not compile, with the very command that the build compiles it by.
"""
import json
import os
import shlex
import subprocess
import sys

import harness

ALLOWED = {"api/http/route.c": ("engine/face/engine.h", "engine/face/words.h", "storage/base/err.h"),
           "tools/skerry/cmd_count.c": ("engine/face/engine.h", "engine/import/face/import.h", "api/http/server.h")}
FORBIDDEN = ("storage/segment/segment.h", "storage/carriers/carriers.h", "storage/carriers/bits.h",
             "storage/manifest.h", "index/people/people.h", "engine/people/people_eval.h", "engine/tell/disclose.h",
             "engine/scan/tally.h", "engine/import/genomes/import_int.h")
# the leak of the review: a segment opened, and how many people carry the first allele
LEAK = """
uint64_t leak(const char *folder, const skr_file_id *id);
uint64_t leak(const char *folder, const skr_file_id *id)
{
    skr_segment *segment = NULL;
    skr_err err;
    return skr_segment_open(folder, id, &segment, &err) < 0 ? 0 : skr_segment_n_rows(segment);
}
"""


def commands(build):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as fh:
        return {os.path.relpath(os.path.join(build, c["file"]), harness.SOURCE): c["command"] for c in json.load(fh)}


def compile_as(suite, build, command, text):
    """Compiles a text with the command of another file. Returns what the compiler said; "": it did."""
    words, drop = [], False
    for word in shlex.split(command):
        if drop or word in ("-c", "-MD") or word.endswith(".c"):
            drop = False
        elif word in ("-o", "-MF", "-MQ"):
            drop = True
        else:
            words.append(word)
    path = suite.write("leak.c", text)
    done = subprocess.run([*words, "-fsyntax-only", path], cwd=build, capture_output=True, text=True, timeout=120)
    return "" if done.returncode == 0 else done.stderr or "failed"


def main():
    suite, build = harness.Suite(), sys.argv[1]
    known = commands(build)
    for source, headers in ALLOWED.items():
        fine = "".join(f'#include "{h}"\n' for h in headers)
        said = compile_as(suite, build, known[source], fine)
        suite.check(f"beside {source}: the face compiles", "", said[:300])
        for header in FORBIDDEN:
            said = compile_as(suite, build, known[source], f'#include "{header}"\n' + LEAK * header.endswith("segment.h"))
            is_refused = f"{header}: No such file" in said or f"'{header}' file not found" in said
            suite.check(f"beside {source}: {header} is not found", True, is_refused, said[:300])
    # the same file compiles below the wall, so it is the wall that refuses it
    said = compile_as(suite, build, known["engine/info.c"], '#include "storage/segment/segment.h"\n' + LEAK)
    suite.check("beside engine/info.c: the leak compiles", "", said[:300])
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
