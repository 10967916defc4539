#!/usr/bin/env python3
"""gVCFs and reads of `skerry-cohort`: where everything is called, the gVCFs of people say what their joint BCF
says; where blocks fail, AC and AN are those of a loop over the files, base by base, on autosomes, X, Y and MT;
text and BCF say the same; reads give the genotypes that were made. The same seed gives the same bytes."""
import gzip
import os
import subprocess
import sys

import harness
from made_cohort import Bytes

GENERATOR = os.environ.get("SKERRY_COHORT") or os.path.join(harness.SOURCE, "build/tools/cohort/skerry-cohort")
PAR_END = {"X": 2781479, "Y": 2781479}  # of GRCh38, PAR1; 0-based it is the first base behind
ROW = ("ac", "an", "carriers", "hom", "het", "hemi", "partial", "answer")


def generate(*words):
    done = subprocess.run([GENERATOR, *map(str, words)], capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def take(suite, store, files, *more):
    return suite.run("import", "-q", "-d", store, "--dataset", "d", "--assembly", "GRCh38", *more, *files)


def files_in(folder, ending):
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(ending)]


def ask(suite, store, names):
    """The rows of alleles, by name."""
    rows, names = {}, sorted(names)
    for i in range(0, len(names), 100):
        done = suite.run("alleles", "-d", store, "--json", " or ".join("variant=" + n for n in names[i:i + 100]))
        assert done.code == 0, done.said()
        rows.update((row["variant"], tuple(row[k] for k in ROW)) for row in done.objects() if "variant" in row)
    return rows


def names_of(vcf):
    rows = (line.split("\t") for line in vcf.decode().splitlines() if not line.startswith("#"))
    return {f"{r[0]}-{r[1]}-{r[3]}-{r[4]}" for r in rows}


# ---------------------------------------------------------------- a loop over the files


def expected(contig, at, sex):
    """Copies of a base, None where it does not count; and whether there is more than one."""
    if contig not in "X Y MT".split() or (contig == "X" and at < PAR_END["X"]):
        return 2
    if contig == "Y":
        return None if at < PAR_END["Y"] else int(sex == "XY")
    return 1 if contig == "MT" or sex == "XY" else 2


def trimmed(pos, ref, alt):
    while len(ref) > 1 and len(alt) > 1 and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    return pos, ref, alt


class Genome:
    """What the text of one gVCF says."""

    def __init__(self, path, sex):
        self.sex, self.bases, self.direct = sex, {}, {}
        self.n_blocks = self.n_failed = 0
        with gzip.open(path, "rt") as fh:
            for line in fh:
                if not line.startswith("#"):
                    self.read(line.rstrip("\n").split("\t"))

    def read(self, fields):
        contig, pos, ref, alts = fields[0], int(fields[1]), fields[3], fields[4].split(",")
        said = dict(zip(fields[8].split(":"), fields[9].split(":")))
        copies = [int(c) for c in said["GT"].split("/")]
        depth, is_block = int(said.get("MIN_DP", said["DP"])), alts == ["<NON_REF>"]
        want = expected(contig, pos - 1, self.sex)
        assert want and len(copies) == want, f"{contig}:{pos} {said['GT']}"
        passes = int(said["GQ"]) >= 20 and depth >= (5 if want == 1 else 10)
        if len(set(copies)) > 1:
            ad = [int(n) for n in said["AD"].split(",")]
            passes = passes and all(ad[c] / depth >= 0.2 for c in copies if c > 0)
        end = int(fields[7][4:]) if is_block else pos + len(ref) - 1
        for at in range(pos - 1, end):
            assert expected(contig, at, self.sex) == want
            self.bases.setdefault(at, []).append(want if passes else None)
        self.n_blocks += is_block
        self.n_failed += is_block and not passes
        for i, alt in enumerate(alts[:-1], 1):
            self.direct[trimmed(pos, ref, alt)] = (copies.count(i), want) if passes else (0, 0)

    def numbers(self, pos, ref, alt):
        if (pos, ref, alt) in self.direct:
            return self.direct[(pos, ref, alt)]
        said = [n for at in range(pos - 1, pos - 1 + len(ref)) for n in self.bases.get(at, [None])]
        return (0, 0) if None in said else (0, min(said))


def count(genomes, name):
    contig, pos, ref, alt = name.split("-")
    numbers = [g.numbers(int(pos), ref, alt) for g in genomes]
    return sum(ac for ac, _ in numbers), sum(an for _, an in numbers)


# ---------------------------------------------------------------- gVCFs


def check_clean(suite):
    """Everything is called: gVCFs and the joint BCF of the same people say the same."""
    plan = ["--people", 400, "--only", "10-29", "--bases", 120000, "--seed", 11, "--indels", "0.2", "--unphased"]
    folder, bcf = suite.path("clean"), suite.path("clean.bcf")
    vcf = generate(*plan, "--vcf", "-", "--bcf", bcf, "--gvcf", folder, "--clean")
    joint, single = suite.path("joint"), suite.path("single")
    suite.check("clean: the joint BCF is taken", 0, take(suite, joint, [bcf]).code)
    done = take(suite, single, files_in(folder, ".g.vcf.gz"))
    suite.check("clean: the gVCFs are taken", 0, done.code, done.said())
    names = names_of(vcf)
    a, b = ask(suite, joint, names), ask(suite, single, names)
    suite.check("clean: hundreds of alleles, of whose carriers and AN both say the same", (True, a),
                (len(names) > 100, b))
    suite.check("clean: everybody is called", {40}, {row[1] for row in b.values()})
    one_by_one = suite.path("steps")
    for file in reversed(files_in(folder, ".g.vcf.gz")):
        take(suite, one_by_one, [file])
    suite.check("clean: one delivery a genome says the same", a, ask(suite, one_by_one, names))


def check_blocks(suite, name, *words):
    folder, bcfs, sheet = suite.path(name), suite.path(name + "-bcf"), suite.path(name + ".tsv")
    plan = ["--people", 300, "--only", "0-11", "--seed", 5, *words]
    vcf = generate(*plan, "--vcf", "-", "--gvcf", folder, "--gvcf-bcf", bcfs, "--samples-tsv", sheet)
    with open(sheet) as fh:
        sexes = dict(line.rstrip("\n").split("\t") for line in fh)
    genomes = [Genome(path, sexes[os.path.basename(path).split(".")[0]]) for path in files_in(folder, ".g.vcf.gz")]
    n_blocks, n_failed = sum(g.n_blocks for g in genomes), sum(g.n_failed for g in genomes)
    suite.check(f"{name}: blocks of which some fail", True, n_blocks > 500 and 0 < n_failed < n_blocks / 2,
                (n_blocks, n_failed))
    store, of_bcf = suite.path(name + "-store"), suite.path(name + "-store-bcf")
    done = take(suite, store, files_in(folder, ".g.vcf.gz"), "--samples", sheet)
    suite.check(f"{name}: taken", 0, done.code, done.said())
    done = take(suite, of_bcf, files_in(bcfs, ".g.bcf"), "--samples", sheet)
    suite.check(f"{name}: taken as BCF", 0, done.code, done.said())
    names = names_of(vcf)
    got, want = ask(suite, store, names), {n: count(genomes, n) for n in names}
    suite.check(f"{name}: AC and AN of a loop over the files", want, {n: row[:2] for n, row in got.items()})
    suite.check(f"{name}: not everybody is called everywhere", True,
                len(names) > 20 and len({an for _, an in want.values()}) > 3, sorted(want.values()))
    suite.check(f"{name}: BCF says the same", got, ask(suite, of_bcf, names))
    check_text(suite, name, files_in(folder, ".g.vcf.gz")[3], files_in(bcfs, ".g.bcf")[3])


def check_text(suite, name, text, bcf):
    """The records of the BCF, by a loop, have the places, alleles and genotypes of the text."""
    with open(bcf, "rb") as fh:
        data = Bytes(gzip.decompress(fh.read()))
    data.at = 9 + int.from_bytes(data.data[5:9], "little")
    found = []
    while data.at < len(data.data):
        n_shared, n_cells = data.take("II")
        end = data.at + n_shared + n_cells
        _, pos0, n_ref, _, counts, _ = data.take("iiiIII")
        words = [data.typed() for _ in range(1 + (counts >> 16))]
        data.at = end - n_cells
        assert data.typed() == [5]
        copies = "/".join(str((c >> 1) - 1) for c in data.typed())
        found.append((str(pos0 + 1), words[1], ",".join(words[2:]), copies, n_ref))
        data.at = end
    with gzip.open(text, "rt") as fh:
        rows = [line.split("\t") for line in fh if not line.startswith("#")]
    want = [(r[1], r[3], r[4], r[9].split(":")[0],
             int(r[7][4:]) - int(r[1]) + 1 if r[7].startswith("END=") else len(r[3])) for r in rows]
    suite.check(f"{name}: text and BCF have the same records", want, found)


def check_bytes(suite):
    plan = ["--people", 100, "--only", "3-5", "--bases", 20000, "--start", 1001, "--seed", 9]
    for folder in ("one", "two"):
        generate(*plan, "--gvcf", suite.path(folder), "--gvcf-bcf", suite.path(folder), "--cram", suite.path(folder))
    names = sorted(os.listdir(suite.path("one")))
    suite.check("three forms of three people, with indexes and a reference", 3 * 4 + 1,
                len([n for n in names if not n.endswith(".fai")]), names)
    for name in names:
        with open(suite.path("one", name), "rb") as a, open(suite.path("two", name), "rb") as b:
            suite.check(f"the same {name} again", True, a.read() == b.read())
    generate(*plan[:2], "--only", "0-9", *plan[4:], "--gvcf", suite.path("more"))
    name = "S0000003.g.vcf.gz"
    with open(suite.path("one", name), "rb") as a, open(suite.path("more", name), "rb") as b:
        suite.check("who else is written changes nothing", True, a.read() == b.read())
    suite.check("no depth", 2, subprocess.run([GENERATOR, "--depth", "0", "--gvcf", suite.path("no")],
                                              capture_output=True).returncode)


# ---------------------------------------------------------------- reads


def check_reads(suite):
    """Reads give the made genotypes; an allele within a deletion of its haplotype is in no read."""
    plan = ["--people", 300, "--only", "0-2", "--bases", 60000, "--start", 1001, "--seed", 21, "--depth", 40,
            "--indels", "0.1"]
    folder = suite.path("reads")
    vcf = generate(*plan, "--vcf", "-", "--cram", folder, "--clean")
    rows = [line.split("\t") for line in vcf.decode().splitlines() if not line.startswith("#")]
    for person in range(3):
        carried = [(int(r[1]), len(r[3]), r[9 + person]) for r in rows if "1" in r[9 + person]]
        near = [(pos, pos + n + 12) for pos, n, _ in carried if n > 1]
        want = {}
        for r in rows:
            pos, copies = int(r[1]), r[9 + person].count("1")
            ends_near = pos > 60900 or pos < 1150
            if not ends_near and not any(start < pos < end or (start == pos and len(r[3]) < end - start - 12)
                                         for start, end in near) and sum(p == pos for p, _, _ in carried) < 2:
                want[f"{r[0]}-{r[1]}-{r[3]}-{r[4]}"] = (copies, 2)
        store = suite.path(f"reads{person}")
        done = suite.run("import", "-q", "-d", store, "--dataset", "d", "--assembly", "toy", "--reference",
                         os.path.join(folder, "reference.fa"), files_in(folder, ".cram")[person])
        suite.check(f"reads of person {person} are taken", 0, done.code, done.said())
        got = {name: row[:2] for name, row in ask(suite, store, want).items()}
        wrong = {name: (got.get(name), numbers) for name, numbers in want.items() if got.get(name) != numbers}
        suite.check(f"person {person}: the genotypes of {len(want)} alleles are those made", (True, {}),
                    (sum(n > 0 for n, _ in want.values()) > 15, wrong))


def main():
    suite = harness.Suite()
    check_clean(suite)
    check_blocks(suite, "autosome", "--bases", 60000, "--missing", "0.02")
    check_blocks(suite, "low", "--bases", 30000, "--depth", 12, "--indels", "0.4")
    check_blocks(suite, "X", "--contig", "X", "--start", 2781479 - 20000, "--bases", 40000, "--depth", 20)
    check_blocks(suite, "Y", "--contig", "Y", "--start", 2781479 - 5000, "--bases", 60000, "--depth", 20)
    check_blocks(suite, "MT", "--contig", "MT", "--start", 1, "--bases", 16569, "--depth", 14, "--missing", "0.1")
    check_bytes(suite)
    check_reads(suite)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
