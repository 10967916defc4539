#!/usr/bin/env python3
"""docs/format.md is enough to read a store: a reader written after it finds the numbers that skerry tells.

AC, AN, carriers and zygosities of every allele of the shipped slice are computed from carriers and calls;
of the worked cases AC and AN of every allele, over all segments, with what the spans say.
"""
import json
import os
import sys

import format_reader
import harness
import import_cases


def totals(segment, row):
    """What a row adds up to: its own samples only."""
    zygosities = []
    for sample, copies in row["plain"].items():
        hemi = segment.expected(row["zone"], sample) == 1
        zygosities.append(1 if copies == 2 else 2 if hemi else 0)
    zygosities += [zygosity for copies, zygosity in row["bags"].values() if copies > 0]
    calls = (segment.expected(row["zone"], s) if c == format_reader.EXPECTED else c
             for s, c in enumerate(row["calls"]))
    return {"ac": sum(row["plain"].values()) + sum(n for n, _ in row["bags"].values()),
            "an": sum(c for c in calls if c <= 200), "carriers": len(zygosities),
            "hom": zygosities.count(1), "hemi": zygosities.count(2), "partial": zygosities.count(3)}


def compare_slice(suite):
    path = suite.path("slice")
    done = suite.run("import", "-d", path, "--dataset", "kg", "--assembly", "GRCh37", harness.SLICE)
    suite.check("import", 0, done.code, done.said())
    done = suite.run("alleles", "-d", path, "--json", "region=22:1-60000000")
    suite.check("alleles", 0, done.code, done.said())
    told = {row["variant"]: row for row in done.objects()}
    store = format_reader.Store(path)
    wrong, n = [], 0
    for segment in store.segments:
        for row in segment.rows:
            name = store.name(tuple(row[k] for k in format_reader.KEY))
            want = totals(segment, row)
            n += 1
            if want != row["stored"] or want != {k: told.get(name, {}).get(k) for k in want}:
                wrong.append(f"{name}: {want}, stored {row['stored']}, told {told.get(name)}")
    suite.check(f"{n} alleles of the slice", [], wrong[:5], f"{len(wrong)} wrong")
    suite.check("as many as told", len(told), n)


def compare_case(suite, folder):
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as fh:
        case = json.load(fh)
    path = suite.path(case["id"])
    for n, step in enumerate(case["imports"]):
        samples = suite.path(f"{case['id']}-{n}.tsv")
        suite.run(*import_cases.command_of(case, step, folder, path, samples))
    if not os.path.exists(os.path.join(path, "MANIFEST")):
        return
    store = format_reader.Store(path)
    wrong = []
    for key in store.keys():
        if key[3] == format_reader.MNV:
            continue  # a whole is also judged by its atoms: the engine's part, not the format's
        numbers = [s.numbers(key) for s in store.segments]
        want = {"ac": sum(ac for ac, _ in numbers), "an": sum(an for _, an in numbers)}
        row = suite.allele(path, store.name(key))
        got = {k: row.get(k) for k in want} if isinstance(row, dict) else row
        if got != want:
            wrong.append(f"{store.name(key)}: read {want}, told {got}")
    suite.check(f"{case['id']}: {len(store.keys())} alleles", [], wrong[:5])


def main():
    suite = harness.Suite()
    compare_slice(suite)
    root = os.path.join(harness.DATA, "import_cases")
    for name in sorted(os.listdir(root)):
        if os.path.isdir(os.path.join(root, name)):
            compare_case(suite, os.path.join(root, name))
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
