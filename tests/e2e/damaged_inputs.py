#!/usr/bin/env python3
"""Damaged and odd files, made here from one sound text: refused in one line or taken, the store as before.

Each row of a table is a name, a change of the text, and what must come: reject, accept or either.
"""
import gzip
import random
import subprocess
import sys

import harness

SOUND = """##fileformat=VCFv4.2
##contig=<ID=6>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tann\tbob
6\t1000\t.\tC\tG\t46\tPASS\t.\tGT:DP\t0/1:30\t1/1:31
6\t2000\t.\tG\tGA\t50\tPASS\t.\tGT:DP\t0/0:30\t0/1:29
6\t3000\t.\tTAC\tT\t50\tPASS\t.\tGT:DP\t./.:.\t0/1:40
"""
PERSON = '{"id": "%s", "subject": {"id": "s", "sex": "FEMALE"}, "phenotypicFeatures": ' \
         '[{"type": {"id": "HP:0001250", "label": "Seizure"}}]}'
ROW = "6\t1000\t.\tC\tG\t46\tPASS\t.\tGT:DP\t0/1:30\t1/1:31"

REPLACED = [  # what is replaced once, by what, and what must come
    ("position with a letter", "6\t1000\t", "6\t12x\t", "reject"),
    ("negative position", "6\t1000\t", "6\t-5\t", "reject"),
    ("no position", "6\t1000\t", "6\t\t", "reject"),
    ("no contig", "6\t1000\t", "\t1000\t", "reject"),
    ("no REF", "\tC\tG\t", "\t\tG\t", "reject"),
    ("no ALT", "\tC\tG\t", "\tC\t\t", "reject"),
    ("genotype names a missing ALT", "0/1:30", "0/9:30", "reject"),
    ("one sample column too many", "1/1:31", "1/1:31\t0/1:30", "reject"),
    ("one sample column too few", "\t1/1:31", "", "reject"),
    ("huge position", "6\t1000\t", "6\t" + "9" * 30 + "\t", "reject"),
    ("negative genotype", "0/1:30", "0/-1:30", "reject"),
    ("huge genotype", "0/1:30", "0/99999999999:30", "reject"),
    ("text for a genotype", "0/1:30", "yes:30", "either"),
    ("no tab at all", ROW, ROW.replace("\t", " "), "reject"),
    ("a NUL in a record", "\tC\tG\t", "\tC\t\0G\t", "reject"),
    ("the same sample twice", "ann\tbob", "ann\tann", "reject"),
    ("a sample without a name", "ann\tbob", "ann\t", "reject"),
    ("no #CHROM line", "#CHROM", "##CHROM", "reject"),
    ("no file format line", "##fileformat=VCFv4.2\n", "", "either"),
    ("not defined in the header", "##FORMAT=<ID=GT", "##FORMAT=<ID=XX", "either"),
    ("no contig line", "##contig=<ID=6>\n", "", "accept"),
    ("lower case", "\tC\tG\t", "\tc\tg\t", "accept"),
    ("other letters in ALT", "\tC\tG\t", "\tC\tR\t", "either"),
    ("repeated ALT", "\tC\tG\t", "\tC\tG,G\t", "either"),
    ("other line ends", "\n", "\r\n", "either"),
    ("blank last line", "0/1:40\n", "0/1:40\n\n", "either"),
    ("no last line end", "0/1:40\n", "0/1:40", "accept"),
    ("a contig of another world", "6\t1000\t", "a:b<c>\t1000\t", "either"),
    ("ploidy 300", "0/1:30", "/".join("01" * 150) + ":30", "either"),
    ("end before its start", "46\tPASS\t.", "46\tPASS\tEND=3", "either"),
]


def bcf_of(text):
    """The text as BCF, by bcftools; None without it."""
    if not harness.have("bcftools"):
        return None
    return subprocess.run(["bcftools", "view", "-Ob", "-"], input=text.encode(), check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def vcf_inputs(rng):
    for name, old, new, must in REPLACED:
        yield name, "vcf", SOUND.replace(old, new).encode("latin1"), must
    sound = SOUND.encode()
    yield "cut in the last record", "vcf", sound[:-12], "reject"
    yield "records alone", "vcf", sound[sound.index(b"\n6\t") + 1:], "reject"
    yield "header alone", "vcf", sound[:sound.index(b"\n6\t") + 1], "accept"
    yield "nothing", "vcf", b"", "reject"
    yield "random bytes", "vcf", rng.randbytes(4000), "reject"
    yield "text in two bytes a letter", "vcf", SOUND.encode("utf-16"), "reject"
    packed = gzip.compress(sound)
    yield "plain gzip", "vcf.gz", packed, "accept"
    yield "two gzip members", "vcf.gz", gzip.compress(sound[:200]) + gzip.compress(sound[200:]), "accept"
    yield "cut gzip", "vcf.gz", packed[:-20], "reject"
    yield "a byte of gzip changed", "vcf.gz", packed[:60] + bytes([packed[60] ^ 0x55]) + packed[61:], "reject"
    yield "gzip twice", "vcf.gz", gzip.compress(packed), "reject"


def bcf_inputs(rng):
    packed = bcf_of(SOUND)
    if packed is None:
        return
    yield "sound BCF", "bcf", packed, "accept"
    yield "cut BCF", "bcf", packed[:len(packed) // 2], "reject"
    plain = bytearray(gzip.decompress(packed))
    yield "uncompressed BCF", "bcf", bytes(plain), "accept"
    yield "BCF of no known version", "bcf", gzip.compress(plain[:4] + b"\x09" + plain[5:]), "reject"
    for n in range(40):
        changed = bytearray(plain)
        changed[rng.randrange(5, len(changed))] = rng.randrange(256)
        yield f"BCF with a byte changed {n}", "bcf", gzip.compress(bytes(changed)), "either"


def json_inputs(rng):
    sound = PERSON % "p1"
    yield "sound packet", "json", sound, "accept"
    yield "cut packet", "json", sound[:-9], "reject"
    yield "packet of nothing", "json", "", "reject"
    yield "null", "json", "null", "reject"
    yield "a number without a value", "json", sound.replace('"FEMALE"', "NaN"), "reject"
    yield "no id", "json", sound.replace('"id": "p1", ', ""), "reject"
    yield "40,000 brackets", "json", "[" * 40000, "reject"
    yield "an id twice", "json", sound.replace('"id": "p1"', '"id": "p1", "id": "p2"'), "either"
    yield "bytes that are no text", "json", sound.encode().replace(b"Seizure", b"\xff\xfe"), "either"
    for n in range(20):
        changed = bytearray(sound.encode())
        changed[rng.randrange(len(changed))] = rng.randrange(256)
        yield f"packet with a byte changed {n}", "json", bytes(changed), "either"


def answers(suite, store):
    """What the store says; it must be the same after each file."""
    found = [suite.allele(store, name) for name in ("6-1000-C-G", "6-3000-TAC-T")]
    return [[r.get(k) for k in harness.NUMBERS] if isinstance(r, dict) else r for r in found]


def generation(suite, store):
    done = suite.run("count", "-d", store, "--json", "dataset=good")
    return done.objects()[-1]["generation"] if done.code == 0 else done.said()


def offer(suite, store, before, name, ending, content, must):
    path = suite.write(f"input/{name.replace(' ', '-')}.{ending}", content)
    words = ["people"] if ending == "json" else ["import", "--assembly", "GRCh37"]
    was = generation(suite, store)
    done = suite.run(words[0], "-d", store, "--dataset", "odd", *words[1:], path, timeout=60)
    allowed = {"reject": (2,), "accept": (0,), "either": (0, 2)}[must]
    lines = [s for s in done.err.splitlines() if s.strip()]
    faults = []
    if done.code not in allowed:
        faults.append(f"exit {done.code}, not {allowed}")
    if done.code == 2 and (len(lines) != 1 or path.rsplit("/", 1)[1] not in lines[0]):
        faults.append("a refusal is one line that names the file")
    if done.code != 0 and generation(suite, store) != was:
        faults.append("another generation after a refusal")
    if done.code != 0 and answers(suite, store) != before:
        faults.append("other answers after a refusal")
    return suite.check(f"{must}: {name}", [], faults, done.err[:600]), done.code


def main():
    suite = harness.Suite()
    rng = random.Random(20261121)
    good = suite.write("good.vcf", SOUND.replace("ann\tbob", "eva\tfay"))
    base, store = suite.path("base"), suite.path("store")
    done = suite.run("import", "-d", base, "--dataset", "good", "--assembly", "GRCh37", good)
    suite.check("the sound file", 0, done.code, done.said())
    before = answers(suite, base)
    suite.check("its answers", [[3, 4, 2, 1, 1, 0, 0, "present"], [1, 2, 1, 0, 1, 0, 0, "present"]], before)
    for make in (vcf_inputs, bcf_inputs, json_inputs):
        taken = True
        for name, ending, content, must in make(rng):
            if taken:  # a fresh copy after each file that was taken
                subprocess.run(["rm", "-rf", store], check=True)
                subprocess.run(["cp", "-r", base, store], check=True)
            _, code = offer(suite, store, before, name, ending, content, must)
            taken = code != 2
        done = suite.run("verify", "-d", store)
        suite.check(f"verify after {make.__name__}", 0, done.code, done.said())
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
