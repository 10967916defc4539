#!/usr/bin/env python3
"""skerry count --by and --attrition are what a loop over the people counts.

The people are drawn: two datasets that share some of them, facts that are missing, ages that are ranges, terms below
others, a small VCF with calls that are missing. The loop knows the facts as they were written into the files; of the
program it knows nothing.
"""
import itertools
import os
import random
import sys

import beacon_http
import harness

SEXES = (None, "female", "male", "other")
COUNTRIES = (None, "FI", "PT", "South of the River")
# How a country may be said; the same for counts, filters and frequencies.
SAID = {"FI": ("FI", "Finland", "fin", "GAZ:00002937"), "PT": ("PT", "portugal")}
AGES = ((None, "undefined"), ("3", "0-17"), ("17.9", "0-17"), ("18", "18-39"), ("39", "18-39"), ("64", "40-64"),
        ("65", "65+"), ("16-20", "undefined"), ("41-50", "40-64"))
TERMS = ("HP:0000001", "HP:0000002", "MONDO:0000007")
GENOTYPES = ("./.", "0/0", "0/1", "1/1")
OBO = """format-version: 1.2
ontology: hp

[Term]
id: HP:0000001
name: a

[Term]
id: HP:0000002
name: b
is_a: HP:0000001
"""
N_PEOPLE = 140


def draw_people(rng):
    """What each dataset says of each of its people."""
    return {d: {f"P{i:03}": {"sex": rng.choice(SEXES), "country": rng.choice(COUNTRIES), "age": rng.choice(AGES),
                             "terms": [t for t in TERMS if rng.random() < 0.3], "gt": rng.choice(GENOTYPES)}
                for i in range(N_PEOPLE) if rng.random() < 0.7} for d in ("d", "e")}


def said(individual, country):
    """A country in one of its spellings; which, depends on the person alone."""
    spellings = SAID.get(country, (country,))
    return spellings[int(individual[1:]) % len(spellings)]


def load(suite, people, store):
    suite.run("ontology", "-d", store, suite.write("hp.obo", OBO))
    for d, facts in people.items():
        rows = ["individual\tsex\tcountry\tage\tterms"]
        rows += ["\t".join((i, f["sex"] or ".", said(i, f["country"]) or ".", f["age"][0] or ".", ";".join(f["terms"]) or "."))
                 for i, f in facts.items()]
        table = suite.write(f"{d}.tsv", "\n".join(rows) + "\n")
        suite.check(f"people of {d}", 0, suite.run("people", "-d", store, "--dataset", d, "--shared-people", table).code)
        vcf = ("##fileformat=VCFv4.3\n##contig=<ID=1,length=248956422>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"G\">\n"
               "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(facts) + "\n"
               "1\t1000\t.\tA\tG\t.\tPASS\t.\tGT\t" + "\t".join(f["gt"] for f in facts.values()) + "\n")
        done = suite.run("import", "-d", store, "--dataset", d, "--assembly", "GRCh38", "--shared-people", suite.write(f"{d}.vcf", vcf))
        suite.check(f"genomes of {d}", 0, done.code, done.said())


def values(field, dataset, facts):
    """The classes that somebody is in."""
    if field == "sex":
        return [facts["sex"] or "undefined"]
    if field == "country":
        return [facts["country"] or "undefined"]
    if field == "age":
        return [facts["age"][1]]
    if field == "dataset":
        return [dataset]
    if field == "genotype":
        return [{"./.": "undefined", "0/0": "0", "0/1": "1", "1/1": "2"}[facts["gt"]]]
    terms = set(facts["terms"])
    if "HP:0000002" in terms:
        terms.add("HP:0000001")
    return sorted(terms) or ["undefined"]


def cells(people, fields, holds):
    """Who is in each cell; somebody who is in two datasets is one."""
    found = {}
    for d, facts in people.items():
        for i, f in facts.items():
            if holds(d, f):
                for key in itertools.product(*(values(field, d, f) for field in fields)):
                    found.setdefault(key, set()).add(i)
    return {key: len(who) for key, who in found.items()}


CRITERIA = {
    "sex=female": lambda d, f: f["sex"] == "female",
    "sex!=male": lambda d, f: f["sex"] in ("female", "other"),
    "not country=FI": lambda d, f: f["country"] != "FI",
    "HP:0000001": lambda d, f: bool({"HP:0000001", "HP:0000002"} & set(f["terms"])),
    "(HP:0000002 or  MONDO:0000007)": lambda d, f: bool({"HP:0000002", "MONDO:0000007"} & set(f["terms"])),
    "dataset=e": lambda d, f: d == "e",
    "carries(variant=1-1000-A-G)": lambda d, f: f["gt"] in ("0/1", "1/1"),
    "not carries(variant=1-1000-A-G)": lambda d, f: f["gt"] in ("./.", "0/0"),
    "all": lambda d, f: True,
}


def check_cells(suite, people, store, rng):
    names = ("sex", "country", "age", "dataset", "term", "genotype")
    for turn in range(40):
        fields = rng.sample(names, rng.randint(1, 3))
        question = rng.choice(list(CRITERIA))
        asked = ",".join("genotype=1-1000-A-G" if f == "genotype" else f for f in fields)
        done = suite.run("count", "-d", store, "--json", question, "--by", asked)
        got = done.objects()[0] if done.code == 0 else {"cells": [], "count": done.said()}
        name = f"{question} by {asked}"
        suite.check(name, cells(people, fields, CRITERIA[question]),
                    {tuple(c[f] for f in fields): c["count"] for c in got["cells"]})
        suite.check(f"{name}: the count of all", cells(people, [], CRITERIA[question]).get((), 0), got["count"])
        rows = [s.split("\t") for s in suite.run("count", "-d", store, question, "--by", asked).out.splitlines()]
        suite.check(f"{name}: the same in rows", [[*fields, "count"]] + [[*(c[f] for f in fields), str(c["count"])] for c in got["cells"]], rows)


def steps(people, criteria):
    """Criterion by criterion: alone, remaining, lost, unassessed."""
    left = {(d, i) for d, facts in people.items() for i in facts}
    def size(who):
        return len({i for _, i in who})
    rows = [["everyone", size(left), size(left), 0, None]]
    for text in criteria:
        alone = {(d, i) for d, facts in people.items() for i, f in facts.items() if CRITERIA[text](d, f)}
        after = left & alone
        unknown = size({(d, i) for d, i in after if people[d][i]["gt"] == "./."}) if text.startswith("not carries") else None
        rows.append([text, size(alone), size(after), size(left) - size(after), unknown])
        left = after
    return rows


def check_attrition(suite, people, store, rng):
    for turn in range(30):
        criteria = rng.sample(list(CRITERIA), rng.randint(1, 5))
        question = " and\n".join(criteria)
        done = suite.run("count", "-d", store, "--json", "--attrition", question)
        got = done.objects()[0] if done.code == 0 else {"steps": [], "count": done.said()}
        expected = steps(people, criteria)
        suite.check(f"attrition of {criteria}", expected,
                    [[s["criterion"], s["alone"], s["remaining"], s["lost"], s.get("unassessed")] for s in got["steps"]])
        suite.check(f"attrition of {criteria}: the whole", suite.count(store, question), got["count"])


# What a Beacon calls a class, by field; whoever has none is "undefined" everywhere.
CONCEPTS = {"sex": "sexAtBirth", "age": "ageAtLastEncounter", "country": "geographicOrigin", "term": "filteringTerms"}


def aggregated(server, filters, wanted, key="aggregators"):
    """{dataset: [(ids of the concepts, {values: count})]} of an answer."""
    body = {"meta": {"apiVersion": "2.0"}, "query": {"filters": filters, "requestedGranularity": "aggregated"}}
    if wanted is not None:
        body["query"][key] = wanted
    status, document = server.ask("/api/individuals", body)
    if status != 200:
        return f"{status} {document['error']['errorMessage']}"
    return {one["id"]: [(tuple(c["id"] for c in item["concepts"]),
                         {tuple(v["label"] for v in cell["conceptValues"]): cell["count"] for cell in item["distribution"]})
                        for item in one["resultsAggregation"]] for one in document["response"]["resultSets"]}


def check_aggregated(suite, people, store, rng):
    """Granularity aggregated tells what --by tells, dataset by dataset; in all spellings of the draft."""
    server = beacon_http.Server(suite, store, "--policy", suite.write("exact.conf", "counts = exact\n"))
    if not suite.check("aggregated: the server listens", True, server.address is not None, server.said()):
        return
    for turn in range(12):
        lists = [rng.sample(list(CONCEPTS), rng.randint(1, 2)) for _ in range(rng.randint(1, 2))]
        text, filters = rng.choice([("all", []), ("sex=female", ["NCIT:C16576"]), ("HP:0000001", ["HP:0000001"])])
        want = {d: [(tuple(CONCEPTS[f] for f in fields), cells({d: facts}, fields, CRITERIA[text])) for fields in lists]
                for d, facts in people.items()}
        form_a = [[{"id": CONCEPTS[f]} for f in fields] for fields in lists]
        form_b = [{"requestId": "r", "aggregationTerms": items} for items in form_a]
        words = ",".join("::".join(CONCEPTS[f] for f in fields) for fields in lists)
        suite.check(f"aggregated: {text} by {lists}", want, aggregated(server, filters, form_a))
        suite.check(f"aggregated: {text} by {lists}, form B", want, aggregated(server, filters, form_b, "aggregationTerms"))
        suite.check(f"aggregated: {text} by {lists}, in words", want, aggregated(server, filters, words))
    usual = {d: [((CONCEPTS[f],), cells({d: facts}, [f], CRITERIA["all"])) for f in ("sex", "age", "country")] for d, facts in people.items()}
    for wanted in (None, [], [[{"id": "selectedDiseases"}]]):
        suite.check(f"aggregated: {wanted} is the usual set", usual, aggregated(server, [], wanted))
    _, document = server.ask("/api/individuals?requestedGranularity=aggregated&aggregators=sex,colour")
    suite.check("aggregated: what is no dimension is told", (1, ["ignored"]), (
        len(document["response"]["resultSets"][0]["resultsAggregation"]), [w["code"] for w in document["info"]["warnings"]]))
    suite.check("aggregated: the server stops", 0, server.stop())
    server = beacon_http.Server(suite, store, "--policy", suite.write("hides.conf", "threshold = 10\nstep = 10\n"))
    got = aggregated(server, [], [[{"id": "sexAtBirth"}, {"id": "geographicOrigin"}]])
    truth = {d: cells({d: facts}, ["sex", "country"], CRITERIA["all"]) for d, facts in people.items()}
    suite.check("aggregated: nothing small is told", [], [(d, key, n) for d, lists in got.items() for key, n in lists[0][1].items()
                                                        if n % 10 or truth[d].get(key, 0) < 10])
    suite.check("aggregated: the hiding server stops", 0, server.stop())


def check_policy(suite, people, store):
    """Under a policy: every combination, hidden where nobody is, and never more than the told numbers."""
    policy = suite.write("policy", "threshold = 10\nstep = 10\n")
    got = suite.run("count", "-d", store, "--json", "--policy", policy, "all", "--by", "sex,country").objects()[0]
    truth = cells(people, ["sex", "country"], CRITERIA["all"])
    suite.check("policy: every combination", 4 * 4, len(got["cells"]))
    suite.check("policy: nothing small is told", [], [c for c in got["cells"] if c["count"] is not None and c["count"] % 10 != 0])
    suite.check("policy: nobody's cells are hidden", [],
                [c for c in got["cells"] if truth.get((c["sex"], c["country"]), 0) == 0 and c["count"] is not None])
    got = suite.run("count", "-d", store, "--json", "--policy", policy, "--attrition", "sex=female and country=FI").objects()[0]
    left = got["steps"][0]["remaining"]
    for step in got["steps"][1:]:
        if step["lost"] is not None:
            suite.check(f"policy: lost at {step['criterion']} is what is told", left - step["remaining"], step["lost"])
        left = step["remaining"]


def check_refusals(suite, store):
    for words, said in ((("all", "--by", "trem"), "nearest: term"), (("all", "--by", "sex,sex"), "sex stands twice"),
                        (("all", "--by", "genotype"), "genotype takes an allele"), (("all", "--by", "sex,"), "a field is missing"),
                        (("all", "--by", "genotype=1-1000-C-G"), "REF there is A"), (("all", "--by", "sex=female"), "takes no value"),
                        (("all", "--by", "age", "--age-bands", "5,3"), "bands of ages"), (("all", "--age-bands", "5"), "--by age"),
                        (("sex=femal", "--by", "sex"), "nearest: female"), (("all", "--by", "sex", "--attrition"), "one of them"),
                        (("all", "--by", "sex", "--exists"), "--exists"), (("sex=female and", "--attrition"), "expected")):
        done = suite.run("count", "-d", store, *words)
        suite.check(f"{words}: refused", (2, True), (done.code, said in done.err), done.err)


def main():
    suite = harness.Suite()
    seed = os.environ.get("SKERRY_SEED") or str(random.randrange(2 ** 32))
    print(f"# SKERRY_SEED={seed}")
    rng = random.Random(seed)
    people = draw_people(rng)
    store = suite.path("store")
    load(suite, people, store)
    check_cells(suite, people, store, rng)
    check_attrition(suite, people, store, rng)
    check_policy(suite, people, store)
    check_aggregated(suite, people, store, rng)
    check_refusals(suite, store)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
