#!/usr/bin/env python3
"""Names lead to files: a function begins with the name of its module, no struct or enum has its tag
twice, and a type whose name is not its module's is explained in the glossary.

A module is a source file and the header of its name. Its name is any run of whole words of the file's
name, or the room's: skr_claims_read is in record_claims.c, skr_people_find in index/people/.
"""
import os
import re

import tree
from rooms import DEFINED, sources

# Functions that are words of the language here, used on every page.
ANYWHERE = {"skr_fail", "skr_fail_in", "skr_fail_nomem"}

TAG = re.compile(r"^\s*(?:typedef\s+)?(struct|enum|union)\s+(\w+)\s*\{", re.M)
TYPE = re.compile(r"\btypedef\s+(?:struct|enum)\s+skr_(\w+)")
GLOSSARY = "docs/glossary.md"


def module_names(path):
    """The names that a module may go by."""
    stem = re.sub(r"(_int)?\.[ch]$", "", os.path.basename(path))
    words = stem.split("_")
    names = {"_".join(words[a:b]) for a in range(len(words)) for b in range(a + 1, len(words) + 1)}
    room = os.path.basename(os.path.dirname(path))
    return names | {room, room.rstrip("s")} | {n.rstrip("s") for n in names}


def begins_with(name, beginnings):
    return any(name == b or name.startswith((b + "_", b + "s_")) for b in beginnings)


def types_of_header(files, source):
    """The types that the header of a source's name declares: its functions may begin with them."""
    for header in (source[:-2] + ".h", source[:-2] + "_int.h"):
        if header in files.files:
            yield from TYPE.findall(tree.code_only(files.text(header) or ""))


def check_functions(files):
    for source in sources(files):
        allowed = module_names(source) | set(types_of_header(files, source))
        for function in DEFINED.findall(tree.code_only(files.text(source) or "")):
            if function not in ANYWHERE and not begins_with(function[4:], allowed):
                yield (f"{source}: {function} does not begin with the name of its module; rename it, "
                       f"or move it to where its name leads")


def check_tags(files):
    seen = {}
    for name in files.c_files():
        if name.split("/")[0] not in (*tree.FLOORS, "tools"):
            continue
        code = tree.code_only(files.text(name) or "")
        for kind, tag in TAG.findall(code):
            is_local = name.endswith(".c") and not tag.startswith("skr_")
            if is_local:
                continue
            if tag in seen:
                yield f"{name}: {kind} {tag} is also in {seen[tag]}; give one of them another name"
            seen[tag] = name


def glossary_words(files):
    """The words in bold, in single form."""
    text = files.text(GLOSSARY) or ""
    return {w.rstrip("s") for bold in re.findall(r"\*\*([^*]+)\*\*", text)
            for w in re.split(r"[^\w]+", bold.lower())}


def check_types(files):
    if GLOSSARY not in files.files:
        return
    known = glossary_words(files)
    for header in files.ending(".h"):
        if header.split("/")[0] not in tree.FLOORS:
            continue
        for name in sorted(set(TYPE.findall(tree.code_only(files.text(header) or "")))):
            words = {w.rstrip("s") for w in name.split("_")}
            if not begins_with(name, module_names(header)) and not words & known:
                yield (f"{header}: skr_{name} has a name of its own that {GLOSSARY} does not explain; "
                       f"use a word of the field, or explain it there")


def check(files):
    yield from check_functions(files)
    yield from check_tags(files)
    yield from check_types(files)


if __name__ == "__main__":
    tree.main(check)
