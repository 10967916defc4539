#!/usr/bin/env python3
"""The OpenAPI document against live answers: every path and method of it is answered as its schema says, every path that
is answered is in it, and every parameter that it names is taken; tags of answers, and 304."""
import http.client
import json
import sys

import beacon_entries
import beacon_http
import beacon_schema
import harness

IDS = {"datasets": "d", "cohorts": "women", "g_variants": "22-1000-A-G", "individuals": "B"}
VALUES = {"requestedSchema": "x", "skip": "0", "limit": "2", "requestedGranularity": "count", "includeResultsetResponses": "ALL",
          "testMode": "false", "filters": "NCIT:C16576", "datasetIds": "d", "assemblyId": "GRCh37", "referenceName": "22", "start": "999",
          "end": "1000", "referenceBases": "A", "alternateBases": "G", "variantType": "SNP", "variantMinLength": "1",
          "variantMaxLength": "1", "geneId": "G", "aminoacidChange": "V600E", "genomicAlleleShortForm": "22-1000-A-G"}
BESIDE = {"start": "&referenceName=22&assemblyId=GRCh37&alternateBases=G", "end": "&start=990&referenceName=22&assemblyId=GRCh37",
          "alternateBases": "&start=999&referenceName=22&assemblyId=GRCh37", "referenceBases": "&start=999&referenceName=22&assemblyId=GRCh37&alternateBases=G"}
# what the store of this test has nothing of: a gene table, annotations
REFUSED = {"geneId": "gene", "aminoacidChange": "annotations"}


def schema_names(schema):
    found = schema.get("anyOf", [schema])
    return [s["$ref"].partition("/framework/json/")[2].removesuffix(".json") for s in found if "$ref" in s]


def fits(judge, schema, document):
    names = schema_names(schema)
    return not names or any(not judge.releases["2.2.0"].faults("framework/json/" + n, document) for n in names)


def live(path):
    parts = path.split("/")
    return "/api" + ("" if path == "/" else path.replace("{id}", IDS.get(parts[1], "B")))


def check_paths(suite, server, judge, document):
    suite.check("of which version", "3.0.3", document["openapi"])
    suite.check("where it is", f"http://{server.address}/api", document["servers"][0]["url"])
    for path, item in document["paths"].items():
        for method in ("get", "post"):
            body = {"meta": {"apiVersion": "2.0"}} if method == "post" else None
            status, answer = server.ask(live(path), body)
            if method not in item:
                suite.check(f"{method} {path} is not there and not answered", 405, status)
                continue
            operation = item[method]
            suite.check(f"{method} {path} is answered", 200, status, answer)
            suite.check(f"{method} {path} fits its schema", True, fits(judge, operation["responses"]["200"]["content"]["application/json"]["schema"], answer))
            suite.check(f"{method} {path}: its errors have a schema", ["responses/beaconErrorResponse"],
                        schema_names(operation["responses"]["default"]["content"]["application/json"]["schema"]))
            if method == "post":
                suite.check(f"{path}: its requests have a schema", ["requests/beaconRequestBody"],
                            schema_names(operation["requestBody"]["content"]["application/json"]["schema"]))
        suite.check(f"{path}: the id is a parameter", "{id}" in path, bool(item.get("parameters")))


def check_parameters(suite, server, document):
    for path, item in document["paths"].items():
        for parameter in item["get"]["parameters"]:
            name = parameter["name"]
            status, answer = server.ask(f"{live(path)}?{name}={VALUES[name]}{BESIDE.get(name, '')}")
            said = (answer or {}).get("error", {}).get("errorMessage", "")
            is_right = status == 200 or (status == 400 and name in REFUSED and REFUSED[name] in said) or \
                (status == 404 and "{id}" in path and "that matches" in said) or (status == 400 and "path" in said)
            suite.check(f"{path} takes {name}", True, is_right, f"{status} {said}")


def check_map(suite, server, document):
    """What the map and the routes have is in the document."""
    paths = {live(p) for p in document["paths"]}
    for entry in server.ask("/api/map")[1]["response"]["endpointSets"].values():
        for url in (entry["rootUrl"], entry["singleEntryUrl"], *(e["url"] for e in entry["endpoints"].values())):
            path = url.partition("/api")[2]
            suite.check(f"{path} of the map is described", True, path in document["paths"])
        suite.check("the map names the document", f"http://{server.address}/api/openapi.json", entry["openAPIEndpointsDefinition"])
    for path in ("", "/info", "/service-info", "/configuration", "/map", "/entry_types", "/filtering_terms", "/openapi.json"):
        suite.check(f"/api{path} is described", True, "/api" + path in paths, paths)


def exchange(server, method, path, **headers):
    """(status, headers, body)"""
    connection = http.client.HTTPConnection(server.address, timeout=30)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


def check_tags(suite, server):
    for path in ("/api/info", "/api/individuals", "/api/individuals?filters=NCIT:C16576", "/api/g_variants?requestedGranularity=record", "/api/openapi.json"):
        status, headers, body = exchange(server, "GET", path)
        tag = headers.get("ETag", "")
        suite.check(f"{path}: a strong tag", (200, True), (status, tag.startswith('"')))
        suite.check(f"{path}: kept by who asked alone", ("private, no-cache", "Authorization"), (headers["Cache-Control"], headers["Vary"]))
        suite.check(f"{path}: the same again", tag, exchange(server, "GET", path)[1]["ETag"])
        for asked in (tag, f'"x", W/{tag}', "*"):
            status, known, empty = exchange(server, "GET", path, **{"If-None-Match": asked})
            suite.check(f"{path}: 304 for {asked[:12]}", (304, tag, "private, no-cache", b"", None),
                        (status, known.get("ETag"), known.get("Cache-Control"), empty, known.get("Content-Type")))
        suite.check(f"{path}: others are no match", (200, body), exchange(server, "GET", path, **{"If-None-Match": '"x"'})[::2])
        head = exchange(server, "HEAD", path)
        suite.check(f"{path}: HEAD has it", (200, tag, b""), (head[0], head[1].get("ETag"), head[2]))
    suite.check("an error has none", (404, None, "no-store"), (lambda s, h, b: (s, h.get("ETag"), h["Cache-Control"]))(*exchange(server, "GET", "/api/x")))
    connection = http.client.HTTPConnection(server.address, timeout=30)
    for _ in range(2):  # one connection goes on after a 304
        tag = exchange(server, "GET", "/api/individuals")[1]["ETag"]
        connection.request("GET", "/api/individuals", headers={"If-None-Match": tag})
        answer = connection.getresponse()
        suite.check("304 on a connection that is kept", (304, b""), (answer.status, answer.read()))
        connection.request("POST", "/api/individuals", body=iter([b'{"meta": ', b'{"apiVersion": "2.0"}}']),
                           headers={"Content-Type": "application/json", "If-None-Match": tag, "Transfer-Encoding": "chunked"}, encode_chunked=True)
        answer = connection.getresponse()
        suite.check("a POST in chunks is answered whole", (200, None), (answer.status, answer.getheader("ETag")), answer.read()[:0])
    connection.close()


def check_generations(suite, server, store):
    """Another generation, another tag; and the log says 304."""
    before = exchange(server, "GET", "/api/individuals")[1]["ETag"]
    more = suite.write("more.json", json.dumps([{"id": "F", "sex": {"id": "NCIT:C16576"}}]))
    suite.check("one person more", 0, suite.run("people", "-d", store, "--dataset", "d", more).code)
    suite.check("nothing changes until it is taken up", 304, exchange(server, "GET", "/api/individuals", **{"If-None-Match": before})[0])
    server.process.send_signal(1)
    for _ in range(600):
        if "reloaded, generation" in server.said():
            break
        beacon_http.time.sleep(0.05)
    status, headers, body = exchange(server, "GET", "/api/individuals", **{"If-None-Match": before})
    suite.check("then it is another answer", (200, True, 6), (status, headers["ETag"] != before, json.loads(body)["responseSummary"]["numTotalResults"]))
    suite.check("the log has 304", True, " /api/individuals 304 " in server.said())


def main():
    suite = harness.Suite()
    store = suite.path("store")
    sheets = {c: suite.write(f"{c}.tsv", "sample\tindividual\n" + "".join(f"{s}\t{beacon_entries.SAMPLES[s]}\n" for s in samples))
              for c, samples in beacon_entries.FILES.items()}
    people = [{"id": p, "sex": {"id": "NCIT:C16576" if sex == "female" else "NCIT:C20197"}} for p, sex in beacon_entries.SEX.items()]
    steps = [["import", "--dataset", "d", "--assembly", "GRCh37", "--samples", sheets[c],
              suite.write(f"{c}.vcf", beacon_entries.vcf(c, beacon_entries.FILES[c]))] for c in beacon_entries.ROWS]
    for words in (*steps, ["people", "--dataset", "d", suite.write("people.json", json.dumps(people))]):
        done = suite.run(words[0], "-d", store, *words[1:])
        suite.check(" ".join(words[:1]), 0, done.code, done.err)
    config = suite.write("server.conf", "cohorts = " + suite.write("cohorts.conf", beacon_entries.COHORTS) + "\n")
    server = beacon_http.Server(suite, store, "--config", config, "--policy", suite.write("exact.conf", "counts = exact\n"))
    if suite.check("the server listens", True, server.address is not None, server.said()):
        document = server.ask("/api/openapi.json")[1]
        check_paths(suite, server, beacon_schema.Judge(suite), document)
        check_parameters(suite, server, document)
        check_map(suite, server, document)
        check_tags(suite, server)
        check_generations(suite, server, store)
        suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
