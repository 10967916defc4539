#!/usr/bin/env python3
"""skerry batch answers each row as skerry count does, in order, the same bytes at each run, and goes on after a stop.

Questions are drawn from a few conditions over the shipped slice, so that what is kept between them is used; every answer
is compared with a count of its own, the sexes and terms with a loop over the file of people.
"""
import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time

import harness

DEMO = os.path.join(harness.SOURCE, "demo")
CONDITIONS = ("sex=female", "sex=male", "not sex=female", "ICD10:E10", "ICD10:D50", "country!=England", "carries(gene=POTEH and af<0.01)",
              "carries(variant=22-16050115-G-A)", "not carries(variant=22-16050115-G-A)", "absent(variant=22-16050115-G-A)",
              "carries(region=22:16050000-16060000 and af<0.001)", "ancestry=African", "age>40", "all")
# Every one is refused: a row, and not the end of the run. Lists cut in silence are broadinstitute/gnomad-browser#766.
REFUSED = ("sex=femal", "carries(gene=POTEX)", "HP:1 and", "", "carries(variant=22-16050115-C-T)", "id in @/nowhere/ids")
BEACON = {"meta": {"apiVersion": "2.0"}, "query": {"filters": [{"id": "NCIT:C16576", "scope": "individual"}]}}


def load(suite):
    store = suite.path("store")
    for words in (("import", "--dataset", "1kg", "--assembly", "GRCh37", harness.SLICE),
                  ("people", "--dataset", "1kg", os.path.join(DEMO, "cineca_individuals.json.gz")),
                  ("ontology", os.path.join(DEMO, "terms.obo")),
                  ("genes", "--assembly", "GRCh37", os.path.join(DEMO, "refseq_select_hg37_chr22.txt.gz"))):
        done = suite.run(words[0], "-q", "-d", store, *words[1:])
        suite.check(words[0], 0, done.code, done.err)
    return store


def draw(rng, n):
    return [" and ".join(rng.sample(CONDITIONS, rng.randint(1, 3))) if rng.random() < 0.9 else rng.choice(REFUSED) for _ in range(n)]


def table(questions):
    return "id\tquery\n" + "".join(f"q{i}\t{q}\n" for i, q in enumerate(questions))


def one_by_one(suite, store, questions):
    """What a count says of each, and the first line of what it says where it refuses."""
    known = {}
    for q in set(questions):
        done = suite.run("count", "-d", store, "--json", q)
        said = done.objects()[0]
        known[q] = (str(said["count"]), "ok", [w["text"] for w in said["warnings"]]) if done.code == 0 else \
            ("", "error", said["message"].splitlines()[0])
    return [known[q] for q in questions]


def check_answers(suite, store, rng):
    questions = draw(rng, 150)
    path = suite.write("q.tsv", table(questions))
    done = suite.run("batch", "-d", store, path)
    rows = [s.split("\t") for s in done.out.splitlines()]
    suite.check("exit 1: some were refused", 1, done.code)
    suite.check("header", ["id", "count", "status", "message"], rows[0])
    suite.check("ids in order", [f"q{i}" for i in range(len(questions))], [r[0] for r in rows[1:]])
    for q, row, (count, status, said) in zip(questions, rows[1:], one_by_one(suite, store, questions)):
        message = said if status == "error" else "warning: " + "; ".join(said) if said else ""
        suite.check(f"as a count: {q}", [count, status, message], row[1:])
    for words in (("--threads", "1"), ("--threads", "2"), ("--io", "pread")):
        suite.check(f"the same bytes: {words}", done.out, suite.run("batch", "-d", store, *words, path).out)
    n_errors = sum(r[2] == "error" for r in rows[1:])
    suite.check("what is said at the end", True, f"{len(questions)} rows: {len(questions) - n_errors} answered, 0 hidden, {n_errors} errors" in done.err)
    return questions, path, done.out


def check_people(suite, store):
    """A loop over the file that was delivered."""
    with gzip.open(os.path.join(DEMO, "cineca_individuals.json.gz"), "rt") as fh:
        people = json.load(fh)
    sexes = {"female": "NCIT:C16576", "male": "NCIT:C20197"}
    pairs = [(s, d) for s in sexes for d in ("ICD10:E10", "ICD10:D50", "ICD10:J45")]
    lines = "sex\tterm\tnote\n" + "".join(f"{s}\t{d}\ta \"note\"\n" for s, d in pairs)
    done = suite.run("batch", "-d", store, "--template", "{term} and sex=\"{sex}\"", suite.write("p.tsv", lines))
    def holds(p, sex, term):
        return p["sex"]["id"] == sexes[sex] and any(d["diseaseCode"]["id"] == term for d in p.get("diseases", []))
    suite.check("a loop over the people", [str(sum(holds(p, *pair) for p in people)) for pair in pairs],
                [s.split("\t")[1] for s in done.out.splitlines()[1:]], done.err)
    suite.check("rows without an id are numbered", [str(i + 1) for i in range(len(pairs))], [s.split("\t")[0] for s in done.out.splitlines()[1:]])


def check_json(suite, store):
    lines = [json.dumps({"id": "a", "query": "sex=female"}), json.dumps({"id": "b", "query": BEACON}), json.dumps({"id": 3}), "not json",
             json.dumps({"query": json.dumps(BEACON)}), json.dumps({"id": None, "query": {"query": {"filters": [{"id": "nothing"}]}}})]
    done = suite.run("batch", "-d", store, suite.write("q.jsonl", "\n".join(lines)))
    women = suite.count(store, "sex=female")
    suite.check("JSON lines", [("a", women, "ok"), ("b", women, "ok"), ("3", None, "error"), ("4", None, "error"), ("5", women, "ok"), ("6", None, "error")],
                [(r["id"], r["count"], r["status"]) for r in done.objects()], done.err)
    tsv = suite.write("j.tsv", "id\tquery\nx\tsex=female\n")
    suite.check("--json of a TSV", [{"id": "x", "count": women, "status": "ok", "message": ""}], suite.run("batch", "-d", store, "--json", tsv).objects())


def check_forms(suite, store):
    women = str(suite.count(store, "sex=female"))
    for name, text, expected in (("crlf", "id\tquery\r\nx\tsex=female\r\n", [["x", women, "ok"]]), ("no end", "query\nsex=female", [["1", women, "ok"]]),
                                 ("blank lines", "\nid\tquery\n\nx\tsex=female\n\n", [["x", women, "ok"]]),
                                 ("bom", "\ufeffquery\tid\nsex=female\tx\n", [["x", women, "ok"]]), ("only a header", "id\tquery\n", []),
                                 ("columns", "id\tquery\nx\ny\tsex=female\tz\nz\tsex=female\n", [["x", "", "error"], ["y", "", "error"], ["z", women, "ok"]])):
        done = suite.run("batch", "-d", store, suite.write("form.tsv", text))
        suite.check(f"form: {name}", expected, [s.split("\t")[:3] for s in done.out.splitlines()[1:]], done.err)
    for words, text, said in (((), "id\tquestion\nx\tall\n", "no column query"), ((), "", "no rows"),
                              (("--template", "{sx}"), "sex\nmale\n", "nearest: sex"), (("--template", "{sex"), "sex\nmale\n", "without a '}'"),
                              (("--resume",), "query\nall\n", "--resume needs --out")):
        done = suite.run("batch", "-d", store, *words, suite.write("bad.tsv", text))
        suite.check(f"refused: {said}", (2, "", True), (done.code, done.out, said in done.err), done.err)
    suite.check("no such file", 2, suite.run("batch", "-d", store, suite.path("nowhere")).code)
    policy = suite.write("policy", "threshold = 2000\nstep = 10\n")
    done = suite.run("batch", "-d", store, "--policy", policy, suite.write("h.tsv", "query\nsex=female\nall\n"))
    suite.check("policy", (0, ["1\thidden\thidden\t", "2\t2500\tok\t"]), (done.code, done.out.splitlines()[1:]))


def check_resume(suite, store, questions, path, whole):
    lines = whole.splitlines(keepends=True)
    out = suite.path("out.tsv")
    for name, text in (("nothing yet", None), ("empty", ""), ("a cut header", "id\tco"), ("some rows", "".join(lines[:40])),
                       ("a cut row", "".join(lines[:70]) + lines[70][:5]), ("all", whole)):
        if os.path.exists(out):
            os.remove(out)
        if text is not None:
            suite.write("out.tsv", text)
        done = suite.run("batch", "-d", store, "--out", out, "--resume", path)
        with open(out, encoding="utf-8") as fh:
            suite.check(f"resumed after {name}", (1, whole), (done.code, fh.read()), done.err)
    # equal ids, and equal questions, are rows of their own: NousResearch/hermes-agent#86523
    twice = suite.write("twice.tsv", "id\tquery\n" + "a\tsex=female\n" * 3 + "a\tall\n")
    expected = suite.run("batch", "-d", store, twice).out
    for n in range(5):
        suite.write("twice.out", "".join(expected.splitlines(keepends=True)[:n]))
        suite.run("batch", "-d", store, "--out", suite.path("twice.out"), "--resume", twice)
        with open(suite.path("twice.out"), encoding="utf-8") as fh:
            suite.check(f"equal rows, resumed after {n} lines", expected, fh.read())
    for name, text in (("another header", "a\tb\n"), ("another id", lines[0] + "zz\t1\tok\t\n"), ("more rows", whole + "q\t1\tok\t\n"),
                       ("no row", lines[0] + "q0\n"), ("no status", lines[0] + "q0\t1\tfine\t\n")):
        suite.write("out.tsv", text)
        done = suite.run("batch", "-d", store, "--out", out, "--resume", path)
        with open(out, encoding="utf-8") as fh:
            suite.check(f"not resumed: {name}", (2, True, text), (done.code, "cannot go on" in done.err, fh.read()), done.err)


def check_stop(suite, store, questions):
    """Ctrl-C in the middle: what was answered is there, and the next run goes on."""
    out = suite.path("stopped.tsv")
    big = suite.write("big.tsv", table([f"carries(region=22:16050000-16500000 and af<{i / 1e5:.5f})" for i in range(1, 3001)]))
    process = subprocess.Popen([suite.program, "batch", "-d", store, "--out", out, "--progress", "json", big], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (os.path.exists(out) and os.path.getsize(out) > 100) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=120)[1].decode()
    suite.check("stopped, or it was faster", True, process.returncode in (130, 0), said)
    suite.check("it says how to go on", process.returncode == 130, "--resume goes on" in said)
    done = suite.run("batch", "-d", store, "--out", out, "--resume", big, timeout=500)
    with open(out, encoding="utf-8") as fh:
        rows = fh.read().splitlines()
    suite.check("and goes on to the end", (0, 3001), (done.code, len(rows)), done.err)
    counts = [int(r.split("\t")[1]) for r in rows[1:]]
    suite.check("more alleles, more people", sorted(counts), counts)


def main():
    suite = harness.Suite()
    seed = os.environ.get("SKERRY_SEED") or str(random.randrange(2 ** 32))
    print(f"# SKERRY_SEED={seed}")
    rng = random.Random(seed)
    store = load(suite)
    questions, path, whole = check_answers(suite, store, rng)
    check_people(suite, store)
    check_json(suite, store)
    check_forms(suite, store)
    check_resume(suite, store, questions, path, whole)
    check_stop(suite, store, questions)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
