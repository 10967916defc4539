#!/usr/bin/env python3
"""Catalogues change no answer: drawn deliveries of every kind into two datasets, replaced contig by contig, withdrawn,
hidden and compacted, asked with the catalogues that the store made and without any.

The same store without is a copy whose manifest names none. Every question is asked of both; their answers are equal byte
for byte. The seed is printed; SKERRY_SEED brings it back."""
import os
import random
import shutil
import struct
import sys

import compact
import format_catalogue
import format_reader
import harness

N_DRAWN = 1 if harness.IS_SANITIZED else 3
N_NIGHTS = 14
ASKED_SHARE = 0.5  # of the questions, after each night


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def encoded(files):
    """The list of catalogues as it ends a manifest."""
    out = varint(len(files))
    for name, n_bytes, crc in files:
        out += varint(len(name)) + name.encode() + varint(n_bytes) + struct.pack("<I", crc)
    return out


def without(store, to):
    """A copy of a store whose manifest names no catalogues. Returns how many there were."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(store, to)
    path = os.path.join(to, "MANIFEST")
    files = format_reader.read_manifest(store)["catalogues"]
    with open(path, "rb") as fh:
        data = fh.read()[:-4]
    tail = encoded(files)
    assert data.endswith(tail)
    data = data[:-len(tail)] + varint(0)
    head = data[:12] + struct.pack("<Q", len(data) + 4) + data[20:28]
    data = head + struct.pack("<I", format_reader.crc32c(head)) + data[32:]
    with open(path, "wb") as fh:
        fh.write(data + struct.pack("<I", format_reader.crc32c(data)))
    for name, _, _ in files:
        os.remove(os.path.join(to, name))
    return len(files)


class Nights(compact.Store):
    """One dataset of a store. What compact.py does to a store and its twin is done to the store alone."""

    def __init__(self, s, rng, name, dataset):
        super().__init__(s, rng, name)
        self.dataset = dataset
        self.people = []

    def take(self, files, samples, *more):
        gate = self.rng.choice(((), ("--gate", "none")))
        done = self.s.run("import", "-d", self.path, "--dataset", self.dataset, "--assembly", "GRCh38", *gate, "--samples",
                          self.sheet(samples), *more, *files)
        return done.code if done.code in (0, 2) else f"exit {done.code}: {done.said()}"

    def night(self, world):
        self.people = self.people or []
        if os.path.exists(self.path):
            shutil.rmtree(self.twin, ignore_errors=True)
            shutil.copytree(self.path, self.twin)
        before = len(self.people)
        code = compact.deliver(self, world, self.people)
        # names are numbered by how many people there are: one who left keeps his number
        while len(self.people) < before:
            self.people.append(f"{self.dataset}gone{self.rng.randrange(1 << 40)}")
        return code


def compared(s, store, asked, rng, what):
    """Asks both, where the store has catalogues now: a compaction may just have taken them."""
    plain = store + "-plain"
    n = without(store, plain)
    if n == 0:
        return
    some = [a for a in asked if rng.random() < ASKED_SHARE]
    told = compact.differences(some, compact.answers(s, plain, some), compact.answers(s, store, some))
    s.check(f"{what}: {len(some)} questions with {n} catalogues and without", [], told[:3])


def drawn(s, seed):
    rng = random.Random(seed)
    world = compact.World(rng)
    both = [Nights(s, rng, f"drawn{seed}", d) for d in ("d", "e")]
    store, asked = both[0].path, compact.questions(rng, world)
    asked += [("count", "--json", "carries(filter=PASS and af<0.4)"), ("alleles", "--json", "filter=PASS"),
              ("count", "--json", "not carries(filter=PASS)"), ("info", "--json"), ("info", "--samples"),
              ("alleles", "--json", "--in", "sex=male", "all"), ("alleles", "--json", "all")]
    wrong = []
    for night in range(N_NIGHTS):
        code = rng.choices(both, (3, 1))[0].night(world)
        wrong += [code] if isinstance(code, str) else []
        what = f"drawn {seed}, night {night}"
        if not os.path.exists(store):
            continue
        if rng.random() < 0.15:
            s.run("compact", "-d", store, "-q", *rng.choice(((), ("--all",), ("--dataset", "e", "--all"))))
        if rng.random() < 0.15:
            s.run("dataset", "-d", store, "e", rng.choice(("--hide", "--show")))
        if night > 2:
            compared(s, store, asked, rng, what)
    s.run("withdraw", "-q", "-d", store, "--dataset", "d", "--individual", "p0")
    compared(s, store, asked, rng, f"drawn {seed}, in the end")
    s.check(f"drawn {seed}: delivered", [], wrong[:3])
    verified = s.run("verify", "-d", store)
    s.check(f"drawn {seed}: sound", (0, "sound\n"), (verified.code, verified.out))


# ------------------------------------------------------------------ whose record passed FILTER

def one_site(s, name, samples, flt, genotypes):
    head = compact.HEAD + "\t".join(samples) + "\n"
    return s.write(name, head + f"22\t1000\t.\tA\tG\t.\t{flt}\t.\tGT:GQ\t" + "\t".join(g + ":60" for g in genotypes) + "\n"
                   + f"22\t1200\t.\tC\tT\t.\tPASS\t.\tGT:GQ\t" + "\t".join("0/1:60" for _ in genotypes) + "\n")


def filters(s):
    """Of six deliveries one passed FILTER; when its people leave, no record passed. Elsewhere merged files keep one FILTER
    for all, and users ask whose it was: samtools/bcftools#2007. Here it is the word of who counts."""
    store = s.path("filters")
    for i in range(6):
        file = one_site(s, f"filters-files/{i}.vcf", [f"f{i}a", f"f{i}b"], "PASS" if i == 2 else "Low", ("0/1", "1/1"))
        s.run("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--gate", "none", file)
    question = "carries(variant=22-1000-A-G and filter=PASS)"
    s.check("filters: there is a catalogue", True, len(format_reader.read_manifest(store)["catalogues"]) > 0)
    s.check("filters: one delivery passed", 12, s.count(store, question))
    s.run("withdraw", "-q", "-d", store, "--individual", "f2a")
    s.check("filters: half of it is left", 11, s.count(store, question))
    again = one_site(s, "filters-files/again.vcf", ["f2b"], "Low", ("0/1",))
    s.run("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--gate", "none", "--replace", again)
    s.check("filters: its last record is replaced by one that failed", 0, s.count(store, question))
    s.check("filters: who carries it is counted as before", 11, s.count(store, "carries(variant=22-1000-A-G)"))
    without(store, store + "-plain")
    s.check("filters: and without the catalogue", 0, s.count(store + "-plain", question))


# ------------------------------------------------------------------ a row that only the gone speak of

def gone_rows(s):
    """A row of which only people speak who have left is no row, also where other members of the catalogue live."""
    store = s.path("gone")
    for i in range(6):
        text = compact.HEAD + f"g{i}\n" + f"22\t{1000 + i}\t.\tA\tG\t.\tPASS\t.\tGT:GQ\t0/1:60\n"
        s.run("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", s.write(f"gone-files/{i}.vcf", text))
    s.run("withdraw", "-q", "-d", store, "--individual", "g1")
    rows = s.run("alleles", "-d", store, "--json", "region=22:900-1100").objects()
    s.check("gone: five alleles are left", [f"22-{1000 + i}-A-G" for i in (0, 2, 3, 4, 5)], sorted(r["variant"] for r in rows))
    s.check("gone: of one carrier each", {(1, 1)}, {(r["ac"], r["carriers"]) for r in rows})


# ------------------------------------------------------------------ files

def catalogue_files(store):
    return sorted(f for f in os.listdir(store) if f.startswith("catalogue-"))


def gone_files(s):
    """A catalogue holds the alleles of who is in its segments: it goes when one of them does."""
    store = s.path("files")
    for i in range(9):
        text = compact.HEAD + f"g{i}\n" + f"22\t{1000 + i}\t.\tA\tG\t.\tPASS\t.\tGT:GQ\t0/1:60\n"
        s.run("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", s.write(f"files-files/{i}.vcf", text))
    before = catalogue_files(store)
    s.check("files: the store has catalogues", True, len(before) > 0)
    s.run("withdraw", "-q", "-d", store, "--individual", "g1")  # alone in a segment: removed at once
    left = catalogue_files(store)
    s.check("files: of a person alone in a segment the catalogue is gone with it", [], [f for f in left if f == before[0]])
    s.check("files: eight are left", 8, s.count(store, "carries(region=22:900-1100)"))
    s.check("files: and a copy has them all", (0, left), (s.run("copy", "-d", store, store + "-copy").code, catalogue_files(store + "-copy")))
    s.check("files: compacted", 0, s.run("compact", "-q", "-d", store, "--all").code)
    s.check("files: one segment needs no catalogue", [], catalogue_files(store))
    copied = s.path("files-copy")
    s.check("files: the copy is sound", 0, s.run("verify", "-d", copied).code)
    s.check("files: the copy answers", 8, s.count(copied, "carries(region=22:900-1100)"))
    damaged(s, copied)


def damaged(s, store):
    """No byte of a catalogue may change unseen, and none makes a count smaller."""
    wrong = []
    for name in catalogue_files(store):
        path = os.path.join(store, name)
        with open(path, "rb") as fh:
            whole = fh.read()
        for at in range(0, len(whole), 37):
            with open(path, "wb") as fh:
                fh.write(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1:])
            seen = s.run("verify", "-d", store)
            told = s.run("count", "-d", store, "--json", "carries(region=22:900-1100)")
            is_right = told.code == 0 and told.objects()[-1]["count"] == 8
            if (seen.code, name in seen.out) != (3, True) or not (is_right or told.code == 3):
                wrong.append((name, at, seen.code, told.code, told.out[:100]))
        os.remove(path)
        told = s.run("count", "-d", store, "carries(region=22:900-1100)")
        if told.code != 3 or name not in told.err:
            wrong.append((name, "missing", told.code, told.said()))
        with open(path, "wb") as fh:
            fh.write(whole)
    s.check("files: each changed byte is found, and no count is smaller", [], wrong[:3])


def joint_file(s, name, people, n_sites):
    head, rng = compact.HEAD + "\t".join(people) + "\n", random.Random(n_sites)
    return s.write(name, head + "".join(
        f"22\t{1000 + 7 * i}\t.\tA\tG\t.\tPASS\t.\tGT\t"
        + "\t".join(rng.choice(("0/0", "0/1")) for _ in people) + "\n" for i in range(n_sites)))


def large(s):
    """A segment larger than all the others is asked beside their catalogue; a catalogue that cannot be written is told
    of, and made by the next writer."""
    store = s.path("large")
    import_words = ("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--gate", "none")
    question = "carries(region=22:900-20000)"
    s.run(*import_words, joint_file(s, "large-files/all.vcf", [f"j{i}" for i in range(40)], 2000))
    told, kept = [], {}
    for night in range(4):
        if night == 3:  # bytes of the last night change
            path = os.path.join(store, max(n for n in os.listdir(store) if n not in before and n.startswith("segment-")))
            with open(path, "rb") as fh:
                kept[path] = fh.read()
            with open(path, "wb") as fh:
                fh.write(bytes(b ^ (at % 64 == 0 and at >= 64 and at < len(kept[path]) - 256) for at, b in enumerate(kept[path])))
        before = os.listdir(store)
        done = s.run(*import_words, joint_file(s, f"large-files/{night}.vcf", [f"n{night}a", f"n{night}b"], 5))
        told.append((done.code, "catalogue" in done.err))
    for path, whole in kept.items():
        with open(path, "wb") as fh:
            fh.write(whole)
    s.check("large: a catalogue that cannot be written is told of", [(0, False)] * 3 + [(0, True)], told)
    s.check("large: without it answers are the same", 48, s.count(store, question))
    s.check("large: and there is none", [], catalogue_files(store))
    s.run(*import_words, joint_file(s, "large-files/4.vcf", ["n4a", "n4b"], 5))
    names = catalogue_files(store)
    s.check("large: the next writer makes it", 1, len(names))
    listed = next(f for f in format_reader.read_manifest(store)["catalogues"] if f[0] == names[0])
    whole = format_catalogue.Catalogue(store, listed)
    s.check("large: of the nights, and not of the large one", [2] * 5, [m["samples"] for m in whole.members])
    s.check("large: all are counted", 50, s.count(store, question))


def main():
    s = harness.Suite()
    seed = int(os.environ.get("SKERRY_SEED") or random.randrange(1 << 31))
    print(f"# SKERRY_SEED={seed}")
    filters(s)
    gone_rows(s)
    gone_files(s)
    large(s)
    for i in range(N_DRAWN):
        drawn(s, seed + i)
    return s.close()


if __name__ == "__main__":
    sys.exit(main())
