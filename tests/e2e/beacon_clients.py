#!/usr/bin/env python3
"""What the clients in use send, written as they write it, and what each of them reads of the answer.

Portal: body with nulls, numbers as texts, record granularity; it reads result sets with a count above 0, of
variants the frequencies of their records, of people no records. Facade: GET with ALL; it reads exists of each set, and members of /info without looking whether they are there.
Pages of EGA and ELIXIR: filters with labels and wildcards, scopes in the plural. bycon's page: GET, words about the
layout, terms behind "!". Examples of the specification: members beside query, an empty list for an object.
EGA-archive/beacon2-ri-api#200: a filter that is not understood answers everybody; ga4gh-beacon/beacon-v2#79: ids of
values; EBISPOT/efo#1941, ga4gh/vrs#404: levels of copy number that VCF has no word for.
"""
import json
import sys

import beacon_http
import harness

HEAD = '##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
PEOPLE = ["P1", "P2", "P3", "P4", "P5", "P6"]
OLD = [(1000, "A", "G", ["0/1", "1/1", "0/0", "0/0", "0/0", "0/1"]), (2000, "CAG", "C", ["0/1"] + ["0/0"] * 5),
       (3000, "T", "TAA", ["0/0"] * 5 + ["0/1"])]
NEW = [(1100, "A", "G", ["0/1", "0/1"]), (2100, "C", "T", ["0/1", "0/0"])]
ALLELE = {"referenceName": "22", "start": "999", "end": "1000", "referenceBases": "A", "alternateBases": "G", "assemblyId": "GRCh37"}


def vcf(samples, rows):
    text = HEAD + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(samples) + "\n"
    return text + "".join(f"22\t{p}\t.\t{r}\t{a}\t.\tPASS\t.\tGT\t" + "\t".join(g) + "\n" for p, r, a, g in rows)


def person(i):
    one = {"id": f"P{i}", "sex": {"id": "NCIT:C16576" if i % 2 else "NCIT:C20197"},
           "ethnicity": {"id": "NCIT:C42331", "label": "African"} if i < 3 else {"id": "NCIT:C41261", "label": "White British"},
           "measures": [{"assayCode": {"id": "LOINC:3141-9", "label": "Weight"}, "measurementValue": {"value": 60 + 5 * i}}]}
    if i < 4:
        one["diseases"] = [{"diseaseCode": {"id": "ICD10:E66"}, "ageOfOnset": {"age": {"iso8601duration": f"P{30 + i}Y"}}}]
    return one


def portal(parameters=None, *filters):
    return {"meta": {"apiVersion": "2.0", "requestedSchemas": []},
            "query": {"requestParameters": parameters, "filters": list(filters), "includeResultsetResponses": "HIT",
                      "requestedGranularity": "record", "testMode": False,
                      "pagination": {"skip": 0, "limit": 1, "currentPage": None, "nextPage": None, "previousPage": None}}}


def chosen(name, **more):
    return {"id": name, "scope": "individual", **more}


ONSET = "diseases.ageOfOnset.iso8601duration"
BESIDE = {"meta": {"apiVersion": "2.0"}, "query": {"filters": [{"id": "NCIT:C16576"}]}, "requestedGranularity": "count",
          "pagination": {"skip": 0, "limit": 10}}
RANGE = "/g_variants?referenceName=22&start=0&end=5000&assemblyId=GRCh37"
ASKED = [  # (who, path, body, counts by dataset; words of the refusal)
    ("portal: sex", "/individuals", portal(None, chosen("NCIT:C16576")), {"old": 3}),
    ("portal: onset", "/individuals", portal(None, chosen(ONSET, operator=">=", value="P32Y")), {"old": 2}),
    ("portal: onset without its P", "/individuals", portal(None, chosen(ONSET, operator="<", value="32Y")), {"old": 1}),
    ("portal: a code that nobody has", "/individuals", portal(None, chosen("ICD10:C18.2")), {}),
    ("portal: gene, no assembly", "/individuals", portal({"geneId": "POTEH"}), {"old": 3, "new": 2}),
    ("portal: variant", "/individuals", portal(dict(ALLELE, variantType="SNP")), {"old": 3}),
    ("portal: variant, fields left empty", "/individuals", portal(dict(ALLELE, end="", variantType="")), {"old": 3}),
    ("portal: variant and sex", "/individuals", portal(ALLELE, chosen("NCIT:C16576")), {"old": 1}),
    ("portal: the form without chromosome", "/individuals", portal({k: v for k, v in ALLELE.items() if k != "referenceName"}), "referenceName"),
    ("portal: frequencies", "/g_variants", portal(dict(ALLELE, start=["999"])), {"old": 1}),
    ("portal: all", "/g_variants", portal(), {"old": 3, "new": 2}),
    ("portal: a list for no parameters", "/individuals", portal([], chosen("NCIT:C16576")), {"old": 3}),
    ("specification: members beside query", "/individuals", BESIDE, {"old": 3}),
    ("facade: ALL", "/g_variants?referenceName=22&start=999&referenceBases=A&alternateBases=G&assemblyId=GRCh37&includeResultsetResponses=ALL",
     None, {"old": 1, "new": 0}),
    ("EGA: part of a label", "/individuals", portal(None, chosen("ethnicity", operator="=", value="%British%")), {"old": 4}),
    ("EGA: not part of a label", "/individuals", portal(None, chosen("ethnicity", operator="!", value="%british")), {"old": 2}),
    ("EGA: ends of a label", "/individuals", portal(None, chosen("ethnicity", operator="=", value="a%an")), {"old": 2}),
    ("EGA: weight", "/individuals", portal(None, chosen("LOINC:3141-9", operator=">", value="75.3")), {"old": 3}),
    ("EGA: scope of variants", "/g_variants", portal(None, {"id": "NCIT:C16576", "scope": "genomicVariations"}), {"old": 2}),
    ("EGA: a term with its label", "/individuals", portal(None, {"type": "ontology", "id": "ICD10:E66", "label": "obesity", "scopes": ["individual"]}),
     {"old": 3}),
    ("ELIXIR: texts for truth", "/individuals", portal(None, chosen("ICD10:E66", includeDescendantTerms="true", similarity="exact")), {"old": 3}),
    ("ELIXIR: a word", "/individuals?filters=sex=female", None, {"old": 3}),
    ("ELIXIR: biosamples", "/biosamples", None, {"old": 6, "new": 2}),
    ("ELIXIR: runs", "/runs?limit=1", portal(), {"old": 6, "new": 2}),
    ("ELIXIR: analyses", "/analyses", None, {"old": 6, "new": 2}),
    ("bycon: biosamples", "/biosamples?includeHandovers=true&requestedGranularity=aggregated&filters=NCIT:C16576", None, {"old": 3}),
    ("bycon: everybody else", "/individuals?filters=!ICD10:E66", None, {"old": 3, "new": 2}),
    ("bycon: any change", RANGE + "&variantType=SO:0001059", None, {"old": 3}),
    ("bycon: onset", "/individuals?filters=ageAtDiagnosis:<=P32Y&filterLogic=AND", None, {"old": 2}),
    ("bycon: a bracket", "/g_variants?referenceName=refseq:NC_000022.10&start=0,5000&end=0,6000&variantType=EFO:0030067", None, {"old": 1}),
    ("a level of loss", RANGE + "&variantType=EFO:0030068", None, "EFO:0030067"),
    ("a level of gain", RANGE + "&variantType=efo:0030072", None, "EFO:0030070"),
    ("a word that is no type", RANGE + "&variantType=banana", None, "banana"),
    ("a place in two assemblies", "/g_variants?referenceName=22&start=0&end=5000", None, "GRCh37, GRCh38"),
    ("a gene of no table", "/individuals?geneId=NOSUCH", None, "NOSUCH"),
    ("a prefix that means nothing here", "/individuals?filters=XYZ:1", None, "XYZ:1"),
    ("a filter that is none", "/individuals?filters=banana", None, "banana"),
    ("a parameter that is none", "/individuals?banana=1", None, "banana"),
    ("OR for AND", "/individuals?filters=NCIT:C16576&filterLogic=OR", None, "filterLogic"),
    ("an assembly that is not here", RANGE.replace("GRCh37", "T2T"), None, "GRCh37"),
]


def is_read(source):
    """The portal adds up what is in the row Total, and shows the chromosome that stands in sequence_id."""
    rows = {row["population"]: row for row in source["frequencies"]}
    return {"alleleFrequency", "alleleCount", "alleleNumber"} <= set(rows["Total"])


def check(suite, server, path, body, name, wanted):
    if body is not None:
        path = path.partition("?")[0]
    status, document = server.ask("/api" + path, body)
    if isinstance(wanted, str):
        said = document.get("error", {}).get("errorMessage", "")
        suite.check(name, (400, True), (status, wanted in said), document)
        return
    sets = document.get("response", {}).get("resultSets", [])
    suite.check(name, (200, wanted), (status, {s["id"]: s["resultsCount"] for s in sets}), document)
    n_records = 1 if path == "/g_variants" and body is not None else 0  # of a page of one
    suite.check(name + ": what is read of the sets", [("dataset", n > 0, n_records, n) for n in wanted.values()],
                [(s["setType"], s["exists"], len(s["results"]), s["resultsCount"]) for s in sets])
    suite.check(name + ": what is read of records", [True] * n_records * len(sets),
                [all(is_read(f) for f in r["frequencyInPopulations"]) and "value" in r["variation"]["location"]["interval"]["start"]
                 for s in sets for r in s["results"]])
    suite.check(name + ": no set twice", len({s["id"] for s in sets}), len(sets))
    suite.check(name + ": the total", any(wanted.values()), document["responseSummary"]["exists"])


def main():
    suite = harness.Suite()
    store = suite.path("store")
    genes = "gene_id\tgene_symbol\tchrom\tstart\tend\nENSG1\tPOTEH\t22\t%s\n"
    steps = [["import", "--dataset", "old", "--assembly", "GRCh37", suite.write("old.vcf", vcf(PEOPLE, OLD))],
             ["import", "--dataset", "new", "--assembly", "GRCh38", suite.write("new.vcf", vcf(["Q1", "Q2"], NEW))],
             ["people", "--dataset", "old", suite.write("people.json", json.dumps([person(i) for i in range(1, 7)]))],
             ["genes", "--assembly", "GRCh37", suite.write("old.tsv", genes % "900\t2500")],
             ["genes", "--assembly", "GRCh38", suite.write("new.tsv", genes % "1050\t1500")]]
    for words in steps:
        done = suite.run(words[0], "-d", store, *words[1:])
        suite.check(" ".join(words[:3]), 0, done.code, done.err)
    server = beacon_http.Server(suite, store, "--policy", suite.write("exact.conf", "counts = exact\n"))
    if suite.check("the server listens", True, server.address is not None, server.said()):
        for name, path, body, wanted in ASKED:
            check(suite, server, path, body, name, wanted)
        info = server.ask("/api/info")[1]["response"]
        suite.check("facade: the list of members", True, all(isinstance(x, str) for x in (
            info["alternativeUrl"], info["organization"]["logoUrl"], info["environment"], info["name"], info["id"])))
        suite.check("network: no entry without singleEntryUrl", [],
                    [k for k, e in server.ask("/api/map")[1]["response"]["endpointSets"].items() if "singleEntryUrl" not in e])
        suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])
    suite.check("part of a label on the command line", 4, suite.count(store, 'ancestry="%British"'))
    suite.check("a part that no label has", 2, suite.run("count", "-d", store, 'ancestry="%zz%"').code)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
