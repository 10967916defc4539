#!/usr/bin/env python3
"""One node with genomes of two assemblies, and a dataset of both: questions without an assembly against sets in Python.

What names no place is asked of each dataset in its own assemblies, and a dataset of two counts a person once; what names
a place is refused with the names, unless an accession, the datasets asked for or assemblyId say which.

ga4gh-beacon/specification#3: a question had to be sent once for each assembly, and its answers put together by hand.
ga4gh-beacon/specification#99: one dataset may be mapped to several assemblies.
"""
import json
import random
import sys

import beacon_http
import harness

HEAD = '##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
GENES = {"GRCh37": {"AAA1": (900, 3000), "BBB2": (5000, 6000)}, "GRCh38": {"AAA1": (1400, 2600), "CCC3": (7000, 9000)}}
DATASETS = {"old": ["GRCh37"], "new": ["GRCh38"], "both": ["GRCh37", "GRCh38"]}
SEED = 20261130


class Cohort:
    """Drawn genotypes: alleles[dataset][assembly] is {(start0, ref, alt): carriers}."""

    def __init__(self, rng):
        self.rng, self.alleles, self.people = rng, {}, {}
        for dataset, assemblies in DATASETS.items():
            self.people[dataset] = [f"{dataset}{i}" for i in range(8)]
            self.alleles[dataset] = {a: self.draw(self.people[dataset]) for a in assemblies}

    def draw(self, people):
        alleles = {}
        for start0 in sorted(self.rng.sample(range(100, 9900, 7), 24)):
            ref, alt = self.rng.choice((("A", "G"), ("C", "T"), ("C", "CAT"), ("GTT", "G")))
            alleles[start0, ref, alt] = {p for p in people if self.rng.random() < 0.3}
        return alleles

    def vcf(self, dataset, assembly, people):
        text = HEAD + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(people) + "\n"
        for (start0, ref, alt), who in self.alleles[dataset][assembly].items():
            text += f"22\t{start0 + 1}\t.\t{ref}\t{alt}\t.\tPASS\t.\tGT\t"
            text += "\t".join("0/1" if p in who else "0/0" for p in people) + "\n"
        return text

    def carriers(self, dataset, keep):
        return set().union(*(who for assembly, alleles in self.alleles[dataset].items()
                             for key, who in alleles.items() if keep(assembly, *key)))

    def n_alleles(self, dataset, keep, within=None):
        return sum(keep(assembly, *key) and (within is None or bool(who & within))
                   for assembly, alleles in self.alleles[dataset].items() for key, who in alleles.items())


def in_gene(name):
    def keep(assembly, start0, ref, alt):
        at = GENES[assembly].get(name)
        return at is not None and start0 < at[1] and start0 + len(ref) > at[0]
    return keep


KINDS = {"SNP": lambda a, s, r, t: len(r) == len(t), "insertion": lambda a, s, r, t: len(t) > len(r),
         "SO:0000159": lambda a, s, r, t: len(t) < len(r)}


def questions():
    """(parameters, the same in the language, does an allele satisfy it?, assemblies that lack what is named)"""
    yield {}, "all", lambda *a: True, []
    yield {"geneId": "AAA1"}, "gene=AAA1", in_gene("AAA1"), []
    yield {"geneId": "BBB2"}, "gene=BBB2", in_gene("BBB2"), ["GRCh38"]
    yield {"geneId": "CCC3"}, "gene=CCC3", in_gene("CCC3"), ["GRCh37"]
    yield {"referenceName": "chr22"}, "region=22", lambda *a: True, []
    yield {"variantMinLength": 3}, "length>=3", lambda a, s, r, t: max(len(r), len(t)) >= 3, []
    for word, keep in KINDS.items():
        yield {"variantType": word}, f'type="{word}"', keep, []
        yield {"geneId": "AAA1", "variantType": word}, f'gene=AAA1 and type="{word}"', \
            lambda *a, k=keep: k(*a) and in_gene("AAA1")(*a), []


def body(parameters, filters=(), path="individuals"):
    return {"meta": {"apiVersion": "2.0"},
            "query": {"requestParameters": parameters, "filters": list(filters), "requestedGranularity": "count",
                      "includeResultsetResponses": "ALL"}}


def check_people(suite, server, cohort, female):
    for parameters, text, keep, lacking in questions():
        for filters, within in (([], None), (["NCIT:C16576"], female)):
            want = {d: cohort.carriers(d, keep) & (within or set(cohort.people[d])) for d in DATASETS}
            if not parameters:
                want = {d: set(cohort.people[d]) & (within or set(cohort.people[d])) for d in DATASETS}
            status, answer = server.ask("/api/individuals", body(parameters, filters))
            got = {s["id"]: s["resultsCount"] for s in answer["response"]["resultSets"]} if status == 200 else answer
            suite.check(f"people {parameters} {filters}", {d: len(w) for d, w in want.items()}, got)
            left_out = [w for w in answer.get("info", {}).get("warnings", []) if w["code"] == "assembly-left-out"]
            suite.check(f"people {parameters} {filters}: what was not asked", lacking,
                        [a for a in GENES if any(f"in {a}," in w["text"] for w in left_out)])
            want = {d: cohort.n_alleles(d, keep, within and within & set(cohort.people[d])) for d in DATASETS}
            status, answer = server.ask("/api/g_variants", body(parameters, filters))
            got = {s["id"]: s["resultsCount"] for s in answer["response"]["resultSets"]} if status == 200 else answer
            suite.check(f"alleles {parameters} {filters}", want, got)
            suite.check(f"alleles {parameters} {filters}: in all", sum(want.values()),
                        status == 200 and answer["responseSummary"]["numTotalResults"])


def check_language(suite, store, cohort):
    for _, text, keep, _ in questions():
        carriers = set().union(*(cohort.carriers(d, keep) for d in DATASETS))
        everybody = set().union(*cohort.people.values())
        suite.check(f"carries({text})", len(carriers), suite.count(store, f"carries({text})"))
        suite.check(f"not carries({text})", len(everybody - carriers), suite.count(store, f"not carries({text})"))
        done = suite.run("explain", "-d", store, f"carries({text})")
        suite.check(f"explain carries({text})", 0, done.code, done.said())


def check_places(suite, server, cohort):
    start0, ref, alt = next(iter(cohort.alleles["old"]["GRCh37"]))
    one = {"referenceName": "22", "start": [start0], "referenceBases": ref, "alternateBases": alt}
    keep = lambda a, *key: (a, *key) == ("GRCh37", start0, ref, alt)
    who = {d: len(cohort.carriers(d, keep)) for d in DATASETS}
    for more in ({}, {"datasetIds": ["old", "new"]}, {"datasetIds": ["both"]}):
        for place in (one, {"referenceName": "22", "start": [start0], "end": [start0 + 9]},
                      {"referenceName": "22", "start": [0, 5000], "end": [10, 9000]}):
            status, answer = server.ask("/api/individuals", body({**place, **more}))
            said = answer.get("error", {}).get("errorMessage", "")
            suite.check(f"{place} {more}", (400, True, True), (status, "GRCh37" in said, "GRCh38" in said), answer)
    for more, wanted in (({"assemblyId": "hg19"}, who), ({"datasetIds": ["old"]}, {"old": who["old"]}),
                         ({"referenceName": "NC_000022.10"}, who)):
        for path in ("individuals", "g_variants"):
            status, answer = server.ask("/api/" + path, body({**one, **more}))
            got = {s["id"]: s["resultsCount"] for s in answer["response"]["resultSets"]} if status == 200 else answer
            want = wanted if path == "individuals" else {d: int(d != "new" and keep("GRCh37", start0, ref, alt) and
                                                                (start0, ref, alt) in cohort.alleles[d].get("GRCh37", {}))
                                                         for d in wanted}
            suite.check(f"/{path} {more}", want, got)
    status, answer = server.ask("/api/datasets/old/individuals", body(one))
    suite.check("the dataset of the path says which", (200, who["old"]),
                (status, answer.get("responseSummary", {}).get("numTotalResults")))
    status, answer = server.ask("/api/individuals", body({"geneId": "ZZZ9"}))
    suite.check("a gene of no assembly is refused", 400, status)
    status, answer = server.ask("/api/g_variants", body({"assemblyId": "GRCh36"}))
    suite.check("an assembly that nothing is of is refused", 400, status)


def main():
    suite = harness.Suite()
    print(f"# seed {SEED}")
    cohort = Cohort(random.Random(SEED))
    store = suite.path("store")
    steps = []
    for dataset, assemblies in DATASETS.items():
        people = cohort.people[dataset]
        for assembly in assemblies:
            steps.append(["import", "-d", store, "--dataset", dataset, "--assembly", assembly,
                          suite.write(f"{dataset}-{assembly}.vcf", cohort.vcf(dataset, assembly, people))])
        told = [{"id": p, "sex": {"id": "NCIT:C16576" if i % 2 else "NCIT:C20197"}} for i, p in enumerate(people)]
        steps.append(["people", "-d", store, "--dataset", dataset, suite.write(f"{dataset}.json", json.dumps(told))])
    for assembly, genes in GENES.items():
        table = "gene_id\tgene_symbol\tchrom\tstart\tend\n" + "".join(f"E{n}\t{n}\t22\t{s}\t{e}\n" for n, (s, e) in genes.items())
        steps.append(["genes", "-d", store, "--assembly", assembly, suite.write(f"{assembly}.tsv", table)])
    for words in steps:
        done = suite.run(*words)
        suite.check(" ".join(words[:1] + words[3:7]), 0, done.code, done.err)
    female = {p for people in cohort.people.values() for i, p in enumerate(people) if i % 2}
    server = beacon_http.Server(suite, store, "--policy", suite.write("exact.conf", "counts = exact\n"))
    if suite.check("the server listens", True, server.address is not None, server.said()):
        check_people(suite, server, cohort, female)
        check_places(suite, server, cohort)
        suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])
    check_language(suite, store, cohort)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
