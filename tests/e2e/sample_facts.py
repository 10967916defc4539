#!/usr/bin/env python3
"""Facts about samples (docs/counting.md, "Sample QC") against bcftools stats, plink2 and loops in Python.

Joint files are drawn with calls missing, half-calls, several ALTs, depths that are and are not there, X
and Y; what bcftools and plink2 say of the same file has to be what `skerry info --samples` tells.
sample_facts.py SEED draws another lot.
"""
import collections
import math
import os
import random
import re
import subprocess
import sys

import harness

LENGTHS = {"1": 248956422, "2": 242193529, "X": 156040895, "Y": 57227415}
FORMAT = '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n' \
         '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="d">\n' \
         '##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description="d">\n' \
         '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="q">\n' \
         '##INFO=<ID=END,Number=1,Type=Integer,Description="e">\n'
HEAD = "##fileformat=VCFv4.3\n" + "".join(f"##contig=<ID={c},length={n}>\n" for c, n in LENGTHS.items()) + \
       FORMAT + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"


def line(contig, pos, ref, alt, calls, fields="GT", info="."):
    return "\t".join([contig, str(pos), ".", ref, alt, ".", "PASS", info, fields, *calls])


def told(suite, store):
    """Rows of info --samples, by sample."""
    done = suite.run("info", "-d", store, "--samples", "--tsv")
    lines = [row.split("\t") for row in done.out.splitlines()]
    rows = [dict(zip(lines[0], row)) for row in lines[1:]] if lines else []
    return {row["sample"]: row for row in rows} if len({r["sample"] for r in rows}) == len(rows) else rows


def close(a, b, step=1e-5):
    """Are two numbers the same as far as they are told? None: not known."""
    if a is None or b in (None, "."):
        return a is None and b in (None, ".")
    return math.isclose(a, float(b), rel_tol=step, abs_tol=step)


def compare(suite, name, rows, expected, step=1e-5):
    """expected: by sample a dictionary of columns."""
    wrong = [f"{s}.{k}: {want}, told {rows.get(s, {}).get(k)}" for s, columns in expected.items()
             for k, want in columns.items() if not close(want, rows.get(s, {}).get(k), step)]
    suite.check(name, [], wrong[:5], f"{len(wrong)} wrong")
    suite.check(f"{name}: as many samples", len(expected), len(rows))


# ---------------------------------------------------------------------------- joint files

def draw_joint(rng, n_samples, n_records):
    """A joint file of autosomes with a depth in most cells, and the genotypes as lists."""
    names = [f"S{i:03d}" for i in range(n_samples)]
    records, pos = [], 1000
    for _ in range(n_records):
        pos += rng.randint(3, 60)
        ref = rng.choice("ACGT")
        others = [b for b in "ACGT" if b != ref]
        rng.shuffle(others)
        alts = others[:rng.choice((1, 1, 1, 2))]
        kind = rng.random()
        if kind < 0.1:
            ref, alts = ref + rng.choice("ACGT"), [ref]
        elif kind < 0.2:
            alts = [ref + others[0] * rng.randint(1, 4)]
        share = rng.choice((0.002, 0.02, 0.3, 0.9))
        calls = []
        for _ in names:
            call = [rng.randint(1, len(alts)) if rng.random() < share else 0 for _ in range(2)]
            calls.append([None, None] if rng.random() < 0.03 else call)
        records.append((rng.choice("12"), pos, ref, alts, calls))
    records.sort(key=lambda r: (r[0], r[1]))
    return names, records


def text_of(rng, names, records, deep):
    lines = []
    for contig, pos, ref, alts, calls in records:
        cells = []
        for call in calls:
            gt = rng.choice("/|").join("." if a is None else str(a) for a in call)
            depth = "." if rng.random() < 0.1 else str(rng.randint(0, deep))
            cells.append(f"{gt}:{depth}")
        lines.append(line(contig, pos, ref, ",".join(alts), cells, "GT:DP"))
    return HEAD + "\t".join(names) + "\n" + "\n".join(lines) + "\n"


def bcftools_facts(path):
    """What bcftools stats says, records split by ALT."""
    split = subprocess.run(["bcftools", "norm", "-m", "-any", path], capture_output=True, text=True, check=True)
    done = subprocess.run(["bcftools", "stats", "-s", "-", "-"], input=split.stdout, capture_output=True,
                          text=True, check=True)
    n, snvs, indels = 0, {}, {}
    for row in (text.split("\t") for text in done.stdout.splitlines()):
        if row[0] == "SN" and row[2] == "number of records:":
            n = int(row[3])
        elif row[0] == "PSC":
            snvs[row[2]] = [float(x) for x in row[3:14]]
        elif row[0] == "PSI":
            indels[row[2]] = [float(x) for x in row[-4:]]
    return {s: {"het": v[2] + sum(indels[s][:2]), "hom": v[1] + sum(indels[s][2:]), "transitions": v[3],
                "transversions": v[4], "call_rate": (n - v[10]) / n} for s, v in snvs.items()}


def bcftools_depths(path):
    """The mean depths that bcftools stats says, to one digit."""
    done = subprocess.run(["bcftools", "stats", "-s", "-", path], capture_output=True, text=True, check=True)
    rows = [text.split("\t") for text in done.stdout.splitlines() if text.startswith("PSC")]
    return {row[2]: {"coverage": float(row[9])} for row in rows}


def plink2_facts(suite, path):
    out = suite.path("plink")
    done = subprocess.run(["plink2", "--vcf", path, "--max-alleles", "2", "--missing", "sample-only",
                           "--sample-counts", "--set-all-var-ids", "@-#-$r-$a", "--out", out, "--threads", "1",
                           "--memory", "1000", "--allow-extra-chr"], capture_output=True, text=True)
    if done.returncode != 0:
        return None
    facts = collections.defaultdict(dict)
    with open(out + ".smiss", encoding="utf-8") as fh:
        for row in csv_rows(fh):
            facts[row["#IID"]]["call_rate"] = 1 - int(row["MISSING_CT"]) / int(row["OBS_CT"])
    with open(out + ".scount", encoding="utf-8") as fh:
        for row in csv_rows(fh):
            facts[row["#IID"]].update(transitions=int(row["DIPLOID_TRANSITION_CT"]),
                                      transversions=int(row["DIPLOID_TRANSVERSION_CT"]))
    return dict(facts)


def csv_rows(fh):
    head = fh.readline().rstrip("\n").split("\t")
    return [dict(zip(head, row.rstrip("\n").split("\t"))) for row in fh]


def singletons_of(names, records):
    found = dict.fromkeys(names, 0)
    for _, _, _, alts, calls in records:
        for alt in range(1, len(alts) + 1):
            copies = {s: sum(a == alt for a in call) for s, call in zip(names, calls)}
            if sum(copies.values()) == 1:
                found[max(copies, key=copies.get)] += 1
    return {s: {"singletons": n} for s, n in found.items()}


def joint(suite, rng, n_samples, n_records, deep, form):
    names, records = draw_joint(rng, n_samples, n_records)
    path = suite.write(f"joint{n_samples}.vcf", text_of(rng, names, records, deep))
    given = path
    if form == "bcf":
        given = suite.path(f"joint{n_samples}.bcf")
        subprocess.run(["bcftools", "view", "-Ob", "-o", given, path], check=True)
    store = suite.path(f"joint{n_samples}")
    done = suite.run("import", "-q", "-d", store, "--dataset", "j", "--assembly", "GRCh38", "--gate", "none", given)
    suite.check(f"import of {n_samples} as {form}", 0, done.code, done.said())
    rows = told(suite, store)
    compare(suite, f"{n_samples} samples as bcftools counts them ({form})", rows, bcftools_facts(path))
    depths = subprocess.run(["bcftools", "query", "-f", "[%SAMPLE %DP\\n]", path], capture_output=True, text=True,
                            check=True)
    sums = collections.defaultdict(list)
    for row in depths.stdout.split("\n")[:-1]:
        sample, depth = row.split()
        sums[sample] += [] if depth == "." else [int(depth)]
    means = {s: {"coverage": sum(d) / len(d)} for s, d in sums.items()}
    compare(suite, f"their mean depths ({form})", rows, means)
    compare(suite, f"their mean depths as bcftools rounds them ({form})", rows, bcftools_depths(path), 0.051)
    compare(suite, f"their singletons ({form})", rows, singletons_of(names, records))
    plain = suite.write(f"plain{n_samples}.vcf", text_of(rng, names, [r for r in records if len(r[3]) == 1], 9))
    facts = plink2_facts(suite, plain) if harness.have("plink2") else None
    if facts is None:
        suite.skip(f"{n_samples} samples as plink2 counts them", "plink2 is not there")
        return
    other = suite.path(f"plain{n_samples}")
    suite.run("import", "-q", "-d", other, "--dataset", "j", "--assembly", "GRCh38", "--gate", "none", plain)
    compare(suite, f"{n_samples} samples as plink2 counts them", told(suite, other), facts)


# ---------------------------------------------------------------------------- what the rules leave out

def small(suite):
    """Half-calls, haploid calls, the gate, FILTER, longer replacements, structural alleles, MT."""
    rows = [
        line("1", 100, "A", "G", ["0/1:20:30", "./1:20:30", "1:20:30", "0/1:3:30"], "GT:DP:GQ"),
        line("1", 200, "AC", "GT", ["0/1:20:30", "0/0:20:30", "0/0:20:30", "1/1:20:30"], "GT:DP:GQ"),
        line("1", 300, "A", "<DEL>", ["0/1:20:30"] * 4, "GT:DP:GQ", "END=900"),
        line("1", 1000, "C", "T", ["0/1:20:30"] * 4, "GT:DP:GQ").replace("PASS", "LowQual"),
        line("1", 1100, "C", "A", ["1/1:20:5", "1/1:20:30", "./.:20:30", "0/0:20:30"], "GT:DP:GQ"),
        line("X", 50000000, "C", "A", ["1/1:20:30"] * 4, "GT:DP:GQ"),
    ]
    path = suite.write("small.vcf", HEAD + "a\tb\tc\td\n" + "\n".join(rows) + "\n")
    store = suite.path("small")
    done = suite.run("import", "-q", "-d", store, "--dataset", "j", "--assembly", "GRCh38", path)
    suite.check("import of what is left out", 0, done.code, done.said())
    rows = told(suite, store)
    # Of AC>GT count A>G and C>T; of what fails the gate nothing but that it was said.
    compare(suite, "what counts and what does not", rows, {
        "a": {"het": 3, "hom": 0, "call_rate": 3 / 4, "transitions": 3, "transversions": 0, "singletons": 0},
        "b": {"het": 0, "hom": 1, "call_rate": 3 / 4, "transitions": 0, "transversions": 1, "singletons": 0},
        "c": {"het": 0, "hom": 0, "call_rate": 2 / 4, "transitions": 0, "transversions": 0, "singletons": 0},
        "d": {"het": 0, "hom": 2, "call_rate": 3 / 4, "transitions": 2, "transversions": 0, "singletons": 0}})
    suite.check("too little of X says nothing", {"."}, {row["looks_like"] for row in rows.values()})
    alone = suite.write("alone.vcf", HEAD + "e\n" + line("1", 100, "A", "G", ["0/1"]) + "\n")
    suite.run("import", "-q", "-d", store, "--dataset", "j", "--assembly", "GRCh38", alone)
    row = told(suite, store)["e"]
    suite.check("who comes alone has no singletons, nor a depth without DP", (".", ".", "inf", "1"),
                (row["singletons"], row["coverage"], row["het_hom"], row["call_rate"]))
    # Delivered again, the facts are those of the new delivery.
    again = suite.write("again.vcf", HEAD + "e\n" + line("1", 100, "A", "G", ["1/1:31"], "GT:DP") + "\n")
    done = suite.run("import", "-q", "-d", store, "--dataset", "j", "--assembly", "GRCh38", "--replace", again)
    row = told(suite, store)["e"]
    suite.check("replaced facts are gone", ("0", "1", "31", "no"),
                (row["het"], row["hom"], row["coverage"], row["replaced_in_part"]), done.said())
    part = suite.write("part.vcf", HEAD + "a\n" + line("X", 50000000, "C", "A", ["0/0"]) + "\n")
    done = suite.run("import", "-q", "-d", store, "--dataset", "j", "--assembly", "GRCh38", "--replace", part)
    rows = [(r["sample"], r["replaced_in_part"]) for r in told(suite, store) if r["sample"] == "a"]
    suite.check("replaced on one contig", [("a", "yes"), ("a", "no")], rows, done.said())
    policy = suite.write("policy", "counts = rounded\nthreshold = 10\nstep = 10\n")
    done = suite.run("info", "-d", store, "--samples", "--policy", policy)
    suite.check("nothing of single people under a policy", (5, "", 1), (done.code, done.out, done.err.count("\n")))
    done = suite.run("info", "-d", store, "--samples", "--json")
    suite.check("JSON says the same", sorted((r["sample"], r["sex"]) for r in told(suite, store)),
                sorted((r["sample"], r["sex"]) for r in done.objects()), done.said())
    suite.check("an unknown number is null", None,
                [r for r in done.objects() if r["sample"] == "e"][0]["singletons"])


def reported(suite, rng):
    """What people stumbled over in other programs.

    samtools/bcftools#1868: 1/2 that nobody else has is two singletons. samtools/bcftools#1742: 2/2 is hom as
    1/1 is. broadinstitute/seqr-loading-pipelines#906: XXXX, XYY, XO and XXY are no other sex than the sheet's.
    """
    sexes = ["XXXX", "XYY", "XO", "XXY", "XX", "XY"]
    lines = [line("1", 100, "A", "C,G", ["1/2", "0/0", "0/0", "0/0", "0/0", "0/0"]),
             line("1", 200, "A", "C,G", ["0/0", "2/2", "0/0", "0/0", "1/1", "1/2"])]
    for i in range(300):
        calls = ["0/1" if sex.count("X") > 1 and rng.random() < 0.5 else "1/1" if rng.random() < 0.5 else "0/0"
                 for sex in sexes]
        lines.append(line("X", 40000000 + 10 * i, "A", "G", calls))
    for i in range(40):
        lines.append(line("Y", 10000000 + 10 * i, "A", "G", ["1" if "Y" in sex else "." for sex in sexes]))
    path = suite.write("reported.vcf", HEAD + "\t".join(sexes) + "\n" + "\n".join(lines) + "\n")
    sheet = suite.write("reported.tsv", "sample\tsex\n" + "".join(f"{s}\t{s}\n" for s in sexes))
    store = suite.path("reported")
    done = suite.run("import", "-d", store, "--dataset", "r", "--assembly", "GRCh38", "--samples", sheet, path)
    suite.check("import of what was reported", 0, done.code, done.said())
    rows = told(suite, store)
    suite.check("1/2 and 2/2", {"XXXX": ("2", "0", "2"), "XYY": ("0", "1", "0"), "XX": ("0", "1", "0"), "XY": ("2", "0", "0")},
                {s: tuple(rows[s][k] for k in ("het", "hom", "singletons")) for s in ("XXXX", "XYY", "XX", "XY")})
    suite.check("nobody differs from the sheet", False, "sex_differs" in done.out, done.said())
    suite.check("what they look like", ["XX", "XY", "unclear", "unclear", "XX", "XY"], [rows[s]["looks_like"] for s in sexes])


# ---------------------------------------------------------------------------- gVCF

def draw_gvcf(rng, name):
    """A gVCF of blocks with depths and of some alleles; what it says of contig 1 and 2."""
    lines, depth_sum, depth_of, called = [], 0, 0, 0
    for contig in "12":
        pos = rng.randint(1, 500)
        while pos < 200000:
            depth = rng.choice((0, 4, 9, 12, 30, 41, 250))
            n = rng.randint(1, 4000)
            if rng.random() < 0.2:
                lines.append(line(contig, pos, "A", "C,<NON_REF>", [f"0/1:{depth}:40"], "GT:DP:GQ"))
                depth_sum, depth_of, pos = depth_sum + depth, depth_of + 1, pos + 1
                called += depth >= 10
                continue
            lowest = rng.randint(0, depth)
            lines.append(line(contig, pos, "A", "<NON_REF>", [f"0/0:{depth}:40:{lowest}"], "GT:DP:GQ:MIN_DP",
                              f"END={pos + n - 1}"))
            depth_sum, depth_of = depth_sum + depth * n, depth_of + n
            called += n if lowest >= 10 else 0
            pos += n + rng.choice((0, 0, 0, 700))
    whole = LENGTHS["1"] + LENGTHS["2"]
    return HEAD + name + "\n" + "\n".join(lines) + "\n", \
        {"coverage": depth_sum / depth_of, "callable": called / whole}


def gvcfs(suite, rng):
    paths, expected = [], {}
    for name in ("ada", "ben", "cid"):
        text, expected[name] = draw_gvcf(rng, name)
        paths.append(suite.write(f"{name}.g.vcf", text))
    store = suite.path("gvcfs")
    done = suite.run("import", "-q", "-d", store, "--dataset", "g", "--assembly", "GRCh38", *paths)
    suite.check("import of gVCFs", 0, done.code, done.said())
    compare(suite, "depth and callable share of gVCFs", told(suite, store), expected)


# ---------------------------------------------------------------------------- X and Y

def sexes(suite, rng):
    """People of one X and of two, with the sheet right, wrong and absent."""
    kinds = {"w1": "XX", "w2": "XX", "m1": "XY", "m2": "XY", "z": "XXY"}
    sheet = {"w1": "XX", "w2": "XY", "m1": "XY", "m2": "", "z": ""}
    lines = []
    for i in range(200):
        calls = ["0/1" if "XX" in kind and rng.random() < 0.5 else rng.choice(("0/0", "1/1")) for kind in kinds.values()]
        lines.append(line("X", 40000000 + 10 * i, "A", "G", calls))
    for i in range(30):
        calls = ["./." if "Y" not in kind else rng.choice(("0", "1")) for kind in kinds.values()]
        lines.append(line("Y", 10000000 + 10 * i, "A", "G", calls))
    path = suite.write("sexes.vcf", HEAD + "\t".join(kinds) + "\n" + "\n".join(lines) + "\n")
    tsv = suite.write("sheet.tsv", "sample\tsex\n" + "".join(f"{s}\t{k}\n" for s, k in sheet.items()))
    store = suite.path("sexes")
    done = suite.run("import", "-d", store, "--dataset", "x", "--assembly", "GRCh38", "--samples", tsv, path)
    suite.check("import of X and Y", 0, done.code, done.said())
    rows = told(suite, store)
    suite.check("what X and Y look like", {"w1": "XX", "w2": "XX", "m1": "XY", "m2": "XY", "z": "unclear"},
                {s: row["looks_like"] for s, row in rows.items()})
    suite.check("the sheet stays as it was", {"w1": "XX", "w2": "XY", "m1": "XY", "m2": "unknown", "z": "unknown"},
                {s: row["sex"] for s, row in rows.items()})
    suite.check("who differs is counted", True, "sex_differs" in done.out and "w2" in done.err, done.said())
    suite.check("and nobody else", ["1"], [row.split()[1] for row in done.out.splitlines() if "sex_differs" in row])


# ---------------------------------------------------------------------------- reads

def depth_sum(path):
    """The sum of the depths of rule 10, by a loop: places of templates with a base of quality 10 or more."""
    done = subprocess.run(["samtools", "view", "-F", "3844", "-q", "20", path], capture_output=True, text=True,
                          check=True)
    places = set()
    for fields in (text.split("\t") for text in done.stdout.splitlines()):
        at, base = int(fields[3]), 0
        for n, op in re.findall(r"(\d+)([MIDNSHP=X])", fields[5]):
            if op in "M=X":
                places.update((fields[0], at + i) for i in range(int(n)) if ord(fields[10][base + i]) - 33 >= 10)
            at += int(n) if op in "MDN=X" else 0
            base += int(n) if op in "MIS=X" else 0
    return len(places)


def reads(suite, seed):
    """The depth of reads with a loop over them, the callable share as it is told base by base."""
    maker = os.environ.get("SKERRY_MADE_READS") or os.path.join(harness.SOURCE, "build/tests/made_reads")
    subprocess.run([maker, suite.path("r"), "bam", str(seed), "60000", "13"], check=True, capture_output=True)
    store = suite.path("reads")
    for more in ((), ("--calls", "none", "--replace")):
        done = suite.run("import", "-q", "-d", store, "--dataset", "r", "--assembly", "toy", "--reference",
                         suite.path("r.fa"), *more, suite.path("r.bam"), timeout=300)
        suite.check("import of reads", 0, done.code, done.said())
        (sample, row), = told(suite, store).items()
        stretches = [line.split("\t") for line in suite.run("info", "-d", store, "--callable", sample).out.splitlines()[1:]]
        with open(suite.path("r.fa"), encoding="utf-8") as fh:
            length = sum(len(text.strip()) for text in fh if not text.startswith(">"))
        called = sum(int(end) - int(start) for _, start, end, _ in stretches) / length
        want = {"callable": called} if more else {}
        if harness.have("samtools"):
            want["coverage"] = depth_sum(suite.path("r.bam")) / length
        else:
            suite.skip("depth of reads", "samtools is not there")
        compare(suite, f"depth and callable share of reads {more}", {sample: row}, {sample: want})


# ---------------------------------------------------------------------------- limits

def everything(suite, store):
    """All that a store tells of alleles, people and stretches."""
    rows = suite.run("alleles", "-d", store, "--json", "all").objects()
    info = suite.run("info", "-d", store, "--json").objects()[0]
    track = suite.run("an", "-d", store, "--region", "1", "--by", "sex", "--tsv").out
    return [{k: v for k, v in row.items() if k != "warnings"} for row in rows], info["datasets"], track


def set_aside(suite, name, files, sheet, beyond, qc, more=()):
    """A delivery from which --qc takes `beyond` says what one says of which the sheet leaves them out."""
    limited, sheeted = suite.path(f"{name}-qc"), suite.path(f"{name}-sheet")
    words = ["--dataset", "q", "--assembly", "GRCh38", *more]
    given = suite.write(f"{name}.tsv", sheet)
    done = suite.run("import", "-d", limited, *words, "--qc", qc, "--samples", given, *files)
    suite.check(f"{name}: who is set aside is counted and told", (0, [str(len(beyond))], True),
                (done.code, [row.split()[1] for row in done.out.splitlines() if "set_aside" in row],
                 all(f"{s} (" in done.err for s in beyond)), done.said())
    left_out = "".join(row + ("\tprimary\n" if i == 0 else "\tno\n" if row.split("\t")[0] in beyond else "\tyes\n")
                       for i, row in enumerate(sheet.splitlines()))
    given = suite.write(f"{name}-left.tsv", left_out)
    done = suite.run("import", "-q", "-d", sheeted, *words, "--samples", given, *files)
    suite.check(f"{name}: the sheet leaves them out", 0, done.code, done.said())
    mine, other = everything(suite, limited), everything(suite, sheeted)
    # An allele that only they name is gone; who asks for it by name is told the same.
    names = {row["variant"] for row in mine[0]}
    suite.check(f"{name}: the same alleles", [row for row in other[0] if row["ac"] > 0 or row["variant"] in names],
                mine[0])
    gone = [row for row in other[0] if row["variant"] not in names]
    suite.check(f"{name}: {len(gone)} alleles that they alone name",
                [{k: row[k] for k in ("ac", "an", "answer")} for row in gone[:8]],
                [{k: suite.allele(limited, row["variant"])[k] for k in ("ac", "an", "answer")} for row in gone[:8]])
    suite.check(f"{name}: the same people", other[1], mine[1])
    suite.check(f"{name}: called at the same places", other[2], mine[2])
    rows = told(suite, limited)
    suite.check(f"{name}: no facts of them either", sorted(told(suite, sheeted)), sorted(rows))
    done = suite.run("verify", "-d", limited)
    suite.check(f"{name}: sound", 0, done.code, done.said())
    done = suite.run("import", "-d", limited, *words, "--qc", qc, "--samples", suite.write(f"{name}.tsv", sheet), *files)
    return done, rows


def limits(suite, rng):
    names, records = draw_joint(rng, 40, 150)
    bad = rng.sample(range(40), 3)
    records = [(c, p, r, a, [[None, None] if i in bad and rng.random() < 0.3 else call
                             for i, call in enumerate(calls)]) for c, p, r, a, calls in records]
    path = suite.write("limits.vcf", text_of(rng, names, records, 60))
    sheet = "sample\tsex\n" + "".join(f"{s}\t{rng.choice(('XX', 'XY'))}\n" for s in names)
    beyond = [names[i] for i in bad]
    done, rows = set_aside(suite, "joint", [path], sheet, beyond, "call_rate=0.9", ("--gate", "none"))
    suite.check("joint: again is nothing new", (0, True), (done.code, "nothing new" in done.out), done.said())
    whole = suite.path("whole")
    suite.run("import", "-q", "-d", whole, "--dataset", "q", "--assembly", "GRCh38", "--gate", "none", path)
    kept = {s: row["singletons"] for s, row in told(suite, whole).items() if s not in beyond}
    suite.check("facts are those of the delivery as it came", kept, {s: row["singletons"] for s, row in rows.items()})

    texts = {name: draw_gvcf(rng, name) for name in ("ada", "ben", "cid", "dee")}
    paths = [suite.write(f"limits-{name}.g.vcf", text) for name, (text, _) in texts.items()]
    means = sorted((facts["coverage"], name) for name, (_, facts) in texts.items())
    sheet = "sample\tsex\tindividual\n" + "".join(f"{s}\tXX\tP{s}\n" for s in texts)
    set_aside(suite, "gvcfs", paths, sheet, [means[0][1], means[1][1]], f"coverage={(means[1][0] + means[2][0]) / 2:.9f}")
    # Somebody whose two records name one allele, beside another who is set aside.
    lines = [line("1", 100, "AC", "GT", ["0/1", "1/1", "./."]), line("1", 100, "A", "G", ["0/1", "0/0", "./."]),
             line("1", 102, "G", "C", ["0/1", "0/1", "0/1"]), line("X", 50000000, "C", "A", ["0/1", "1/1", "1"])]
    path = suite.write("merged.vcf", HEAD + "a\tb\tc\n" + "\n".join(lines) + "\n")
    set_aside(suite, "merged", [path], "sample\tsex\na\tXX\nb\tXY\nc\tXY\n", ["c"], "call_rate=0.5")

    store = suite.path("refused")
    words = ("import", "-d", store, "--dataset", "q", "--assembly", "GRCh38")
    done = suite.run(*words, "--qc", "call_rate=0.5", "--qc-fail", "refuse", path)
    suite.check("a delivery is refused in one line", (2, 1, True),
                (done.code, done.err.count("\n"), "c (call_rate" in done.err), done.said())
    done = suite.run(*words, "--qc", "singletons=0,het_hom=0", path)
    suite.check("nobody is left: refused", (2, 1, True),
                (done.code, done.err.count("\n"), "every sample" in done.err), done.said())
    done = suite.run("info", "-d", store)
    suite.check("and the store is as it was", 3, done.code, done.said())
    done = suite.run(*words, "--qc", "network", "--gate", "none", suite.write(
        "tiny.vcf", HEAD + "a\tb\n" + line("1", 100, "A", "G", ["1/1", "1/1"]) + "\n"))
    suite.check("what cannot be compared is told", (0, True, True),
                (done.code, "qc_unknown           2" in done.out, "could not be compared" in done.err), done.said())
    info = suite.run("info", "-d", store, "--json").objects()[0]
    suite.check("limits are kept with the delivery", True,
                "qc=coverage=15,call_rate=0.95,het_hom=3.3,singletons=100000" in info["deliveries"][0]["options"])
    for qc in ("", "coverage", "depth=3", "coverage=", "coverage=x", "coverage=-1", "coverage=nan", "coverage=0x10",
               "call_rate=95", "callable=1.1", "coverage=1,coverage=2", "coverage=1,", "network,coverage=1"):
        done = suite.run(*words, "--qc", qc, path)
        suite.check(f"--qc '{qc}' is refused in a line", (2, 1), (done.code, done.err.count("\n")), done.said())
    done = suite.run(*words, "--qc-fail", "refuse", path)
    suite.check("--qc-fail alone is refused", (2, 1), (done.code, done.err.count("\n")), done.said())


# ---------------------------------------------------------------------------- relatives

def unrelated_of(names, pairs):
    """Who is left: whoever has most relatives goes first, of equals who is named last; then those come back,
    in the order in which they went, who have none among the others."""
    named = list(dict.fromkeys(n for pair in pairs for n in pair))
    left, gone = set(named), []
    while any(a in left and b in left for a, b in pairs):
        degree = collections.Counter(n for a, b in pairs if a in left and b in left for n in (a, b))
        most = max(degree.values())
        # One way down through those of as many relatives, from who is named last.
        for name in reversed(named):
            now = sum(1 for a, b in pairs if a in left and b in left and name in (a, b))
            if name in left and now == most:
                left.discard(name)
                gone.append(name)
    for name in gone:
        if not any((a in left and b == name) or (b in left and a == name) for a, b in pairs):
            left.add(name)
    return [n for n in names if n in left or n not in named]


def related(suite, rng):
    names, records = draw_joint(rng, 30, 80)
    records = [r for r in records if len(r[2]) == 1 and len(r[3]) == 1 and len(r[3][0]) == 1]
    path = suite.write("family.vcf", text_of(rng, names, records, 60))
    store = suite.path("family")
    suite.run("import", "-q", "-d", store, "--dataset", "f", "--assembly", "GRCh38", "--gate", "none", path)
    pairs = [tuple(rng.sample(names[:18], 2)) for _ in range(20)]
    table = suite.write("pairs.tsv", "#IID1\tIID2\tKINSHIP\n" + "".join(f"{a}\t{b}\t0.2{i}\n" for i, (a, b) in
                                                                       enumerate(pairs)))
    kept = unrelated_of(names, pairs)
    some = suite.write("some.txt", "# the unrelated\n\n" + "".join(f"{n}\r\n" for n in names[3:12]))
    for file, who in ((table, kept), (some, names[3:12])):
        for within in (names, names[:20]):
            more = () if within is names else ("--in", "id in @" + suite.write("in.txt", "\n".join(within) + "\n"))
            want = {}
            for contig, pos, ref, (alt,), calls in records:
                copies = [[a for a in call if a is not None] for n, call in zip(names, calls) if n in who and n in within]
                ac, an = sum(a == 1 for call in copies for a in call), sum(map(len, copies))
                want[f"{contig}-{pos}-{ref}-{alt}"] = (ac, an, ac / an if an else None)
            done = suite.run("alleles", "-d", store, "--json", "--related", file, *more, "all")
            got = {r["variant"]: tuple(r[f"{k}_unrelated"] for k in ("ac", "an", "af")) for r in done.objects()}
            suite.check(f"{len(who)} unrelated of {len(within)}", want, got, done.said())
            plain = suite.run("alleles", "-d", store, "--tsv", *more, "all").out.splitlines()
            tsv = suite.run("alleles", "-d", store, "--tsv", "--related", file, *more, "all").out.splitlines()
            suite.check("all stand as before, the unrelated behind them", plain,
                        ["\t".join(row.split("\t")[:-3]) for row in tsv])
            text = suite.run("alleles", "-d", store, "--related", file, *more, "all").out.splitlines()
            suite.check("columns say the same", [row.split("\t")[-3:-1] for row in tsv],
                        [row.split()[-3:-1] for row in text])
    one = suite.run("alleles", "-d", store, "--json", "--related", table, "variant=1-7-A-C").objects()
    suite.check("of an allele that nobody has", (0, 0), (one[0]["ac_unrelated"], one[0]["ac"]))
    for text, says in (("S001\tS001\n", "pairs.bad:1"), ("S001\tS002\nS003\n", "pairs.bad:2"),
                       ("S001\nS002\tS003\n", "pairs.bad:2"), ("S001\tS002\nS003\tnobody\n", "nobody"),
                       ("S001\nnobody\n", "nobody"), ("nobody\tS001\n", "nobody"), ("", "pairs.bad"), ("# nothing\n", "pairs.bad"),
                       ("#FID1\tIID1\tFID2\tIID2\nf\tS001\tf\tS002\n", "pairs.bad:1"), ("S0\0\n", "pairs.bad:1")):
        done = suite.run("alleles", "-d", store, "--related", suite.write("pairs.bad", text), "all")
        suite.check(f"refused in a line: {text!r}", (2, "", 1, True),
                    (done.code, done.out, done.err.count("\n"), says in done.err), done.said())
    done = suite.run("alleles", "-d", store, "--related", suite.path("none"), "all")
    suite.check("no file", (2, 1), (done.code, done.err.count("\n")), done.said())
    policy = suite.write("policy", "counts = rounded\nthreshold = 10\nstep = 10\n")
    done = suite.run("alleles", "-d", store, "--related", table, "--policy", policy, "all")
    suite.check("nor under a policy", (5, "", 1), (done.code, done.out, done.err.count("\n")), done.said())


def main():
    suite = harness.Suite()
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    print(f"# seed {seed}")
    rng = random.Random(seed)
    joint(suite, rng, 7, 300, 60, "vcf")
    joint(suite, rng, 150, 700, 90, "bcf")
    joint(suite, rng, 65, 200, 900, "bcf")
    small(suite)
    reported(suite, rng)
    gvcfs(suite, rng)
    sexes(suite, rng)
    reads(suite, seed)
    limits(suite, rng)
    related(suite, rng)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
