"""What week.py delivers: drawn files of genomes and people, each as text and as what the model takes from it."""
import week_model

CONTIGS = {"1": 1000, "2": 5000, "22": 16000000, "X": 20000000}  # 0-based starts; X outside its PARs
N_BASES = 150
TERMS = [f"HP:{n:07}" for n in range(1, 9)]
# HP:0000001 holds all, 2 holds 3 and 4, 5 holds 6.
PARENTS = {2: 1, 3: 2, 4: 2, 5: 1, 6: 5, 7: 1, 8: 1}
HEAD = ("##fileformat=VCFv4.2\n" + "".join(f"##contig=<ID={c}>\n" for c in CONTIGS)
        + '##INFO=<ID=END,Number=1,Type=Integer,Description="x">\n##FILTER=<ID=Low,Description="x">\n'
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="x">\n##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="x">\n')
KARYOTYPES = ("XX", "XX", "XY", "XY", "XXY", "unknown")


def ontology():
    """The text of an OBO file, and {term: it and all below it}."""
    text = "format-version: 1.2\nontology: hp\n"
    below = {t: {t} for t in TERMS}
    for number, term in enumerate(TERMS, 1):
        text += f"\n[Term]\nid: {term}\nname: term {number}\n"
        parent = PARENTS.get(number)
        text += f"is_a: {TERMS[parent - 1]}\n" if parent else ""
        while parent:
            below[TERMS[parent - 1]].add(term)
            parent = PARENTS.get(parent)
    return text, below


class World:
    """The bases of a genome, and the places where people differ."""

    def __init__(self, rng):
        self.bases = {c: "".join(rng.choice("ACGT") for _ in range(N_BASES + 20)) for c in CONTIGS}
        self.sites = {c: [self.site(rng, c, at) for at in sorted(rng.sample(range(N_BASES), 30))] for c in CONTIGS}

    def ref(self, contig, base, n=1):
        at = base - CONTIGS[contig]
        return self.bases[contig][at:at + n]

    def site(self, rng, contig, at):
        base = CONTIGS[contig] + at
        ref = self.ref(contig, base)
        kind = rng.random()
        others = [b for b in "ACGT" if b != ref]
        if kind < 0.75:
            return base, ref, rng.sample(others, rng.choice((1, 1, 1, 2)))
        if kind < 0.9:
            return base, self.ref(contig, base, rng.choice((2, 3, 5))), [ref]
        return base, ref, [ref + "".join(rng.choice("ACGT") for _ in range(rng.choice((1, 2))))]

    def unnamed(self, rng, contig):
        """A key that is drawn from all bases, named by somebody or not."""
        base = CONTIGS[contig] + rng.randrange(N_BASES)
        ref = self.ref(contig, base, rng.choice((1, 1, 1, 3)))
        return contig, base, ref, ref[0] if len(ref) > 1 else rng.choice([b for b in "ACGT" if b != ref])


def drawn_genotype(rng, n_alts, karyotype, contig):
    alt = rng.randrange(1, n_alts + 1)
    kind = rng.random()
    if contig == "X" and karyotype != "XX" and rng.random() < 0.5:
        return [0 if kind < 0.6 else alt if kind < 0.9 else None]
    for limit, genotype in ((0.55, [0, 0]), (0.75, [0, alt]), (0.85, [alt, alt]), (0.93, [None, None]), (0.97, [None, alt])):
        if kind < limit:
            return genotype
    return [rng.randrange(n_alts + 1) for _ in range(2)]


def cell(rng, genotype, gq):
    return rng.choice("/|").join("." if c is None else str(c) for c in genotype) + f":{gq}"


class Delivery:
    """Files of one import: {name: sample} that they bring, and their texts."""

    def __init__(self, world, rng, serial, whose):
        """whose: {name: (individual, karyotype)}"""
        self.world, self.rng, self.serial, self.whose = world, rng, serial, whose
        self.texts, self.brought, self.words = [], {}, []

    def parts(self, name, contigs, silence=False):
        """The parts of a sample that a file brings."""
        individual, karyotype = self.whose[name]
        parts = {c: week_model.Part(c, karyotype, self.serial, silence) for c in contigs}
        self.brought[name] = week_model.Sample(individual, karyotype, parts)
        return parts

    def joint(self, names, contigs, share, silence=False):
        """A file of one or more samples, with some of the sites of the world."""
        rng, lines = self.rng, []
        sites = {c: [s for s in self.world.sites[c] if rng.random() < share] or self.world.sites[c][:1] for c in contigs}
        parts = {name: self.parts(name, contigs, silence) for name in names}
        for contig in contigs:
            for base, ref, alts in sites[contig]:
                flt, cells = rng.choice(["PASS"] * 18 + ["Low", "."]), []
                for name in names:
                    genotype = drawn_genotype(rng, len(alts), self.whose[name][1], contig)
                    gq = rng.choice((60, 60, 60, 60, 20, 19, "."))
                    cells.append(cell(rng, genotype, gq))
                    parts[name][contig].add_record(base, ref, alts, genotype, flt != "Low" and gq != 19)
                    parts[name][contig].named |= {(contig, base, ref, alt) for alt in alts}
                lines.append("\t".join([contig, str(base + 1), ".", ref, ",".join(alts), ".", flt, ".", "GT:GQ", *cells]))
        rng.shuffle(lines)
        self.texts.append(HEAD + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(names) + "\n"
                          + "".join(line + "\n" for line in lines))
        self.words += ["--absent-is", "hom-ref"] if silence and "--absent-is" not in self.words else []

    def blocks(self, name, contigs):
        """A gVCF of one sample: blocks, variants, gaps."""
        parts, lines = self.parts(name, contigs), []
        for contig in contigs:
            at, end = CONTIGS[contig], CONTIGS[contig] + N_BASES
            sites = {s[0]: s for s in self.world.sites[contig]}
            lines.append(self.block(parts[contig], at, at + 2))  # a contig that it has
            at += 2
            while at < end:
                if at in sites and self.rng.random() < 0.8:
                    base, ref, alts = sites.pop(at)
                    lines.append(self.variant(parts[contig], base, ref, [self.rng.choice(alts)]))
                    at += self.rng.choice((1, len(ref)))
                    continue
                stop = min([s for s in sites if s > at and self.rng.random() < 0.7] + [at + self.rng.randrange(1, 40)])
                if self.rng.random() < 0.85:
                    lines.append(self.block(parts[contig], at, stop))
                at = stop
        self.texts.append(HEAD + f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{name}\n" + "".join(lines))

    def variant(self, part, base, ref, alts):
        genotype = drawn_genotype(self.rng, 1, "XX", part.contig)
        gq = self.rng.choice((60, 60, 60, 20, 19))
        part.add_record(base, ref, alts, genotype, gq != 19)
        part.named |= {(part.contig, base, ref, alt) for alt in alts}
        return (f"{part.contig}\t{base + 1}\t.\t{ref}\t{alts[0]},<NON_REF>\t.\tPASS\t.\tGT:GQ\t"
                f"{cell(self.rng, genotype, gq)}\n")

    def block(self, part, start, end):
        gq = self.rng.choice((60, 60, 60, 60, 20, 19))
        n = week_model.bag_of([0, 0], gq != 19, part.expected, 0)[0]
        part.add_cover(range(start, end), n)
        return (f"{part.contig}\t{start + 1}\t.\t{self.world.ref(part.contig, start)}\t<NON_REF>\t.\tPASS\tEND={end}\t"
                f"GT:GQ\t0/0:{gq}\n")

    def sheet(self):
        return "sample\tindividual\tsex\n" + "".join(f"{n}\t{s.individual}\t{s.karyotype}\n" for n, s in self.brought.items())


def drawn_people(rng, individuals):
    """A table of people with some of the kinds: its text, and what it says of each."""
    columns = ["sex"] + [k for k in ("age", "phenotypes") if rng.random() < 0.7]
    says, lines = {}, ["\t".join(["individual", *columns])]
    for one in individuals:
        kinds, cells = {}, []
        for column in columns:
            if column != "sex" and rng.random() < 0.2:
                cells.append(".")
                continue
            if column == "sex":
                kinds[column] = rng.choice(("female", "male", "unknown"))
                cells.append(kinds[column])
            elif column == "age":
                kinds[column] = rng.randrange(1, 90)
                cells.append(str(kinds[column]))
            else:
                kinds[column] = frozenset(rng.sample(TERMS, rng.randrange(1, 4)))
                cells.append(";".join(sorted(kinds[column])))
        says[one] = kinds
        lines.append("\t".join([one, *cells]))
    return "\n".join(lines) + "\n", says
