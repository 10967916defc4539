#!/usr/bin/env python3
"""The cohort generator: its store, its VCF and its BCF say the same, the same seed gives the same bytes, and
the frequencies are those of people. Counts are also taken from the VCF text by a loop."""
import gzip
import os
import struct
import subprocess
import sys

import harness

GENERATOR = os.environ.get("SKERRY_COHORT") or os.path.join(harness.SOURCE, "build/tools/cohort/skerry-cohort")
PLAN = ["--people", "1200", "--bases", "40000", "--seed", "3"]


def generate(*words):
    return subprocess.run([GENERATOR, *words], capture_output=True)


def files_of(folder):
    found = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as fh:
            found[name] = fh.read()
    return found


def read_vcf(text):
    """By allele: AC, AN, carriers, hom; nothing but loops."""
    found = {}
    for line in text.decode().splitlines():
        if line.startswith("#"):
            continue
        fields = line.split("\t")
        calls = [cell.replace("|", "/").split("/") for cell in fields[9:]]
        copies = [c.count("1") for c in calls]
        found[f"22-{fields[1]}-{fields[3]}-{fields[4]}"] = (
            sum(copies), sum(2 - c.count(".") for c in calls), sum(c > 0 for c in copies), copies.count(2))
        said = dict(item.split("=") for item in fields[7].split(";"))
        assert (int(said["AC"]), int(said["AN"])) == (sum(copies), sum(2 - c.count(".") for c in calls))
    return found


class Bytes:
    """What is read from the front of some bytes."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values if len(values) > 1 else values[0]

    def typed(self):
        """A typed value of BCF2: text, or a list of numbers."""
        head = self.take("B")
        n = self.typed()[0] if head >> 4 == 15 else head >> 4
        kind = {1: "b", 2: "h", 3: "i", 7: "s"}[head & 15]
        if kind == "s":
            self.at += n
            return self.data[self.at - n:self.at].decode()
        return [self.take(kind) for _ in range(n)]


def read_bcf(path):
    """The text that the BCF stands for, made by a loop; gzip checks the blocks."""
    with open(path, "rb") as fh:
        data = fh.read()
    assert data.endswith(bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000"))
    data = Bytes(gzip.decompress(data))
    assert data.take("5s") == b"BCF\2\2"
    header = data.take(f"{data.take('I')}s")
    assert header.endswith(b"\n\0")
    lines = [header[:-1].decode()]
    while data.at < len(data.data):
        n_shared, n_cells = data.take("II")
        end = data.at + n_shared + n_cells
        contig, pos0, n_ref, _, alleles_infos, samples = data.take("iiiIII")
        assert (contig, alleles_infos) == (0, 2 << 16 | 2) and samples >> 24 == 1
        name, ref, alt, passed = (data.typed() for _ in range(4))
        assert (name, len(ref), passed) == ("", n_ref, [0])
        assert data.typed() == [1]
        ac = data.typed()[0]
        assert data.typed() == [2]
        line = ["22", str(pos0 + 1), ".", ref, alt, ".", "PASS", f"AC={ac};AN={data.typed()[0]}", "GT"]
        assert data.typed() == [3] and data.take("B") == 0x21
        for _ in range(samples & 0xffffff):
            first, second = data.take("BB")
            line.append(".01"[first >> 1] + "/|"[second & 1] + ".01"[second >> 1])
        assert data.at == end
        lines.append("\t".join(line) + "\n")
    return "".join(lines).encode()


def compare(suite, missing, *more):
    plan = [*PLAN, "--missing", missing]
    name = f"missing {missing} {' '.join(more)}"
    made, taken = suite.path("made" + missing), suite.path("taken" + missing)
    vcf, bcf, people = suite.path("c.vcf"), suite.path("c.bcf"), suite.path("people.tsv")
    text = generate(*plan, *more, "--vcf", "-").stdout
    suite.check(f"{name}: generated", 0,
                generate(*plan, *more, "--store", made, "--vcf", vcf, "--bcf", bcf, "--people-tsv",
                         people).returncode)
    with open(vcf, "rb") as fh:
        suite.check(f"{name}: the same VCF again", True, fh.read() == text)
    suite.check(f"{name}: the same in BCF", True, read_bcf(bcf) == text)
    suite.check(f"{name}: import", 0,
                suite.run("import", "-d", taken, "--dataset", "cohort", "--assembly", "GRCh38", bcf).code)
    suite.check(f"{name}: people", 0, suite.run("people", "-d", taken, "--dataset", "cohort", people).code)
    suite.check(f"{name}: sound", 0, suite.run("verify", "-d", made).code)
    for cohort in ([], ["--in", "sex=female"], ["--in", "HP:0000822 and age>=40"]):
        a = suite.run("alleles", "-d", made, "--json", "region=22", *cohort)
        b = suite.run("alleles", "-d", taken, "--json", "region=22", *cohort)
        suite.check(f"{name}: alleles {cohort}", True, a.code == 0 and a.out == b.out and len(a.out) > 1000)
        if not cohort:
            got = {x["variant"]: (x["ac"], x["an"], x["carriers"], x["hom"]) for x in a.objects()}
            suite.check(f"{name}: counted by hand", True, got == read_vcf(text))
            common = {v: n[2] for v, n in sorted(got.items(), key=lambda one: -one[1][2])[:20]}
            for store in (made, taken):
                counted = {v: suite.count(store, f"carries(variant={v})") for v in common}
                suite.check(f"{name}: people who carry what many carry", common, counted)
    for question in ("sex=male", "country=Spain", "LOINC:2089-1>100", "age<30", "HP:0001513",
                     "carries(region=22 and af<0.001)", "not carries(region=22)"):
        suite.check(f"{name}: {question}", suite.count(taken, question), suite.count(made, question))
    return read_vcf(text)


def compare_wide(suite):
    """So many people that a record has blocks of its own: those that nobody changes, and others."""
    for words in ([], ["--unphased", "--missing", "0.00002"]):
        plan = ["--people", "70001", "--bases", "700", "--seed", "5", *words]
        bcf = suite.path("wide.bcf")
        text = generate(*plan, "--vcf", "-", "--bcf", bcf).stdout
        suite.check(f"70,001 people {words}: the same in BCF", True, len(text) > 1000 and read_bcf(bcf) == text)


def cells_of(text):
    """By person: what they carry."""
    found, names = {}, []
    for line in text.decode().splitlines():
        fields = line.split("\t")
        if line.startswith("#CHROM"):
            names = fields[9:]
            found = {name: [] for name in names}
        elif not line.startswith("#"):
            for name, cell in zip(names, fields[9:]):
                if cell != "0|0":
                    found[name].append((*fields[1:5:1], cell))
    return found


def compare_parts(suite):
    """Some of the people of a cohort are those people, as text and in a store of several datasets."""
    parts = {"one": "0-299", "two": "300-300", "three": "301-1199"}
    whole = cells_of(generate(*PLAN, "--vcf", "-").stdout)
    joined, store = {}, suite.path("parts")
    for dataset, only in parts.items():
        part = [*PLAN, "--only", only, "--dataset", dataset]
        joined.update(cells_of(generate(*part, "--vcf", "-").stdout))
        suite.check(f"only {only}: stored", 0, generate(*part, "--store", store).returncode)
    suite.check("parts are the whole", True, joined == whole and len(joined) == 1200)
    generate(*PLAN, "--store", suite.path("whole"))
    for question in ("sex=male and HP:0000822", "carries(region=22)", "age<30"):
        suite.check(f"parts: {question}", suite.count(suite.path("whole"), question), suite.count(store, question))
    generate(*PLAN, "--store", suite.path("one"))
    for only in ("0-99", "100-700", "701-1199"):
        suite.check(f"only {only}: a part of one dataset", 0,
                    generate(*PLAN, "--only", only, "--all-alleles", "--store", suite.path("three")).returncode)
    for cohort in ([], ["--in", "age>=40"]):
        one, three = (suite.run("alleles", "-d", suite.path(name), "--json", "region=22", *cohort)
                      for name in ("one", "three"))
        suite.check(f"one segment and three {cohort}", True,
                    one.code == 0 and one.out == three.out and len(one.out) > 1000)
    text = generate(*PLAN, "--missing", "0.01", "--vcf", "-").stdout
    some = generate(*PLAN, "--missing", "0.01", "--region", "20030001-20035000", "--vcf", "-").stdout
    rows = [line for line in text.splitlines(True)
            if line.startswith(b"#") or 20030001 <= int(line.split(b"\t")[1]) <= 20035000]
    suite.check("a region is a part of the whole", True, b"".join(rows) == some and len(rows) > 20, len(rows))
    for region in ("0-5", "1-5", "20000001-20040001"):
        suite.check(f"refused: --region {region}", 2, generate(*PLAN, "--region", region, "--vcf", "-").returncode)
    for only in ("0-1200", "5-4", "5", "1-2x"):
        suite.check(f"refused: --only {only}", 2, generate(*PLAN, "--only", only, "--vcf", "-").returncode)


def main():
    suite = harness.Suite()
    alleles = compare(suite, "0")
    compare(suite, "0.02", "--unphased")
    compare(suite, "0.001", "--indels", "0.7", "--bases", "30000")
    compare_wide(suite)
    compare_parts(suite)
    counts = sorted(a[0] for a in alleles.values())
    suite.check("hundreds of alleles", True, 200 < len(counts) < 2000, len(counts))
    suite.check("half of them or more are singletons", True, 0.4 < counts.count(1) / len(counts) < 0.75,
                counts.count(1) / len(counts))
    kinds = [(len(a.split("-")[2]) > 1, len(a.split("-")[3]) > 1) for a in alleles]
    suite.check("some are indels", True, all(0.005 < kinds.count(k) / len(kinds) < 0.1 for k in ((1, 0), (0, 1))),
                len(kinds))
    suite.check("some sites have several", True, len({a.split("-")[1] for a in alleles}) < len(alleles))
    suite.check("some are common", True, sum(c > 120 for c in counts) > 5, counts[-5:])
    for name in ("a", "b"):
        generate(*PLAN, "--store", suite.path(name))
    suite.check("the same store again", True, files_of(suite.path("a")) == files_of(suite.path("b")))
    other = generate("--people", "1200", "--bases", "40000", "--seed", "4", "--vcf", "-").stdout
    suite.check("another seed, other alleles", False, read_vcf(other) == alleles)
    suite.check("the same people twice are refused", 2, generate(*PLAN, "--store", suite.path("a")).returncode)
    suite.check("others are not", 0,
                generate(*PLAN, "--prefix", "T", "--dataset", "second", "--store", suite.path("a")).returncode)
    suite.check("both are there", 2400, suite.count(suite.path("a"), "all"))
    for words in (["--people", "0"], ["--contig", "X"], ["--missing", "1"], ["--bases", "x"], []):
        suite.check(f"refused: {words}", 2, generate(*words, *(["--store", suite.path("no")] if words else [])).returncode)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
