#!/usr/bin/env python3
"""Each check passes a good example and complains of a bad one, at the right place."""
import os
import sys
import tempfile

import banned
import documents
import format as formatting
import headers
import layers
import leftovers
import links
import listed
import names
import private
import promise
import registered
import rooms
import shape
import tree

LONG = "int f(void)\n{\n" + "    ;\n" * 80 + "}\n"
STYLE = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".clang-format"),
             encoding="utf-8").read()

# check, good files, bad files, a word of the complaint
EXAMPLES = [
    (formatting, {".clang-format": STYLE, "a.c": "int a(int b)\n{\n    return b;\n}\n"},
     {".clang-format": STYLE, "a.c": "int a(int b) { return  b; }\n"}, "a.c:1"),
    (layers, {"storage/manifest.h": "", "index/b.c": '#include "storage/manifest.h"\n'},
     {"index/blob.h": "", "storage/a.c": '\n#include "index/blob.h"\n'}, "storage/a.c:2"),
    (layers, {"storage/a_int.h": "", "storage/b.c": '#include "storage/a_int.h"\n'},
     {"storage/a_int.h": "", "index/b.c": '#include "storage/a_int.h"\n'}, "belongs to storage/"),
    (layers, {"storage/block/block_writer.c": "#include <zstd.h>\n"},
     {"index/zone.c": "#include <zstd.h>\n"}, "index/zone.c:1"),
    # sideways: the import knows nothing of questions, and one side of an engine nothing of the other
    (layers, {"engine/plan/plan.h": "", "engine/scan/b.c": '#include "engine/plan/plan.h"\n'},
     {"engine/plan/plan.h": "", "engine/import/genomes/b.c": '#include "engine/plan/plan.h"\n'},
     "may not include"),
    # the leak: a file of api/ that opens a segment and reads raw carriers
    (layers, {"engine/face/engine.h": "", "api/http/b.c": '#include "engine/face/engine.h"\n'},
     {"storage/segment/segment.h": "", "api/http/leak.c": '#include "storage/segment/segment.h"\n'},
     "api/http/ may not include storage/segment/segment.h"),
    (layers, {"storage/base/err.h": "", "engine/face/a.h": '#include "storage/base/err.h"\n'},
     {"storage/reference/reference.h": "",
      "engine/face/a.h": '#include "storage/reference/reference.h"\n'}, "engine/face/ may not"),
    (layers, {"engine/scan/a.c": ""}, {"engine/lift/a.c": '#include "engine/lift/a.h"\n',
                                       "engine/lift/a.h": ""}, "is no room"),
    (rooms, {"index/a.c": "int skr_a(void)\n{\n    return skr_b();\n}\n",
             "index/b.c": "int skr_b(void)\n{\n    return 0;\n}\n"},
     {"index/a.c": "int skr_a(void)\n{\n    return skr_b();\n}\n",
      "index/b.c": "int skr_b(void)\n{\n    return skr_a();\n}\n"}, "a circle of files"),
    # the leak without its header: the function is declared anew
    (rooms, {"engine/face/a.h": "int skr_a(void);\n", "engine/a.c": "int skr_a(void)\n{\n    return 0;\n}\n",
             "api/http/b.c": "int skr_b(void)\n{\n    return skr_a();\n}\n"},
     {"storage/segment/segment.h": "int skr_segment_open(void);\n",
      "storage/segment/segment.c": "int skr_segment_open(void)\n{\n    return 0;\n}\n",
      "api/http/leak.c": "int skr_segment_open(void);\nint skr_leak(void)\n{\n"
                         "    return skr_segment_open();\n}\n"},
     "api/http/leak.c: calls skr_segment_open"),
    (names, {"index/names_of.c": "int skr_names_add(void)\n{\n    return 0;\n}\n"},
     {"index/names_of.c": "int skr_texts_add(void)\n{\n    return 0;\n}\n"}, "skr_texts_add"),
    (names, {"index/a.h": "struct skr_a {", "engine/face/b.h": "struct skr_b {"},
     {"index/a.h": "struct skr_a {", "engine/face/b.h": "struct skr_a {"}, "struct skr_a"),
    (names, {"docs/glossary.md": "| **morsel** |", "index/a.h": "typedef struct skr_morsel skr_morsel;"},
     {"docs/glossary.md": "", "index/a.h": "typedef struct skr_morsel skr_morsel;"}, "skr_morsel"),
    (shape, {"a.c": LONG.replace("    ;\n" * 80, "    ;\n" * 60)}, {"a.c": LONG}, "83 lines"),
    (shape, {"a.c": "x" * 100}, {"a.c": "x" * 101}, "101 columns"),
    (shape, {"a.c": "\n" * 600}, {"a.c": "\n" * 601}, "601 lines"),
    (shape, {f"storage/{i}.c": "\n" * 500 + "SKR_CHECK(a);\n" * 4 for i in "ab"},
     {f"storage/{i}.c": "\n" * 500 + "SKR_CHECK(a);\n" * 3 for i in "ab"}, "6 assertions in 1006 lines"),
    (shape, {"x/a.c": "", "y/b.c": ""}, {"x/a.c": "", "y/a.c": ""}, "same name"),
    (banned, {"a.c": '/* strcpy(a, b) */ char *a = "gets(";\nsnprintf(a);\n'}, {"a.c": "\nstrcpy(a, b);\n"},
     "a.c:2"),
    (banned, {"engine/a.c": "skr_fail_nomem(err, \"a\");\nskr_fail(err, SKR_ERR_NOMEM, \"no thread\");\n"},
     {"engine/a.c": "skr_fail(err, SKR_ERR_NOMEM,\n \"no memory for a\");\n"}, "skr_fail_nomem"),
    (banned, {"tools/a.c": "exit(2);\n"}, {"engine/a.c": "exit(2);\n"}, "exit()"),
    (banned, {"api/beacon_a.c": "skr_json_set(a, \"b\", c);\n"},
     {"api/beacon_a.c": "json_object_set_new(a, \"b\", c);\n"}, "json_object_set_new()"),
    (headers, {"storage/a.h": "#ifndef A\n#define A\n#include <stdint.h>\nuint32_t skr_a(void);\n#endif\n"},
     {"storage/a.h": "uint32_t skr_a(void);\n"}, "storage/a.h"),
    (promise, {"storage/a.h": "/* Adds. */\nint skr_add(int a, int b);\nint skr_more(int a);\n"},
     {"storage/a.h": "/* Adds. */\n\nint skr_add(int a,\n            int b);\n"}, "storage/a.h:3"),
    (registered, {"tests/unit/test_a.c": "Test(a, is_so)\n{\n}\n"},
     {"tests/unit/test_a.c": "/* Test(a, b) */\n"}, "registers no test"),
    (registered, {"index/a.c": "", "tests/unit/index/test_a.c": "Test(a, is_so)\n{\n}\n"},
     {"index/a.c": "", "tests/unit/index/test_b.c": "Test(b, is_so)\n{\n}\n"},
     "index/a.c: no test of its own"),
    # a source that is named, and a list that names what is not there
    (registered, {"storage/carriers/order_find.c": ""},
     {"tools/check/registered.py": ""}, "tools/check/registered.py: "),
    (listed, {"meson.build": "a = ['storage/a.c']", "storage/a.c": ""},
     {"storage/meson.build": "a = ['b.c']", "storage/b.c": "", "storage/a.c": ""}, "storage/a.c"),
    (links, {"a.md": "[b](docs/b.md#what-is-it)", "docs/b.md": "## What is it?\n[a](../a.md)"},
     {"a.md": "[b](docs/b.md#what)", "docs/b.md": "## What is it?"}, "#what"),
    (links, {"a.md": "`[b](c.md)`"}, {"a.md": "[b](c.md)"}, "c.md leads nowhere"),
    (leftovers, {"a.md": "to do\n"}, {"a.md": "TO" + "DO later\n"}, "a.md:1"),
    (private, {"a.md": "see docs/wo" + "rk/a and /tm" + "p/x\n"}, {"a.md": "see /home" + "/ann/x\n"}, "a.md:1"),
    (documents, {"storage/base/err.h": "SKR_ERR_IO = -2,\n", "docs/operations.md": "`IO` the disk\n"},
     {"storage/base/err.h": "SKR_ERR_IO = -2,\n", "docs/operations.md": "IOTA\n"}, "error code IO"),
    (documents, {"engine/a.c": '[SKR_COUNT_BAD_ALT] = "bad_alt",', "docs/counting.md": "`bad_alt`"},
     {"engine/a.c": '[SKR_COUNT_BAD_ALT] = "bad_alt",', "docs/counting.md": "bad"}, "counter bad_alt"),
]


def run(module, example):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in example.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as fh:
                fh.write(text)
        return list(module.check(tree.Tree(folder)))


def main():
    os.environ.pop("SKERRY", None)
    wrong = 0
    for module, good, bad, word in EXAMPLES:
        said = run(module, good)
        if said:
            wrong += 1
            print(f"{module.__name__}: complains of the good example: {said[0]}")
        said = run(module, bad)
        if not said or not all(word in line for line in said):
            wrong += 1
            print(f"{module.__name__}: the bad example should give a complaint with '{word}': {said}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
