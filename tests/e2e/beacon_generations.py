#!/usr/bin/env python3
"""Answers while generations are published: each belongs to one that was in force during its request, and none goes back.

Every delivery adds one person who carries the allele asked for, so that a count names its generation. Some
questions are asked again and again, so that they are answered with what was kept; others never came before.
"""
import itertools
import signal
import sys
import threading
import time

import beacon_http
import harness

N_GENERATIONS, N_CLIENTS = 12, 4
HEAD = "##fileformat=VCFv4.2\n##contig=<ID=1,length=248956422>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n"
ALLELE = {"assemblyId": "GRCh38", "referenceName": "1", "start": [999], "referenceBases": "A", "alternateBases": "T"}
WORDS = "assemblyId=GRCh38&referenceName=1&start=999&referenceBases=A&alternateBases=T&requestedGranularity=count"


def publish(suite, store, number):
    text = HEAD + "\t".join("#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT".split() + [f"s{number}"])
    text += "\n1\t1000\t.\tA\tT\t.\tPASS\t.\tGT\t0/1\n"
    return suite.run("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38",
                     suite.write(f"{number}.vcf", text))


class Watch:
    """What was published, and the greatest count that was ever answered."""

    def __init__(self):
        self.lock = threading.Lock()
        self.published = self.answered = self.n = 0
        self.wrong = []
        self.is_over = False
        self.fresh = itertools.count()

    def ask(self, server, path, body):
        with self.lock:
            least = self.answered
        got = beacon_http.total(server.ask(path, body))
        with self.lock:
            self.n += 1
            number = got[2] if isinstance(got[2], int) else -1
            if got[0] != 200 or not least <= number <= self.published:
                self.wrong.append((path, body, least, got, self.published))
            self.answered = max(self.answered, number)

    def client(self, server):
        while not self.is_over:
            self.ask(server, "/api/individuals", beacon_http.individuals(ALLELE))
            self.ask(server, "/api/individuals?" + WORDS, None)
            self.ask(server, "/api/individuals", beacon_http.individuals(None))
            self.ask(server, f"/api/individuals?{WORDS}&skip={next(self.fresh)}&limit=1", None)


def main():
    suite = harness.Suite()
    store = suite.path("store")
    watch = Watch()
    done = publish(suite, store, 1)
    watch.published = 1
    suite.check("the first import exits", 0, done.code, done.said())
    server = beacon_http.Server(suite, store, "--policy", suite.write("exact.conf", "counts = exact\n"))
    if not suite.check("the server listens", True, server.address is not None, server.said()):
        return suite.close()
    clients = [threading.Thread(target=watch.client, args=(server,)) for _ in range(N_CLIENTS)]
    for client in clients:
        client.start()
    codes = set()
    for number in range(2, N_GENERATIONS + 1):
        with watch.lock:
            watch.published = number
        codes.add(publish(suite, store, number).code)
        server.process.send_signal(signal.SIGHUP)
    until = time.monotonic() + 60
    while watch.answered < N_GENERATIONS and not watch.wrong and time.monotonic() < until:
        time.sleep(0.05)
    watch.is_over = True
    for client in clients:
        client.join()
    suite.check("every import exits", {0}, codes)
    suite.check("every answer is of a generation in force during its request", [], watch.wrong[:3])
    suite.check("the last generation is answered", N_GENERATIONS, watch.answered, f"{watch.n} answers")
    suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
