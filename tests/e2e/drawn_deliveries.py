#!/usr/bin/env python3
"""Drawn deliveries against the rules of docs/counting.md written down once more, slowly, sharing no code with the engine:
the gate and the karyotype (rules 2, 3, 6) with every field and sex, and silence (rule 5) over indels in repeats.

The seed is printed with every failure; SKERRY_SEED brings it back."""
import collections
import os
import random
import subprocess
import sys
import time

import harness

NUMBERS = ("ac", "an", "carriers", "hom", "het", "hemi", "partial")
PAR = {"GRCh38": {"X": [(10001, 2781479), (155701383, 156030895)], "Y": [(10001, 2781479), (56887903, 57217415)]},
       "GRCh37": {"X": [(60001, 2699520), (154931044, 155260560)], "Y": [(10001, 2649520), (59034050, 59363566)]}}
PLACES = (100, 16000, 60001, 2699521, 2781479, 2781480, 9000000)
FIELDS = (("GT", "1", "String"), ("GQ", "1", "Integer"), ("DP", "1", "Integer"), ("MIN_DP", "1", "Integer"),
          ("AD", "R", "Integer"), ("FT", "1", "String"))


def file_of(samples, lines, length=None):
    head = ["##fileformat=VCFv4.2", '##FILTER=<ID=Low,Description="x">', '##FILTER=<ID=RefCall,Description="x">']
    head += [f"##contig=<ID={c}>" for c in ("chrX", "Y", "chrM")] + [f"##contig=<ID=1,length={length or 240000000}>"]
    head += [f'##FORMAT=<ID={k},Number={n},Type={t},Description="x">' for k, n, t in FIELDS]
    head += ["\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples])]
    return "\n".join(head + lines) + "\n"


def rows_of(suite, store, names):
    """Each row by its canonical name, or what went wrong."""
    done = suite.run("alleles", "-d", store, "--json", " or ".join("variant=" + n for n in names))
    if done.code != 0:
        return f"exit {done.code}: {done.said()}"
    return {row["variant"]: row for row in done.objects()}


# ------------------------------------------------------------------ the gate and the karyotype

def in_par(assembly, contig, pos):
    return any(a <= pos <= b for a, b in PAR[assembly].get(contig, ()))


def passes(copies, site_filter, fields, expected, n_alts):
    known = {c for c in copies if c is not None}
    for word in (site_filter, fields.get("FT", ".")):
        if word == "RefCall" and known == {0} and None not in copies:
            continue
        if word not in ("PASS", "."):
            return False
    if fields.get("GQ", ".") != "." and int(fields["GQ"]) < 20:
        return False
    depth = fields.get("MIN_DP", ".")
    depth = fields.get("DP", ".") if depth == "." else depth
    if depth == ".":
        return True
    if int(depth) < (5 if expected == 1 or len(copies) == 1 else 10):
        return False
    reads = fields.get("AD", ".").split(",")
    if len(known) < 2 or len(reads) != n_alts + 1:
        return True  # of another number of values nobody knows which is whose
    return all(5 * int(reads[c]) >= int(depth) for c in known if c)


def judge(copies, passing, expected, is_mt, alt):
    """(ac, an, zygosity) of one sample; expected None: the karyotype is unknown."""
    known = {c for c in copies if c is not None}
    if expected == 0 or not passing:
        return 0, 0, ""
    if is_mt:
        others = known - {0}
        if alt in others:
            return 1, 1, "het" if len(others) > 1 or 0 in known else "hemi"
        return 0, min(1, len(known)), ""
    if expected == 1:
        if len(known) != 1:
            return 0, 0, ""
        copies = list(known)  # 1/. is that one copy
    elif expected is None and len(copies) == 2 and copies[0] == copies[1]:
        copies = [copies[0], None]
    ac, an = copies.count(alt), len(copies) - copies.count(None)
    if ac == 0:
        return 0, an, ""
    return ac, an, "hemi" if len(copies) == 1 else "partial" if an < len(copies) else "het" if ac < an else "hom"


def drawn_field(rng, name, n_alts):
    if rng.random() < 0.15:
        return "."
    if name == "GQ":
        return str(rng.choice([0, 19, 20, 21, 99, 99]))
    if name == "AD":
        n = max(1, n_alts + 1 + rng.choice([0, 0, 0, 0, -1, 1]))
        return ",".join(str(rng.choice([0, 1, 2, 5, 6, 10, 60])) for _ in range(n))
    if name == "FT":
        return rng.choice(["PASS", "PASS", "LowGQ", "RefCall"])
    return str(rng.choice([0, 4, 5, 9, 10, 30, 300]))


def drawn_genotype(rng, n_alts):
    ploidy = rng.choice([2, 2, 2, 1, 3])
    copies = [rng.choice([None, 0, 0, 0] + [rng.randrange(1, n_alts + 1)] * 3) for _ in range(ploidy)]
    return [copies[0]] * ploidy if rng.random() < 0.4 else copies


def gated(suite, rng, number):
    assembly, gate = rng.choice(["GRCh38", "GRCh37"]), rng.choice(["adj", "adj", "none"])
    sexes = [rng.choice(["XX", "XY", "XXY", "XO", "unknown"]) for _ in range(rng.choice([1, 5, 20]))]
    lines, truth = [], {}
    for contig in ("1", "chrX", "Y", "chrM"):
        name = {"chrX": "X", "chrM": "MT"}.get(contig, contig)
        for pos in rng.sample(PLACES[:2] if name == "MT" else PLACES, 2):
            alts = rng.choice([["G"], ["G", "T"], ["G", "C", "T"]])
            tags = ["GT"] + [k for k, _, _ in FIELDS[1:] if rng.random() < 0.5]
            site_filter = rng.choice(["PASS", "PASS", ".", "Low", "RefCall"])
            counts = [collections.Counter() for _ in alts]
            cells = []
            for sex in sexes:
                copies = drawn_genotype(rng, len(alts))
                fields = {k: drawn_field(rng, k, len(alts)) for k in tags[1:]}
                gt = rng.choice("/|").join("." if c is None else str(c) for c in copies)
                cells.append(":".join([gt] + [fields[k] for k in tags[1:]]))
                expected = 1 if name == "MT" else 2
                if name in "XY" and not in_par(assembly, name, pos):
                    expected = None if sex == "unknown" else sex.count(name)
                elif name == "Y":
                    expected = 0
                passing = gate == "none" or passes(copies, site_filter, fields, expected, len(alts))
                for alt, count in enumerate(counts, 1):
                    ac, an, zygosity = judge(copies, passing, expected, name == "MT", alt)
                    count.update({"ac": ac, "an": an, "carriers": ac > 0, zygosity: 1})
            lines.append("\t".join([contig, str(pos), ".", "A", ",".join(alts), ".", site_filter, ".", ":".join(tags), *cells]))
            truth.update({f"{name}-{pos}-A-{a}": c for a, c in zip(alts, counts)})
    rng.shuffle(lines)
    samples = [f"S{i}" for i in range(len(sexes))]
    path = suite.write(f"gate{number}/x.vcf", file_of(samples, lines))
    table = suite.write(f"gate{number}/t.tsv", "sample\tsex\n" + "".join(f"{s}\t{x}\n" for s, x in zip(samples, sexes)))
    if harness.have("bcftools") and rng.random() < 0.5:
        subprocess.run(["bcftools", "view", "-Ob", "-o", path[:-3] + "bcf", path], check=True, stderr=subprocess.DEVNULL)
        path = path[:-3] + "bcf"
    store = suite.path(f"gate{number}", "store")
    done = suite.run("import", "-q", "-d", store, "--dataset", "a", "--assembly", assembly, "--gate", gate, "--samples", table, path)
    if done.code != 0:
        return "taken", done.said()
    rows = rows_of(suite, store, truth)
    if isinstance(rows, str):
        return "rows", rows
    return ({n: tuple(int(c[k]) for k in NUMBERS) for n, c in truth.items()},
            {n: tuple(rows[n][k] for k in NUMBERS) if n in rows else None for n in truth})


# ------------------------------------------------------------------ silence

def key_of(genome, pos, ref, alt):
    """(start0, ref, alt): trimmed, and moved left if there is a genome."""
    at = pos - 1
    while True:
        if len(ref) > 1 and len(alt) > 1 and ref[-1] == alt[-1]:
            ref, alt = ref[:-1], alt[:-1]
        elif genome and at > 0 and len(ref) != len(alt) and min(len(ref), len(alt)) == 1 and ref[-1] == alt[-1]:
            at -= 1
            ref, alt = (genome[at] + ref)[:-1], (genome[at] + alt)[:-1]
        else:
            break
    while len(ref) > 1 and len(alt) > 1 and ref[0] == alt[0]:
        at, ref, alt = at + 1, ref[1:], alt[1:]
    return at, ref, alt


def keys_named(key):
    at, ref, alt = key
    atoms = [(at + i, r, a) for i, (r, a) in enumerate(zip(ref, alt)) if r != a] if len(ref) == len(alt) > 1 else []
    return {key, *atoms}


class Silent:
    """Files of one contig, and what their records cover."""

    def __init__(self, rng):
        self.rng, self.genome = rng, ""
        while len(self.genome) < 60:
            self.genome += "".join(rng.choice("ACGT") for _ in range(rng.choice([1, 1, 2, 3]))) * rng.choice([1, 2, 4])
        self.aligned = self.genome if rng.random() < 0.6 else ""
        self.samples, self.claims, self.named, self.files = [], [], set(), []
        for number in range(rng.choice([1, 2, 3])):
            columns = [f"F{number}S{i}" for i in range(rng.choice([1, 2, 3]))]
            lines = [self.record(columns) for _ in range(rng.choice([1, 3, 6]))]
            self.samples += columns
            self.files.append(file_of(columns, lines, len(self.genome)))

    def record(self, columns):
        rng = self.rng
        pos = rng.randrange(1, len(self.genome) - 6)
        ref = self.genome[pos - 1:pos - 1 + rng.choice([1, 1, 1, 2, 3, 5])]
        behind = self.genome[pos - 1 + len(ref)]
        alts = [rng.choice([ref[0], ref + behind, ref[:-1] or ref, "".join(rng.choice("ACGT") for _ in range(rng.choice([1, 2, 3])))])
                for _ in range(rng.choice([0, 1, 1, 2]))]
        alts = ["*"] if rng.random() < 0.1 else alts
        keys = [key_of(self.aligned, pos, ref, a) for a in alts if a not in ("*", ref)]
        covered = set(range(pos - 1, pos - 1 + len(ref))).union(*(range(k[0], k[0] + len(k[1])) for k in keys))
        self.named |= set().union(*map(keys_named, keys))
        site_filter = rng.choice(["PASS", "PASS", "PASS", "Low"])
        cells = []
        for sample in columns:
            copies = [rng.choice([".", "0", "0", str(rng.randrange(len(alts) + 1))]) for _ in range(rng.choice([2, 2, 2, 1]))]
            cells.append("/".join(copies))
            self.claims.append((sample, covered, len(copies) - copies.count(".") if site_filter == "PASS" else 0))
        return "\t".join(["1", str(pos), ".", ref, ",".join(alts) or ".", ".", site_filter, ".", "GT", *cells])

    def an(self, key):
        bases, total = set(range(key[0], key[0] + len(key[1]))), 0
        for sample in self.samples:
            touching = [(covered, n) for s, covered, n in self.claims if s == sample and covered & bases]
            if touching and min(n for _, n in touching) > 0 and bases <= set().union(*(c for c, _ in touching)):
                total += min(n for _, n in touching)
        return total

    def questions(self):
        for _ in range(25):
            pos = self.rng.randrange(1, len(self.genome) - 5)
            ref = self.genome[pos - 1:pos - 1 + self.rng.choice([1, 1, 2, 4])]
            alt = self.rng.choice([ref[0], "".join(self.rng.choice("ACGT") for _ in range(self.rng.choice([1, 2])))])
            key = key_of(self.aligned, pos, ref, alt)
            if ref != alt and not len(ref) == len(alt) > 1 and key not in self.named:
                yield f"1-{pos}-{ref}-{alt}", key


def silence(suite, rng, number):
    drawn = Silent(rng)
    folder, store = f"silence{number}", suite.path(f"silence{number}", "store")
    files = [suite.write(f"{folder}/{i}.vcf", text) for i, text in enumerate(drawn.files)]
    fasta = suite.write(f"{folder}/r.fa", f">1\n{drawn.genome}\n")
    for delivery in [files] if rng.random() < 0.5 else [[f] for f in files]:
        done = suite.run("import", "-q", "-d", store, "--dataset", "a", "--assembly", "GRCh38",
                         *(["--reference", fasta] if drawn.aligned else []), *delivery)
        if done.code != 0:
            return "taken", done.said()
    questions = dict(drawn.questions())
    rows = rows_of(suite, store, questions) if questions else {}
    if isinstance(rows, str):
        return "rows", rows
    names = {n: f"1-{k[0] + 1}-{k[1]}-{k[2]}" for n, k in questions.items()}
    return ({n: (0, drawn.an(k)) for n, k in questions.items()},
            {n: (rows[names[n]]["ac"], rows[names[n]]["an"]) if names[n] in rows else None for n in questions})


def main():
    suite = harness.Suite()
    seed = os.environ.get("SKERRY_SEED") or str(int(time.time()))
    for what in (gated, silence):
        for number in range(25):
            expected, got = what(suite, random.Random(f"{seed}/{what.__name__}/{number}"), number)
            suite.check(f"{what.__name__} {number}", expected, got, f"SKERRY_SEED={seed}")
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
