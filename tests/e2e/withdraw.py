#!/usr/bin/env python3
"""People who withdraw, and datasets that are hidden, shown and withdrawn: a store that somebody left says at every door
what a store says that was made without them.

An allele that only the withdrawn person had is not listed any more, which a subset of a VCF does not see to by itself
(samtools/bcftools#995). People leave a store without its being made anew, and its counts know of it: how to delete a
sample is asked of other stores too (TileDB-Inc/TileDB-VCF#443, broadinstitute/gatk#8114).

The seed is printed; SKERRY_SEED brings it back."""
import json
import os
import random
import sys
import time

import beacon_http
import harness

HEAD = ("##fileformat=VCFv4.3\n##contig=<ID=1,length=248956422>\n##contig=<ID=X,length=156040895>\n"
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
        '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="q">\n'
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t")
CONF = "counts = exact\n"
PLACES = [("1", p) for p in range(1000, 1400, 20)] + [("X", p) for p in range(20000000, 20000100, 20)]
TERMS = [f"HP:{n:07}" for n in range(1250, 1258)]


def vcf(rows, people):
    """rows: {place: {person: genotype}}; a row is there if some person's file says something of it."""
    lines = []
    for place in sorted(rows):
        calls = [rows[place].get(p, "./.") for p in people]
        lines.append("\t".join([place[0], str(place[1]), ".", "A", "G", ".", "PASS", ".", "GT", *calls]))
    return HEAD + "\t".join(people) + "\n" + "".join(line + "\n" for line in lines)


class Truth:
    """Who there is and what was delivered, so that a store can be made of it anew."""

    def __init__(self, rng):
        self.rng, self.files, self.facts, self.gone = rng, [], {}, set()

    def draw_file(self, people, is_joint):
        rows = {}
        for place in self.rng.sample(PLACES, self.rng.randint(3, 12)):
            row = {p: self.rng.choice(("0/0", "0/1", "1/1", "./.")) for p in people}
            if place[0] == "X":
                row = {p: g if self.rng.random() < 0.7 else "0" for p, g in row.items()}
            if is_joint or any("1" in g for g in row.values()):
                rows[place] = row
        return {"people": list(people), "rows": rows, "joint": is_joint, "number": len(self.files)}

    def draw_facts(self, people):
        for p in people:
            self.facts[p] = (self.rng.choice(("female", "male")), self.rng.randint(1, 90),
                             self.rng.sample(TERMS, self.rng.randint(0, 3)))

    def table(self, people):
        return "id\tsex\tage\tphenotypes\n" + "".join(
            f"{p}\t{self.facts[p][0]}\t{self.facts[p][1]}\t{','.join(self.facts[p][2]) or '.'}\n" for p in people)


def take(suite, store, truth, files, folder, *more):
    """Imports files as one delivery, without those who are gone."""
    paths = []
    for f in files:
        people = [p for p in f["people"] if p not in truth.gone]
        if people:
            rows = f["rows"] if f["joint"] else {k: r for k, r in f["rows"].items() if any(p in r for p in people)}
            paths.append(suite.write(f"{folder}/{f['number']}.vcf", vcf(rows, people)))
    if not paths:
        return None
    sheet = suite.write(f"{folder}/sheet.tsv", "sample\tsex\n" + "".join(
        f"{p}\t{'XY' if int(p[1:]) % 2 else 'XX'}\n" for f in files for p in f["people"] if p not in truth.gone))
    return suite.run("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--json", "--samples", sheet, *more,
                     *paths)


def doors(suite, store, questions):
    """Everything that a store tells, but generations, files and versions."""
    said = {}
    for question in questions:
        done = suite.run("count", "-d", store, "--json", question)
        answer = done.objects()[-1]
        said["count " + question] = (done.code, answer.get("count"), [d["count"] for d in answer.get("datasets", [])],
                                     answer.get("unassessed"),
                                     # Of how many alleles AN is low is told as far as it was found on the way; a
                                     # place is silent if no segment says anything of it, until one is compacted.
                                     [w for w in answer["warnings"] if w["code"] not in ("low-an", "not-assessed")])
    for words in (["all"], ["region=1:1-1200"], ["af<0.3"], ["ac=1"], ["--in", "sex=female", "all"]):
        done = suite.run("alleles", "-d", store, "--json", *words)
        rows = sorted([r["variant"]] + [r[n] for n in harness.NUMBERS] for r in done.objects())
        said["alleles " + " ".join(words)] = (done.code, rows)  # contigs stand as the store met them
    for region in ("1:990-1410", "X:19999990-20000110"):
        for more in ((), ("--in", "sex=male")):
            said[f"an {region} {more}"] = suite.run("an", "-d", store, "--region", region, *more).out
    info = suite.run("info", "-d", store, "--json").objects()[-1]
    said["info"] = [(d["people"], d["genomes"]) for d in info["datasets"]]
    samples = suite.run("info", "-d", store, "--samples").out.splitlines()
    said["samples"] = sorted(tuple(line.split("\t")[:4] + line.split("\t")[5:6]) for line in samples)
    return said


def beacon(suite, store):
    """What a server says, and of which version."""
    server = beacon_http.Server(suite, store, "--policy", suite.write("exact.conf", CONF))
    said = {}
    for path in ("/api/datasets", "/api/filtering_terms?limit=0", "/api/individuals?requestedGranularity=count",
                 "/api/individuals?filters=HP:0001250&requestedGranularity=count",
                 "/api/g_variants?referenceName=1&start=999&referenceBases=A&alternateBases=G&assemblyId=GRCh38"):
        status, document = server.ask(path)
        text = json.dumps(document, sort_keys=True)
        for word in ('"generation": ', '"version": '):
            parts = text.split(word)
            text = parts[0] + "".join(p.lstrip('"0123456789') for p in parts[1:])
        said[path] = (status, text)
    server.stop()
    return said


QUESTIONS = ["all", "sex=female", "age<40", "carries(region=1:1-2000)", "carries(af<0.2)",
             "not carries(region=1:1000-1100)", "absent(variant=1-1000-A-G)", "carries(copies=2)",
             "id in (P1, P2, P3)", *TERMS]


def check_drawn(suite, rng, number):
    """A drawn history beside a store that is made at the end, without those who left."""
    truth, store = Truth(rng), suite.path(f"store{number}")
    n_people = 0
    history = []
    for step in range(rng.randint(3, 7)):
        what = rng.choice(("joint", "singles", "withdraw", "withdraw", "hide", "facts", "compact")) if n_people else "joint"
        if what in ("joint", "singles"):
            people = [f"P{n_people + i}" for i in range(rng.randint(1, 6))]
            n_people += len(people)
            files = [truth.draw_file(people, True)] if what == "joint" else []
            for p in people if what == "singles" else ():
                files.append(truth.draw_file([p], False))
                truth.files.append(None)
                files[-1]["number"] = len(truth.files) * 100 + len(files)
            done = take(suite, store, truth, files, f"in{number}.{step}")
            if done is not None and done.code == 0:
                history.append(files)
            truth.files.append(None)
        elif what == "facts":
            people = [f"P{i}" for i in range(n_people + 2) if f"P{i}" not in truth.gone]
            truth.draw_facts(people)
            suite.run("people", "-d", store, "--dataset", "d", "--replace",
                      suite.write(f"in{number}.{step}/people.tsv", truth.table(people)))
            n_people += 2
        elif what == "compact":
            done = suite.run("compact", "-d", store, *rng.choice(([], ["--all"])))
            suite.check(f"history {number}: compacted", 0, done.code, done.said())
        elif what == "hide":
            before = doors(suite, store, QUESTIONS[:3])
            suite.run("dataset", "-d", store, "--hide", "d")
            hidden = suite.run("count", "-d", store, "--json", "all").objects()[-1]
            suite.check(f"history {number}: hidden, nobody is told of", (0, []), (hidden["count"], hidden["datasets"]))
            suite.run("dataset", "-d", store, "--show", "d")
            suite.check(f"history {number}: shown, equal answers", before, doors(suite, store, QUESTIONS[:3]))
        else:
            here = [p for p in (f"P{i}" for i in range(n_people)) if suite.count(store, f"id={p}") == 1]
            leaving = rng.sample(here, min(len(here), rng.randint(1, 3)))
            if not leaving:
                continue
            done = suite.run("withdraw", "-d", store, *[w for p in leaving for w in ("--individual", p)])
            suite.check(f"history {number}: {leaving} withdraw", 0, done.code, done.said())
            truth.gone |= set(leaving)
    anew = suite.path(f"anew{number}")
    for i, files in enumerate(history):
        take(suite, anew, truth, files, f"again{number}.{i}")
    people = [p for p in truth.facts if p not in truth.gone]
    if people:
        suite.run("people", "-d", anew, "--dataset", "d", suite.write(f"again{number}/people.tsv", truth.table(people)))
    if not os.path.exists(os.path.join(anew, "MANIFEST")):
        return
    done = suite.run("verify", "-d", store)
    suite.check(f"history {number}: sound", 0, done.code, done.out[-300:])
    kept, made = doors(suite, store, QUESTIONS), doors(suite, anew, QUESTIONS)
    for door in made:
        suite.check(f"history {number}: {door}", made[door], kept[door], f"gone: {sorted(truth.gone)}")
    if number % 8 == 0:
        suite.check(f"history {number}: Beacon", beacon(suite, anew), beacon(suite, store))


def check_ids(suite, store, is_compacted=False):
    """No id of those who left is in a file, but in one of genomes that is not compacted yet."""
    for name in sorted(os.listdir(store)):
        with open(os.path.join(store, name), "rb") as fh:
            data = fh.read()
        if is_compacted or not name.startswith("segment"):
            suite.check(f"{name} does not name who left", False, b"MARKER-OF-WITHDRAWN" in data)


def check_edges(suite):
    """Who is unknown, ghosts, files that come again, readmission, and the last of a segment."""
    store, gone = suite.path("edges.store"), "MARKER-OF-WITHDRAWN" + "x" * 45
    people = ["A", gone, "C"]
    common = ("-d", store, "--dataset", "d", "--assembly", "GRCh38", "--json")
    joint = suite.write("edges/joint.vcf", vcf({("1", 1000): dict(zip(people, ("0/1", "0/1", "0/0"))),
                                                ("1", 1100): {gone: "1/1", "A": "0/0", "C": "0/0"}}, people))
    alone = suite.write(f"edges/{gone}.vcf", vcf({("X", 20000000): {gone: "1/1"}}, [gone]))
    facts = suite.write("edges/p.tsv", f"id\tsex\tphenotypes\nA\tfemale\tHP:0001250\n{gone}\tmale\tHP:7777777\n"
                        "GHOST\tmale\t.\n")
    suite.run("import", *common, joint)
    suite.run("import", *common, alone)
    suite.run("people", "-d", store, "--dataset", "d", facts)
    suite.check("a ghost is counted", 4, suite.count(store, "all"))
    done = suite.run("withdraw", "-d", store, "--individual", gone, "--individual", "nobody-there")
    suite.check("one unknown: exit 2", 2, done.code)
    suite.check("and named", True, "'nobody-there'" in done.said() and gone not in done.said(), done.said())
    suite.check("and nothing done", 4, suite.count(store, "all"))
    suite.check("of another dataset: exit 2", 2,
                suite.run("withdraw", "-d", store, "--dataset", "e", "--individual", gone).code)
    suite.check("nobody named: exit 2", 2, suite.run("withdraw", "-d", store).code)
    suite.check("a store that is not there: exit 3", 3,
                suite.run("withdraw", "-d", suite.path("nowhere"), "--individual", "A").code)
    suite.check("and none is made", False, os.path.exists(suite.path("nowhere")))
    done = suite.run("withdraw", "-d", store, "--json", "--reason", "consent",
                     "--individual", "@" + suite.write("edges/ids", f"{gone}\r\n\nGHOST\n"))
    answer = done.objects()[-1] if done.code == 0 else {}
    suite.check("two people, two samples", (0, 2, 2, 1),
                (done.code, answer.get("people"), answer.get("samples"), answer.get("segments_left")), done.said())
    suite.check("two are left", 2, suite.count(store, "all"))
    suite.check("the segment of the one alone is gone", 1,
                len([n for n in os.listdir(store) if n.startswith("segment")]))
    check_ids(suite, store)
    suite.check("sound", 0, suite.run("verify", "-d", store).code)
    suite.check("the dataset has another version", [2],
                [d["version"] for d in suite.run("count", "-d", store, "--json", "all").objects()[-1]["datasets"]])
    done = suite.run("import", *common, alone)
    answer = done.objects()[-1]
    suite.check("alone again: left out and counted", (0, "ok", 0, {"withdrawn": 1}),
                (done.code, answer["status"], answer["samples"], answer["counters"]), done.said())
    suite.check("and named", True, gone[:19] in answer["warnings"][0], answer["warnings"])
    check_ids(suite, store)
    suite.check("the same joint file again", "noop", suite.run("import", *common, joint).objects()[-1]["status"])
    said = suite.run("info", "-d", store, "--json").objects()[-1]["deletions"]
    suite.check("its bytes are due to be gone", (1, 0), (said["due"], said["overdue"]))
    before = doors(suite, store, QUESTIONS)
    done = suite.run("compact", "-d", store, "--json")
    suite.check("compacted", (0, "ok"), (done.code, done.objects()[-1].get("status")), done.said())
    check_ids(suite, store, True)
    suite.check("nothing is due any more", {"due": 0, "overdue": 0},
                suite.run("info", "-d", store, "--json").objects()[-1]["deletions"])
    suite.check("and nothing else changed", before, doors(suite, store, QUESTIONS))
    suite.check("the same joint file once more", "noop", suite.run("import", *common, joint).objects()[-1]["status"])
    renamed = suite.write("edges/sheet.tsv", f"sample\tindividual\n{gone}\tOTHER\nC2\tC2\n")
    wider = suite.write("edges/wider.vcf", vcf({("1", 1200): {gone: "0/1", "C2": "0/1"}}, [gone, "C2"]))
    answer = suite.run("import", *common, "--samples", renamed, wider).objects()[-1]
    suite.check("a sample under another person", {"withdrawn": 1}, answer["counters"])
    suite.check("only the other one counts", 1, suite.allele(store, "1-1200-A-G")["ac"])
    done = suite.run("people", "-d", store, "--dataset", "d", "--json", facts)
    suite.check("their records are left out", (0, 2), (done.code, done.objects()[-1]["withdrawn"]))
    suite.check("and their terms", 2, suite.run("count", "-d", store, "HP:7777777").code)
    answer = suite.run("import", *common, "--readmit", alone).objects()[-1]
    suite.check("readmitted", ("ok", 1), (answer["status"], answer["samples"]))
    suite.check("and counted again", 1, suite.allele(store, "X-20000000-A-G")["carriers"])
    suite.check("sound after it", 0, suite.run("verify", "-d", store).code)
    suite.check("an allele that one had alone is not listed", ["1-1000-A-G", "1-1100-A-G", "1-1200-A-G", "X-20000000-A-G"],
                [r["variant"] for r in suite.run("alleles", "-d", store, "--json", "all").objects()])


def check_datasets(suite):
    """Two datasets that share a person; one is hidden, shown, withdrawn."""
    store = suite.path("sets.store")
    for dataset, people in (("one", ("A", "B")), ("two", ("B", "C"))):
        path = suite.write(f"sets/{dataset}.vcf", vcf({("1", 1000): {p: "0/1" for p in people}}, list(people)))
        suite.run("import", "-d", store, "--dataset", dataset, "--assembly", "GRCh38", "--shared-people", path)

    def told():
        answer = suite.run("count", "-d", store, "--json", "all").objects()[-1]
        return answer["count"], {d["id"]: d["count"] for d in answer["datasets"]}

    suite.check("both tell", (3, {"one": 2, "two": 2}), told())
    server = beacon_http.Server(suite, store, "--policy", suite.write("exact.conf", CONF))
    before = server.ask("/api/individuals?requestedGranularity=count")[1]["responseSummary"]
    suite.check("hidden", 0, suite.run("dataset", "-d", store, "--hide", "two").code)
    suite.check("one tells", (2, {"one": 2}), told())
    hidden = suite.write("hides.conf", "threshold = 1\n")
    for words in (("count", "all"), ("alleles", "variant=1-1000-A-C")):
        suite.check(f"{words[0]} says that one is left out", True, "dataset two is hidden" in suite.run(words[0], "-d", store, words[1]).err)
        suite.check(f"{words[0]} under a policy does not", False,
                    "dataset two" in suite.run(words[0], "-d", store, "--policy", hidden, words[1]).err)
    suite.check("info tells of one", ["one"],
                [d["id"] for d in suite.run("info", "-d", store, "--json").objects()[-1]["datasets"]])
    server.process.send_signal(1)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        ids = [c["id"] for c in server.ask("/api/datasets")[1]["response"]["collections"]]
        if ids == ["one"]:
            break
        time.sleep(0.05)
    suite.check("a running server tells of one", ["one"], ids)
    suite.check("and says of none that it is hidden", False,
                "two" in str(server.ask("/api/individuals?requestedGranularity=count")[1]))
    suite.check("asked for by name, as one that is not there", server.ask("/api/datasets/nowhere")[0],
                server.ask("/api/datasets/two")[0])
    suite.check("hidden already: nothing is done", "noop",
                suite.run("dataset", "-d", store, "--json", "--hide", "two").objects()[-1]["status"])
    suite.check("listed", [("one", "shown"), ("two", "hidden")],
                [(d["id"], d["state"]) for d in suite.run("dataset", "-d", store, "--json", "--list").objects()[-1]["datasets"]])
    suite.run("dataset", "-d", store, "--show", "two")
    suite.check("shown again", (3, {"one": 2, "two": 2}), told())
    server.process.send_signal(1)
    until, after = time.monotonic() + 30, None
    while time.monotonic() < until and after != before:
        after = server.ask("/api/individuals?requestedGranularity=count")[1]["responseSummary"]
        time.sleep(0.05)
    suite.check("the server says again what it said", before, after)
    server.stop()
    suite.check("one leaves one dataset alone", 0,
                suite.run("withdraw", "-d", store, "--dataset", "one", "--individual", "B").code)
    suite.check("and stays in the other", (3, {"one": 1, "two": 2}), told())
    suite.check("a dataset is withdrawn", 0, suite.run("dataset", "-d", store, "--withdraw", "two").code)
    suite.check("and nobody of it is told of", (1, {"one": 1}), told())
    suite.check("its genomes are gone", 1, len([n for n in os.listdir(store) if n.startswith("segment")]))
    suite.check("it cannot be shown", 2, suite.run("dataset", "-d", store, "--show", "two").code)
    path = suite.write("sets/two.vcf", vcf({("1", 1000): {"C": "0/1"}}, ["C"]))
    again = ("import", "-d", store, "--dataset", "two", "--assembly", "GRCh38")
    suite.check("it takes nothing", 2, suite.run(*again, path).code)
    suite.check("unless readmitted", 0, suite.run(*again, "--readmit", path).code)
    suite.check("then it tells", (2, {"one": 1, "two": 1}), told())
    suite.check("sound", 0, suite.run("verify", "-d", store).code)
    suite.check("no such dataset: exit 2", 2, suite.run("dataset", "-d", store, "--hide", "three").code)
    suite.check("two things at once: exit 2", 2, suite.run("dataset", "-d", store, "--hide", "one", "--list").code)


def main():
    suite = harness.Suite()
    seed = int(os.environ.get("SKERRY_SEED", time.time_ns() % 10 ** 9))
    print(f"# SKERRY_SEED={seed}")
    rng = random.Random(seed)
    check_edges(suite)
    check_datasets(suite)
    for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 16):
        check_drawn(suite, rng, number)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
