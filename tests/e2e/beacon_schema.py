#!/usr/bin/env python3
"""Every kind of answer over HTTP against the official Beacon v2 schemas, releases 2.2.0 and 2.1.1.

Also what no schema says and clients need: one set for each dataset with its count whatever the granularity, the echo of
the request, absolute addresses in the map, and that what is hidden gives the bytes of nothing at all.
"""
import json
import os
import random
import sys
import urllib.parse
import warnings

import beacon_http
import harness
import naive_cohorts

try:
    import jsonschema
except ImportError:  # another Python came first in PATH: Debian's has the package
    if os.path.realpath(sys.executable) == os.path.realpath("/usr/bin/python3"):
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3"] + sys.argv)

warnings.filterwarnings("ignore", category=DeprecationWarning)  # RefResolver: Debian 12 has nothing newer
SCHEMAS = os.path.join(harness.DATA, "beacon-v2")
VRS = "https://w3id.org/ga4gh/schema/vrs/1.3/vrs.json"
UPSTREAM = "https://raw.githubusercontent.com/ga4gh-beacon/beacon-v2/main/"
RESPONSES = "framework/json/responses/"
VERSIONS = ("2.2.0", "2.1.1")
DOCUMENTS = {"": "beaconInfoResponse", "/info": "beaconInfoResponse", "/service-info": "ga4gh-service-info-1-0-0-schema",
             "/configuration": "beaconConfigurationResponse", "/map": "beaconMapResponse",
             "/entry_types": "beaconEntryTypesResponse", "/filtering_terms": "beaconFilteringTermsResponse",
             "/individuals/filtering_terms": "beaconFilteringTermsResponse",
             "/cohorts": "beaconCollectionsResponse", "/individuals/HG00096": "beaconBooleanResponse",
             "/biosamples": "beaconResultsetsResponse", "/runs?limit=1": "beaconResultsetsResponse",
             "/analyses": "beaconResultsetsResponse", "/datasets/kg/biosamples": "beaconResultsetsResponse",
             "/individuals/HG00096/g_variants": "beaconBooleanResponse",
             "/g_variants/22-16050075-A-G/individuals": "beaconBooleanResponse",
             "/datasets/kg/filtering_terms": "beaconFilteringTermsResponse",
             "/filtering_terms?limit=0": "beaconFilteringTermsResponse",
             "/filtering_terms?skip=1&limit=2": "beaconFilteringTermsResponse",
             "/datasets": "beaconCollectionsResponse", "/datasets/kg": "beaconCollectionsResponse",
             "/datasets?limit=0&requestedGranularity=record": "beaconCollectionsResponse",
             "/datasets?requestedGranularity=count": "beaconCountResponse",
             "/datasets?requestedGranularity=boolean": "beaconBooleanResponse"}
GRANULARITIES = {"boolean": "beaconBooleanResponse", "count": "beaconCountResponse",
                 "record": "beaconResultsetsResponse"}
REFUSED = (("/nothing", None, 404), ("/individuals/somebody/friends", None, 404), ("/datasets/nothing", None, 404),
           ("/individuals?banana=1", None, 400), ("/individuals?filters=banana", None, 400),
           ("/individuals?datasetIds=nothing", None, 400), ("/info?limit=1", None, 400),
           ("/g_variants?referenceName=22&start=1&end=2&assemblyId=T2T", None, 400),
           ("/individuals", {"meta": {"apiVersion": "2.0"}, "query": {"filters": [{"id": "HP:1", "scope": "moon"}]}}, 400),
           ("/individuals", {"meta": {"apiVersion": "2.0"}, "query": {"requestedGranularity": "all"}}, 400),
           ("/map", {}, 405))


def with_addresses(schema, address):
    """The schema with every reference made absolute, so that it means the same wherever it is used."""
    if isinstance(schema, dict):
        return {k: urllib.parse.urljoin(address, v) if k == "$ref" else with_addresses(v, address)
                for k, v in schema.items()}
    return [with_addresses(x, address) for x in schema] if isinstance(schema, list) else schema


class Schemas:
    """The schemas of one release, each known under the address that it has upstream."""

    def __init__(self, version):
        with open(os.path.join(SCHEMAS, "vrs/1.3/vrs.json"), encoding="utf-8") as fh:
            self.store = {VRS: with_addresses(json.load(fh), VRS)}
        self.add("")
        if version != "2.2.0":
            self.add(f"v{version}-differences")

    def add(self, below):
        top = os.path.join(SCHEMAS, below)
        for folder, folders, names in os.walk(top):
            if folder == SCHEMAS and not below:
                folders[:] = [f for f in folders if not f.startswith("v")]
            for name in names:
                if name.endswith(".json"):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as fh:
                        schema = json.load(fh)
                    address = UPSTREAM + os.path.relpath(path, top)
                    self.store[address] = with_addresses(schema, address)

    def faults(self, name, document):
        schema = self.store[UPSTREAM + name + ".json"]
        resolver = jsonschema.RefResolver("", schema, store=self.store)
        found = jsonschema.Draft202012Validator(schema, resolver=resolver).iter_errors(document)
        return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in found][:5]


class Judge:
    def __init__(self, suite):
        self.suite = suite
        self.releases = {v: Schemas(v) for v in VERSIONS}

    def valid(self, what, schema, document, versions=VERSIONS):
        for version in versions:
            self.suite.check(f"{what}: {schema.split('/')[-1]} of {version}", [],
                             self.releases[version].faults(schema, document))


    def records(self, what, records):
        for record in records:
            self.valid(what, "models/json/beacon-v2-default-model/genomicVariations/defaultSchema", record)


def shapes(path, parameters, filters, granularity, include):
    """The same question in every form that clients use: (name, address, body)."""
    def body(parameters):
        return {"meta": {"apiVersion": "2.0", "requestedSchemas": []},
                "query": {"requestParameters": parameters, "filters": [{"id": f, "scope": "individual"} for f in filters],
                          "requestedGranularity": granularity, "includeResultsetResponses": include,
                          "pagination": {"skip": 0, "limit": 1}, "testMode": False}}
    texts = {k: [str(x) for x in v] if isinstance(v, list) else str(v) for k, v in parameters.items()}
    yield "nested", path, body({"g_variant": parameters, "datasets": {"datasetIds": ["kg"]}})
    yield "flat", path, body(parameters)
    yield "texts", path, body(texts)
    words = {k: ",".join(v) if isinstance(v, list) else v for k, v in texts.items()}
    words.update(filters=",".join(filters), requestedGranularity=granularity, includeResultsetResponses=include)
    yield "get", path + "?" + urllib.parse.urlencode({k: v for k, v in words.items() if v}, safe=",:"), None


def check_answer(judge, name, document, granularity, include):
    suite, meta = judge.suite, document.get("meta", {})
    returned = meta.get("returnedGranularity")
    is_hidden = granularity != "boolean" and returned == "boolean"
    judge.valid(name, RESPONSES + GRANULARITIES.get(returned, "beaconErrorResponse"), document)
    judge.valid(name, RESPONSES + "beaconResultsetsResponse", document,
                VERSIONS if returned in ("count", "record") and include != "ALL" else ("2.2.0",))
    suite.check(name + ": the request is echoed", (granularity, include),
                (meta["receivedRequestSummary"]["requestedGranularity"],
                 meta["receivedRequestSummary"]["includeResultsetResponses"]))
    summary, sets = document["responseSummary"], document["response"]["resultSets"]
    wanted = [] if include == "NONE" or (include == "HIT") != summary["exists"] and include != "ALL" else ["kg"]
    suite.check(name + ": the sets are those asked for", wanted, [s["id"] for s in sets])
    numbers = [k for s in (summary, *sets) for k in s if k in ("numTotalResults", "resultsCount", "countPrecision")]
    if returned == "boolean":
        suite.check(name + ": no number", [], numbers)
    else:
        suite.check(name + ": the set has the count", [summary["numTotalResults"]] * len(sets),
                    [s["resultsCount"] for s in sets])
    granted = granularity if granularity != "record" or "/g_variants" in name.split()[1] else "count"
    suite.check(name + ": granularity", True, is_hidden or returned == granted)
    for found in sets:
        judge.records(name + ": a record", found["results"])
        n = len(found["results"])
        suite.check(name + ": records where there are some", True,
                    n == min(meta["receivedRequestSummary"]["pagination"]["limit"], found["resultsCount"]) if returned == "record" and include != "MISS" else n == 0, n)
    suite.check(name + ": the policy is named", True, bool(document["info"]["policy"]))


def check_counts(judge, server, allele):
    start0, _, ref, alt, _ = allele
    one = {"assemblyId": "GRCh37", "referenceName": "22", "start": [start0], "referenceBases": ref, "alternateBases": alt}
    span = {"assemblyId": "hg19", "referenceName": "refseq:NC_000022.10", "start": [start0], "end": [start0 + 500]}
    asked = [("/individuals", one, []), ("/individuals", {}, ["NCIT:C16576"]), ("/individuals", {}, []),
             ("/individuals", span, ["ICD10:J45"]), ("/g_variants", span, []), ("/datasets/kg/g_variants", one, []),
             ("/datasets/kg/individuals", one, ["NCIT:C16576"])]
    for path, parameters, filters in asked:
        for granularity in ("boolean", "count", "record"):
            for include in ("HIT", "MISS", "ALL", "NONE"):
                for shape, address, body in shapes(path, parameters, filters, granularity, include):
                    if shape != "nested" and (granularity, include) not in (("count", "HIT"), ("record", "ALL")):
                        continue
                    name = f"{shape} {path} {sorted(parameters)} {filters} {granularity} {include}"
                    if shape == "nested":
                        judge.valid(name + ": the request", "framework/json/requests/beaconRequestBody", body)
                    status, document = server.ask("/api" + address, body)
                    if judge.suite.check(name + ": status", 200, status, document):
                        check_answer(judge, name, document, granularity, include)


def check_map(suite, server):
    """Every address is answered; of cohorts there are none here."""
    document = server.ask("/api/map")[1]["response"]["endpointSets"]
    ids = {"dataset": "kg", "genomicVariant": "22-16050075-A-G"}
    for name, entry in document.items():
        urls = [entry["rootUrl"], entry.get("singleEntryUrl", ""), *(e["url"] for e in entry["endpoints"].values())]
        for url in filter(None, urls):
            base, _, path = url.partition("/api")
            suite.check(f"{url} is absolute", f"http://{server.address}", base)
            status = server.ask("/api" + path.replace("{id}", ids.get(name, "HG00096")))[0]
            suite.check(f"{url} is answered", 404 if name == "cohort" and "{id}" in path else 200, status)


def check_hidden(suite, server, naive):
    """0 people and 1 to 9: the same bytes but for the echo of the question."""
    few = next(a for a in naive.alleles if 0 < len(a[4]) < 10)
    none = list(few)
    none[3] = next(b for b in "ACGT" if b not in (few[2], few[3]) and not any(
        a[0] == few[0] and a[3] == b for a in naive.alleles))
    for granularity in ("boolean", "count", "record"):
        for include in ("HIT", "MISS", "ALL", "NONE"):
            for path in ("individuals", "g_variants"):
                answers = []
                for start0, _, ref, alt, *_ in (few, none):
                    body = beacon_http.individuals({"assemblyId": "GRCh37", "referenceName": "22", "start": [start0],
                                                    "referenceBases": ref, "alternateBases": alt}, granularity=granularity)
                    body["query"]["includeResultsetResponses"] = include
                    status, document = server.ask("/api/" + path, body)
                    document["meta"].pop("receivedRequestSummary")
                    answers.append((status, json.dumps(document)))
                suite.check(f"/{path} {granularity} {include}: {len(few[4])} people look like nobody", answers[1],
                            answers[0])


def main():
    suite = harness.Suite()
    judge = Judge(suite)
    store = suite.path("store")
    folder = os.path.dirname(harness.SLICE)
    for words in (["import", "-d", store, "--dataset", "kg", "--assembly", "GRCh37", harness.SLICE],
                  ["people", "-d", store, "--dataset", "kg", folder + "/cineca_individuals.json.gz"],
                  ["ontology", "-d", store, folder + "/terms.obo"]):
        done = suite.run(*words)
        suite.check(words[0] + " exits", 0, done.code, done.said())
    naive = naive_cohorts.Naive()
    common = random.Random(1).choice([a for a in naive.alleles if len(a[4]) > 50 and len(a[2]) == len(a[3]) == 1])
    for policy in ("exact", "rounded"):
        server = beacon_http.Server(suite, store, "--policy", suite.write(policy + ".conf", f"counts = {policy}\n"))
        if not suite.check(f"{policy}: the server listens", True, server.address is not None, server.said()):
            continue
        for path, schema in DOCUMENTS.items():
            status, document = server.ask("/api" + path)
            suite.check(f"{policy} {path}: status", 200, status)
            judge.valid(f"{policy} {path}", RESPONSES + schema, document)
        for dataset in server.ask("/api/datasets")[1]["response"]["collections"]:
            judge.valid(f"{policy} a dataset", "models/json/beacon-v2-default-model/datasets/defaultSchema", dataset)
        for path, body, wanted in REFUSED:
            status, document = server.ask("/api" + path, body)
            suite.check(f"{path} {body}: status", (wanted, wanted), (status, document["error"]["errorCode"]))
            judge.valid(f"{path} {body}", RESPONSES + "beaconErrorResponse", document)
        check_counts(judge, server, common)
        check_map(suite, server)
        if policy == "rounded":
            check_hidden(suite, server, naive)
        suite.check(f"{policy}: SIGTERM ends it", 0, server.stop(), server.said()[-500:])
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
