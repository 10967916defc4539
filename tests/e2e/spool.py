#!/usr/bin/env python3
"""import --spool and --checksums: each file once, what is refused with its reason, nothing lost."""
import gzip
import hashlib
import os
import signal
import subprocess
import sys
import time

import harness

HEAD = ("##fileformat=VCFv4.2\n##contig=<ID=20>\n"
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t")
NAME = "20-100-A-C"


def vcf(sample, genotype="0/1"):
    return HEAD + sample + f"\n20\t100\t.\tA\tC\t.\tPASS\t.\tGT\t{genotype}\n"


def take(suite, store, folder, *words):
    return suite.run("import", "-d", store, "--dataset", "A", "--assembly", "GRCh38", "--spool",
                     suite.path(folder), "--settle", "0.001", *words)


def listing(suite, *names):
    path = suite.path(*names)
    return sorted(os.listdir(path)) if os.path.isdir(path) else []


def check_usual(suite):
    store = suite.path("usual-store")
    suite.write("usual/b.vcf", vcf("B", "1/1"))
    suite.write("usual/a.vcf.gz", gzip.compress(vcf("sample").encode()))
    suite.write("usual/a.vcf.gz.samples.tsv", "sample\tindividual\nsample\tanna\n")
    suite.write("usual/a.vcf.gz.tbi", b"an index")
    suite.write("usual/c.vcf.part", vcf("C"))
    suite.write("usual/.hidden", vcf("D"))
    suite.write("usual/bad.vcf", vcf("E").replace("\tGT\t0/1", "\tGT\t0/7"))
    suite.write("usual/notes.txt", "hello\n")
    time.sleep(0.01)
    done = take(suite, store, "usual")
    suite.check("usual: what was refused makes the status", 2, done.code, done.err)
    suite.check("usual: done", ["a.vcf.gz", "a.vcf.gz.samples.tsv", "a.vcf.gz.tbi", "b.vcf"],
                listing(suite, "usual", "done"))
    suite.check("usual: refused", ["bad.vcf", "bad.vcf.reason.txt", "notes.txt", "notes.txt.reason.txt"],
                listing(suite, "usual", "refused"))
    with open(suite.path("usual/refused/bad.vcf.reason.txt")) as fh:
        reason = fh.read()
    suite.check("usual: the reason names file and line", (True, True, 1),
                ("bad.vcf" in reason, "line 5" in reason, len(reason.splitlines())), reason)
    suite.check("usual: unfinished and hidden ones stay", [".hidden", "c.vcf.part", "done", "refused"],
                listing(suite, "usual"))
    suite.check("usual: AC", 3, suite.allele(store, NAME)["ac"])
    suite.check("usual: the sheet beside a file names its person", 1, suite.count(store, "id=anna"))
    suite.check("usual: a delivery each", 2, len(suite.run("info", "-d", store, "--deliveries").out.splitlines()) - 1)
    again = take(suite, store, "usual")
    suite.check("usual: an empty folder is no fault", 0, again.code, again.err)
    # the same name again, with other bytes; and the same bytes under another name
    suite.write("usual/b.vcf", vcf("F", "1/1"))
    suite.write("usual/twin.vcf", vcf("B", "1/1"))
    time.sleep(0.01)
    done = take(suite, store, "usual", "--json")
    rows = done.objects()
    suite.check("again: rows", [("b.vcf", "ok"), ("twin.vcf", "noop")],
                [(r["file"], r["status"]) for r in rows[:-1]])
    suite.check("again: sum", {"taken": 2, "refused": 0, "left": 0}, rows[-1])
    suite.check("again: no name is written over", True, "b.vcf.2" in listing(suite, "usual", "done"))
    suite.check("again: AC", 5, suite.allele(store, NAME)["ac"])


def check_young(suite):
    store = suite.path("young-store")
    suite.write("young/a.vcf", vcf("A"))
    suite.write("young/future.vcf", vcf("B"))
    os.utime(suite.path("young/future.vcf"), (time.time() + 9999,) * 2)
    done = suite.run("import", "-d", store, "--dataset", "A", "--assembly", "GRCh38", "--spool",
                     suite.path("young"), "--json")
    suite.check("young: left", {"taken": 0, "refused": 0, "left": 2}, done.objects()[-1])
    os.utime(suite.path("young/a.vcf"), (time.time() - 61,) * 2)
    done = suite.run("import", "-d", store, "--dataset", "A", "--assembly", "GRCh38", "--spool",
                     suite.path("young"), "--json")
    suite.check("young: a minute later", {"taken": 1, "refused": 0, "left": 1}, done.objects()[-1])


def check_usage(suite):
    store = suite.path("usage-store")
    suite.write("usage/a.vcf", vcf("A"))
    for name, words in (("no folder", ("--spool", suite.path("nothing"))),
                        ("a file besides", ("--spool", suite.path("usage"), suite.path("usage/a.vcf"))),
                        ("--settle alone", ("--settle", "1", suite.path("usage/a.vcf"))),
                        ("a gate that is none", ("--spool", suite.path("usage"), "--gate", "min_qg=1"))):
        done = suite.run("import", "-d", store, "--dataset", "A", "--assembly", "GRCh38", *words)
        suite.check(name + ": 2", 2, done.code, done.err)
        suite.check(name + ": one line", 1, len(done.err.splitlines()), done.err)
        suite.check(name + ": the file stays", ["a.vcf"], listing(suite, "usage"))


def check_machine(suite):
    """What is not the file's fault leaves the file: another writer, and a stop."""
    store = suite.path("machine-store")
    suite.run("import", "-q", "-d", store, "--dataset", "A", "--assembly", "GRCh38",
              suite.write("first.vcf", vcf("Z")))
    suite.write("machine/a.vcf", vcf("A"))
    time.sleep(0.01)
    holder = subprocess.Popen([sys.executable, "-c",
                               "import fcntl, sys, time\n"
                               "fh = open(sys.argv[1] + '/LOCK', 'r+')\n"
                               "fcntl.flock(fh, fcntl.LOCK_EX)\n"
                               "print('held', flush=True)\n"
                               "time.sleep(60)\n", store], stdout=subprocess.PIPE)
    holder.stdout.readline()
    suite.check("locked: 6", 6, take(suite, store, "machine").code)
    suite.check("locked: the file stays", ["a.vcf"], listing(suite, "machine"))
    holder.kill()
    holder.wait()
    suite.check("then it is taken", 0, take(suite, store, "machine").code)
    suite.check("then: AC", 2, suite.allele(store, NAME)["ac"])


def check_killed(suite):
    """SIGKILL between files: run again until the folder is empty, each file counts once."""
    store, n = suite.path("killed-store"), 12
    for i in range(n):
        suite.write(f"killed/{i:02}.vcf", vcf(f"K{i}"))
    time.sleep(0.01)
    argv = [suite.program, "import", "-q", "-d", store, "--dataset", "A", "--assembly", "GRCh38",
            "--spool", suite.path("killed"), "--settle", "0.001"]
    n_kills = 0
    for delay in (0.01, 0.02, 0.03, 0.05, 0.08):
        process = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        n_kills += process.wait() == -signal.SIGKILL
    suite.check("killed: the rest is taken", 0, take(suite, store, "killed").code)
    suite.check("killed: nothing is refused", [], listing(suite, "killed", "refused"))
    suite.check("killed: all done", n, len(listing(suite, "killed", "done")))
    suite.check("killed: each counts once", n, suite.allele(store, NAME)["ac"], f"{n_kills} kills")


def check_checksums(suite):
    store = suite.path("sums-store")
    path = suite.write("sums/a.vcf", vcf("A"))
    digest = hashlib.sha256(vcf("A").encode()).hexdigest()
    flipped = digest[:-1] + ("0" if digest[-1] != "0" else "1")
    lists = {
        "plain": (0, f"{digest}  a.vcf\n"),
        "with a folder, binary, capitals, CR": (0, f"# a list\r\n{digest.upper()} *some/where/a.vcf\r\n"),
        "of BSD": (0, f"SHA256 (a.vcf) = {digest}\n"),
        "others besides": (0, f"{flipped}  b.vcf\n{digest}  a.vcf\n{digest}  a.vcf\n"),
        "flipped": (2, f"{flipped}  a.vcf\n"),
        "not named": (2, f"{digest}  aa.vcf\n"),
        "two digests": (2, f"{digest}  a.vcf\n{flipped}  a.vcf\n"),
        "cut": (2, f"{digest[:40]}  a.vcf\n"),
        "an MD5": (2, f"{digest[:32]}  a.vcf\n"),
        "BSD of another kind": (2, f"MD5 (a.vcf) = {digest[:32]}\n"),
        "empty": (2, ""),
        "zero bytes": (2, b"\0" * 100),
    }
    for name, (code, text) in lists.items():
        sums = suite.write("sums/list", text)
        done = suite.run("import", "-q", "-d", store + name.replace(" ", "_"), "--dataset", "A",
                         "--assembly", "GRCh38", "--checksums", sums, path)
        suite.check("checksums " + name, code, done.code, done.err)
        if code:
            suite.check(f"checksums {name}: one line", 1, len(done.err.splitlines()), done.err)
            suite.check(f"checksums {name}: no store", 3, suite.run("info", "-d", store + name.replace(" ", "_")).code)
    with open(path, "rb") as fh:
        suite.check("a pipe is named -", 0, suite.run(
            "import", "-q", "-d", store, "--dataset", "A", "--assembly", "GRCh38", "--checksums",
            suite.write("sums/pipe", f"{digest}  -\n"), "-", stdin=fh).code)
    rows = suite.run("info", "-d", store, "--deliveries", "--json").objects()
    suite.check("the digest is kept", digest, rows[0]["sha256"])
    suite.write("drop/a.vcf", vcf("A"))
    suite.write("drop/a.vcf.sha256", f"{flipped}  a.vcf\n")
    suite.write("drop/b.vcf", vcf("B"))
    suite.write("drop/b.vcf.sha256", hashlib.sha256(vcf("B").encode()).hexdigest() + "  b.vcf\n")
    time.sleep(0.01)
    suite.check("a list beside a dropped file", 2, take(suite, suite.path("drop-store"), "drop").code)
    suite.check("it is refused with its list", ["a.vcf", "a.vcf.reason.txt", "a.vcf.sha256"],
                listing(suite, "drop", "refused"))
    suite.check("the other one is taken", ["b.vcf", "b.vcf.sha256"], listing(suite, "drop", "done"))


def check_told(suite):
    """What info tells of many deliveries, and what a policy keeps back."""
    store = suite.path("told-store")
    for i in range(12):
        suite.run("import", "-q", "-d", store, "--dataset", "A", "--assembly", "GRCh38",
                  suite.write(f"told{i}.vcf", vcf(f"T{i}")))
    text = suite.run("info", "-d", store).out
    suite.check("a line for each of the last ten", 10, sum(s.startswith("delivery ") for s in text.splitlines()))
    suite.check("and how many there are", True, "12 in all" in text)
    rows = suite.run("info", "-d", store, "--deliveries").out.splitlines()
    suite.check("all with --deliveries", [f"told{i}.vcf" for i in range(12)],
                [r.split("\t")[4] for r in rows[1:]])
    suite.check("who delivered", True, " by=" in rows[1].split("\t")[9])
    suite.check("as many columns in each row", {len(rows[0].split("\t"))}, {len(r.split("\t")) for r in rows})
    policy = suite.write("policy", "threshold = 5\n")
    suite.check("a policy refuses the list", 5, suite.run("info", "-d", store, "--deliveries", "--policy", policy).code)
    told = suite.run("info", "-d", store, "--json", "--policy", policy).objects()[0]
    suite.check("and info leaves them out", [], told["deliveries"])


def main():
    suite = harness.Suite()
    check_usual(suite)
    check_young(suite)
    check_usage(suite)
    check_machine(suite)
    check_killed(suite)
    check_checksums(suite)
    check_told(suite)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
