#!/usr/bin/env python3
"""What a delivery means as a whole, against sets and loops: silence of its files, parts of one genome, replacing contig
by contig, people whose files say the same name.

The seed is printed with every failure; SKERRY_SEED brings it back."""
import os
import random
import sys
import time

import harness

CONTIGS = ("1", "2", "3", "17")
PLACES = (100, 200, 300)
AN_OF_CARRIERS = "AN of most of their alleles is that of the carriers"
COPIES = {"0/0": (0, 2), "0/1": (1, 2), "1/1": (2, 2), "./.": (0, 0)}


def vcf(samples, records, contigs=CONTIGS + ("X", "Y"), fmt="GT"):
    """records: (contig, position, genotypes)"""
    head = ["##fileformat=VCFv4.2"] + [f"##contig=<ID={c}>" for c in contigs]
    head += ['##FORMAT=<ID=GT,Number=1,Type=String,Description="x">', '##FILTER=<ID=Low,Description="x">']
    head += ["\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples])]
    lines = ["\t".join([c, str(p), ".", "A", "G", ".", "PASS", ".", fmt, *g]) for c, p, g in records]
    return "\n".join(head + lines) + "\n"


def take(s, store, files, *more):
    return s.run("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--json", *more, *files)


def numbers(s, store, contig, pos):
    row = s.allele(store, f"{contig}-{pos}-A-G")
    return tuple(row[k] for k in ("ac", "an", "carriers")) if isinstance(row, dict) else row


# ------------------------------------------------------------------ drawn deliveries

class File:
    """A file that was made: its samples, and by contig the genotypes at places."""

    def __init__(self, s, rng, number, samples, contigs):
        self.samples = samples
        self.data = {c: {p: [rng.choice(sorted(COPIES)) for _ in samples] for p in rng.sample(PLACES, rng.randint(1, 3))}
                     for c in contigs}
        records = [(c, p, g) for c in self.data for p, g in self.data[c].items()]
        rng.shuffle(records)
        self.path = s.write(f"drawn/{number}.vcf", vcf(samples, records).replace("#CHROM", f"##made={number}\n#CHROM"))
        self.is_absent = False
        self.times = 0  # that it was taken in: each time it is another source

    def genotypes(self, sample, contig):
        at = self.samples.index(sample)
        return {p: g[at] for p, g in self.data.get(contig, {}).items()}


class Model:
    """What the store has: by sample and contig the genotypes, whether silence is reference, and whose they are."""

    def __init__(self):
        self.state, self.live = {}, []

    def is_whole(self, f):
        return all((f, f.times) in self.state.get(key, (0, 0, ()))[2] for key in f.has)

    @staticmethod
    def are_stretches(a, b):
        """Two files of the same samples, on each contig one behind the other."""
        if a.samples != b.samples or len(a.samples) < 2:
            return False
        both = set(a.data) & set(b.data)
        return all(max(a.data[c]) < min(b.data[c]) or max(b.data[c]) < min(a.data[c]) for c in both)

    def deliver(self, files, is_absent, is_replacing):
        """"ok", "noop" or "rejected"; the state changes with the first."""
        known = [f for f in files if f in self.live and f.is_absent == is_absent and self.is_whole(f)]
        new = [f for f in files if f not in known]
        if not new:
            return "noop"
        said = {c for f in files for c in f.data} if is_absent else set()
        has = {f: {(one, c) for one in f.samples for c in f.data} for f in new}
        for a in new:
            for b in new:
                if a is not b and has[a] & has[b] and not self.are_stretches(a, b):
                    return "rejected"
        for f in new:
            for c in said - set(f.data):
                if not any(c in g.data and set(f.samples) <= set(g.samples) for g in new if g is not f):
                    has[f] |= {(one, c) for one in f.samples}
        brought = set().union(*has.values())
        there = brought & set(self.state)
        if there and not is_replacing:
            return "rejected"
        if any(set(self.state[key][2]) & {(f, f.times) for f in known} for key in there):
            return "rejected"
        for key in brought:
            owners = [f for f in new if key in has[f]]
            genotypes = {}
            for f in owners:
                genotypes.update(f.genotypes(*key))
            self.state[key] = (genotypes, is_absent, [(f, f.times + 1) for f in owners])
        for f in new:
            f.is_absent, f.has, f.times = is_absent, has[f], f.times + 1
            self.live = [g for g in self.live if g is not f] + [f]
        return "ok"

    def numbers(self, contig, pos):
        ac = an = carriers = 0
        for (_, where), (genotypes, is_absent, _) in self.state.items():
            if where != contig:
                continue
            got = COPIES[genotypes[pos]] if pos in genotypes else (0, 2 if is_absent else 0)
            ac, an, carriers = ac + got[0], an + got[1], carriers + (got[0] > 0)
        return ac, an, carriers


def drawn(s, rng, round_number):
    store, model, made = s.path(f"store-drawn{round_number}"), Model(), []
    people = [f"p{i}" for i in range(5)]
    faults, statuses = [], []
    for step in range(14):
        files = []
        for _ in range(rng.choice((1, 1, 2, 3))):
            samples = rng.sample(people, rng.choice((1, 1, 2, 3)))
            contigs = rng.sample(CONTIGS, rng.choice((0, 1, 1, 2, 4)))
            files.append(File(s, rng, f"{round_number}-{len(made) + len(files)}", samples, contigs))
        files += rng.sample(made, rng.choice((0, 0, 1, 2)) if len(made) > 2 else 0)
        made += [f for f in files if f not in made]
        rng.shuffle(files)
        is_absent, is_replacing = rng.random() < 0.5, rng.random() < 0.6
        words = (["--absent-is", "hom-ref"] if is_absent else []) + (["--replace"] if is_replacing else [])
        want = model.deliver(files, is_absent, is_replacing)
        done = take(s, store, [f.path for f in files], *words)
        got = done.objects()[-1]["status"] if done.out.strip() else f"exit {done.code}"
        statuses.append(want)
        if got != want:
            faults.append(f"step {step}: {got}, not {want}: {done.said()}")
        names = {f"{c}-{p}-A-G": (c, p) for c in sorted({c for _, c in model.state}) for p in PLACES}
        if names:
            told = s.run("alleles", "-d", store, "--json", " or ".join(f"variant={name}" for name in names))
            rows = {row["variant"]: (row["ac"], row["an"], row["carriers"]) for row in told.objects()}
            faults += [f"step {step}: {name}: {rows.get(name)}, not {model.numbers(*at)}" for name, at in names.items()
                       if rows.get(name) != model.numbers(*at)] or ([told.said()] if told.code else [])
        if faults:
            break
    return s.check(f"drawn deliveries {round_number}", [], faults[:5], f"round {round_number}: {statuses}")


# ------------------------------------------------------------------ silence

def silence(s):
    """samtools/bcftools#402: files of people who were all called, merged, with absence for reference."""
    a = s.write("silence/a.vcf", vcf(["a"], [("1", 100, ["0/1"]), ("17", 100, ["1/1"])]))
    b = s.write("silence/b.vcf", vcf(["b"], [("17", 100, ["0/1"])]))
    c = s.write("silence/c.vcf", vcf(["c"], []))
    de = s.write("silence/de.vcf", vcf(["d", "e"], [("3", 100, ["0/0", "0/1"])]))
    hom_ref = ("--absent-is", "hom-ref")
    for name, orders in (("one way", (a, b, c, de)), ("the other way", (de, c, b, a))):
        store = s.path("store-silence " + name)
        s.check(f"silence: all files taken, {name}", 0, take(s, store, orders, *hom_ref).code)
        s.check(f"silence: contigs of all files, {name}", [(1, 10, 1), (3, 10, 2), (1, 10, 1)],
                [numbers(s, store, k, 100) for k in ("1", "17", "3")])
        s.check(f"silence: a contig that no file has, {name}", (0, 0, 0), numbers(s, store, "2", 100))
        s.check(f"silence: people without it, {name}", 4, s.count(store, "absent(variant=1-100-A-G)"))
    more = s.write("silence/more.vcf", vcf(["f"], [("2", 100, ["0/1"])]))
    done = take(s, store, (a, more), *hom_ref)
    s.check("silence: a known file's contigs count for a new file, the new one's not for it",
            [0, (1, 12, 1), (3, 12, 2), (1, 2, 1)], [done.code] + [numbers(s, store, k, 100) for k in ("1", "17", "2")])
    late = s.write("silence/late.vcf", vcf(["c"], [("1", 100, ["1/1"])]))
    done = take(s, store, (late,))
    s.check("silence: a contig had by silence is had", (2, True), (done.code, "c.vcf, which has no record" in done.said()), done.err)
    s.check("silence: until it is replaced", [0, (3, 12, 2), (3, 12, 2)],
            [take(s, store, (late,), "--replace").code] + [numbers(s, store, k, 100) for k in ("1", "17")])
    new = s.write("silence/new.vcf", vcf(["b"], [("2", 200, ["0/1"])]))
    done = take(s, store, (new, s.write("silence/g.vcf", vcf(["g"], [("3", 100, ["0/1"])]))), *hom_ref)
    s.check("silence: never against what there is", (2, True), (done.code, "its silence" in done.said()), done.err)


def sexes(s):
    """Y of somebody of unknown karyotype is never claimed; X proves one copy."""
    places = (("X", 20000), ("X", 9000000), ("Y", 20000), ("Y", 9000000))
    one = s.write("sexes/man.vcf", vcf(["man"], [(c, p, ["0/1" if p == 20000 else "1"]) for c, p in places]))
    others = [s.write(f"sexes/{n}.vcf", vcf([n], [("1", 100, ["0/1"])])) for n in ("who", "woman", "lad")]
    pair = s.write("sexes/pair.vcf", vcf(["who2", "lad2"], [("Y", 9000100, ["0", "0"])]))
    sheet = s.write("sexes/sheet.tsv", "sample\tsex\nman\tXY\nwho\t\nwoman\tXX\nlad\tXY\nwho2\t\nlad2\tXY\n")
    store = s.path("store-sexes")
    done = take(s, store, (one, *others, pair), "--absent-is", "hom-ref", "--samples", sheet)
    s.check("sexes: taken", 0, done.code, done.err)
    s.check("sexes: PAR of X, two copies of all", (1, 12, 1), numbers(s, store, "X", 20000))
    s.check("sexes: X, one of an unknown karyotype", (1, 7, 1), numbers(s, store, "X", 9000000))
    s.check("sexes: Y, none of an unknown karyotype", (1, 3, 1), numbers(s, store, "Y", 9000000))
    late = s.write("sexes/late.vcf", vcf(["who"], [("Y", 9000000, ["1"])]))
    s.check("sexes: Y of an unknown karyotype is a further contig", [0, (2, 4, 2)],
            [take(s, store, (late,)).code, numbers(s, store, "Y", 9000000)])
    other_sexes(s, store)


def other_sexes(s, store):
    """A sheet that contradicts the one before is refused as long as contigs are left that came with that."""
    sheet = s.write("sexes/other.tsv", "sample\tsex\nwho\tXX\nman\tXX\n")
    before = s.run("info", "-d", store, "--json").out
    more = s.write("sexes/more.vcf", vcf(["man"], [("2", 100, ["0/1"])]))
    for words in ((), ("--replace",)):
        done = take(s, store, (more,), "--samples", sheet, *words)
        said = done.said()
        s.check(f"sexes: another sex than before {' '.join(words)}", (2, True, 1),
                (done.code, "'man' is XX" in said and "XY" in said and "correct --samples" in said, done.err.count("\n")), done.err)
    s.check("sexes: and the store is as before", before, s.run("info", "-d", store, "--json").out)
    whole = s.write("sexes/whole.vcf", vcf(["man"], [("1", 100, ["0/1"]), ("2", 100, ["0/1"]), ("X", 9000000, ["0/1"]), ("Y", 9000000, ["."])]))
    s.check("sexes: all contigs at once", [0, (1, 3, 1)],
            [take(s, store, (whole,), "--samples", sheet, "--replace").code, numbers(s, store, "Y", 9000000)])
    late = s.write("sexes/later.vcf", vcf(["who"], [("2", 100, ["0/1"])]))
    done = take(s, store, (late,), "--samples", sheet)
    s.check("sexes: known of some contigs alone is told", (0, True), (done.code, "sample 'who'" in done.err and "known of some of its contigs alone" in done.err), done.err)


def not_for_blocks(s):
    plain = s.write("blocks/a.vcf", vcf(["a"], [("1", 100, ["0/1"])]))
    block = vcf(["b"], [("1", 100, ["0/0"])]).replace("\tG\t.\tPASS\t.", "\t<NON_REF>\t.\tPASS\tEND=150")
    blocks = s.write("blocks/b.vcf", block)
    mixed = s.write("blocks/c.vcf", vcf(["c"], [("1", 50, ["0/1"])]) + block.splitlines()[-1] + "\n")
    for name, files, more, code in (("--format gvcf", (plain,), ("--format", "gvcf"), 2),
                                    ("--format cram", (plain,), ("--format", "cram"), 2),
                                    ("a gVCF found out", (plain, blocks), (), 2),
                                    ("blocks behind the first record", (plain, mixed), (), 2),
                                    ("--format vcf", (plain,), ("--format", "vcf"), 0)):
        done = take(s, s.path("store-blocks " + name), files, "--absent-is", "hom-ref", *more)
        s.check(f"--absent-is hom-ref and {name}", (code, code == 2), (done.code, "absent-is hom-ref" in done.said()), done.err)


def warned(s, name, files, *more):
    """Was it said that AN is that of the carriers, on standard error and in JSON?"""
    done = take(s, s.path("store-warned " + name), files, *more)
    told = [AN_OF_CARRIERS in text for text in done.objects()[-1]["warnings"]] if done.code == 0 else [done.said()]
    return [any(told), AN_OF_CARRIERS in done.err] if True in told or False in told or told == [] else told


def frequencies(s):
    """samtools/bcftools#2236, JiaoLab2021/varigraph#22: merged calls of one genome each, where nobody knows whether no
    record is reference."""
    rng = random.Random(1)
    own = {n: [("1", 1000 + rng.randrange(300), ["0/1"]) for _ in range(60)] for n in "abcdef"}
    own = {n: [(c, p, g) for c, p, g in {r[1]: r for r in rows}.values()] for n, rows in own.items()}
    single = [s.write(f"warned/{n}.vcf", vcf([n], rows)) for n, rows in own.items()]
    bases = [s.write(f"warned/{n}-all.vcf", vcf([n], [("1", p, ["0/0"]) for p in range(1000, 1300)
                                                     if p not in {r[1] for r in rows}] + rows).replace("A\tG\t.\tPASS\t.\tGT\t0/0", "A\t.\t.\tPASS\t.\tGT\t0/0"))
             for n, rows in own.items()]
    joint = s.write("warned/joint.vcf", vcf(list("abc"), [("1", 1000 + p, rng.choices(("0/0", "0/1"), (4, 1), k=3)) for p in range(90)]))
    other = s.write("warned/other.vcf", vcf(list("def"), [("2", 1000 + p, ["0/0", "0/1", "0/0"]) for p in range(90)]))
    parts = [s.write(f"warned/part{c}.vcf", vcf(list("abc"), [(c, 1000 + p, ["0/0", "0/1", "./."]) for p in range(90)])) for c in "12"]
    extract = s.write("warned/extract.vcf", vcf(["a"], [("1", 1000 + p, [rng.choice(("0/0",) * 5 + ("0/1",))]) for p in range(90)]))
    carried = s.write("warned/carried.vcf", vcf(list("abc"), [("1", 100, ["0/1", "0/1", "1/1"])]))
    blocks = vcf(["g"], [("1", 100, ["0/0"]), ("1", 900, ["0/1"])]).replace("A\tG\t.\tPASS\t.\tGT\t0/0", "A\t<NON_REF>\t.\tPASS\tEND=800\tGT\t0/0")
    for name, files, more, want in (
            ("one genome", single[:1], (), True), ("two genomes", single[:2], (), True), ("six genomes", single, (), True),
            ("--absent-is hom-ref", single, ("--absent-is", "hom-ref"), False),
            ("all bases of one genome", bases[:1], (), False), ("all bases of six genomes", bases, (), False),
            ("all bases of some", bases[:1] + single[1:], (), True),
            ("a joint file", (joint,), (), False), ("a joint file, all carriers", (carried,), (), False),
            ("joint files by contig", parts, (), False), ("joint files of other people", (joint, other), (), True),
            ("one genome cut out of a joint file", (extract,), (), False),
            ("one genome with one record of reference", (s.write("warned/forced.vcf", vcf(["a"], [("1", 100, ["0/1"]), ("1", 200, ["0/0"])])),), (), True),
            ("no record", (s.write("warned/empty.vcf", vcf(["a"], [])),), (), False),
            ("a gVCF", (s.write("warned/blocks.vcf", blocks),), (), False)):
        s.check(f"frequencies: {name}: {'told' if want else 'nothing to tell'}", [want, want], warned(s, name, files, *more))
    done = s.run("import", "-q", "-d", s.path("store-quiet"), "--dataset", "d", "--assembly", "GRCh38", single[0])
    s.check("frequencies: not with -q", (0, ""), (done.code, done.err))


# ------------------------------------------------------------------ names

def names(s):
    """google/deepvariant#334: files of several people whose only sample is called `default`. samtools/bcftools#54: a
    merge that gave them other names without a word."""
    one = s.write("names/one.vcf", vcf(["default"], [("1", 100, ["0/1"]), ("2", 100, ["0/1"])]))
    two = s.write("names/two.vcf", vcf(["default"], [("2", 200, ["1/1"])]))
    rest = s.write("names/rest.vcf", vcf(["default"], [("3", 100, ["1/1"])]))
    empty = s.write("names/empty.vcf", vcf(["default"], []))
    for name, files, words in (("one way", (one, two), ("one.vcf", "two.vcf")), ("the other way", (two, one), ("one.vcf", "two.vcf")),
                               ("with --replace", (one, two, "--replace"), ("one.vcf", "two.vcf"))):
        done = take(s, s.path("store-names"), files)
        s.check(f"names: two people of one name are refused, {name}", (2, []),
                (done.code, [w for w in ("'default'", "contig 2", "--samples", *words) if w not in done.said()]), done.err)
    done = take(s, s.path("store-names"), (one, rest, empty))
    s.check("names: other contigs are the same person's", [0, (1, 2, 1), (2, 2, 1), True],
            [done.code, numbers(s, s.path("store-names"), "1", 100), numbers(s, s.path("store-names"), "3", 100),
             "empty.vcf has no record" in done.err], done.err)
    copy = s.write("names/copy.vcf", vcf(["default"], [("1", 100, ["0/1"]), ("2", 100, ["0/1"])]))
    done = take(s, s.path("store-copy"), (one, copy))
    s.check("names: the same bytes twice count once, and it is said", [0, (1, 2, 1), True],
            [done.code, numbers(s, s.path("store-copy"), "1", 100), "copy.vcf has the same bytes" in done.err], done.err)
    sheet = s.write("names/sheet.tsv", f"file\tsample\tindividual\tsex\none.vcf\tdefault\tP1\tXX\n{two}\tdefault\tP2\tXY\n"
                    "copy.vcf\tdefault\tP3\t\nrest.vcf\tdefault\tP1\tXX\n")
    store = s.path("store-files")
    done = take(s, store, (one, two, copy, rest), "--samples", sheet)
    s.check("names: a column file tells people apart, and parts of one together",
            [0, (2, 4, 2), (2, 2, 1), (2, 2, 1), 3, 1],
            [done.code, numbers(s, store, "1", 100), numbers(s, store, "2", 200), numbers(s, store, "3", 100),
             s.count(store, "all"), s.count(store, "id=P2")], done.err)
    s.check("names: the same again is no news", "noop", take(s, store, (two, one), "--samples", sheet).objects()[-1]["status"])
    both = s.write("names/both.tsv", "file\tsample\tindividual\none.vcf\tdefault\tP1\ntwo.vcf\tdefault\tP1\n")
    s.check("names: one individual in both is refused as well", 2, take(s, s.path("store-both"), (one, two), "--samples", both).code)
    pair = s.write("names/pair.vcf", vcf(["a", "b"], [("1", 100, ["0/1", "1/1"])]))
    same = s.write("names/same.tsv", "file\tsample\tindividual\npair.vcf\ta\tP\npair.vcf\tb\tP\n")
    done = take(s, s.path("store-same"), (pair,), "--samples", same)
    s.check("names: two columns of one name are refused", (2, True), (done.code, "two columns" in done.said()), done.err)
    other = s.write("names/other.vcf", vcf(["b", "c"], [("2", 100, ["0/1", "0/1"])]))
    odd = s.write("names/odd.tsv", "file\tsample\tindividual\tsex\npair.vcf\ta\t\t\npair.vcf\tb\t\tXX\nother.vcf\tb\t\tXY\nother.vcf\tc\t\t\n")
    done = take(s, s.path("store-odd"), (pair, other), "--samples", odd)
    s.check("names: parts of one sample with two sexes are refused", (2, True), (done.code, "lines 3 and 4" in done.said()), done.err)


def stretches(s):
    """A joint file cut into stretches of a contig is one file again: the pVCF blocks of UK Biobank come so."""
    people = ["a", "b", "c"]
    cut = [[("1", 100, ["0/1", "0/0", "1/1"]), ("1", 200, ["0/0", "0/1", "0/0"])],
           [("1", 300, ["0/1", "0/1", "0/0"]), ("2", 50, ["1/1", "0/0", "./."])],
           [("1", 400, ["0/0", "0/0", "0/1"])]]
    files = [s.write(f"stretches/{i}.vcf", vcf(people, part)) for i, part in enumerate(cut)]
    whole = s.write("stretches/whole.vcf", vcf(people, sum(cut, [])))
    take(s, s.path("store-whole"), (whole,))
    places = [(contig, pos) for part in cut for contig, pos, _ in part]
    want = [numbers(s, s.path("store-whole"), *place) for place in places]
    for name, order in (("in order", files), ("out of order", [files[2], files[0], files[1]])):
        store = s.path("store-" + name)
        done = take(s, store, order)
        s.check(f"stretches {name}", (0, want), (done.code, [numbers(s, store, *place) for place in places]), done.err)
    over = s.write("stretches/over.vcf", vcf(people, [("1", 150, ["0/1", "0/0", "0/0"])]))
    done = take(s, s.path("store-over"), (files[0], over))
    s.check("stretches that overlap are refused", (2, True), (done.code, "from 150 to 150" in done.said() or "150" in done.said()), done.err)
    same = s.write("stretches/same.vcf", vcf(people, [("1", 200, ["0/1", "0/0", "0/0"])]))
    done = take(s, s.path("store-same"), (same, files[0]))
    s.check("one place in two stretches is refused", (2, True), (done.code, "200" in done.said()), done.err)
    other = s.write("stretches/other.vcf", vcf(["b", "a", "c"], [("1", 500, ["0/1", "0/0", "0/0"])]))
    done = take(s, s.path("store-other"), (files[0], other))
    s.check("other samples are no stretch", (2, True), (done.code, "both with records on contig 1" in done.said()), done.err)
    single = [s.write(f"stretches/single{i}.vcf", vcf(["default"], [("1", 100 * i, ["0/1"])])) for i in (1, 2)]
    done = take(s, s.path("store-single"), single)
    s.check("one sample is no cohort: two people of one name", (2, True), (done.code, "default" in done.said()), done.err)


def sheets(s):
    """--samples may hold more than the files, never less."""
    file = s.write("sheets/a.vcf", vcf(["a", "b", "c"], [("1", 100, ["0/1", "1/1", "0/0"])]))
    more = s.write("sheets/more.tsv", "sample\tsex\n" + "".join(f"{n}\tXX\n" for n in "abcdefg"))
    store = s.path("store-sheets")
    done = take(s, store, (file,), "--samples", more)
    s.check("sheets: lines for other files are passed over, counted and told once",
            [0, 4, 1, True], [done.code, done.objects()[-1]["counters"].get("unused_lines"), done.err.count("more.tsv"),
                              "line 5, sample 'd'" in done.err], done.err)
    less = s.write("sheets/less.tsv", "sample\tsex\nb\tXX\nz\tXX\n")
    done = take(s, s.path("store-less"), (file,), "--samples", less)
    s.check("sheets: samples that it lacks are refused", (2, []),
            (done.code, [w for w in ("a.vcf", "'a'", "less.tsv", "1 others") if w not in done.said()]), done.err)
    no = s.write("sheets/no.tsv", "sample\tprimary\na\tno\nb\tyes\nc\tno\n")
    done = take(s, s.path("store-no"), (file,), "--samples", no)
    s.check("sheets: or named as not to count", [0, (2, 2, 1)], [done.code, numbers(s, s.path("store-no"), "1", 100)], done.err)


# ------------------------------------------------------------------ replacing

def replacing(s):
    """Only the contigs of the new delivery leave the older one, and nobody counts twice (labsquare/cutevariant#341: a
    sample that came again was added to the counts of the older delivery)."""
    genome = s.write("replace/genome.vcf", vcf(["a", "b"], [(c, 100, ["0/1", "1/1"]) for c in CONTIGS]))
    store = s.path("store-replace")
    take(s, store, (genome,))
    two = s.write("replace/two.vcf", vcf(["a"], [("2", 100, ["0/0"])]))
    done = take(s, store, (two,), "--replace")
    s.check("replace: one contig of one sample", [1, (2, 4, 1), (3, 4, 2)],
            [done.objects()[-1]["counters"].get("replaced")] + [numbers(s, store, c, 100) for c in ("2", "1")])
    s.check("replace: the rest of a file is there", 2, take(s, store, (genome,)).code)
    parts = [s.write(f"replace/{c}.vcf", vcf(["b", "c"], [(c, 100, ["0/0", "0/1"])])) for c in ("1", "3")]
    done = take(s, store, parts, "--replace")
    s.check("replace: files by contig count a sample once", [1] + [(2, 6, 2), (2, 4, 1), (2, 6, 2), (3, 4, 2)],
            [done.objects()[-1]["counters"].get("replaced")] + [numbers(s, store, c, 100) for c in CONTIGS])
    empty = s.write("replace/empty.vcf", vcf(["a"], []))
    done = take(s, store, (empty,), "--replace")
    s.check("replace: a file without records replaces nothing, and says so", [0, (2, 6, 2), True],
            [done.code, numbers(s, store, "1", 100), "empty.vcf" in done.err], done.err)
    sheet = s.write("replace/sheet.tsv", "sample\tindividual\nb\tother\n")
    one = s.write("replace/one.vcf", vcf(["b"], [("1", 100, ["1/1"])]))
    done = take(s, store, (one,), "--replace", "--samples", sheet)
    s.check("replace: no sample of two individuals", (2, True), (done.code, "two individuals" in done.said()), done.err)
    done = take(s, store, (genome,), "--replace")
    s.check("replace: the whole comes back, and others stay", [0, (4, 6, 3), (3, 4, 2)],
            [done.code] + [numbers(s, store, c, 100) for c in ("1", "2")])


def main():
    s = harness.Suite()
    seed = int(os.environ.get("SKERRY_SEED") or time.time())
    print(f"# SKERRY_SEED={seed}")
    silence(s)
    sexes(s)
    not_for_blocks(s)
    frequencies(s)
    names(s)
    stretches(s)
    sheets(s)
    replacing(s)
    for n in range(12):
        drawn(s, random.Random(f"{seed} {n}"), n)
    return s.close()


if __name__ == "__main__":
    sys.exit(main())
