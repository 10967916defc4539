"""Genomes that come one by one: gVCFs of people made by tools/cohort, beside htslib and bcftools on the same files.

What is right is counted by a loop over the text, by the usual gate: a block or record that passes covers its
bases with two copies, one that fails makes them unknown. AC and AN of Skerry have to be that for every allele.
"""
import gzip
import os
import shutil

from measure import Call, Taken, Wrong, must, size_of, time_text

N_PEOPLE, N_ALL = 100, 2000   # those of a delivery, among people with the same ancestors
N_BASES, N_BASES_ONE = 2000000, 100000000
START = 20000001
GENOME = 3.1e9
LEVEL = "6"                   # of the compression, as callers write


class Person:
    """What one gVCF says."""

    def __init__(self, path, blocks, first):
        self.copies, self.direct = bytearray(N_BASES + 64), {}
        unknown, n = [], 0
        with gzip.open(path, "rt") as fh, open(blocks, "w") as out, open(first, "w") as few:
            for line in fh:
                if line[0] != "#":
                    line = self.read(line.rstrip("\n").split("\t"), unknown)
                    n += 1
                out.write(line)
                few.write(line if n < 2 else "")
        for start, end in unknown:
            self.copies[start:end] = bytes(end - start)

    def read(self, f, unknown):
        """Notes what the record says; the block that says as much of its bases."""
        start, cell, alts = int(f[1]) - START, f[9].split(":"), f[4].split(",")[:-1]
        said = dict(zip(f[8].split(":"), cell))
        end = start + len(f[3]) if alts else int(f[7][4:]) - START + 1
        depth = int(said.get("MIN_DP", said["DP"]))
        copies = [int(c) for c in cell[0].split("/")]
        passes = int(said["GQ"]) >= 20 and depth >= 10
        if passes and copies[0] != copies[1]:
            ad = [int(n) for n in said["AD"].split(",")]
            passes = all(ad[c] / depth >= 0.2 for c in copies if c)
        if passes:
            self.copies[start:end] = b"\2" * (end - start)
        else:
            unknown.append((start, end))
        for i, alt in enumerate(alts, 1):
            self.direct[trimmed(start, f[3], alt)] = (copies.count(i), 2) if passes else (0, 0)
        return (f"{f[0]}\t{f[1]}\t.\t{f[3][0]}\t<NON_REF>\t.\t.\tEND={end + START - 1}\tGT:GQ:DP\t"
                f"0/0:{99 if passes else 0}:30\n")

    def numbers(self, key):
        if key in self.direct:
            return self.direct[key]
        return 0, min(self.copies[key[0]:key[0] + len(key[1])])


def trimmed(start, ref, alt):
    while len(ref) > 1 and len(alt) > 1 and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    return start, ref, alt


def named(key):
    return f"22-{key[0] + START}-{key[1]}-{key[2]}"


class Genomes:
    def __init__(self, o, spawner, table):
        self.o, self.spawner, self.table = o, spawner, table
        self.folder = os.path.join(o.keep, "genomes")
        os.makedirs(self.folder, exist_ok=True)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def make(self, name, only, n_bases, contig="22"):
        """gVCFs as text and BCF; the bytes follow from the options alone."""
        if not os.path.exists(self.path(name, "made")):
            must(self.o.cohort, "--people", str(N_ALL), "--only", only, "--bases", str(n_bases),
                 "--start", str(START), "--contig", contig, "--seed", str(self.o.seed), "--level", LEVEL, "--gvcf", self.path(name),
                 "--gvcf-bcf", self.path(name))
            open(self.path(name, "made"), "w").close()
        return [self.path(name, f) for f in sorted(os.listdir(self.path(name))) if f.endswith((".bcf", ".vcf.gz"))]

    def imports(self, store, files):
        argv = [self.o.skerry, "import", "-q", "-d", self.path(store), "--dataset", "g", "--assembly", "GRCh38",
                "--threads", "1", *files]
        return Call(argv, files, None)

    def took(self, calls):
        """The CPU of each, in turns; stores are made anew."""
        taken = {name: Taken() for name in calls}
        for _ in range(self.o.rounds):
            for name, call in calls.items():
                shutil.rmtree(self.path("store"), ignore_errors=True)
                taken[name].add(self.spawner.runs(call, 1, self.path("out." + name.split()[0])))
        return taken

    # ------------------------------------------------------------ one genome

    def one(self):
        files = self.make("one", "1-1", N_BASES_ONE, "1")
        plain = os.path.join(self.o.build, "bench/bench_htslib")
        for form, ending, reach in (("text", ".vcf.gz", 1.3), ("BCF", ".bcf", 1.0)):
            file = next(f for f in files if f.endswith(ending))
            taken = self.took({"skerry": self.imports("store", [file]), "plain": Call([plain, file], [file], None),
                               "fields": Call([plain, file, "fields"], [file], None),
                               "bcftools": Call(["bcftools", "view", file], [file], None)})
            for name, yardstick in (("plain", "htslib's plain read"), ("fields", "htslib, the fields read that count"),
                                    ("bcftools", "bcftools view")):
                ratio = taken["skerry"].cpu / taken[name].cpu
                is_judged = name == "plain"
                self.table.row(f"gVCF, {form}: import", yardstick, time_text(taken[name].cpu),
                               time_text(taken["skerry"].cpu), f"{ratio:.2f} of it",
                               f"<= {reach} of it" if is_judged else "", ratio <= reach if is_judged else None)

    # ------------------------------------------------------------ a hundred in one delivery

    def told(self):
        done = must(self.o.skerry, "alleles", "-d", self.path("many-store"), "--tsv", "region=22", stdout=-1)
        rows = (line.split("\t") for line in done.stdout.decode().splitlines()[1:])
        return {r[0]: (int(r[1]), int(r[2])) for r in rows}

    def merged(self):
        """What bcftools says of each allele: its rows are split as alleles are split here."""
        done = must("bcftools", "query", "-f", "%POS\t%REF\t%ALT\t%INFO/AC\t%INFO/AN\n", self.path("merged.bcf"), stdout=-1)
        found = {}
        for line in done.stdout.decode().splitlines():
            pos, ref, alts, acs, an = line.split("\t")
            for alt, ac in zip(alts.split(","), acs.split(",")):
                if alt[0] in "ACGT":
                    found[named(trimmed(int(pos) - START, ref, alt))] = (int(ac), int(an))
        return found

    def many(self):
        files = [f for f in self.make("many", f"0-{N_PEOPLE - 1}", N_BASES) if f.endswith(".vcf.gz")]
        for file in files:
            if not os.path.exists(file + ".tbi"):
                must("bcftools", "index", "-t", file)
        with open(self.path("list"), "w") as fh:
            fh.write("\n".join(files) + "\n")
        shutil.rmtree(self.path("many-store"), ignore_errors=True)
        ours = self.spawner.runs(self.imports("many-store", files), 1, os.devnull)[0]
        ask = Call([self.o.skerry, "alleles", "-d", self.path("many-store"), "--tsv", "region=22"], [], None)
        asked = self.spawner.runs(ask, 1, os.devnull)[0]
        merge = (f"bcftools merge --threads 0 -g - -l {self.path('list')} -Ou | "
                 f"bcftools +fill-tags -Ob -o {self.path('merged.bcf')} -- -t AC,AN")
        peer = self.spawner.runs(Call(["sh", "-c", merge], [], None), 1, os.devnull)[0]
        ratio = peer[0] / (ours[0] + asked[0])
        self.table.row(f"{N_PEOPLE} gVCFs in one delivery, AC and AN of every allele", "bcftools merge -g, +fill-tags",
                       time_text(peer[0]), time_text(ours[0] + asked[0]), f"{ratio:.1f} x", ">= 20 x", ratio >= 20)
        self.table.row("  peak memory", "bcftools merge -g, +fill-tags", f"{peer[2]:.0f} MB", f"{ours[2]:.0f} MB", "")
        self.compare(files)

    def compare(self, files):
        os.makedirs(self.path("blocks"), exist_ok=True)
        blocks, first = ([self.path("blocks", os.path.basename(f)[:-7] + ending) for f in files]
                         for ending in (".g.vcf", ".first.g.vcf"))
        people = [Person(*three) for three in zip(files, blocks, first)]
        keys = {key for p in people for key in p.direct}
        truth = {}
        for key in keys:
            numbers = [p.numbers(key) for p in people]
            truth[named(key)] = (sum(n[0] for n in numbers), sum(n[1] for n in numbers))
        told, merged = self.told(), self.merged()
        wrong = [name for name in truth if told.get(name) != truth[name]]
        if wrong or len(told) != len(truth):
            raise Wrong(f"gVCFs: {len(wrong)} of {len(truth)} alleles: {wrong[:3]}")
        an = sum(name not in merged or merged[name][1] != truth[name][1] for name in truth)
        ac = sum(name not in merged or merged[name][0] != truth[name][0] for name in truth)
        self.table.row("  alleles whose AN is wrong", "bcftools merge -g, +fill-tags", f"{an} of {len(truth)}",
                       f"0 of {len(truth)}", "", "0", True)
        self.table.row("  alleles whose AC is wrong", "bcftools merge -g, +fill-tags", f"{ac} of {len(truth)}",
                       f"0 of {len(truth)}", "", "0", True)
        self.coverage(blocks, first)

    def coverage(self, blocks, first):
        """A store of blocks alone, those in the place of alleles too, less one of the first of each."""
        for n, what in ((N_PEOPLE, f"of {N_PEOPLE} in one delivery"), (1, "of one alone")):
            sizes = []
            for some in (blocks[:n], first[:n]):
                shutil.rmtree(self.path("store"), ignore_errors=True)
                must(*self.imports("store", some).argv)
                sizes.append(size_of(self.path("store")))
            of_genome = (sizes[0] - sizes[1]) / n * GENOME / N_BASES / 1e6
            self.table.row(f"coverage of a genome at 30x, {what}", "", "", f"{of_genome:.2f} MB", "",
                           "<= 3 MB" if n > 1 else "", of_genome <= 3 if n > 1 else None)


def lines(o, spawner, table):
    genomes = Genomes(o, spawner, table)
    genomes.one()
    genomes.many()
