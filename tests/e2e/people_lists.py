#!/usr/bin/env python3
"""skerry list prints whom a loop over the people finds, and count counts as many.

People are drawn into two datasets that share some of them; the loop knows what was written into the files, and of the
program nothing. The seed is printed with every failure; SKERRY_SEED brings it back.
"""
import os
import random
import sys

import harness

GENOTYPES = ("./.", "0/0", "0/1", "1/1")
QUESTIONS = {
    "carries(variant=1-1000-A-G)": lambda f: f["gt"] in ("0/1", "1/1"),
    "sex=female": lambda f: f["sex"] == "female",
    "sex=female and not carries(variant=1-1000-A-G)": lambda f: f["sex"] == "female" and f["gt"] not in ("0/1", "1/1"),
    "HP:0000001 or carries(variant=1-1000-A-G)": lambda f: "HP:0000001" in f["terms"] or f["gt"] in ("0/1", "1/1"),
    "HP:0000001 and not HP:0000001": lambda f: False,
}


def load(suite, rng, store):
    people = {d: {f"P{i:02}": {"sex": rng.choice(("female", "male")), "gt": rng.choice(GENOTYPES),
                               "terms": ["HP:0000001"] if i < 2 or rng.random() < 0.3 else []}
                  for i in range(60) if i < 2 or rng.random() < 0.6} for d in ("d", "e")}
    for d, facts in people.items():
        names = list(facts)
        rng.shuffle(names)
        rows = ["individual\tsex\tterms"] + [f"{i}\t{facts[i]['sex']}\t{';'.join(facts[i]['terms']) or '.'}" for i in names]
        done = suite.run("people", "-d", store, "--dataset", d, "--shared-people", suite.write(f"{d}.tsv", "\n".join(rows) + "\n"))
        suite.check(f"people of {d}", 0, done.code, done.said())
        vcf = ("##fileformat=VCFv4.3\n##contig=<ID=1,length=248956422>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"G\">\n"
               "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(names) + "\n"
               "1\t1000\t.\tA\tG\t.\tPASS\t.\tGT\t" + "\t".join(facts[i]["gt"] for i in names) + "\n")
        done = suite.run("import", "-d", store, "--dataset", d, "--assembly", "GRCh38", "--shared-people", suite.write(f"{d}.vcf", vcf))
        suite.check(f"genomes of {d}", 0, done.code, done.said())
    return people


def expected(people, is_found):
    found = {}
    for d in ("d", "e"):
        for i, facts in people[d].items():
            if is_found(facts):
                found.setdefault(i, []).append(d)
    return found


def check_question(suite, store, people, question, is_found):
    want = expected(people, is_found)
    lines = suite.run("list", "-d", store, question).out.split()
    suite.check(f"ids of {question}", sorted(want), sorted(lines))
    suite.check(f"as many as are counted: {question}", suite.count(store, question), len(lines))
    rows = suite.run("list", "-d", store, "--tsv", question).out.splitlines()
    suite.check(f"a header of {question}", "individual\tdatasets", rows[0])
    suite.check(f"datasets of {question}", {i: ",".join(d) for i, d in want.items()}, dict(r.split("\t") for r in rows[1:]))
    told = suite.run("list", "-d", store, "--json", question).objects()[0]
    suite.check(f"JSON of {question}", (want, len(want)), ({p["individual"]: p["datasets"] for p in told["people"]}, told["count"]))
    if lines:
        path = suite.write("ids.txt", "\n".join(lines) + "\n")
        suite.check(f"its own list: {question}", len(lines), suite.count(store, f"id in @{path}"))


def check_refused(suite, store):
    policy = suite.write("policy", "threshold = 5\n")
    for words, code, text in ((("--policy", policy, "sex=female"), 5, "exact policy"), (("sex=femal",), 2, "nearest: female"), ((), 2, "one question")):
        done = suite.run("list", "-d", store, *words)
        suite.check(f"refused: {words}", (code, "", True), (done.code, done.out, text in done.err))
    told = suite.run("list", "-d", store, "--json", "--policy", policy, "sex=female").objects()
    suite.check("refused in JSON", ["error"], [t["status"] for t in told])


def main():
    seed = int(os.environ.get("SKERRY_SEED") or random.randrange(2 ** 32))
    suite = harness.Suite()
    print(f"# SKERRY_SEED={seed}")
    rng = random.Random(seed)
    store = suite.path("store")
    people = load(suite, rng, store)
    for question, is_found in QUESTIONS.items():
        check_question(suite, store, people, question, is_found)
    check_refused(suite, store)
    suite.run("withdraw", "-d", store, "--individual", "P00")
    for d in people:
        del people[d]["P00"]
    check_question(suite, store, people, "sex=female or sex=male", lambda f: True)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
