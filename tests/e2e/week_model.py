"""The naive model of week.py: what a store holds in dictionaries of Python, base by base, by the rules of
docs/counting.md written down once more. It shares no code with the engine and looks into no file of a store.

Bases are 0-based; a key is (contig, base, REF, ALT). There is no reference, so alleles stay where they are written."""
import collections

NUMBERS = ("ac", "an", "carriers", "hom", "het", "hemi", "partial")
SEX_OF = {"XX": "female", "XY": "male"}
# Copies of X outside the pseudoautosomal regions; of an unknown karyotype a call proves one (rule 6).
COPIES_OF_X = {"XX": 2, "XY": 1, "XXY": 2, "unknown": None}


def expected_copies(contig, karyotype):
    return COPIES_OF_X[karyotype] if contig == "X" else 2


def bag_of(genotype, passes, expected, alt):
    """(copies that are alt, copies called otherwise, unknown copies): rules 2, 3 and 6. A genotype is a list of allele
    numbers, None for a dot."""
    if not passes:
        return 0, 0, len(genotype)
    known = {copy for copy in genotype if copy is not None}
    if expected == 1:
        if len(known) != 1:
            return 0, 0, 1
        genotype = list(known)
    elif expected is None and len(genotype) == 2 and len(known) == 1:
        genotype = [*known, None]
    this, unknown = genotype.count(alt), genotype.count(None)
    return this, len(genotype) - this - unknown, unknown


def zygosity(bag):
    this, other, unknown = bag
    if this == 0:
        return None
    if this + other + unknown == 1:
        return "hemi"
    return "partial" if unknown else "het" if other else "hom"


class Part:
    """What the store knows of one sample on one contig."""

    def __init__(self, contig, karyotype, serial, silence=False):
        self.contig, self.serial = contig, serial
        self.expected = expected_copies(contig, karyotype)
        self.silence = (1 if self.expected is None else self.expected) if silence else 0
        self.direct, self.cover, self.named = {}, {}, set()

    def add_cover(self, bases, n):
        for base in bases:
            self.cover[base] = min(n, self.cover.get(base, n))

    def add_record(self, base, ref, alts, genotype, passes):
        for number, alt in enumerate(alts, 1):
            self.direct[(self.contig, base, ref, alt)] = bag_of(genotype, passes, self.expected, number)
        n_called = sum(bag_of(genotype, passes, self.expected, 0)[:2])
        self.add_cover(range(base, base + len(ref)), n_called)

    def called_at(self, base):
        """Copies that are called at a base, whatever they are (rule 5): the least that anything over it says, silence
        too where it is reference."""
        n = self.cover.get(base, self.silence)
        return min(n, self.silence) if self.silence else n

    def bag(self, key):
        if key in self.direct:
            return self.direct[key]
        return 0, min(self.called_at(base) for base in range(key[1], key[1] + len(key[2]))), 0


class Sample:
    def __init__(self, individual, karyotype, parts):
        self.individual, self.karyotype, self.parts = individual, karyotype, parts


class State:
    """All that a store holds. Changes make new samples and new facts, so that a copy stays as it was."""

    def __init__(self):
        self.samples = collections.defaultdict(dict)  # dataset: name: Sample
        self.facts = collections.defaultdict(dict)    # dataset: individual: kind: value
        self.gone = collections.defaultdict(frozenset)  # dataset: ("sample", name), ("individual", id)
        self.hidden, self.known, self.closed = frozenset(), frozenset(), frozenset()  # datasets
        self.erased = frozenset()  # names and ids that left with a dataset
        self.single = set()  # numbers of deliveries of one file; shared by all copies
        self.files = {}  # number of a delivery: what it brought, {(dataset, name, contig)}
        self.replaced = frozenset()  # (number of a delivery, name): a later one has contigs of it

    def copy(self):
        other = State()
        for name in ("samples", "facts"):
            for dataset, its in getattr(self, name).items():
                getattr(other, name)[dataset] = dict(its)
        other.gone.update(self.gone)
        other.hidden, other.known, other.closed = self.hidden, self.known, self.closed
        other.single, other.erased, other.files = self.single, self.erased, dict(self.files)
        other.replaced = self.replaced
        return other

    def datasets(self):
        return sorted(self.known)

    def visible(self):
        return [d for d in self.datasets() if d not in self.hidden]

    def people(self, dataset):
        return {s.individual for s in self.samples[dataset].values()} | set(self.facts[dataset])

    def is_gone(self, dataset, name, individual):
        return bool({("sample", name), ("individual", individual)} & self.gone[dataset])

    # -------------------------------------------------------------- what changes it

    def open(self, dataset, is_readmitting):
        """A dataset before it takes a delivery: one that was withdrawn takes none, unless it is readmitted."""
        if dataset in self.closed and not is_readmitting:
            return False
        self.closed -= {dataset}
        self.known |= {dataset}
        return True

    def deliver(self, dataset, serial, brought, is_replacing=False, is_readmitting=False):
        """brought: {name: Sample}, the parts of which come. (status, samples left out, samples replaced)"""
        if is_readmitting:
            back = {w for name, s in brought.items() for w in (("sample", name), ("individual", s.individual))}
        else:
            back = set()
        staying = {name: s for name, s in brought.items()
                   if is_readmitting or not self.is_gone(dataset, name, s.individual)}
        there = {name for name, s in staying.items()
                 if name in self.samples[dataset] and set(s.parts) & set(self.samples[dataset][name].parts)}
        if there and not is_replacing or not self.open(dataset, is_readmitting):
            return "rejected", 0, 0
        self.gone[dataset] -= back
        for name, s in staying.items():
            had = self.samples[dataset].get(name)
            parts = {**had.parts, **s.parts} if had else s.parts
            self.replaced |= {(had.parts[c].serial, name) for c in s.parts if had and c in had.parts}
            self.samples[dataset][name] = Sample(s.individual, s.karyotype, parts)
        self.files[serial] = {(dataset, name, contig) for name, s in staying.items() for contig in s.parts}
        return "ok", len(brought) - len(staying), len(there)

    def is_whole(self, serial):
        """Does everything that a delivery brought still count, but for those who have withdrawn since? Of somebody
        who was replaced before, the program may think either."""
        counting = 0
        for dataset, name, contig in self.files[serial]:
            sample = self.samples[dataset].get(name)
            if sample is None and ("sample", name) in self.gone[dataset] and (serial, name) not in self.replaced:
                continue
            if sample is None or contig not in sample.parts or sample.parts[contig].serial != serial:
                return False
            counting += 1
        return counting == len(self.files[serial]) or counting > 0 and serial in self.single

    def tell(self, dataset, says, is_replacing=False, is_readmitting=False):
        """A table of people: {individual: {kind: value}}. How many were left out; None where it is refused."""
        n_out = 0
        if not self.open(dataset, is_readmitting):
            return None
        for individual, kinds in says.items():
            if ("individual", individual) in self.gone[dataset]:
                if not is_readmitting:
                    n_out += 1
                    continue
                self.gone[dataset] = self.gone[dataset] - {("individual", individual)}
            had = {} if is_replacing else self.facts[dataset].get(individual, {})
            self.facts[dataset][individual] = {**had, **kinds}
        return n_out

    def withdraw(self, individuals, datasets):
        """Whether it is done: nothing is where one of them is unknown."""
        if any(not any(one in self.people(d) for d in datasets) for one in individuals):
            return False
        for dataset in datasets:
            for one in set(individuals) & self.people(dataset):
                names = [n for n, s in self.samples[dataset].items() if s.individual == one]
                self.gone[dataset] |= {("individual", one), *(("sample", n) for n in names)}
                for name in names:
                    del self.samples[dataset][name]
                self.facts[dataset].pop(one, None)
        return True


    def close(self, dataset):
        """A dataset is withdrawn as a whole. Those in it are not kept out one by one, should it come back."""
        gone = self.gone[dataset]
        self.withdraw(self.people(dataset), [dataset])
        self.erased |= {text for _, text in self.gone[dataset]}
        self.gone[dataset] = gone
        self.known -= {dataset}
        self.closed |= {dataset}

    def left(self):
        """Names and ids of those who have withdrawn and are nowhere."""
        here = {w for d in self.datasets() for w in self.people(d) | set(self.samples[d])}
        gone = {text for its in self.gone.values() for _, text in its} | self.erased
        return {text for text in gone if not any(text in one for one in here)}


class View:
    """A state as it answers: the visible datasets alone."""

    def __init__(self, state, ontology):
        self.state, self.ontology = state, ontology
        self.datasets = state.visible()
        self.bags = {}  # dataset, key: [(individual, bag)]
        self.named = set()
        for dataset in self.datasets:
            for sample in state.samples[dataset].values():
                for part in sample.parts.values():
                    self.named |= part.named

    def bags_of(self, dataset, key):
        """The calls of everybody of a dataset who is called, or carries it in part."""
        if (dataset, key) not in self.bags:
            self.bags[dataset, key] = [
                (s.individual, bag) for s in self.state.samples[dataset].values() if key[0] in s.parts
                for bag in (s.parts[key[0]].bag(key),) if bag[0] or bag[1]]
        return self.bags[dataset, key]

    def row(self, key, cohort=None):
        """The numbers of an allele, of everybody or of {dataset: individuals}. Somebody in two datasets is one person, in
        the form with the most copies; None is a number that this does not settle."""
        sums, forms = collections.Counter(), collections.defaultdict(set)
        for dataset in self.datasets:
            for individual, bag in self.bags_of(dataset, key):
                if cohort is None or individual in cohort[dataset]:
                    sums.update(ac=bag[0], an=bag[0] + bag[1])
                    if bag[0] > 0:
                        forms[individual].add((bag[0], zygosity(bag)))
        for its in forms.values():
            sums["carriers"] += 1
            of_most = {form for n, form in its if n == max(its)[0]}
            if len(of_most) > 1:
                sums.update({form: float("nan") for form in of_most})
            else:
                sums[of_most.pop()] += 1
        return {name: int(sums[name]) if sums[name] == sums[name] else None for name in NUMBERS}

    def overlapping(self, contig, start0, end0):
        return [k for k in self.named if k[0] == contig and k[1] < end0 and k[1] + len(k[2]) > start0]

    def an_at(self, contig, base, datasets):
        """(an, people, expected) at a base; expected is None where it is known of nobody."""
        an = expected = n_unknown = 0
        people = set()
        for dataset in datasets:
            for sample in self.state.samples[dataset].values():
                n = sample.parts[contig].called_at(base) if contig in sample.parts else 0
                an += n
                people |= {sample.individual} if n > 0 else set()
                copies = expected_copies(contig, sample.karyotype)
                expected, n_unknown = expected + (copies or 0), n_unknown + (copies is None)
        n = sum(len(self.state.samples[d]) for d in datasets)
        return an, len(people), None if 0 < n == n_unknown else expected

    # -------------------------------------------------------------- who, {dataset: individuals}

    def everybody(self):
        return {d: self.state.people(d) for d in self.datasets}

    def who(self, keep):
        """Those of whom keep(facts, karyotype) is true."""
        found = {}
        for dataset in self.datasets:
            karyotypes = {s.individual: s.karyotype for s in self.state.samples[dataset].values()}
            found[dataset] = {one for one in self.state.people(dataset)
                              if keep(self.state.facts[dataset].get(one, {}), karyotypes.get(one, "unknown"))}
        return found

    def with_term(self, term, is_alone=False):
        wanted = {term} if is_alone else self.ontology[term]
        return self.who(lambda facts, _: bool(wanted & facts.get("phenotypes", frozenset())))

    def of_sex(self, sex):
        return self.who(lambda facts, karyotype: sex == (
            facts["sex"] if facts.get("sex", "unknown") != "unknown" else SEX_OF.get(karyotype, "unknown")))

    def carriers(self, keys, keep=lambda dataset, key: True, n_copies=None):
        return {d: {one for key in keys if keep(d, key) for one, bag in self.bags_of(d, key)
                    if bag[0] > 0 and n_copies in (None, bag[0])} for d in self.datasets}

    def absent(self, key):
        return {d: {one for one, bag in self.bags_of(d, key) if bag[0] == 0} for d in self.datasets}

    def ac_an(self, dataset, key):
        bags = [bag for _, bag in self.bags_of(dataset, key)]
        return sum(b[0] for b in bags), sum(b[0] + b[1] for b in bags)
