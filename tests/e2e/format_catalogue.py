"""A second reader of catalogues, written after docs/format.md: compares one with its members."""
from format_reader import EXPECTED, KEY, SV, BlockFile, Cursor, Segment, carriers


def key_of(row):
    return tuple(row[k] for k in KEY)


def order_of(key):
    contig, start, end, kind, ref, alt = key
    return contig, start, end, kind == SV, ref, alt


class Catalogue(Segment):
    """Rows with their carriers and the members that have them."""

    def __init__(self, store, file):
        self.file = BlockFile(store, file, 6)
        c = Cursor(self.file.directory)
        self.n_samples, self.n_contigs, self.shift, n_rows, n_tiles, n_wide, n_groups, n_orders = c.varints(8)
        assert (n_groups, c.varint()) == (0, 0)
        tables = self._sample_head(c)
        assert tables[2] is None and tables[3] is None, "names or facts"
        tiles = self._read_tiles(c, n_tiles)
        wide = [c.varints(5) for _ in range(n_wide)]
        orders = [(c.varints(2), c.ref(), c.ref()) for _ in range(n_orders)]
        n, self.spent = c.varint(), c.varint()
        assert n > 0
        self.members = [{"file": c.file(), "samples": c.varint(), "rows": c.varint(), "spans": c.varint()}
                        for _ in range(n)]
        c.end()
        assert sum(m["samples"] for m in self.members) == self.n_samples
        self._read_samples(*tables)
        self.ordered = self._orders(orders)
        self.rows = []
        for i, (numbers, refs) in enumerate(tiles):
            self._take_tile(i, numbers, refs, wide)
        assert len(self.rows) == n_rows and not wide

    def _take_tile(self, number, numbers, refs, wide):
        contig, t, n_rows, n_spans, first, last, _, max_span_end, _, max_ac = numbers
        assert n_rows > 0 and n_spans == max_span_end == 0 and not any(refs[3])
        rows = self._sites(refs[0], contig, t << self.shift, n_rows)
        self._counts(refs[1], rows)
        assert (first, last) == (rows[0]["start"], rows[-1]["start"]) and max_ac == max(r["stored"]["ac"] for r in rows)
        for row, data in zip(rows, self._carriers(refs[4], rows)):
            row["plain"], row["bags"] = carriers(row["head"], data, self.n_samples, self.ordered)
        for i, row in enumerate(rows):
            if row["end"] - row["start"] > 1 << self.shift:
                assert wide.pop(0) == [contig, row["start"], row["end"], number, i]
        self._take_members(refs[2], rows)
        self.rows += rows

    def _take_members(self, ref, rows):
        c = Cursor(self.file.block(ref))
        n, following, members = c.varint(), 0, []
        assert n > 0
        for _ in range(n):
            members.append(following + c.varint())
            following = members[-1] + 1
        assert following <= len(self.members)
        first_rows = c.varints(n)
        forms = [c.u8() for _ in range(n)]
        for row in rows:
            row["members"] = {}
        for member, following, code in zip(members, first_rows, forms):
            assert code < 16 and code & 3 in (1, 2)
            every, sets = set(range(len(rows))), []
            for s in range(2):
                form = code >> 2 * s & 3
                there = every if s == 0 else sets[0]
                if form == 2:
                    bits = int.from_bytes(c.bytes((len(rows) + 7) // 8), "little")
                    assert bits >> len(rows) == 0
                    found = {i for i in every if bits >> i & 1}
                    assert found and found < there
                    sets.append(found)
                else:
                    assert form in (0, 1)
                    sets.append(there if form else set())
            for i in sorted(sets[0]):
                rows[i]["members"][member] = (following, i in sets[1])
                following += 1
            assert following <= self.members[member]["rows"]
        c.end()
        assert all(row["members"] for row in rows)


def compare(catalogue, segments):
    """segments: of its members, in order. Whatever differs is asserted."""
    assert sum((s.individuals for s in segments), []) == catalogue.individuals
    assert sum((s.karyotypes for s in segments), []) == catalogue.karyotypes
    for member, segment in zip(catalogue.members, segments):
        assert (member["samples"], member["rows"]) == (segment.n_samples, len(segment.rows))
        assert member["spans"] == bool(segment.spans or segment.cover)
    firsts = [sum(s.n_samples for s in segments[:n]) for n in range(len(segments))]
    wanted = {}
    for number, segment in enumerate(segments):
        for i, row in enumerate(segment.rows):
            wanted.setdefault(key_of(row), {})[number] = (i, row)
    assert [key_of(row) for row in catalogue.rows] == sorted(wanted, key=order_of)
    for row in catalogue.rows:
        own = wanted[key_of(row)]
        assert row["stored"] == {k: sum(r["stored"][k] for _, r in own.values()) for k in row["stored"]}
        assert row["complete"] == (len(own) == len(segments) and all(r["complete"] for _, r in own.values()))
        assert row["failed"] == all(r["failed"] for _, r in own.values())
        assert row["members"] == {
            n: (i, all(call == EXPECTED for call in r["calls"])) for n, (i, r) in own.items()}
        for what in ("plain", "bags"):
            assert row[what] == {firsts[n] + s: has for n, (_, r) in own.items() for s, has in r[what].items()}, what
