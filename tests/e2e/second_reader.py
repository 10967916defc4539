#!/usr/bin/env python3
"""docs/format.md is enough to read a store: a reader written after it finds the numbers that skerry tells.

AC, AN, carriers and zygosities of every allele of the shipped slice are computed from carriers and calls;
of the worked cases AC and AN of every allele, over all segments, with what the spans say; steps, base
by base, are what spans and coverage say of each sample, and what skerry an tells. Haplotypes are those of
the genotypes as they are written.
"""
import gzip
import json
import os
import random
import sys
import time

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


def phase_of(words):
    """{sample: haplotype} of the genotypes of a record that have one copy of its only ALT, all of them phased."""
    copies = [w.split(":", 1)[0].split("|") for w in words]
    return {s: both.index("1") for s, both in enumerate(copies) if sorted(both) == ["0", "1"]}


def compare_phase(suite):
    """Where the slice says that an allele is: on the first haplotype or the second."""
    store = format_reader.Store(suite.path("slice"))
    (segment,) = store.segments
    rows = {store.name(tuple(row[k] for k in format_reader.KEY)): row["phase"] for row in segment.rows}
    wrong, n, met = [], 0, {}
    with gzip.open(harness.SLICE, "rt") as fh:
        for line in fh:
            words = line.rstrip("\n").split("\t")
            if line[0] != "#" and len(words[3]) == len(words[4]) == 1:
                met.setdefault(f"{words[0]}-{words[1]}-{words[3]}-{words[4]}", []).append(words[9:])
    for name, records in met.items():
        want = {s: (side, 0, None) for s, side in phase_of(records[0]).items()}
        n += len(want)
        if len(records) == 1 and rows[name] != want:
            wrong.append(name)
    suite.check(f"haplotypes of {n} carriers of the slice", ([], True), (wrong[:5], n > 1000))


def compare_sets(suite):
    """Phase sets and genotypes without phase beside each other, of few and of many carriers."""
    rng = random.Random(5)
    for n_samples in (3, 40, 300):
        names = [f"S{i}" for i in range(n_samples)]
        rows, lines = {}, []
        for pos in range(1001, 1041):
            share, of_sets, calls, want = rng.choice((0.1, 0.6)), rng.random() < 0.5, [], {}
            for s in range(n_samples):
                both = [int(rng.random() < share) for _ in range(2)]
                ps = rng.choice((".", "7", str(pos), "90000")) if of_sets else "."
                sign = rng.choice("|||/")
                calls.append(f"{both[0]}{sign}{both[1]}:{ps}")
                if sum(both) == 1 and sign == "|":
                    want[s] = (both.index(1), 0, None if ps == "." else int(ps))
            lines.append("\t".join(["1", str(pos), ".", "A", "T", ".", ".", ".", "GT:PS", *calls]))
            rows[pos] = want
        path = suite.path(f"sets-{n_samples}")
        head = HEAD.replace("##FORMAT", '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="set">\n##FORMAT', 1)
        text = head + "\t".join(names) + "\n" + "\n".join(lines) + "\n"
        done = suite.run("import", "-q", "-d", path, "--dataset", "d", "--assembly", "GRCh38", "--gate", "none",
                         suite.write(f"sets-{n_samples}.vcf", text))
        suite.check(f"import of phase sets of {n_samples}", 0, done.code, done.said())
        read = {row["start"] + 1: row["phase"] for s in format_reader.Store(path).segments for row in s.rows}
        suite.check(f"phase sets of {n_samples} samples", [], [p for p, want in rows.items() if read.get(p, {}) != want])


def compare_facts(suite):
    """What is stored of each sample of the slice, from its rows again, and as it is told."""
    path = suite.path("slice")
    (segment,) = format_reader.Store(path).segments
    want = [dict.fromkeys(("said", "called", "het", "hom", "singletons"), 0) for _ in range(segment.n_samples)]
    for row in segment.rows:
        if row["kind"] in (format_reader.MNV, format_reader.SV) or row["failed"]:
            continue
        for sample, call in enumerate(row["calls"]):
            want[sample]["said"] += call != format_reader.NOTHING
            want[sample]["called"] += call == format_reader.EXPECTED or 2 <= call <= 200
        for sample, copies in row["plain"].items():
            want[sample]["hom" if copies == 2 else "het"] += 1
        for sample, (_, zygosity) in row["bags"].items():
            want[sample]["het"] += zygosity == 0
            want[sample]["hom"] += zygosity == 1
        if row["stored"]["ac"] == 1:
            want[next(iter([*row["plain"], *row["bags"]]))]["singletons"] += 1
    wrong = [(s, w, segment.facts[s]) for s, w in enumerate(want) if w != {k: segment.facts[s][k] for k in w}]
    suite.check(f"facts of {len(want)} samples of the slice", [], wrong[:3])
    done = suite.run("info", "-d", path, "--samples", "--json")
    told = [(row["het"], row["hom"], row["singletons"]) for row in done.objects()]
    suite.check("and as they are told", [(f["het"], f["hom"], f["singletons"]) for f in segment.facts], told)


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


HEAD = "##fileformat=VCFv4.5\n##contig=<ID=1,length=248956422>\n##contig=<ID=X,length=156040895>\n" \
       '##INFO=<ID=END,Number=1,Type=Integer,Description="end">\n' \
       '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">\n' \
       '##FORMAT=<ID=LEN,Number=1,Type=Integer,Description="length">\n' \
       "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
SEXES = ("XX", "XY", "XX", "XY", "unknown", "XXY")
WINDOWS = (("1", 5000, 5090), ("X", 2781460, 2781500))  # counted from 1; the second over the end of the PAR


def joint(rng, names, with_blocks):
    """A joint file: sites, deletions over them, calls missing; or blocks of many lengths."""
    lines = [HEAD + "\t".join(names)]
    for contig, start, end in WINDOWS:
        for pos in sorted(rng.sample(range(start, end - 8), 25)):
            n = rng.choice((1, 1, 1, 4))
            calls = [rng.choices(("0/0", "./.", "0/1"), (8, 2, 1))[0] for _ in names]
            if with_blocks:
                calls = [f"{'./.' if c == './.' else '0/0'}:{rng.choice((1, 2, 5, 8))}" if rng.random() < 0.7 else ".:."
                         for c in calls]
                lines.append("\t".join([contig, str(pos), ".", "N", "<*>", ".", ".", ".", "GT:LEN", *calls]))
            else:
                lines.append("\t".join([contig, str(pos), ".", "ACGT"[:n], "A" if n > 1 else "T", ".", ".", ".", "GT", *calls]))
    return "\n".join(lines) + "\n"


def called_of(segment, contig, at):
    """The copies of each sample at a base; 0: none called."""
    return [n if n < format_reader.NO_CALL else 0
            for n in (segment.called(contig, at, at + 1, s) for s in range(segment.n_samples))]


def compare_block(segment, block):
    """What is wrong with a block of steps: in and about the windows, where all is said."""
    contig, start, end, told = block
    told, before = {step[0]: step for step in told}, None
    now = told[start]
    near = {at for _, a, b in WINDOWS for at in range(a - 30, b + 30) if start <= at < end}
    for at in sorted(near | set(told)):
        now = told.get(at, now)
        copies = called_of(segment, contig, at)
        if at not in told and at - 1 in near and copies != before:
            return f"base {at}: calls change without a step"
        before = copies
        want = [[0] * 4, [0] * 4]
        for karyotype, n in zip(segment.karyotypes, copies):
            want[0][format_reader.sex_class(karyotype)] += n > 0
            want[1][format_reader.sex_class(karyotype)] += n
        if [list(now[1]), list(now[2])] != want:
            return f"base {at}: {now[1:]}, not {want}"
    return None


def compare_track(suite, path, store):
    """skerry an, against all segments' samples one by one."""
    wrong = []
    for contig, start, end in WINDOWS:
        done = suite.run("an", "-d", path, "--region", f"{contig}:{start}-{end}", "--tsv")
        suite.check("an", 0, done.code, done.said())
        number = store.contigs.index(contig)
        for line in done.out.splitlines()[1:]:
            _, first, last, an = line.split("\t")[:4]
            for pos in range(int(first), int(last) + 1):
                want = sum(sum(called_of(s, number, pos - 1)) for s in store.segments)
                if want != int(an):
                    wrong.append(f"{contig}:{pos}: {an}, not {want}")
    return wrong


def compare_steps(suite):
    seed = int(os.environ.get("SKERRY_SEED", time.time()))
    rng = random.Random(seed)
    for kind in ("sites", "blocks", "both"):
        path = suite.path(f"steps-{kind}")
        names = [f"S{i}" for i in range(300)]
        sheet = suite.write(f"{kind}.tsv", "sample\tsex\n" + "".join(f"{n}\t{rng.choice(SEXES)}\n" for n in names))
        argv = ["import", "-q", "-d", path, "--dataset", "d", "--assembly", "GRCh38", "--gate", "none", "--samples", sheet]
        if kind == "both":
            ends = [(c, a + rng.randrange(30), b - rng.randrange(20)) for c, a, b in WINDOWS]
            bed = "".join(f"{c}\t{start}\t{max(end, start + 1)}\n" for c, start, end in ends)
            argv += ["--callable", suite.write("both.bed", bed)]
        done = suite.run(*argv, suite.write(f"{kind}.vcf", joint(rng, names, kind == "blocks")))
        suite.check(f"import of {kind}, SKERRY_SEED={seed}", 0, done.code, done.said())
        store = format_reader.Store(path)
        blocks = [(s, b) for s in store.segments for b in s.steps]
        suite.check(f"steps of {kind}", True, len(blocks) > 0)
        suite.check(f"what steps of {kind} say, SKERRY_SEED={seed}", [],
                    [w for w in (compare_block(s, b) for s, b in blocks) if w])
        suite.check(f"the track of {kind}, SKERRY_SEED={seed}", [], compare_track(suite, path, store)[:5])
        done = suite.run("verify", "-d", path)
        suite.check(f"verify of {kind}", 0, done.code, done.said())


def main():
    suite = harness.Suite()
    compare_slice(suite)
    compare_phase(suite)
    compare_sets(suite)
    compare_steps(suite)
    compare_facts(suite)
    root = os.path.join(harness.DATA, "import_cases")
    for name in sorted(os.listdir(root)):
        if os.path.isdir(os.path.join(root, name)):
            compare_case(suite, os.path.join(root, name))
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
