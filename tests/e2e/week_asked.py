"""What week.py asks: drawn questions about people and alleles, as text for the shell, as Beacon requests, and as the
model answers them."""
import week_drawn


def name_of(key):
    return f"{key[0]}-{key[1] + 1}-{key[2]}-{key[3]}"


class Asker:
    """Draws questions to a view of the model."""

    def __init__(self, rng, world, view):
        self.rng, self.world, self.view = rng, world, view
        # Where nobody has a contig the store may not know it: then no question names it.
        self.contigs = sorted({part.contig for d in view.datasets for s in view.state.samples[d].values()
                               for part in s.parts.values()})

    def key(self):
        if self.view.named and self.rng.random() < 0.7:
            return self.rng.choice(sorted(self.view.named))
        return self.world.unnamed(self.rng, self.rng.choice(self.contigs))

    def region(self):
        """(text, keys in it, contig, start0, end0)"""
        contig = self.rng.choice(self.contigs)
        start0 = week_drawn.CONTIGS[contig] + self.rng.randrange(week_drawn.N_BASES)
        end0 = start0 + self.rng.choice((1, 5, 30, 150))
        return f"region={contig}:{start0 + 1}-{end0}", self.view.overlapping(contig, start0, end0), contig, start0, end0

    def carried(self):
        """carries(...) with its people."""
        kind = self.rng.randrange(6)
        if kind == 0:
            key = self.key()
            return f"carries(variant={name_of(key)})", self.view.carriers([key])
        text, keys, *_ = self.region()
        if kind == 1:
            return f"carries({text})", self.view.carriers(keys)
        if kind == 2:
            limit = self.rng.randrange(1, 12)
            return (f"carries({text} and ac<={limit})",
                    self.view.carriers(keys, lambda d, k: self.view.ac_an(d, k)[0] <= limit))
        if kind == 3:
            limit = self.rng.choice((23, 101, 257, 401))  # in thousandths; no AF is one of them
            def is_rare(dataset, key):
                ac, an = self.view.ac_an(dataset, key)
                return an > 0 and 1000 * ac < limit * an
            return f"carries({text} and af<0.{limit:03})", self.view.carriers(keys, is_rare)
        if kind == 4:
            snvs = [k for k in keys if len(k[2]) == len(k[3])]
            return f"carries({text} and type=snv)", self.view.carriers(snvs)
        return f"carries({text} and copies=2)", self.view.carriers(keys, n_copies=2)

    def atom(self):
        kind = self.rng.randrange(9)
        if kind < 4 and self.contigs:
            return self.carried()
        if kind == 4 and self.contigs:
            key = self.key()
            return f"absent(variant={name_of(key)})", self.view.absent(key)
        if kind == 5:
            sex = self.rng.choice(("female", "male", "unknown"))
            return f"sex={sex}", self.view.of_sex(sex)
        if kind == 6:
            karyotype = self.rng.choice(("XX", "XY", "XXY", "unknown"))
            return f"karyotype={karyotype}", self.view.who(lambda _, k: k == karyotype)
        if kind == 7:
            age = self.rng.randrange(1, 90)
            return f"age>={age}", self.view.who(lambda facts, _: facts.get("age", -1) >= age)
        term = self.rng.choice(week_drawn.TERMS)
        if self.rng.random() < 0.3:
            return f"only({term})", self.view.with_term(term, True)
        return term, self.view.with_term(term)

    def people(self, depth=0):
        """(text, {dataset: individuals})"""
        kind = self.rng.random()
        if depth > 2 or kind < 0.4:
            return self.atom()
        text, who = self.people(depth + 1)
        if kind < 0.55:
            return f"not ({text})", {d: everybody - who[d] for d, everybody in self.view.everybody().items()}
        other_text, other = self.people(depth + 1)
        if kind < 0.8:
            return f"({text}) and ({other_text})", {d: who[d] & other[d] for d in who}
        return f"({text}) or ({other_text})", {d: who[d] | other[d] for d in who}

    def beacon(self):
        """(path, body, {dataset: number}, is the total a sum): a question to the server."""
        filters, who = [], self.view.everybody()
        for _ in range(self.rng.choice((0, 0, 1, 2))):
            term = self.rng.choice(week_drawn.TERMS)
            filters.append({"id": term})
            who = {d: who[d] & self.view.with_term(term)[d] for d in who}
        if self.rng.random() < 0.2:
            filters.append({"id": "NCIT:C16576"})
            who = {d: who[d] & self.view.of_sex("female")[d] for d in who}
        parameters, keys = {"assemblyId": "GRCh38"}, None
        kind = self.rng.random() if self.contigs else 1
        if kind < 0.5:
            key = self.key()
            keys = [key]
            parameters.update(referenceName=key[0], start=[key[1]], referenceBases=key[2], alternateBases=key[3])
        elif kind < 0.9:
            _, keys, contig, start0, end0 = self.region()
            parameters.update(referenceName=contig, start=[start0], end=[end0])
        if keys is not None:
            having = self.view.carriers(keys)
            if not filters and kind >= 0.5 and self.rng.random() < 0.5:
                path, numbers = "/api/g_variants", self.named(keys)
                return path, self.body(parameters, filters), numbers, len(set(keys))
            who = {d: who[d] & having[d] for d in who}
        numbers = {d: len(people) for d, people in who.items()}
        return ("/api/individuals", self.body(parameters if keys is not None else {}, filters), numbers,
                len(set().union(*who.values())))

    def named(self, keys):
        """How many of the keys a record of each dataset names."""
        return {d: len({k for s in self.view.state.samples[d].values() for p in s.parts.values() for k in p.named}
                       & set(keys)) for d in self.view.datasets}

    @staticmethod
    def body(parameters, filters):
        return {"meta": {"apiVersion": "2.0"},
                "query": {"requestedGranularity": "count", "includeResultsetResponses": "ALL",
                          "requestParameters": {"g_variant": parameters} if parameters else {}, "filters": filters}}
