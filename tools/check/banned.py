#!/usr/bin/env python3
"""Calls that have no place here, each with what to use instead."""
import re

import tree

INSTEAD = {
    "strcpy": "memcpy with the length, or snprintf",
    "strcat": "snprintf, or skr_buffer",
    "sprintf": "snprintf",
    "vsprintf": "vsnprintf",
    "gets": "getline",
    "atoi": "strtol with its end looked at",
    "atol": "strtol with its end looked at",
    "atof": "strtod with its end looked at",
    "strtok": "strcspn over a pointer",
    "alloca": "malloc, or an array of fixed size",
    "rand": "a generator with a seed of its own (tests)",
    "assert": "SKR_CHECK for our own mistakes, skr_fail for wrong data",
}
BELOW_TOOLS = {"exit": "return a status", "abort": "SKR_CHECK", "system": "a library call",
               "printf": "return the text or a status; only tools/ prints"}
# jansson says that it failed by what these return, and a member is missing when nobody looks.
IN_API = {call: "skr_json_set or skr_json_append, which remember that they failed" for call in (
    "json_object_set", "json_object_set_new", "json_object_set_nocheck", "json_object_set_new_nocheck",
    "json_object_setn", "json_object_setn_new", "json_object_update", "json_array_set",
    "json_array_set_new", "json_array_append", "json_array_append_new", "json_array_insert",
    "json_array_insert_new", "json_array_extend")}
CALL = re.compile(r"(?<![\w.>])(" + "|".join([*INSTEAD, *BELOW_TOOLS, *IN_API]) + r")\s*\(")
# One message says that memory ran out; what is not about memory has words of its own.
NOMEM = re.compile(r'SKR_ERR_NOMEM,\s*"(no memory|out of memory|[^"]*: out of memory")')
MAY = {("storage/base/check.h", "abort"), ("api/beacon/beacon_json.c", "json_object_set_new"),
       ("api/beacon/beacon_json.c", "json_array_append_new")}


def check(files):
    for name in files.c_files():
        below = name.split("/")[0] in tree.FLOORS
        for n, line in enumerate(tree.code_only(files.text(name) or "").splitlines(), 1):
            for call in CALL.findall(line):
                if (name, call) in MAY or (call in BELOW_TOOLS and not below):
                    continue
                if call in IN_API and not name.startswith("api/"):
                    continue
                instead = INSTEAD.get(call) or BELOW_TOOLS.get(call) or IN_API[call]
                yield f"{name}:{n}: {call}() is not used here; use: {instead}"
        if below and not name.startswith("storage/base/") and NOMEM.search(files.text(name) or ""):
            yield f"{name}: says that memory ran out in words of its own; use: skr_fail_nomem"


if __name__ == "__main__":
    tree.main(check)
