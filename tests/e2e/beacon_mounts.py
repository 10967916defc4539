#!/usr/bin/env python3
"""Several Beacons in one process: an aggregated one that shows no individual, a sensitive one, and a listener for
management; each with its paths, entry types, granularity and policy. What the aggregated one lists is crawled."""
import json
import re
import sys
import time
import urllib.error
import urllib.request

import beacon_http
import beacon_schema
import harness

HEAD = '##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
PEOPLE = [f"person-{i:03d}" for i in range(40)]
SAMPLES = {p: f"sample-{i:03d}" for i, p in enumerate(PEOPLE)}
NAMES = [*PEOPLE, *SAMPLES.values()]


def vcf():
    text = HEAD + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(SAMPLES.values()) + "\n"
    for r in range(30):
        calls = ["0/1" if (i + r) % (r + 2) == 0 else "0/0" for i in range(len(PEOPLE))]
        text += f"22\t{16050000 + 100 * r}\t.\tA\tG\t.\tPASS\t.\tGT\t" + "\t".join(calls) + "\n"
    return text


CONFIG = """
environment = prod
answer_cache_mib = 4
[aggregated]
listen = 127.0.0.1:0
beacon_id = org.x.aggregated
base_path = /af/v2
entry_types = dataset, genomicVariant
policy = {exact}
[sensitive]
listen = 127.0.0.1:0
beacon_id = org.x.sensitive
entry_types = dataset, individual, biosample
granularity = count
policy = {hiding}
[management]
listen = 127.0.0.1:0
"""


class Mounts(beacon_http.Server):
    """The server, asked at one of its addresses by name."""
    LISTEN = ()

    def addresses(self):
        return {name: address for address, name in re.findall(r"listening on (\S+) for (\S+)", self.said())}

    def get(self, name, path, body=None):
        """(status, text)"""
        request = urllib.request.Request(f"http://{self.addresses()[name]}{path}", data=body and json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


def urls_of(document):
    """Every address that a document of the framework names of its own Beacon."""
    found = set()
    for entry in document["response"]["endpointSets"].values():
        found |= {entry["rootUrl"], entry["singleEntryUrl"], entry.get("filteringTermsUrl", entry["rootUrl"])}
        found |= {e["url"] for e in entry["endpoints"].values()}
    return found


def crawl(suite, server, judge):
    """All that /map and /configuration of the aggregated Beacon list, at every granularity, by GET and POST."""
    base = f"http://{server.addresses()['aggregated']}/af/v2"
    configuration = json.loads(server.get("aggregated", "/af/v2/configuration")[1])
    document = json.loads(server.get("aggregated", "/af/v2/map")[1])
    judge.valid("aggregated /map", beacon_schema.RESPONSES + "beaconMapResponse", document)
    judge.valid("aggregated /configuration", beacon_schema.RESPONSES + "beaconConfigurationResponse", configuration)
    for where, types in (("map", document["response"]["endpointSets"]), ("configuration", configuration["response"]["entryTypes"])):
        suite.check(f"/{where} names what is offered", ["dataset", "genomicVariant"], sorted(types))
    urls = urls_of(document) | {base + p for p in ("", "/info", "/service-info", "/configuration", "/map", "/entry_types", "/filtering_terms")}
    suite.check("every address is below the base path", True, all(u.startswith(base) for u in urls), urls)
    texts, n = [], 0
    for url in sorted(urls):
        path = url[len(base):].replace("{id}", "d" if "/datasets/" in url else "22-16050000-A-G")
        is_query = path.startswith(("/datasets", "/g_variants"))
        for granularity in ("boolean", "count", "record") if is_query else ("",):
            words = f"?requestedGranularity={granularity}&limit=0&includeResultsetResponses=ALL" if granularity and "terms" not in path else ""
            status, text = server.get("aggregated", "/af/v2" + path + words)
            suite.check(f"{path}{words} is answered", 200, status, text[:300])
            texts.append(text)
            if is_query and granularity:
                body = {"meta": {"apiVersion": "2.0"}, "query": {"requestedGranularity": granularity, "pagination": {"limit": 0},
                                                                 "includeResultsetResponses": "ALL"}}
                texts.append(server.get("aggregated", "/af/v2" + path, body)[1])
            n += 1
    suite.check("many documents were read", True, n > 20, n)
    suite.check("frequencies are among them", True, any("alleleFrequency" in t for t in texts))
    suite.check("no individual and no sample in any of them", [], [x for x in NAMES if any(x in t for t in texts)])
    for path in ("/individuals", "/individuals/person-000", "/biosamples", "/runs", "/analyses", "/cohorts", "/individuals/filtering_terms",
                 "/g_variants/22-16050000-A-G/individuals", "/g_variants/22-16050000-A-G/biosamples", "/datasets/d/individuals"):
        status, text = server.get("aggregated", "/af/v2" + path)
        suite.check(f"{path} is not there", (404, False), (status, "person-" in text.replace(path, "")))
    suite.check("nothing below the other base path", 404, server.get("aggregated", "/api/info")[0])


def check_sensitive(suite, server):
    status, text = server.get("sensitive", "/api/individuals?requestedGranularity=record")
    document = json.loads(text)
    suite.check("counts of people, rounded", (200, "count", 40, "rounded"),
                (status, document["meta"]["returnedGranularity"], document["responseSummary"].get("numTotalResults"),
                 document["responseSummary"].get("countPrecision")))
    suite.check("its own id", "org.x.sensitive", document["meta"]["beaconId"])
    suite.check("its own policy", True, "below 10" in document["info"]["policy"] or "10" in document["info"]["policy"], document["info"])
    for path in ("/api/g_variants", "/api/individuals/x/g_variants", "/af/v2/info", "/metrics", "/health/live", "/health/ready"):
        suite.check(f"{path} is not there", 404, server.get("sensitive", path)[0])


def check_management(suite, server):
    suite.check("live", (200, '{"status":"live"}'), server.get("management", "/health/live"))
    suite.check("ready", (200, '{"status":"ready"}'), server.get("management", "/health/ready"))
    status, text = server.get("management", "/metrics")
    suite.check("metrics", 200, status)
    for mount, path in (("aggregated", "/g_variants"), ("sensitive", "/individuals")):
        suite.check(f"requests of {mount}", True, f'skerry_requests_total{{mount="{mount}",path="{path}",status="200"}}' in text)
    for path in ("/api", "/api/info", "/af/v2/info", "/"):
        suite.check(f"no Beacon at {path}", 404, server.get("management", path)[0])


BAD = (("[a]\nlisten = 127.0.0.1:0\n[a]\n", "[a] stands twice"), ("[a]\nbeacon_id = x\n", "[a] has no listen"),
       ("[a]\nlisten = 127.0.0.1:0\n[b]\nlisten = 127.0.0.1:0\n", "one beacon_id"),
       ("[management]\nlisten = 127.0.0.1:0\nname = x\n", "no key but listen"),
       ("[a]\nlisten = 127.0.0.1:0\nblock_cache_mib = 7\n", "whole process"), ("[a]\nlisten = x\nentry_types = people\n", "no entry type 'people'"),
       ("[a]\nlisten = x\ngranularity = all\n", "granularity is one of"), ("[a]\nlisten = x\npolicy = none.conf\n", "none.conf"),
       ("[a]\nlisten = x\nlisten_ = y\n", "unknown key"), ("base_path = api\n", "base_path 'api'"), ("[A]\n", "a section is [name]"))


def main():
    suite = harness.Suite()
    store = suite.path("store")
    sheet = "sample\tindividual\n" + "".join(f"{s}\t{p}\n" for p, s in SAMPLES.items())
    people = [{"id": p, "sex": {"id": "NCIT:C16576" if i % 2 else "NCIT:C20197"}} for i, p in enumerate(PEOPLE)]
    for words in (["import", "--dataset", "d", "--assembly", "GRCh37", "--samples", suite.write("s.tsv", sheet), suite.write("a.vcf", vcf())],
                  ["people", "--dataset", "d", suite.write("people.json", json.dumps(people))]):
        done = suite.run(words[0], "-d", store, *words[1:])
        suite.check(words[0], 0, done.code, done.err)
    config = suite.write("mounts.conf", CONFIG.format(exact=suite.write("exact.conf", "counts = exact\n"),
                                                      hiding=suite.write("hiding.conf", "threshold = 10\n")))
    done = suite.run("doctor", "-d", store, "--config", config)
    suite.check("doctor finds nothing wrong", 0, done.code, done.out + done.err)
    server = Mounts(suite, store, "--config", config)
    until = 200
    while len(server.addresses()) < 3 and until and server.process.poll() is None:
        until -= 1
        time.sleep(0.05)
    if suite.check("three addresses", ["aggregated", "management", "sensitive"], sorted(server.addresses()), server.said()):
        crawl(suite, server, beacon_schema.Judge(suite))
        check_sensitive(suite, server)
        check_management(suite, server)
    suite.check("SIGTERM ends all", 0, server.stop(), server.said()[-500:])
    for text, said in BAD:
        bad = suite.write("bad.conf", text)
        for words in (["serve"], ["doctor"]):
            done = suite.run(*words, "-d", store, "--config", bad)
            suite.check(f"{words[0]} refuses {text!r}", (2, True, 1), (done.code, said in done.err, done.err.count("\n")), done.err)
    done = suite.run("serve", "-d", store, "--config", config, "--listen", "127.0.0.1:0")
    suite.check("--listen of several is refused", (2, True), (done.code, "--listen" in done.err), done.err)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
