#!/usr/bin/env python3
"""The command line: help, refusals and exit statuses, shapes of JSON, closed streams, Ctrl-C."""
import datetime
import fcntl
import gzip
import json
import os
import signal
import subprocess
import sys
import time

import harness

COMMANDS = ("import", "people", "ontology", "genes", "count", "alleles", "info", "verify", "explain",
            "serve")
NOT_YET = ("stats",)
VCF = """##fileformat=VCFv4.2
##contig=<ID=22>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tann\tbob\tcem
22\t40000100\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\t1/1\t0/0
22\t40000200\t.\tC\tT\t.\tPASS\t.\tGT\t0/0\t./.\t0/1
"""


def helps(s):
    done = s.run("--help")
    s.check("--help is an answer", (0, ""), (done.code, done.err))
    for name in COMMANDS + NOT_YET:
        s.check(f"--help lists {name}", True, f"\n  {name} " in done.out)
    for name in COMMANDS:
        for words in ((name, "--help"), ("help", name), (name, "-h", "--no-such")):
            done = s.run(*words)
            s.check(" ".join(words), (0, "", True),
                    (done.code, done.err, done.out.startswith(f"skerry {name} ")))
        done = s.run(name, "--version")
        s.check(f"{name} --version", (0, True), (done.code, done.out.startswith("skerry ")))


# words, a part of the one line that must come
REFUSED = [
    (["cuont"], "nearest: count"),
    (["--json", "count"], "expected a command first"),
    (["help", "cuont"], "nearest: count"),
    (["count", "--asembly", "x", "all"], "nearest: --assembly"),
    (["count", "all"], "no store is named"),
    (["count", "-d", "S"], "one question in quotes is missing"),
    (["count", "-d", "S", "HP:1", "or", "HP:2"], "found 'or' besides"),
    (["count", "-d", "S", "--threads", "0", "all"], "--threads takes a number"),
    (["count", "-d", "S", "--threads"], "--threads needs a value"),
    (["count", "-d", "S", "--json=yes", "all"], "--json takes no value"),
    (["count", "-d", "S", "--progress", "x", "all"], "auto|always|never|json"),
    (["count", "-d", "S", "-x", "all"], "unknown option '-x'"),
    (["count", "-d", "", "all"], "empty value"),
    (["count", "-d", "S", "--deadline", "-1", "all"], "--deadline takes seconds"),
    (["count", "-d", "S", "--by", "sex", "--attrition", "all"], "--by and --attrition: one of them"),
    (["count", "-d", "S", "--attrition", "--exists", "all"], "--exists is for a question alone"),
    (["alleles", "-d", "S", "--in", "sex=female", "--in", "HP:1", "all"], "--in is given twice"),
    (["import", "-d", "S", "--dataset", "a", "--dataset=b", "f"], "--dataset is given twice"),
    (["count", "-dS", "-d", "T", "all"], "-d is given twice"),
    (["import", "-d", "S", "--dataset", "x", "f"], "--assembly NAME is missing"),
    (["import", "-d", "S", "--assembly", "x", "f"], "--dataset ID is missing"),
    (["import", "-d", "S", "--dataset", "x", "--assembly", "y"], "FILE is missing"),
    (["people", "-d", "S", "f"], "--dataset ID is missing"),
    (["serve", "-d", "S", "x"], "found 'x' besides"),
]


def refusals(s):
    for words, part in REFUSED:
        done = s.run(*words)
        lines = done.err.splitlines()
        s.check("refused: " + " ".join(words), (2, "", 1, True),
                (done.code, done.out, len(lines), part in done.err), done.err)
    for name in NOT_YET:
        done = s.run(name, "-d", "S")
        s.check(f"{name} says that it is not there yet", (2, f"skerry: {name} is not there yet\n"),
                (done.code, done.err))
    done = s.run()
    s.check("no command: help on standard error", (2, "", True),
            (done.code, done.out, "count" in done.err))
    for words in (["count", "all"], ["info"], ["verify"], ["explain", "all"], ["serve"],
                  ["alleles", "all"]):
        done = s.run(words[0], "-d", s.path("nowhere"), *words[1:])
        s.check("no store: " + words[0], (3, 1), (done.code, len(done.err.splitlines())), done.err)


def make_store(s):
    store = s.path("store")
    vcf = s.write("three.vcf", VCF)
    done = s.run("import", "-d", store, "--dataset", "three", "--assembly", "GRCh37", "--json", vcf)
    row = done.objects()[0] if done.code == 0 else {}
    s.check("import --json", (0, "ok", 1, 3, 2, True),
            (done.code, row.get("status"), row.get("generation"), row.get("samples"),
             row.get("alleles"), isinstance(row.get("counters"), dict)), done.err)
    done = s.run("import", "-d", store, "--dataset", "three", "--assembly", "GRCh37", "--json", vcf)
    s.check("import --json of the same bytes", (0, "noop"),
            (done.code, done.objects()[0].get("status") if done.out else None), done.err)
    bad = s.write("bad.vcf", VCF.replace("\t1/1", "\t7/7"))
    done = s.run("import", "-d", store, "--dataset", "bad", "--assembly", "GRCh37", "--json", bad)
    row = done.objects()[0] if done.out else {}
    s.check("import --json of a refused file", (2, "rejected", 1, 1, True),
            (done.code, row.get("status"), row.get("generation"), len(done.err.splitlines()),
             "bad.vcf" in done.err), done.err)
    return store


def shapes(s, store):
    done = s.run("count", "-d", store, "--json", "carries(region=22:40000100-40000300)")
    row = done.objects()[0] if done.out else {}
    s.check("count --json", {"count": 3, "exists": True, "datasets": [{"id": "three", "version": 1, "count": 3}], "warnings": [],
                             "generation": 1, "ms": True},
            {**row, "ms": isinstance(row.get("ms"), (int, float))}, done.err)
    done = s.run("count", "-d", store, "carries(variant=22-40000100-A-G)")
    s.check("count prints the number alone", (0, "2\n", ""), (done.code, done.out, done.err))
    done = s.run("count", "carries(variant=22-40000100-A-G)", "--tsv", "--store=" + store)
    s.check("count --tsv", (0, "dataset\tcount\nthree\t2\n*\t2\n"), (done.code, done.out))
    for expr, code in (("id=ann", 0), ("not all", 1)):
        done = s.run("count", "-d", store, "--exists", expr)
        s.check(f"--exists {expr}", (code, "", ""), (done.code, done.out, done.err))
    done = s.run("count", "-d", store, "id in @" + s.write("ids.txt", "\ufeffann\r\nbob\n\n"))
    s.check("a file of ids", (0, "2\n"), (done.code, done.out), done.err)
    path = s.write("ids.txt", "bob\nnan\nann\nzoe\nbob\nanna\n")
    done = s.run("count", "-d", store, "id in @" + path)
    s.check("a file of ids that are not all there", (2, "", True, True, True),
            (done.code, done.out, path + ":2: no individual 'nan'" in done.err,
             "ann" in done.err.split("nearest")[-1], "2 more" in done.err), done.err)
    done = s.run("count", "-d", store, "sex=female or not id=bobb")
    s.check("an id that is not there", (2, "", True),
            (done.code, done.out, "no individual 'bobb'; nearest: bob" in done.err), done.err)
    done = s.run("count", "-d", store, "--json", "not carries(variant=22-40000200-C-T)")
    row = done.objects()[0] if done.out else {}
    s.check("unassessed is told", (2, 1), (row.get("count"), row.get("unassessed")), done.out)
    policy = s.write("policy", "threshold = 3\nstep = 1\n")
    done = s.run("count", "-d", store, "--json", "--policy", policy, "id=ann")
    row = done.objects()[0] if done.out else {}
    s.check("a hidden count is null", (None, False), (row.get("count", 0), row.get("exists")),
            done.out)

    done = s.run("alleles", "-d", store, "--json",
                 "variant=22-40000100-A-G or variant=22-40000400-T-C")
    rows = done.objects()
    want = {"variant": "22-40000100-A-G", "ac": 3, "an": 6, "af": 0.5, "carriers": 2, "hom": 1,
            "het": 1, "hemi": 0, "partial": 0, "answer": "present"}
    s.check("alleles --json: a row for each name", [want, None],
            [rows[0], rows[1]["af"]] if len(rows) == 2 else rows, done.err)
    done = s.run("alleles", "-d", store, "--tsv", "region=22", "--in", "id=ann")
    s.check("alleles --tsv --in", (0, "variant\tac\tan\taf\tcarriers\thom\thet\themi\tpartial\tanswer",
                                   "22-40000100-A-G\t1\t2\t0.5\t1\t0\t1\t0\t0\tpresent"),
            (done.code, *done.out.splitlines()[:2]), done.err)

    done = s.run("info", "-d", store, "--json")
    info = done.objects()[0] if done.out else {}
    s.check("info --json", ([{"id": "three", "version": 1, "people": 3, "genomes": 3}], "GRCh37", 1),
            (info.get("datasets"), info.get("assemblies", [{}])[0].get("name"),
             len(info.get("deliveries", []))), done.err)
    told = info.get("deliveries", [{}])[0]
    age = abs(time.time() - datetime.datetime.fromisoformat(told["time"].replace("Z", "+00:00")).timestamp())
    s.check("info --json: when and how large", (True, True), (age < 600, told["bytes"] > 100), told)
    lines = s.run("info", "-d", store).out.splitlines()
    s.check("info: a line a delivery, with its date", (1, True, False),
            (sum(x.startswith("delivery ") for x in lines), any(told["time"] in x for x in lines),
             any(x == "  three.vcf" for x in lines)), lines)
    lines = s.run("info", "-v", "-d", store).out.splitlines()
    s.check("info -v names the files", True, any(x == "  three.vcf" for x in lines), lines)
    modes = {name: os.stat(os.path.join(store, name)).st_mode & 0o777 for name in os.listdir(store)}
    s.check("others cannot read a store's files", {0o640}, set(modes.values()), modes)
    s.check("nor list its folder", 0o750, os.stat(store).st_mode & 0o777)
    done = s.run("verify", "-d", store, "--json")
    s.check("verify --json", (0, {"faults": [], "sound": True, "quick": False, "warnings": []}),
            (done.code, done.objects()[0] if done.out else None), done.err)
    done = s.run("explain", "-d", store, "carries(variant=chr22-40000100-A-G)")
    s.check("explain", (0, True), (done.code, "22-40000100-A-G" in done.out), done.err)
    explain_requests(s, store)
    analyses(s, store)
    table_analyses(s)


def analyses(s, store):
    """explain --analyze accounts for every tile and says what was judged."""
    done = s.run("explain", "-d", store, "--analyze", "carries(region=22:1-50000000 and type=snv)")
    s.check("explain --analyze", (0, True), (done.code, "\nanalysis\n" in done.out and "tally" in done.out),
            done.out + done.err)
    for expr, member in (("carries(type=snv)", None), ("carries(region=22:1-1000)", "place"),
                         ("carries(type=mnv)", "kind"), ("carries(ac>100000)", "ac"), ("all", None)):
        done = s.run("explain", "-d", store, "--analyze", "--json", expr)
        was = done.objects()[0]["analysis"] if done.code == 0 else {}
        parts = sum(was.get("tiles_dropped_by_" + x, 0) for x in ("place", "kind", "ac"))
        s.check("tiles of " + expr, (0, was.get("tiles")), (done.code, parts + was.get("tiles_read", 0)), was)
        s.check("scans of " + expr, int(expr != "all"), was.get("scans"), was)
        if member is not None:
            s.check("dropped by " + member, was.get("tiles"), was.get("tiles_dropped_by_" + member), was)
        elif expr != "all":
            s.check("read for " + expr, (True, True, True),
                    (was.get("alleles_wanted", 0) > 0, was.get("bytes", 0) > 0, was.get("total_ns", 0) > 0), was)


def table_analyses(s):
    """explain --analyze accounts for genes, terms and people: read by those who need them, each block once."""
    store = s.path("tables")
    n = 6000
    s.write("t.obo", "ontology: x\n\n[Term]\nid: X:0\n" + "".join(f"\n[Term]\nid: X:{i}\nis_a: X:{i // 9}\n" for i in range(1, n)))
    s.write("p.tsv", "individual\tphenotypes\n" + "".join(f"p{i}\tX:{i % n}|X:{i * 7 % n}|X:{i * 11 % n}\n" for i in range(2 * n)))
    s.write("g.txt", "".join(f"NM_{i}\tchr22\t{i}\t{i + 50}\tGENE{i}\n" for i in range(1, 9000)))
    s.write("v.vcf", VCF)
    for words in (["import", "--dataset", "d", "--assembly", "GRCh38", s.path("v.vcf")], ["people", "--dataset", "d", s.path("p.tsv")],
                  ["ontology", s.path("t.obo")], ["genes", s.path("g.txt")]):
        done = s.run(words[0], "-q", "-d", store, *words[1:])
        s.check("tables: " + words[0], 0, done.code, done.said())
    names = ("genes", "terms", "people")
    for expr, read in (("carries(variant=22-40000100-A-G)", ()), ("carries(gene=GENE4000)", ("genes",)),
                       ("X:0", ("terms", "people")), ("onset(X:0)<5", ("terms", "people"))):
        done = s.run("explain", "-d", store, "--analyze", "--json", expr)
        was = done.objects()[0]["analysis"] if done.code == 0 else {}
        blocks = {name: was.get(name + "_blocks", -1) for name in names}
        s.check("tables read for " + expr, [True] * 3,
                [blocks[name] > 0 if name in read else blocks[name] <= (2 if name == "people" else 0) for name in names], was or done.err)
        s.check("one block of genes at most, and each of people once, for " + expr, (True, True), (blocks["genes"] <= 1, blocks["people"] <= 30), was)
        s.check("bytes and times of " + expr, (True, True),
                (was.get("bytes", 0) >= sum(was.get(name + "_bytes", 0) for name in names) > 0,
                 was.get("total_ns", 0) >= was.get("scan_ns", 0) + was.get("terms_ns", 0) + was.get("people_ns", 0) > 0), was)
    s.check("X:0 is everybody's", 2 * n, s.count(store, "X:0"))


# a question, and the question that its Beacon request means; None: no request asks it
REQUESTS = [
    ("carries(variant=chr22-40000100-a-g)", "carries(variant=22-40000100-A-G)"),
    ("carries(pattern=22-40000100-N-g)", "carries(pattern=22-40000100-N-G)"),
    ("carries(start=22:40000100 and alt=G)", "carries(alt=G and start=22:40000100-40000100)"),
    ("carries(end=22:40000100-40000200 and start=22:1-40000100)", "carries(end=22:40000100-40000200 and start=22:1-40000100)"),
    ("carries(region=22:40000100-40000200 and alt=-)", "carries(alt=- and region=22:40000100-40000200)"),
    ("carries(start=22:40000100)", None),
    ("carries(alt=G)", None),
    ("carries(region=22:40000100-40000200 and type=snv and length<5) and sex=female", "sex=female"),
    ("sex!=male and age>=18 and onset<P5Y", "age>=18 and onset<5 and sex!=male"),
    ("all", "all"),
    ("sex=male or sex=female", None),
    ("not sex=male", None),
    ("carries(af<0.5)", None),
    ("carries(region=22:40000100-)", "carries(region=22:40000100-2147483646)"),
    ("carries(type=del and variant=22-40000100-40000200-DUP)", None),
    ("carries(variant=22-1-A-G) and carries(variant=22-2-A-G)", None),
]


def explain_requests(s, store):
    for expr, meaning in REQUESTS:
        done = s.run("explain", "-d", store, expr)
        lines = [x for x in done.out.splitlines() if x.startswith("beacon: ")]
        said = lines[0] if lines else done.err
        if meaning is None:
            s.check("no Beacon request: " + expr, True, said.startswith("beacon: no request asks this: "), said)
            continue
        body = said.partition("/api/individuals ")[2]
        path = s.write("request.json", body)
        done = s.run("explain", "-d", store, path)
        s.check("explain of the Beacon request of: " + expr, (0, True),
                (done.code, meaning in done.out.partition("\n")[0]), done.out + done.err + body)


def questions(s, store):
    """What does not exist is an error with a caret, never an empty answer."""
    for expr, part, under in (("sexx=female", "nearest: sex", "sexx"),
                              ("sex=femal", "nearest: female", "femal"),
                              ("carries(gene=NOSUCH)", "NOSUCH", "NOSUCH"),
                              ("HP:0000118 and", "found the end", ""),
                              ("dataset=thre", "nearest: three", "thre"),
                              ("XX:1 or id=ann", "XX:1", "XX:1")):
        done = s.run("count", "-d", store, expr)
        lines = done.err.splitlines()
        caret = lines[2] if len(lines) == 3 else ""
        pointed = "" if not under else lines[1][len(caret) - len(caret.lstrip()):len(caret)] if caret else None
        s.check("question: " + expr, (2, "", 3, True, under),
                (done.code, done.out, len(lines), part in done.err, pointed), done.err)


def streams(s, store):
    program = s.program
    expr = ["alleles", "-d", store, "--json", " or ".join(["all"] * 1)]
    with open("/dev/full", "w") as full:
        done = subprocess.run([program, *expr], stdout=full, stderr=subprocess.PIPE)
    s.check("a full disk", (6, 1), (done.returncode, len(done.stderr.splitlines())))
    done = subprocess.run(["sh", "-c", 'exec "$0" "$@" >&-', program, *expr],
                          stderr=subprocess.PIPE)
    s.check("closed standard output", 6, done.returncode)
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([program, *expr], stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    s.check("a pipe that nobody reads", (6, b""), (done.returncode, done.stderr))
    done = s.run("verify", "-d", store)
    s.check("the store is sound afterwards", 0, done.code, done.out)


def interrupted(s, store):
    """The reader of a pipe that never ends is stopped; the store is as it was."""
    argv = [s.program, "import", "-d", store, "--dataset", "more", "--assembly", "GRCh37", "-"]
    for number in (signal.SIGINT, signal.SIGTERM):
        before = s.run("info", "-d", store, "--json").out
        p = subprocess.Popen(argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                             stdout=subprocess.PIPE)
        head, _, body = VCF.partition("22\t40000100")
        try:
            p.stdin.write(head.replace("ann", "dot").encode())
            for i in range(200000):
                p.stdin.write(b"22\t%d\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\t1/1\t0/0\n" % (i + 1))
                if i == 100000:
                    p.stdin.flush()
                    p.send_signal(number)
            p.stdin.close()
        except BrokenPipeError:
            pass
        p.stdin = None
        out, err = p.communicate(timeout=60)
        s.check(f"{number.name} during an import", (130, b"", 1),
                (p.returncode, out, len(err.splitlines())), err)
        after = s.run("info", "-d", store, "--json").out
        s.check(f"the store after {number.name}", before, after)
        s.check(f"verify after {number.name}", 0, s.run("verify", "-d", store).code)


def pipes(s):
    """What comes through a pipe counts as the same bytes in a file, and is packed meanwhile."""
    head, _, _ = VCF.partition("22\t40000100")
    text = head + "".join(f"22\t{i}\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\t1/1\t0/0\n" for i in range(1, 60001))
    path = s.write("pipe/long.vcf", text)
    with gzip.open(s.path("pipe/long.vcf.gz"), "wb") as fh:
        fh.write(text.encode())
    for name in ("long.vcf", "long.vcf.gz"):
        store, path = s.path("piped-" + name), s.path("pipe", name)
        words = ["import", "-d", store, "--dataset", "d", "--assembly", "GRCh37"]
        reader, writer = os.pipe()
        feed = subprocess.Popen(["cat", path], stdout=writer)
        os.close(writer)
        with os.fdopen(reader) as fh:
            done = s.run(*words, "--json", "-", stdin=fh)
        feed.wait()
        told = done.objects()[0] if done.out else {}
        kept = told.get("spooled", {})
        size = os.path.getsize(path)
        s.check(f"{name} through a pipe", ("ok", 60000, size, True),
                (told.get("status"), told.get("alleles"), kept.get("read"),
                 kept.get("kept") == size if name.endswith("gz") else 0 < kept.get("kept", 0) < size / 4),
                done.err)
        done = s.run(*words, "--json", path)
        s.check(f"{name} again, as a file", "noop", done.objects()[0]["status"] if done.out else done.err)
        s.check("no scratch file is left", [], [x for x in os.listdir(store) if "scratch" in x])
    reader, writer = os.pipe()
    os.close(writer)
    with os.fdopen(reader) as fh:
        done = s.run("import", "-d", s.path("no"), "--dataset", "d", "--assembly", "GRCh37", "-", stdin=fh)
    s.check("a pipe that gives nothing", (2, True, False),
            (done.code, "standard input: the file is empty" in done.err, os.path.exists(s.path("no"))), done.err)


def quiet(s):
    """-q leaves errors alone on both streams; --json is an answer, and comes all the same."""
    vcf = s.write("quiet.vcf", VCF)
    words = ["import", "-q", "-d", s.path("quiet"), "--dataset", "d", "--assembly", "GRCh37", vcf]
    done = s.run(*words)
    s.check("import -q", (0, "", ""), (done.code, done.out, done.err))
    done = s.run(*words, "--json")
    s.check("import -q --json", (0, "noop"), (done.code, done.objects()[0]["status"] if done.out else None))
    people = s.write("quiet.tsv", "individual\tsex\nann\tfemale\n")
    done = s.run("people", "-q", "-d", s.path("quiet"), "--dataset", "d", people)
    s.check("people -q", (0, "", ""), (done.code, done.out, done.err))


def empty(s):
    """A file of a header alone is what a caller leaves that failed: taken, and told."""
    head, _, _ = VCF.partition("22\t40000100")
    done = s.run("import", "-d", s.path("empty"), "--dataset", "d", "--assembly", "GRCh37", s.write("empty.vcf", head))
    s.check("a file without a record", (0, True), (done.code, "empty.vcf has no record at all" in done.err), done.err)
    more = [s.write(f"empty{i}.vcf", head.replace("ann\tbob\tcem", f"x{i}")) for i in range(3)]
    done = s.run("import", "-d", s.path("empty"), "--dataset", "d", "--assembly", "GRCh37", *more)
    s.check("three of them", (0, True), (done.code, "3 files have no record at all" in done.err), done.err)


def refused_in_json(s, store):
    """Whoever reads JSON finds an object also where a command was refused."""
    junk = s.write("junk.tsv", "nothing\n")
    for words in (["alleles", "nonsense"], ["alleles", "--tsv", "all"]):  # whose objects are rows, and nothing else
        done = s.run(*words, "-d", store, "--json")
        s.check(f"{words} --json, refused", (2, "", True), (done.code, done.out, done.err != ""), done.err)
    for words in (["count", "nonsense"], ["explain", "nonsense"], ["info", "x"],
                  ["people", "--dataset", "d", junk], ["ontology", junk + "x"], ["genes", junk]):
        done = s.run(*words, "-d", store, "--json")
        told = done.objects() if done.out else []
        s.check(f"{words[0]} --json, refused", (2, 1, "error", True),
                (done.code, len(told), told[0].get("status") if told else None,
                 bool(told) and bool(told[0].get("code")) and told[0].get("message") in done.err), done.err)


def serves(s, store):
    config = s.write("server.conf", "listen = 127.0.0.1:0\nname = Test\n")
    p = subprocess.Popen([s.program, "serve", "-d", store, "--config", config],
                         stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    said = []
    while len(said) < 5:
        said.append(p.stderr.readline())
        if "listening on" in said[-1] or not said[-1]:
            break
    s.check("serve says where it listens", True, "listening on 127.0.0.1:" in said[-1], said)
    p.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    p.send_signal(signal.SIGTERM)
    out, err = p.communicate(timeout=60)
    s.check("SIGHUP reloads, SIGTERM drains", (0, "", True),
            (p.returncode, out, "reloaded, generation 1" in err), err)
    for text, part in (("nam = x\n", "nearest: name"), ("workers = many\n", "whole number"),
                       ("listen\n", "KEY = VALUE"), ("metrics = maybe\n", "one of on, off"),
                       ("environment = pro\n", "one of prod, test, dev, staging")):
        done = s.run("serve", "-d", store, "--config", s.write("bad.conf", text))
        s.check("configuration refused: " + text.strip(), (2, 1, True),
                (done.code, len(done.err.splitlines()), part in done.err and "bad.conf:1" in done.err),
                done.err)


def writers_wait(s):
    """A second writer waits if it was told to, as long as it was told to; cf. pingdotgg/t3code#5099."""
    store = s.path("waited")
    table = s.write("wait/p.tsv", "individual\tage\nA\t5\n")
    genes = s.write("wait/g.gtf", '22\th\texon\t1\t9\t.\t+\t.\tgene_id "E1"; transcript_id "T1";\n')
    terms = s.write("wait/x.obo", "ontology: x\n[Term]\nid: X:1\nname: one\n")
    vcf = s.write("wait/a.vcf", "##fileformat=VCFv4.2\n##contig=<ID=22,length=1000>\n"
                  "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\n22\t100\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\n")
    people = ["people", "-d", store, "--dataset", "d", table]
    s.check("a store to write to", 0, s.run(*people).code)
    writers = {"people": people, "ontology": ["ontology", "-d", store, terms],
               "genes": ["genes", "-d", store, "--assembly", "GRCh38", genes],
               "import": ["import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--gate", "none", vcf]}
    with open(os.path.join(store, "LOCK"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name, words in writers.items():
            done = s.run(*words)
            s.check(f"{name} beside a writer is refused at once", (6, True), (done.code, "writ" in done.err), done.said())
            began = time.monotonic()
            done = s.run(*words, "--wait", "0.3", "--json")
            s.check(f"{name} waits as long as it was told to", (6, True, "LOCKED", []),
                    (done.code, time.monotonic() - began >= 0.3, *(done.objects()[0].get(k) for k in ("code", "warnings"))), done.said())
        done = subprocess.Popen([s.program, *people, "--wait"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(0.2)
        done.send_signal(signal.SIGINT)
        said = done.communicate(timeout=60)[1].decode()
        s.check("who waits can be interrupted", (130, True), (done.returncode, "interrupted" in said), said)
        waiting = [subprocess.Popen([s.program, *words, *how, "--progress", "always"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                   for words, how in zip(writers.values(), (["--wait"], ["--wait=60"], ["--wait", "60s"], ["--wait"]))]
        time.sleep(0.5)
    ended = [(p.communicate(timeout=120)[1].decode(), p.returncode) for p in waiting]
    s.check("all who wait come, one after the other", [0, 0, 0, 0], [code for _, code in ended], ended)
    s.check("and say that they wait", [True] * 4, ["waiting for another writer" in said for said, _ in ended], ended)
    s.check("what they wrote is there", (1, 5), (s.count(store, "carries(variant=22-100-A-G)"), json.loads(s.run("info", "-d", store, "--json").out)["generation"]))
    for words in (["--wait", "--wait"], ["--wait=soon"], ["--wait=0"]):
        s.check(f"{words} is refused", 2, s.run(*people, *words).code)
    s.check("a question does not wait", 2, s.run("count", "-d", store, "--wait", "all").code)


def told_of_folders(s):
    """How many files a folder held; terms are told as info tells them."""
    store = s.path("folders")
    for i in range(3):
        s.write(f"packets/sub/{i}.json", json.dumps({"id": f"P{i}", "subject": {"id": f"P{i}"}}))
    done = s.run("people", "-d", store, "--dataset", "d", s.path("packets"))
    s.check("a folder of three files", True, done.out.startswith("imported 3 files (1 folder or archive named): 3 records"), done.out)
    done = s.run("people", "-d", store, "--dataset", "d", "--json", s.path("packets"), s.write("one.json", '{"id": "Q", "subject": {"id": "Q"}}'))
    s.check("a folder and a file", (4, 4), tuple(done.objects()[0][k] for k in ("files", "records")))
    obo = s.write("x.obo", "ontology: x\n[Term]\nid: X:1\nname: one\n[Term]\nid: X:2\nis_obsolete: true\n[Term]\nid: X:3\nis_a: X:1\n[Term]\nid: X:3\nname: again\n")
    done = s.run("ontology", "-d", store, obo)
    s.check("terms and obsolete ones", True, done.out.startswith("imported 1 file: 2 terms and 1 obsolete ones"), done.out)
    told = s.run("ontology", "-d", store, "--json", obo).objects()[0]
    known = s.run("info", "-d", store, "--json").objects()[0]
    s.check("the terms of an import are those of info", (2, 1, known["ontologies"][0]["terms"]), (told["records"], told["obsolete"], told["records"]))


def warned_in_json(s, store):
    """Every object of every command has warnings, a list; a failing one too."""
    vcf = s.write("warned/a.vcf", "##fileformat=VCFv4.2\n##contig=<ID=22,length=1000>\n"
                  "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\n22\t100\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\n")
    fresh = s.path("warned-store")
    genomes = ["import", "-d", fresh, "--dataset", "d", "--assembly", "GRCh38", "--json"]
    cases = [[*genomes, vcf], [*genomes, vcf], [*genomes, "/dev/null"], [*genomes[:-1], "--json", "--gate", "x", vcf],
             ["people", "-d", fresh, "--dataset", "d", "--json", s.write("warned/p.tsv", "individual\tage\nA\t5\n")],
             ["people", "-d", fresh, "--json", "x"], ["ontology", "-d", fresh, "--json", "/dev/null"],
             ["ontology", "-d", fresh, "--json", s.write("warned/x.obo", "ontology: x\n[Term]\nid: X:1\nname: one\n")],
             ["genes", "-d", fresh, "--json", s.write("warned/g.gtf", '22\th\texon\t1\t9\t.\t+\t.\tgene_id "E1"; transcript_id "T1";\n')],
             ["count", "-d", fresh, "--json", "all"], ["count", "-d", fresh, "--json", "banana"], ["info", "-d", fresh, "--json"],
             ["info", "-d", s.path("nowhere"), "--json"], ["verify", "-d", fresh, "--json"], ["verify", "-d", s.path("nowhere"), "--json"],
             ["verify", "--json", "x"], ["explain", "-d", fresh, "--json", "all"], ["explain", "-d", fresh, "--json", "--analyze", "all"],
             ["explain", "-d", fresh, "--json", "banana"], ["alleles", "-d", fresh, "--json", "all"]]
    for words in cases:
        done = s.run(*words)
        objects = done.objects()
        s.check("warnings in JSON of: " + " ".join(words).replace(s.scratch, ""), (True, True),
                (len(objects) > 0, len(objects) > 0 and isinstance(objects[-1].get("warnings"), list)), done.out + done.err)
    told = s.run("explain", "-d", store, "--json", "carries(variant=A-1-A-G)").objects()
    s.check("explain tells in JSON what it warns of", True, len(told) == 1 and "warnings" in told[0], told)


def main():
    s = harness.Suite()
    helps(s)
    refusals(s)
    store = make_store(s)
    shapes(s, store)
    questions(s, store)
    streams(s, store)
    interrupted(s, store)
    pipes(s)
    quiet(s)
    empty(s)
    refused_in_json(s, store)
    serves(s, store)
    writers_wait(s)
    told_of_folders(s)
    warned_in_json(s, store)
    return s.close()


if __name__ == "__main__":
    sys.exit(main())
