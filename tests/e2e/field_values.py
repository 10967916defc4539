#!/usr/bin/env python3
"""skerry terms, fields and genes --list print what there is; a term may be named by its label.

People and an ontology are drawn; a loop over what was written into the files says who has which term, those below it
included, and what each policy tells of them.
"""
import os
import random
import sys

import harness

PARENTS = {"HP:0000001": None, "HP:0000002": "HP:0000001", "HP:0000003": "HP:0000001", "HP:0000004": "HP:0000002",
           "HP:0000005": "HP:0000003", "HP:0000006": None}
LABELS = {"HP:0000001": "Phenotypic abnormality", "HP:0000002": "Seizure", "HP:0000003": "Asthma", "HP:0000004": "Focal seizure",
          "HP:0000005": "Focal wheeze", "HP:0000006": "Twin"}
SEXES = ("female", "male", "other", "undefined")
COUNTRIES = ("FI", "Atlantis", "undefined")
GTF = "\n".join(f"1\tx\tgene\t{start}\t{end}\t.\t+\t.\tgene_id \"{i}\"; gene_name \"{name}\";" for name, i, start, end in
                (("RYR1", "ENSG00000196218", 1001, 2000), ("POTEH", "ENSG00000198062", 5001, 6000))) + "\n"


def obo():
    terms = "".join(f"\n[Term]\nid: {t}\nname: {LABELS[t]}\n" + (f"is_a: {p}\n" if p else "") for t, p in PARENTS.items())
    # one label of two terms, and of none
    return "format-version: 1.2\nontology: hp\n" + terms + "\n[Term]\nid: HP:0000007\nname: twin\n"


def has(facts, term):
    stated = set(facts["terms"])
    for t in facts["terms"]:
        while PARENTS[t]:
            t = PARENTS[t]
            stated.add(t)
    return term in stated


def load(suite, rng, store):
    people = {f"P{i:02}": {"sex": rng.choice(SEXES), "country": rng.choice(COUNTRIES), "age": rng.choice((None, 5, 30, 70)),
                           "terms": [t for t in PARENTS if t != "HP:0000006" and rng.random() < 0.15]} for i in range(80)}
    for f in people.values():
        f["not"] = [t for t in PARENTS if rng.random() < 0.1]
    people["P00"]["terms"] = ["HP:0000004"]
    people["P00"]["not"] = ["HP:0000003"]
    rows = ["individual\tsex\tcountry\tage\tterms\tLOINC:3141-9"]
    for i, f in people.items():
        rows.append("\t".join((i, f["sex"].replace("undefined", "."), f["country"].replace("undefined", "."), str(f["age"] or "."),
                               ";".join(f["terms"] + ["!" + t for t in f["not"]]) or ".", "70" if i == "P01" else ".")))
    for words in (("ontology", suite.write("hp.obo", obo())), ("people", "--dataset", "d", suite.write("d.tsv", "\n".join(rows) + "\n")),
                  ("genes", "--assembly", "GRCh38", suite.write("g.gtf", GTF))):
        done = suite.run(words[0], "-d", store, *words[1:])
        suite.check(f"load {words[0]}", 0, done.code, done.said())
    return people



def check_terms(suite, store, people):
    want = {t: n for t in PARENTS for n in [sum(has(f, t) for f in people.values())] if n}
    rows = suite.run("terms", "-d", store, "--json").objects()[0]
    got = {v["id"]: v["count"] for v in rows["values"] if v["id"].startswith("HP:")}
    suite.check("every term with its people", want, got)
    suite.check("labels", {t: LABELS[t] for t in want}, {v["id"]: v["label"] for v in rows["values"] if v["id"] in want})
    suite.check("measured ones", ["LOINC:3141-9"], [v["id"] for v in rows["values"] if v["measured"]])
    suite.check("a row is a count of its term", got, {t: suite.count(store, t) for t in got})
    lines = suite.run("terms", "-d", store, "--tsv", "SEIZ").out.splitlines()
    suite.check("those of a word", ["term\tlabel\tcount\tmeasured"] + [f"{t}\t{LABELS[t]}\t{want[t]}\tno" for t in ("HP:0000002", "HP:0000004") if t in want],
                lines)
    done = suite.run("terms", "-d", store, "Seizzure")
    suite.check("none of a word", (2, "", True), (done.code, done.out, "nearest: Seizure" in done.err), done.err)
    for threshold in (2, 5, 20):
        policy = suite.write("policy", f"threshold = {threshold}\n")
        rows = suite.run("terms", "-d", store, "--json", "--policy", policy).objects()
        got = {v["id"]: v["count"] for v in rows[0]["values"] if v["id"] in PARENTS} if "values" in rows[0] else {}
        suite.check(f"terms of {threshold} people and more", {t for t, n in want.items() if n >= threshold}, set(got))
        suite.check(f"as a count tells them, {threshold}",
                    {t: suite.run("count", "-d", store, "--json", "--policy", policy, t).objects()[0]["count"] for t in got}, got)


def is_excluded(facts, term):
    """It, or what stands above it, was looked for and not found."""
    return term in facts["not"] or (PARENTS[term] is not None and is_excluded(facts, PARENTS[term]))


def check_exclusions(suite, store, people):
    want = {t: sum(is_excluded(f, t) for f in people.values()) for t in PARENTS}
    suite.check("excluded", want, {t: suite.count(store, f"excluded({t})") for t in PARENTS})
    suite.check("excluded by label, negated", len(people) - want["HP:0000004"], suite.count(store, 'not excluded("focal seizure")'))
    done = suite.run("count", "-d", store, "excluded(HP:0000022)")
    suite.check("an unknown term is not excluded of nobody", (2, True), (done.code, "nearest: HP:0000002" in done.err))
    suite.check("nobody has a genome here", (0, 0), (suite.count(store, "has(genome)"), suite.count(store, "all and has(genome)")))
    table = suite.write("again.tsv", "individual\tterms\nP00\tHP:0000003\n")
    suite.check("a later delivery", 0, suite.run("people", "-d", store, "--dataset", "d", table).code)
    people["P00"]["not"] = []
    suite.check("takes back what it excluded", sum(is_excluded(f, "HP:0000005") for f in people.values()), suite.count(store, "excluded(HP:0000005)"))


def check_labels(suite, store, people):
    for words in ('"seizure"', 'term=SEIZURE', 'term in (Seizure, "Focal seizure")', 'not not "Seizure"'):
        suite.check(f"label: {words}", sum(has(f, "HP:0000002") for f in people.values()), suite.count(store, words))
    suite.check("only(label)", sum("HP:0000002" in f["terms"] for f in people.values()), suite.count(store, 'only("Seizure")'))
    path = suite.write("terms.txt", "Focal seizure\nHP:0000005\n")
    suite.check("labels in a file", sum(has(f, "HP:0000004") or has(f, "HP:0000005") for f in people.values()), suite.count(store, f"term in @{path}"))
    for words, part in (('"Seizzure"', "no term has the label 'Seizzure'; nearest: Seizure"), ("term=twin", "write one of HP:0000006, HP:0000007"),
                        ("HP:0000022", "nearest: HP:0000002 (Seizure)"), ("Seizure", 'or "its label"')):
        done = suite.run("count", "-d", store, words)
        suite.check(f"refused: {words}", (2, True, True), (done.code, part in done.err, "^" in done.err), done.err)
    told_text = suite.run("explain", "-d", store, 'term=seizure and sex=female').out
    suite.check("explained", (True, True), ("term=seizure" in told_text, "HP:0000002 (Seizure)" in told_text), told_text)


def check_fields(suite, store, people):
    for field in ("sex", "country"):
        want = {v: n for v in {f[field] for f in people.values()} for n in [sum(f[field] == v for f in people.values())]}
        rows = suite.run("fields", "-d", store, "--json", field).objects()[0]
        suite.check(f"values of {field}", want, {v["id"]: v["count"] for v in rows["values"]})
        suite.check(f"each may be asked for: {field}", {v: n for v, n in want.items() if v != "undefined"},
                    {v: suite.count(store, f"{field}={v}") for v in want if v != "undefined"})
    bands = suite.run("fields", "-d", store, "--tsv", "age").out.splitlines()[1:]
    suite.check("ages", sum(f["age"] == 5 for f in people.values()), sum(int(b.split("\t")[2]) for b in bands if b.startswith("0-17")))
    policy = suite.write("policy", "threshold = 1000\n")
    rows = suite.run("fields", "-d", store, "--json", "--policy", policy, "country").objects()[0]
    suite.check("no rare value is named under a policy", [("undefined", None)], [(v["id"], v["count"]) for v in rows["values"]])
    words = [v["id"] for v in suite.run("fields", "--json").objects()[0]["values"]]
    suite.check("all fields, without a store", (True, True), ("sex" in words, "region" in words))
    done = suite.run("fields", "-d", store, "countri")
    suite.check("no field", (2, True), (done.code, "nearest: country" in done.err))


def check_genes(suite, store):
    rows = suite.run("genes", "-d", store, "--list", "--json").objects()[0]["genes"]
    suite.check("genes", [("POTEH", "ENSG00000198062", "GRCh38", "1", 5001, 6000), ("RYR1", "ENSG00000196218", "GRCh38", "1", 1001, 2000)],
                [tuple(g[k] for k in ("gene", "id", "assembly", "contig", "start1", "end1")) for g in rows])
    for words in (("--list", "ryr", "--tsv"), ("--list", "196218", "--tsv", "--assembly", "hg38")):
        suite.check(f"genes {words}", "RYR1\tENSG00000196218\tGRCh38\t1\t1001\t2000", suite.run("genes", "-d", store, *words).out.splitlines()[-1])
    for words, part in ((("--list", "RYRR1"), "nearest: RYR1"), (("--list", "--assembly", "GRCh39"), "no assembly 'GRCh39'"),
                        (("--list", "a", "b"), "besides"), (("--tsv", "x"), "--tsv is for --list")):
        done = suite.run("genes", "-d", store, *words)
        suite.check(f"refused: genes {words}", (2, "", True), (done.code, done.out, part in done.err), done.err)


def main():
    seed = int(os.environ.get("SKERRY_SEED") or random.randrange(2 ** 32))
    suite = harness.Suite()
    print(f"# SKERRY_SEED={seed}")
    rng = random.Random(seed)
    store = suite.path("store")
    people = load(suite, rng, store)
    check_terms(suite, store, people)
    check_labels(suite, store, people)
    check_fields(suite, store, people)
    check_genes(suite, store)
    check_exclusions(suite, store, people)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
