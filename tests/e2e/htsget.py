#!/usr/bin/env python3
"""htsget: what a ticket server of our own gives is the store that the files give; hosts that the operator did not name
are never asked; what is cut, moved, changed, repeated or no answer is refused in one line, the store as before.

samtools/htslib#1046: what htsget gives turns out to be sealed. 7etsuo/tcurl#7: headers that leak to another host.
umccr/htsget-rs#262: tickets of sealed files.
"""
import base64
import gzip
import hashlib
import http.server
import json
import os
import ssl
import subprocess
import sys
import threading

import harness
import sealing
from reads import make
from sealed_files import SMALL, WANTED, bgzf


class Server:
    """Answers paths by what a test put there; remembers who asked."""

    def __init__(self, context=None):
        self.answers, self.asked = {}, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.asked.append((self.path, dict(self.headers)))
                answer = outer.answers.get(self.path.split("?")[0], (404, {}, b"{}"))
                code, headers, body = answer(self) if callable(answer) else answer
                if code is None:  # bytes as they are
                    self.wfile.write(body)
                    self.close_connection = True
                    return
                self.send_response(code)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.host = f"127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def part(self, path, content):
        """A file of which ranges may be asked."""
        def answer(request):
            wanted = request.headers.get("Range")
            if wanted is None:
                return 200, {}, content
            first, last = wanted[len("bytes="):].split("-")
            return 206, {}, content[int(first):int(last) + 1]
        self.answers[path] = answer

    def ticket(self, path, urls, **more):
        self.answers[path] = 200, {}, json.dumps({"htsget": {"format": "VCF", "urls": urls, **more}}).encode()


def data(content):
    return {"url": "data:application/octet-stream;base64," + base64.b64encode(content).decode()}


class Node:
    def __init__(self):
        self.suite = harness.Suite()
        self.server, self.other = Server(), Server()
        self.key = sealing.Key()
        self.key_path = self.key.save(self.suite.path("key.sec"))
        self.hosts = self.suite.write("hosts", f"# ours\n{self.server.host} http private\n\n{self.other.host}\thttp private # too\n")
        self.n = 0

    def take(self, path, *more, hosts=None, store=None, server=None, assembly="GRCh37"):
        self.n += 1
        store = store or self.suite.path(f"s{self.n}")
        done = self.suite.run("import", "-q", "-d", store, "--dataset", "d", "--assembly", assembly,
                              *(("--htsget-hosts", hosts or self.hosts) if hosts != "" else ()), *more,
                              f"htsget://{server or self.server.host}{path}")
        return done, store

    def numbers(self, store):
        found = [self.suite.allele(store, name) for name in ("6-1000-C-G", "6-3000-TAC-T")]
        return [[r[k] for k in ("ac", "an", "carriers")] if isinstance(r, dict) else r for r in found]

    def takes(self, name, path, *more, **named):
        done, store = self.take(path, *more, **named)
        self.suite.check(f"taken: {name}", WANTED, self.numbers(store) if done.code == 0 else done.said())
        self.suite.check(f"taken: {name}: nothing is left lying", [],
                         [s for s in os.listdir(store) if s.endswith(".tmp")] if done.code == 0 else [])

    def refuses(self, name, path, word, *more, **named):
        done, store = self.take(path, *more, **named)
        lines = [s for s in done.err.splitlines() if s.strip()]
        made = [s for s in os.listdir(store) if s not in ("L",)] if os.path.isdir(store) else []
        self.suite.check(f"refused: {name}", (2, 1, True, []),
                         (done.code, len(lines), word in done.err, made), done.err[:500])


def pieces(node, content, n=3):
    """Content as parts of one file of the other server, each asked for by its range."""
    node.other.part("/file", content)
    step = -(-len(content) // n)
    return [{"url": f"http://{node.other.host}/file",
             "headers": {"Range": f"bytes={at}-{min(at + step, len(content)) - 1}", "X-Pass": "s3cret"}}
            for at in range(0, len(content), step)]


def check_taken(node):
    server, other = node.server, node.other
    for name, content in (("plain", SMALL.encode()), ("bgzip", bgzf(SMALL.encode())), ("gzip", gzip.compress(SMALL.encode())),
                          ("sealed", sealing.seal(SMALL.encode(), node.key))):
        md5 = hashlib.md5(content).hexdigest()
        server.ticket("/variants/a", [data(content[:20])] + [data(content[20:])], md5=md5)
        node.takes(f"{name}, in the ticket", "/variants/a", "--c4gh-key", node.key_path)
        server.ticket("/variants/b", [data(content[:0])] + pieces(node, content), md5=md5.upper())
        node.takes(f"{name}, from two hosts", "/variants/b", "--c4gh-key", node.key_path)
        server.part("/whole", content)
        server.ticket("/variants/c", [{"url": f"http://{server.host}/whole", "class": "body"}], md5=md5)
        node.takes(f"{name}, whole", "/variants/c", "--c4gh-key", node.key_path)
    node.suite.check("headers of a part go with it", True, all(h.get("X-Pass") == "s3cret" for _, h in other.asked))
    node.suite.check("and to nobody else", [], [p for p, h in server.asked if "X-Pass" in h])
    token = node.suite.write("token", "t0ken\n")
    hosts = node.suite.write("hosts2", f"{server.host} http private token={token}\n{other.host} http private\n")
    server.asked.clear()
    other.asked.clear()
    node.takes("with a token", "/variants/b", "--c4gh-key", node.key_path, hosts=hosts)
    node.suite.check("a token goes with the ticket", "Bearer t0ken", server.asked[0][1].get("Authorization"))
    node.suite.check("and to nobody else", [], [p for p, h in other.asked if "Authorization" in h])
    tries = []

    def at_the_third(request):
        tries.append(1)
        return (503, {}, b"") if len(tries) < 3 else (200, {}, SMALL.encode())
    server.answers["/tired"] = at_the_third
    server.ticket("/variants/d", [{"url": f"http://{server.host}/tired"}], md5=hashlib.md5(SMALL.encode()).hexdigest())
    node.takes("a host that is tired twice", "/variants/d")
    content = SMALL.encode()
    server.ticket("/variants/e", [data(content)])
    sums = node.suite.write("sums", f"{hashlib.sha256(content).hexdigest()}  e\n")
    node.takes("without md5, with --checksums", "/variants/e", "--checksums", sums)
    node.takes("without md5, from who is trusted", "/variants/e",
               hosts=node.suite.write("hosts3", f"{server.host} http private unsummed\n"))
    node.refuses("without md5", "/variants/e", "no md5")
    node.refuses("another than --checksums says", "/variants/e", "", "--checksums",
                 node.suite.write("sums2", f"{hashlib.sha256(b'x').hexdigest()}  e\n"))


def check_reads(node):
    """A CRAM, plain and sealed, in pieces."""
    suite = node.suite
    make(suite, "a", "cram", 20000, 20, 5)
    with open(suite.path("a.cram"), "rb") as file:
        cram = file.read()
    more = ("--reference", suite.path("a.fa"), "--c4gh-key", node.key_path, "--format", "cram")
    suite.run("import", "-q", "-d", suite.path("plain"), "--dataset", "d", "--assembly", "toy", *more, suite.path("a.cram"))
    ask = lambda store: suite.run("alleles", "-d", store, "--tsv", "region=1:1-20000").out
    wanted = ask(suite.path("plain"))
    suite.check("the reads say something", True, len(wanted) > 500)
    for name, content in (("a CRAM", cram), ("a sealed CRAM", sealing.seal(cram, node.key))):
        node.server.ticket("/reads/r", pieces(node, content, 5), md5=hashlib.md5(content).hexdigest())
        done, store = node.take("/reads/r", *more, assembly="toy")
        suite.check(f"{name} is taken", (0, True), (done.code, ask(store) == wanted), done.err)
    suite.check("a CRAM is asked for", "/reads/r?format=CRAM", node.server.asked[-1][0])
    node.refuses("a CRAM where VCF is asked for", "/reads/r", "holds reads", *more[:4], "--format", "vcf")


def check_order(node):
    """Parts that are left out, twice, in another order or changed."""
    content = bgzf(SMALL.encode() + b"".join(b"6\t%d\t.\tC\tG\t46\tPASS\t.\tGT\t0/1\t1/1\n" % n for n in range(4000, 9000)))
    urls = pieces(node, content, 6)
    md5 = hashlib.md5(content).hexdigest()
    node.server.ticket("/variants/o", urls, md5=md5)
    node.takes("six parts", "/variants/o")
    for i in range(6):
        for name, changed in (("left out", urls[:i] + urls[i + 1:]), ("twice", urls[:i + 1] + urls[i:]),
                              ("swapped", urls[:i] + urls[i + 1:i + 2] + [urls[i]] + urls[i + 2:])):
            if name != "swapped" or i < 5:
                node.server.ticket("/variants/o", changed, md5=md5)
                node.refuses(f"part {i} {name}", "/variants/o", "MD5")
    node.server.ticket("/variants/o", urls, md5=md5)
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 4
    node.other.part("/file", bytes(flipped))
    node.refuses("a bit flipped", "/variants/o", "MD5")
    node.other.part("/file", content[:-1])
    node.refuses("a file that is shorter by now", "/variants/o", "bytes came of")
    node.other.answers["/file"] = 200, {}, content
    node.refuses("the whole for a part", "/variants/o", "not 206")
    node.other.answers["/file"] = 206, {}, content
    node.refuses("more than was asked for", "/variants/o", "more than")


def check_answers(node):
    server, other = node.server, node.other
    content = SMALL.encode()
    md5 = hashlib.md5(content).hexdigest()
    url = f"http://{other.host}/x"
    server.ticket("/variants/x", [{"url": url}], md5=md5)
    head = b"HTTP/1.1 200 OK\r\n"
    for name, answer, word in (
            ("a part that is cut off", (200, {"Content-Length": str(len(content) + 9)}, content), other.host.split(":")[0]),
            ("an answer without a length", (None, {}, b"HTTP/1.0 200 OK\r\n\r\n" + content), "how long"),
            ("chunks that are cut off", (None, {}, head + b"Transfer-Encoding: chunked\r\n\r\n5\r\n##fil\r\n"), "127.0.0.1"),
            ("no HTTP", (None, {}, b"hello\r\n\r\n"), "127.0.0.1"),
            ("a redirect", (302, {"Location": f"http://{server.host}/whole"}, b""), "redirect"),
            ("a redirect to itself", (307, {"Location": url}, b""), "redirect"),
            ("not found", (404, {}, b""), "404"),
            ("a half answer", (206, {}, content), "206"),
            ("nothing", (200, {}, b""), "MD5")):
        other.answers["/x"] = answer
        node.refuses(name, "/variants/x", word)
    ok = json.dumps({"htsget": {"urls": [data(content)], "md5": md5}}).encode()
    for name, body, word in (
            ("no JSON", b"<html>", "no JSON"), ("another object", b"{}", "no parts"), ("a list", b"[]", "no parts"),
            ("no parts", b'{"htsget": {"urls": []}}', "no parts"), ("parts that are none", b'{"htsget": {"urls": [1]}}', "address"),
            ("a name twice", ok[:-1] + b', "htsget": {}}', "no JSON"), ("behind its end", ok + b"x", "no JSON"),
            ("a ticket of two MiB", ok + b" " * (2 << 20), "more than"), ("half a ticket", ok[:-9], "no JSON"),
            ("an md5 that is none", ok.replace(md5.encode(), b"zz"), "md5"),
            ("very deep", b"[" * 100000, "no JSON")):
        server.answers["/variants/y"] = 200, {}, body
        node.refuses("a ticket: " + name, "/variants/y", word)
    for code in (301, 401, 403, 404, 206):
        server.answers["/variants/y"] = code, {"Location": "/variants/z"}, ok
        node.refuses(f"a ticket: status {code}", "/variants/y", str(code))


def check_addresses(node):
    """No host is asked that the file does not name."""
    suite, server = node.suite, node.server
    stranger = Server()
    content = SMALL.encode()
    md5 = hashlib.md5(content).hexdigest()
    stranger.part("/x", content)
    good = data(content)
    for name, part, word in (
            ("a stranger", {"url": f"http://{stranger.host}/x"}, "not in"),
            ("a stranger by another name", {"url": f"http://localhost:{node.other.port}/x"}, "not in"),
            ("https of who has http", {"url": f"https://{node.other.host}/x"}, "does not allow"),
            ("a user", {"url": f"http://{node.other.host}@{stranger.host}/x"}, "no address"),
            ("a file", {"url": "file:///etc/passwd"}, "no address"), ("ftp", {"url": f"ftp://{node.other.host}/x"}, "no address"),
            ("s3", {"url": "s3://bucket/x"}, "no address"), ("no address", {"url": "x"}, "no"), ("empty", {"url": ""}, "no"),
            ("data as text", {"url": "data:,abc"}, "base64"), ("data that are none", {"url": "data:;base64,QQ"}, "base64"),
            ("data with a rest", {"url": "data:;base64,QR=="}, "base64"),
            ("a header of two lines", {**good, "headers": {"A": "b\r\nHost: c"}}, "header"),
            ("another host's name", {**good, "headers": {"Host": "c"}}, "header"),
            ("a header's name with blanks", {**good, "headers": {"A b": "c"}}, "header"),
            ("a header that is no text", {**good, "headers": {"A": 1}}, "header"),
            ("a range of two", {**good, "headers": {"Range": "bytes=0-1,3-4"}}, "range"),
            ("a range backwards", {**good, "headers": {"Range": "bytes=4-3"}}, "range")):
        server.ticket("/variants/n", [good, part], md5=md5)
        node.refuses("a part: " + name, "/variants/n", word)
    suite.check("strangers were not asked", [], stranger.asked)
    server.ticket("/variants/n", [good], md5=md5)
    node.refuses("without --htsget-hosts", "/variants/n", "nothing is fetched", hosts="")
    node.refuses("a server that is not named", "/variants/n", "not in", server=stranger.host)
    node.refuses("a user in its address", "/variants/n", "no address", server="a@" + server.host)
    for name, text, word in (
            ("https only", f"{server.host} private\n", "127.0.0.1: "),
            ("no private addresses", f"{server.host} http\n", "private address"),
            ("a word that is not known", f"{server.host} httpx\n", "line 1"), ("a port that is none", "a:0\n", "line 1"),
            ("a path", "\na/b\n", "line 2"), ("a pattern", "*.org\n", "line 1")):
        node.refuses("hosts: " + name, "/variants/n", word, hosts=suite.write("bad-hosts", text))
    node.refuses("hosts: none", "/variants/n", "cannot be opened", hosts=suite.path("gone"))
    local = f"localhost:{server.port}"
    node.refuses("a name that leads to a private address", "/variants/n", "private address", server=local,
                 hosts=suite.write("local", f"{local} http\n"))
    node.takes("the same, allowed", "/variants/n", server=local, hosts=suite.write("local", f"LOCALHOST:{server.port} http private\n"))
    suite.check("proxies are not asked", 0, subprocess.run(
        [suite.program, "import", "-q", "-d", suite.path("proxy"), "--dataset", "d", "--assembly", "GRCh37", "--htsget-hosts",
         node.hosts, f"htsget://{server.host}/variants/n"],
        env={**os.environ, "http_proxy": f"http://{stranger.host}", "ALL_PROXY": f"http://{stranger.host}"}).returncode)
    suite.check("strangers were not asked to the end", [], stranger.asked)


def check_tls(node):
    suite = node.suite
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", suite.path("tls.key"), "-out",
                           suite.path("tls.pem"), "-days", "3", "-subj", "/CN=localhost", "-addext",
                           "subjectAltName=DNS:localhost,IP:127.0.0.1"], capture_output=True) if harness.have("openssl") else None
    if made is None or made.returncode != 0:
        return suite.skip("TLS", "openssl makes no certificate here")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(suite.path("tls.pem"), suite.path("tls.key"))
    server = Server(context)
    server.ticket("/variants/t", [data(SMALL.encode())], md5=hashlib.md5(SMALL.encode()).hexdigest())
    line = f"{server.host} private"
    node.takes("over TLS", "/variants/t", server=server.host, hosts=suite.write("tls", f"{line} ca={suite.path('tls.pem')}\n"))
    node.refuses("a certificate of nobody", "/variants/t", "127.0.0.1", server=server.host, hosts=suite.write("tls2", line + "\n"))


def main():
    node = Node()
    for check in (check_taken, check_reads, check_order, check_answers, check_addresses, check_tls):
        check(node)
    return node.suite.close()


if __name__ == "__main__":
    sys.exit(main())
