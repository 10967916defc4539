#!/usr/bin/env python3
"""The condition trans on drawn cohorts, against what a naive reader of the VCFs says: phase of whole contigs and of
sets (PS), genotypes and records with and without phase, haploid and half calls, ALTs of one record that name one base,
several deliveries and stretches of one joint file; before and after compaction, and of what `skerry export` wrote.

The seed is printed; SKERRY_SEED brings it back."""
import gzip
import os
import random
import sys

import harness

HEAD = ("##fileformat=VCFv4.3\n##contig=<ID=22,length=50818468>\n##contig=<ID=X,length=156040895>\n"
        "##contig=<ID=MT,length=16569>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n"
        "##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"\">\n"
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t")
FIRST = {"22": 1000, "X": 5000000, "MT": 500}
SHAPES = (("A", ["C"]), ("A", ["C"]), ("A", ["C", "T"]), ("AC", ["GT"]), ("AC", ["GC", "GT"]), ("A", ["AT"]), ("AT", ["A"]))


def keys_of(pos, ref, alt):
    """The canonical names of an ALT: the bases of a replacement, each by itself."""
    if len(ref) == len(alt):
        return [(pos + i, r, a) for i, (r, a) in enumerate(zip(ref, alt)) if r != a]
    return [(pos, ref, alt)]


class Said:
    """What a sample is for an allele."""

    def __init__(self, copies, called, way=None, is_only=False):
        self.copies, self.called, self.way, self.is_only = copies, called, way, is_only


def judge(text, keys_by_alt, key, contig, sex):
    """A genotype, by rules 2 and 6 of docs/counting.md, and where the allele lies if that is known."""
    gt, ps = text.split(":")
    words = gt.replace("|", "/").split("/")
    has = [None if w == "." else key in keys_by_alt[int(w)] for w in words]
    numbers = [None if w == "." else int(w) for w in words]
    known = {n for n in numbers if n is not None}
    is_diploid = contig == "22" or (contig == "X" and sex == "XX")
    if contig == "MT" or (contig == "X" and sex == "XY"):
        if contig == "X" and len(known) != 1:
            return Said(0, 0)
        carries = any(has)
        return Said(int(carries), int(bool(known)), None, len(known) == 1)
    if not is_diploid and len(words) == 2 and len(known) == 1:  # nobody knows the sex: one copy is proved
        return Said(int(any(has)), 1)
    called = len([h for h in has if h is not None])
    copies = len([h for h in has if h])
    way = None
    if copies == 1 and len(words) == 2 and "|" in gt and is_diploid:
        way = (has.index(True), ps)
    return Said(copies, called, way, len(words) == 1)


class Cohort:
    def __init__(self, rng):
        self.rng = rng
        self.said = {}  # (contig, key) -> sample -> Said
        self.sexes = {f"S{i}": rng.choice(("XX", "XX", "XY", "unknown")) for i in range(rng.choice((2, 6, 12, 90)))}
        self.sites = {c: [(first + 10 * i, *rng.choice(SHAPES)) for i in range(rng.randrange(2, 6))]
                      for c, first in FIRST.items()}
        self.styles = [rng.choice(("phased", "phased", "plain", "sets", "mixed")) for _ in range(3)]
        self.share = rng.choice((0.1, 0.4, 0.7))
        self.has_stretches = False

    def genotype(self, contig, n_alts, style):
        rng = self.rng
        style = rng.choice(("phased", "plain", "sets")) if style == "mixed" else style
        copies = [rng.randrange(1, n_alts + 1) if rng.random() < self.share else 0 for _ in range(2)]
        words = ["." if rng.random() < 0.06 else str(c) for c in copies]
        if rng.random() < (0.4 if contig == "MT" else 0.04):
            words = words[:1]
        sign = "/" if style == "plain" else "|" if style == "phased" or rng.random() < 0.8 else "/"
        ps = str(rng.choice((1, 1, 7, 900000))) if style == "sets" and rng.random() < 0.9 else "."
        return sign.join(words) + ":" + ps

    def file(self, samples, contigs, part=""):
        """A joint file of these samples; its genotypes are noted. part: sets of stretches are apart."""
        lines = []
        for contig, cut in contigs:
            for number, (pos, ref, alts) in enumerate(self.sites[contig]):
                if not cut[0] <= number < cut[1]:
                    continue
                style = self.rng.choice(self.styles)
                calls = {s: self.genotype(contig, len(alts), style) for s in samples}
                lines.append("\t".join([contig, str(pos), ".", ref, ",".join(alts), ".", "PASS", ".", "GT:PS",
                                        *calls.values()]))
                by_alt = [set()] + [set(keys_of(pos, ref, a)) for a in alts]
                for key in set().union(*by_alt):
                    told = self.said.setdefault((contig, key), {})
                    for s in samples:
                        one = judge(calls[s], by_alt, key, contig, self.sexes[s])
                        one.way = one.way and (*one.way, part)
                        told[s] = one
        return HEAD + "\t".join(samples) + "\n" + "\n".join(lines) + "\n"

    def deliveries(self):
        """Lists of the texts of files."""
        names, whole = list(self.sexes), [(c, (0, 99)) for c in FIRST]
        self.rng.shuffle(names)
        cut = self.rng.randrange(1, len(names))
        for group in ((names,) if self.rng.random() < 0.4 else (names[:cut], names[cut:])):
            kind = self.rng.random()
            if kind < 0.2 and len(group) > 1:  # stretches of one joint file
                at = self.rng.randrange(1, 3)
                self.has_stretches = True
                yield [self.file(group, [(c, (0, at)) for c in FIRST], "first"),
                       self.file(group, [(c, (at, 99)) for c in FIRST], "second")]
            elif kind < 0.4:
                yield [self.file([s], whole) for s in group]
            else:
                yield [self.file(group, whole)]

    def answer(self, contig, one, other):
        """Who has the two alleles in trans; of whom that is decided; who carries both, and nobody knows."""
        trans, decided, both = set(), set(), set()
        silent = Said(0, 0)
        of_one, of_other = self.said[contig, one], self.said[contig, other]
        for s in self.sexes:
            a, b = of_one.get(s, silent), of_other.get(s, silent)
            if (a.called and not a.copies) or (b.called and not b.copies):
                decided.add(s)
            if not a.copies or not b.copies:
                continue
            is_one_base = one != other and one[0] == other[0] and {len(x) for x in one[1:] + other[1:]} == {1}
            if a.copies > 1 or b.copies > 1:
                trans.add(s)
            elif one == other:
                decided.add(s)
            elif a.way and b.way and a.way[1:] == b.way[1:]:
                (trans if a.way[0] != b.way[0] else decided).add(s)
            elif a.is_only and b.is_only:
                decided.add(s)
            elif is_one_base:
                trans.add(s)
            else:
                both.add(s)
        return trans, decided | trans, both


def told(suite, store, question):
    done = suite.run("count", "-d", store, "--json", question)
    if done.code != 0:
        return f"exit {done.code}: {done.said()}"
    answer = done.objects()[-1]
    open_ = [w["figures"]["people"] for w in answer["warnings"] if w["code"] == "unphased"]
    return answer["count"], answer.get("unassessed", 0), sum(open_)


def ask(suite, store, cohort, pairs):
    """What is told of each pair, and what should be."""
    wrong = []
    for contig, one, other in pairs:
        text = "trans(" + ", ".join(f"variant={contig}-{p}-{r}-{a}" for p, r, a in (one, other)) + ")"
        trans, decided, both = cohort.answer(contig, one, other)
        others = set(cohort.sexes) - trans
        for question, expected in ((text, (len(trans), 0, len(both))),
                                   ("not " + text, (len(others), len(others - decided), len(both)))):
            got = told(suite, store, question)
            if got != expected:
                wrong.append((question, expected, got))
    return wrong


def try_export(suite, store, sheet, cohort, pairs):
    """A store that is made of what is exported says the same. A genotype of one allele does not tell all that a record of
    several does: two copies of somebody whose sex nobody knows, a mixture, which copy is the unknown one of a half-call
    of a replacement. So that is left out."""
    plain = {(c, at[0]) for c in ("22",) for at in cohort.sites[c] if at[1] != "AC"}
    pairs = [(c, one, other) for c, one, other in pairs if (c, one[0]) in plain and (c, other[0]) in plain]
    again, out = store + "-again", store + (".vcf", ".bcf")[int(store.rsplit("-", 1)[1]) % 2]
    done = suite.run("export", "-d", store, "all", "-o", out)
    if done.code == 0:
        done = suite.run("import", "-d", again, "--dataset", "d", "--assembly", "GRCh38", "--gate", "none", "--samples", sheet,
                         "-q", out)
    return ask(suite, again, cohort, pairs) if done.code == 0 else [("export", 0, done.said())]


def try_cohort(suite, seed, number):
    rng = random.Random(seed)
    cohort = Cohort(rng)
    store = suite.path(f"store-{number}")
    sheet = suite.write(f"{number}/sheet.tsv", "sample\tsex\n" + "".join(f"{s}\t{x}\n" for s, x in cohort.sexes.items()))
    for d, texts in enumerate(cohort.deliveries()):
        paths = [suite.write(f"{number}/{d}-{f}.vcf", text) for f, text in enumerate(texts)]
        done = suite.run("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--gate", "none", "--samples", sheet,
                         "-q", *paths)
        if done.code != 0:
            return [("import", 0, done.said())]
    keys = [k for k in cohort.said]
    pairs = []
    for _ in range(4):
        contig, one = rng.choice(keys)
        pairs.append((contig, one, rng.choice([k for c, k in keys if c == contig])))
    wrong = ask(suite, store, cohort, pairs)
    if number % 2 == 0:
        done = suite.run("compact", "-d", store, "-q", "--all")
        wrong += ask(suite, store, cohort, pairs) if done.code == 0 else [("compact", 0, done.said())]
    if number % 3 == 0 and not cohort.has_stretches:
        wrong += try_export(suite, store, sheet, cohort, pairs)
    done = suite.run("verify", "-d", store)
    return wrong + ([] if done.code == 0 else [("verify", 0, done.out + done.err)])


def check_slice(suite):
    """What is exported of the shipped slice is phased as the slice is: alleles of which a record has one alone."""
    store, out = suite.path("slice"), suite.path("slice.vcf")
    suite.run("import", "-q", "-d", store, "--dataset", "kg", "--assembly", "GRCh37", harness.SLICE)
    done = suite.run("export", "-d", store, "region=22:16050000-16150000", "-o", out)
    suite.check("export of the slice", (0, ""), (done.code, done.err))

    def genotypes(lines):
        found = {}
        for line in lines:
            words = line.rstrip("\n").split("\t")
            if line[0] != "#" and len(words[3]) == len(words[4]) == 1 and int(words[1]) <= 16150000:
                found.setdefault(tuple(words[i] for i in (1, 3, 4)), []).append([w.split(":")[0] for w in words[9:]])
        return found

    with gzip.open(harness.SLICE, "rt") as fh, open(out, encoding="ascii") as got:
        want, got = genotypes(fh), genotypes(got)
    wrong = [k for k, rows in want.items() if len(rows) == 1 and {"0|1", "1|0"} & set(rows[0]) and got.get(k) != rows]
    suite.check(f"phase of {len(want)} alleles of the slice", ([], True), (wrong[:3], len(want) > 500))


def check_words(suite):
    """What trans refuses, and how."""
    store = suite.path("words")
    path = suite.write("words.vcf", HEAD + "A\n22\t100\t.\tA\tC\t.\tPASS\t.\tGT:PS\t0|1:.\n")
    suite.run("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--gate", "none", path)
    for question, part in (("trans(variant=22-100-A-C, variant=21-100-A-C)", "two alleles of one contig"),
                           ("trans(variant=22-100-A-C)", "or ','"),
                           ("trans(variant=22-100-A-C, af<0.1)", "trans takes two variants"),
                           ("trans(variant=22-100-A-C, variant=22-200-A-C", "')'")):
        done = suite.run("count", "-d", store, question)
        suite.check(f"refused: {question}", (2, True), (done.code, part in done.err), done.err)


def main():
    suite = harness.Suite()
    seed = int(os.environ.get("SKERRY_SEED") or random.randrange(1 << 32))
    n = int(os.environ.get("SKERRY_COHORTS") or 100)
    print(f"# SKERRY_SEED={seed}")
    wrong = []
    for number in range(n):
        found = try_cohort(suite, seed + number, number)
        wrong += [(seed + number, *one) for one in found]
        if len(wrong) > 5:
            break
    suite.check(f"trans of {n} drawn cohorts (SKERRY_SEED={seed})", [], wrong)
    check_slice(suite)
    check_words(suite)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
