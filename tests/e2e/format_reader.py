"""A second reader of stores, written after docs/format.md and not after our code.

It is slow and simple: whole files in memory, lists and loops. zstd frames are decoded through the
library, since Python 3 has none. Whatever the document says must be so is asserted.
"""
import ctypes
import ctypes.util
import json
import os
import re
import struct

NO_CALL, NOTHING, EXPECTED = 254, 255, 253
SNV, MNV, SV = 0, 3, 5
FACTS = ("said", "called", "het", "hom", "singletons", "transitions", "transversions", "together", "depth_sum",
         "depth_of", "callable", "callable_of", "x_het", "x_hom", "y_alt", "sex")

_zstd = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
_zstd.ZSTD_decompress.restype = ctypes.c_size_t
_zstd.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]

_table = []
for _i in range(256):
    for _ in range(8):
        _i = _i >> 1 ^ (0x82F63B78 if _i & 1 else 0)
    _table.append(_i)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _table[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def bytes(self, n):
        assert self.at + n <= len(self.data), "runs past the end"
        self.at += n
        return self.data[self.at - n:self.at]

    def u8(self):
        return self.bytes(1)[0]

    def u32(self):
        return struct.unpack("<I", self.bytes(4))[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                assert value < 1 << 64 and (byte or shift == 7), "not the one spelling of a varint"
                return value

    def signed(self):
        value = self.varint()
        return -(value + 1) // 2 if value & 1 else value // 2

    def varints(self, n):
        return [self.varint() for _ in range(n)]

    def text(self):
        return self.bytes(self.varint()).decode()

    def ascending(self):
        numbers, following = [], 0
        for _ in range(self.varint()):
            numbers.append(following + self.varint())
            following = numbers[-1] + 1
        return numbers

    def ref(self):
        return struct.unpack("<QIIII", self.bytes(24))

    def file(self):
        name = self.text()
        return (name, self.varint(), self.u32()) if name else None

    def end(self):
        assert self.at == len(self.data), "something follows"


# ------------------------------------------------------------------ files


def read_manifest(store):
    with open(os.path.join(store, "MANIFEST"), "rb") as fh:
        data = fh.read()
    version, size = struct.unpack("<IQ", data[8:20])
    assert data[:8] == b"SKRMANIF" and version in (3, 4) and size == len(data)
    assert crc32c(data[:28]) == struct.unpack("<I", data[28:32])[0]
    assert crc32c(data[:-4]) == struct.unpack("<I", data[-4:])[0]
    c = Cursor(data[32:-4])
    manifest = {"generation": c.varint(), "next": c.varint(), "deletions": [], "catalogues": []}
    if version > 3:
        manifest["key"] = c.bytes(c.varint())
        assert len(manifest["key"]) in (0, 32)
    manifest["datasets"] = [_dataset(c, version) for _ in range(c.varint())]
    manifest["assemblies"] = [_assembly(c, version) for _ in range(c.varint())]
    deliveries = [_delivery(c) for _ in range(c.varint())]
    manifest["segments"] = [_segment_entry(c, version, deliveries) for _ in range(c.varint())]
    manifest["people"], manifest["ontology"] = c.file(), c.file()
    if version > 3:
        manifest["deletions"] = [_deletion(c) for _ in range(c.varint())]
        manifest["catalogues"] = [c.file() for _ in range(c.varint())]
    c.end()
    return manifest


def _assembly(c, version):
    assembly = {"name": c.text(), "contigs": [(c.text(), c.varint()) for _ in range(c.varint())],
                "reference": c.file(), "genes": c.file(), "annotations": []}
    if version > 3:
        for _ in range(c.varint()):
            release = {"source": c.text(), "release": c.text(), "alleles": c.varint(), "raw": c.varint(),
                       "file": c.file()}
            assert release["source"] and release["raw"] < 2 and release["file"]
            assembly["annotations"].append(release)
        sources = [release["source"] for release in assembly["annotations"]]
        assert len(set(sources)) == len(sources)
    return assembly


def _dataset(c, version):
    dataset = {"id": c.text(), "version": 1, "flags": 0, "gone": [], "about": ""}
    if version > 3:
        dataset["version"], dataset["flags"] = c.varints(2)
        dataset["gone"] = [c.bytes(32) for _ in range(c.varint())]
        dataset["about"] = c.text()
    assert dataset["about"] == "" or json.loads(dataset["about"])["id"] == dataset["id"]
    assert dataset["version"] > 0 and dataset["flags"] < 4
    assert dataset["gone"] == sorted(set(dataset["gone"]))
    return dataset


def _deletion(c):
    deletion = dict(zip(("generation", "time", "dataset", "people"), c.varints(4)))
    deletion["reason"] = c.text()
    deletion["due"], deletion["gone"] = c.varints(2)
    deletion["files"] = [c.text() for _ in range(c.varint())]
    return deletion


def _delivery(c):
    """Its dataset, its assembly and its number of samples."""
    _, _, dataset, assembly = c.varints(4)
    c.text()
    n_samples, _ = c.varints(2)
    for _ in range(c.varint()):
        c.text()
        c.bytes(64)
        contigs, silent = c.ascending(), c.ascending()
        assert set(silent) <= set(contigs)
        c.ascending()
        c.varint()
    for _ in range(c.varint()):
        c.text()
        c.varint()
    return dataset, assembly, n_samples


def _tombstones(c):
    dead = {}
    for _ in range(c.varint()):
        contig = c.varint()
        dead[contig - 1 if contig else None] = set(c.ascending())
    return dead


def _part(c, n_samples, whole, deliveries):
    """A delivery in a segment: the number there of each of its samples, None where it is not."""
    part = {"delivery": c.varint(), "samples": []}
    for _ in range(c.varint()):
        n, first = c.varints(2)
        assert n > 0 and (first == 0 or first - 1 + n <= n_samples)
        part["samples"] += range(first - 1, first - 1 + n) if first else [None] * n
    assert deliveries[part["delivery"]] == (*whole, len(part["samples"]))
    part["left_out"] = _tombstones(c)
    return part


def _segment_entry(c, version, deliveries):
    entry = {"file": c.file(), "dataset": c.varint(), "assembly": c.varint()}
    whole = entry["dataset"], entry["assembly"]
    if version > 3:
        n = entry["samples"] = c.varint()
        entry["parts"] = [_part(c, n, whole, deliveries) for _ in range(c.varint())]
    else:
        delivery, n = c.varints(2)
        entry["samples"], entry["parts"] = n, [{"delivery": delivery, "samples": range(n)}]
    entry["rows"], entry["raw_indels"] = c.varints(2)
    entry["dead"] = _tombstones(c)
    assert entry["parts"]
    return entry


class BlockFile:
    def __init__(self, store, file, kind):
        name, size, directory_crc = file
        with open(os.path.join(store, name), "rb") as fh:
            self.data = fh.read()
        head, tail = self.data[:64], self.data[-64:]
        assert len(self.data) == size and head[:8] == b"SKRBLOCK" and tail[:8] == b"SKREND\r\n"
        self.version, found = struct.unpack("<II", head[8:16])
        assert self.version in (3, 4) and found == kind and not any(head[16:60])
        for part in (head, tail):
            assert crc32c(part[:60]) == struct.unpack("<I", part[60:])[0]
        c = Cursor(tail[8:44])
        assert struct.unpack("<Q", c.bytes(8))[0] == size
        ref = c.ref()
        assert c.u32() == kind and not any(tail[44:60]) and ref[3] == directory_crc
        self.directory = self.block(ref)

    def block(self, ref):
        offset, n_packed, n_raw, crc, codec = ref
        assert offset % 64 == 0 and offset >= 64 and offset + n_packed <= len(self.data) - 64
        packed = self.data[offset:offset + n_packed]
        assert crc32c(packed) == crc, "checksum"
        if codec == 0:
            assert n_packed == n_raw
            return packed
        assert codec == 1 and n_packed < n_raw <= 64 << 20
        raw = ctypes.create_string_buffer(n_raw)
        assert _zstd.ZSTD_decompress(raw, n_raw, packed, n_packed) == n_raw
        return raw.raw


# ------------------------------------------------------------------ annotations

IMPACTS = ("", "modifier", "low", "moderate", "high")


def blob(file, c):
    n_bytes, refs = c.varint(), [c.ref() for _ in range(c.varint())]
    data = b"".join(file.block(ref) for ref in refs)
    assert len(data) == n_bytes
    return Cursor(data)


def fold(name):
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in name)


def read_names(file, c):
    """{name in lower case: chunks that hold an allele of it}."""
    n_names, n_blocks = c.varints(2)
    blocks, listed = blob(file, c), {}
    for _ in range(n_blocks):
        first = blocks.text()
        block = Cursor(file.block(blocks.ref()))
        while block.at < len(block.data):
            name = block.text()
            assert first in (None, name) and name == fold(name)
            assert not listed or list(listed)[-1].encode() < name.encode()
            first, listed[name] = None, block.ascending()
            assert listed[name]
    blocks.end()
    assert len(listed) == n_names
    return listed


def read_annotations(store, release):
    """{(contig, start, end, ref, alt): (lines, words of significance, names)} of a release; a line is the symbol
    and the id of its gene, the effects, the impact and the change of a protein."""
    file = BlockFile(store, release["file"], 7)
    c = Cursor(file.directory)
    assert c.varint() == 2
    c.text()
    effects, words = ([c.text() for _ in range(c.varint())] for _ in range(2))
    n_genes, genes, found = c.varint(), [], {}
    of_genes = blob(file, c)
    n_alleles, n_chunks = c.varints(2)
    maps = blob(file, c)
    listed = read_names(file, c)
    c.end()
    for _ in range(n_genes):
        genes.append((of_genes.text(), of_genes.text(), of_genes.ascending()))
        assert genes[-1][0] or genes[-1][1]
    of_genes.end()
    last, told = None, set()
    for number in range(n_chunks):
        contig, first, to_last, to_end, n, impacts, has_proteins = maps.varints(7)
        seen = maps.ascending(), maps.ascending()
        chunk = Cursor(file.block(maps.ref()))
        start, said = first, {"impacts": 0, "effects": set(), "words": set(), "proteins": False, "ends": 0}
        for _ in range(n):
            start += chunk.varint()
            end, kind, ref, alt = start + chunk.varint(), chunk.u8(), chunk.text(), chunk.text()
            assert end > start and alt and len(ref) == (0 if kind == SV else end - start)
            order = (contig, start, end, kind == SV, ref.encode(), alt.encode())
            assert last is None or last < order
            last, lines = order, []
            for _ in range(chunk.varint()):
                gene, line_effects, impact, protein = chunk.varint(), chunk.ascending(), chunk.u8(), chunk.text()
                assert not gene or number in genes[gene - 1][2]
                lines.append((genes[gene - 1][:2] if gene else ("", ""), {effects[e] for e in line_effects},
                              IMPACTS[impact], protein))
                said["impacts"] |= 1 << impact
                said["effects"] |= set(line_effects)
                said["proteins"] = said["proteins"] or bool(protein)
            here = chunk.ascending()
            said["words"] |= set(here)
            said["ends"] = max(said["ends"], end)
            names = [chunk.text() for _ in range(chunk.varint())]
            assert all(names) and all(number in listed[fold(name)] for name in names)
            told |= {(fold(name), number) for name in names}
            found[contig, start, end, ref, alt] = lines, {words[w] for w in here}, names
        chunk.end()
        assert start == first + to_last and said["ends"] == first + to_end
        assert (said["impacts"], said["proteins"]) == (impacts, bool(has_proteins))
        assert (sorted(said["effects"]), sorted(said["words"])) == seen
    maps.end()
    assert told == {(name, number) for name, chunks in listed.items() for number in chunks}
    assert len(found) == n_alleles == release["alleles"]
    return found


# ------------------------------------------------------------------ names


def name_list(c):
    """The entries of a name list: each a list of names that count upwards."""
    n = c.varint()
    shared, lengths, runs, text = (Cursor(c.bytes(size)) for size in c.varints(4))
    entries, before = [], b""
    for _ in range(n):
        same, length, more = shared.varint(), lengths.varint(), runs.varint()
        assert same <= len(before)
        first = before[:same] + text.bytes(length)
        assert 1 <= len(first) <= 1024 and 0 not in first
        digits = len(first[-18:]) - len(first[-18:].rstrip(b"0123456789"))
        head, number = first[:len(first) - digits], int(first[len(first) - digits:] or 0)
        assert more == 0 or number + more < 10 ** digits
        names = [first] + [head + b"%0*d" % (digits, number + i) for i in range(1, more + 1)]
        before = names[-1]
        entries.append([name.decode() for name in names])
    for column in (shared, lengths, runs, text):
        column.end()
    return entries


# ------------------------------------------------------------------ lists of samples


def gap_list(c, n, bound):
    numbers = []
    for at in range(0, n, 128):
        width, n_high = c.u8(), c.u8()
        assert width <= 31
        m = min(128, n - at)
        high = int.from_bytes(c.bytes(n_high), "little")
        low = int.from_bytes(c.bytes((m * width + 7) // 8), "little")
        add_gaps(numbers, m, width, high, low)
    assert not numbers or numbers[-1] < bound
    return numbers


def add_gaps(numbers, n, width, high, low):
    """Appends n numbers whose gaps have so many low bits, and the rest in unary."""
    assert bin(high).count("1") == n and low >> n * width == 0
    for i in range(n):
        zeros = (high & -high).bit_length() - 1
        high >>= zeros + 1
        gap = zeros << width | low >> width * i & (1 << width) - 1
        numbers.append((numbers[-1] + 1 if numbers else 0) + gap)


def call_set(data, n_samples):
    """The call of each sample."""
    c = Cursor(data)
    head = c.u8()
    base, flip = head & 3, head >> 2 & 3
    assert base < 3 and flip != base and head >> 5 == 0
    calls = [EXPECTED + base] * n_samples
    if flip < 3:
        for sample in gap_list(c, c.varint(), n_samples):
            calls[sample] = EXPECTED + flip
    if head & 16:
        samples = gap_list(c, c.varint(), n_samples)
        for sample in samples:
            assert calls[sample] == EXPECTED + base
            calls[sample] = c.u8()
    c.end()
    return calls


def borders(c, n_classes):
    """Whether each class is inside a run."""
    n = c.varint()
    n_far = c.varint() if n else 0
    gaps = list(c.bytes(n))
    at = -1
    for skipped, high in zip(c.varints(n_far), c.varints(n_far)):
        at += skipped + 1
        gaps[at] += high + 1 << 8
    inside, is_in = [], False
    for i, gap in enumerate(gaps):
        inside += [is_in] * (gap + (i > 0))
        is_in = not is_in
    assert len(inside) < n_classes or not gaps
    return inside + [is_in] * (n_classes - len(inside))


def phase(data, row, orders):
    """{sample: (haplotype, part, set)} of the carriers of one copy that were phased; set None: that of the contig."""
    if not data:
        return {}
    ones = [s for s, copies in row["plain"].items() if copies == 1]
    ones = sorted(ones) + [s for s, (copies, _) in row["bags"].items() if copies == 1]
    c = Cursor(data)
    head = c.u8()
    if head & 1:
        assert head & 0xf2 == 0
        firsts = orders[c.varint()]
        assert set(firsts.values()) <= {1}
        sides = [int(s not in firsts) for s in ones]
    else:
        assert head & 2 == 0
        bits = int.from_bytes(bytes([head]) + c.bytes((len(ones) + 4 + 7) // 8 - 1), "little") >> 4
        assert bits >> len(ones) == 0
        sides, firsts = [bits >> i & 1 for i in range(len(ones))], None
    unphased = set(gap_list(c, c.varint(), len(ones))) if head & 4 else set()
    assert bool(unphased) == bool(head & 4) and len(unphased) < len(ones)
    places = [i for i in range(len(ones)) if i not in unphased]
    sets = [(0, None)] * len(places)
    if head & 8:
        sets = []
        while len(sets) < len(places):
            n, part, code = c.varints(3)
            assert n > 0
            number = code - 1 >> 1 if code & 1 else -(code - 1 >> 1) - 1
            sets += [(part, number + 1 + row["start"] if code else None)] * n
        assert len(sets) == len(places)
    c.end()
    found = {ones[i]: (sides[i], *of) for i, of in zip(places, sets)}
    if firsts is not None:
        assert set(firsts) == {s for s, copies in row["plain"].items() if copies == 2} | {
            s for s, (side, *_) in found.items() if side == 0}
    return found


def runs(data, n_classes):
    """The copies of each class."""
    c = Cursor(data)
    head = c.u8()
    assert head & ~8 == 0x83
    copies = [int(b) for b in borders(c, n_classes)]
    if head & 8:
        for i, is_twice in enumerate(borders(c, n_classes)):
            assert not is_twice or copies[i]
            copies[i] += is_twice
    c.end()
    return copies


def sample_classes(data, n_samples, n_classes):
    """The class of each sample."""
    levels, codes = data[:n_classes], data[n_classes:n_classes + n_samples]
    buckets = []
    for level in range(32):
        members = [i for i in range(n_classes) if levels[i] == level]
        width = max(0, (len(members) - 1).bit_length() - 3) if members else 0
        buckets += [(width, members[at:at + (1 << width)]) for at in range(0, len(members), 1 << width)]
    bits = data[n_classes + n_samples:]
    value, classes, at = int.from_bytes(bits, "little"), [], 0
    for code in codes:
        width, members = buckets[code]
        classes.append(members[value >> at & (1 << width) - 1])
        at += width
    assert (at + 7) // 8 == len(bits) and value >> at == 0
    sizes = [0] * n_classes
    for number in classes:
        sizes[number] += 1
    assert all(sizes[i].bit_length() - 1 == levels[i] for i in range(n_classes))
    return classes


def short_shape(n, bound):
    """Width, bits of unary and bytes of a short list."""
    if n < 2:
        width, n_high = n * (bound - 1).bit_length(), 0
    else:
        width = (bound // n).bit_length() - 1
        n_high = n + (bound - 1 >> width)
    return width, n_high, (n_high + n * width + 7) // 8


def short_list(c, n, bound):
    width, n_high, n_bytes = short_shape(n, bound)
    bits = int.from_bytes(c.bytes(n_bytes), "little")
    numbers = []
    if n == 1:
        numbers = [bits]
    elif n > 1:
        add_gaps(numbers, n, width, bits & (1 << n_high) - 1, bits >> n_high)
    assert not numbers or numbers[-1] < bound
    return numbers


def carriers_size(head, n_samples):
    """Bytes of a row's carriers, None if that is stored."""
    n = head if head <= 64 else head - 64
    return None if head > 128 else short_shape(n, n_samples)[2] + ((n + 7) // 8 if head > 64 else 0)


def carriers(head, data, n_samples, ordered):
    """{sample: copies} of the plain carriers, and {sample: (copies, zygosity)} of the bags."""
    c = Cursor(data)
    form, has_second = head & 3, head & 8
    plain, bags = {}, {}
    if head <= 128:
        n = head if head <= 64 else head - 64
        plain = dict.fromkeys(short_list(c, n, n_samples), 1)
        if head > 64:
            seconds = int.from_bytes(c.bytes((n + 7) // 8), "little")
            assert 0 < seconds < 1 << n
            plain = {s: 1 + (seconds >> i & 1) for i, s in enumerate(plain)}
        c.end()
        return plain, bags
    assert head & 0x70 == 0
    if form == 1:
        samples = gap_list(c, c.varint(), n_samples)
        plain = dict.fromkeys(samples, 1)
        if has_second:
            for rank in gap_list(c, c.varint(), len(samples)):
                plain[samples[rank]] = 2
    elif form == 3:
        assert not has_second and head & 0x80
        plain.update(ordered[c.varint()])
    else:
        for copies in (1, 2) if has_second else (1,):
            bits = int.from_bytes(c.bytes((n_samples + 63) // 64 * 8), "little")
            assert bits >> n_samples == 0
            plain.update((i, copies) for i in range(n_samples) if bits >> i & 1)
    if head & 4:
        for sample in gap_list(c, c.varint(), n_samples):
            assert sample not in plain
            bags[sample] = None
        for sample in bags:
            value = c.varint()
            assert value >> 2 > 0
            bags[sample] = (value >> 2, value & 3)
    c.end()
    return plain, bags


class LowBits:
    def __init__(self, data):
        self.value, self.n, self.at = int.from_bytes(data, "little"), 8 * len(data), 0

    def take(self, n):
        self.at += n
        assert self.at <= self.n, "no bits are left"
        return self.value >> self.at - n & (1 << n) - 1

    def end(self):
        assert self.n - self.at < 8 and self.value >> self.at == 0


class CoverColumns:
    """The columns of a chunk by place: each is read from its start to its end."""

    def __init__(self, c, n_template, n_places):
        n_numbers, n_members = c.varints(2)
        n_runs = n_template + n_places
        self.gaps, self.bases, self.calls = iter(c.bytes(n_runs)), self.halves(c, n_runs), iter(c.bytes(n_runs))
        self.who, self.numbers = iter(c.bytes(n_places)), iter(c.bytes(n_numbers))
        self.members = self.halves(c, n_members)
        self.bits = LowBits(c.bytes(len(c.data) - c.at))

    @staticmethod
    def halves(c, n):
        data = c.bytes((n + 1) // 2)
        found = [data[i // 2] >> 4 * (i % 2) & 15 for i in range(2 * len(data))]
        assert found[n:] in ([], [0])
        return iter(found[:n])

    def number(self, column):
        symbol = next(column)
        assert symbol < 120
        n_low = max(0, symbol // 4 - 1)
        return (symbol - 4 * n_low << n_low) + self.bits.take(n_low)

    def half(self, column):
        half = next(column)
        if half == 15:
            return self.number(self.numbers)
        return half if half < 2 else (1 << half - 1) + self.bits.take(half - 1)

    def run(self, last):
        start = last + self.number(self.gaps)
        return start, start + self.half(self.bases) + 1, next(self.calls)

    def samples(self, n_samples):
        who = self.number(self.who)
        if who:
            return [who - 1]
        n = self.number(self.numbers) + 2
        n_low = max(0, (5 * n_samples // (8 * n)).bit_length() - 1)
        found, after = [], 0
        for _ in range(n):
            found.append(after + (self.half(self.members) << n_low) + self.bits.take(n_low))
            after = found[-1] + 1
        return found

    def end(self):
        assert all(next(column, None) is None
                   for column in (self.gaps, self.bases, self.calls, self.who, self.numbers, self.members))
        self.bits.end()


def coverage_by_place(c, start, end, n_samples):
    background = c.u8()
    n_template, n_places = c.varints(2)
    columns = CoverColumns(c, n_template, n_places)
    c.end()
    template, own, last, at = [(start, end, background)], [[] for _ in range(n_samples)], start, 0
    for _ in range(n_template):
        first, last, call = columns.run(last)
        template.append((first, last, call ^ background))
    last = start
    for _ in range(n_places):
        last, to, call = columns.run(last)
        while at + 1 < len(template) and template[at + 1][0] <= last:
            at += 1
        call ^= template[at][2] if last < template[at][1] else background
        for sample in columns.samples(n_samples):
            own[sample].append((last, to, call))
    columns.end()
    for runs_here in [template[1:], *own]:
        ends = [start, *(run[1] for run in runs_here)]
        assert ends[-1] <= end and all(e <= run[0] for e, run in zip(ends, runs_here))
    assert all(call <= 200 or call >= EXPECTED for runs_here in [template, *own] for _, _, call in runs_here)
    return template, own


def coverage(data, start, end, n_samples):
    """The template of a chunk, and the runs of each sample: lists of (start, end, call)."""
    c = Cursor(data)
    background = c.u8()
    if background == 201:
        return coverage_by_place(c, start, end, n_samples)
    numbers = c.varints(1 + n_samples)
    n_gaps, n_bases = c.varints(2)
    gaps, bases = Cursor(c.bytes(n_gaps)), Cursor(c.bytes(n_bases))
    calls = c.bytes(sum(numbers))
    c.end()
    lists, n_read = [], 0
    for n in numbers:
        runs_here, at = [], start
        for _ in range(n):
            first = at + gaps.varint()
            at = first + bases.varint() + 1
            assert at <= end
            runs_here.append((first, at, calls[n_read]))
            n_read += 1
        lists.append(runs_here)
    gaps.end()
    bases.end()
    assert all(call <= 200 or call >= EXPECTED for call in [background, *calls])
    return [(start, end, background), *lists[0]], lists[1:]


def cover_of(template, own, at):
    return next(call for s, e, call in [*own, *reversed(template)] if s <= at < e)


def steps(data, start, end):
    """[(base, called by class, copies by class)] of a block of steps."""
    c = Cursor(data)
    mask = c.u8()
    each = [c.u8() if mask >> k & 1 else 0 for k in range(4)]
    heads = [c.varints(3) for _ in range(c.varint())]
    assert 1 <= len(heads) <= 64
    told, first = [], start
    for i, (bases, n, n_bytes) in enumerate(heads):
        first += bases
        assert (bases == 0) == (i == 0) and 1 <= n <= 256 and (not told or told[-1][0] < first)
        told += step_group(Cursor(c.bytes(n_bytes)), mask, each, first, n)
    c.end()
    assert told[-1][0] < end
    return told


def step_group(c, mask, each, first, n):
    starts = [first]
    for gap in c.varints(n - 1):
        starts.append(starts[-1] + gap + 1)
    kinds = list(c.bytes(n))
    assert kinds[0] == 3 and max(kinds) <= 3
    n_new, columns = kinds.count(3), []
    for k in range(8):
        values, last = [], 0
        for _ in range(n_new if mask >> k & 1 else 0):
            last += c.signed()
            values.append(last)
        columns.append(values or [0] * n_new)
    c.end()
    told, new = [], -1
    for start, kind in zip(starts, kinds):
        new += kind == 3
        sums = [columns[k][new] for k in range(4)], [columns[k][new] * each[k] + columns[4 + k][new] for k in range(4)]
        told.append((start, *(([0] * 4, [0] * 4) if kind == 0 else told[-1][1:] if kind == 2 else sums)))
    return told


def sex_class(karyotype):
    return {(2, 0): 0, (1, 1): 1, (255, 255): 3}.get(tuple(karyotype), 2)


# ------------------------------------------------------------------ segments


def _tile(c, n_refs):
    return c.varints(10), [c.ref() for _ in range(n_refs)]


class Segment:
    n_refs = 5  # of a tile: 6 where tiles have phase

    def __init__(self, store, entry):
        self.file = BlockFile(store, entry["file"], 1)
        self.dead = entry["dead"]
        c = Cursor(self.file.directory)
        self.n_samples, self.n_contigs, self.shift, n_rows, n_tiles, n_wide, n_groups, n_orders = c.varints(8)
        n_chunks = c.varint()
        has_phase = self.shift >= 64
        self.shift -= 64 * has_phase
        assert not has_phase or self.file.version > 3
        self.n_refs += has_phase
        tables = self._sample_head(c)
        tiles = self._read_tiles(c, n_tiles)
        wide_rows = [c.varints(5) for _ in range(n_wide)]
        groups = [(c.varints(4), c.ref(), c.ref()) for _ in range(n_groups)]
        orders = [(c.varints(2), c.ref(), c.ref()) for _ in range(n_orders)]
        chunks = [(c.varints(4), c.ref()) for _ in range(n_chunks)]
        step_blocks = []
        if c.at < len(c.data):
            step_blocks = [(c.varints(3), c.ref()) for _ in range(c.varint())]
            assert step_blocks or has_phase
        phase_orders = [(c.varints(2), c.ref(), c.ref()) for _ in range(c.varint())] if has_phase else []
        c.end()
        self._read_samples(*tables)
        self.ordered, self.firsts = self._orders(orders), self._orders(phase_orders)
        self.rows, self.spans = [], []
        for i, (numbers, refs) in enumerate(tiles):
            self._read_tile(i, numbers, refs, wide_rows)
        for (contig, n, _, _), calls, spans in groups:
            sets, _ = self._calls(calls, 0)
            self._read_spans(spans, n, contig, 0, sets)
        assert len(self.rows) == n_rows == entry["rows"] and not wide_rows
        self.cover, last = [], (-1, 0)
        for (contig, zone, start, n), ref in chunks:
            assert n > 0 and zone < 4 and last <= (contig, start) and contig < self.n_contigs
            last = (contig, start + n)
            template, own = coverage(self.file.block(ref), start, start + n, self.n_samples)
            self.cover.append((contig, zone, start, start + n, template, own))
        self.steps, self.step_blocks, last = [], step_blocks, (-1, 0)
        for (contig, start, n), ref in step_blocks:
            assert n > 0 and last <= (contig, start) and contig < self.n_contigs
            last = (contig, start + n)
            self.steps.append((contig, start, start + n, steps(self.file.block(ref), start, start + n)))

    def _orders(self, orders):
        ordered = []
        for (n, n_classes), rows, classes in orders:
            self._read_order(n, n_classes, rows, classes, ordered)
        return ordered

    def _read_order(self, n, n_classes, rows, classes, ordered):
        if n_classes:
            of_sample = sample_classes(self.file.block(classes), self.n_samples, n_classes)
        else:
            assert not any(classes)
        for data in self._carriers(rows, [{"head": 255}] * n):
            if data[0] > 128 and data[0] & 3 == 3:
                copies = runs(data, n_classes)
                plain = {i: copies[number] for i, number in enumerate(of_sample) if copies[number]}
            else:
                plain, bags = carriers(data[0], data[1:], self.n_samples, None)
                assert not bags
            ordered.append(plain)

    def _sample_head(self, c):
        """The sample table's part of the directory: where its blocks are."""
        self.first, self.last, parts, n = c.varints(4)
        self.kinds = [((c.u8(), c.u8()), c.varint()) for _ in range(n)]
        assert [k for k, _ in self.kinds] == sorted({k for k, _ in self.kinds}) and parts < (16 if self.file.version >= 4 else 8)
        assert all(count for _, count in self.kinds)
        self.has_repeats = bool(parts & 1)

        def refs(is_there, size):
            return [c.ref() for _ in range(0, self.n_samples, size)] if is_there else None

        return refs(parts & 2, 1 << 20), refs(n > 1, 1 << 20), refs(parts & 4, 32768), refs(parts & 8, 32768)

    def _read_facts(self, refs):
        self.facts = None if refs is None else []
        for i, ref in enumerate(refs or []):
            n = min(32768, self.n_samples - i * 32768)
            c = Cursor(self.file.block(ref))
            columns = {fact: c.varints(n) for fact in FACTS}
            c.end()
            self.facts += [{fact: columns[fact][s] for fact in FACTS} for s in range(n)]
        for facts in self.facts or []:
            assert facts["called"] <= facts["said"] and facts["callable"] <= facts["callable_of"]
            assert facts["sex"] < 4 and facts["together"] > 0

    def _read_samples(self, individual_refs, karyotype_refs, name_refs, fact_refs):
        self.individuals, self.karyotypes, self.names = [], [], None
        self._read_facts(fact_refs)
        for i, ref in enumerate(individual_refs or []):
            c, following, n = Cursor(self.file.block(ref)), 0, len(self.individuals)
            for _ in range(c.varint()):
                first = following + c.signed()
                following = first + 1 + c.varint()
                self.individuals += range(first, following)
            c.end()
            assert len(self.individuals) - n == min(1 << 20, self.n_samples - (i << 20))
        if individual_refs is None:
            self.individuals = list(range(self.first, self.first + self.n_samples))
        assert (min(self.individuals), max(self.individuals)) == (self.first, self.last)
        assert (len(set(self.individuals)) < self.n_samples) == self.has_repeats
        for i, ref in enumerate(karyotype_refs or []):
            n = min(1 << 20, self.n_samples - (i << 20))
            c = Cursor(self.file.block(ref))
            planes = [int.from_bytes(c.bytes((n + 63) // 64 * 8), "little")
                      for _ in range((len(self.kinds) - 1).bit_length())]
            c.end()
            self.karyotypes += [self.kinds[sum((plane >> s & 1) << p for p, plane in enumerate(planes))][0]
                                for s in range(n)]
        if karyotype_refs is None:
            self.karyotypes = [self.kinds[0][0]] * self.n_samples
        assert all(self.karyotypes.count(kind) == count for kind, count in self.kinds)
        if name_refs is not None:
            self.names = []
            for ref in name_refs:
                c = Cursor(self.file.block(ref))
                self.names += [name for run in name_list(c) for name in run]
                c.end()
            assert len(self.names) == self.n_samples

    def expected(self, zone, sample):
        n_x, n_y = self.karyotypes[sample]
        return (2, 1 if n_x == 255 else n_x, 1 if n_y == 255 else n_y, 1)[zone]

    def _read_tiles(self, c, n):
        """The entries of all tiles; those in groups are compared with what the directory says of them."""
        if self.shift < 32:
            return [_tile(c, self.n_refs) for _ in range(n)]
        self.shift -= 32
        assert self.file.version > 3
        size, tiles, last_end = c.varint(), [], 0
        assert 0 < size <= 4096 and n > size
        for at in range(0, n, size):
            *places, n_rows, n_spans, n_with_rows = c.varints(7)
            ref = c.ref()
            assert ref[4] == 0 and ref[0] >= last_end
            last_end = ref[0] + ref[1]
            block = Cursor(self.file.block(ref))
            group = [_tile(block, self.n_refs) for _ in range(min(size, n - at))]
            block.end()
            assert places == group[0][0][:2] + group[-1][0][:2]
            assert (n_rows, n_spans) == tuple(sum(tile[0][i] for tile in group) for i in (2, 3))
            assert n_with_rows == sum(tile[0][2] > 0 for tile in group)
            tiles += group
        return tiles

    def _read_tile(self, number, numbers, refs, wide_rows):
        contig, t, n_rows, n_spans, first, last, max_end, max_span_end, kinds, max_ac = numbers
        sets, row_sets = self._calls(refs[2], n_rows)
        if n_rows:
            rows = self._sites(refs[0], contig, t << self.shift, n_rows)
            self._counts(refs[1], rows)
            for row, set_number, data in zip(rows, row_sets, self._carriers(refs[4], rows)):
                row["calls"] = sets[set_number]
                row["plain"], row["bags"] = carriers(row["head"], data, self.n_samples, self.ordered)
            phases = [b""] * n_rows
            if self.n_refs > 5 and any(refs[5]):
                phases = self._carriers(refs[5], [{"head": 255}] * n_rows)
            for row, data in zip(rows, phases):
                row["phase"] = phase(data, row, self.firsts)
                assert all(self.expected(row["zone"], s) == 2 for s in row["phase"] if s in row["plain"])
            assert (rows[0]["start"], rows[-1]["start"]) == (first, last)
            narrow = [r["end"] for r in rows if r["end"] - r["start"] <= 1 << self.shift]
            assert max(narrow, default=0) == max_end
            assert sum({1 << r["kind"] for r in rows}) == kinds
            assert max(r["stored"]["ac"] for r in rows) == max_ac
            for i, r in enumerate(rows):
                if r["end"] - r["start"] > 1 << self.shift:
                    assert wide_rows.pop(0) == [contig, r["start"], r["end"], number, i]
            self.rows += rows
        if n_spans:
            assert self._read_spans(refs[3], n_spans, contig, t << self.shift, sets) == max_span_end

    def _sites(self, ref, contig, start, n):
        c = Cursor(self.file.block(ref))
        rows = []
        for step in list(c.bytes(n)):
            start += step + (c.varint() if step == 255 else 0)
            rows.append({"contig": contig, "start": start})
        done = 0
        while done < n:
            n_here, code = c.varint(), c.u8()
            assert 0 < n_here <= n - done and code & 7 <= SV and code < 128
            for row in rows[done:done + n_here]:
                row.update(kind=code & 7, zone=code >> 3 & 3, complete=code >> 5 & 1, failed=code >> 6 & 1)
            done += n_here
        snvs = [row for row in rows if row["kind"] == SNV]
        pairs = int.from_bytes(c.bytes((len(snvs) + 1) // 2), "little")
        assert pairs >> 4 * len(snvs) == 0
        for i, row in enumerate(snvs):
            pair = pairs >> 4 * i & 15
            row.update(end=row["start"] + 1, n_ref=1, n_alt=1)
            if pair:
                row.update(ref="ACGT"[pair >> 2], alt="ACGT"[pair & 3])
        for row in rows:
            if row["kind"] != SNV:
                n_bases, row["n_alt"] = c.varints(2)
                row.update(end=row["start"] + n_bases, n_ref=0 if row["kind"] == SV else n_bases)
        for row in rows:
            if "alt" not in row:
                row["ref"], row["alt"] = c.bytes(row["n_ref"]).decode(), c.bytes(row["n_alt"]).decode()
        c.end()
        assert all(re.fullmatch(SV_ALT, r["alt"]) for r in rows if r["kind"] == SV)
        keys = [(r["start"], r["end"], r["kind"] == SV, r["ref"], r["alt"]) for r in rows]
        assert all(a < b for a, b in zip(keys, keys[1:]))
        return rows

    def _counts(self, ref, rows):
        c = Cursor(self.file.block(ref))
        for row in rows:
            row["head"] = c.u8()
            row["stored"] = {"carriers": row["head"], "hom": 0, "hemi": 0, "partial": 0, "ac": row["head"]}
        others = [row for row in rows if row["head"] > 64 or row["zone"] != 0]
        for name in ("carriers", "hom", "hemi", "partial"):
            for row in others:
                row["stored"][name] = c.varint()
        for row in others:
            row["stored"]["ac"] = c.signed() + row["stored"]["carriers"] + row["stored"]["hom"]
        has_an = c.u8()
        assert has_an in (0, 1)
        for row in rows:
            all_copies = sum(self.expected(row["zone"], s) for s in range(self.n_samples))
            row["stored"]["an"] = all_copies - (c.signed() if has_an else 0)
        c.end()

    def _calls(self, ref, n_rows):
        c = Cursor(self.file.block(ref))
        lengths = c.varints(c.varint())
        sets = [call_set(c.bytes(n), self.n_samples) for n in lengths]
        numbers, last = [], -1
        for _ in range(n_rows):
            last += 1 + c.signed()
            numbers.append(last)
        c.end()
        return sets, numbers

    def _read_spans(self, ref, n, contig, start, sets):
        c = Cursor(self.file.block(ref))
        starts = []
        for _ in range(n):
            start += c.varint()
            starts.append(start)
        lengths, zones, numbers = c.varints(n), c.varints(n), c.varints(n)
        c.end()
        self.spans += [(contig, s, s + m, zone, sets[number])
                       for s, m, zone, number in zip(starts, lengths, zones, numbers)]
        return max(s + m for s, m in zip(starts, lengths))

    def _carriers(self, ref, rows):
        c = Cursor(self.file.block(ref))
        chunks = [(c.ref(), c.varint()) for _ in range(c.varint())]
        lengths = [carriers_size(row["head"], self.n_samples) for row in rows]
        lengths = [c.varint() if length is None else length for length in lengths]
        c.end()
        found = []
        for chunk, n in chunks:
            inside = Cursor(self.file.block(chunk) if any(chunk) else b"")
            found += [inside.bytes(length) for length in lengths[len(found):len(found) + n]]
            inside.end()
        assert len(found) == len(rows)
        return found

    def called(self, contig, start, end, sample):
        """Copies by spans and coverage, NO_CALL or NOTHING."""
        least, covered = NOTHING, set()
        said = [(s, e, zone, calls[sample]) for span_contig, s, e, zone, calls in self.spans
                if span_contig == contig and s < end and e > start]
        for chunk_contig, zone, s, e, template, own in self.cover:
            if chunk_contig == contig:
                said += [(at, at + 1, zone, cover_of(template, own[sample], at))
                         for at in range(max(s, start), min(e, end))]
        for s, e, zone, copies in said:
            if copies == NOTHING:
                continue
            if copies == NO_CALL:
                return NO_CALL
            least = min(least, self.expected(zone, sample) if copies == EXPECTED else copies)
            covered.update(range(max(s, start), min(e, end)))
        return least if len(covered) == end - start else NOTHING

    def numbers(self, key):
        """AC and AN of an allele (contig, start, end, kind, ref, alt) over the samples that count."""
        row = next((r for r in self.rows if tuple(r[k] for k in KEY) == key), None)
        dead = self.dead.get(None, set()) | self.dead.get(key[0], set())
        ac = an = 0
        for sample in range(self.n_samples):
            if sample in dead:
                continue
            call = row["calls"][sample] if row else NOTHING
            if call == EXPECTED:
                call = self.expected(row["zone"], sample)
            if call == NOTHING and key[3] != SV:
                call = self.called(key[0], key[1], key[2], sample)
            an += call if call < EXPECTED else 0
            if row:
                ac += row["plain"].get(sample, 0) + row["bags"].get(sample, (0, 0))[0]
        return ac, an


SV_ALT = r"[!-*,-?A-`{-~]+(\+[1-9][0-9]*)?(@[!-~]+)?"  # symbol, length, mate
KEY = ("contig", "start", "end", "kind", "ref", "alt")


class Store:
    """All segments of a store with one assembly."""

    def __init__(self, path):
        self.manifest = read_manifest(path)
        assert len(self.manifest["assemblies"]) == 1
        self.contigs = [name for name, _ in self.manifest["assemblies"][0]["contigs"]]
        self.segments = [Segment(path, entry) for entry in self.manifest["segments"]]

    def keys(self):
        return sorted({tuple(r[k] for k in KEY) for s in self.segments for r in s.rows})

    def name(self, key):
        contig, start, end, kind, ref, alt = key
        tail = (end, alt) if kind == SV else (ref, alt)
        return "-".join(map(str, (self.contigs[contig], start + 1, *tail)))
