#!/usr/bin/env python3
"""skerry copy and verify --quick: a copy is whole and answers alike, beside a writer, or is not there."""
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import harness

HEADER = ("##fileformat=VCFv4.2\n##contig=<ID=20>\n"
          '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n')
N_SITES = 40


def write_vcf(suite, name, rng, n_samples=3):
    """A joint file of random genotypes; {allele: AC}."""
    samples = [f"{name}_{i}" for i in range(n_samples)]
    lines, truth = [], {}
    for i in range(N_SITES):
        gts = [rng.choice(("0/0", "0/1", "1/1")) for _ in samples]
        lines.append(f"20\t{1000 + 10 * i}\t.\tA\tC\t.\tPASS\t.\tGT\t" + "\t".join(gts) + "\n")
        truth[f"20-{1000 + 10 * i}-A-C"] = sum(g.count("1") for g in gts)
    head = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(samples) + "\n"
    return suite.write(name + ".vcf", HEADER + head + "".join(lines)), truth


def numbers(suite, store):
    done = suite.run("alleles", "-d", store, "--json", "region=20:1-100000")
    return {r["variant"]: r["ac"] for r in done.objects()} if done.code == 0 else done.said()


def import_one(suite, store, path):
    return suite.run("import", "-q", "-d", store, "--dataset", "A", "--assembly", "GRCh38", path)


def check_forms(suite, store, truth):
    for name, words in (("links", ()), ("bytes", ("--bytes",))):
        to = suite.path("copy-" + name)
        done = suite.run("copy", "-d", store, to, "--json", *words)
        said = done.objects()[0] if done.code == 0 else {}
        suite.check(name + ": copied", 0, done.code, done.err)
        suite.check(name + ": generation", 2, said.get("generation"))
        suite.check(name + ": files are the store's", sorted(f for f in os.listdir(store)),
                    sorted(os.listdir(to)))
        suite.check(name + ": hard links, or none", name == "links", said.get("linked") == said.get("files"))
        suite.check(name + ": sound", 0, suite.run("verify", "-d", to).code)
        suite.check(name + ": numbers", truth, numbers(suite, to))
    # a copy is a store of its own: the next delivery goes to one of them
    path, more = write_vcf(suite, "later", random.Random(7))
    suite.check("a copy takes a delivery", 0, import_one(suite, suite.path("copy-links"), path).code)
    suite.check("the store is as before", truth, numbers(suite, store))
    suite.check("the copy has it", {k: truth[k] + more[k] for k in truth},
                numbers(suite, suite.path("copy-links")))


def check_restored(suite, truth):
    """Restore: the folder is lost, a copy takes its place."""
    store, backup = suite.path("lost"), suite.path("copy-bytes")
    shutil.copytree(backup, suite.path("moved"))
    os.rename(suite.path("moved"), store)
    suite.check("restored: sound", 0, suite.run("verify", "-d", store).code)
    suite.check("restored: numbers", truth, numbers(suite, store))


def check_refused(suite, store):
    full = suite.path("full")
    os.mkdir(full)
    suite.write("full/notes.txt", "x")
    for name, code, to in (("a folder with files", 2, full), ("a file", 2, suite.path("full/notes.txt")),
                           ("a folder that has no place", 6, suite.path("no/where"))):
        done = suite.run("copy", "-d", store, to)
        suite.check(name + ": refused", code, done.code, done.err)
        suite.check(name + ": one line", 1, len(done.err.splitlines()))
    suite.check("notes are left", ["notes.txt"], os.listdir(full))
    done = suite.run("copy", "-d", store, suite.path("quiet"), "--quiet")
    suite.check("--quiet copies and says nothing", (0, "", ""), (done.code, done.out, done.err))
    suite.check("no store: 3", 3, suite.run("copy", "-d", suite.path("none"), suite.path("x")).code)
    suite.check("no folder named: 2", 2, suite.run("copy", "-d", store).code)
    empty = suite.path("empty")
    os.mkdir(empty)
    suite.check("an empty folder is taken", 0, suite.run("copy", "-d", store, empty).code)


def check_damage(suite, store):
    """What verify --quick finds, what it leaves to verify, and that a copy of a lost file is none."""
    names = sorted(f for f in os.listdir(store) if f.endswith(".skr"))
    for name in names:
        for what in ("gone", "cut", "head", "block"):
            case = suite.path("damaged")
            shutil.rmtree(case, ignore_errors=True)
            shutil.copytree(store, case)
            path = os.path.join(case, name)
            with open(path, "rb") as fh:
                data = bytearray(fh.read())
            if what == "gone":
                os.unlink(path)
            else:
                if what == "cut":
                    del data[len(data) // 2:]
                else:
                    data[9 if what == "head" else 64] ^= 1
                with open(path, "wb") as fh:
                    fh.write(data)
            quick = suite.run("verify", "--quick", "-d", case)
            suite.check(f"{name} {what}: quick", 0 if what == "block" else 3, quick.code, quick.out)
            suite.check(f"{name} {what}: verify", 3, suite.run("verify", "-d", case).code)
            if what in ("gone", "cut"):
                to = suite.path("damaged-copy")
                suite.check(f"{name} {what}: no copy", 3, suite.run("copy", "-d", case, to).code)
                suite.check(f"{name} {what}: nothing left", (False, False),
                            (os.path.exists(to), os.path.exists(to + ".partial")))
    text = suite.run("verify", "--quick", "-d", store)
    suite.check("a quick look says that it is one", True, "quick" in text.out)


def check_beside_writer(suite, rng):
    """Deliveries go on, each in the place of the one before; every copy is one generation of them."""
    store = suite.path("busy")
    truths = []
    for i in range(12):
        path, truth = write_vcf(suite, f"busy{i}", rng)
        before = truths[-1] if truths else dict.fromkeys(truth, 0)
        truths.append({k: before[k] + truth[k] for k in truth})
    first = suite.path("busy0.vcf")
    suite.check("busy: first", 0, import_one(suite, store, first).code)
    writer = subprocess.Popen(
        [sys.executable, "-c",
         "import subprocess, sys\n"
         "for path in sys.argv[3:]:\n"
         "    subprocess.run([sys.argv[1], 'import', '-q', '-d', sys.argv[2], '--dataset', 'A',\n"
         "                    '--assembly', 'GRCh38', path], check=True, stderr=subprocess.DEVNULL)\n",
         suite.program, store] + [suite.path(f"busy{i}.vcf") for i in range(1, 12)])
    n = 0
    while writer.poll() is None or n == 0:
        to = suite.path(f"busy-copy{n}")
        words = ("--bytes",) if n % 2 else ()
        done = suite.run("copy", "-d", store, to, "--json", *words)
        suite.check(f"busy copy {n}: made", 0, done.code, done.err)
        if done.code == 0:
            generation = done.objects()[0]["generation"]
            suite.check(f"busy copy {n}: sound", 0, suite.run("verify", "-d", to).code)
            suite.check(f"busy copy {n}: numbers of generation {generation}", truths[generation - 1],
                        numbers(suite, to))
        n += 1
    suite.check("busy: writer", 0, writer.returncode)


def check_killed(suite, store, truth, rng):
    """SIGKILL at a random moment: the copy is whole or not there, and the next one takes over."""
    for i in range(15):
        to = suite.path(f"killed{i}")
        process = subprocess.Popen([suite.program, "copy", "-q", "-d", store, to, "--bytes"],
                                   stderr=subprocess.DEVNULL)
        time.sleep(rng.random() * 0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if os.path.exists(to):
            suite.check(f"killed {i}: whole", truth, numbers(suite, to))
            continue
        done = suite.run("copy", "-d", store, to, "--bytes")
        suite.check(f"killed {i}: made again", 0, done.code, done.err)
        suite.check(f"killed {i}: numbers", truth, numbers(suite, to))
        suite.check(f"killed {i}: nothing beside it", False, os.path.exists(to + ".partial"))


def main():
    suite = harness.Suite()
    seed = int(os.environ.get("SKERRY_SEED", random.randrange(1 << 30)))
    print(f"# seed {seed}")
    rng = random.Random(seed)
    store = suite.path("store")
    path, first = write_vcf(suite, "one", rng)
    import_one(suite, store, path)
    path, second = write_vcf(suite, "two", rng)
    suite.check("imported", 0, import_one(suite, store, path).code)
    truth = {k: first[k] + second[k] for k in first}
    check_forms(suite, store, truth)
    check_restored(suite, truth)
    check_refused(suite, store)
    check_damage(suite, store)
    check_beside_writer(suite, rng)
    check_killed(suite, store, truth, rng)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
