#!/usr/bin/env python3
"""The server against clients that are wrong, slow, many or gone: an error that names the reason, or the end of the
connection; and right answers for everybody else all the while.

The store holds people and no genomes: limits do not depend on them.
"""
import json
import socket
import sys
import threading
import time

import beacon_http
import harness

BODY_MAX = 65536
TIMEOUT_S = 2
CONFIG = f"""beacon_id = org.example.limits
base_url = https://beacon.example.org/node/api/   # as the proxy is seen
organization_name = "Ö & Söhne <b>"
body_max = {BODY_MAX}
timeout_s = {TIMEOUT_S}
queue_max = 200
workers = 2
"""
HOST = b" HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /api/individuals" + HOST
GET = b"GET /api/info" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
PIECE = b"1000\r\n" + b" " * 4096 + b"\r\n"
EXPECT = POST + b"Expect: 100-continue\r\nContent-Length: "

# what is sent, and the statuses that come back, in order; a connection that is closed without one: []
RAW = {
    "a plain request": (GET + b"\r\n", [200]),
    "three in one piece": ((GET + b"\r\n") * 3, [200, 200, 200]),
    "HTTP/1.0": (b"GET /api/info HTTP/1.0\r\n\r\n", [200]),
    "an offer of h2c, and Content-Type without a body": (
        GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
        b"Content-Type: application/json\r\n\r\n", [200]),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [505]),
    "HEAD": (b"HEAD /api/info" + HOST + b"\r\n", [200]),
    "OPTIONS": (b"OPTIONS /api/individuals" + HOST + b"\r\n", [204]),
    "DELETE": (b"DELETE /api/individuals" + HOST + b"\r\n", [405]),
    "no method": (b"FOO /api/info" + HOST + b"\r\n", [405]),
    "POST to a fixed document": (b"POST /api/map" + HOST + b"Content-Length: 0\r\n\r\n", [405]),
    "a chunked body": (CHUNKED + b"2\r\n{}\r\n0\r\n\r\n", [200]),
    "a broken chunk": (CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", [400]),
    "100-continue": (EXPECT + b"2\r\n\r\n{}", [100, 200]),
    "100-continue, too long": (EXPECT + b"9999999\r\n\r\n", [413]),
    "a body that is too long": (POST + b"Content-Length: %d\r\n\r\n" % (BODY_MAX + 1) + b" " * (BODY_MAX + 1), [413]),
    "a chunked body that is too long": (CHUNKED + PIECE * 17 + b"0\r\n\r\n", [413]),
    "a monstrous body": (POST + b"Content-Length: 999999999\r\n\r\n", [413]),
    "no Host": (b"GET /api/info HTTP/1.1\r\n\r\n", [400]),
    "two Hosts": (GET + b"Host: y\r\n\r\n", [400]),
    "two lengths": (POST + b"Content-Length: 0\r\nContent-Length: 3\r\n\r\n{}a", [400]),
    "two lengths, and nothing behind them": (POST + b"Content-Length: 20\r\nContent-Length: 30\r\n\r\n", [400]),
    "two equal lengths": (POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", [400]),
    "two Authorizations": (GET + b"Authorization: a\r\nAuthorization: b\r\n\r\n", [400]),
    "a blank before a colon": (POST + b"Content-Length : 2\r\n\r\n{}", [400]),
    "a tab before the colon of chunks": (POST + b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n", [400]),
    "a bare CR in a header": (GET + b"X: a\rContent-Length: 5\r\n\r\n", [400]),
    "a control character in a header": (GET + b"X: a\x01\r\n\r\n", [400]),
    "NUL in the name of a header": (GET + b"X\x00y: a\r\n\r\n", [400]),
    "a signed length": (POST + b"Content-Length: +2\r\n\r\n{}", [400]),
    "a list of lengths": (POST + b"Content-Length: 2, 2\r\n\r\n{}", [400]),
    "an unknown coding": (POST + b"Transfer-Encoding: gzip\r\n\r\n{}", [501]),
    "a list of codings": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", [501]),
    "nearly chunked": (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", [501]),
    "1,300 words": (b"GET /api/individuals?" + b"&" * 1300 + HOST + b"\r\n", [400]),
    "a length and chunks": (POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]),
    "no length": (POST + b"Content-Length: x\r\n\r\n", [400]),
    "a negative length": (POST + b"Content-Length: -1\r\n\r\n", [400]),
    "a GET with a body": (GET + b"Content-Length: 2\r\n\r\n{}", [400]),
    "a header that is too long": (GET + b"X: " + b"a" * 100000 + b"\r\n\r\n", [431]),
    "too many headers": (GET + b"".join(b"X%d: 1\r\n" % i for i in range(120)) + b"\r\n", [431]),
    "an address that is too long": (b"GET /api/info?" + b"a" * 20000 + HOST + b"\r\n", [414]),
    "NUL in a path": (b"GET /api/info%00" + HOST + b"\r\n", [404]),
    "a slash in disguise": (b"GET /api/datasets%2fp" + HOST + b"\r\n", [404]),
    "dots": (b"GET /api/x/../info" + HOST + b"\r\n", [404]),
    "outside of /api": (b"GET /apiinfo" + HOST + b"\r\n", [404]),
    "a form": (POST + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b", [415]),
    "JSON with a charset": (POST + b"Content-Type: Application/JSON; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}", [200]),
    "no JSON": (POST + b"Content-Length: 3\r\n\r\n{a}", [400]),
    "not UTF-8": (POST + b"Content-Length: 7\r\n\r\n{\"\xff\":1}", [400]),
    "nested too deep": (POST + b"Content-Length: 40\r\n\r\n" + b"[" * 40, [400]),
    "an empty POST": (POST + b"Content-Length: 0\r\n\r\n", [200]),
    "words beside a body": (b"POST /api/individuals?limit=1" + HOST + b"Content-Length: 0\r\n\r\n", [400]),
    "a client that says no more": (POST + b"Content-Length: 2\r\n\r\n{}", [200]),
}


def statuses(answer):
    """The statuses of the answers in a stream, each skipped by its length."""
    found = []
    while answer.startswith(b"HTTP/1.1 ") and b"\r\n\r\n" in answer:
        head, _, answer = answer.partition(b"\r\n\r\n")
        found.append(int(head[9:12]))
        lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        answer = answer[int(lengths[0]) if lengths else 0:]
    return found


def send(server, data, n_wanted, half=False, wait=10):
    host, port = server.address.rsplit(":", 1)
    answer = b""
    with socket.create_connection((host, int(port)), wait) as client:
        try:
            client.sendall(data)
            if half:
                client.shutdown(socket.SHUT_WR)
            while len(statuses(answer)) < n_wanted:
                piece = client.recv(65536)
                if not piece:
                    break
                answer += piece
        except (BrokenPipeError, ConnectionResetError):
            pass
        except socket.timeout:
            answer += b"\nno more came"
    return answer


def drip(server, head, one, gap):
    """Sends a byte now and then; seconds until the server has closed the connection."""
    host, port = server.address.rsplit(":", 1)
    started = time.monotonic()
    with socket.create_connection((host, int(port)), 10) as client:
        client.settimeout(gap)
        client.sendall(head)
        while time.monotonic() - started < 10 * TIMEOUT_S:
            try:
                client.sendall(one)
                if client.recv(100) == b"":
                    break
            except socket.timeout:
                pass
            except OSError:
                break
    return time.monotonic() - started


def check_raw(suite, server):
    for name, (data, wanted) in RAW.items():
        got = statuses(send(server, data, len(wanted), half=name == "a client that says no more"))
        suite.check(name, wanted, got)
    answer = send(server, b"HEAD /api/individuals" + HOST + b"Connection: close\r\n\r\n", 2)
    suite.check("HEAD has no body", True, answer.endswith(b"\r\n\r\n") and b"Content-Length: " in answer)
    answer = send(server, b"DELETE /api/individuals" + HOST + b"Connection: close\r\n\r\n", 2)
    suite.check("405 says what is allowed", True, b"\r\nAllow: GET, HEAD, POST, OPTIONS\r\n" in answer)
    suite.check("any origin may read", True, b"\r\nAccess-Control-Allow-Origin: *\r\n" in answer)
    answer = send(server, (GET + b"\r\n") * 2 + b"\x00\xff garbage\r\n\r\n", 3, wait=2 * TIMEOUT_S + 2)
    suite.check("garbage behind two requests: two answers", [200, 200], statuses(answer)[:2])


def check_slow(suite, server):
    slow = [("headers", GET, b"X"), ("a body", POST + b"Content-Length: 500\r\n\r\n", b" "),
            ("a request line", b"GET /api", b"x"), ("nothing at all", b"", b"")]
    seconds = {}

    def one(name, head, byte):
        seconds[name] = drip(server, head, byte, 0.1)
    clients = [threading.Thread(target=one, args=s) for s in slow]
    for client in clients:
        client.start()
    suite.check("others are answered meanwhile", 200, server.ask("/api/info")[0])
    for client in clients:
        client.join()
    for name, _, _ in slow:
        suite.check(f"who drips {name} is disconnected", True, TIMEOUT_S - 0.5 < seconds[name] < 3 * TIMEOUT_S + 1,
                    seconds[name])


def check_many(suite, server):
    """64 at once, each with a connection of its own, half of them with bad requests."""
    wrong = []

    def client(n):
        for i in range(20):
            is_bad = (n + i) % 2 == 1
            status, document = server.ask("/api/individuals?filters=" + ("banana" if is_bad else "NCIT:C16576"))
            right = (400,) if is_bad else (200,)
            if status not in right or ("error" in document) != is_bad:
                wrong.append((status, document))
    clients = [threading.Thread(target=client, args=(n,)) for n in range(64)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    suite.check("64 clients, 20 requests each", [], wrong[:3])
    quiet = [socket.create_connection(server.address.rsplit(":", 1)) for _ in range(100)]
    suite.check("answered beside 100 idle connections", 200, server.ask("/api/info")[0])
    for connection in quiet:
        connection.close()


def check_config(suite, server):
    document = server.ask("/api/info")[1]
    suite.check("the id of the configuration", "org.example.limits", document["meta"]["beaconId"])
    suite.check("a name with odd letters", "Ö & Söhne <b>", document["response"]["organization"]["name"])
    sets = server.ask("/api/map")[1]["response"]["endpointSets"]
    suite.check("addresses of the map are those of base_url", "https://beacon.example.org/node/api/individuals",
                sets["individual"]["rootUrl"])
    for name, line, said in (("an unknown key", "beacon_idd = x", "beacon_id"), ("no number", "workers = many", "workers"),
                             ("no environment", "environment = moon", "environment"), ("no URL", "base_url = here", "base_url")):
        done = suite.run("serve", "-d", suite.path("store"), "--config", suite.write("bad.conf", line + "\n"), timeout=20)
        suite.check(f"{name} is refused", (2, True), (done.code, said in done.err), done.err)
    done = suite.run("serve", "-d", suite.path("store"), "--listen", server.address, timeout=20)
    suite.check("an address in use", (6, True), (done.code, server.address in done.err), done.err)
    done = suite.run("serve", "-d", suite.path("store"), "--listen", "nonsense", timeout=20)
    suite.check("no address", 2, done.code, done.err)


def check_drain(suite, server):
    """Requests that were begun are answered; the log has a line for each."""
    host, port = server.address.rsplit(":", 1)
    begun = socket.create_connection((host, int(port)), 10)
    begun.sendall(POST + b"Content-Length: 2\r\n\r\n{")
    idle = socket.create_connection((host, int(port)), 10)
    time.sleep(0.3)
    server.process.terminate()
    time.sleep(0.3)
    begun.sendall(b"}")
    answer = begun.recv(65536)
    suite.check("a request begun before SIGTERM is answered", [200], statuses(answer))
    suite.check("and told to close", True, b"\r\nConnection: close\r\n" in answer)
    try:
        socket.create_connection((host, int(port)), 1).close()
        is_open = True
    except OSError:
        is_open = False
    suite.check("nobody else is let in", False, is_open)
    suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])
    begun.close()
    idle.close()
    lines = [x for x in server.said().splitlines() if " /api/" in x]
    suite.check("the log has the told counts", True, any("told=40" in x and "sex=female" in x for x in lines), lines[-1:])
    suite.check("and no individual", False, "person-1" in server.said())


def main():
    suite = harness.Suite()
    store = suite.path("store")
    people = [{"id": f"person-{n}", "sex": {"id": "NCIT:C16576" if n < 40 else "NCIT:C20197"}} for n in range(100)]
    done = suite.run("people", "-d", store, "--dataset", "p", suite.write("people.json", json.dumps(people)))
    suite.check("people exits", 0, done.code, done.said())
    server = beacon_http.Server(suite, store, "--config", suite.write("server.conf", CONFIG))
    if not suite.check("the server listens", True, server.address is not None, server.said()):
        return suite.close()
    check_config(suite, server)
    check_raw(suite, server)
    check_many(suite, server)
    check_slow(suite, server)
    check_drain(suite, server)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
