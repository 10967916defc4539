#!/usr/bin/env python3
"""The server beside clients that would stop it: a thousand that only wait or drip, two hundred that ask for the dearest answer
again and again, thousands of requests that are refused half-way, a log that nobody reads, too few files. Somebody who comes
meanwhile is answered in time; what they took is given back.

Everything is on loopback, where every address of 127.0.0.0/8 is ours: 127.0.0.1 is the crowd, 127.0.0.2 somebody else.
"""
import os
import re
import resource
import select
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time

import beacon_http
import harness

HEAD = b" HTTP/1.1\r\nHost: x\r\n"
GET = b"GET /api/info" + HEAD + b"\r\n"
DEAR = b"GET /api/g_variants?referenceName=22&filters=NCIT:C16576&variantType=SNP" + HEAD + b"\r\n"
N_CROWD = 1000
ANSWER_S = 1.0    # somebody who comes is answered within this time, whatever the others do
PATIENCE = 5.0 if harness.IS_SANITIZED else 1.0    # times slower than promised


def connect(server, source="127.0.0.1", wait=20):
    host, port = server.address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), wait, source_address=(source, 0))


def exchange(server, data, source="127.0.0.1", wait=20):
    """(status, headers, seconds) of one request on a connection of its own; status 0: closed without an answer."""
    began = time.monotonic()
    answer = b""
    try:
        with connect(server, source, wait) as client:
            client.sendall(data)
            while b"\r\n\r\n" not in answer:
                piece = client.recv(65536)
                if not piece:
                    break
                answer += piece
    except OSError:
        pass
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    return int(head[9:12]) if head.startswith("HTTP/1.1 ") else 0, head, time.monotonic() - began


def memory_kib(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as fh:
        return int(re.search(r"VmRSS:\s+(\d+)", fh.read()).group(1))


def metric(server, name):
    status, text = server.text("/metrics")
    found = re.search(rf"^skerry_{name} (\d+)$", text, re.M)
    return int(found.group(1)) if status == 200 and found else None


class Server(beacon_http.Server):
    def text(self, path):
        import urllib.request
        with urllib.request.urlopen(f"http://{self.address}{path}", timeout=20) as answer:
            return answer.status, answer.read().decode()


def serve(suite, store, config):
    name = f"server-{len(os.listdir(suite.scratch))}.conf"
    server = Server(suite, store, "--config", suite.write(name, "metrics = on\n" + config))
    suite.check("the server listens", True, server.address is not None, server.said())
    return server


def check_fresh(suite, server, what, source="127.0.0.1", n=10):
    """Somebody who comes, n times in a row."""
    got = [exchange(server, GET, source) for _ in range(n)]
    suite.check(f"{what}: who comes is answered", {200}, {status for status, _, _ in got})
    suite.check(f"{what}: within a second", True, max(s for _, _, s in got) < ANSWER_S * PATIENCE, max(s for _, _, s in got))


def check_leaks(suite, server):
    """Two thousand requests that are refused while or after their headers are read."""
    kinds = {"words": (b"GET /api/individuals?" + b"&" * 1300 + HEAD + b"\r\n", {400}),
             "an address of words": (b"GET /api/individuals?" + b"a=b&" * 4000 + HEAD + b"\r\n", {400, 414}),
             "short headers": (b"GET /api/info?" + b"x" * 9000 + HEAD + b"a:b\r\n" * 2000 + b"\r\n", {431}),
             "a long header": (b"GET /api/info?" + b"x" * 9000 + HEAD + b"X: " + b"a" * 70000 + b"\r\n\r\n", {431, 0}),
             "cookies": (b"GET /api/info?" + b"x" * 9000 + HEAD + b"Cookie: " + b"a=b; " * 2000 + b"\r\n\r\n", {0, 400, 431}),
             "no version": (b"GET /api/" + b"y" * 9000 + b" HTTP/9.9\r\nHost: x\r\n\r\n", {505, 400, 0}),
             "a bad length": (b"POST /api/" + b"y" * 9000 + HEAD + b"Content-Length: x\r\n\r\n", {400}),
             "a hang-up": (b"GET /api/" + b"y" * 9000 + HEAD, {0})}

    def ask_all(n):
        for name, (data, wanted) in kinds.items():
            for _ in range(n):
                if name == "a hang-up":
                    with connect(server) as client:
                        client.sendall(data)
                    continue
                status, _, seconds = exchange(server, data, wait=5)
                if status not in wanted or seconds > ANSWER_S * PATIENCE:
                    odd.append((name, status, seconds))
    odd = []
    ask_all(50)
    before = memory_kib(server)
    ask_all(250)
    grown = memory_kib(server) - before
    suite.check("2,000 refused requests: each at once", [], odd[:3])
    suite.check("2,000 refused requests leave no memory behind", True, grown < 16384, f"{grown} KiB")


class Crowd:
    """Connections that send what each kind sends every now and then, and read nothing."""

    def __init__(self, server, kinds, n):
        self.stop = threading.Event()
        self.sockets = []
        for i in range(n):
            begin, more = kinds[i % len(kinds)]
            client = connect(server)
            client.setblocking(False)
            self.sockets.append((client, more))
            self.send(client, begin)
        self.thread = threading.Thread(target=self.drip, daemon=True)
        self.thread.start()

    @staticmethod
    def send(client, data):
        try:
            client.send(data)
        except OSError:
            pass

    def drip(self):
        while not self.stop.wait(0.5):
            for client, more in self.sockets:
                self.send(client, more)

    def close(self):
        self.stop.set()
        self.thread.join()
        for client, _ in self.sockets:
            client.close()


def check_crowd(suite, server):
    kinds = {"idle": (b"", b""), "dripping headers": (GET[:-2], b"X"),
             "dripping bodies": (b"POST /api/individuals" + HEAD + b"Content-Length: 50000\r\n\r\n", b" "),
             "unread": (b"GET /api/map" + HEAD + b"\r\n", (b"GET /api/map" + HEAD + b"\r\n") * 40)}
    for name, kind in kinds.items():
        crowd = Crowd(server, [kind], N_CROWD)
        check_fresh(suite, server, f"beside {N_CROWD} that are {name}")
        crowd.close()
    crowd = Crowd(server, list(kinds.values()), N_CROWD)
    check_fresh(suite, server, "beside all kinds, from elsewhere", "127.0.0.2")
    n = metric(server, "connections")
    suite.check("one address has no more connections than it may", True, n is not None and n <= 256 + 64 + 2, n)
    suite.check("those sent away are counted", True, metric(server, "connections_sent_away_total") > 0)
    crowd.close()


def check_limits(suite, store):
    """Who asks is not sent away for those who wait; a proxy may have all connections."""
    server = serve(suite, store, "connections_max = 40\naddress_connections_max = 0\n")
    busy = connect(server)
    crowds, good = [], 0
    for _ in range(20):
        crowds.append(Crowd(server, [(b"", b"")], 10))
        busy.sendall(GET)
        good += busy.recv(65536).startswith(b"HTTP/1.1 200 ")
    suite.check("a connection that is used stays", 20, good)
    suite.check("there are no more than connections_max", True, metric(server, "connections") <= 40 + 64)
    for crowd in crowds:
        crowd.close()
    busy.close()
    suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])


def loop(server, data, n, until, answers, sources=("127.0.0.1",)):
    """n connections from these addresses, each sending its request again as soon as it was answered."""
    selector = selectors.DefaultSelector()
    for i in range(n):
        client = connect(server, sources[i % len(sources)])
        client.setblocking(False)
        client.send(data)
        selector.register(client, selectors.EVENT_READ, bytearray())
    while time.monotonic() < until:
        for key, _ in selector.select(0.1):
            try:
                piece = key.fileobj.recv(1 << 18)
            except BlockingIOError:
                continue
            except OSError:
                piece = b""
            if not piece:
                answers.append(0)
                selector.unregister(key.fileobj)
                key.fileobj.close()
                continue
            key.data.extend(piece)
            head, end, body = bytes(key.data).partition(b"\r\n\r\n")
            found = re.search(rb"Content-Length: (\d+)", head)
            if end and found and len(body) >= int(found.group(1)):
                answers.append(int(head[9:12]))
                key.data.clear()
                key.fileobj.send(data)
    for key in list(selector.get_map().values()):
        key.fileobj.close()


def check_fair(suite, store):
    """Two hundred connections of one address ask for the whole contig, and nothing is kept."""
    server = serve(suite, store, "answer_cache_mib = 0\nblock_cache_mib = 0\nworkers = 2\n")
    status, _, _ = exchange(server, DEAR)
    suite.check("the dear question is answered", 200, status)
    answers = []
    until = time.monotonic() + 6
    crowd = threading.Thread(target=loop, args=(server, DEAR, 200, until, answers))
    crowd.start()
    time.sleep(1)
    for source, what in (("127.0.0.2", "another address"), ("127.0.0.1", "a new connection of the same")):
        got = [exchange(server, DEAR, source) for _ in range(5)]
        late = [g for g in got if g[2] > ANSWER_S * PATIENCE]
        suite.check(f"beside 200 that loop on a dear question, {what} is answered, or told to come again",
                    True, all(g[0] == 200 or (g[0] == 503 and "Retry-After: " in g[1]) for g in got), [g[0] for g in got])
        suite.check(f"beside 200 that loop on a dear question, {what} waits no longer than a second", [], [g[2] for g in late])
        got = [exchange(server, GET, source) for _ in range(5)]
        suite.check(f"and a cheap question of {what} too", ({200}, True),
                    ({g[0] for g in got}, max(g[2] for g in got) < ANSWER_S * PATIENCE), [g[2] for g in got])
    crowd.join()
    suite.check("those who loop get answers, or are told to come again", True, set(answers) <= {200, 503} and 200 in answers,
                sorted(set(answers)))
    suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])


def check_turns(suite, store):
    """Two hundred addresses take turns with one worker: more than it can serve. Who waits too long knows it in time."""
    server = serve(suite, store, "answer_cache_mib = 0\nblock_cache_mib = 0\nworkers = 1\n")
    answers = []
    until = time.monotonic() + 5
    crowd = threading.Thread(target=loop, args=(server, DEAR, 200, until, answers, [f"127.0.1.{i}" for i in range(1, 201)]))
    crowd.start()
    time.sleep(1)
    got = [exchange(server, data, "127.0.0.2") for data in (DEAR, GET, DEAR)]
    if any(g[2] > ANSWER_S * PATIENCE for g in got):  # once more: another program may have had the processor
        got = [exchange(server, data, "127.0.0.2") for data in (DEAR, GET, DEAR)]
    suite.check("beside 200 addresses, another is answered or told to come again, within a second", [],
                [g for g in got if g[2] > ANSWER_S * PATIENCE or not (g[0] == 200 or (g[0] == 503 and "Retry-After: " in g[1]))])
    crowd.join()
    suite.check("all get answers, or are told to come again", True, set(answers) <= {200, 503} and 200 in answers, sorted(set(answers)))
    suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])


def check_filters(suite, server):
    """The repeats of one condition are one; groups do not get around the limit of filters."""
    body = b'{"query": {"filters": [[' + b", ".join([b'"HP:0000118"'] * 19000) + b"]]}}"
    post = b"POST /api/individuals" + HEAD + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    status, _, seconds = exchange(server, post)
    suite.check("19,000 repeats in a group are refused, at once", (400, True), (status, seconds < ANSWER_S * PATIENCE))


def check_half_closed(suite, server):
    """A client that sends no more is answered."""
    for data in (GET, b"GET /api/g_variants?referenceName=22&filters=NCIT:C20197&requestedGranularity=count" + HEAD + b"\r\n"):
        with connect(server) as client:
            # The request and the end of the stream go together: between them the server may be done.
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := client.recv(65536):
                answer += piece
        suite.check(f"who sends no more is answered: {data[4:24].decode()}", b"HTTP/1.1 200", answer[:12])


def check_log(suite, store):
    """Standard error is a pipe, and nobody reads it."""
    config = suite.write("log.conf", "metrics = on\n")
    process = subprocess.Popen([suite.program, "serve", "-d", store, "--listen", "127.0.0.1:0", "--config", config],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = b""
    while b"listening on " not in said or not said.endswith(b"\n"):
        said += os.read(process.stderr.fileno(), 65536)
    server = Server.__new__(Server)
    server.address = re.search(rb"listening on (\S+)", said).group(1).decode()
    n_good = 0
    path = b"/api/individuals?filters=" + b",".join(b"HP:%07d" % i for i in range(250))
    with connect(server) as client:
        file = client.makefile("rb")
        for _ in range(1500):  # each line is 2 KB and more: beyond the pipe and the ring
            client.sendall(b"GET " + path + HEAD + b"\r\n")
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += file.readline()
            file.read(int(re.search(rb"Content-Length: (\d+)", head).group(1)))
            n_good += head.startswith(b"HTTP/1.1 400 ") or head.startswith(b"HTTP/1.1 200 ")
    suite.check("requests are answered though nobody reads the log", 1500, n_good)
    lost = metric(server, "log_lines_lost_total")
    suite.check("lines that were lost are counted", True, lost is not None and lost > 0, lost)
    until = time.monotonic() + 10
    while b"lines lost" not in said and time.monotonic() < until:
        if select.select([process.stderr], [], [], 1)[0]:
            said += os.read(process.stderr.fileno(), 1 << 20)
    suite.check("and told once somebody reads", True, re.search(rb"lines lost: \d+\n", said) is not None)
    for _ in range(1500):
        exchange(server, GET)
    with connect(server) as client:
        for _ in range(600):
            client.sendall(b"GET " + path + HEAD + b"\r\n")
            client.recv(65536)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    try:
        code = process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        code = "no end"
    suite.check("SIGTERM ends it with a full pipe", 0, code)
    suite.check("in time", True, time.monotonic() - began < 5 * PATIENCE, time.monotonic() - began)
    process.stderr.close()


def check_files(suite, store):
    """Few files are allowed at first: as many as may be are asked for; a reload that fails is told."""
    def few():
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (24, hard))

    def too_few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    def some():
        resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))
    done = subprocess.run([suite.program, "serve", "-d", store, "--listen", "127.0.0.1:0"], stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, timeout=60, preexec_fn=too_few)
    suite.check("too few files: refused, with what to do", (6, True), (done.returncode, b"ulimit -n" in done.stderr), done.stderr)
    for preexec, says in ((few, False), (some, True)):
        popen = subprocess.Popen

        def start(*args, **words):
            return popen(*args, preexec_fn=preexec, **words)
        subprocess.Popen = start
        try:
            server = serve(suite, store, "")
        finally:
            subprocess.Popen = popen
        crowd = Crowd(server, [(b"", b"")], 60)
        check_fresh(suite, server, f"with {'300' if says else 'few'} files", n=3)
        suite.check("a limit that was lowered is told", says, "skerry: connections_max is " in server.said())
        crowd.close()
        os.rename(os.path.join(store, "MANIFEST"), os.path.join(store, "MANIFEST.away"))
        server.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 10
        while metric(server, "reloads_failed_total") == 0 and time.monotonic() < until:
            time.sleep(0.05)
        os.rename(os.path.join(store, "MANIFEST.away"), os.path.join(store, "MANIFEST"))
        suite.check("a reload that fails is counted", 1, metric(server, "reloads_failed_total"))
        time.sleep(0.1)
        suite.check("and told", True, "the old generation stays: " in server.said(), server.said()[-300:])
        suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])


def check_memory(suite, store):
    """Little address space: a start that says so, or right answers and refusals; never a crash or a standstill."""
    def limit(mib):
        return lambda: resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))
    done = subprocess.run([suite.program, "info", "-d", store], capture_output=True, preexec_fn=limit(256), timeout=60)
    if done.returncode != 0:
        suite.skip("little address space", "this build needs more by itself")
        return
    paths = [f"/api/individuals?filters={sex}&limit={n}" for n in range(1, 9) for sex in ("NCIT:C16576", "NCIT:C20197")]
    right, ends = {}, []
    popen = subprocess.Popen
    for mib in (0, 40, 64, 72, 80, 88, 104, 120, 136, 144, 160, 176, 192):
        def start(*args, **words):
            return popen(*args, preexec_fn=limit(mib) if mib else None, **words)
        subprocess.Popen = start
        try:
            server = Server(suite, store, "-q")
        finally:
            subprocess.Popen = popen
        if server.address is None:
            ends.append((mib, server.process.wait(20)))
            continue
        for path in paths:
            try:
                status, document = server.ask(path)
            except OSError:
                continue
            told = status, document.get("responseSummary")
            if right.setdefault(path, told) != told and status != 503:
                ends.append((mib, path, told))
        ends.append((mib, server.stop()))
    suite.check("little address space: refused at the start, or answered", [], [e for e in ends if len(e) > 2 or e[1] not in (0, 6)])
    suite.check("and both were seen", {0, 6}, {e[1] for e in ends if len(e) == 2}, ends)


def main():
    suite = harness.Suite()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = 4 * N_CROWD if hard == resource.RLIM_INFINITY else min(hard, 4 * N_CROWD)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    store = suite.path("store")
    cohort = os.environ.get("SKERRY_COHORT") or os.path.join(harness.SOURCE, "build/tools/cohort/skerry-cohort")
    done = subprocess.run([cohort, "--people", "8000", "--bases", "1500000", "--seed", "3", "--store", store],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    if not suite.check("a cohort is made", 0, done.returncode, done.stderr.decode()):
        return suite.close()
    # A sanitized program keeps what it has freed, up to this; the check looks for what is never freed.
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=4:thread_local_quarantine_size_kb=64"
    server = serve(suite, store, "body_max = 1048576\n")
    check_leaks(suite, server)
    check_filters(suite, server)
    check_half_closed(suite, server)
    if wanted < N_CROWD + 100:
        suite.skip("a crowd", f"only {wanted} files are allowed here")
    else:
        check_crowd(suite, server)
    suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])
    check_limits(suite, store)
    check_fair(suite, store)
    check_turns(suite, store)
    check_log(suite, store)
    check_files(suite, store)
    check_memory(suite, store)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
