#!/usr/bin/env python3
"""Tiles that lie in groups: a segment and a catalogue of several hundred contigs, counted from the text of
their records, read by the second reader, and refused where a group is damaged.
"""
import os
import random
import shutil
import sys
import time

import format_catalogue
import format_reader
import harness

N_CONTIGS = 400
N_DELIVERIES = 6
HEAD = "##fileformat=VCFv4.3\n" + "".join(f"##contig=<ID=tig{c},length=100000>\n" for c in range(N_CONTIGS)) \
    + '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">\n' \
    + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"


def delivery(rng, number, n_people, counts):
    """A joint file of records on most contigs. counts: [AC, AN, carriers] of each allele."""
    rows = [HEAD + "\t".join(f"d{number}p{i}" for i in range(n_people))]
    for contig in range(N_CONTIGS):
        places = rng.sample(range(1000, 99000, 500), rng.choice((1, 1, 2)))
        for pos in sorted(places):
            ref, alt = rng.choice((("A", "G"), ("C", "CTT"), ("GAC", "G")))
            calls = [rng.choice(("0/0", "0/0", "0/1", "1/1", "./.")) for _ in range(n_people)]
            rows.append("\t".join([f"tig{contig}", str(pos), ".", ref, alt, ".", "PASS", ".", "GT", *calls]))
            of = counts.setdefault((f"tig{contig}", pos, ref, alt), [0, 0, 0])
            of[0] += sum(call.count("1") for call in calls)
            of[1] += sum(2 for call in calls if "." not in call)
            of[2] += sum("1" in call for call in calls)
    return "\n".join(rows) + "\n"


def segments_of(store):
    manifest = format_reader.read_manifest(store)
    return manifest, [format_reader.Segment(store, entry) for entry in manifest["segments"]]


def compare_one(s, rng, seed):
    """A segment, as a process and by the second reader."""
    store, counts = s.path("one"), {}
    file = s.write("one.vcf", delivery(rng, 0, 5, counts))
    done = s.run("import", "-q", "-d", store, "--dataset", "d", "--assembly", "tigs", "--gate", "none", file)
    s.check(f"import, SKERRY_SEED={seed}", 0, done.code, done.said())
    _, (segment,) = segments_of(store)
    s.check("rows by the second reader", len(counts), len(segment.rows))
    n_wrong, counts = 0, {key: of for key, of in counts.items() if of[1] > 0}  # af of no copies is none
    for row in s.run("alleles", "-d", store, "--json", "af<=1").objects():
        contig, pos, ref, alt = row["variant"].rsplit("-", 3)
        n_wrong += counts.pop((contig, int(pos), ref, alt), None) != [row["ac"], row["an"], row["carriers"]]
    s.check(f"AC, AN and carriers of all, SKERRY_SEED={seed}", (0, []), (n_wrong, sorted(counts)[:3]))
    done = s.run("verify", "-d", store)
    s.check("verify", (0, "sound\n"), (done.code, done.out), done.said())
    return store


def compare_catalogue(s, rng, seed):
    store, counts = s.path("many"), {}
    for number in range(N_DELIVERIES):
        file = s.write(f"{number}.vcf", delivery(rng, number, 2, counts))
        done = s.run("import", "-q", "-d", store, "--dataset", "d", "--assembly", "tigs", "--gate", "none",
                     "--absent-is", "hom-ref", file)
        s.check(f"import {number}", 0, done.code, done.said())
    manifest, segments = segments_of(store)
    s.check("a catalogue", 1, len(manifest["catalogues"]))
    catalogue = format_catalogue.Catalogue(store, manifest["catalogues"][0])
    by_name = {entry["file"][0]: segment for entry, segment in zip(manifest["segments"], segments)}
    s.check("what it says is what its members say", None,
            format_catalogue.compare(catalogue, [by_name[m["file"][0]] for m in catalogue.members]))
    for (contig, pos, ref, alt), (ac, _, carriers) in rng.sample(sorted(counts.items()), 12):
        name = f"{contig}-{pos}-{ref}-{alt}"
        s.check(f"AC of {name}, SKERRY_SEED={seed}", ac, s.allele(store, name)["ac"])
        s.check(f"people with {name}", carriers, s.count(store, f"carries(variant={name})"))
    done = s.run("verify", "-d", store)
    s.check("verify with a catalogue", (0, "sound\n"), (done.code, done.out), done.said())


def damage(s, store):
    """One byte of a group: questions that need it are refused, others are answered, verify tells."""
    manifest = format_reader.read_manifest(store)
    file = format_reader.BlockFile(store, manifest["segments"][0]["file"], 1)
    c = format_reader.Cursor(file.directory)
    segment = format_reader.Segment.__new__(format_reader.Segment)
    segment.file = file
    segment.n_samples, segment.n_contigs, segment.shift, _, n_tiles, *_ = c.varints(9)
    s.check("tiles are in groups", True, segment.shift >= 32)
    segment._sample_head(c)
    c.varint()
    c.varints(7)
    bad = s.path("damaged")
    shutil.copytree(store, bad)
    name = manifest["segments"][0]["file"][0]
    with open(os.path.join(bad, name), "r+b") as fh:
        fh.seek(c.ref()[0] + 40)
        byte = fh.read(1)
        fh.seek(-1, os.SEEK_CUR)
        fh.write(bytes([byte[0] ^ 1]))
    done = s.run("alleles", "-d", bad, "--json", "region=tig1:1-100000")
    s.check("a question that needs the group", (3, ""), (done.code, done.out), done.said())
    s.check("names the file", True, name in done.err and done.err.count("\n") == 1, done.err)
    whole, part = (s.run("alleles", "-d", at, "--json", f"region=tig{N_CONTIGS - 1}:1-100000") for at in (store, bad))
    s.check("one that does not is answered as before", (0, whole.out), (part.code, part.out), part.said())
    done = s.run("alleles", "-d", bad, "--json", "af<=1")
    s.check("all alleles", 3, done.code, done.said())
    done = s.run("verify", "-d", bad)
    s.check("verify", True, done.code != 0 and name in done.out, done.said())


def main():
    suite = harness.Suite()
    seed = int(os.environ.get("SKERRY_SEED", time.time()))
    rng = random.Random(seed)
    store = compare_one(suite, rng, seed)
    compare_catalogue(suite, rng, seed)
    damage(suite, store)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
