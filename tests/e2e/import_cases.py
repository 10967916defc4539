#!/usr/bin/env python3
"""The worked cases of tests/data/import_cases: every status, counter and number of every allele.

With a number as argument the records of each file, the files of a delivery, and deliveries that share
no sample come in another order: the answers must be the same. With "bcf" each VCF comes as BCF, its local
alleles (LAA, LGT, LAD), lengths of blocks and phase sets among them, and again the answers must be the same.
"""
import json
import os
import random
import sys

import harness
from bcf_writer import Unwritable, bcf_of


def shuffle_text(source, target, rng):
    with open(source, "rb") as fh:
        raw = fh.read()
    if raw.startswith(b"##fileformat=VCF"):
        lines = raw.splitlines(keepends=True)
        records = [s for s in lines if not s.startswith(b"#")]
        rng.shuffle(records)
        raw = b"".join([s for s in lines if s.startswith(b"#")] + records)
    with open(target, "wb") as fh:
        fh.write(raw)


def as_bcf(source, target):
    """The same file, as BCF if it is a VCF of which there is one; was it?"""
    with open(source, "rb") as fh:
        raw = fh.read()
    is_bcf = False
    if raw.startswith(b"##fileformat=VCF"):
        try:
            raw, is_bcf = bcf_of(raw.decode()), True
        except Unwritable as why:
            print(f"# {source} stays text: {why}")
    with open(target, "wb") as fh:
        fh.write(raw)
    return is_bcf


def samples_of(files):
    names = set()
    for path in files:
        with open(path, encoding="latin1") as fh:
            for line in fh:
                if line.startswith("#CHROM"):
                    names.update(line.rstrip("\r\n").split("\t")[9:])
    return names


def reordered(steps, folder, rng):
    """The steps in a random order, those about one sample in their own."""
    names = [samples_of([os.path.join(folder, f) for f in files_of(s)]) for s in steps]
    waiting, order = list(range(len(steps))), []
    while waiting:
        ready = [i for i in waiting if all(j >= i or not names[i] & names[j] for j in waiting)]
        chosen = rng.choice(ready)
        waiting.remove(chosen)
        order.append(chosen)
    return [steps[i] for i in order]


def files_of(step):
    return step["file"] if isinstance(step["file"], list) else [step["file"]]


def command_of(case, step, folder, store, samples_path):
    words = ["import", "-d", store, "--dataset", "case", "--assembly", case["assembly"], "--json",
             "--format", step.get("format", "auto")]
    if case.get("reference"):
        words += ["--reference", os.path.join(folder, case["reference"])]
    if step.get("samples"):
        with open(samples_path, "w", encoding="utf-8") as fh:
            fh.write("sample\tsex\n")
            for name, facts in step["samples"].items():
                fh.write(f"{name}\t{facts.get('sex', 'unknown')}\n")
        words += ["--samples", samples_path]
    profile = dict(step.get("profile", {}))
    if "absent_is" in profile:
        words += ["--absent-is", profile.pop("absent_is")]
    if profile:
        words += ["--gate", ",".join(f"{k}={v}" for k, v in sorted(profile.items()))]
    if step.get("callable"):
        words += ["--callable", os.path.join(folder, step["callable"])]
    if step.get("replace"):
        words.append("--replace")
    return words + [os.path.join(folder, f) for f in files_of(step)]


def run_step(suite, case, step, n, folder, store):
    done = suite.run(*command_of(case, step, folder, store, suite.path(f"{case['id']}-{n}.tsv")))
    expect = step.get("expect", {})
    status = expect.get("status", "ok")
    wanted = 2 if status == "rejected" else 0
    if not suite.check(f"{case['id']} import {n} exits", wanted, done.code, done.said()):
        return
    said = done.objects()[-1] if done.out.strip() else {"status": "rejected", "counters": {}}
    suite.check(f"{case['id']} import {n} says", status, said.get("status"))
    for sample in step["samples"] if "callable" in expect else ():
        told = suite.run("info", "-d", store, "--callable", sample)
        rows = [line.split("\t")[:3] for line in told.out.splitlines() if not line.startswith("#")]
        got = [[contig.removeprefix("chr"), int(start), int(end)] for contig, start, end in rows]
        want = [[contig.removeprefix("chr"), start, end] for contig, start, end in expect["callable"]]
        suite.check(f"{case['id']} import {n}: where {sample} is callable", want, got, told.said())
    for name, number in expect.get("counters", {}).items():
        suite.check(f"{case['id']} import {n} {name}", number, said["counters"].get(name, 0))


def run_query(suite, case, query, store):
    if "count" in query:
        return suite.check(f"{case['id']} {query['count']}", query["expect"], suite.count(store, query["count"]))
    tail = (query["end"], query["sv"]) if "sv" in query else (query["ref"], query["alt"])
    name = "-".join(map(str, (query["contig"], query["pos"], *tail)))
    row = suite.allele(store, name)
    want = {k: query["expect"][k] for k in harness.NUMBERS if k in query["expect"]}
    got = {k: row.get(k) for k in want} if isinstance(row, dict) else row
    if isinstance(row, str) and not os.path.exists(os.path.join(store, "MANIFEST")):
        got = want if want["answer"] == "not-assessed" else row  # refused: there is no store
    return suite.check(f"{case['id']} {name}", want, got)


def run_case(suite, folder, seed):
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as fh:
        case = json.load(fh)
    steps = case["imports"]
    n_bcf = 0
    if seed == "bcf":
        twins = suite.path("bcf-" + case["id"])
        os.makedirs(twins)
        for name in os.listdir(folder):
            n_bcf += as_bcf(os.path.join(folder, name), os.path.join(twins, name))
        folder = twins
    elif seed is not None:
        rng = random.Random(f"{seed} {case['id']}")
        steps = reordered(steps, folder, rng)
        mixed = suite.path("files-" + case["id"])
        os.makedirs(mixed)
        for name in os.listdir(folder):
            shuffle_text(os.path.join(folder, name), os.path.join(mixed, name), rng)
        folder = mixed
        for step in steps:
            if isinstance(step["file"], list):
                rng.shuffle(step["file"])
    store = suite.path(case["id"])
    for n, step in enumerate(steps, 1):
        run_step(suite, case, step, n, folder, store)
    for query in case["queries"]:
        run_query(suite, case, query, store)
    return n_bcf


def main():
    suite = harness.Suite()
    seed = sys.argv[1] if len(sys.argv) > 1 else None
    root = os.path.join(harness.DATA, "import_cases")
    n_bcf = 0
    for name in sorted(os.listdir(root)):
        if os.path.isdir(os.path.join(root, name)):
            n_bcf += run_case(suite, os.path.join(root, name), seed)
    if seed == "bcf":
        suite.check("most files are BCF", True, n_bcf > 90, n_bcf)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
