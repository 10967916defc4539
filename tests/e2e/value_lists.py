#!/usr/bin/env python3
"""FIELD in @FILE asks what FIELD in (...) asks, however the lines of the file are written; @- once a command.

The lists are drawn from genes, places, alleles and terms of the shipped slice; places of BED are compared with the same
places counted from 1, as the overlap of intervals in a loop over the alleles has them.
"""
import os
import random
import subprocess
import sys

import harness

DEMO = os.path.join(harness.SOURCE, "demo")
GENES = ("POTEH", "CCT8L2", "OR11H1")
TERMS = ("ICD10:E10", "ICD10:D50", "ICD10:J45")


def load(suite):
    store = suite.path("store")
    for words in (("import", "--dataset", "1kg", "--assembly", "GRCh37", harness.SLICE),
                  ("people", "--dataset", "1kg", os.path.join(DEMO, "cineca_individuals.json.gz")), ("ontology", os.path.join(DEMO, "terms.obo")),
                  ("genes", "--assembly", "GRCh37", os.path.join(DEMO, "refseq_select_hg37_chr22.txt.gz"))):
        suite.check(words[0], 0, suite.run(words[0], "-q", "-d", store, *words[1:]).code)
    return store


def lines_of(rng, values):
    """The values in one of the ways in which people's files hold them."""
    end = rng.choice(("\n", "\r\n"))
    text = rng.choice(("", "\ufeff", "# a list" + end)) + end.join(rng.choice((v, v + " ", " " + v)) for v in values)
    return (text + rng.choice(("", end, end + end))).encode()


def rows(suite, store, question, *words, stdin=None):
    done = suite.run("alleles", "-d", store, "--json", *words, question, stdin=stdin)
    return [(r["variant"], r["ac"], r["an"]) for r in done.objects()] if done.code == 0 else done.err


def small(alleles):
    """Those written in bases."""
    return [a for a in alleles if all(part.isalpha() for part in a[0].split("-")[2:])]


def check_lists(suite, store, rng, alleles):
    for turn in range(30):
        values = rng.sample([v for v, _, _ in alleles], rng.randint(1, 20))
        path = suite.write("v.txt", lines_of(rng, values))
        suite.check("alleles by name", sorted(a for a in alleles if a[0] in values), sorted(rows(suite, store, f"variant in @{path}")))
        suite.check("who carries one of them", suite.count(store, f"carries(variant in ({', '.join(values)}))"),
                    suite.count(store, f"carries(variant in @{path})"))
    for field, values, call in (("gene", GENES, "carries({} and af<0.01)"), ("term", TERMS, "{}"), ("sex", ("female", "male"), "not {}"),
                                ("id", ("HG00096", "HG00097"), "{}")):
        for n in range(1, len(values) + 1):
            path = suite.write("f.txt", lines_of(rng, values[:n]) if field != "id" else "\n".join(values[:n]))
            expected = suite.count(store, call.format(f"{field} in ({', '.join(values[:n])})"))
            suite.check(f"{n} of {field}", (True, expected), (isinstance(expected, int), suite.count(store, call.format(f"{field} in @{path}"))))
    suite.check("a term is its own list", suite.count(store, "ICD10:E10 or ICD10:D50"), suite.count(store, "term in (ICD10:E10, ICD10:D50)"))


def check_bed(suite, store, rng, alleles):
    for turn in range(20):
        spans = []
        for _ in range(rng.randint(1, 5)):
            start0 = rng.randint(16050000, 16495000)
            spans.append((start0, start0 + rng.choice((1, 10, 3000))))
        lines = [rng.choice((f"chr22\t{a}\t{b}", f"22\t{a}\t{b}\tname\t0\t+", f"22:{a + 1}-{b}")) for a, b in spans]
        path = suite.write("r.bed", "\n".join(lines) + "\n")
        def overlaps(name):
            _, pos1, ref, _ = name.split("-")
            return any(int(pos1) - 1 < b and int(pos1) - 1 + len(ref) > a for a, b in spans)
        suite.check(f"BED {lines}", sorted(a for a in alleles if overlaps(a[0])), sorted(small(rows(suite, store, f"region in @{path}"))))


def check_stdin(suite, store):
    program = [suite.program, "count", "-q", "-d", store]
    done = subprocess.run([*program, "id in @- and sex=female"], input=b"HG00096\nHG00097\n", stdout=subprocess.PIPE)
    suite.check("from standard input", suite.count(store, "id in (HG00096, HG00097) and sex=female"), int(done.stdout))
    for words in (["count", "id in @- or carries(gene in @-)"], ["alleles", "gene in @-", "--in", "id in @-"]):
        done = subprocess.run([suite.program, *words, "-d", store], input=b"HG00096\n", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        suite.check(f"{words}: once", (2, True), (done.returncode, b"@- may stand once" in done.stderr), done.stderr)
    done = subprocess.run([suite.program, "batch", "-d", store, suite.write("q.tsv", "query\nid in @-\n")], input=b"HG00096\n",
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    suite.check("a row of a batch has none", (1, True), (done.returncode, b"error" in done.stdout))


def check_refusals(suite, store):
    for text, question, said in (("", "carries(gene in @F)", "has no values"), ("# none\n\n", "sex in @F", "has no values"),
                                 ("POTEH\nPOTEX\n", "carries(gene in @F)", "nearest: POTEH"), ("a\tb\n", "carries(gene in @F)", ":1: one value a line"),
                                 ("22\tx\t5\n", "carries(region in @F)", ":1: a region, or a line of BED"), ("22\t5\t5\n", "carries(region in @F)", "BED"),
                                 ("22\t-5\t5\n", "carries(region in @F)", "BED"), ("female\nfemal\n", "sex in @F", ":2: sex is one of"),
                                 ("HP:\n", "term in @F", ":1: expected a term"), ("HP\n", "term in @F", "no term has the label 'HP'"), ("1\n", "age in @F", "age takes no file"),
                                 ("22-1-A-\x01\n", "carries(variant in @F)", ":1: "), ("22-16050115-C-T\n", "carries(variant in @F)", "REF there is G")):
        path = suite.write("bad.txt", text)
        done = suite.run("count", "-d", store, question.replace("@F", "@" + path))
        suite.check(f"refused: {text!r}", (2, "", True), (done.code, done.out, said in done.err), done.err)
    suite.check("no such file", 2, suite.run("count", "-d", store, "carries(gene in @/nowhere)").code)


def main():
    suite = harness.Suite()
    seed = os.environ.get("SKERRY_SEED") or str(random.randrange(2 ** 32))
    print(f"# SKERRY_SEED={seed}")
    rng = random.Random(seed)
    store = load(suite)
    alleles = small(rows(suite, store, "all"))
    check_lists(suite, store, rng, alleles)
    check_bed(suite, store, rng, alleles)
    check_stdin(suite, store)
    check_refusals(suite, store)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
