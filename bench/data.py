"""The data of a run: made or found, as BCF, as a store, as plink2's files, and a cohort of 10 %."""
import hashlib
import os
import random
import shutil

from measure import Call, Taken, Wrong, must, output_of, size_of

TERM = "HP:0003198"  # said of the cohort
ALLELE = "%CHROM-%POS-%REF-%ALT\t%AC\t%AN\n"
N_SEGMENTS = 16


def stamp_of(path):
    found = os.stat(path)
    return f"{os.path.abspath(path)} {found.st_size} {found.st_mtime_ns}"


def digest_of(*paths):
    whole = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as fh:
            whole.update(fh.read())
    return whole.hexdigest()


class Data:
    """One set of genotypes. What depends on Skerry is made anew when the program has changed."""

    def __init__(self, o, spawner, name, bcf):
        self.o, self.spawner, self.name, self.bcf = o, spawner, name, bcf
        self.folder = os.path.join(o.keep, name)
        os.makedirs(self.folder, exist_ok=True)
        self.renew(self.path("of"), stamp_of(bcf), ("alleles", "samples", "ids", "c.pgen", "parts"))
        self.renew(self.path("by"), digest_of(o.skerry, o.admin), ("store", "store16"))

    def renew(self, path, stamp, names):
        """Removes what was made from something else."""
        was = open(path).read() if os.path.exists(path) else ""
        if was == stamp:
            return
        for name in names:
            full = self.path(name)
            shutil.rmtree(full) if os.path.isdir(full) else os.path.exists(full) and os.remove(full)
        with open(path, "w") as fh:
            fh.write(stamp)

    def path(self, name):
        return os.path.join(self.folder, name)

    def made(self, name, make):
        """The path of something that `make` makes, under another name until it is whole."""
        path, part = self.path(name), self.path("part." + name)
        if not os.path.exists(path):
            shutil.rmtree(part) if os.path.isdir(part) else os.path.exists(part) and os.remove(part)
            make(part)
            os.rename(part, path)
        return path

    # ------------------------------------------------------------ facts, by bcftools

    def facts(self):
        if not (os.path.exists(self.bcf + ".csi") or os.path.exists(self.bcf + ".tbi")):
            must("bcftools", "index", self.bcf)
        self.made("alleles", lambda out: must("bcftools", "query", "-f", ALLELE, "-o", out, self.bcf))
        self.made("samples", lambda out: must("bcftools", "query", "-l", self.bcf, stdout=open(out, "w")))
        with open(self.path("samples")) as fh:
            self.samples = fh.read().split()
        with open(self.path("alleles")) as fh:
            rows = (line.split("\t") for line in fh)
            self.alleles = [(r[0], int(r[1]), int(r[2])) for r in rows]
        self.n_people = len(self.samples)
        if not self.alleles:
            raise Wrong(f"{self.bcf}: no alleles")
        self.cohort = random.Random(1).sample(self.samples, self.n_people // 10)
        self.cohort.sort()
        self.ids = self.path("ids")
        with open(self.ids, "w") as fh:
            fh.write("\n".join(self.cohort) + "\n")
        self.first = int(self.alleles[0][0].split("-")[1])
        self.contig = self.alleles[0][0].split("-")[0]

    # ------------------------------------------------------------ plink2

    def pgen(self):
        """plink2's files; its import takes 8 GB at a million people."""
        if not os.path.exists(self.path("c.pgen")):
            must("nice", "plink2", "--threads", "2", "--bcf", self.bcf, "--make-pgen", "--set-all-var-ids",
                 "@-#-$r-$a", "--out", self.path("making"))
            for ending in ("psam", "pvar", "pgen"):
                os.rename(self.path("making." + ending), self.path("c." + ending))
        return [self.path("c." + e) for e in ("pgen", "pvar", "psam")]

    # ------------------------------------------------------------ stores

    def import_words(self, store, bcf, *more):
        return [self.o.skerry, "import", "-q", "-d", store, "--dataset", "c", "--assembly", "GRCh38", *more, bcf]

    def store(self):
        """The store; its size before the table of terms came in, and what the import cost."""
        if os.path.exists(self.path("store")):
            with open(self.path("size")) as fh:
                self.n_bytes = int(fh.read())
            return self.path("store"), None
        taken = Taken()

        def make(part):
            call = Call(self.import_words(part, self.bcf), [self.bcf], None)
            taken.add(self.spawner.runs(call, 1, os.devnull))
            self.n_bytes = size_of(part)
            with open(self.path("size"), "w") as fh:
                fh.write(str(self.n_bytes))
            self.add_terms(part)

        return self.made("store", make), taken

    def add_terms(self, store):
        table = self.path("terms.tsv")
        with open(table, "w") as fh:
            fh.write("individual\tphenotypes\n" + "".join(f"{i}\t{TERM}\n" for i in self.cohort))
        must(self.o.skerry, "people", "-q", "-d", store, "--dataset", "c", table)

    def make_parts(self, folder):
        """The same genotypes in 16 files of neighbours, and one of a hundredth of the people."""
        os.makedirs(folder)
        part_of = -(-self.n_people // N_SEGMENTS)
        again = set(random.Random(2).sample(self.samples, self.n_people // 100))
        groups = self.path("groups")
        with open(groups, "w") as fh:
            for i, sample in enumerate(self.samples):
                fh.write(f"{sample}\t-\tpart{i // part_of:02d}{',again' if sample in again else ''}\n")
        must("bcftools", "+split", self.bcf, "-Ob1", "-o", folder, "-G", groups)

    def store16(self):
        """16 segments, a hundredth of their people delivered once more and so out of the first 16."""
        parts = self.made("parts", self.make_parts)

        def make(part):
            for name in sorted(os.listdir(parts)):
                if name.startswith("part"):
                    must(*self.import_words(part, os.path.join(parts, name)))
            must(*self.import_words(part, os.path.join(parts, "again.bcf"), "--replace"))
            self.add_terms(part)

        return self.made("store16", make)


def make_small(o, name, people, bases, *more):
    """A BCF made by tools/cohort, unless it is there."""
    folder = os.path.join(o.keep, name)
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "made.bcf")
    words = [o.cohort, "--people", str(people), "--bases", str(bases), "--seed", str(o.seed), *more]
    if os.path.exists(path) and os.path.exists(path + ".by") and open(path + ".by").read() == " ".join(words):
        return path
    must(*words, "--bcf", path)
    must("bcftools", "index", "-f", path)
    with open(path + ".by", "w") as fh:
        fh.write(" ".join(words))
    return path


def lines_of(path):
    with open(path) as fh:
        return fh.read().splitlines()


def sum_of(text):
    """What bench_ask says: seconds of CPU, seconds of wall time, and the answer."""
    words = text.split()
    return float(words[0]) / 1e6, float(words[2]) / 1e6, tuple(int(w) for w in words[3:])


def asked(o, store, threads, rounds, *question):
    return sum_of(output_of(os.path.join(o.build, "bench/bench_ask"), store, str(threads), str(rounds), *question))
