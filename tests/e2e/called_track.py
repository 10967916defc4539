#!/usr/bin/env python3
"""skerry an and info --callable against the rules of docs/counting.md base by base, sharing no code with the engine:
drawn deliveries on 1, X, Y and MT with deletions, gates, reference blocks, BED, silence, replaced samples and cohorts; what nobody carries,
by name; policies; and the shipped slice against bcftools.

The seed is printed with every failure; SKERRY_SEED brings it back."""
import os
import random
import subprocess
import sys
import time

import harness
from drawn_deliveries import PAR, file_of, in_par, judge, passes

CLASSES = ("XX", "XY", "other", "unknown")
# Windows of places counted from 1: beside the borders of the PAR, and of what is swept at a time.
WINDOWS = {"GRCh38": (("1", 1000, 1060), ("1", 1048560, 1048600), ("X", 2781450, 2781510), ("Y", 2781450, 2781510),
                      ("MT", 50, 100), ("X", 155701360, 155701400)),
           "GRCh37": (("1", 1000, 1060), ("X", 2699490, 2699550), ("Y", 2649490, 2649550), ("MT", 50, 100),
                      ("X", 59980, 60020))}
WRITTEN = {"X": "chrX", "MT": "chrM"}


def expected_of(assembly, contig, pos1, sex):
    """The copies that somebody has at a base; None: nobody knows."""
    if contig == "MT":
        return 1
    if contig in "XY" and not in_par(assembly, contig, pos1):
        return None if sex == "unknown" else sex.count(contig)
    return 0 if contig == "Y" else 2


def class_of(sex):
    return sex if sex in ("XX", "XY", "unknown") else "other"


def bases(contig, pos1, n):
    """Of a genome that all files agree on."""
    return "".join("ACGT"[(7 * p * p + 3 * p + len(contig)) % 13 % 4] for p in range(pos1, pos1 + n))


def other(letter, n):
    return "ACGT"[("ACGT".index(letter) + n) % 4]


class Sample:
    """A sample of a dataset, and what its files say: by contig, records and whether silence is reference."""

    def __init__(self, dataset, name, sex):
        self.dataset, self.name, self.sex = dataset, name, sex
        self.records = {}
        self.silent = set()
        self.bed = []

    def called(self, assembly, contig, pos1):
        """The copies called at a base: the least of what lies over it."""
        expected = expected_of(assembly, contig, pos1, self.sex)
        if contig == "Y" and in_par(assembly, contig, pos1):
            return 0
        said = []
        for start1, end1, copies, site_filter, fields, n_alts, gate, is_block in self.records.get(contig, ()):
            # y_par: left out whole
            starts_in_y_par = not is_block and contig == "Y" and in_par(assembly, contig, start1)
            if start1 <= pos1 <= end1 and not starts_in_y_par:
                good = gate == "none" or passes(copies, site_filter, fields, expected, n_alts)
                said.append(judge(copies, good, expected, contig == "MT", -1)[1])
        is_in_bed = any(c == contig and start1 <= pos1 <= end1 for c, start1, end1 in self.bed)
        if (contig in self.silent or is_in_bed) and not (contig == "Y" and expected is None):
            said.append(1 if expected is None else expected)  # of unknown sex X is one copy
        return min(said, default=0)


class Drawn:
    """A store of a few deliveries, and the samples that are in it."""

    def __init__(self, suite, rng, number):
        self.suite, self.rng, self.folder = suite, rng, f"track{number}"
        self.assembly = rng.choice(("GRCh38", "GRCh37"))
        self.windows = WINDOWS[self.assembly]
        self.store = suite.path(self.folder, "store")
        self.samples = {}
        self.trouble = None
        for delivery in range(rng.choice((1, 2, 3))):
            if self.trouble is None:
                self.deliver(delivery)

    def deliver(self, delivery):
        rng, dataset = self.rng, self.rng.choice("ab")
        gate, silence = rng.choice(("adj", "adj", "none")), rng.choice(("said", "said", "blocks", "hom-ref", "bed"))
        files, names, fresh = [], [], {}
        replaced = [s for s in self.samples.values() if s.dataset == dataset]
        again = rng.choice(replaced).name if replaced and rng.random() < 0.5 else None
        for number in range(rng.choice((1, 1, 3))):
            columns = [f"D{delivery}F{number}S{i}" for i in range(rng.choice((1, 2, 7)))]
            if again is not None and number == 0:
                columns[0] = again
            for name in columns:
                key = (dataset, name)
                sex = self.samples[key].sex if key in self.samples else rng.choice(("XX", "XY", "XX", "XY", "XXY", "XO", "unknown"))
                fresh[key] = Sample(dataset, name, sex)
            files.append(self.suite.write(f"{self.folder}/d{delivery}f{number}.vcf", self.vcf(columns, dataset, fresh, gate, silence)))
            names += columns
        bed = self.draw_bed(fresh.values()) if silence == "bed" else []
        for sample in fresh.values():
            sample.bed = bed
        if silence == "hom-ref":
            said = {c for s in fresh.values() for c in s.records}
            for sample in fresh.values():
                sample.silent = said
        sheet = self.suite.write(f"{self.folder}/d{delivery}.tsv", "sample\tsex\n" + "".join(
            f"{n}\t{fresh[dataset, n].sex}\n" for n in names))
        done = self.suite.run("import", "-q", "-d", self.store, "--dataset", dataset, "--assembly", self.assembly, "--gate", gate,
                              "--samples", sheet, *(["--replace"] if again else []),
                              *(["--absent-is", "hom-ref"] if silence == "hom-ref" else []),
                              *(["--callable", self.write_bed(delivery, bed)] if bed else []), *files)
        if done.code != 0:
            self.trouble = done.said()
        for key, sample in fresh.items():
            if key in self.samples:  # contig by contig
                old = self.samples[key]
                sample.bed = sample.bed + [b for b in old.bed if b[0] not in sample.records and b[0] not in sample.silent]
                for contig in set(old.records) | old.silent:
                    if contig in sample.records or contig in sample.silent:
                        continue
                    if contig in old.records:
                        sample.records[contig] = old.records[contig]
                    if contig in old.silent:
                        sample.silent = sample.silent | {contig}
            self.samples[key] = sample

    def draw_bed(self, samples):
        """Stretches of contigs on which all of the samples have records."""
        shared = set.intersection(*(set(s.records) for s in samples))
        starts = [(c, self.rng.randrange(a - 20, b)) for c, a, b in self.windows for _ in range(3) if c in shared]
        return [(c, a, a + self.rng.choice((0, 3, 30))) for c, a in starts]

    def write_bed(self, delivery, bed):
        return self.suite.write(f"{self.folder}/d{delivery}.bed", "".join(f"{WRITTEN.get(c, c)}\t{a - 1}\t{b}\n" for c, a, b in bed))

    def vcf(self, columns, dataset, fresh, gate, silence):
        rng, lines = self.rng, []
        for contig, start1, end1 in self.windows:
            if rng.random() < 0.2:
                continue
            for _ in range(rng.choice((1, 4, 10))):
                pos1 = rng.randrange(start1, end1 - 12)
                ref = bases(contig, pos1, rng.choice((1, 1, 1, 2, 4, 12)))
                alts = rng.choice(((ref[0] if len(ref) > 1 else ref + "A",), (other(ref[0], 1) + ref[1:],),
                                   (), ("*",), (ref + "AT", ref[:1] + "GG" + ref[1:])))
                end1_of_block = pos1 + rng.choice((0, 5, 25)) if silence == "blocks" and rng.random() < 0.5 else None
                if end1_of_block is not None:
                    ref, alts = ref[0], ("<NON_REF>",)
                tags = ["GT"] + [k for k in ("GQ", "DP") if rng.random() < 0.4]
                site_filter = rng.choice(("PASS", "PASS", "PASS", ".", "Low"))
                cells = []
                for name in columns:
                    copies = [rng.choice([None, 0, 0, 0] + list(range(len(alts) + 1))) for _ in range(rng.choice((2, 2, 2, 1)))]
                    if end1_of_block is not None:
                        copies = [0 if c == 1 else c for c in copies]
                    copies = [copies[0]] * len(copies) if rng.random() < 0.5 else copies
                    fields = {k: str(rng.choice((3, 7, 12, 19, 20, 50))) for k in tags[1:]}
                    cells.append(":".join(["/".join("." if c is None else str(c) for c in copies)] + [fields[k] for k in tags[1:]]))
                    fresh[dataset, name].records.setdefault(contig, []).append(
                        (pos1, end1_of_block or pos1 + len(ref) - 1, copies, site_filter, fields, len(alts), gate,
                         end1_of_block is not None))
                lines.append("\t".join([WRITTEN.get(contig, contig), str(pos1), ".", ref, ",".join(alts) or ".", ".", site_filter,
                                        f"END={end1_of_block}" if end1_of_block else ".", ":".join(tags), *cells]))
        return file_of(columns, lines)

    # -------------------------------------------------------------- what is right

    def numbers(self, contig, pos1, samples):
        """{class or None: (an, people, expected, share)} at one base."""
        found = {}
        for name in (None, *CLASSES):
            some = [s for s in samples if name in (None, class_of(s.sex))]
            calls = [(s, s.called(self.assembly, contig, pos1), expected_of(self.assembly, contig, pos1, s.sex)) for s in some]
            known = [(n, e) for _, n, e in calls if e is not None]
            expected = sum(e for _, e in known) if known or not calls else None
            share = sum(n for n, _ in known) / expected if expected else None
            found[name] = (sum(n for _, n, _ in calls), len({s.name for s, n, _ in calls if n > 0}), expected, share)
        return found

    def track(self, contig, start1, end1, samples):
        stretches = []
        for pos1 in range(start1, end1 + 1):
            row = None
            if not (contig == "Y" and in_par(self.assembly, contig, pos1)):
                row = self.numbers(contig, pos1, samples)
            if stretches and stretches[-1][2] == row:
                stretches[-1][1] = pos1
            else:
                stretches.append([pos1, pos1, row])
        return stretches


def told(row):
    """The same of a JSON line."""
    def numbers(part):
        return tuple(part[k] for k in ("an", "people", "expected", "share"))
    if all(row[k] is None for k in ("an", "people", "expected")):
        return [row["start1"], row["end1"], None]
    return [row["start1"], row["end1"], {None: numbers(row), **{c: numbers(row["by_sex"][c]) for c in CLASSES}}]


def close(a, b):
    """Are two tracks the same but for the last digits of shares?"""
    def same(x, y):
        if x is None or y is None:
            return x is y
        return all(x[k][:3] == y[k][:3] and (x[k][3] == y[k][3] or None not in (x[k][3], y[k][3]) and abs(x[k][3] - y[k][3]) < 1e-12)
                   for k in x)
    return len(a) == len(b) and all(x[:2] == y[:2] and same(x[2], y[2]) for x, y in zip(a, b))


def first_difference(a, b):
    for x, y in zip(a, b):
        if not close([x], [y]):
            return f"expected {x}\n     got {y}"
    return f"{len(a)} and {len(b)} stretches"


def cohorts(drawn):
    """(words, who counts)"""
    everybody = list(drawn.samples.values())
    yield [], everybody
    yield ["--dataset", everybody[0].dataset], [s for s in everybody if s.dataset == everybody[0].dataset]
    yield ["--in", "karyotype=XX"], [s for s in everybody if s.sex == "XX"]
    some = drawn.rng.sample(everybody, (len(everybody) + 1) // 2)
    names = {s.name for s in some}
    yield ["--in", " or ".join(f'id="{n}"' for n in sorted(names))], [s for s in everybody if s.name in names]


def check_track(suite, drawn, note):
    for words, samples in cohorts(drawn):
        for contig, start1, end1 in drawn.windows:
            done = suite.run("an", "-d", drawn.store, "--json", "--by", "sex", "--region", f"{contig}:{start1}-{end1}", *words)
            want = drawn.track(contig, start1, end1, samples)
            got = [told(r) for r in done.objects()] if done.code == 0 else done.said()
            if isinstance(got, str) or not close(want, got):
                note = f"{note} {contig}:{start1}-{end1} {words}\n{got if isinstance(got, str) else first_difference(want, got)}"
                return suite.check(f"{drawn.folder} tracks", "as the rules say", "otherwise", note)
    return suite.check(f"{drawn.folder} tracks", "as the rules say", "as the rules say")


def check_nobody(suite, drawn, note):
    """What nobody carries, by name: AC 0, the AN of the track, absent where somebody was called."""
    wrong = []
    for words, samples in cohorts(drawn):
        for contig, start1, end1 in drawn.windows:
            pos1, n_bases = drawn.rng.randrange(start1, end1 - 5), drawn.rng.choice((1, 1, 2, 5))
            zones = {in_par(drawn.assembly, contig, p) for p in range(pos1, pos1 + n_bases)}
            if "--dataset" in words or contig in "XY" and len(zones) > 1 or contig == "Y" and True in zones:
                continue
            ref = bases(contig, pos1, n_bases)
            alt = other(ref[0], 2) + ("" if n_bases == 1 else "ACGTT"[:n_bases - 1] + other(ref[-1], 2))
            calls = [[s.called(drawn.assembly, contig, p) for p in range(pos1, pos1 + n_bases)] for s in samples]
            blocked = [s for s in samples if undecided(drawn, s, contig, pos1, n_bases)]
            an = sum(min(c) for s, c in zip(samples, calls) if s not in blocked)
            row = suite.allele(drawn.store, f"{contig}-{pos1}-{ref}-{alt}", *words)
            got = (row["ac"], row["an"], row["answer"]) if isinstance(row, dict) else row
            if got != (0, an, "absent" if an > 0 else "not-assessed"):
                wrong.append((contig, pos1, ref, alt, words, an, got))
    suite.check(f"{drawn.folder} what nobody carries", [], wrong[:3], note)


def undecided(drawn, sample, contig, pos1, n_bases):
    """Does a record over these bases leave the sample without a call?"""
    for start1, end1, copies, site_filter, fields, n_alts, gate, is_block in sample.records.get(contig, ()):
        if not is_block and contig == "Y" and in_par(drawn.assembly, contig, start1):
            continue
        for p in range(max(start1, pos1), min(end1, pos1 + n_bases - 1) + 1):
            expected = expected_of(drawn.assembly, contig, p, sample.sex)
            good = gate == "none" or passes(copies, site_filter, fields, expected, n_alts)
            if expected != 0 and judge(copies, good, expected, contig == "MT", -1)[1] == 0:
                return True
    return False


def check_callable(suite, drawn, note):
    sample = drawn.rng.choice(list(drawn.samples.values()))
    done = suite.run("info", "-d", drawn.store, "--callable", sample.name, "--dataset", sample.dataset)
    got = [tuple(line.split("\t")) for line in done.out.splitlines() if not line.startswith("#")]
    covered = {}
    for contig, start0, end0, copies in got:
        for p in range(int(start0) + 1, int(end0) + 1) if int(end0) - int(start0) < 5000 else ():
            covered[contig, p] = int(copies)
        if int(end0) - int(start0) >= 5000:
            covered.update({(contig, p): int(copies) for c, a, b in drawn.windows if c == contig
                            for p in range(max(a, int(start0) + 1), min(b, int(end0)) + 1)})
    wrong = [(c, p) for c, a, b in drawn.windows for p in range(a, b + 1)
             if covered.get((c, p), 0) != sample.called(drawn.assembly, c, p)]
    suite.check(f"{drawn.folder} info --callable", (0, []), (done.code, wrong[:5]), f"{note} {sample.name} {done.said()}")


# ------------------------------------------------------------------ forms, policies, refusals

def check_forms(suite, drawn, note):
    contig, start1, end1 = drawn.windows[0]
    words = ["an", "-d", drawn.store, "--region", f"{contig}:{start1}-{end1}"]
    rows = suite.run(*words, "--json").objects()
    bed = [line.split("\t") for line in suite.run(*words, "--bed").out.splitlines()]
    tsv = [line.split("\t") for line in suite.run(*words, "--tsv").out.splitlines()]
    suite.check(f"{drawn.folder} BED says from 0", ["#contig", "start0", "end0"], bed[0][:3], note)
    suite.check(f"{drawn.folder} TSV says from 1", ["contig", "start1", "end1"], tsv[0][:3], note)
    suite.check(f"{drawn.folder} BED", [[r["contig"], str(r["start1"] - 1), str(r["end1"]), str(r["an"])] for r in rows],
                [b[:4] for b in bed[1:]], note)
    suite.check(f"{drawn.folder} TSV", [[r["contig"], str(r["start1"]), str(r["end1"]), str(r["an"])] for r in rows],
                [t[:4] for t in tsv[1:]], note)


def check_policy(suite):
    """Below the threshold nothing is told, neither as 0; steps hide where the true number changes."""
    lines = ["\t".join(["1", str(1000 + i), ".", "A", ".", ".", "PASS", ".", "GT", *(["0/0"] * n + ["./."] * (30 - n))])
             for i, n in enumerate((30, 29, 28, 9, 3, 0))]
    path = suite.write("policy/x.vcf", file_of([f"P{i}" for i in range(30)], lines))
    store = suite.path("policy", "store")
    done = suite.run("import", "-q", "-d", store, "--dataset", "a", "--assembly", "GRCh38", path)
    policy = suite.write("policy/p", "counts = rounded\nthreshold = 10\nstep = 10\n")
    asked = suite.run("an", "-d", store, "--region", "1:1000-1006", "--policy", policy, "--json")
    rows = [(r["start1"], r["end1"], r["an"], r["people"], r["expected"], r["share"]) for r in asked.objects()]
    suite.check("rounded", [(1000, 1002, 60, 30, 60, 1), (1003, 1006, None, None, 60, None)], rows, done.said() + asked.said())
    person = suite.run("info", "-d", store, "--policy", policy, "--callable", "P0")
    suite.check("one person under a policy", (5, ""), (person.code, person.out), person.said())
    for words, code in ((["--region", "1:400000000-400000001"], 2), (["--region", "zz:1-2"], 2), ([], 2),
                        (["--region", "1:5-2"], 2), (["--region", "1:1-9", "--dataset", "zz"], 2),
                        (["--region", "1:1-9", "--bed", "--tsv"], 2), (["--region", "1:1-9", "--in", "zz=1"], 2)):
        done = suite.run("an", "-d", store, *words)
        suite.check(f"an {' '.join(words)} is refused in one line", (code, "", 1),
                    (done.code, done.out, len([s for s in done.err.splitlines() if s.startswith("skerry: ")])), done.err)
    done = suite.run("an", "-d", store, "--json", "--region", "2:1000-1006")
    suite.check("a contig of which the store has nothing", [(0, 0, 60, 0)],
                [(r["an"], r["people"], r["expected"], r["share"]) for r in done.objects()], done.said())
    for words in (["--callable", "nobody"], ["--callable", "P0", "--dataset", "zz"], ["--dataset", "a"]):
        done = suite.run("info", "-d", store, *words)
        suite.check(f"info {' '.join(words)} is refused", 2, done.code, done.said())


def check_shared(suite):
    """Somebody with samples in two datasets is one of the people; the copies of both samples are in AN."""
    store = suite.path("shared", "store")
    sheet = suite.write("shared/t.tsv", "sample\tindividual\tsex\nA1\tI1\tXX\nA2\tI2\tXY\nB1\tI1\tXX\nB3\tI3\tXY\n")
    for dataset, names in (("a", ("A1", "A2")), ("b", ("B1", "B3"))):
        lines = ["\t".join(["1", "500", ".", "AC", ".", ".", "PASS", ".", "GT", "0/0", "0/0"]),
                 "\t".join(["1", "501", ".", "C", "T", ".", "PASS", ".", "GT", "0/1", "./." if dataset == "b" else "0/0"])]
        path = suite.write(f"shared/{dataset}.vcf", file_of(names, lines))
        done = suite.run("import", "-q", "-d", store, "--dataset", dataset, "--assembly", "GRCh38", "--samples", sheet, path)
        if done.code != 0:
            done = suite.run("import", "-q", "-d", store, "--dataset", dataset, "--assembly", "GRCh38", "--samples", sheet,
                             "--shared-people", path)
        suite.check(f"dataset {dataset} is taken", 0, done.code, done.said())
    done = suite.run("an", "-d", store, "--json", "--region", "1:499-502")
    rows = [(r["start1"], r["end1"], r["an"], r["people"], r["expected"]) for r in done.objects()]
    suite.check("people of two datasets", [(499, 499, 0, 0, 8), (500, 500, 8, 3, 8), (501, 501, 6, 2, 8), (502, 502, 0, 0, 8)],
                rows, done.said())


# ------------------------------------------------------------------ the shipped slice

def check_slice(suite):
    """AN of each place that one record alone covers, and of nothing between records, as bcftools says it."""
    store = suite.path("slice")
    done = suite.run("import", "-q", "-d", store, "--dataset", "kg", "--assembly", "GRCh37", harness.SLICE)
    suite.check("the slice is taken", 0, done.code, done.said())
    if not harness.have("bcftools"):
        suite.skip("the slice", "no bcftools")
        return
    tags = subprocess.Popen(["bcftools", "+fill-tags", "-Ou", harness.SLICE, "--", "-t", "AN"], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
    asked = subprocess.run(["bcftools", "query", "-f", "%POS\\t%REF\\t%ALT\\t%AN\\n"], stdin=tags.stdout, stdout=subprocess.PIPE,
                           text=True, check=True)
    said = {}
    for line in asked.stdout.splitlines():
        pos1, ref, alts, an = line.split("\t")
        if all(a.startswith("<") for a in alts.split(",")):
            continue  # rule 8: they cover nothing
        for p in range(int(pos1), int(pos1) + len(ref)):
            said[p] = min(said.get(p, 1 << 30), int(an))
    done = suite.run("an", "-d", store, "--json", "--region", "22:16000000-16600000")
    found = {p: r["an"] for r in done.objects() if r["an"] for p in range(r["start1"], r["end1"] + 1)}
    wrong = [(p, said.get(p), found.get(p)) for p in sorted(said.keys() | found.keys()) if said.get(p, 0) != found.get(p, 0)]
    suite.check(f"AN of {len(said)} bases of the slice as bcftools counts it", [], wrong[:5], f"{len(wrong)} wrong; {done.said()}")


def main():
    suite = harness.Suite()
    seed = os.environ.get("SKERRY_SEED") or str(int(time.time()))
    for number in range(int(os.environ.get("SKERRY_ROUNDS", "20"))):
        note = f"SKERRY_SEED={seed}"
        drawn = Drawn(suite, random.Random(f"{seed}/{number}"), number)
        if drawn.trouble is not None:
            suite.check(f"{drawn.folder} is taken", None, drawn.trouble, note)
            continue
        check_track(suite, drawn, note)
        check_nobody(suite, drawn, note)
        check_callable(suite, drawn, note)
        if number == 0:
            check_forms(suite, drawn, note)
    check_policy(suite)
    check_shared(suite)
    check_slice(suite)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
