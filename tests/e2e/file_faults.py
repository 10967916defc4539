#!/usr/bin/env python3
"""Every call on a file of the store goes wrong once, and the power goes at every moment.

Writers run with a library between them and their files (tests/fault/faulty_files.c). After each fault
the store is sound and answers as before or as after, a command that said 0 is not undone, and the same
command then goes through. A question beside a fault gives the right answer or an exit status.

SKERRY_FAULTS=N: at most N faults of each kind and command (default 12; 0: every call), and N power
cuts of each command. SKERRY_SEED sets the seed, which is printed.
"""
import os
import random
import shutil
import struct
import subprocess
import sys

import harness

HEAD = ("##fileformat=VCFv4.2\n##contig=<ID=20>\n"
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t")
SECTOR = 512
QUESTIONS = (("alleles", "--json", "region=20:1-100000"), ("count", "carries(region=20:1-100000)"),
             ("count", "HP:0000001"))
EXIT_STATUSES = {0, 2, 3, 6}


def vcf(samples, rng, n_sites=60):
    lines = [HEAD + "\t".join(samples)]
    for i in range(n_sites):
        gts = "\t".join(rng.choice(("0/0", "0/1", "1/1", "./.")) for _ in samples)
        lines.append(f"20\t{1000 + 7 * i}\t.\tA\tC\t.\tPASS\t.\tGT\t{gts}")
    return "\n".join(lines) + "\n"


class Faults:
    def __init__(self, suite, rng):
        self.suite, self.rng = suite, rng
        self.limit = int(os.environ.get("SKERRY_FAULTS", "12"))
        self.library = os.environ["SKERRY_FAULTY_FILES"]
        self.base = suite.path("base")
        self.store = suite.path("store")
        self.files = {}
        # a fourth delivery writes a catalogue too
        for name, samples in (("one", ("A", "B")), ("two", ("C",)), ("early", ("F", "G")), ("three", ("D", "E"))):
            self.files[name] = suite.write(name + ".vcf", vcf(samples, rng))
        self.files["other"] = suite.write("other.vcf", vcf(("C",), rng))
        self.files["people"] = suite.write("people.tsv", "individual\tphenotypes\nA\tHP:0000001\nD\tHP:0000001\n")
        self.files["terms"] = suite.write("terms.obo", "format-version: 1.2\nontology: hp\n\n"
                                          "[Term]\nid: HP:0000001\nname: All\n")
        for words in (self.importing("one"), self.importing("two"), self.importing("early"),
                      ("people", "--dataset", "A", self.files["people"])):
            done = suite.run(words[0], "-d", self.base, "-q", *words[1:])
            assert done.code == 0, done.err
        self.commands = {
            "import": self.importing("three"),
            "replace": self.importing("other", "--replace"),
            "people": ("people", "--dataset", "A", "--replace", suite.write(
                "people2.tsv", "individual\tphenotypes\nB\tHP:0000001\n")),
            "ontology": ("ontology", self.files["terms"]),
            "withdraw": ("withdraw", "--individual", "A", "--individual", "C"),
            "compact": ("compact", "--all"),
        }

    def importing(self, name, *more):
        return ("import", "--dataset", "A", "--assembly", "GRCh38", *more, self.files[name])

    def fresh(self):
        shutil.rmtree(self.store, ignore_errors=True)
        shutil.copytree(self.base, self.store)

    def run(self, words, **faults):
        """A command with faults; {"AT": 3, "HOW": "EIO"} ..."""
        env = {k: v for k, v in os.environ.items() if k != "SKERRY_STORE"}
        env["LD_PRELOAD"] = self.library
        env["FAULTY_FOLDER"] = self.store
        env.update({"FAULTY_" + k: str(v) for k, v in faults.items()})
        argv = [self.suite.program, words[0], "-d", self.store, "-q", *words[1:]]
        try:
            done = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=60)
        except subprocess.TimeoutExpired:
            return harness.Done(argv, -999, "", "no end after 60 s")
        return harness.Done(argv, done.returncode, done.stdout.decode("utf-8", "replace"),
                            done.stderr.decode("utf-8", "replace"))

    def goes_through(self, name, words, after):
        """The same command again, without a fault. Who has withdrawn is unknown to a second withdrawal."""
        again = self.suite.run(words[0], "-d", self.store, "-q", *words[1:])
        codes = (0, 2) if words[0] == "withdraw" else (0,)
        self.suite.check(name + ": then it goes through", (True, after), (again.code in codes, self.answers()),
                         f"{again.code} {again.err}")

    def answers(self):
        """Of every question; a question that fails is an answer too."""
        told = []
        for words in QUESTIONS:
            done = self.suite.run(words[0], "-d", self.store, *words[1:])
            told.append(done.out if done.code == 0 else f"exit {done.code}")
        return told

    def drawn(self, n):
        """Which of n calls: all of them, or as many as the limit says."""
        numbers = list(range(1, n + 1))
        if self.limit and n > self.limit:
            numbers = sorted(self.rng.sample(numbers, self.limit))
        return numbers

    def look(self, name, done, before, after, words):
        """What is left after a writer that met a fault."""
        said = f"{done.code} {done.said()}"
        self.suite.check(name + ": a status that is documented", True, done.code in EXIT_STATUSES, said)
        if done.code not in (0, 2):
            self.suite.check(name + ": one line", 1, len(done.err.splitlines()), done.err)
        sound = self.suite.run("verify", "-d", self.store)
        self.suite.check(name + ": sound", 0, sound.code, sound.out + said)
        told = self.answers()
        allowed = [after] if done.code == 0 or "is published" in done.err else [before]
        self.suite.check(name + ": answers", True, told in allowed, f"{said}\n{told}")
        self.goes_through(name, words, after)

    def check_writer(self, command, words):
        self.fresh()
        before = self.answers()
        counted = self.suite.path("count")
        done = self.run(words, COUNT=counted)
        self.suite.check(command + ": without a fault", 0, done.code, done.err)
        after = self.answers()
        self.suite.check(command + ": it changes what is answered", command not in ("ontology", "compact"), before != after)
        with open(counted) as fh:
            n, n_opens = map(int, fh.read().split())
        self.suite.check(command + ": calls were counted", True, n > 10 and n > n_opens > 3)
        for how in ("EIO", "ENOSPC", "short", "EINTR", "kill", "EMFILE"):
            of = n_opens if how == "EMFILE" else n
            for at in self.drawn(of):
                self.fresh()
                done = self.run(words, AT=at, HOW=how, ON=0 if how in ("EINTR", "short") else self.rng.randrange(2))
                name = f"{command} {how} at call {at} of {of}"
                if how == "kill":
                    self.look_after_kill(name, before, after, words)
                else:
                    self.look(name, done, before, after, words)
        return before, after

    def look_after_kill(self, name, before, after, words):
        sound = self.suite.run("verify", "-d", self.store)
        self.suite.check(name + ": sound", 0, sound.code, sound.out)
        self.suite.check(name + ": before or after", True, self.answers() in (before, after))
        self.goes_through(name, words, after)

    # -------------------------------------------------------------- power

    def check_power(self, command, words, before, after):
        journal = self.suite.path("journal")
        if os.path.exists(journal):
            os.unlink(journal)
        self.fresh()
        inodes = {os.stat(os.path.join(self.store, f)).st_ino: f for f in os.listdir(self.store)}
        done = self.run(words, JOURNAL=journal)
        self.suite.check(command + ": with a journal", 0, done.code, done.err)
        with open(journal, "rb") as fh:
            records = list(read_journal(fh.read()))
        self.suite.check(command + ": the journal has a rename", True, any(r[0] == "R" for r in records))
        n_cuts = self.limit or 250
        for i in range(n_cuts):
            at = len(records) if i == 0 else self.rng.randrange(len(records) + 1)
            disk = Disk(self.base, self.store, inodes, self.rng)
            for record in records[:at]:
                disk.do(*record)
            disk.cut()
            name = f"{command}: power cut {i} after {at} of {len(records)} changes"
            sound = self.suite.run("verify", "-d", self.store)
            self.suite.check(name + ": sound", 0, sound.code, sound.out + sound.err)
            allowed = [after] if at == len(records) else [before, after]
            self.suite.check(name + ": answers", True, self.answers() in allowed)
            self.goes_through(name, words, after)

    # -------------------------------------------------------------- questions

    def check_reader(self, io):
        self.fresh()
        right = self.answers()
        for number, words in enumerate(QUESTIONS):
            words = (words[0], "--io", io, *words[1:])
            counted = self.suite.path("count")
            done = self.run(words, COUNT=counted)
            self.suite.check(f"{io} {words[-1]}: without a fault", right[number], done.out)
            with open(counted) as fh:
                n, n_opens = map(int, fh.read().split())
            for how in ("EIO", "short", "flip", "EINTR", "EMFILE"):
                for at in self.drawn(n_opens if how == "EMFILE" else n):
                    done = self.run(words, AT=at, HOW=how)
                    is_right = done.code == 0 and done.out == right[number]
                    is_refused = done.code in (3, 6) and len(done.err.splitlines()) == 1
                    self.suite.check(f"{io} {words[-1]} {how} at call {at} of {n}", True,
                                     is_right or is_refused, f"{done.code} {done.out[:200]} {done.err}")


def read_journal(data):
    at = 0
    while at < len(data):
        letter = chr(data[at])
        first, second, n = struct.unpack_from("<QQI", data, at + 1)
        yield letter, first, second, data[at + 21:at + 21 + n]
        at += 21 + n


class Disk:
    """A folder as a disk keeps it: what was synced is there, of the rest anything may be."""

    def __init__(self, base, store, inodes, rng):
        self.store, self.rng = store, rng
        self.names, self.synced, self.pending, self.changes = {}, {}, {}, []
        for number, name in inodes.items():
            with open(os.path.join(base, name), "rb") as fh:
                self.synced[number] = fh.read()
            self.names[name] = number
        self.now = dict(self.names)
        self.numbers = {number: number for number in inodes}  # an inode that was freed may come again

    def do(self, letter, first, second, data):
        name = data.decode("utf-8", "replace") if letter in "CULR" else ""
        if letter in "CL":
            if letter == "C":
                self.numbers[first] = ("made", len(self.synced))
                self.synced[self.numbers[first]] = b""
            self.change({name: self.numbers[first]})
        elif letter == "U":
            self.change({name: None})
        elif letter == "R":
            old, now = name.split("\0")
            self.change({old: None, now: self.now.get(old)})
        elif letter in "WT" and first in self.numbers:
            self.pending.setdefault(self.numbers[first], []).append((letter, second, data))
        elif letter == "S" and first in self.numbers:
            self.sync(self.numbers[first])
        elif letter == "D":
            for change in self.changes:
                self.apply(change)
            self.changes = []

    def change(self, change):
        for name, number in change.items():
            if number is None:
                self.now.pop(name, None)
            else:
                self.now[name] = number
        self.changes.append(change)

    def apply(self, change):
        for name, number in change.items():
            if number is None:
                self.names.pop(name, None)
            else:
                self.names[name] = number

    def sync(self, number):
        for one in self.pending.get(number, []):
            self.synced[number] = written(self.synced[number], *one)
        self.pending[number] = []

    def cut(self):
        """Any of the changes that were not synced came to the disk, torn or not."""
        for change in self.changes:
            if self.rng.randrange(2):
                self.apply(change)
        for number, changes in self.pending.items():
            for letter, at, data in changes:
                luck = self.rng.randrange(3)
                if luck == 0:
                    continue
                if luck == 1 and letter == "W":
                    data = torn(data, at, self.rng)
                self.synced[number] = written(self.synced[number], letter, at, data)
        shutil.rmtree(self.store, ignore_errors=True)
        os.mkdir(self.store)
        for name, number in self.names.items():
            with open(os.path.join(self.store, name), "wb") as fh:
                fh.write(self.synced[number])


def written(before, letter, at, data):
    if letter == "T":
        return before[:at] + bytes(max(0, at - len(before)))
    return before[:at] + bytes(max(0, at - len(before))) + data + before[at + len(data):]


def torn(data, at, rng):
    """Some of its sectors are zero."""
    out = bytearray(data)
    for start in range(-(at % SECTOR), len(out), SECTOR):
        if rng.randrange(2):
            low, high = max(0, start), min(len(out), start + SECTOR)
            out[low:high] = bytes(high - low)
    return bytes(out)


def main():
    suite = harness.Suite()
    if harness.IS_SANITIZED:
        suite.skip("faults of files", "a sanitizer must come first among the libraries")
        return suite.close()
    seed = int(os.environ.get("SKERRY_SEED", random.randrange(1 << 30)))
    print(f"# seed {seed}")
    faults = Faults(suite, random.Random(seed))
    for command, words in faults.commands.items():
        before, after = faults.check_writer(command, words)
        faults.check_power(command, words, before, after)
    faults.check_reader("pread")
    if "io_uring" == faults.suite.run("info", "-d", faults.base, "--json").objects()[0]["io"]:
        faults.check_reader("io_uring")
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
