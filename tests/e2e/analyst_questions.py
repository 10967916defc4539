#!/usr/bin/env python3
"""Questions of an analyst's day, each as a command, on the slice of 1000 Genomes that is shipped.

What is true is counted here from the lines of the VCF and the people's JSON, in loops; of the program they know nothing.
Where bcftools is there it counts the first question too. The numbers are those of the list that the questions came from.
"""
import gzip
import json
import os
import subprocess
import sys

import harness
from slice_truth import trimmed

DEMO = os.path.join(harness.SOURCE, "demo")
PEOPLE = os.path.join(DEMO, "cineca_individuals.json.gz")
GENES = os.path.join(DEMO, "refseq_select_hg37_chr22.txt.gz")
POTEH = (16256331, 16287937)  # 0-based, half open
ONE = "22-16050115-G-A"
# of the places that the people of the slice come from
COUNTRIES = {None: "undefined", "United Kingdom": "GB", "England": "GB", "Scotland": "GB", "Wales": "GB", "Northern Ireland": "GB",
             "Republic of Ireland": "IE"}


class Allele:
    """One ALT of one record: who has it, in how many copies; where it lies."""

    def __init__(self, words, number, cells):
        pos, ref, alt = int(words[1]), words[3], words[4].split(",")[number - 1]
        self.rs, self.is_snv = words[2], len(ref) == 1 and len(alt) == 1
        if alt.startswith("<"):
            info = dict(w.split("=", 1) for w in words[7].split(";") if "=" in w)
            self.name, self.start0, self.end0 = f"{pos}-{alt}", pos - 1, int(info.get("END", pos))
        else:
            pos, ref, alt = trimmed(pos, ref, alt)
            self.name, self.start0, self.end0 = f"22-{pos}-{ref}-{alt}", pos - 1, pos - 1 + len(ref)
        self.copies = [sum(c == str(number) for c in cell.split(":")[0].replace("/", "|").split("|")) for cell in cells]
        self.ac, self.af = sum(self.copies), sum(self.copies) / (2 * len(self.copies))

    def meets(self, start0, end0):
        return self.start0 < end0 and self.end0 > start0


def read_alleles():
    names, alleles = [], []
    with gzip.open(harness.SLICE, "rt") as lines:
        for line in lines:
            if line.startswith("#CHROM"):
                names = line.rstrip("\n").split("\t")[9:]
            if line.startswith("#"):
                continue
            words = line.rstrip("\n").split("\t")
            is_wanted = POTEH[0] - 20000 < int(words[1]) < POTEH[1] or words[4].startswith("<") or int(words[1]) < 16050700
            if is_wanted:
                alleles += [Allele(words, i + 1, words[9:]) for i in range(len(words[4].split(",")))]
    return names, alleles


def read_people():
    with gzip.open(PEOPLE, "rt") as text:
        return {p["id"]: {"sex": p["sex"]["label"], "country": COUNTRIES[p.get("geographicOrigin", {}).get("label")],
                          "ancestry": p.get("ethnicity", {}).get("label"),
                          "terms": {d["diseaseCode"]["id"] for d in p.get("diseases", [])}} for p in json.load(text)}


class World:
    def __init__(self, suite, store):
        self.suite, self.store = suite, store
        self.names, self.alleles = read_alleles()
        self.people = read_people()
        self.gene = [a for a in self.alleles if a.meets(*POTEH)]
        self.one = next(a for a in self.alleles if a.name == ONE)

    def who(self, alleles, copies=(1, 2)):
        return {n for a in alleles for n, c in zip(self.names, a.copies) if c in copies}

    def are(self, **facts):
        return {n for n, p in self.people.items() if all(p[k] == v for k, v in facts.items())}

    def have(self, prefix):
        return {n for n, p in self.people.items() if any(t.startswith(prefix) for t in p["terms"])}

    def ask(self, number, question, want):
        self.suite.check(f"{number} {question}", len(want) if isinstance(want, set) else want, self.suite.count(self.store, question))

    def refuse(self, number, question, part):
        done = self.suite.run("count", "-d", self.store, question)
        self.suite.check(f"{number} refused: {question}", (2, True), (done.code, part in done.err), done.err)


def load(suite, store):
    rows = ["##fileformat=VCFv4.2", "##contig=<ID=22>",
            '##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequence annotations from Ensembl VEP. Format: Allele|Consequence|IMPACT|SYMBOL|Gene">',
            "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO", "22\t16256533\t.\tT\tG\t.\t.\tCSQ=G|missense_variant|MODERATE|POTEH|1"]
    for words in (("import", "--dataset", "1kg", "--assembly", "GRCh37", harness.SLICE), ("people", "--dataset", "1kg", PEOPLE),
                  ("ontology", os.path.join(DEMO, "terms.obo")), ("genes", "--assembly", "GRCh37", GENES),
                  ("annotate", "--assembly", "GRCh37", suite.write("csq.vcf", "\n".join(rows) + "\n")),
                  ("annotate", "--assembly", "GRCh37", "--names", harness.SLICE)):
        done = suite.run(words[0], "-d", store, *words[1:])
        suite.check(f"{words[0]} {words[-1].rsplit('/', 1)[-1]}", 0, done.code, done.said())


def ask_cohorts(w):
    women, rare = w.are(sex="female"), w.who(a for a in w.gene if a.af < 0.01)
    w.ask(1, "sex=female and ICD10:E10 and carries(gene=POTEH and af<0.01)", women & w.have("ICD10:E10") & rare)
    done = w.suite.run("count", "-d", w.store, "--json", "sex=female and age>40").objects()[0]
    w.suite.check("2 women over 40: nobody has an age, and it says so", (0, ["no-values"]), (done["count"], [x["code"] for x in done["warnings"]]))
    cohort = w.are(ancestry="African")
    row = w.suite.allele(w.store, ONE, "--in", "ancestry=African")
    w.suite.check("3 frequency in a cohort", (sum(c for n, c in zip(w.names, w.one.copies) if n in cohort), 2 * len(cohort)), (row["ac"], row["an"]))
    carriers = w.who([w.one])
    w.ask(4, f"absent(variant={ONE})", set(w.names) - carriers)
    w.ask(4, f"unassessed(variant={ONE})", 0)
    w.ask(6, "carries(gene=POTEH and copies=2)", w.who(w.gene, (2,)))
    lines = w.suite.run("list", "-d", w.store, f"carries(variant={ONE}) and sex=male").out.split()
    w.suite.check("7 who are they", sorted(carriers & w.are(sex="male")), sorted(lines))
    ids = w.suite.write("ids.txt", "\r\n".join(sorted(cohort)) + "\r\n")
    w.ask(9, f"id in @{ids} and carries(variant={ONE})", cohort & carriers)
    with open(ids, "rb") as lines:
        done = w.suite.run("count", "-d", w.store, "id in @-", stdin=lines)
    w.suite.check("10 a cohort from standard input", str(len(cohort)), done.out.strip(), done.err)
    table = w.suite.write("cohorts.tsv", "id\tquery\n" + "".join(f"{t}\t{t} and sex=female\n" for t in ("ICD10:E10", "ICD10:J45", "ICD10:X1")))
    rows = [r.split("\t") for r in w.suite.run("batch", "-d", w.store, table).out.splitlines()[1:]]
    w.suite.check("11 several cohorts", [("ICD10:E10", str(len(women & w.have("ICD10:E10")))), ("ICD10:J45", str(len(women & w.have("ICD10:J45"))))],
                  [(r[0], r[1]) for r in rows[:2]])
    w.ask(23, '"asthma" and sex=female', women & w.have("ICD10:J45"))
    w.ask(24, "sex!=male", women)
    w.ask(24, "not sex=male", set(w.people) - w.are(sex="male"))
    w.ask(25, "excluded(ICD10:E10)", 0)  # nobody says so in this cohort; field_values.py has some who do


def ask_places(w):
    near = w.who(a for a in w.alleles if a.meets(16050074, 16050115))
    for number, place in ((12, "chr22:16050075-16050115"), (13, "22:16,050,075-16,050,115")):
        w.ask(number, f"carries(region={place})", near)
    w.ask(14, "carries(region=22:16050075)", w.who(a for a in w.alleles if a.meets(16050074, 16050075)))
    row = w.suite.allele(w.store, "22-16050114-G-A")
    w.suite.check("15 counted from 0: not assessed there, and never a 0 of all", ("not-assessed", 0), (row["answer"], row["an"]) if isinstance(row, dict) else row)
    named = next(a for a in w.gene if a.rs == "rs562753362")
    for number, spelling in ((16, "rs562753362"), (17, "NC_000022.10:g.16256533T>G"), (18, "22:16256533:T:G"), (19, "chr22-16256533-t-g")):
        w.ask(number, f"carries(variant={spelling})", w.who([named]))
    w.ask(19, "carries(gene=poteh)", w.who(w.gene))
    w.refuse(21, "carries(gene=POTEHH)", "nearest: POTEH")
    w.refuse(21, "sex=femal", "nearest: female")
    w.refuse(22, "ICD10:J46", "(")
    w.ask(26, "carries(gene=POTEH and type=snv and af>0.001 and af<0.01)", w.who(a for a in w.gene if a.is_snv and 0.001 < a.af < 0.01))
    w.ask(26, "carries(gene=POTEH and type=snv and ac=1)", w.who(a for a in w.gene if a.is_snv and a.ac == 1))
    w.ask(27, "carries(gene=POTEH and effect=missense)", w.who([named]))
    w.ask(27, "carries(impact=high)", 0)
    path = w.suite.write("genes.txt", "POTEH\n")
    bed = w.suite.write("places.bed", "chr22\t16050074\t16050115\tx\n")
    alleles = w.suite.write("alleles.txt", f"{ONE}\nchr22:16256533:T:G\n")
    w.ask(30, f"carries(gene in @{path})", w.who(w.gene))
    w.ask(30, f"carries(region in @{bed})", near)
    w.ask(30, f"carries(variant in @{alleles})", w.who([w.one, named]))


def ask_tables(w):
    carriers = w.who(w.gene)
    told = w.suite.run("count", "-d", w.store, "--json", "--by", "sex,country", "carries(gene=POTEH and type=snv and ac=1)").objects()[0]
    singles = w.who(a for a in w.gene if a.is_snv and a.ac == 1)
    want = {}
    for n in singles:
        key = (w.people[n]["sex"], w.people[n]["country"])
        want[key] = want.get(key, 0) + 1
    w.suite.check("28 by sex and country", want, {(c["sex"], c["country"]): c["count"] for c in told["cells"]})
    told = w.suite.run("count", "-d", w.store, "--json", "--attrition", "sex=female and ICD10:E10 and carries(gene=POTEH)").objects()[0]
    steps = [set(w.people), w.are(sex="female")]
    steps += [steps[1] & w.have("ICD10:E10"), steps[1] & w.have("ICD10:E10") & carriers]
    w.suite.check("29 where people are lost", [len(s) for s in steps], [s["remaining"] for s in told["steps"]])


def compare_bcftools(w):
    if not harness.have("bcftools"):
        w.suite.skip("1 as bcftools counts it", "no bcftools")
        return
    sites = ",".join(f"22:{a.start0 + 1}" for a in w.gene if a.is_snv and a.af < 0.01)
    done = subprocess.run(["bcftools", "query", "-t", sites, "-i", 'TYPE="snp" && GT="alt"', "-f", "[%SAMPLE\\n]", harness.SLICE],
                          stdout=subprocess.PIPE, text=True, check=True)
    single = w.suite.count(w.store, "carries(gene=POTEH and type=snv and af<0.01)")
    w.suite.check("1 as bcftools counts it", len(set(done.stdout.split())), single)


def main():
    suite = harness.Suite()
    store = suite.path("store")
    load(suite, store)
    world = World(suite, store)
    ask_cohorts(world)
    ask_places(world)
    ask_tables(world)
    compare_bcftools(world)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
