#!/usr/bin/env python3
"""A node's calendar, as docs/operations.md has it, command by command beside a server that runs."""
import os
import re
import shlex
import subprocess
import sys
import time

import harness

HEAD = ("##fileformat=VCFv4.2\n##contig=<ID=20>\n"
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t")


LEAVES = "WITHDRAWN-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789-MARK"


def vcf(samples):
    return HEAD + "\t".join(samples) + "\n20\t5\t.\tA\tC\t.\tPASS\t.\tGT" + "\t0/1" * len(samples) + "\n"


def jobs():
    """{heading: its commands} of the section."""
    with open(os.path.join(harness.SOURCE, "docs", "operations.md"), encoding="utf-8") as fh:
        section = fh.read().split("## A node's calendar\n")[1].split("\n## ")[0]
    blocks = re.findall(r"\n([A-Z][^\n]*):\n\n```\n(.*?)```", section, re.S)
    return {heading: text.strip().splitlines() for heading, text in blocks}


class Node:
    def __init__(self, suite):
        self.suite, self.store = suite, suite.path("S")
        suite.write("GRCh38.fa", ">20\n" + "ACGTA" * 20 + "\n")
        suite.write("samples.tsv", "sample\tsex\n" + "".join(f"{p}\tXX\n" for p in ("A", LEAVES, "C", "D")))
        suite.write("individuals.json", '[{"id": "A", "sex": {"id": "NCIT:C16576", "label": "female"}}]')
        suite.write("withdrawn.txt", LEAVES + "\n")
        os.mkdir(suite.path("srv"))
        os.mkdir(suite.path("backup"))
        suite.write("srv/drop/one.vcf", vcf(["A", LEAVES]))
        suite.write("srv/drop/two.vcf", vcf(["C"]))
        old = time.time() - 600
        for name in ("one.vcf", "two.vcf"):
            os.utime(suite.path("srv/drop", name), (old, old))

    def run(self, line, expected=0):
        """A line of the page, with this node's own places."""
        words = line.replace("/srv/", self.suite.path("srv") + "/").replace("/backup/", self.suite.path("backup") + "/")
        words = words.replace("/run/skerry.pid", self.suite.path("pid"))
        argv = [self.suite.program if w == "skerry" else self.store if w == "S" else w for w in shlex.split(words)]
        if line.startswith("kill"):
            argv = ["sh", "-c", words]
        done = subprocess.run(argv, cwd=self.suite.scratch, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, timeout=120, check=False)
        self.suite.check(line, expected, done.returncode, done.stderr.decode())

    def files_with(self, text):
        names = []
        for name in os.listdir(self.store):
            with open(os.path.join(self.store, name), "rb") as fh:
                if text.encode() in fh.read():
                    names.append(name)
        return names

    def serve(self):
        server = subprocess.Popen([self.suite.program, "serve", "-d", self.store, "--listen", "127.0.0.1:0"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.suite.write("pid", str(server.pid))
        for line in server.stderr:
            if "listening" in line:
                return server
        raise RuntimeError("no server")


def main():
    suite = harness.Suite()
    node = Node(suite)
    told = jobs()
    suite.check("the page has three jobs", 3, len(told), list(told))
    night, week, damage = told.values()
    node.run("skerry import -d S --dataset ID --assembly GRCh38 --reference GRCh38.fa " + suite.write("first.vcf", vcf(["D"])))
    server = node.serve()
    for line in night[:2]:
        node.run(line)
    suite.check("before the withdrawal their name is in a file", True, bool(node.files_with(LEAVES)))
    for line in night[2:]:
        node.run(line)
    suite.check("after the night: AC of A, C and D", 3, suite.allele(node.store, "20-5-A-C")["ac"])
    for line in week:
        node.run(line)
    suite.check("after the week: AC", 3, suite.allele(node.store, "20-5-A-C")["ac"])
    server.terminate()
    server.communicate()
    suite.check("who withdrew is in no file of the store", [], node.files_with(LEAVES))
    # a file that is lost: the backup is made of hard links, and has it still
    os.unlink(os.path.join(node.store, min(f for f in os.listdir(node.store) if f.endswith(".skr"))))
    node.run(damage[0], 3)
    for line in damage[1:]:
        node.run(line)
    suite.check("restored: AC", 3, suite.allele(suite.path("srv/restored"), "20-5-A-C")["ac"])
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
