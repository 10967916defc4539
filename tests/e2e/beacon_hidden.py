#!/usr/bin/env python3
"""What the policy hides leaves no trace over HTTP, with two datasets.

Two worlds differ only in what is hidden: in one, alleles, a term and measured values belong to one to nine people of a
dataset; in the other to nobody, and some of the alleles are in no file. Every request is put to a server over each, twice, so
that the second answer is a kept one. All answers must have the same bytes: no number, no length, no exists, no order.
"""
import itertools
import json
import sys
import urllib.parse

import beacon_http
import harness

N_ONE, N_TWO = 60, 45
CONFIG = "base_url = http://beacon.example.org/api\n"
TOLD, HIDDEN_FEW, HIDDEN_NINE, HIDDEN_BOTH, PART, ABSENT = 1000, 2000, 3000, 4000, 5000, 9000

# start0: carriers in each dataset, as (one, two), where the hidden are and where they are not; None: no such record
ALLELES = {
    TOLD: ((30, 22), (30, 22)),           # both parts are told
    HIDDEN_FEW: ((1, 0), None),           # one carrier, or no record
    HIDDEN_NINE: ((9, 0), (0, 0)),        # nine, or records of reference
    HIDDEN_BOTH: ((9, 9), (0, 0)),        # eighteen in all, and neither part may be told
    PART: ((33, 7), (31, 0)),             # 33 and 31 round to 30; the seven leave no trace in the total
}
HPO = {"HP:0001250": ((40, 20), (40, 20)), "HP:0000365": ((5, 9), (0, 0)), "HP:0003198": ((25, 3), (25, 0))}


def vcf(side, which):
    """The joint file of a dataset: the first people of it carry."""
    n = (N_ONE, N_TWO)[which]
    lines = ["##fileformat=VCFv4.2", "##contig=<ID=22,length=51304566>", '##FORMAT=<ID=GT,Number=1,Type=String,Description="">',
             "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"] +
                       [f"{'ab'[which]}{i}" for i in range(n)])]
    for start0, sides in sorted(ALLELES.items()):
        if sides[side] is None:
            continue
        calls = ["0/1" if i < sides[side][which] else "0/0" for i in range(n)]
        lines.append("\t".join(["22", str(start0 + 1), ".", "A", "G", ".", "PASS", ".", "GT"] + calls))
    return "\n".join(lines) + "\n"


def people(side, which):
    n = (N_ONE, N_TWO)[which]
    lines = ["individual\tsex\tage\tphenotypes\tLOINC:3141-9"]
    for i in range(n):
        terms = [t for t, sides in HPO.items() if i < sides[side][which]]
        weight = "70" if side == 0 and i < 8 else "."
        lines.append(f"{'ab'[which]}{i}\t{'female' if i % 2 else 'male'}\t{20 + i}\t{';'.join(terms) or '.'}\t{weight}")
    return "\n".join(lines) + "\n"


def build(suite, side):
    store = suite.path(f"store-{side}")
    for which, dataset in enumerate(("one", "two")):
        for words in (["import", "-q", "-d", store, "--dataset", dataset, "--assembly", "GRCh37", "--gate", "none",
                       suite.write(f"{side}/{dataset}.vcf", vcf(side, which))],
                      ["people", "-q", "-d", store, "--dataset", dataset,
                       suite.write(f"{side}/{dataset}.tsv", people(side, which))]):
            done = suite.run(*words)
            suite.check(f"world {side}: {words[0]} into {dataset}", 0, done.code, done.said())
    return store


def variants():
    """Parameters of what is asked; hidden carriers are among those of the told allele, so that unions are the same."""
    yield {}
    for start0 in (*ALLELES, ABSENT):
        yield {"start": [start0], "referenceBases": "A", "alternateBases": "G"}
    yield {"start": [HIDDEN_FEW], "alternateBases": "G"}
    yield {"start": [HIDDEN_NINE - 500], "end": [HIDDEN_BOTH + 500]}
    yield {"start": [0], "end": [PART - 500]}
    yield {"start": [HIDDEN_FEW, HIDDEN_BOTH + 1], "end": [HIDDEN_FEW, HIDDEN_BOTH + 2]}
    yield {"start": [HIDDEN_FEW - 100], "end": [HIDDEN_FEW + 100], "variantType": "SNP"}


FILTERS = ([], ["HP:0001250"], ["HP:0000365"], ["HP:0003198"], ["NCIT:C16576"], ["HP:0000365", "NCIT:C16576"],
           [["HP:0000365", "HP:0003198"]], ["LOINC:3141-9:>50"], ["age:>=P20Y"])


def as_filter(text):
    if isinstance(text, list):
        return [as_filter(t) for t in text]
    if text.startswith("LOINC"):
        return {"id": "LOINC:3141-9", "operator": ">", "value": "50"}
    return {"id": text}


def is_same_people(parameters, filters):
    """Unions with hidden people may be told otherwise where they are large enough to be told."""
    return not (filters and isinstance(filters[0], list))


def bodies():
    for parameters, filters in itertools.product(variants(), FILTERS):
        if not is_same_people(parameters, filters) and parameters:
            continue
        for granularity, include in (("boolean", "ALL"), ("count", "HIT"), ("count", "MISS"), ("count", "ALL"), ("record", "ALL"),
                                     ("count", "NONE")):
            words = {"assemblyId": "GRCh37", "referenceName": "22", **parameters} if parameters else {}
            yield {"meta": {"apiVersion": "2.0"},
                   "query": {"requestParameters": words, "filters": [as_filter(f) for f in filters],
                             "requestedGranularity": granularity, "includeResultsetResponses": include}}
    for datasets in (["one"], ["two"], ["one", "two"]):
        for start0 in ALLELES:
            yield {"meta": {"apiVersion": "2.0"},
                   "query": {"requestParameters": {"assemblyId": "GRCh37", "referenceName": "22", "start": [start0],
                                                   "referenceBases": "A", "alternateBases": "G", "datasetIds": datasets},
                             "includeResultsetResponses": "ALL"}}


def gets():
    for path in ("", "/info", "/service-info", "/configuration", "/map", "/entry_types", "/filtering_terms",
                 "/individuals/filtering_terms", "/g_variants/filtering_terms", "/datasets/filtering_terms", "/datasets",
                 "/datasets/one", "/datasets/two", "/datasets/one/filtering_terms", "/datasets/two/filtering_terms",
                 "/individuals", "/g_variants", "/datasets/two/individuals", "/datasets/two/g_variants", "/openapi.json",
                 "/biosamples", "/runs", "/analyses", "/datasets/two/biosamples", "/datasets/two/runs", "/datasets/one/analyses",
                 "/cohorts", "/cohorts/few", "/cohorts/some", "/cohorts/few/individuals", "/cohorts/some/individuals",
                 "/cohorts/few/g_variants", "/cohorts/few/biosamples", "/cohorts/filtering_terms", "/biosamples/filtering_terms"):
        yield "/api" + path
    for name in ("a0", "b0", "nobody"):
        for path in ("individuals/", "biosamples/", "runs/", "analyses/"):
            yield f"/api/{path}{name}"
            yield f"/api/{path}{name}/g_variants"
            yield f"/api/{path}{name}/g_variants?requestedGranularity=record&includeResultsetResponses=ALL"
    for start0 in (HIDDEN_FEW, HIDDEN_NINE, HIDDEN_BOTH, ABSENT):
        for below in ("", "/individuals", "/biosamples", "?requestedGranularity=record&includeResultsetResponses=ALL"):
            yield f"/api/g_variants/22-{start0 + 1}-A-G{below}"
    for path in ("individuals", "g_variants", "datasets", "datasets/one/individuals", "datasets/two/individuals",
                 "datasets/one/g_variants", "datasets/two/g_variants"):
        for start0 in (*ALLELES, ABSENT):
            words = {"assemblyId": "GRCh37", "referenceName": "22", "start": start0, "referenceBases": "A",
                     "alternateBases": "G", "includeResultsetResponses": "ALL"}
            yield f"/api/{path}?{urllib.parse.urlencode(words)}"
            yield f"/api/{path}?{urllib.parse.urlencode({**words, 'filters': 'HP:0000365'})}"
        for term in HPO:
            yield f"/api/{path}?filters={term}"


def requests():
    for path in gets():
        yield path, None
    for body in bodies():
        for path in ("individuals", "g_variants", "datasets", "datasets/one/individuals", "datasets/two/g_variants"):
            if path.startswith("datasets/") and "datasetIds" in body["query"]["requestParameters"]:
                continue
            yield "/api/" + path, body


def numbers_of(document):
    """Every number of people or alleles that an answer tells."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name in ("numTotalResults", "resultsCount", "individuals", "genomes") and isinstance(value, int):
                yield name, value
            elif name not in ("meta", "info"):
                yield from numbers_of(value)
    elif isinstance(document, list):
        for value in document:
            yield from numbers_of(value)


def check_worlds(suite, servers):
    """Both worlds answer with the same bytes, fresh and kept; what is told is a multiple of ten."""
    different, odd, n, refused = [], [], 0, []
    for path, body in requests():
        answers = [server.bytes_of(path, body) for server in servers for _ in range(2)]
        n += 1
        if answers[0][0] != 200:
            refused.append(json.loads(answers[0][1])["error"]["errorMessage"])
        if len(set(answers)) != 1:
            different.append((path, json.dumps(body), *answers[::2]))
        if "g_variants" in path or path.startswith(("/api/datasets", "/api/cohorts")) and "individuals" not in path:
            continue  # numbers of alleles and of datasets
        odd += [(path, body, name, value) for name, value in numbers_of(json.loads(answers[0][1])) if value % 10 or not value]
    suite.check(f"{n} requests: what is hidden leaves no trace", [], different[:2])
    suite.check("and every number that is told is rounded", [], odd[:2])
    # The values belong to eight people at most, so their prefix is as unknown as one that nobody has.
    suite.check("refused were only hidden values", {"nothing here knows terms like LOINC:3141-9: the prefixes known here are HP, NCIT, PATO"}, set(refused))


def one_allele(start0):
    return {"meta": {"apiVersion": "2.0"},
            "query": {"requestParameters": {"assemblyId": "GRCh37", "referenceName": "22", "start": [start0],
                                            "referenceBases": "A", "alternateBases": "G"},
                      "includeResultsetResponses": "ALL"}}


def check_told(suite, server):
    """The test would see something: what may be told is told, part by part."""
    for start0, total, parts in ((TOLD, 50, [30, 20]), (PART, 30, [30, None]), (HIDDEN_BOTH, None, [None, None])):
        document = server.ask("/api/individuals", one_allele(start0))[1]
        summary = document["responseSummary"]
        sets = document["response"]["resultSets"]
        suite.check(f"{start0}: the total and its parts", (total, total is not None, parts),
                    (summary.get("numTotalResults"), summary["exists"], [s.get("resultsCount") for s in sets]))
        suite.check(f"{start0}: exists goes with the number", [p is not None for p in parts], [s["exists"] for s in sets])


def check_exact(suite, store):
    """The same store, another policy: a kept answer of one policy is never one of another."""
    server = Server(suite, store, "--policy", suite.write("exact.conf", "counts = exact\n"))
    for _ in range(2):
        document = server.ask("/api/individuals", one_allele(HIDDEN_BOTH))[1]
        suite.check("under the exact policy there are eighteen", (18, [9, 9]),
                    (document["responseSummary"].get("numTotalResults"),
                     [s.get("resultsCount") for s in document["response"]["resultSets"]]))
    suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])


class Server(beacon_http.Server):
    def bytes_of(self, path, body):
        """Status and bytes of an answer, with its headers but for the date."""
        import http.client
        host, port = self.address.rsplit(":", 1)
        if not hasattr(self, "connection"):
            self.connection = http.client.HTTPConnection(host, int(port), timeout=60)
        text = None if body is None else json.dumps(body)
        self.connection.request("GET" if body is None else "POST", path, text, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        headers = tuple((k, v) for k, v in answer.getheaders() if k != "Date")
        return answer.status, answer.read(), headers


def main():
    suite = harness.Suite()
    stores = [build(suite, side) for side in (0, 1)]
    cohorts = suite.write("cohorts.conf", "few = HP:0000365\nsome = HP:0001250\n")
    config = suite.write("server.conf", CONFIG + f"cohorts = {cohorts}\n")
    servers = [Server(suite, store, "--config", config) for store in stores]
    if not suite.check("the servers listen", True, all(s.address for s in servers), servers[0].said()):
        return suite.close()
    check_told(suite, servers[0])
    check_worlds(suite, servers)
    for server in servers:
        suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])
    check_exact(suite, stores[0])
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
