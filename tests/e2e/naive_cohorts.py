#!/usr/bin/env python3
"""Questions over the shipped slice and its people against sets in Python that share no code with the engine."""
import gzip
import json
import random
import sys

import harness

CONTIG = "22"


class Naive:
    """Alleles with their carriers, people with their facts; nothing but loops."""

    def __init__(self):
        self.people = {}
        with gzip.open(harness.SLICE.replace("1kg_p3_chr22_16.0-16.5mb.vcf.gz", "cineca_individuals.json.gz")) as fh:
            for person in json.load(fh):
                self.people[person["id"]] = person
        self.alleles = []  # (start0, end0, ref, alt, {sample: copies}, n_called)
        with gzip.open(harness.SLICE, "rt") as fh:
            for line in fh:
                if line.startswith("#CHROM"):
                    self.samples = line.rstrip("\n").split("\t")[9:]
                elif not line.startswith("#"):
                    self.add(line.rstrip("\n").split("\t"))

    def add(self, fields):
        pos, ref, alts = int(fields[1]), fields[3], fields[4].split(",")
        carriers = [{} for _ in alts]
        for sample, cell in zip(self.samples, fields[9:]):
            if cell == "0|0":
                continue
            for copy in cell.split(":")[0].replace("|", "/").split("/"):
                if copy not in "0.":
                    by = carriers[int(copy) - 1]
                    by[sample] = by.get(sample, 0) + 1
        for alt, by in zip(alts, carriers):
            if not set(ref + alt) <= set("ACGT"):
                continue
            p, r, a = trim(pos, ref, alt)
            self.alleles.append((p - 1, p - 1 + len(r), r, a, by))

    def carriers(self, keep):
        found = set()
        for allele in self.alleles:
            if allele[4] and keep(*allele[:4], sum(allele[4].values()) / (2 * len(self.samples))):
                found |= allele[4].keys()
        return found

    def who(self, keep):
        return {i for i, p in self.people.items() if keep(p)}


def trim(pos, ref, alt):
    while len(ref) > 1 and len(alt) > 1 and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while len(ref) > 1 and len(alt) > 1 and ref[0] == alt[0]:
        pos, ref, alt = pos + 1, ref[1:], alt[1:]
    return pos, ref, alt


def has_disease(*codes):
    return lambda p: any(d["diseaseCode"]["id"] in codes for d in p.get("diseases", ()))


def measured(code, keep):
    return lambda p: any(m["assayCode"]["id"] == code and keep(m["measurementValue"]["value"])
                         for m in p.get("measures", ()))


def kind_of(ref, alt):
    if len(ref) == len(alt):
        return "snv" if len(ref) == 1 else "mnv"
    if len(alt) == 1 and ref[0] == alt:
        return "del"
    return "ins" if len(ref) == 1 and alt[0] == ref else "delins"


def people_questions(naive):
    """(text, the people it means)"""
    respiratory = naive.who(has_disease("ICD10:J11", "ICD10:J40", "ICD10:J45"))
    female = naive.who(lambda p: p["sex"]["label"] == "female")
    yield "sex=female", female
    yield "ICD10:J45", naive.who(has_disease("ICD10:J45"))
    yield "ICD10:X", respiratory
    yield "ICD10:X and sex=female", respiratory & female
    yield "not ICD10:X", set(naive.people) - respiratory
    yield "LOINC:3141-9 > 75.3", naive.who(measured("LOINC:3141-9", lambda v: v > 75.3))
    yield "ICD10:E66 or ICD10:I42 and sex=male", (
        naive.who(has_disease("ICD10:E66")) | naive.who(has_disease("ICD10:I42")) - female)


def carrier_questions(naive, rng):
    for _ in range(12):
        width = rng.choice((1, 50, 2000, 60000))
        start1 = rng.randrange(16050000, 16500000 - width)
        end1 = start1 + width - 1
        text = f"region={CONTIG}:{start1}-{end1}"

        def overlaps(s, e, *_, a=start1, b=end1):
            return s < b and e > a - 1
        # symbolic alleles are left out of the naive side, so out of the question too
        small = "(type=snv or type=ins or type=del)"
        yield f"carries({text} and {small})", naive.carriers(overlaps)
        limit = rng.choice((0.0005, 0.002, 0.01))
        yield (f"carries({text} and {small} and af<{limit})",
               naive.carriers(lambda *a, lim=limit, f=overlaps: f(*a) and a[4] < lim))
        kind = rng.choice(("snv", "ins", "del"))
        yield (f"carries({text} and type={kind})",
               naive.carriers(lambda *a, k=kind, f=overlaps: f(*a) and kind_of(a[2], a[3]) == k))


def check_alleles_in(suite, naive, store):
    """AC of every allele of a region in a cohort."""
    cohort = naive.who(has_disease("ICD10:J11", "ICD10:J40", "ICD10:J45"))
    start1, end1 = 16200000, 16240000
    done = suite.run("alleles", "-d", store, "--json", "--in", "ICD10:X",
                     f"region={CONTIG}:{start1}-{end1}")
    suite.check("alleles --in exits", 0, done.code, done.said())
    found = {r["variant"]: (r["ac"], r["an"], r["carriers"]) for r in done.objects()}
    wrong, n = [], 0
    for start0, end0, ref, alt, by in naive.alleles:
        if start0 < end1 and end0 > start1 - 1:
            n += 1
            mine = {s: c for s, c in by.items() if s in cohort}
            want = (sum(mine.values()), 2 * len(cohort), len(mine))
            got = found.get(f"{CONTIG}-{start0 + 1}-{ref}-{alt}")
            if got != want and not (got is None and want[0] == 0 and not by):
                wrong.append((start0 + 1, ref, alt, want, got))
    suite.check(f"{n} alleles in a cohort", [], wrong[:5], f"{len(wrong)} wrong")


def main():
    suite = harness.Suite()
    store = suite.path("store")
    folder = harness.SLICE.rsplit("/", 1)[0]
    for words in (["import", "-d", store, "--dataset", "kg", "--assembly", "GRCh37", harness.SLICE],
                  ["people", "-d", store, "--dataset", "kg", folder + "/cineca_individuals.json.gz"],
                  ["ontology", "-d", store, folder + "/terms.obo"]):
        done = suite.run(*words)
        suite.check(words[0] + " exits", 0, done.code, done.said())
    naive = Naive()
    rng = random.Random(20261121)
    people = list(people_questions(naive))
    for text, who in people:
        suite.check(text, len(who), suite.count(store, text))
    for text, carriers in carrier_questions(naive, rng):
        suite.check(text, len(carriers), suite.count(store, text))
        also, who = rng.choice(people)
        suite.check(f"{text} and ({also})", len(carriers & who), suite.count(store, f"{text} and ({also})"))
        suite.check(f"({also}) and not {text}", len(who - carriers),
                    suite.count(store, f"({also}) and not {text}"))
    check_alleles_in(suite, naive, store)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
