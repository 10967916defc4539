#!/usr/bin/env python3
"""An import that is killed, or interrupted, at any moment: the store has the numbers of before or of after."""
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import harness

ALLELES = ("22-16050075-A-G", "22-16344555-G-A", "22-16499957-C-A")
QUESTION = "carries(region=22:16300000-16400000)"
N_KILLS = 14


def state(suite, store):
    rows = [suite.allele(store, name) for name in ALLELES]
    numbers = [[r.get(k) for k in harness.NUMBERS] if isinstance(r, dict) else r for r in rows]
    return numbers, suite.count(store, QUESTION)


def batch(suite, name, keep):
    """The slice with some of its samples."""
    path = suite.path(name)
    names = subprocess.run(["bcftools", "query", "-l", harness.SLICE], check=True, stdout=subprocess.PIPE,
                           text=True).stdout.split()
    with open(path, "wb") as fh:
        subprocess.run(["bcftools", "view", "-s", ",".join(names[keep]), "-Oz", harness.SLICE], check=True,
                       stdout=fh, stderr=subprocess.DEVNULL)
    return path


def interrupted(suite, store, path, after_s, how):
    """Starts an import, stops it after a time; its exit status (negative: the signal)."""
    running = subprocess.Popen([suite.program, "import", "-d", store, "--dataset", "two", "--assembly", "GRCh37", path],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return running.wait(after_s)
    except subprocess.TimeoutExpired:
        running.send_signal(how)
        return running.wait(60)


def main():
    suite = harness.Suite()
    if not harness.have("bcftools"):
        suite.skip("killed imports", "bcftools is not installed: run tools/setup")
        return suite.close()
    one, two = batch(suite, "one.vcf.gz", slice(0, 500)), batch(suite, "two.vcf.gz", slice(500, 1500))
    base, store = suite.path("base"), suite.path("store")
    done = suite.run("import", "-d", base, "--dataset", "one", "--assembly", "GRCh37", one)
    suite.check("the first import", 0, done.code, done.said())
    before = state(suite, base)
    shutil.copytree(base, store)
    start = time.monotonic()
    done = suite.run("import", "-d", store, "--dataset", "two", "--assembly", "GRCh37", two)
    whole_s = time.monotonic() - start
    suite.check("the second import", 0, done.code, done.said())
    after = state(suite, store)
    suite.check("it changes the numbers", True, before != after)
    rng = random.Random(20261121)
    for n in range(N_KILLS):
        how = signal.SIGKILL if n % 3 else signal.SIGINT
        if n % 4 == 0:  # the others go on in the store that the kill before left
            shutil.rmtree(store)
            shutil.copytree(base, store)
        after_s = rng.uniform(0, whole_s * 1.05)
        code = interrupted(suite, store, two, after_s, how)
        if how == signal.SIGINT and code not in (0, 130, -signal.SIGINT):
            suite.check(f"interrupt {n} exits", 130, code)
        done = suite.run("verify", "-d", store)
        found = state(suite, store)
        suite.check(f"{how.name} after {after_s:.2f} s: sound, and as before or after", (0, True),
                    (done.code, found in (before, after)), done.said())
    done = suite.run("import", "-d", store, "--dataset", "two", "--assembly", "GRCh37", two)
    suite.check("the import once more", (0, after), (done.code, state(suite, store)), done.said())
    names = {n for n in os.listdir(store) if ".new" in n or "scratch" in n}
    suite.check("nothing is left behind", set(), names)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
