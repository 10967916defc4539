#!/usr/bin/env python3
"""What requests may say beyond one allele and one term, over the shipped slice, against loops in Python: wildcards, bare
forms, HGVS, types, lengths, brackets, whole contigs, groups of filters, datasets, test mode, the deadline."""
import os
import random
import re
import subprocess
import sys

import beacon_http
import harness
import naive_cohorts

GENERATOR = os.environ.get("SKERRY_COHORT") or os.path.join(harness.SOURCE, "build/tools/cohort/skerry-cohort")


def carriers(naive, keep):
    return set().union(*(a[4].keys() for a in naive.alleles if keep(*a[:4])))


def is_type(kind, ref, alt):
    return {"snv": len(ref) == len(alt) == 1, "ins": len(ref) == 1 < len(alt), "del": len(alt) == 1 < len(ref)}[kind]


def places(naive, rng):
    """(what, parameters, does an allele satisfy it?)"""
    snvs = [a for a in naive.alleles if a[4] and is_type("snv", a[2], a[3])]
    for start0, _, ref, alt, _ in rng.sample(snvs, 5):
        one = {"start": [start0]}
        yield "an allele", {**one, "referenceBases": ref, "alternateBases": alt}, lambda s, e, r, a, k=(start0, ref, alt): (s, r, a) == k
        yield "any base", {**one, "referenceBases": ref, "alternateBases": "N"}, \
            lambda s, e, r, a, k=(start0, ref): (s, r) == k and len(a) == 1
        yield "ALT alone", {**one, "alternateBases": alt}, \
            lambda s, e, r, a, k=(start0, alt): s == k[0] and (a == k[1] or is_type("ins", r, a) and a[1:] == k[1])
        yield "HGVS", {"referenceName": None, "allele": f"NC_000022.10:g.{start0 + 1}{ref}>{alt}"}, \
            lambda s, e, r, a, k=(start0, ref, alt): (s, r, a) == k
        yield "ALT in a range", {**one, "end": [start0 + 5000], "alternateBases": "T"}, \
            lambda s, e, r, a, k=start0: s < k + 5000 and e > k and (a == "T" or is_type("ins", r, a) and a[1:] == "T")
        yield "a bracket", {"start": [start0, start0 + 2000], "end": [start0 + 5, start0 + 1000]}, \
            lambda s, e, r, a, k=start0: k <= s < k + 2000 and k + 5 <= e < k + 1000
    for start0, _, ref, alt, _ in rng.sample([a for a in naive.alleles if a[4] and is_type("ins", a[2], a[3])], 3):
        yield "a bare insertion", {"start": [start0 + 1], "referenceBases": "", "alternateBases": alt[1:]}, \
            lambda s, e, r, a, k=(start0, alt[1:]): (s, a[1:]) == k and is_type("ins", r, a)
        yield "HGVS ins", {"referenceName": None, "genomicAlleleShortForm": f"22:g.{start0 + 1}_{start0 + 2}ins{alt[1:]}"}, \
            lambda s, e, r, a, k=(start0, alt[1:]): (s, a[1:]) == k and is_type("ins", r, a)
    for start0, end0, ref, alt, _ in rng.sample([a for a in naive.alleles if a[4] and is_type("del", a[2], a[3])], 3):
        keep = lambda s, e, r, a, k=(start0, ref): (s, r) == k and is_type("del", r, a)
        yield "a bare deletion", {"start": [start0 + 1], "referenceBases": ref[1:], "alternateBases": "-"}, keep
        span = f"{start0 + 2}" if len(ref) == 2 else f"{start0 + 2}_{end0}"
        yield "HGVS del", {"referenceName": None, "allele": f"22:g.{span}del{ref[1:]}"}, keep
    for words, kinds in (("SNP", ["snv"]), ("SO:0000667", ["ins"]), ("DEL", ["del"]), ("INDEL", ["ins", "del"])):
        yield words + " of a contig", {"variantType": words}, lambda s, e, r, a, k=kinds: any(is_type(x, r, a) for x in k)
    yield "lengths", {"variantMinLength": 4, "variantMaxLength": "9"}, lambda s, e, r, a: 4 <= max(len(r), len(a)) <= 9


def check_variants(suite, server, naive):
    for name, parameters, keep in places(naive, random.Random(20261121)):
        parameters = {"assemblyId": "GRCh37", "referenceName": "22", **parameters}
        who = carriers(naive, keep)
        body = beacon_http.individuals(parameters)
        suite.check(f"{name}, people: {parameters}", (200, bool(who), len(who)),
                    beacon_http.total(server.ask("/api/individuals", body)))
        alleles = sum(keep(*a[:4]) for a in naive.alleles)
        suite.check(f"{name}, alleles: {parameters}", (200, bool(alleles), alleles),
                    beacon_http.total(server.ask("/api/g_variants", body)))


def check_filters(suite, server, naive):
    female = naive.who(lambda p: p["sex"]["label"] == "female")
    asthma, diabetes = (naive.who(naive_cohorts.has_disease(c)) for c in ("ICD10:J45", "ICD10:E10"))
    everybody = set(naive.people)
    cases = [([], everybody), (["NCIT:C16576"], female), ([["ICD10:J45", "ICD10:E10"]], asthma | diabetes),
             ([["ICD10:J45", {"id": "ICD10:E10"}], "NCIT:C16576"], (asthma | diabetes) & female),
             (["ICD10:J45", "ICD10:E10"], asthma & diabetes),
             ([{"id": "sex", "operator": "!", "value": "female"}], everybody - female),
             ([{"id": "sex", "operator": "=", "value": "NCIT:C16576"}], female),
             ([{"id": "ICD10:J45", "includeDescendantTerms": False}], asthma),
             (["ICD10:Z99.9"], set())]
    for filters, who in cases:
        body = {"meta": {"apiVersion": "2.0"}, "query": {"filters": filters, "requestedGranularity": "count"}}
        suite.check(f"filters {filters}", (200, bool(who), len(who)), beacon_http.total(server.ask("/api/individuals", body)))
    refused = server.ask("/api/individuals?filters=XYZ:0000001")
    suite.check("a prefix that nothing here uses", (400, True), (refused[0], "ICD10" in refused[1]["error"]["errorMessage"]))
    start0, _, ref, alt, by = max(naive.alleles, key=lambda a: len(a[4]) if len(a[2]) == len(a[3]) == 1 else 0)
    words = f"start={start0}&referenceName=chr22&referenceBases={ref}&alternateBases={alt}&assemblyId=b37"
    suite.check("a GET with a variant and a filter", (200, True, len(set(by) & female)),
                beacon_http.total(server.ask(f"/api/individuals?{words}&filters=NCIT:C16576")))
    suite.check("alleles within a cohort", (200, True, 1), beacon_http.total(server.ask(f"/api/g_variants?{words}&filters=NCIT:C16576")))
    suite.check("alleles within nobody", (200, False, 0), beacon_http.total(server.ask(f"/api/g_variants?{words}&filters=ICD10:Z99.9")))
    for path, n in ((f"/api/datasets?{words}", 1), ("/api/datasets?filters=ICD10:Z99.9", 0)):
        document = server.ask(path)[1]
        suite.check(path, (n, n), (document["responseSummary"]["numTotalResults"], len(document["response"]["collections"])))
    document = server.ask("/api/individuals?testMode=true")[1]
    suite.check("a test says so, and finds nobody", (True, False), (document["meta"].get("testMode"), document["responseSummary"]["exists"]))
    suite.check("a test is checked", 400, server.ask("/api/individuals?testMode=true&filters=banana")[0])
    document = server.ask("/api/filtering_terms")[1]["response"]["filteringTerms"]
    pages = [server.ask(f"/api/filtering_terms?limit=7&skip={n}")[1]["response"]["filteringTerms"] for n in range(len(document) // 7 + 2)]
    suite.check("pages of terms add up", document, sum(pages, []))
    suite.check("every term of an ontology may be asked for", [],
                [t["id"] for t in document if t["type"] == "ontology" and not server.ask("/api/individuals?filters=" + t["id"])[1]["responseSummary"]["exists"]])


def check_log(suite, server, store):
    """What the log says of a question can be asked on the command line, and is the same question."""
    asked = {}
    for line in server.said().splitlines():
        found = re.match(r"\S+ (?:GET|POST) /api/(individuals|g_variants) 200 told=(\d+) \S+ms (.*)", line)
        if found and "ICD10:Z99.9" not in line:  # which a request may name though nothing has it
            asked[found.group(1), found.group(3)] = int(found.group(2))
    people = [(q, n) for (path, q), n in asked.items() if path == "individuals"]
    odd = [(q, n, suite.count(store, q)) for q, n in people if suite.count(store, q) != n]
    suite.check("the questions of the log about people, asked again", [], odd[:5])
    suite.check("and there were many", True, len(people) > 50, len(people))
    odd = []
    alleles = [(q, n) for (path, q), n in asked.items() if path == "g_variants"]
    for question, n in alleles:
        words = question.split(" --in ")
        done = suite.run("alleles", "-d", store, "--json", words[0], *(["--in", words[1]] if len(words) > 1 else []))
        rows = [row for row in done.objects() if "answer" in row]
        present = sum(row["answer"] == "present" for row in rows)
        if done.code != 0 or n != (present if len(words) > 1 or "variant=" in question else len(rows)):
            odd.append((question, n, len(rows), present, done.said()))
    suite.check("the questions of the log about alleles, asked again", [], odd[:5])
    words = " ".join(q for _, q in asked)
    suite.check("every word of Beacon's was among them", [], [w for w in ("start=", "end=", "alt=", "pattern=", "variant=", "region=") if w not in words])


def main():
    suite = harness.Suite()
    store = suite.path("store")
    folder = harness.os.path.dirname(harness.SLICE)
    for words in (["import", "-d", store, "--dataset", "kg", "--assembly", "GRCh37", harness.SLICE],
                  ["people", "-d", store, "--dataset", "kg", folder + "/cineca_individuals.json.gz"]):
        done = suite.run(*words)
        suite.check(words[0] + " exits", 0, done.code, done.said())
    naive = naive_cohorts.Naive()
    server = beacon_http.Server(suite, store, "--policy", suite.write("exact.conf", "counts = exact\n"))
    if suite.check("the server listens", True, server.address is not None, server.said()):
        check_variants(suite, server, naive)
        check_filters(suite, server, naive)
        suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])
        check_log(suite, server, store)
    many = suite.path("many")  # a quarter of a million alleles: more than a millisecond's work
    made = subprocess.run([GENERATOR, "--people", "200", "--bases", "40000000", "--seed", "3", "--store", many],
                          capture_output=True)
    suite.check("many alleles are made", 0, made.returncode, made.stderr.decode())
    server = beacon_http.Server(suite, many, "--config", suite.write("hasty.conf", "query_timeout_ms = 1\n"))
    if suite.check("a hasty server listens", True, server.address is not None, server.said()):
        suite.check("a question that takes too long", 504, server.ask("/api/g_variants")[0])
        suite.check("documents are answered all the same", 200, server.ask("/api/map")[0])
        suite.check("SIGTERM ends it too", 0, server.stop(), server.said()[-500:])
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
