#!/usr/bin/env python3
"""CRAM and BAM that are sealed with Crypt4GH say what the plain files say, with any number of threads; what is moved,
cut, repeated, changed or for others is refused in one line, the store as before.

umccr/htsget-rs#262: a server gives a part of a sealed CRAM with an edit list, whose edits lie within blocks.
samtools/htslib#1046: a file that turns out to be sealed only when it is opened.
"""
import os
import random
import subprocess
import sys

import harness
import sealing
from reads import make

SEED = int(os.environ.get("SKERRY_SEED", "11"))


class Reads:
    """A suite with reads, their sealed forms and a key."""

    def __init__(self):
        self.suite = harness.Suite()
        self.mine, self.other = sealing.Key(), sealing.Key()
        self.key = self.mine.save(self.suite.path("mine.sec"))
        self.plain = {}
        for form in ("cram", "bam"):
            make(self.suite, "a", form, 60000, 30, SEED)
            with open(self.suite.path("a." + form), "rb") as file:
                self.plain[form] = file.read()
        self.n = 0

    def take(self, content, *more, key=None, stdin=None, path=None):
        self.n += 1
        store = self.suite.path(f"s{self.n}")
        if path is None:
            path = "-" if stdin is not None else self.suite.write("in.c4gh", content)
        done = self.suite.run("import", "-q", "-d", store, "--dataset", "d", "--assembly", "toy", "--reference",
                              self.suite.path("a.fa"), "--c4gh-key", key or self.key, *more, path, stdin=stdin,
                              timeout=300)
        return done, store

    def answers(self, store):
        done = self.suite.run("alleles", "-d", store, "--tsv", "region=1:1-100000000")
        return done.out + self.suite.run("an", "-d", store, "--region", "1:1-60000", "--bed").out

    def takes(self, name, wanted, content, *more, **named):
        done, store = self.take(content, *more, **named)
        self.suite.check(f"taken: {name}", (0, True), (done.code, self.answers(store) == wanted), done.said())

    def refuses(self, name, content, word, *more, **named):
        done, store = self.take(content, *more, **named)
        lines = [s for s in done.err.splitlines() if s.strip()]
        is_right = done.code == 2 and len(lines) == 1 and word in lines[0]
        self.suite.check(f"refused: {name}", (True, False), (is_right, os.path.exists(os.path.join(store, "M"))),
                         f"SKERRY_SEED={SEED} exit {done.code}: {done.err[:400]}")


def check_taken(reads):
    suite, mine = reads.suite, reads.mine
    for more in ((), ("--calls", "none")):
        _, store = reads.take(None, *more, path=suite.path("a.cram"))
        wanted = reads.answers(store)
        suite.check("the plain file says something", True, len(wanted) > 60)
        for form, plain in reads.plain.items():
            name = f"{form} {' '.join(more)}"
            reads.takes(name, wanted, sealing.seal(plain, mine), *more)
            reads.takes(name + ", three threads", wanted, sealing.seal(plain, mine), "--threads", 3, *more)
            reads.takes(name + ", numbered", wanted, sealing.seal(plain, mine, first=2**64 - 2), *more)
            reads.takes(name + ", for several", wanted, sealing.seal(plain, reads.other, mine), *more)
            odd = plain[:100000] + b"left out" + plain[100000:]
            reads.takes(name + ", an edit list", wanted,
                        sealing.seal(odd, mine, edits=[0, 100000, 8, len(plain) - 100000]), *more)
    sealed = sealing.seal(reads.plain["cram"], mine)
    reads.takes("--format cram", reads.answers(reads.take(None, path=suite.path("a.cram"))[1]), sealed,
                "--format", "cram")
    done, store = reads.take(sealed)
    again = suite.run("import", "--json", "-d", store, "--dataset", "d", "--assembly", "toy", "--reference",
                      suite.path("a.fa"), "--c4gh-key", reads.key, suite.path("in.c4gh"))
    suite.check("the same again is no news", "noop", again.objects()[-1]["status"])
    suite.check("nothing is left lying", [], [s for s in os.listdir(store) if s.endswith(".tmp")])


def check_refused(reads):
    suite, mine = reads.suite, reads.mine
    cram = reads.plain["cram"]
    sealed = sealing.seal(cram, mine)
    reads.refuses("for others", sealing.seal(cram, reads.other), "no key of --c4gh-key")
    reads.refuses("for others, --format cram", sealing.seal(cram, reads.other), "no key of --c4gh-key", "--format", "cram")
    reads.refuses("sealed text as CRAM", sealing.seal(b"##fileformat=VCFv4.2\n", mine), "neither CRAM nor BAM",
                  "--format", "cram")
    reads.refuses("sealed reads as VCF", sealed, "holds reads", "--format", "vcf")
    path = suite.write("piped", sealed)
    wanted = reads.answers(reads.take(None, path=suite.path("a.cram"))[1])
    with open(path, "rb") as file:
        reads.refuses("from a pipe, without a format", None, "with --format cram or bam", stdin=file)
    with open(path, "rb") as file:
        reads.takes("from a pipe", wanted, None, "--format", "cram", stdin=file)
    with open(suite.write("cut", sealed[:-9]), "rb") as file:
        reads.refuses("cut short, from a pipe", None, "-: ", "--format", "cram", stdin=file)
    if harness.have("samtools"):
        old = suite.path("old.cram")
        subprocess.run(["samtools", "view", "-O", "cram,version=2.1", "-T", suite.path("a.fa"), "-o", old,
                        suite.path("a.cram")], check=True, stderr=subprocess.DEVNULL)
        with open(old, "rb") as file:
            old = file.read()
        reads.refuses("CRAM 2.1, which has no sums", sealing.seal(old, mine), "in order")
        wanted = reads.answers(reads.take(None, path=suite.path("old.cram"))[1])
        reads.takes("CRAM 2.1 in numbered blocks", wanted, sealing.seal(old, mine, first=5))


def check_damage(reads, form, first, n_tries):
    """Every block left out, twice and swapped with the next; bits and ends at random."""
    rng = random.Random(SEED)
    key = os.urandom(32)
    start = sealing.header([sealing.packet(reads.mine.public, sealing.key_payload(key, first))])
    parts = sealing.blocks(reads.plain[form], key, first)
    whole = start + b"".join(parts)
    name = form + ("" if first is None else ", numbered")
    reads.suite.check(f"{name}: many blocks", True, len(parts) >= 8)
    for i in sorted(rng.sample(range(len(parts)), min(n_tries, len(parts)))):
        reads.refuses(f"{name}: block {i} left out", start + b"".join(parts[:i] + parts[i + 1:]), "")
        reads.refuses(f"{name}: block {i} twice", start + b"".join(parts[:i + 1] + parts[i:]),
                      "block")
        reads.refuses(f"{name}: ends behind block {i}", start + b"".join(parts[:i + 1]) if i + 1 < len(parts)
                      else whole[:-1], "")
        if i + 1 < len(parts):
            reads.refuses(f"{name}: blocks {i} and {i + 1} swapped",
                          start + b"".join(parts[:i] + [parts[i + 1], parts[i]] + parts[i + 2:]), "")
    for _ in range(n_tries):
        at = rng.randrange(len(start), len(whole))
        flipped = bytearray(whole)
        flipped[at] ^= 1 << rng.randrange(8)
        reads.refuses(f"{name}: bit of byte {at} flipped", bytes(flipped), "block")
        n = rng.randrange(len(start), len(whole))
        reads.refuses(f"{name}: cut after {n} bytes", whole[:n], "")
    short = reads.plain[form][:-28 if form == "bam" else -38]
    reads.refuses(f"{name}: sealed without its end", sealing.seal(short, reads.mine, first=first), "end is missing")


def main():
    reads = Reads()
    check_taken(reads)
    check_refused(reads)
    for form in ("cram", "bam"):
        check_damage(reads, form, None, 8)
        check_damage(reads, form, 7, 4)
    return reads.suite.close()


if __name__ == "__main__":
    sys.exit(main())
