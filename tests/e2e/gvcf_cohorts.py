#!/usr/bin/env python3
"""Random cohorts of gVCFs against a slow evaluator: blocks, gaps, gates, X and Y, deletions over blocks.

Some files are as VCF 4.5 writes them, <*> with LEN and genotypes by local alleles (LGT, LAA), and some are BCF.
What a file says is kept base by base in dictionaries of Python; AC and AN of alleles that somebody has
and of alleles that nobody has follow from them by rules 2 to 7. The seed is printed.
"""
import os
import random
import sys

import harness
from bcf_writer import bcf_of

PLACES = {"22": 1000, "X": 2781380, "Y": 2781380}  # 0-based starts; X and Y over the border of PAR1
PAR_END0 = 2781479
N_BASES = 220
KARYOTYPES = {"XX": (2, 0), "XY": (1, 1), "XXY": (2, 1), "unknown": None}


def expected_copies(contig, at, karyotype):
    """Copies of a called sample at a base; None: it is not counted."""
    if contig == "22" or (contig == "X" and at < PAR_END0):
        return 2
    if contig == "Y" and at < PAR_END0:
        return None
    known = KARYOTYPES[karyotype]
    return 1 if known is None else known[contig == "Y"]


def settle(alleles, contig, at, karyotype):
    """(copies of ALT, called copies) of a genotype of two, None where it is undecided."""
    copies = expected_copies(contig, at, karyotype)
    diploid = contig == "22" or (contig == "X" and at < PAR_END0)
    if copies == 0:
        return 0, 0
    if diploid or (copies == 2 and KARYOTYPES[karyotype]):
        return sum(alleles), 2
    if alleles[0] != alleles[1]:
        return (1, 2) if KARYOTYPES[karyotype] is None else None
    return alleles[0], 1


class Person:
    def __init__(self, name, karyotype, is_local=False):
        self.name, self.karyotype, self.is_local = name, karyotype, is_local
        self.bases = {}   # (contig, base): [called copies or None for undecided]
        self.direct = {}  # allele: [(this copies, called copies)]
        self.lines = []

    def cover(self, contig, start, end, alleles, passes):
        for at in range(start, end):
            if expected_copies(contig, at, self.karyotype) is None:
                continue
            told = settle(alleles, contig, at, self.karyotype) if passes else None
            if told is None and expected_copies(contig, at, self.karyotype) == 0:
                told = (0, 0)
            self.bases.setdefault((contig, at), []).append(None if told is None else told[1])

    def add(self, rng, contig, start, ref, alt, end=None):
        """A record: alt None is a block."""
        alleles = (0, 0) if alt is None else rng.choice([(0, 1), (1, 1), (0, 1), (0, 0)])
        gq, flt = rng.choice([60, 60, 60, 20, 19, 0]), rng.choice(["PASS", "PASS", ".", "LowQual"])
        dp = rng.choice([30, 30, 10, 4])
        one = KARYOTYPES[self.karyotype] and expected_copies(contig, start, self.karyotype) == 1
        if contig == "Y" and start < PAR_END0:
            one = None
        passes = gq >= 20 and flt != "LowQual"

        def deep(at):  # the limit of depth is of the copies expected where the calls count
            copies = expected_copies(contig, at, self.karyotype)
            diploid = contig == "22" or (contig == "X" and at < PAR_END0)
            limit = 5 if not diploid and KARYOTYPES[self.karyotype] and copies == 1 else 10
            return dp >= limit

        other = None  # an ALT beside, of which the person has no copy
        if self.is_local and alt is not None and len(ref) == 1 and rng.random() < 0.5:
            other = "ACGT"[("ACGT".index(ref) + 3) % 4]
        self.write(f"{contig}\t{start + 1}\t.\t{ref}", alt, other, f"\t.\t{flt}", end and (start, end),
                   f"{alleles[0]}/{alleles[1]}", f"{gq}:{dp}")
        if alt is not None and contig == "Y" and start < PAR_END0:
            return
        for at in range(start, max(end or 0, start + len(ref))):
            self.cover(contig, at, at + 1, alleles, passes and deep(at))
        if alt is None:
            return
        told = settle(alleles, contig, start, self.karyotype) if passes and deep(start) else None
        if told is None and expected_copies(contig, start, self.karyotype) == 0:
            told = (0, 0)
        self.direct[(contig, start, ref, alt)] = told or (0, 0)
        if other is not None:
            self.direct[(contig, start, ref, other)] = (0, (told or (0, 0))[1])

    def write(self, place, alt, other, after, block, genotype, numbers):
        """The line of a record; block: where one of several bases starts and ends."""
        if not self.is_local:
            alts, info = "<NON_REF>" if alt is None else f"{alt},<NON_REF>", f"END={block[1]}" if block else "."
            self.lines.append(f"{place}\t{alts}{after}\t{info}\tGT:GQ:DP\t{genotype}:{numbers}\n")
            return
        alts = [a for a in (other, alt, "<*>") if a is not None]
        laa = ",".join(str(i) for i, a in enumerate(alts, 1) if a != other)
        length = str(block[1] - block[0]) if block else "1" if alt is None else "."
        self.lines.append(f"{place}\t{','.join(alts)}{after}\t.\tLGT:LAA:LEN:GQ:DP\t"
                          f"{genotype}:{laa}:{length}:{numbers}\n")

    def numbers(self, allele):
        contig, start, ref, _ = allele
        if allele in self.direct:
            return self.direct[allele]
        copies = []
        for at in range(start, start + len(ref)):
            copies += self.bases.get((contig, at), ["gap"])
        if None in copies or "gap" in copies:
            return 0, 0
        return 0, min(copies)


def write_genome(rng, person, genome):
    """Blocks, variants and gaps of one person along all places."""
    for contig, base0 in PLACES.items():
        at, end = base0, base0 + N_BASES
        while at < end - 10:
            kind, seq = rng.random(), genome[contig]
            if kind < 0.15:
                at += rng.randrange(1, 12)
            elif kind < 0.65:
                n = rng.choice([1, 1, rng.randrange(1, 50)])
                stop = min(at + n, end)
                person.add(rng, contig, at, seq[at - base0], None, stop if n > 1 else None)
                at = stop - (rng.random() < 0.1 and stop - at > 3) * 2  # some overlap the next
            elif kind < 0.85:
                ref = seq[at - base0]
                allele = (contig, at, ref, "ACGT"[("ACGT".index(ref) + 1) % 4])
                if allele not in person.direct:
                    person.add(rng, contig, at, ref, allele[3])
                at += 1
            else:
                n = rng.randrange(2, 7)
                crosses = contig != "22" and at < PAR_END0 <= at + n
                ref = seq[at - base0:at - base0 + n]
                if not crosses and ref[1] != ref[0] and (contig, at, ref, ref[0]) not in person.direct:
                    person.add(rng, contig, at, ref, ref[0])
                at += rng.choice([1, n])


HEAD = ("##fileformat=VCFv4.5\n##contig=<ID=22,length=50818468>\n##contig=<ID=X,length=156040895>\n##contig=<ID=Y,length=57227415>\n"
        "##INFO=<ID=END,Number=1,Type=Integer,Description=\"\">\n##FILTER=<ID=LowQual,Description=\"\">\n"
        "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"\">\n"
        "##FORMAT=<ID=LGT,Number=1,Type=String,Description=\"\">\n##FORMAT=<ID=LAA,Number=.,Type=Integer,Description=\"\">\n"
        "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"\">\n##FORMAT=<ID=LEN,Number=1,Type=Integer,Description=\"\">\n"
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t")


def one_cohort(suite, seed):
    rng = random.Random(seed)
    genome = {c: "".join(rng.choice("ACGT") for _ in range(N_BASES + 60)) for c in PLACES}
    people = [Person(f"s{i}", rng.choice(list(KARYOTYPES)), rng.random() < 0.3) for i in range(rng.randrange(1, 7))]
    folder = suite.path(f"c{seed}")
    os.makedirs(folder)
    for person in people:
        write_genome(rng, person, genome)
        if rng.random() < 0.3:
            rng.shuffle(person.lines)
        text = HEAD + person.name + "\n" + "".join(person.lines)
        with open(os.path.join(folder, person.name + ".g.vcf"), "wb") as fh:
            fh.write(bcf_of(text) if rng.random() < 0.3 else text.encode())
    store, waiting = os.path.join(folder, "store"), list(people)
    while waiting:
        n = rng.randrange(1, len(waiting) + 1)
        now, waiting = waiting[:n], waiting[n:]
        sheet = suite.write(f"c{seed}/sheet{len(waiting)}.tsv",
                            "sample\tsex\n" + "".join(f"{p.name}\t{p.karyotype}\n" for p in now))
        done = suite.run("import", "-q", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--samples", sheet,
                         "--format", "gvcf", *[os.path.join(folder, p.name + ".g.vcf") for p in now])
        if not suite.check(f"cohort {seed} imported", 0, done.code, done.said()):
            return 0
    return compare(suite, rng, seed, people, genome, store)


def compare(suite, rng, seed, people, genome, store):
    asked = {allele for p in people for allele in p.direct}
    for contig, base0 in PLACES.items():
        for _ in range(40):
            at = base0 + rng.randrange(N_BASES)
            ref = genome[contig][at - base0:at - base0 + rng.choice([1, 1, 1, 4])]
            if len(ref) > 1 and ref[0] != ref[1]:
                asked.add((contig, at, ref, ref[0]))
            elif len(ref) == 1:
                asked.add((contig, at, ref, "ACGT"[("ACGT".index(ref) + 2) % 4]))
    asked, wrong, told = sorted(asked), [], {}
    for i in range(0, len(asked), 100):
        question = " or ".join(f"variant={c}-{at + 1}-{ref}-{alt}" for c, at, ref, alt in asked[i:i + 100])
        done = suite.run("alleles", "-d", store, "--json", question)
        if not suite.check(f"cohort {seed} asked", 0, done.code, done.said()):
            return 0
        told.update((row["variant"], row) for row in done.objects() if "variant" in row)
    for allele in asked:
        name = f"{allele[0]}-{allele[1] + 1}-{allele[2]}-{allele[3]}"
        numbers = [p.numbers(allele) for p in people]
        want = (sum(ac for ac, _ in numbers), sum(an for _, an in numbers))
        row = told.get(name, {})
        if (row.get("ac"), row.get("an")) != want:
            wrong.append(f"{name}: {row.get('ac')}/{row.get('an')}, not {want[0]}/{want[1]}")
    if wrong:
        suite.check(f"cohort {seed}: {len(asked)} alleles", [], wrong[:4])
    return len(asked)


def main():
    suite = harness.Suite()
    seed = int(os.environ.get("SKERRY_SEED", "0")) or random.randrange(1, 1 << 30)
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    print(f"# SKERRY_SEED={seed}", flush=True)
    n_alleles = sum(one_cohort(suite, seed + i) for i in range(n))
    suite.check(f"{n} cohorts, {n_alleles} alleles", True, n_alleles > 0)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
