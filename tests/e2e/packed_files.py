#!/usr/bin/env python3
"""One text in every packing that gzip and BGZF allow gives the same numbers: subfields before and behind BC, in some
blocks or all, names, comments and sums in headers, blocks and members in one file.

samtools/htsjdk#1078: BC need not be alone in the extra field. samtools/hts-specs#181: names in headers of blocks.
"""
import gzip
import struct
import subprocess
import sys
import zlib

import harness

TEXT = "##fileformat=VCFv4.2\n##contig=<ID=1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n" \
       "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\n" \
       + "".join(f"1\t{100 + n}\t.\tA\tG\t.\tPASS\t.\tGT\t{('0/1', '1/1')[n % 2]}\t0/0\n" for n in range(60))
WANTED = [(1, 4, 1), (2, 4, 1), (2, 4, 1)]
END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
BC = None  # stands for the subfield itself


def block(raw, fields=(BC,), name=b"", comment=b"", has_sum=False):
    """A block whose header holds more than it must."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packer.compress(raw) + packer.flush() + struct.pack("<II", zlib.crc32(raw), len(raw))
    more = (name + b"\0" if name else b"") + (comment + b"\0" if comment else b"")
    flags = 4 | (8 if name else 0) | (16 if comment else 0) | (2 if has_sum else 0)
    n_extra = sum(6 if f is BC else len(f) for f in fields)
    length = struct.pack("<H", 12 + n_extra + len(more) + (2 if has_sum else 0) + len(body) - 1)
    extra = b"".join(b"BC\2\0" + length if f is BC else f for f in fields)
    head = struct.pack("<4BI2BH", 31, 139, 8, flags, 0, 0, 255, n_extra) + extra + more
    return head + (struct.pack("<H", zlib.crc32(head) & 0xffff) if has_sum else b"") + body


def field(name, n):
    return name + struct.pack("<H", n) + bytes(i % 251 for i in range(n))


def packings(data):
    """A name and the file."""
    half = len(data) // 2
    first, second = data[:half], data[half:]
    small, huge = field(b"RA", 5), field(b"ZZ", 60000)
    yield "blocks", block(first) + block(second) + END
    for name, fields in (("before", (small, BC)), ("behind", (BC, small)), ("on both sides", (small, BC, small)),
                         ("before, and huge", (huge, BC)), ("behind, and huge", (BC, huge)),
                         ("of no bytes", (field(b"AA", 0), BC)), ("BC of another length", (field(b"BC", 4), BC))):
        yield f"a subfield {name}, all blocks", block(first, fields) + block(second, fields) + block(b"", fields)
        yield f"a subfield {name}, first block", block(first, fields) + block(second) + END
        yield f"a subfield {name}, second block", block(first) + block(second, fields) + END
        yield f"a subfield {name}, end mark", block(first) + block(second) + block(b"", fields)
    named = {"name": b"v.vcf", "comment": b"a comment", "has_sum": True}
    yield "a name, a comment and a sum, all blocks", block(first, **named) + block(second, **named) + END
    yield "a name, second block", block(first) + block(second, name=b"v.vcf") + END
    yield "a sum, first block", block(first, has_sum=True) + block(second) + END
    yield "a gzip member", gzip.compress(data)
    yield "a gzip member with another subfield", block(data, (small,))
    yield "gzip members", gzip.compress(first) + gzip.compress(second)
    yield "a block, then a gzip member", block(first) + gzip.compress(second)
    yield "a block, an end mark, then gzip members", block(first) + END + gzip.compress(second[:9]) + gzip.compress(second[9:])
    yield "a gzip member, then a block", gzip.compress(first) + block(second) + END


def refusals(data):
    half = len(data) // 2
    first, second = data[:half], data[half:]
    whole = block(first, (field(b"RA", 5), BC)) + block(second, (BC, field(b"RA", 5))) + END
    yield "cut in the subfields of the second block", whole[:len(block(first, (field(b"RA", 5), BC))) + 20]
    yield "without its end mark", whole[:-len(END)]
    yield "a sum of a header that is wrong", block(first) + block(second, has_sum=True).replace(
        b"\xff\x06\0", b"\xfe\x06\0", 1) + END
    yield "a block, then a gzip member cut short", block(first) + gzip.compress(second)[:-9]
    yield "a block, then a gzip member with a changed byte", block(first) + change(gzip.compress(second), 30)


def change(data, at):
    return data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1:]


def main():
    s = harness.Suite()
    forms = [("vcf.gz", TEXT.encode())]
    if harness.have("bcftools"):
        bcf = subprocess.run(["bcftools", "view", "--no-version", "-Ou", "-"], input=TEXT.encode(), check=True,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        forms.append(("bcf", bcf))
    else:
        s.skip("BCF in every packing", "no bcftools here")
    n = 0
    for ending, data in forms:
        for name, packed in packings(data):
            n += 1
            store = s.path(f"store{n}")
            file = s.write(f"in{n}/v.{ending}", packed)
            done = s.run("import", "-q", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--threads", n % 2 + 1, file)
            rows = [s.allele(store, f"1-{pos}-A-G") for pos in (100, 101, 159)]
            got = [tuple(r[k] for k in ("ac", "an", "carriers")) if isinstance(r, dict) else r for r in rows]
            s.check(f"{ending}: {name}", WANTED, got, done.err)
        for name, packed in refusals(data):
            n += 1
            store = s.path(f"store{n}")
            done = s.run("import", "-q", "-d", store, "--dataset", "d", "--assembly", "GRCh38", s.write(f"in{n}/v.{ending}", packed))
            s.check(f"{ending}: refused: {name}", (2, True), (done.code, f"v.{ending}" in done.said()), done.err)
    return s.close()


if __name__ == "__main__":
    sys.exit(main())
