#!/usr/bin/env python3
"""Every entry type, its single entries and all that stands below them, by GET and POST, against sets in Python; the
documents that name them; and that under a policy that hides nothing is learnt of one person.

Samples that came in two files of contigs are one each; so are genomes of one person of two assemblies.
"""
import json
import sys
import urllib.parse

import beacon_http
import beacon_schema
import format_reader
import harness

HEAD = '##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
SAMPLES = {"s1": "A", "B": "B", "C": "C", "D": "D"}
SEX = {"A": "female", "B": "male", "C": "female", "D": "male", "E": "female"}  # E has no genome
ROWS = {"22": [(1000, "A", "G", {"s1", "B"}), (2000, "C", "T", {"s1", "D"}), (3000, "G", "GT", set())],
        "21": [(500, "T", "C", {"s1", "C"})]}
FILES = {"22": ["s1", "B", "C", "D"], "21": ["s1", "B", "C", "D"]}
COHORTS = 'women = sex=female\nwomen name = Women\nwomen description = "All of them"\nfew = id in (B, D)\nnobody = id=E and sex=male\n'
MEMBERS = {"women": {"A", "C", "E"}, "few": {"B", "D"}, "nobody": set()}
LISTS = {"individual": "individuals", "biosample": "biosamples", "run": "runs", "analysis": "analyses",
         "genomicVariant": "g_variants"}
ALLELES = {f"{c}-{p}-{r}-{a}": who for c, rows in ROWS.items() for p, r, a, who in rows}


def vcf(contig, samples):
    text = HEAD + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(samples) + "\n"
    for pos, ref, alt, who in ROWS[contig]:
        text += f"{contig}\t{pos}\t.\t{ref}\t{alt}\t.\tPASS\t.\tGT\t" + "\t".join("0/1" if s in who else "0/0" for s in samples) + "\n"
    return text


def carriers(allele):
    return {SAMPLES[s] for s in ALLELES[allele]}


def number(kind, people, alleles=None):
    """How many of an entry type there are of some people; alleles: of those alone."""
    if kind == "individual":
        return len(people)
    if kind == "genomicVariant":
        return sum(bool(carriers(a) & people) for a in alleles or ALLELES)
    return sum(p in people for p in SAMPLES.values())


def parents():
    """(path, the people of it, its alleles)"""
    everybody = set(SEX)
    yield "", everybody, None
    yield "/datasets/d", everybody, None
    for cohort, members in MEMBERS.items():
        yield "/cohorts/" + cohort, members, None
    for person in SEX:
        yield "/individuals/" + person, {person}, None
    for kind in ("biosamples", "runs", "analyses"):
        for sample, person in SAMPLES.items():
            yield f"/{kind}/{sample}", {person}, None
    for allele in ALLELES:
        yield "/g_variants/" + allele, carriers(allele), [allele]


def total(answer):
    status, document = answer
    return status, (document or {}).get("responseSummary", {}).get("numTotalResults")


def post(filters=()):
    return {"meta": {"apiVersion": "2.0"}, "query": {"filters": list(filters), "requestedGranularity": "count"}}


def check_counts(suite, server):
    women = {p for p, sex in SEX.items() if sex == "female"}
    for parent, people, alleles in parents():
        for kind, path in LISTS.items():
            if parent.startswith("/" + path):
                continue
            address = f"/api{parent}/{path}"
            want = len(ALLELES) if not parent and kind == "genomicVariant" or parent == "/datasets/d" and kind == "genomicVariant" \
                else number(kind, people, alleles)
            suite.check(f"GET {address}", (200, want), total(server.ask(address)))
            suite.check(f"POST {address}", (200, want), total(server.ask(address, post())))
            want = number(kind, people & women, alleles)
            suite.check(f"GET {address} of women", (200, want), total(server.ask(address + "?filters=NCIT:C16576")))
            suite.check(f"POST {address} of women", (200, want), total(server.ask(address, post(["NCIT:C16576"]))))


def check_single(suite, server):
    for kind, ids in (("individuals", SEX), ("biosamples", SAMPLES), ("runs", SAMPLES), ("analyses", SAMPLES),
                      ("g_variants", ALLELES), ("cohorts", MEMBERS), ("datasets", ["d"])):
        for one in ids:
            for body in (None, post()):
                status, document = server.ask(f"/api/{kind}/{one}", body)
                suite.check(f"/{kind}/{one}", (200, True), (status, document.get("responseSummary", {}).get("exists")))
        suite.check(f"/{kind}/nothing", 404, server.ask(f"/api/{kind}/nothing")[0])
    for spelling in ("chr22:1000:A:G", "NC_000022.10:g.1000A>G", "22%3Ag.1000A%3EG"):
        suite.check(f"an allele as {spelling}", (200, 1), total(server.ask("/api/g_variants/" + spelling)))
    suite.check("a person and a sex that is not theirs", 404, server.ask("/api/individuals/A?filters=NCIT:C20197")[0])
    for path in ("/api/individuals/A/individuals", "/api/individuals/A/B/runs", "/api/moons", "/api/individuals/A%01"):
        suite.check(f"{path} is no path", 404, server.ask(path)[0])


def check_collections(suite, judge, server):
    status, document = server.ask("/api/cohorts?limit=0")
    judge.valid("/cohorts", beacon_schema.RESPONSES + "beaconCollectionsResponse", document)
    got = {c["id"]: c["cohortSize"] for c in document["response"]["collections"]}
    suite.check("cohorts and their sizes", {c: len(m) for c, m in MEMBERS.items()}, got)
    women = document["response"]["collections"][0]
    suite.check("a cohort", ("women", "Women", "All of them", "beacon-defined"),
                tuple(women[k] for k in ("id", "name", "description", "cohortType")))
    status, document = server.ask("/api/cohorts?filters=NCIT:C20197")
    suite.check("cohorts with a man in them", ["few"], [c["id"] for c in document["response"]["collections"]])
    url = "https://data.example.org/sets/1"
    for path in (urllib.parse.quote(url, safe=""), "https%3A%2F%2Fdata.example.org%2Fsets%2F1"):
        for below, want in (("", 1), ("/individuals", 1), ("/biosamples", 1), ("/filtering_terms", None)):
            suite.check(f"/datasets/{path}{below}", (200, want), total(server.ask(f"/api/datasets/{path}{below}")))


def check_documents(suite, server):
    """What the network's list of members and the other nodes of a network read."""
    info = server.ask("/api/info")[1]["response"]
    suite.check("info", ("https://x.org/beacon", "https://x.org/logo.svg", "mailto:us@x.org", "Main Street 1", "prod", "2026-11-30"),
                (info["alternativeUrl"], info["organization"]["logoUrl"], info["organization"]["contactUrl"],
                 info["organization"]["address"], info["environment"], info["createDateTime"]))
    endpoints = server.ask("/api/map")[1]["response"]["endpointSets"]
    types = server.ask("/api/entry_types")[1]["response"]["entryTypes"]
    suite.check("the map has every entry type", sorted(types), sorted(endpoints))
    for name, entry in endpoints.items():
        suite.check(f"{name}: singleEntryUrl", entry["rootUrl"] + "/{id}", entry["singleEntryUrl"])
        for other in entry["endpoints"].values():
            path = other["url"].partition("/api")[2].replace("{id}", {"dataset": "d", "cohort": "few", "genomicVariant": "22-1000-A-G"}.get(name, "B"))
            suite.check(f"{path} of the map", 200, server.ask("/api" + path)[0])
    for path in ("", "/individuals", "/biosamples", "/g_variants", "/datasets/d", "/cohorts"):
        got = server.ask(f"/api{path}/filtering_terms")
        suite.check(f"{path}/filtering_terms by POST", got, server.ask(f"/api{path}/filtering_terms", {"meta": {"apiVersion": "2.0"}}))
    for path, status in (("live", "live"), ("ready", "ready")):
        suite.check(f"/health/{path}", (200, {"status": status}), server.ask("/health/" + path))


ABOUT = {"id": "d", "name": "The D study", "description": "Four genomes", "version": "2026-1", "externalUrl": "https://d.example.org/",
         "createDateTime": "2026-01-31T12:00:00Z", "contacts": [{"name": "Office", "email": "d@example.org"}],
         "dataUseConditions": {"duoDataUse": [{"id": "DUO:0000042", "label": "general research use", "version": "2021-02-23"}]},
         "info": {"individuals": 999, "platform": "short reads"}}


def check_described(suite, store, exact):
    """What the operator says of a dataset stands wherever it is listed, with what the store knows of it beside it."""
    bad = suite.write("bad.json", '[{"id": "d"},\n {"id": "dd", "name": "x"}]')
    done = suite.run("dataset", "-d", store, "--set", bad)
    suite.check("a dataset that is not there is refused with its line", (2, True, 1),
                (done.code, "bad.json:2: there is no dataset 'dd'" in done.err, done.err.count("\n")), done.err)
    done = suite.run("dataset", "-d", store, "--set", suite.write("about.json", json.dumps([ABOUT])), "--json")
    suite.check("dataset --set", ("ok", 1, 1), tuple(done.objects()[0][k] for k in ("status", "datasets", "changed")), done.err)
    server = beacon_http.Server(suite, store, *exact)
    judge = beacon_schema.Judge(suite)
    wanted = {**ABOUT, "info": {"platform": "short reads", "version": "1", "individuals": 5, "genomes": 4}}
    for path in ("/datasets", "/datasets/d", "/datasets?filters=NCIT:C16576"):
        document = server.ask("/api" + path)[1]
        suite.check(f"{path} describes the dataset", wanted, document["response"]["collections"][0])
        judge.valid(path, beacon_schema.RESPONSES + "beaconCollectionsResponse", document)
        judge.valid(path, "models/json/beacon-v2-default-model/datasets/defaultSchema", document["response"]["collections"][0])
    document = server.ask("/api/info")[1]
    judge.valid("/info", beacon_schema.RESPONSES + "beaconInfoResponse", document)
    suite.check("/info lists it", [{k: ABOUT[k] for k in ("id", "name", "description", "externalUrl")}], document["response"]["info"]["datasets"][:1])
    suite.check("SIGTERM ends it once more", 0, server.stop(), server.said()[-500:])
    described = suite.path("described")
    suite.check("a copy", 0, suite.run("copy", "-d", store, described).code)
    suite.check("a copy has it, and the second reader reads it", ABOUT, json.loads(format_reader.read_manifest(described)["datasets"][0]["about"]))
    suite.check("withdrawn, nothing is said of it", (0, ""), (suite.run("dataset", "-d", described, "--withdraw", "d").code,
                                                              format_reader.read_manifest(described)["datasets"][0]["about"]))


def check_shapes(suite, judge, server, ids, what):
    """Every entry type, one of it and what stands below it, at each granularity, by GET and POST: valid under both releases."""
    paths = []
    for kind in ("datasets", "cohorts", *LISTS.values()):
        below = [f"/{kind}/{{}}/{other}" for other in LISTS.values() if other != kind]
        paths += ["/" + kind] + [p.format(ids[kind]) for p in (f"/{kind}/{{}}", *below) if kind in ids]
    schemas = {"boolean": "beaconBooleanResponse", "count": "beaconCountResponse"}
    wrong, n = [], 0
    for path in paths:
        is_collection = path.startswith(("/datasets", "/cohorts")) and path.count("/") < 3
        for granularity in ("boolean", "count", "record"):
            body = {"meta": {"apiVersion": "2.0"}, "query": {"requestedGranularity": granularity, "pagination": {"skip": 0, "limit": 10}}}
            got, posted = server.ask(f"/api{path}?requestedGranularity={granularity}"), server.ask("/api" + path, body)
            for (status, document), how in ((got, "GET"), (posted, "POST")):
                returned = document["meta"].get("returnedGranularity")
                schema = schemas.get(returned, "beaconCollectionsResponse" if is_collection else "beaconResultsetsResponse")
                for version, release in judge.releases.items():
                    n += 1
                    faults = release.faults(beacon_schema.RESPONSES + schema, document)
                    faults += [] if status == 200 else [f"status {status}"]
                    wrong += [f"{how} {path} {granularity} {version}: {f}" for f in faults]
            same = [{k: v for k, v in d.items() if k != "meta"} for d in (got[1], posted[1])]
            wrong += [] if same[0] == same[1] else [f"{path} {granularity}: GET and POST differ"]
            for one in posted[1].get("response", {}).get("resultSets", []):
                judge.records(f"{what} {path} {granularity}: a record", one["results"])
    suite.check(f"{what}: {n} answers are valid, and POST says what GET says", [], wrong[:5])


def check_two_assemblies(suite):
    """P and Q have a genome of each."""
    store = suite.path("two")
    for assembly, name in (("GRCh37", "q"), ("GRCh38", "q")):
        sheet = suite.write(f"{assembly}.tsv", f"sample\tindividual\nP\tP\n{name}\tQ\n")
        text = HEAD + f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tP\t{name}\n22\t100\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\t0/1\n"
        done = suite.run("import", "-d", store, "--dataset", "d", "--assembly", assembly, "--samples", sheet,
                         suite.write(f"{assembly}.vcf", text))
        suite.check("import of " + assembly, 0, done.code, done.err)
    server = beacon_http.Server(suite, store, "--policy", suite.write("exact2.conf", "counts = exact\n"))
    for path, want in (("/biosamples", 2), ("/individuals/P/runs", 1), ("/individuals/Q/runs", 1), ("/individuals", 2),
                       ("/analyses?variantType=SNP", 2), ("/biosamples/q/individuals", 1), ("/g_variants", 2),
                       ("/g_variants/NC_000022.10%3Ag.100A%3EG/individuals", 2), ("/g_variants/22-100-A-G/individuals?assemblyId=hg38", 2)):
        suite.check("two assemblies: " + path, (200, want), total(server.ask("/api" + path)))
    suite.check("two assemblies: an allele of neither", 400, server.ask("/api/g_variants/22-100-A-G")[0])
    check_shapes(suite, beacon_schema.Judge(suite), server, {"datasets": "d", "individuals": "P", "biosamples": "q", "runs": "P", "analyses": "q"},
                 "two assemblies")
    suite.check("two assemblies: SIGTERM ends it", 0, server.stop())


def check_hidden(suite, store, config):
    """Whoever is there, and whoever is not: the same bytes but for the echo of the question."""
    server = beacon_http.Server(suite, store, "--config", config)
    if not suite.check("rounded: the server listens", True, server.address is not None, server.said()):
        return
    for kind, ids in (("individuals", ("A", "E", "nobody")), ("biosamples", ("s1", "B", "nobody")),
                      ("g_variants", ("22-1000-A-G", "22-3000-G-GT", "22-4000-A-C"))):
        for below in ("", *("/" + p for p in LISTS.values() if p != kind)):
            answers = [server.ask(f"/api/{kind}/{one}{below}") for one in ids]
            suite.check(f"rounded: /{kind}/{{id}}{below}", [answers[0]] * len(ids), answers)
    sizes = [c.get("cohortSize") for c in server.ask("/api/cohorts?limit=0")[1]["response"]["collections"]]
    suite.check("rounded: sizes of cohorts", [None] * len(MEMBERS), sizes)
    suite.check("rounded: SIGTERM ends it", 0, server.stop())


def main():
    suite = harness.Suite()
    store = suite.path("store")
    people = [{"id": p, "sex": {"id": "NCIT:C16576" if sex == "female" else "NCIT:C20197"}} for p, sex in SEX.items()]
    sheets = {c: suite.write(f"{c}.tsv", "sample\tindividual\n" + "".join(f"{s}\t{SAMPLES[s]}\n" for s in samples))
              for c, samples in FILES.items()}
    url = "https://data.example.org/sets/1"
    steps = [["import", "--dataset", "d", "--assembly", "GRCh37", "--samples", sheets[c], suite.write(f"{c}.vcf", vcf(c, FILES[c]))]
             for c in ROWS]
    steps += [["people", "--dataset", "d", suite.write("people.json", json.dumps(people))],
              ["import", "--dataset", url, "--assembly", "GRCh37", suite.write("url.vcf", vcf("22", ["Z"]))]]
    for words in steps:
        done = suite.run(words[0], "-d", store, *words[1:])
        suite.check(" ".join(words[:3]), 0, done.code, done.err)
    suite.check("dataset URL out of the way", 0, suite.run("dataset", "-d", store, "--hide", url).code)
    keys = {"alternative_url": "https://x.org/beacon", "organization_logo_url": "https://x.org/logo.svg", "environment": "prod",
            "organization_contact_url": "mailto:us@x.org", "organization_address": '"Main Street 1"', "create_date": "2026-11-30",
            "cohorts": suite.write("cohorts.conf", COHORTS)}
    config = suite.write("server.conf", "".join(f"{k} = {v}\n" for k, v in keys.items()))
    exact = ("--config", config, "--policy", suite.write("exact.conf", "counts = exact\n"))
    server = beacon_http.Server(suite, store, *exact)
    if suite.check("the server listens", True, server.address is not None, server.said()):
        check_counts(suite, server)
        check_single(suite, server)
        check_documents(suite, server)
        suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])
    suite.check("a sample on the command line", 1, suite.count(store, "sample=s1"))
    suite.check("a sample that is not there", 2, suite.run("count", "-d", store, "sample=s9").code)
    check_hidden(suite, store, config)
    check_two_assemblies(suite)
    suite.check("the URL is shown again", 0, suite.run("dataset", "-d", store, "--show", url).code)
    server = beacon_http.Server(suite, store, *exact)
    judge = beacon_schema.Judge(suite)
    check_collections(suite, judge, server)
    check_shapes(suite, judge, server, {"datasets": "d", "cohorts": "few", "individuals": "B", "biosamples": "s1", "runs": "B",
                                        "analyses": "s1", "g_variants": "22-1000-A-G"}, "one assembly")
    suite.check("SIGTERM ends it again", 0, server.stop(), server.said()[-500:])
    check_described(suite, store, exact)
    for text, said in (("x = sex=femal\n", "femal"), ("x name = y\n", "no cohort"), ("x = all\nx colour = red\n", "neither name")):
        done = suite.run("serve", "-d", store, "--listen", "127.0.0.1:0", "--config",
                         suite.write("bad.conf", "cohorts = " + suite.write("bad-cohorts.conf", text) + "\n"))
        suite.check(f"cohorts {text!r} are refused", (2, True), (done.code, said in done.err), done.err)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
