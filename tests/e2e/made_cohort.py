#!/usr/bin/env python3
"""The cohort generator: its store and its VCF say the same, the same seed gives the same bytes, and the
frequencies are those of people. Counts are also taken from the VCF text by a loop."""
import os
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


def compare(suite, missing, *more):
    plan = [*PLAN, "--missing", missing]
    name = f"missing {missing} {' '.join(more)}"
    made, taken = suite.path("made" + missing), suite.path("taken" + missing)
    vcf, people = suite.path("c.vcf"), suite.path("people.tsv")
    text = generate(*plan, *more, "--vcf", "-").stdout
    suite.check(f"{name}: generated", 0,
                generate(*plan, *more, "--store", made, "--vcf", vcf, "--people-tsv", people).returncode)
    with open(vcf, "rb") as fh:
        suite.check(f"{name}: the same VCF again", True, fh.read() == text)
    suite.check(f"{name}: import", 0,
                suite.run("import", "-d", taken, "--dataset", "cohort", "--assembly", "GRCh38", vcf).code)
    suite.check(f"{name}: people", 0, suite.run("people", "-d", taken, "--dataset", "cohort", people).code)
    suite.check(f"{name}: sound", 0, suite.run("verify", "-d", made).code)
    for cohort in ([], ["--in", "sex=female"], ["--in", "HP:0000822 and age>=40"]):
        a = suite.run("alleles", "-d", made, "--json", "region=22", *cohort)
        b = suite.run("alleles", "-d", taken, "--json", "region=22", *cohort)
        suite.check(f"{name}: alleles {cohort}", True, a.code == 0 and a.out == b.out and len(a.out) > 1000)
        if not cohort:
            got = {x["variant"]: (x["ac"], x["an"], x["carriers"], x["hom"]) for x in a.objects()}
            suite.check(f"{name}: counted by hand", True, got == read_vcf(text))
    for question in ("sex=male", "country=Spain", "LOINC:2089-1>100", "age<30", "HP:0001513",
                     "carries(region=22 and af<0.001)", "not carries(region=22)"):
        suite.check(f"{name}: {question}", suite.count(taken, question), suite.count(made, question))
    return read_vcf(text)


def main():
    suite = harness.Suite()
    alleles = compare(suite, "0")
    compare(suite, "0.02", "--unphased")
    counts = sorted(a[0] for a in alleles.values())
    suite.check("hundreds of alleles", True, 200 < len(counts) < 2000, len(counts))
    suite.check("half of them or more are singletons", True, 0.4 < counts.count(1) / len(counts) < 0.75,
                counts.count(1) / len(counts))
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
