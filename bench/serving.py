"""The lines about counts over HTTP: 64 connections, beside an empty handler of the same library."""
import json
import os
import random
import re
import subprocess
import urllib.request

from measure import Wrong, output_of, time_text

N_SECONDS = 2
N_ALLELES = 2000


class Server:
    """A program that says on standard error where it listens."""

    def __init__(self, *argv):
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.where = None
        for line in self.process.stderr:
            found = re.search(rb"listening on \S*?([0-9.]+:[0-9]+)", line)
            if found:
                self.where = found[1].decode()
                break
        if self.where is None:
            raise Wrong(f"{argv[0]} does not listen")
        # its log goes the way of a file from here on
        self.sink = subprocess.Popen(["cat"], stdin=self.process.stderr, stdout=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.sink.wait()


def load(o, server, requests):
    """Per second, 99 of 100 within (s), server CPU a request (s), bytes of an answer."""
    said = output_of(os.path.join(o.build, "bench/bench_http"), "-c", "64", "-s", str(N_SECONDS), "-p",
                     str(server.process.pid), server.where, requests)
    words = said.split()
    of = dict(zip(words[::2], words[1::2]))
    if of["wrong"] != "0":
        raise Wrong(f"HTTP: {of['wrong']} of {of['requests']} requests refused")
    return float(of["per_s"]), float(of["p99_us"]) / 1e6, float(of["cpu_us"]) / 1e6, int(of["bytes"])


def target(variant):
    contig, at, ref, alt = variant.split("-")
    return (f"/api/individuals?requestedGranularity=count&assemblyId=GRCh38&referenceName={contig}&start={int(at) - 1}"
            f"&referenceBases={ref}&alternateBases={alt}")


def body(variant):
    contig, at, ref, alt = variant.split("-")
    return json.dumps({"meta": {"apiVersion": "2.0"}, "query": {
        "requestedGranularity": "count", "requestParameters": {"g_variant": {
            "assemblyId": "GRCh38", "referenceName": contig, "start": [int(at) - 1], "referenceBases": ref,
            "alternateBases": alt}}}})


def written(lines, name, requests):
    path = os.path.join(lines.data.folder, name)
    with open(path, "w") as fh:
        fh.write("\n".join(requests) + "\n")
    return path


def check_answers(lines, server, variants):
    """A few answers over HTTP beside those of the command line."""
    for variant in variants:
        want = int(output_of(lines.o.skerry, "count", "-q", "-d", lines.store, f"carries(variant={variant})"))
        post = urllib.request.Request(f"http://{server.where}/api/individuals", body(variant).encode(),
                                      {"Content-Type": "application/json"})
        for request in (f"http://{server.where}{target(variant)}", post):
            with urllib.request.urlopen(request) as answer:
                told = json.load(answer)["responseSummary"].get("numTotalResults")
            if told != want:
                raise Wrong(f"HTTP says {told} people carry {variant}, the command line {want}")


def start(lines, cache_mib):
    config = os.path.join(lines.data.folder, "config")
    policy = os.path.join(lines.data.folder, "policy")
    with open(policy, "w") as fh:
        fh.write("counts = exact\n")
    with open(config, "w") as fh:
        fh.write(f"answer_cache_mib = {cache_mib}\n")
    return Server(lines.o.skerry, "serve", "-d", lines.store, "--config", config, "--policy", policy, "--listen",
                  "127.0.0.1:0")


def http_lines(lines):
    o, table = lines.o, lines.table
    variants = [a[0] for a in random.Random(3).sample(lines.data.alleles, min(N_ALLELES, len(lines.data.alleles)))]
    get = written(lines, "get", [target(variants[0])])
    post = written(lines, "post", ["/api/individuals " + body(variants[0])])
    many = written(lines, "many", [target(v) for v in variants])
    cached, plain = start(lines, 64), start(lines, 0)
    empty = None
    try:
        for server in (cached, plain):
            check_answers(lines, server, variants[:3] * 2)
        n_bytes = load(o, cached, get)[3]
        empty = Server(os.path.join(o.build, "bench/bench_empty_http"), str(max(0, n_bytes - 200)))
        empty_target = written(lines, "empty", ["/"])
        taken = {"empty": [], "get": [], "post": [], "point": []}
        for _ in range(3):
            taken["empty"].append(load(o, empty, empty_target))
            taken["get"].append(load(o, cached, get))
            taken["post"].append(load(o, cached, post))
            taken["point"].append(load(o, plain, many))
    finally:
        for server in (s for s in (cached, plain, empty) if s is not None):
            server.stop()
    middle = {name: [sorted(t[i] for t in runs)[1] for i in range(4)] for name, runs in taken.items()}
    floor = middle["empty"][2]
    table.row(lines.label("HTTP, 64 connections: an empty handler"), "", f"{time_text(floor)} of server CPU",
              "", f"{middle['empty'][0]:.0f} a second, with the load's own CPU")
    for name, what, least in (("get", "a count that was kept, GET", 0.5), ("post", "the same by POST", 0.3)):
        ours = middle[name][2]
        table.row(lines.label(f"HTTP: {what} ({middle[name][0]:.0f} a second)"), "empty handler", time_text(floor),
                  time_text(ours), f"{floor / ours:.2f} of its rate", f">= {least}", floor / ours >= least)
    _, p99, cpu, _ = middle["point"]
    table.row(lines.label(f"HTTP: count of one allele, nothing kept ({middle['point'][0]:.0f} a second)"),
              "empty handler", time_text(floor), time_text(cpu), f"{cpu / floor:.1f} x", "<= 60 us", cpu <= 60e-6)
    table.row(lines.label("  99 of 100 answered within"), "", time_text(middle["empty"][1]), time_text(p99), "",
              "<= 20 ms", p99 <= 20e-3)
