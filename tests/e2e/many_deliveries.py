#!/usr/bin/env python3
"""Many deliveries: few open files, counts as of one import, and a server that takes up each night's.

SKERRY_DELIVERIES says how many (120; 1,000 for the whole year). Programs may have 64 open files, the server 300.
"""
import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import format_catalogue
import format_reader
from harness import IS_SANITIZED, Suite

N = int(os.environ.get("SKERRY_DELIVERIES", "24" if IS_SANITIZED else "120"))
FILES, SERVER_FILES = 64, 300
SEED = 20261130
BASES = "ACGT"


def few_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))


def some_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (SERVER_FILES, SERVER_FILES))


def made(rng):
    """Alleles, and for each delivery its samples with the copies that they have of some of them."""
    alleles = []
    for contig in ("1", "2"):
        for pos in sorted(rng.sample(range(1000, 60000), 40)):
            ref = rng.choice(BASES)
            alleles.append((contig, pos, ref, rng.choice([b for b in BASES if b != ref])))
    nights = []
    for night in range(N):
        samples = [f"P{night:04}-{i}" for i in range(rng.randint(1, 3))]
        rows = {a: [rng.choice((0, 0, 1, 1, 2, -1)) for _ in samples] for a in alleles if rng.random() < 0.3}
        nights.append((samples, rows))
    return alleles, nights


def vcf(samples, rows):
    text = ["##fileformat=VCFv4.3", "##contig=<ID=1,length=248956422>", "##contig=<ID=2,length=242193529>",
            '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
            "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(samples)]
    words = {0: "0/0", 1: "0/1", 2: "1/1", -1: "./."}
    for (contig, pos, ref, alt), copies in sorted(rows.items()):
        text.append(f"{contig}\t{pos}\t.\t{ref}\t{alt}\t50\tPASS\t.\tGT\t" + "\t".join(words[c] for c in copies))
    return "\n".join(text) + "\n"


def joint(alleles, nights):
    """The same people in one file; who was not delivered with a record has nothing said of it."""
    samples = [s for names, _ in nights for s in names]
    text = vcf(samples, {}).splitlines()
    words = {0: "0/0", 1: "0/1", 2: "1/1", -1: "./."}
    for allele in sorted(alleles):
        cells = [words[c] for names, rows in nights for c in rows.get(allele, [-1] * len(names))]
        text.append("\t".join((allele[0], str(allele[1]), ".", allele[2], allele[3], "50", "PASS", ".", "GT", *cells)))
    return "\n".join(text) + "\n"


def right(nights, allele):
    """AC, AN and carriers of an allele over the nights that were delivered."""
    cells = [c for _, rows in nights for c in rows.get(allele, ()) if c >= 0]
    return sum(cells), 2 * len(cells), sum(c > 0 for c in cells)


def deliver(suite, store, night, samples, rows):
    path = suite.write("night.vcf", vcf(samples, rows))
    done = subprocess.run([suite.program, "import", "-d", store, "--dataset", "nights", "--assembly", "GRCh38",
                           "--gate", "none", path], preexec_fn=few_files, capture_output=True, timeout=120)
    if done.returncode != 0:
        suite.check(f"delivery {night}", 0, done.returncode, done.stderr.decode()[-300:])


class Server:
    def __init__(self, suite, store):
        self.process = subprocess.Popen([suite.program, "serve", "-d", store, "--listen", "127.0.0.1:0",
                                         "--policy", suite.write("exact.conf", "counts = exact\n"),
                                         "--config", suite.write("serve.conf", "metrics = on\n")],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=some_files)
        self.lines = []
        self.address = None
        threading.Thread(target=self.read, daemon=True).start()
        until = time.monotonic() + 60
        while self.address is None and time.monotonic() < until and self.process.poll() is None:
            time.sleep(0.02)

    def read(self):
        for line in self.process.stderr:
            self.lines.append(line.decode("utf-8", "replace"))
            if self.address is None and self.lines[-1].startswith("listening on "):
                self.address = "http://" + self.lines[-1].split()[2]

    def get(self, path):
        with urllib.request.urlopen(self.address + path, timeout=60) as answer:
            return answer.read().decode()

    def metric(self, name):
        for line in self.get("/metrics").splitlines():
            if line.startswith("skerry_" + name + " "):
                return int(float(line.split()[1]))
        return -1

    def n_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def ask(server, allele):
    contig, pos, ref, alt = allele
    answer = json.loads(server.get(f"/api/g_variants?assemblyId=GRCh38&referenceName={contig}&start={pos - 1}"
                                   f"&referenceBases={ref}&alternateBases={alt}&requestedGranularity=count"))
    return answer["responseSummary"]["exists"]


def check_server(suite, store, alleles, nights, last):
    """A night is delivered and taken up while others ask: no request fails, files stay few."""
    server = Server(suite, store)
    suite.check("a server of many deliveries starts with few files", True, server.address is not None, "".join(server.lines)[-400:])
    if server.address is None:
        return
    failures, most, asked, done = [], [0], [0], threading.Event()
    known = {a: right(nights, a)[2] > 0 for a in alleles}

    def client(seed):
        rng = random.Random(seed)
        while not done.is_set():
            allele = rng.choice(alleles)
            try:
                found = ask(server, allele)
                if known[allele] and not found:
                    failures.append(f"{allele}: nobody")
            except OSError as fault:
                failures.append(str(fault))
            asked[0] += 1
            most[0] = max(most[0], server.n_files())
            time.sleep(0.01)
    clients = [threading.Thread(target=client, args=(SEED + i,)) for i in range(4)]
    for c in clients:
        c.start()
    for i, (samples, rows) in enumerate(last):
        deliver(suite, store, N + i, samples, rows)
        before = server.metric("generations_taken_up_total")
        server.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 60
        while server.metric("generations_taken_up_total") == before and time.monotonic() < until:
            time.sleep(0.02)
    until = time.monotonic() + 30
    while asked[0] <= 50 and time.monotonic() < until:
        time.sleep(0.02)
    done.set()
    for c in clients:
        c.join()
    suite.check("no question failed while nights were taken up", [], failures[:3])
    suite.check("many were asked", True, asked[0] > 50, asked[0])
    suite.check("its files stay few", True, most[0] < SERVER_FILES / 2, most[0])
    suite.check("the metrics tell how many may be open", True, 0 < server.metric("segment_files_open") <= server.metric("segment_files_open_max") < SERVER_FILES / 4)
    suite.check("and how many files there are", N + len(last), server.metric("segment_files"))
    suite.check("no reload failed", 0, server.metric("reloads_failed_total"))
    suite.check("it stops", 0, server.stop(), "".join(server.lines)[-400:])


def check_answers(suite, store, one, alleles, nights):
    """Allele by allele as counted here, and byte for byte as of one import."""
    def told(path):
        done = subprocess.run([suite.program, "alleles", "-d", path, "--json", "all"], preexec_fn=few_files, capture_output=True, timeout=300)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return done.returncode, {row["variant"]: row for row in rows}, done.stderr
    code, many, said = told(store)
    suite.check("alleles of many deliveries with few files", 0, code, said[-300:])
    _, of_one, _ = told(one)
    names = {f"{c}-{p}-{r}-{a}": right(nights, (c, p, r, a)) for c, p, r, a in alleles}
    wrong = []
    for name, (ac, an, carriers) in names.items():
        row, other = many.get(name), of_one.get(name)
        if row is None or other is None:
            if ac > 0 or (row is None) != (other is None):
                wrong.append((name, ac, row, other))
        elif (row["ac"], row["an"], row["carriers"]) != (ac, an, carriers) or any(row[k] != other[k] for k in ("ac", "an", "carriers", "hom", "het")):
            wrong.append((name, (ac, an, carriers), row, other))
    suite.check("alleles as counted here and as of one import", [], wrong[:2])
    rng = random.Random(SEED + 1)
    for question in [f"carries(variant={n})" for n in rng.sample(sorted(names), 6)] + ["carries(region=1:1000-60000)", "carries(region=2:1-30000 and ac<=3)", "not carries(region=1:1000-9000)",
                     "has(genome)", f"sample={nights[0][0][0]} or sample={nights[-1][0][-1]}", f"unassessed(variant={sorted(names)[0]})"]:
        suite.check(question, suite.count(one, question), suite.count(store, question))


def check_catalogues(suite, path):
    """Most deliveries are in catalogues, which say what a second reader finds in their members."""
    store = format_reader.Store(path)
    by_name = {entry["file"][0]: segment for entry, segment in zip(store.manifest["segments"], store.segments)}
    catalogues = [format_catalogue.Catalogue(path, file) for file in store.manifest["catalogues"]]
    n_in = sum(len(c.members) for c in catalogues)
    suite.check("few deliveries are in no catalogue", True, len(by_name) - n_in < 8 and n_in > 0, (n_in, len(by_name)))
    suite.check("few catalogues", True, len(catalogues) <= 14, len(catalogues))
    wrong = []
    for catalogue in catalogues:
        try:
            format_catalogue.compare(catalogue, [by_name[m["file"][0]] for m in catalogue.members])
        except (AssertionError, KeyError) as fault:
            wrong.append(repr(fault))
    suite.check("catalogues as a second reader makes them of their members", [], wrong)
    n_bytes = sum(entry["file"][1] for entry in store.manifest["segments"])
    suite.check("they cost less than the deliveries", True, sum(c.spent for c in catalogues) < n_bytes,
                (sum(c.spent for c in catalogues), n_bytes))


def check_damage(suite, store, alleles):
    """One damaged delivery: a question that needs it fails, never counts less; verify names it."""
    names = sorted((n for n in os.listdir(store) if n.startswith("segment-")), key=lambda n: int(n.split("-")[1].split(".")[0]))
    path = os.path.join(store, names[len(names) // 2])
    with open(path, "r+b") as fh:
        bytes_before = fh.read()
        fh.seek(64)
        fh.write(bytes(b ^ 0x5a for b in bytes_before[64:200]))
    done = suite.run("alleles", "-d", store, "region=1:1-100000")
    suite.check("a damaged delivery: exit 3", 3, done.code, done.said())
    suite.check("it is named", True, os.path.basename(path) in done.err, done.err[-300:])
    done = suite.run("verify", "-d", store)
    suite.check("verify finds it", (3, True), (done.code, os.path.basename(path) in done.out + done.err), done.said())
    with open(path, "wb") as fh:
        fh.write(bytes_before)
    suite.check("restored, it is sound", 0, suite.run("verify", "-d", store).code)


def check_damaged_catalogue(suite, store):
    """It is refused; the next delivery makes it anew."""
    path = os.path.join(store, sorted(n for n in os.listdir(store) if n.startswith("catalogue-"))[0])
    with open(path, "r+b") as fh:
        fh.seek(-40, os.SEEK_END)
        fh.write(b"?")
    done = suite.run("alleles", "-d", store, "all")
    suite.check("a damaged catalogue: exit 3, named", (3, True), (done.code, os.path.basename(path) in done.err), done.said())
    done = suite.run("verify", "-d", store)
    suite.check("verify finds it", (3, True), (done.code, os.path.basename(path) in done.out + done.err), done.said())
    deliver(suite, store, "after damage", ["Z1"], {("1", 70000, "A", "C"): [1]})
    suite.check("the next delivery makes it anew", 0, suite.run("verify", "-d", store).code)
    suite.check("and it answers", 1, suite.count(store, "carries(variant=1-70000-A-C)"))


def main():
    suite = Suite()
    print(f"# seed {SEED}, {N} deliveries")
    alleles, nights = made(random.Random(SEED))
    store, one = suite.path("many"), suite.path("one")
    began = time.monotonic()
    for i, (samples, rows) in enumerate(nights):
        deliver(suite, store, i, samples, rows)
    print(f"# imports: {time.monotonic() - began:.1f} s")
    rng = random.Random(SEED + 2)
    last = [([f"L{i}"], {a: [rng.choice((0, 1, 2))] for a in alleles if rng.random() < 0.3}) for i in range(3)]
    check_server(suite, store, alleles, nights, last)
    nights = nights + last
    done = suite.run("import", "-d", one, "--dataset", "nights", "--assembly", "GRCh38", "--gate", "none", suite.write("joint.vcf", joint(alleles, nights)))
    suite.check("one import of all", 0, done.code, done.said())
    check_answers(suite, store, one, alleles, nights)
    check_catalogues(suite, store)
    check_damage(suite, store, alleles)
    check_damaged_catalogue(suite, store)
    left = [n for n in os.listdir(store) if n.startswith("MANIFEST.")]
    suite.check("no old manifest is left that nobody reads", True, len(left) <= 1, left)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
