#!/usr/bin/env python3
"""Small files that claim gigabytes: refused in one line with the place, within the budget of memory.

Bombs are made of one packed block repeated, so each is a MiB or two on disk. The peak is what the
kernel says of the process (ru_maxrss); under a sanitizer, which has memory of its own, only the
refusals are looked at.
"""
import os
import struct
import subprocess
import sys
import time
import zlib

import harness

MIB = 1 << 20
BASE_MIB = 48  # docs/operations.md: what the program takes besides the budget
HEAD = "##fileformat=VCFv4.2\n##contig=<ID=6,length=1000000>\n" \
       '##FORMAT=<ID=GT,Number=1,Type=String,Description="x">\n##INFO=<ID=X,Number=.,Type=String,Description="x">\n'
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tann\n"
ROW = "6\t%d\t.\t%s\t%s\t.\tPASS\t%s\tGT\t0/1\n"


def block(raw):
    """One BGZF block."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(raw) + packer.flush()
    return (b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + struct.pack("<H", len(packed) + 25) + packed +
            struct.pack("<II", zlib.crc32(raw), len(raw)))


def packed(parts, is_bgzf):
    """The file of parts, each text and how often it comes: bgzipped, or many members of plain gzip."""
    out = []
    for text, times in parts:
        text = text.encode() if isinstance(text, str) else text
        if times > 1:
            n = max(1, 60000 // len(text))
            text, times = text * n, max(1, times // n)
        if is_bgzf:
            out += [b"".join(block(text[i:i + 60000]) for i in range(0, len(text), 60000))] * times
            continue
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        out.append(packer.compress(text * min(times, 16)) + packer.flush())
        out[-1] *= max(1, times // 16)
    return b"".join(out) + (block(b"") if is_bgzf else b"")


def typed(values, kind=7):
    """A typed vector of BCF."""
    n = len(values)
    head = bytes([n << 4 | kind]) if n < 15 else bytes([0xf0 | kind, 0x13]) + struct.pack("<i", n)
    return head + values


def bcf_head(text, n_text=None):
    text = (text + "\0").encode()
    return b"BCF\2\2" + struct.pack("<I", len(text) if n_text is None else n_text) + text


def bcf_record(alleles=(b"A", b"G"), n_shared=None, n_samples=1, n_indiv=None, info=b"", n_info=0):
    shared = struct.pack("<iiifHHI", 0, 99, 1, 0.0, n_info, len(alleles), 1 << 24 | n_samples)
    shared += typed(b"") + b"".join(typed(a) for a in alleles) + b"\x11\0" + info
    indiv = b"\x11\x02\x21\x02\x04"
    return struct.pack("<II", len(shared) if n_shared is None else n_shared,
                       len(indiv) if n_indiv is None else n_indiv) + shared + indiv


BCF_HEAD = HEAD + COLUMNS
GIB = 1 << 30


# Name, the parts of the file, what the line must say; None: taken or refused, within the budget.
BOMBS = [
    ("a header line of a GiB", lambda: [(HEAD + "##x=", 1), ("A", GIB)], "line 5: the header has more than"),
    ("a header of 30 million lines", lambda: [(HEAD, 1), ("##source=x y z and more of it\n", 30000000)], "the header has more than"),
    ("a GiB of sample columns", lambda: [(HEAD + COLUMNS[:-1], 1), ("\tA", GIB // 2)], "line 5: the header"),
    ("a line without an end", lambda: [(HEAD + COLUMNS + "6\t1\t.\tA\tG\t.\tPASS\t", 1), ("A", GIB)], "line 6: the line"),
    ("one INFO of a GiB", lambda: [(HEAD + COLUMNS, 1), (ROW % (9, "A", "G", "X") + "6\t19\t.\tA\tG\t.\tPASS\tX=", 1),
                                ("1,", GIB // 2), ("\tGT\t0/1\n", 1)], "line 7: the line has more than"),
    ("a REF of a GiB", lambda: [(HEAD + COLUMNS + "6\t19\t.\t", 1), ("A", GIB), ("\tG\t.\t.\t.\tGT\t0/1\n", 1)], "line 6"),
    ("an ALT of a GiB", lambda: [(HEAD + COLUMNS + "6\t19\t.\tA\t", 1), ("A", GIB), ("\t.\t.\t.\tGT\t0/1\n", 1)], "line 6"),
    ("a FORMAT of a GiB", lambda: [(HEAD + COLUMNS + "6\t19\t.\tA\tG\t.\t.\t.\tGT", 1), (":DP", GIB // 3),
                                ("\t0/1\n", 1)], "line 6"),
    ("a cell of a GiB", lambda: [(HEAD + COLUMNS + "6\t19\t.\tA\tG\t.\t.\t.\tGT:X\t0/1:", 1), ("1,", GIB // 2),
                              ("\n", 1)], "line 6"),
    ("20,000 ALTs", lambda: [(HEAD + COLUMNS + "6\t19\t.\tA\tG", 1), (",<DEL>", 20000), ("\t.\t.\t.\tGT\t0/1\n", 1)], "more than 16000 ALT"),
    ("a SVLEN of millions", lambda: [(HEAD + COLUMNS + "6\t19\t.\tA\t<DEL>\t.\t.\tSVLEN=1", 1), (",1", 5000000),
                                  ("\tGT\t0/1\n", 1)], "more than 16000 values of SVLEN|the line has more than"),
    ("replacements of a million bases", lambda: [(HEAD + COLUMNS + "6\t19\t.\t", 1), ("A", 3000000), ("\t", 1), ("C", 3000000), (",", 1), ("G", 3000000),
         ("\t.\t.\t.\tGT\t1/2\n", 1)], "line 6: names more than|line 6: the line has more than"),
    ("12,000 ALTs of 1,000 bases", lambda: [(HEAD + COLUMNS + "6\t19\t.\tA\tG", 1), ("," + "A" * 300 + "C" * 700, 12000), ("\t.\t.\t.\tGT\t0/1\n", 1)], None),
    ("millions of FORMAT lines", lambda: [(HEAD, 1), ("".join('##FORMAT=<ID=A%d,Type=Float>\n' % i for i in range(1200000)), 1), (COLUMNS, 1)], None),
    ("a BCF whose header claims 4 GiB", lambda: [(bcf_head(BCF_HEAD, 0xffffffff), 1)], "the header has more than"),
    ("a BCF whose header is a GiB", lambda: [(bcf_head(HEAD + "##x=", GIB), 1), ("A", GIB)], "the header has more than"),
    ("a BCF with a header of 2 million tags", lambda: [(bcf_head(HEAD + "".join("##INFO=<ID=A%d>\n" % i for i in range(2000000)) + COLUMNS), 1)], "the header declares has more than|the header has more than"),
    # samtools/samtools#567: an assembly of 58 million contigs, 1.9 GiB of header
    ("a BCF with a header of 3 million contigs", lambda: [(bcf_head(HEAD + "".join("##contig=<ID=%d>\n" % i for i in range(2500000)) + COLUMNS), 1)], "the header declares has more than|the header has more than"),
    ("a BCF with 5 million lines of no use", lambda: [(bcf_head(HEAD + "##a=b\n" * 5000000 + COLUMNS) + bcf_record(), 1)], None),
    ("a record whose shared part claims 4 GiB", lambda: [(bcf_head(BCF_HEAD) + bcf_record() + bcf_record(n_shared=0xffffffff), 1), ("A", GIB)], "record 2: the record has more than"),
    ("a record whose samples claim 2 GiB", lambda: [(bcf_head(BCF_HEAD) + bcf_record() + bcf_record(n_indiv=0x7fffffff), 1), ("A", GIB)], "record 2: the record has more than"),
    ("a record of 16 million samples", lambda: [(bcf_head(BCF_HEAD) + bcf_record(n_samples=0xffffff), 1), ("A", GIB)], "record 1: has 16777215 samples"),
    ("a record with an INFO of a GiB", lambda: [(bcf_head(BCF_HEAD) + bcf_record(n_shared=GIB), 1), ("A", GIB)], "record 1: the record has more than"),
]


def measured(suite, words, stdin=None):
    """Exit status, last line of standard error, and the peak in MiB."""
    with open(suite.path("err"), "wb") as err:
        begun = subprocess.Popen([suite.program, *words], stdin=stdin or subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=err)
        _, status, used = os.wait4(begun.pid, 0)
        begun.returncode = os.waitstatus_to_exitcode(status)
    with open(suite.path("err"), encoding="utf-8", errors="replace") as err:
        lines = [s.strip() for s in err if s.strip()]
    return begun.returncode, lines, used.ru_maxrss >> 10


def make(path, parts, is_bgzf):
    """Writes a bomb from another process: memory that this one ever had would count for its children."""
    pid = os.fork()
    if pid == 0:
        with open(path, "wb") as out:
            out.write(packed(parts(), is_bgzf))
        os._exit(0)
    os.waitpid(pid, 0)


def try_bomb(suite, bomb, is_bgzf, memory):
    name, parts, must = bomb
    path = suite.path("bomb.vcf.gz")
    make(path, parts, is_bgzf)
    store = suite.path("store")
    before = sorted(os.listdir(store))
    code, lines, peak = measured(suite, ["import", "-d", store, "--dataset", "b", "--assembly", "GRCh38", "--replace",
                                         "--memory", str(memory), path])
    what = f"{name}, {'bgzip' if is_bgzf else 'gzip'}, --memory {memory}"
    print(f"# {what}: {os.path.getsize(path) / MIB:.1f} MiB, exit {code}, peak {peak} MiB")
    if must is not None:
        said = "".join(lines)
        suite.check(f"{what}: refused", (2, 1), (code, len(lines)), "\n".join(lines))
        suite.check(f"{what}: with its place", True, "bomb.vcf.gz" in said and any(m in said for m in must.split("|")), said)
    else:
        suite.check(f"{what}: taken or refused", True, code in (0, 2), "\n".join(lines))
        print(f"# {lines}")
    if code != 0:
        suite.check(f"{what}: the store is as it was", before, sorted(os.listdir(store)))
    if suite.is_measured:
        suite.check(f"{what}: within the budget", True, peak <= memory + BASE_MIB, f"{peak} MiB")


def endless(suite, store):
    """Streams without an end: what they say, and how soon."""
    header = (HEAD + COLUMNS).encode()
    streams = [
        ("zeros", b"", b"\0" * MIB, "neither VCF nor BCF"),
        ("lines of a y", b"", b"y\n" * (MIB // 2), "neither VCF nor BCF"),
        ("a first line without an end", b"##fileformat=VCFv4.2", b"x" * MIB, "line 1: the header has more than"),
        ("a header without an end", HEAD.encode(), b"##x=y\n" * 100000, "the header has more than"),
        ("zeros behind a header", header, b"\0" * MIB, "line 6: holds a NUL byte"),
        ("lines of a y behind a header", header, b"y\n" * (MIB // 2), "line 6: another number of columns"),
        ("a line without an end", header + (ROW % (9, "A", "G", ".")).encode(), b"x" * MIB, "line 7: the line has more"),
        ("no header", b"##fileformat=VCFv4.2\n", b"6\t1\t.\tA\tG\t.\t.\t.\n" * 50000, "no line that begins with #CHROM"),
        ("zeros behind a BCF's header", bcf_head(BCF_HEAD), b"\0" * MIB, "record 1: damaged"),
        ("a BCF whose header claims 4 GiB", bcf_head(BCF_HEAD, 0xffffffff), b"A" * MIB, "the header has more than"),
        ("gzip of what is no VCF", block(b"hello"), block(b"y" * 60000) * 100, "neither VCF nor BCF"),
    ]
    for name, start, more, must in streams:
        reader, writer = os.pipe()
        begun = subprocess.Popen([suite.program, "import", "-d", store, "--dataset", "b", "--assembly", "GRCh38", "-"],
                                 stdin=reader, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        os.close(reader)
        n = 0
        try:
            with os.fdopen(writer, "wb", buffering=0) as out:
                out.write(start)
                while n < 2 * GIB:
                    n += out.write(more)
        except BrokenPipeError:
            pass
        said = begun.communicate(timeout=120)[1].decode("utf-8", "replace").strip()
        suite.check(f"endless: {name}", (2, True), (begun.returncode, must in said and said.count("\n") == 0), said)
        suite.check(f"endless: {name}: not taken whole", True, n < 200 * MIB, f"{n >> 20} MiB")


def devices(suite, store):
    """Files of the system that never end, in the place of every file that an import takes."""
    sound = suite.write("sound.vcf", HEAD + COLUMNS + ROW % (9, "A", "G", "."))
    for words in (["/dev/zero"], ["--samples", "/dev/zero", sound], ["--reference", "/dev/zero", sound]):
        begun = time.monotonic()
        code, lines, peak = measured(suite, ["import", "-d", store, "--dataset", "c", "--assembly", "GRCh38", *words])
        suite.check(f"{words[0]} {words[-1] if words[0][0] == '-' else ''}: refused", (2, 1), (code, len(lines)), lines)
        suite.check(f"{words[0]}: within 10 seconds and 100 MiB", True,
                    time.monotonic() - begun < 10 and (peak < 100 or not suite.is_measured), f"{peak} MiB")
    sparse = suite.path("sparse.vcf")
    with open(sparse, "wb") as out:
        out.truncate(1 << 40)
    begun = time.monotonic()
    code, lines, _ = measured(suite, ["import", "-d", store, "--dataset", "c", "--assembly", "GRCh38", sparse])
    suite.check("a TiB of zeros: refused", (2, 1), (code, len(lines)), lines)
    suite.check("a TiB of zeros: at once", True, time.monotonic() - begun < 10)


def write_sound(suite):
    """A line with an INFO of 30 MiB, and one of 40,000 samples of 900 bytes each."""
    pid = os.fork()
    if pid == 0:
        suite.write("long.vcf", HEAD + COLUMNS.replace("ann", "amy") + ROW % (9, "A", "G", "X=" + "y" * (30 * MIB)))
        names = "\t".join("S%d" % i for i in range(40000))
        row = (ROW % (9, "A", "G", ".")).replace("GT\t0/1\n", "GT:X\t")
        suite.write("wide.vcf", HEAD + COLUMNS.replace("ann", names) + row +
                    "\t".join(["0/1:" + "1," * 450 + "1"] * 40000) + "\n")
        os._exit(0)
    os.waitpid(pid, 0)
    return suite.path("long.vcf"), suite.path("wide.vcf")


def sound(suite, store):
    """Long lines that are sound are taken: a share of the budget, and what samples are due.

    samtools/bcftools#1614: lines of 100,000 samples and 10 ALTs are read, those with 120 ALTs are left out in silence.
    """
    long, wide = write_sound(suite)
    words = ["import", "-q", "-d", store, "--assembly", "GRCh38"]
    code, lines, peak = measured(suite, [*words, "--dataset", "m", "--memory", "64", long])
    suite.check("an INFO of 30 MiB is refused with --memory 64", (2, 1), (code, len(lines)), lines)
    code, lines, peak = measured(suite, [*words, "--dataset", "m", long])
    suite.check("but taken as a rule", (0, []), (code, lines), f"{peak} MiB")
    code, lines, peak = measured(suite, [*words, "--dataset", "w", "--memory", "64", wide])
    suite.check("40,000 samples of 900 bytes are taken with --memory 64", (0, []), (code, lines), f"{peak} MiB")
    print(f"# 40,000 samples of 900 bytes: peak {peak} MiB")
    suite.check("and counted", 40000, suite.allele(store, "6:9:A:G", "--in", "dataset=w")["ac"])
    for given, must in (("63", "at least 64 MiB"), ("0", "--memory"), ("x", "--memory")):
        code, lines, _ = measured(suite, [*words, "--dataset", "m", "--memory", given, long])
        suite.check("--memory " + given, (2, True), (code, must in " ".join(lines)), lines)


def main():
    suite = harness.Suite()
    suite.is_measured = subprocess.run(["grep", "-q", "__[at]san_init", suite.program]).returncode != 0
    store = suite.path("store")
    first = suite.write("first.vcf", HEAD + COLUMNS.replace("ann", "zoe") + ROW % (7, "A", "G", "."))
    suite.check("a store", 0, suite.run("import", "-d", store, "--dataset", "a", "--assembly", "GRCh38", first).code)
    for i, bomb in enumerate(BOMBS):
        for is_bgzf in (True, False):
            try_bomb(suite, bomb, is_bgzf, 512 if i % 2 == is_bgzf else 64)
    endless(suite, store)
    devices(suite, store)
    sound(suite, store)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
