#!/usr/bin/env python3
"""A store with flipped bits, cut, missing or foreign files: verify says so, and no answer is wrong.

A question may still be answered, rightly, when it does not touch the damage; otherwise it exits 3.
"""
import os
import random
import shutil
import signal
import sys
import time

import beacon_http
import harness

HEAD = """##fileformat=VCFv4.2
##contig=<ID=6>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"""
QUESTIONS = ("carries(region=6:1-100000)", "carries(region=6:1-100000) and HP:0001250",
             "not carries(af<0.3)", "sex=female")
N_DAMAGES = 120


def make_store(suite, store):
    rng = random.Random(7)
    names = [f"s{n}" for n in range(40)]
    rows = []
    for pos in range(1000, 41000, 200):
        cells = "\t".join(rng.choice(("0/0", "0/0", "0/1", "1/1", "./.", "0/0")) for _ in names)
        rows.append(f"6\t{pos}\t.\tA\t{rng.choice('CGT')}\t.\tPASS\t.\tGT\t{cells}\n")
    vcf = suite.write("a.vcf", HEAD + "\t".join(names) + "\n" + "".join(rows))
    people = "".join('{"id": "%s", "subject": {"id": "x", "sex": "%s"}, "phenotypicFeatures": [{"type": {"id": '
                     '"HP:0001250", "label": "Seizure"}, "excluded": %s}]}\n'
                     % (n, rng.choice(("FEMALE", "MALE")), rng.choice(("true", "false"))) for n in names)
    terms = "format-version: 1.2\nontology: hp\n\n[Term]\nid: HP:0000001\nname: All\n\n" \
            "[Term]\nid: HP:0001250\nname: Seizure\nis_a: HP:0000001\n"
    genes = "NM_1\tchr6\t900\t2000\tGENE1\nNM_2\tchr6\t5000\t9000\tGENE2\n"
    for words in (["import", "-d", store, "--dataset", "d", "--assembly", "GRCh37", vcf],
                  ["people", "-d", store, "--dataset", "d", suite.write("people.jsonl", people)],
                  ["ontology", "-d", store, suite.write("terms.obo", terms)],
                  ["genes", "-d", store, "--assembly", "GRCh37", suite.write("genes.txt", genes)]):
        done = suite.run(*words)
        suite.check(f"{words[0]} exits", 0, done.code, done.said())


def answers(suite, store):
    """Each question's count; None where it exits 3."""
    found = []
    for text in QUESTIONS:
        done = suite.run("count", "-d", store, "--json", text)
        if done.code == 3:
            found.append(None)
        else:
            found.append(done.objects()[-1]["count"] if done.code == 0 else f"exit {done.code}")
    done = suite.run("alleles", "-d", store, "--json", "region=6:1-100000")
    found.append(None if done.code == 3 else (done.code, done.out))
    return found


def damage(rng, store):
    """Changes one file; says how."""
    names = sorted(n for n in os.listdir(store) if n != "LOCK")
    name = rng.choice(names)
    path = os.path.join(store, name)
    size = os.path.getsize(path)
    how = rng.choice(("flip", "flip", "flip", "flip", "cut", "gone", "longer", "zeros", "swapped"))
    with open(path, "r+b") as fh:
        if how == "flip":
            at = rng.randrange(size)
            fh.seek(at)
            byte = fh.read(1)[0]
            fh.seek(at)
            fh.write(bytes([byte ^ 1 << rng.randrange(8)]))
            how = f"a bit of byte {at} of {size} flipped"
        elif how == "cut":
            fh.truncate(rng.randrange(size))
        elif how == "longer":
            fh.seek(0, 2)
            fh.write(b"more")
        elif how == "zeros":
            fh.seek(rng.randrange(size))
            fh.write(b"\0" * 64)
    if how == "gone":
        os.unlink(path)
    elif how == "swapped":
        others = [n for n in names if n != name]
        shutil.copyfile(os.path.join(store, rng.choice(others)), path)
    return f"{name}: {how}"


def main():
    suite = harness.Suite()
    base, store = suite.path("base"), suite.path("store")
    make_store(suite, base)
    right = answers(suite, base)
    suite.check("all questions of the sound store are answered", [], [a for a in right if not isinstance(a, (int, tuple))])
    rng = random.Random(20261121)
    for n in range(N_DAMAGES):
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(base, store)
        how = damage(rng, store)
        if all(same(os.path.join(base, f), os.path.join(store, f)) for f in os.listdir(base)):
            continue
        done = suite.run("verify", "-d", store)
        found = answers(suite, store)
        wrong = [f"{q}: {f}, not {r}" for q, f, r in zip((*QUESTIONS, "alleles"), found, right) if f not in (None, r)]
        suite.check(f"damage {n}, {how}", (3, []), (done.code, wrong), done.said())
    damage_tables(suite, base, store)
    for version in (1, 2):
        ask_older(suite, version)
    return suite.close()


TABLES = {"genes": "carries(gene=GENE2)", "ontology": "HP:0000001"}


def damage_tables(suite, base, store):
    """Genes and terms are read by who asks for them: damage there stops nobody else, is never silent for
    those who do, and neither info nor a server passes over it."""
    for table, text in TABLES.items():
        file = next(n for n in os.listdir(base) if n.startswith(table))
        allele = "carries(variant=6-1200-A-C) or carries(region=6:1-9000)"
        right = {q: suite.count(base, q) for q in (allele, text)}
        seen = {}
        for at in range(32, os.path.getsize(os.path.join(base, file)), 32):
            shutil.rmtree(store, ignore_errors=True)
            shutil.copytree(base, store)
            flip(os.path.join(store, file), at)
            codes = []
            for question in (allele, text):
                done = suite.run("count", "-d", store, "--json", question)
                wrong = done.code == 0 and done.objects()[-1]["count"] != right[question]
                codes.append("wrong" if wrong else done.code)
            codes.append(suite.run("info", "-d", store).code)
            seen.setdefault(tuple(codes), at)
        # all three refused where the directory is damaged; none where zeros between blocks or old releases are
        suite.check(f"{table}: what damage does to an allele, to the table's own question, to info",
                    [], [c for c in seen if c not in ((0, 3, 3), (3, 3, 3), (0, 0, 0), (0, 0, 3))], str(seen))
        suite.check(f"{table}: an allele is counted beside damage that refuses the rest", True, (0, 3, 3) in seen, str(seen))
        shutil.rmtree(store)
        shutil.copytree(base, store)
        server = beacon_http.Server(suite, store)
        asked = "/api/g_variants?geneId=GENE2" if table == "genes" else "/api/individuals?filters=HP:0000001"
        before = server.ask(asked)
        flip(os.path.join(store, file), seen[0, 3, 3])
        server.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 20
        while "the old generation stays: " not in server.said() and time.monotonic() < until:
            time.sleep(0.05)
        suite.check(f"{table}: a reload says that it is damaged", True, f"the old generation stays: {file}" in server.said(), server.said()[-300:])
        suite.check(f"{table}: and the old generation answers", before, server.ask(asked))
        server.stop()
        done = suite.run("serve", "-d", store, "--listen", "127.0.0.1:0")
        suite.check(f"{table}: no server starts on it", (3, True), (done.code, file in done.err), done.said())


def flip(path, at):
    with open(path, "r+b") as fh:
        fh.seek(at)
        byte = fh.read(1)[0]
        fh.seek(at)
        fh.write(bytes([byte ^ 4]))


def ask_older(suite, version):
    """A store of an earlier format is refused by every command, with what to do, and left as it is."""
    store = suite.path(f"older-{version}")
    shutil.copytree(os.path.join(harness.DATA, f"store-version-{version}"), store)
    before = {name: open(os.path.join(store, name), "rb").read() for name in os.listdir(store)}
    vcf = suite.write("new.vcf", HEAD + "s1\n6\t1000\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\n")
    for words in (["info", "-d", store], ["verify", "-d", store], ["count", "-d", store, "carries(region=6:1-5000)"],
                  ["import", "-d", store, "--dataset", "d", "--assembly", "GRCh37", vcf]):
        done = suite.run(*words)
        says = f"format {version}" in done.err and "import again" in done.err
        suite.check(f"{words[0]} refuses a store of format {version}", (3, True), (done.code, says), done.said())
    for name, data in before.items():
        with open(os.path.join(store, name), "rb") as fh:
            suite.check(f"{name} is as it was", True, fh.read() == data)


def same(one, other):
    if not os.path.exists(other):
        return False
    with open(one, "rb") as a, open(other, "rb") as b:
        return a.read() == b.read()


if __name__ == "__main__":
    sys.exit(main())
