"""Questions beside tables of genes and terms that they need or do not: made from a seed, no download."""
import os
import random
import shutil

from data import asked, lines_of
from measure import Call, Wrong, must, time_text

N_TERMS, N_OLD_IDS = 18500, 4000   # as HPO has
N_PEOPLE, N_STATED, N_EACH = 6436, 8000, 20
ROOT = "TM:0000000"
GENES = (22000, 60000)


def name_of(term):
    return f"TM:{term:07d}"


def write_genes(path, n, contig, first, seed):
    """Genes all over one contig, the one in the middle of the table where the data are."""
    rng = random.Random(seed)
    with open(path, "w") as fh:
        for i in range(n):
            start = first if i == n // 2 else rng.randrange(1000000, 240000000)
            fh.write(f"ENSG{i:011d}\tchr{contig}\t{start}\t{start + 5000}\tGENE{i}{rng.choice('ABCDEF')}{rng.randrange(100)}\n"
                     if i != n // 2 else f"ENSG{i:011d}\tchr{contig}\t{start}\t{start + 5000}\tMIDDLE\n")


def write_terms(path, seed):
    """A graph of the size and depth of HPO: some terms have two parents, some had other ids before."""
    rng = random.Random(seed)
    with open(path, "w") as fh:
        fh.write("ontology: tm\ndata-version: 1\n")
        for i in range(N_TERMS):
            words = " ".join(f"{rng.randrange(1 << 20):x}" for _ in range(5))
            fh.write(f"\n[Term]\nid: {name_of(i)}\nname: {words}\n")
            if i % (N_TERMS // N_OLD_IDS) == 0:
                fh.write(f"alt_id: {name_of(5000000 + i)}\n")
            parents = {rng.randrange(i // 8, i // 3 + 1)} if i > 0 else set()
            if i > 10 and rng.random() < 0.3:
                parents.add(rng.randrange(i // 8, i // 3 + 1))
            fh.write("".join(f"is_a: {name_of(p)}\n" for p in sorted(parents)))


def write_people(path, seed):
    rng = random.Random(seed)
    with open(path, "w") as fh:
        fh.write("individual\tphenotypes\n")
        for i in range(N_PEOPLE):
            terms = {N_TERMS - 1 - int(N_STATED * rng.random() ** 2) for _ in range(N_EACH)}
            fh.write(f"p{i}\t{'|'.join(map(name_of, sorted(terms)))}\n")


class Tables:
    """Copies of one store with 0, 22,000 and 60,000 genes, with the terms as well, and with these alone."""

    def __init__(self, lines):
        self.lines, self.o, self.data = lines, lines.o, lines.data
        self.answers = {}

    def load(self, store, command, *words):
        must(self.o.skerry, command, "-q", "-d", store, *words)

    def stores(self):
        """what is loaded -> store"""
        files = {n: self.data.path(f"genes{n}.txt") for n in GENES}
        for n, path in files.items():
            write_genes(path, n, self.data.contig, self.data.first, self.o.seed)
        write_terms(self.data.path("terms.obo"), self.o.seed)
        write_people(self.data.path("people.tsv"), self.o.seed)
        made, before = {}, self.lines.store
        obo = ["ontology", [self.data.path("terms.obo")]]
        for what, command, words in (("no tables", "people", ["--dataset", "p", self.data.path("people.tsv")]),
                                     (f"{GENES[0]} genes", "genes", [files[GENES[0]]]),
                                     (f"{GENES[1]} genes", "genes", [files[GENES[1]]]),
                                     (f"{GENES[1]} genes, {N_TERMS} terms", *obo),
                                     (f"{N_TERMS} terms", *obo)):
            store = self.data.path(f"tables{len(made)}")
            shutil.rmtree(store, ignore_errors=True)
            shutil.copytree(before if "genes" in what or not made else made["no tables"], store)
            self.load(store, command, *words)
            made[what] = before = store
        return made

    def took(self, question, stores, answer_of=None):
        """what -> (CPU of a process, of an open engine), in turns; all must answer the same, and as another question."""
        out = self.lines.out("skerry")
        calls = {what: Call([self.o.skerry, "count", "-q", "-d", store, "--threads", "1", question], [store], None, out)
                 for what, store in stores.items()}
        taken = self.lines.spawner.in_turns(calls, self.o.rounds, False, self.data.folder)
        answers, found = set(), {}
        for what, store in stores.items():
            runs = [asked(self.o, store, 1, 3, "count", question) for _ in range(self.o.rounds)]
            answers.update(run[2] for run in runs)
            found[what] = taken[what].cpu, sorted(run[0] for run in runs)[len(runs) // 2]
        answers.add((int(lines_of(out)[0]),))
        answers.add(self.answers.setdefault(answer_of or question, next(iter(answers))))
        if len(answers) != 1:
            raise Wrong(f"{self.lines.label(question)}: {answers}")
        return found

    def beside(self, line, question, stores, its, what_it_is, most, answer_of=None):
        """A question with tables beside one that needs none."""
        for what, ours in self.took(question, stores, answer_of).items():
            for how, one, other in zip(("process", "open engine"), ours, its):
                judged = most if how == "process" else None
                self.lines.table.row(self.lines.label(f"{line}, {what}, {how}"), what_it_is, time_text(other), time_text(one),
                                     f"{one / other:.2f} of it", f"<= {judged} of it" if judged else "",
                                     one <= judged * other if judged else None)

    def tell(self):
        stores = self.stores()
        bare = {"no tables": stores["no tables"]}
        with_genes = {what: store for what, store in stores.items() if "genes" in what}
        with_terms = {what: store for what, store in stores.items() if "terms" in what}
        middle = self.data.alleles[len(self.data.alleles) // 2][0]
        allele = f"carries(variant={middle})"
        self.beside("one allele", allele, with_genes, self.took(allele, bare)["no tables"], "no tables", 1.2)
        region = f"carries(region={self.data.contig}:{self.data.first + 1}-{self.data.first + 5000})"
        self.beside("a gene", "carries(gene=MIDDLE)", with_genes, self.took(region, bare)["no tables"],
                    "its region, no tables", None, region)
        for what, took in self.took(ROOT, with_terms).items():
            for how, one in zip(("process", "open engine"), took):
                name = self.lines.label(f"the root, {N_PEOPLE} people, {what}, {how}")
                self.lines.table.row(name, "", "", time_text(one), "", "<= 3 ms", one <= 3e-3)
