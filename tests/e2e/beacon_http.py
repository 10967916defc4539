#!/usr/bin/env python3
"""The server over the shipped slice: told counts against sets in Python, many clients at once, reload, drain.

Under the exact policy every number must be right; under the default one whatever is told must be what
the policy makes of the right number, and what is hidden must look like nothing at all.
"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import harness
import naive_cohorts

N_CLIENTS, N_ASKED = 4, 30


class Server:
    """skerry serve on a free port; its standard error is kept."""
    LISTEN = ("--listen", "127.0.0.1:0")

    def __init__(self, suite, store, *words):
        self.log = suite.path(f"serve-{len(os.listdir(suite.scratch))}.log")
        with open(self.log, "wb") as fh:
            self.process = subprocess.Popen([suite.program, "serve", "-d", store, *self.LISTEN, *words],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=fh)
        self.address = None
        until = time.monotonic() + 60
        while self.address is None and self.process.poll() is None and time.monotonic() < until:
            found = re.search(r"listening on (\S+)", self.said())
            self.address = found and found.group(1)
            time.sleep(0.02)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as fh:
            return fh.read()

    def ask(self, path, body=None):
        """(status, document)"""
        request = urllib.request.Request(f"http://{self.address}{path}",
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "no end"


def individuals(parameters, *filters, granularity="count"):
    return {"meta": {"apiVersion": "2.0"},
            "query": {"requestedGranularity": granularity, "includeResultsetResponses": "ALL",
                      "requestParameters": {"g_variant": parameters} if parameters else {},
                      "filters": [{"id": f} for f in filters]}}


def questions(naive, rng):
    """(body, the people it means)"""
    female = naive.who(lambda p: p["sex"]["label"] == "female")
    ill = {c: naive.who(naive_cohorts.has_disease(c)) for c in ("ICD10:J45", "ICD10:E10", "ICD10:I42")}
    small = [a for a in naive.alleles if a[4]]
    for _ in range(N_ASKED):
        start0, _, ref, alt, by = rng.choice(small)
        code = rng.choice(sorted(ill))
        one = {"assemblyId": "GRCh37", "referenceName": "22", "start": [start0], "referenceBases": ref,
               "alternateBases": alt}
        yield individuals(one), set(by)
        yield individuals(one, "NCIT:C16576"), set(by) & female
        yield individuals(one, code), set(by) & ill[code]
        yield individuals(None, code, "NCIT:C16576"), ill[code] & female


def total(answer):
    status, document = answer
    summary = (document or {}).get("responseSummary", {})
    return status, summary.get("exists"), summary.get("numTotalResults")


def told(raw):
    """What the default policy makes of a number; None for the number when it is hidden."""
    return (200, True, (raw + 5) // 10 * 10) if raw >= 10 else (200, False, None)


def ask_all(server, asked, wrong, judge, seed):
    order = list(asked)
    random.Random(seed).shuffle(order)
    for body, who in order:
        got = total(server.ask("/api/individuals", body))
        if got not in judge(len(who)):
            wrong.append((body["query"], judge(len(who)), got))


def many_clients(server, asked, judge):
    wrong = []
    clients = [threading.Thread(target=ask_all, args=(server, asked, wrong, judge, n)) for n in range(N_CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return wrong[:3]


def check_odd_requests(suite, server):
    for path, body, wanted in (("/api/nothing", None, 404), ("/api/individuals", [], 400),
                               ("/api/g_variants?start=x&referenceName=22&assemblyId=GRCh37", None, 400),
                               ("/api/individuals", {"meta": {"apiVersion": "2.0"}, "query": {"filters": 3}}, 400)):
        status, document = server.ask(path, body)
        is_beacon = isinstance(document, dict) and "error" in document and "meta" in document
        suite.check(f"{path} with {body} is refused as a Beacon does", (wanted, True), (status, is_beacon))


def main():
    suite = harness.Suite()
    store = suite.path("store")
    folder = os.path.dirname(harness.SLICE)
    for words in (["import", "-d", store, "--dataset", "kg", "--assembly", "GRCh37", harness.SLICE],
                  ["people", "-d", store, "--dataset", "kg", folder + "/cineca_individuals.json.gz"]):
        done = suite.run(*words)
        suite.check(words[0] + " exits", 0, done.code, done.said())
    asked = list(questions(naive_cohorts.Naive(), random.Random(20261121)))

    exact = Server(suite, store, "--policy", suite.write("exact.conf", "counts = exact\n"))
    if not suite.check("the server listens", True, exact.address is not None, exact.said()):
        return suite.close()
    suite.check(f"{N_CLIENTS} clients, {len(asked)} questions each: exact numbers", [],
                many_clients(exact, asked, lambda n: [(200, n > 0, n)]))
    for path in ("info", "service-info", "configuration", "map", "entry_types", "filtering_terms", "datasets"):
        suite.check(f"/api/{path}", 200, exact.ask("/api/" + path)[0])
    check_odd_requests(suite, exact)
    done = suite.run("ontology", "-d", store, folder + "/terms.obo")
    suite.check("ontology exits", 0, done.code, done.said())
    chapter = individuals(None, "ICD10:X")
    suite.check("a term that is not loaded counts nobody", (200, False, 0), total(exact.ask("/api/individuals", chapter)))
    exact.process.send_signal(signal.SIGHUP)
    until = time.monotonic() + 30
    while total(exact.ask("/api/individuals", chapter))[2] != 390 and time.monotonic() < until:
        time.sleep(0.05)
    suite.check("after SIGHUP it is", (200, True, 390), total(exact.ask("/api/individuals", chapter)))
    suite.check("SIGTERM ends it", 0, exact.stop(), exact.said()[-500:])

    default = Server(suite, store)
    suite.check("the default policy: rounded or hidden", [],
                many_clients(default, asked, lambda n: [told(n), (200, False, 0)] if n < 10 else [told(n)]))
    suite.check("SIGTERM ends it too", 0, default.stop(), default.said()[-500:])
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
