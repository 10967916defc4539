"""VCF text as BCF, written after the specification; for tests, which need no library for it.

What the header does not declare is declared: BCF has no other way. What cannot be said in BCF raises Unwritable.
"""
import gzip
import re
import struct

MISSING, END = {1: -128, 2: -32768, 3: -2**31}, {1: -127, 2: -32767, 3: -2**31 + 1}
FLOATS = {None: 0x7f800001, "end": 0x7f800002}
LINE = re.compile(r"##(FILTER|INFO|FORMAT|contig)=<(?:.*,)?ID=([^,>]+)")


class Unwritable(Exception):
    """There is no BCF of this text."""


def head(n, code):
    return bytes([n << 4 | code]) if n < 15 else bytes([0xf0 | code, 0x13]) + struct.pack("<i", n)


def width_of(numbers):
    low, high = min(numbers, default=0), max(numbers, default=0)
    if not -2**31 + 16 <= low <= high < 2**31:
        raise Unwritable("a number of more than 32 bits")
    return 1 if -120 <= low and high <= 127 else 2 if -32760 <= low and high <= 32767 else 3


def vectors(rows, kind):
    """One vector of each row, all as long as the longest; a value None is missing."""
    n = max(map(len, rows), default=0)
    if kind == "String":
        return head(n, 7) + b"".join(row.ljust(n, b"\0") for row in rows)
    if kind == "Float":
        return head(n, 5) + b"".join(
            struct.pack("<I", FLOATS[v]) if v in FLOATS else struct.pack("<f", v)
            for row in rows for v in row + ["end"] * (n - len(row)))
    width = width_of([v for row in rows for v in row if v is not None])
    return head(n, width) + b"".join(
        struct.pack("<" + " bhi"[width], MISSING[width] if v is None else v)
        for row in rows for v in row + [END[width]] * (n - len(row)))


def values(text, kind):
    if kind == "String":
        return text.encode()
    try:
        return [None if v == "." else (int if kind == "Integer" else float)(v) for v in text.split(",")]
    except ValueError:
        raise Unwritable(f"{text} is no {kind}") from None


def genotype(text):
    copies, is_phased, found = re.split(r"[/|]", text), False, []
    marks = [""] + re.findall(r"[/|]", text)
    for mark, copy in zip(marks, copies):
        is_phased = mark == "|"
        if copy != "." and not copy.isdigit():
            raise Unwritable(f"{text} is no genotype")
        found.append((0 if copy == "." else (int(copy) + 1) << 1) | is_phased)
    return found


class Header:
    def __init__(self, lines, records):
        self.tags, self.contigs, self.types = {"PASS": 0}, {}, {}
        self.lines = [s for s in lines if s.startswith("##")]
        for line in self.lines:
            self.note(line)
        for f in records:
            self.need("contig", f[0])
            for name in f[6].split(";") if f[6] != "." else ():
                self.need("FILTER", name)
            for item in f[7].split(";") if f[7] != "." else ():
                self.need("INFO", item.partition("=")[0], "String" if "=" in item else "Flag")
            for tag in f[8].split(":"):
                self.need("FORMAT", tag, "String")
        self.lines.append(next(s for s in lines if s.startswith("#CHROM")))

    def note(self, line):
        found = LINE.match(line)
        if not found:
            return
        what, name = found.groups()
        numbers = self.contigs if what == "contig" else self.tags
        numbers.setdefault(name, len(numbers))
        kind = re.search(r"Type=(\w+)", line)
        self.types[what, name] = "String" if kind and kind[1] == "Character" else kind[1] if kind else ""

    def need(self, what, name, kind=None):
        if (what, name) in self.types or (what, name) == ("FILTER", "PASS"):
            return
        more = f',Number=.,Type={kind},Description=""' if kind else ',Description=""' if what == "FILTER" else ""
        line = f"##{what}=<ID={name}{more}>"
        self.lines.append(line)
        self.note(line)

    def key(self, name):
        return vectors([[self.tags[name]]], "Integer")


def shared_of(header, f, n_format, n_samples):
    if not f[1].isdigit():
        raise Unwritable("POS")
    infos = [item.partition("=") for item in f[7].split(";")] if f[7] != "." else []
    alleles = [f[3]] + ([] if f[4] == "." else f[4].split(","))
    qual = struct.pack("<I", 0x7f800001) if f[5] == "." else struct.pack("<f", float(f[5]))
    out = struct.pack("<iii", header.contigs[f[0]], int(f[1]) - 1, len(f[3])) + qual
    out += struct.pack("<II", len(alleles) << 16 | len(infos), n_format << 24 | n_samples)
    out += vectors([f[2].encode()], "String") + b"".join(vectors([a.encode()], "String") for a in alleles)
    out += b"\0" if f[6] == "." else vectors([[header.tags[name] for name in f[6].split(";")]], "Integer")
    for name, _, value in infos:
        kind = header.types["INFO", name]
        out += header.key(name) + (b"\0" if kind == "Flag" else vectors([values(value, kind)], kind))
    return out


def cells_of(header, f):
    out, tags = b"", f[8].split(":")
    cells = [cell.split(":") for cell in f[9:]]
    if any(len(cell) > len(tags) for cell in cells):
        raise Unwritable("more fields than FORMAT")
    for i, tag in enumerate(tags):
        said = [cell[i] if i < len(cell) else "." for cell in cells]
        kind = header.types["FORMAT", tag]
        rows = [genotype(s) for s in said] if tag == "GT" else [values(s, kind) for s in said]
        out += header.key(tag) + vectors(rows, "Integer" if tag == "GT" else kind)
    return out


def bcf_of(text):
    """The bytes of a BCF that says what the text says."""
    lines = text.splitlines()
    records = [s.split("\t") for s in lines if s and not s.startswith("#")]
    n = next(s for s in lines if s.startswith("#CHROM")).count("\t") - 8
    if any(len(f) != 9 + n for f in records):
        raise Unwritable("columns")
    header = Header(lines, records)
    words = ("\n".join(header.lines) + "\n").encode() + b"\0"
    out = b"BCF\2\2" + struct.pack("<I", len(words)) + words
    for f in records:
        shared, cells = shared_of(header, f, f[8].count(":") + 1, n), cells_of(header, f)
        out += struct.pack("<II", len(shared), len(cells)) + shared + cells
    return gzip.compress(out)
