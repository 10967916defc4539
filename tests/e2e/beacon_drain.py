#!/usr/bin/env python3
"""SIGTERM under load: whoever was let in is answered. Every line of the log has its whole answer, and every answer its line.

Clients keep their connections and send the next request as soon as they have an answer, so that requests are on their way at
any moment. What a client sends after the server has hung up is no accepted request: it has no line.
"""
import http.client
import random
import sys
import threading
import time

import beacon_http
import harness

N_CLIENTS, N_ROUNDS = 24, 4
CONFIG = "queue_max = 1000\nworkers = 2\n"


class Client(threading.Thread):
    def __init__(self, server, number):
        super().__init__()
        host, port = server.address.rsplit(":", 1)
        self.connection = http.client.HTTPConnection(host, int(port), timeout=60)
        self.random = random.Random(number)
        self.whole, self.broken, self.told_to_close = 0, [], 0

    def ask(self):
        """False when the server has hung up."""
        age = self.random.choice([30, self.random.randrange(100000)])  # one that is kept, or another
        try:
            self.connection.request("GET", f"/api/individuals?filters=age:>={age}")
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            return False
        try:
            body = answer.read()
            good = answer.status == 200 and body.endswith(b"}")
        except http.client.IncompleteRead:
            good = False
        if not good:
            self.broken.append(answer.status)
        self.whole += good
        self.told_to_close += answer.getheader("Connection") == "close"
        return answer.getheader("Connection") != "close"

    def run(self):
        self.connection.connect()
        while self.ask():
            pass
        self.connection.close()


def one_round(suite, store, config, number):
    server = beacon_http.Server(suite, store, "--config", config)
    clients = [Client(server, 100 * number + i) for i in range(N_CLIENTS)]
    for client in clients:
        client.start()
    time.sleep(0.3 + 0.07 * number)
    begun = time.monotonic()
    code = server.stop()
    took = time.monotonic() - begun
    for client in clients:
        client.join()
    n_lines = sum(" GET /api/individuals 200 " in line for line in server.said().splitlines())
    n_whole = sum(c.whole for c in clients)
    suite.check(f"round {number}: SIGTERM ends it", 0, code, server.said()[-300:])
    suite.check(f"round {number}: no answer is broken", [], [b for c in clients for b in c.broken])
    suite.check(f"round {number}: accepted is answered", n_lines, n_whole)
    suite.check(f"round {number}: there was a load", True, n_whole > 10 * N_CLIENTS, n_whole)
    suite.check(f"round {number}: and it did not go on", True, took < 10, took)


def main():
    suite = harness.Suite()
    store = suite.path("store")
    table = "individual\tage\n" + "".join(f"P{i}\t{i % 90}\n" for i in range(500))
    done = suite.run("people", "-q", "-d", store, "--dataset", "d", suite.write("people.tsv", table))
    suite.check("people exits", 0, done.code, done.said())
    config = suite.write("server.conf", CONFIG)
    for number in range(N_ROUNDS):
        one_round(suite, store, config, number)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
