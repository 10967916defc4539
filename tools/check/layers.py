#!/usr/bin/env python3
"""Includes run downwards, stay out of foreign insides, and reach a library only through its door."""
import fnmatch
import os

import tree

# In a floor: the floors whose headers it may name.
MAY = {
    "storage/base": ("storage/base",),
    "storage": ("storage/base", "storage"),
    "index": ("storage/base", "storage", "index"),
    "engine": ("storage/base", "storage", "index", "engine"),
    "api": ("storage/base", "engine", "api"),
}

# A library's headers: the files that may include them. Tests and bench may include any.
DOORS = {
    "zstd*.h": ("storage/block*.c",),
    "liburing*": ("storage/io_uring.c",),
    "openssl/*": ("storage/digest.c",),
    "roaring/*": ("index/people_set*.c",),
    "htslib/*": ("engine/import_vcf*.[ch]", "engine/fasta.c", "tools/cohort/cohort_bcf.c"),
    "libdeflate.h": ("engine/import_vcf_blocks.c",),
    "jansson.h": ("engine/import_people*.c", "engine/import_ontology*.c", "api/beacon_*.c",
                  "tools/skerry/*.c"),
    "zip.h": ("engine/archive.c",),
    "zlib.h": ("engine/archive.c",),
    "microhttpd.h": ("api/server*.c", "bench/http/*.c"),
    "jemalloc/*": (),
    "criterion/*": (),
}


def floor(name):
    if name.startswith("storage/base/"):
        return "storage/base"
    top = name.split("/")[0]
    return top if top in MAY else None


def pulled_in(files, names):
    """The headers that these headers bring with them."""
    seen, left = set(), list(names)
    while left:
        name = left.pop()
        if name in seen or name not in files.files:
            continue
        seen.add(name)
        left += [path for _, form, path in tree.includes(files, name) if form == '"']
    return seen


def check_own(files, name, line, path, through_engine):
    if path not in files.files:
        yield f"{name}:{line}: no file {path}; name it from the root of the project"
        return
    if path.endswith("_int.h"):
        home = os.path.dirname(path)
        if os.path.dirname(name) != home and name.split("/")[0] != "tests":
            yield (f"{name}:{line}: {path} belongs to {home}/; "
                   f"declare what you need in a header without _int")
            return
    mine, theirs = floor(name), floor(path)
    if mine is None:
        return
    if theirs is None:
        yield f"{name}:{line}: {mine}/ may not include {path}; move what is needed into a floor"
    elif theirs not in MAY[mine] and not (mine == "api" and path in through_engine):
        yield (f"{name}:{line}: {mine}/ may not include {path}; it may include "
               f"{', '.join(MAY[mine])}")


def doors_of(path):
    """The files that may include a library's header; None if it is nobody's."""
    for pattern, doors in DOORS.items():
        if fnmatch.fnmatch(path, pattern):
            return doors
    return None


def is_door(name, doors):
    return any(fnmatch.fnmatch(name, d) for d in doors)


def check_library(files, name, line, path):
    doors = doors_of(path)
    if doors is None or name.startswith(("tests/", "bench/")):
        return
    if not is_door(name, doors):
        yield (f"{name}:{line}: <{path}> may be included by "
               f"{', '.join(doors) or 'no file'} only; call its door instead")
    elif name.endswith(".h"):  # what includes this header reaches the library too
        for other in files.c_files():
            if not is_door(other, doors) and name in {p for _, _, p in tree.includes(files, other)}:
                yield (f"{other}: includes {name}, which brings <{path}>; "
                       f"only {', '.join(doors)} may")


def check(files):
    engine_faces = [f for f in files.files
                    if f.startswith("engine/") and f.endswith(".h") and not f.endswith("_int.h")]
    through_engine = pulled_in(files, engine_faces)
    for name in files.c_files():
        for line, form, path in tree.includes(files, name):
            if form == '"':
                yield from check_own(files, name, line, path, through_engine)
                continue
            yield from check_library(files, name, line, path)


if __name__ == "__main__":
    tree.main(check)
