#!/usr/bin/env python3
"""Steps that say something else than the samples, in files whose checksums are all right: verify refuses them.

A block of steps is changed bit by bit and everything that covers it is sealed again. What a reader in
Python understands of the changed block (format_reader.py) decides whether verify has to complain.
"""
import ctypes
import os
import random
import shutil
import struct
import sys

import format_reader
import harness

N_SAMPLES, N_FLIPS = 256, 120  # of fewer samples no steps are stored
NAMES = [f"s{n}" for n in range(N_SAMPLES)]
HEAD = """##fileformat=VCFv4.2
##contig=<ID=6>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
##INFO=<ID=END,Number=1,Type=Integer,Description="End">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"""


def joint(suite, rng):
    """Sites of one file at which calls miss at random."""
    rows = []
    for pos in sorted(rng.sample(range(1000, 1400), 14)):
        cells = "\t".join(rng.choice(("0/0", "0/1", "1/1", "./.")) for _ in NAMES)
        rows.append(f"6\t{pos}\t.\tA\tC\t.\tPASS\t.\tGT\t{cells}\n")
    return [suite.write("joint.vcf", HEAD + "\t".join(NAMES) + "\n" + "".join(rows))]


def genomes(suite, rng):
    """gVCFs that have the same blocks, some of which fail the gate in the same people."""
    files = []
    borders = sorted(rng.sample(range(2000, 2600), 12))
    for n, name in enumerate(NAMES):
        rows = [f"6\t{pos}\t.\tA\t<NON_REF>\t.\t.\tEND={end - 1}\tGT:GQ:DP\t0/0:{0 if (n + i) % 5 < 2 else 60}:30\n"
                for i, (pos, end) in enumerate(zip(borders, borders[1:]))]
        files.append(suite.write(f"{name}.g.vcf", HEAD + name + "\n" + "".join(rows)))
    return files


def sealed(data):
    return data + struct.pack("<I", format_reader.crc32c(data))


def packed(raw):
    """A frame of zstd, as small as it makes one."""
    zstd = ctypes.CDLL(format_reader._zstd._name)
    zstd.ZSTD_compress.restype = ctypes.c_size_t
    zstd.ZSTD_compress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]
    room = ctypes.create_string_buffer(2 * len(raw) + 100)
    n = zstd.ZSTD_compress(room, len(room), raw, len(raw), 19)
    return room.raw[:n]


def write(store, raw):
    """Puts another block of steps into a segment, in the place of the first, and seals all that covers it. False:
    it has no room there."""
    entry = format_reader.read_manifest(store)["segments"][0]
    name, size, directory_crc = entry["file"]
    ref = format_reader.Segment(store, entry).step_blocks[0][1]
    with open(os.path.join(store, name), "rb") as fh:
        data = bytearray(fh.read())
    offset, n_room, block, codec = ref[0], (ref[1] + 63) // 64 * 64, packed(raw), 1
    if len(block) >= len(raw):
        block, codec = raw, 0
    if len(block) > n_room:
        return False
    data[offset:offset + n_room] = block + bytes(n_room - len(block))
    new_ref = (offset, len(block), len(raw), format_reader.crc32c(block), codec)
    at = size - 64 + 16
    directory = struct.unpack("<QIIII", data[at:at + 24])
    assert directory[4] == 0, "a small directory is plain"
    whole = bytes(data[directory[0]:directory[0] + directory[1]])
    assert whole.count(struct.pack("<QIIII", *ref)) == 1
    whole = whole.replace(struct.pack("<QIIII", *ref), struct.pack("<QIIII", *new_ref))
    data[directory[0]:directory[0] + directory[1]] = whole
    crc = format_reader.crc32c(whole)
    data[at:at + 24] = struct.pack("<QIIII", *directory[:3], crc, 0)
    data[-64:] = sealed(bytes(data[-64:-4]))
    with open(os.path.join(store, name), "wb") as fh:
        fh.write(data)
    with open(os.path.join(store, "MANIFEST"), "rb") as fh:
        manifest = fh.read()[:-4]
    assert manifest.count(struct.pack("<I", directory_crc)) == 1
    with open(os.path.join(store, "MANIFEST"), "wb") as fh:
        fh.write(sealed(manifest.replace(struct.pack("<I", directory_crc), struct.pack("<I", crc))))
    return True


def meaning(raw, start, end):
    """What is said of each base, and where something may change; None: nothing that may be read."""
    try:
        told = format_reader.steps(raw, start, end)
    except (AssertionError, IndexError, struct.error):
        return None
    said = []
    for (at, called, copies), following in zip(told, [*(step[0] for step in told[1:]), end]):
        said += [(called, copies)] * (following - at)
    return said, {step[0] for step in told}


def judge(suite, kind, base, rng):
    """Flips bits of the first block of steps. How many were told, and which were not."""
    segment = format_reader.Store(base).segments[0]
    (_, start, n), ref = segment.step_blocks[0]
    raw = segment.file.block(ref)
    right, changes = meaning(raw, start, start + n)
    missed, n_wrong, store = [], 0, suite.path(kind + "-wrong")
    for bit in rng.sample(range(8 * len(raw)), N_FLIPS):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(base, store)
        if not write(store, bytes(flipped)):
            continue
        found = meaning(bytes(flipped), start, start + n)
        is_wrong = found is None or found[0] != right or not found[1] >= changes
        done = suite.run("verify", "-d", store)
        n_wrong += is_wrong
        if done.code != (3 if is_wrong else 0):
            missed.append((bit, done.code, done.said()))
    suite.check(f"{kind}: every change of a block of steps is judged", [], missed[:3])
    suite.check(f"{kind}: most are wrong", True, n_wrong > N_FLIPS // 2, n_wrong)


def main():
    suite = harness.Suite()
    seed = int(os.environ.get("SKERRY_SEED", "20261130"))
    print(f"# seed {seed}")
    rng = random.Random(seed)
    for kind, make in (("joint", joint), ("genomes", genomes)):
        base = suite.path(kind)
        done = suite.run("import", "-d", base, "--dataset", "d", "--assembly", "GRCh38", *make(suite, rng))
        suite.check(f"{kind}: imported", 0, done.code, done.said())
        segment = format_reader.Store(base).segments[0]
        suite.check(f"{kind}: steps are stored", True, len(segment.steps) > 0)
        write(base, segment.file.block(segment.step_blocks[0][1]))
        done = suite.run("verify", "-d", base)
        suite.check(f"{kind}: sealed again it is sound", 0, done.code, done.said())
        judge(suite, kind, base, rng)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
