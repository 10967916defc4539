"""What the end-to-end checks share: running the program, scratch folders, counting in TAP.

Python 3 standard library only. The program is named by SKERRY; meson sets it, tools/test does too.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
DATA = os.path.join(SOURCE, "tests", "data")
# A sanitized program is several times slower; what it promises of time holds for the program itself.
IS_SANITIZED = os.environ.get("SKERRY_SANITIZE", "none") != "none"
SLICE = os.path.join(SOURCE, "demo", "1kg_p3_chr22_16.0-16.5mb.vcf.gz")
NUMBERS = ("ac", "an", "carriers", "hom", "het", "hemi", "partial", "answer")


class Done:
    """A finished command."""

    def __init__(self, argv, code, out, err):
        self.argv, self.code, self.out, self.err = argv, code, out, err

    def said(self):
        lines = [s for s in self.err.splitlines() if s.strip()]
        return lines[-1][:300] if lines else ""

    def objects(self):
        """Standard output as JSON lines."""
        return [json.loads(s) for s in self.out.splitlines() if s.strip()]


class Suite:
    """Counts checks and prints them in TAP; close() gives the exit status."""

    def __init__(self):
        self.program = os.environ.get("SKERRY") or os.path.join(SOURCE, "build/tools/skerry/skerry")
        self.scratch = tempfile.mkdtemp(prefix="skerry-e2e-")
        self.n = self.failed = 0

    def path(self, *names):
        return os.path.join(self.scratch, *names)

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as fh:
            fh.write(text if isinstance(text, bytes) else text.encode())
        return path

    def run(self, *words, timeout=120, stdin=None):
        argv = [self.program, *map(str, words)]
        env = {k: v for k, v in os.environ.items() if k not in ("SKERRY_STORE", "REF_PATH")}
        try:
            done = subprocess.run(argv, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=timeout, env=env)
        except subprocess.TimeoutExpired:
            return Done(argv, -999, "", f"no end after {timeout} s")
        return Done(argv, done.returncode, done.stdout.decode("utf-8", "replace"),
                    done.stderr.decode("utf-8", "replace"))

    def allele(self, store, name, *more):
        """The numbers of one allele by name, or a sentence that says what came instead."""
        done = self.run("alleles", "-d", store, "--json", *more, "variant=" + name)
        if done.code != 0:
            return f"exit {done.code}: {done.said()}"
        rows = done.objects()
        return rows[0] if len(rows) == 1 else f"{len(rows)} rows"

    def count(self, store, expr):
        """A count of people, or a sentence that says what came instead."""
        done = self.run("count", "-d", store, "--json", expr)
        if done.code != 0:
            return f"exit {done.code}: {done.said()}"
        return done.objects()[-1]["count"]

    def check(self, name, expected, got, note=""):
        self.n += 1
        name = name.replace("#", "no.").replace("\n", " ")
        if expected == got:
            print(f"ok {self.n} - {name}")
            return True
        self.failed += 1
        print(f"not ok {self.n} - {name}")
        print(f"# {name}", file=sys.stderr)
        for line in (f"expected {expected}", f"got      {got}", *str(note).splitlines()):
            print("# " + line, file=sys.stderr)
        sys.stdout.flush()
        return False

    def skip(self, name, reason):
        self.n += 1
        print(f"ok {self.n} - {name} # SKIP {reason}")

    def close(self):
        shutil.rmtree(self.scratch, ignore_errors=True)
        print(f"1..{self.n}")
        return 1 if self.failed or self.n == 0 else 0


def have(tool):
    return shutil.which(tool) is not None
