#!/usr/bin/env python3
"""/filtering_terms is a function of told counts alone.

Stores that differ in the record of one person give the same bytes: whether he used an id that the term had before, how he calls
it, of what he says it, whether he has a measured value. And a term stands there exactly when a question for it would be told.
"""
import json
import sys
import urllib.request

import beacon_http
import harness

OBO = """format-version: 1.2
ontology: xp

[Term]
id: XP:0000001
name: everything

[Term]
id: XP:0000002
name: a common thing
alt_id: XP:0000092
is_a: XP:0000001

[Term]
id: XP:0000003
name: a rare thing
is_a: XP:0000001

[Term]
id: XP:0000004
name: another rare thing
is_a: XP:0000003

[Term]
id: XP:0000005
name: a third rare thing
is_a: XP:0000003

[Term]
id: XP:0000006
name: what nobody has
is_a: XP:0000001

[Term]
id: XP:0000007
name: sexes
is_a: XP:0000001

[Term]
id: PATO:0000383
name: female
is_a: XP:0000007

[Term]
id: XP:0000082
name: what it was called before
is_obsolete: true
replaced_by: XP:0000002

[Term]
id: XP:0000072
name: gone without a trace
is_obsolete: true

[Typedef]
id: part_of
"""
CLASSES = [f"XP:{n:07}" for n in (1, 2, 3, 4, 5, 6, 7, 82, 72, 92)]
OTHERS = ["YY:1", "YY:2", "LOINC:1-1", "LOINC:2-2"]


def person(n):
    """30 have the common thing and YY:1; 6 and 6 others the rare ones; 20 a value, and 20 only say that they were measured."""
    features = [{"featureType": {"id": "XP:0000002"}}, {"featureType": {"id": "YY:1"}}] if n < 30 else []
    features += [{"featureType": {"id": "XP:0000004"}}] if 30 <= n < 36 else []
    features += [{"featureType": {"id": "XP:0000005"}}] if 36 <= n < 42 else []
    features += [{"featureType": {"id": "LOINC:2-2"}}] if n < 20 else []
    measures = [measure("LOINC:1-1", n)] if n < 20 else []
    return {"id": f"p{n}", "sex": {"id": "NCIT:C16576"}, "phenotypicFeatures": features, "measures": measures}


def measure(code, value):
    return {"assayCode": {"id": code}, "measurementValue": {"value": value, "unit": {"id": "UO:1", "label": "x"}}}


def feature(n, code, **more):
    def change(people):
        people[n]["phenotypicFeatures"].insert(0, {"featureType": {"id": code, **more}})
    return change


def swap(n, old, new):
    def change(people):
        for one in people[n]["phenotypicFeatures"]:
            if one["featureType"]["id"] == old:
                one["featureType"]["id"] = new
    return change


def measured(n, code, value):
    def change(people):
        people[n]["measures"].append(measure(code, value))
    return change


def disease(n, code):
    def change(people):
        people[n]["diseases"] = [{"diseaseCode": {"id": code, "label": "said by one"}}]
    return change


# one person's record, changed so that every count of a question stays on the same side of ten
CHANGES = {
    "an alternative id": swap(3, "XP:0000002", "XP:0000092"),
    "an obsolete id": swap(3, "XP:0000002", "XP:0000082"),
    "both, beside the id of today": lambda people: (feature(0, "XP:0000092")(people), feature(0, "XP:0000082")(people)),
    "an obsolete id without a replacement": feature(5, "XP:0000072"),
    "a label of his own": feature(0, "YY:1", label="the thing that J. Smith of Ulm has"),
    "a label beside the ontology's": feature(0, "XP:0000002", label="my own words"),
    "a term that nobody else has": feature(50, "YY:2", label="unheard of"),
    "a value of what others only say": measured(0, "LOINC:2-2", 7),
    "one of those with a value says it too": feature(0, "LOINC:1-1"),
    "said of a disease first": disease(0, "YY:1"),
    "one more of the rare": feature(2, "XP:0000004"),
}


def build(suite, name, change=None, biosample=None):
    store = suite.path("store-" + name)
    people = [person(n) for n in range(60)]
    if change is not None:
        change(people)
    files = [suite.write(f"{name}.json", json.dumps(people))]
    if biosample is not None:
        files.insert(0, suite.write(f"{name}-samples.json", json.dumps([biosample])))
    for words in (["people", "-q", "-d", store, "--dataset", "d", *files],
                  ["ontology", "-q", "-d", store, suite.write("xp.obo", OBO)]):
        done = suite.run(*words)
        if done.code != 0:
            suite.check(f"{name}: {words[0]}", 0, done.code, done.said())
    return store


def bytes_of(server, path):
    with urllib.request.urlopen(f"http://{server.address}{path}", timeout=30) as answer:
        return answer.read()


def listed(server, path="/api/filtering_terms"):
    return {t["id"]: t for t in json.loads(bytes_of(server, path))["response"]["filteringTerms"]}


def serve(suite, store, *policy):
    config = suite.write("server.conf", "base_url = http://beacon.example.org/api\n")
    server = beacon_http.Server(suite, store, "--config", config, *policy)
    if server.address is None:
        suite.check("the server listens", True, False, server.said())
    return server


def check_one_record(suite):
    paths = ("/api/filtering_terms", "/api/datasets/d/filtering_terms", "/api/filtering_terms?limit=3&skip=1")
    base = serve(suite, build(suite, "base"))
    wanted = [bytes_of(base, path) for path in paths]
    worlds = [(name, build(suite, f"w{i}", change)) for i, (name, change) in enumerate(CHANGES.items())]
    worlds.append(("said of a sample", build(suite, "sample", biosample={
        "id": "s1", "individualId": "p1", "biosampleStatus": {"id": "YY:1", "label": "of a sample"}})))
    for name, store in worlds:
        server = serve(suite, store)
        suite.check(f"one person, {name}: the same bytes", wanted, [bytes_of(server, path) for path in paths])
        server.stop()
    base.stop()


def check_told(suite):
    """Listed when it would be told, and only then; of each the type that fits."""
    for name, words, threshold in (("default", (), 10), ("exact", ("--policy", suite.write("exact.conf", "counts = exact\n")), 1),
                                   ("21", ("--policy", suite.write("21.conf", "threshold = 21\nstep = 1\n")), 21)):
        store = build(suite, "told-" + name, CHANGES["a term that nobody else has"])
        server = serve(suite, store, *words)
        terms = listed(server)
        told = set()
        for code in CLASSES + OTHERS:
            if server.ask("/api/individuals?filters=" + code)[1].get("responseSummary", {}).get("exists"):
                told.add({"XP:0000082": "XP:0000002", "XP:0000092": "XP:0000002"}.get(code, code))
        suite.check(f"policy {name}: listed are those that would be told", told,
                    set(terms) - {"NCIT:C16576", "NCIT:C20197", "age", "diseases.ageOfOnset.iso8601duration"})
        wanted = {"LOINC:1-1": "alphanumeric" if threshold <= 20 else None, "YY:1": "ontology", "XP:0000002": "ontology"}
        suite.check(f"policy {name}: types", wanted, {c: terms[c]["type"] if c in terms else None for c in wanted})
        suite.check(f"policy {name}: labels are the ontology's, or told exactly",
                    ("a common thing", "unheard of" if threshold == 1 else None),
                    (terms["XP:0000002"].get("label"), terms.get("YY:2", {}).get("label")))
        suite.check(f"policy {name}: ascending", sorted(list(terms)[4:]), list(terms)[4:])
        server.stop()


def main():
    suite = harness.Suite()
    check_one_record(suite)
    check_told(suite)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
