"""The lines of the table: each compares the answers first, then says what it took beside its yardstick."""
import os
import random
import shutil
import subprocess

from data import TERM, asked, lines_of
from measure import Call, Wrong, compared, output_of, size_of, time_text

N_OTHERS = 1000  # alleles that are asked for one after the other

# What is to be reached on which data; None: the line is told without a judgement.
REACH = {
    "one allele": {"d3": 20, "large": 20},
    "people": {"d3": 80, "large": 80},
    "rare": {"d3": 40, "large": 40},
    "every allele": {"d2": 5, "middle": 5, "d3": 20, "large": 20},
    "size": {"d2u": 1.0, "d2": 0.98, "d2m": 11, "d3L": 7.5},
    "import": {"d2": 5, "middle": 5, "d3": 15, "large": 15},
}


class Lines:
    """The lines of one set of data."""

    def __init__(self, o, spawner, table, data):
        self.o, self.spawner, self.table, self.data = o, spawner, table, data
        data.facts()
        self.store, self.imported = data.store()

    def goal(self, line):
        return REACH[line].get(self.data.name)

    # ------------------------------------------------------------ the programs

    def out(self, program):
        return os.path.join(self.data.folder, "out." + program)

    def skerry(self, command, *question, store=None, answer=None):
        store = store or self.store
        argv = [self.o.skerry, command, "-d", store, "--threads", "1", *question]
        return Call(argv, [store], answer or (lambda: self.counted() if command == "count" else self.alleles()),
                    self.out("skerry"))

    def plink2(self, *words, answer=None):
        files = self.data.pgen()
        prefix = os.path.join(self.data.folder, "plink")
        argv = ["plink2", "--threads", "1", "--pfile", self.data.path("c"), *words, "--out", prefix]
        return Call(argv, files, answer or self.plink_alleles, self.out("plink2"))

    def bcftools(self, text, answer):
        return Call(["sh", "-c", text], [self.data.bcf], answer, self.out("bcftools"))

    def with_bcftools(self):
        """bcftools unpacks every genotype: seconds a line at 100,000 people, minutes at a million."""
        return not self.o.quick and (self.o.bcftools or self.data.n_people <= 20000)

    # ------------------------------------------------------------ what they say

    def counted(self):
        return int(lines_of(self.out("skerry"))[0])

    def alleles(self):
        """variant -> (AC, AN); alleles that nobody of the cohort carries are listed by differing rules."""
        rows = (line.split("\t") for line in lines_of(self.out("skerry"))[1:])
        return {r[0]: (int(r[1]), int(r[2])) for r in rows if r[1] != "0"}

    def bcftools_alleles(self):
        rows = (line.split("\t") for line in lines_of(self.out("bcftools")))
        return {r[0]: (int(r[1]), int(r[2])) for r in rows if r[1] != "0"}

    def plink_alleles(self):
        rows = [line.split() for line in lines_of(self.data.path("plink.acount"))][1:]
        return {r[1]: (int(r[-2]), int(r[-1])) for r in rows if r[-2] != "0"}

    def plink_people(self):
        rows = [line.split() for line in lines_of(self.data.path("plink.scount"))]
        columns = [rows[0].index("HOM_ALT_CT"), rows[0].index("HET_CT")]
        return sum(any(r[i] != "0" for i in columns) for r in rows[1:])

    # ------------------------------------------------------------ measuring

    def label(self, line):
        return f"{self.data.name}: {line}"

    def took(self, line, calls, rounds=None):
        taken = self.spawner.in_turns(calls, rounds or self.o.rounds, False, self.data.folder)
        compared(self.label(line), calls)
        return taken

    def against_peers(self, line, calls, reach):
        """Warm by CPU and, unless it has to be quick, cold by wall time; plink2 is the yardstick."""
        taken = self.took(line, calls)
        for peer in (p for p in calls if p != "skerry"):
            ratio = taken[peer].cpu / taken["skerry"].cpu
            judged = reach if peer == "plink2" else None
            self.table.row(self.label(line), peer, time_text(taken[peer].cpu), time_text(taken["skerry"].cpu),
                           f"{ratio:.1f} x", f">= {judged} x" if judged else "",
                           ratio >= judged if judged else None)
        if not self.o.quick:
            self.cold(line, {p: calls[p] for p in calls if p != "bcftools"})
        return taken

    def cold(self, line, calls):
        taken = self.spawner.in_turns(calls, min(3, self.o.rounds), True, self.data.folder)
        for peer in (p for p in calls if p != "skerry"):
            self.table.row(self.label(line) + " (cold, wall time)", peer, time_text(taken[peer].wall),
                           time_text(taken["skerry"].wall), f"{taken[peer].wall / taken['skerry'].wall:.1f} x")

    def resident(self, *question, store=None, threads=1, rounds=None):
        return asked(self.o, store or self.store, threads, rounds or 2 * self.o.rounds + 1, *question)

    # ------------------------------------------------------------ the lines

    def one_allele(self):
        middle, ac, an = self.data.alleles[len(self.data.alleles) // 2]
        at = middle.split("-")[1]
        calls = {"skerry": self.skerry("alleles", "--tsv", f"variant={middle}"),
                 "plink2": self.plink2("--snp", middle, "--freq", "counts")}
        if self.with_bcftools():
            calls["bcftools"] = self.bcftools(
                f"bcftools query -r {self.data.contig}:{at} -i 'ALT=\"{middle.split('-')[3]}\"' "
                f"-f '%CHROM-%POS-%REF-%ALT\\t%AC\\t%AN\\n' {self.data.bcf}", self.bcftools_alleles)
        taken = self.against_peers("one allele, AC and AN", calls, self.goal("one allele"))
        self.table.row(self.label("  peak memory"), "plink2", f"{taken['plink2'].peak:.0f} MB",
                       f"{taken['skerry'].peak:.1f} MB", f"{taken['plink2'].peak / taken['skerry'].peak:.0f} x")
        cpu, _, answer = self.resident("alleles", f"variant={middle}")
        if answer != (1, ac, an):
            raise Wrong(f"one allele: the open engine says {answer}")
        self.table.row(self.label("  of an open engine, warm"), "", "", time_text(cpu), "", "<= 25 us", cpu <= 25e-6)
        cpu, _, _ = self.resident("count", f"carries(variant={middle})")
        self.table.row(self.label("  how many people carry it, open engine, warm"), "", "", time_text(cpu), "",
                       "<= 25 us", cpu <= 25e-6)
        self.other_alleles()

    def other_alleles(self):
        """Another allele each time: nothing that the last question left helps the next one."""
        drawn = random.Random(self.o.seed).sample(self.data.alleles, min(N_OTHERS, len(self.data.alleles)))
        n = len(drawn)
        is_judged = self.data.n_people >= 1000000
        cpu, _, answer = self.resident("alleles", "@" + self.written("others", [f"variant={a[0]}" for a in drawn]))
        if answer != (n, sum(a[1] for a in drawn), sum(a[2] for a in drawn)):
            raise Wrong(f"{n} alleles: the open engine says {answer}")
        self.table.row(self.label(f"  {n} different alleles, AC and AN, open engine, each"), "", "", time_text(cpu), "",
                       "<= 3 us" if is_judged else "", cpu <= 3e-6 if is_judged else None)
        for what, more, most in (("how many people", "", 10e-6), ("and a term", f" and {TERM}", 80e-6)):
            path = self.written("others", [f"carries(variant={a[0]}){more}" for a in drawn])
            cpu, _, _ = self.resident("count", "@" + path)
            self.table.row(self.label(f"  {n} different alleles, {what}, open engine, each"), "", "", time_text(cpu), "",
                           f"<= {time_text(most)}" if is_judged else "", cpu <= most if is_judged else None)

    def written(self, name, lines):
        path = self.data.path(name)
        with open(path, "w") as fh:
            fh.writelines(line + "\n" for line in lines)
        return path

    def region(self):
        last = self.data.first // 10000 * 10000 + 10000
        return self.data.first, last

    def people(self):
        first, last = self.region()
        contig = self.data.contig
        calls = {"skerry": self.skerry("count", f"carries(region={contig}:{first}-{last})"),
                 "plink2": self.plink2("--chr", contig, "--from-bp", str(first), "--to-bp", str(last),
                                       "--sample-counts", "cols=homalt,het", answer=self.plink_people)}
        if self.with_bcftools():
            calls["bcftools"] = self.bcftools(
                f"bcftools query -r {contig}:{first}-{last} -i 'GT=\"alt\"' -f '[%SAMPLE\\n]' {self.data.bcf}",
                lambda: len(set(lines_of(self.out("bcftools")))))
        self.against_peers("people with any allele of 10 kb", calls, self.goal("people"))
        cpu, _, _ = self.resident("count", f"carries(region={contig}:{first}-{last})")
        self.table.row(self.label("  of an open engine, warm"), "", "", time_text(cpu), "")

    def rare(self):
        rare = self.data.path("rare")
        with open(rare, "w") as fh:
            fh.writelines(a + "\n" for a, ac, an in self.data.alleles if ac < 0.001 * an)
        question = "carries(af<0.001) and "
        calls = {"skerry": self.skerry("count", question + TERM),
                 "plink2": self.plink2("--keep", self.data.ids, "--extract", rare, "--sample-counts",
                                       "cols=homalt,het", answer=self.plink_people)}
        taken = self.against_peers("people of a term (10 %) with any rare allele (AF < 0.1 %)", calls,
                                   self.goal("rare"))
        of_file = {"skerry": self.skerry("count", f"{question}id in @{self.data.ids}"), "plink2": calls["plink2"]}
        more = self.took("rare, @FILE", of_file)["skerry"].cpu - taken["skerry"].cpu
        each = more / len(self.data.cohort) * 1e9
        is_judged = self.data.n_people >= 100000
        self.table.row(self.label("  the same people from @FILE"), "the term", time_text(taken["skerry"].cpu),
                       time_text(taken["skerry"].cpu + more), f"{each:.0f} ns an id more",
                       "<= 100 ns" if is_judged else "", each <= 100 if is_judged else None)
        calls = {"skerry": self.skerry("alleles", "--tsv", "af<0.001", "--in", TERM),
                 "plink2": self.plink2("--keep", self.data.ids, "--extract", rare, "--freq", "counts")}
        self.against_peers("AC of rare alleles in 10 %", calls, None)

    def every_allele(self):
        contig = self.data.contig
        calls = {"skerry": self.skerry("alleles", "--tsv", f"region={contig}", "--in", TERM),
                 "plink2": self.plink2("--keep", self.data.ids, "--freq", "counts")}
        if self.with_bcftools():
            calls["bcftools"] = self.bcftools(
                f"bcftools view -S {self.data.ids} -Ou {self.data.bcf} | bcftools query "
                "-f '%CHROM-%POS-%REF-%ALT\\t%AC\\t%AN\\n' -", self.bcftools_alleles)
        taken = self.against_peers("AC of every allele in 10 %", calls, None)
        self.every_allele_resident(None)
        self.beyond_start(calls)

    def beyond_start(self, calls):
        """What every allele costs above a program's shortest question, which is its start; all in turns."""
        middle = self.data.alleles[len(self.data.alleles) // 2][0]
        both = {p: calls[p] for p in ("skerry", "plink2")}
        both["skerry start"] = self.skerry("alleles", "--tsv", f"variant={middle}")
        both["plink2 start"] = self.plink2("--snp", middle, "--freq", "counts")
        taken = self.spawner.in_turns(both, 2 * self.o.rounds, False, self.data.folder)
        beyond = {p: min(taken[p].cpus) - min(taken[p + " start"].cpus) for p in ("skerry", "plink2")}
        if min(beyond.values()) <= 0:
            self.table.row(self.label("  beyond the time of one allele"), "plink2", "", "", "not to be told apart")
            return
        reach = self.goal("every allele")
        ratio = beyond["plink2"] / beyond["skerry"]
        self.table.row(self.label("  beyond the time of one allele"), "plink2", time_text(beyond["plink2"]),
                       time_text(beyond["skerry"]), f"{ratio:.1f} x", f">= {reach} x" if reach else "",
                       ratio >= reach if reach else None)

    def every_allele_resident(self, most):
        cpu, _, _ = self.resident("alleles", f"region={self.data.contig}", TERM)
        self.table.row(self.label("AC of every allele in 10 %, open engine, warm"), "", "", time_text(cpu), "",
                       f"<= {most} ms" if most else "", cpu <= most * 1e-3 if most else None)
        two, _, _ = self.resident("alleles", f"region={self.data.contig}", TERM, threads=2)
        self.table.row(self.label("  the same on two threads, CPU of both"), "one thread", time_text(cpu), time_text(two),
                       f"{two / cpu:.2f} of it", "<= 1.1 of it", two <= 1.1 * cpu)
        return cpu

    def called(self):
        """AN of one base of all and of a tenth, and the track of up to 1 Mb, with or without alleles there. No peer
        keeps it; what a track says of a site is the AN of its alleles."""
        middle, _, an = self.data.alleles[len(self.data.alleles) // 2]
        contig, at = middle.split("-")[:2]
        for what, within, most in (("AN of a base", (), 50e-6), ("AN of a base in 10 %", (TERM,), 15e-3)):
            cpu, _, answer = self.resident("an", f"region={contig}:{at}-{at}", *within)
            if not within and answer[2] != an:
                raise Wrong(f"{what}: {answer}, and the allele has {an}")
            is_judged = self.data.n_people >= 1000000  # of so many people the reach is said
            self.table.row(self.label(f"{what}, open engine"), "", "", time_text(cpu), "",
                           f"<= {time_text(most)}" if is_judged else "", cpu <= most if is_judged else None)
        cpu, _, _ = self.resident("an", f"region={contig}:{self.data.first}-{self.data.first + 999999}")
        self.table.row(self.label("  the track of 1 Mb, or of what there is, open engine"), "", "", time_text(cpu), "",
                       "<= 20 ms", cpu <= 20e-3)

    def export(self):
        """Genotypes of up to 1,000 people in 100 kb, as BCF; both files hold the same records."""
        with open(self.data.path("some"), "w") as fh:
            fh.writelines(i + "\n" for i in lines_of(self.data.ids)[:1000])
        region = f"{self.data.contig}:{self.data.first}-{self.data.first + 99999}"
        ours = self.skerry("export", f"region={region}", "--in", f"id in @{self.data.path('some')}", "--format", "bcf",
                           answer=lambda: self.genotypes("skerry"))
        peer = self.bcftools(f"bcftools view -S {self.data.path('some')} -r {region} --regions-overlap 0 -Ob {self.data.bcf}",
                             lambda: self.genotypes("bcftools"))
        taken = self.took("genotypes", {"skerry": ours, "bcftools": peer})
        ratio = taken["bcftools"].cpu / taken["skerry"].cpu
        is_judged = self.data.n_people >= 100000
        self.table.row(self.label("genotypes of 1,000 people in 100 kb, as BCF"), "bcftools view", time_text(taken["bcftools"].cpu),
                       time_text(taken["skerry"].cpu), f"{ratio:.1f} x", ">= 5 x" if is_judged else "",
                       ratio >= 5 if is_judged else None)

    def genotypes(self, program):
        """A digest of the genotypes, without phase, by place and allele; columns in the order of their names."""
        text = f"bcftools query -f '%POS %REF %ALT[ %SAMPLE=%GT]\\n' {self.out(program)}"
        rows = subprocess.run(text, shell=True, check=True, stdout=subprocess.PIPE).stdout.decode().replace("|", "/").splitlines()
        return hash(tuple(sorted(" ".join(sorted(r.replace("=1/0", "=0/1").split())) for r in rows)))

    def union(self):
        """Everybody who carries any rare allele: the lists of a gene with 50,000 of them."""
        text = output_of(os.path.join(self.o.build, "bench/bench_union"), self.store, "0.001").split()
        n_alleles, n_carriers, people = (int(w) for w in text[:3])
        bitmaps, packed, flat = (int(w) / 1e6 for w in text[3:])
        cpu, _, answer = self.resident("count", "carries(af<0.001)")
        if answer != (people,):
            raise Wrong(f"union of rare alleles: {answer}, CRoaring {people}")
        name = self.label(f"people with any of {n_alleles} rare alleles ({n_carriers} carriers), open engine")
        is_judged = 40000 <= n_alleles
        self.table.row(name, "flat bitmap", time_text(flat), time_text(cpu), f"{cpu / flat:.1f} of it",
                       "<= 2 of it" if is_judged else "", cpu <= 2 * flat if is_judged else None)
        self.table.row(name, "CRoaring or_many", time_text(bitmaps), time_text(cpu), f"{bitmaps / cpu:.2f} x")
        self.table.row(name, "CRoaring, from bytes", time_text(packed), time_text(cpu), f"{packed / cpu:.2f} x")

    def size(self, has_peers):
        ours = self.data.n_bytes
        reach = self.goal("size")
        others = [("BCF and index", size_of(self.data.bcf, self.data.bcf + ".csi"))]
        if has_peers:
            others.append(("plink2", size_of(*self.data.pgen())))
        for name, n in others:
            self.table.row(self.label("size of the whole store"), name, f"{n / 1e6:.2f} MB", f"{ours / 1e6:.3f} MB",
                           f"{n / ours:.2f} x", f"<= {reach} MB" if reach else "",
                           ours <= reach * 1e6 if reach else None)
            reach = None

    def import_line(self):
        """Import beside a plain read of the same file; the store made here is the one that is asked."""
        if self.imported is None and not self.o.imports:
            return
        again = self.data.path("again")
        shutil.rmtree(again, ignore_errors=True)
        argv = self.data.import_words(again, self.data.bcf)
        ours = self.spawner.runs(Call(argv, [], None), 1, os.devnull)[0]
        read = self.spawner.runs(Call([os.path.join(self.o.build, "bench/bench_htslib"), self.data.bcf], [], None), 1,
                                 os.devnull)[0]
        shutil.rmtree(again, ignore_errors=True)
        cpu = min(ours[0], self.imported.cpu if self.imported else ours[0])
        reach = self.goal("import")
        self.table.row(self.label("import from BCF (CPU of all threads)"), "htslib's plain read", time_text(read[0]),
                       time_text(cpu), f"{cpu / read[0]:.2f} of it", f"<= {reach} s" if reach else "",
                       cpu <= reach if reach else None)
        self.table.row(self.label("  wall time"), "htslib's plain read", time_text(read[1]), time_text(ours[1]),
                       f"{ours[1] / read[1]:.2f} of it")
        is_judged = self.data.n_people >= 1000000
        self.table.row(self.label("  peak memory"), "htslib's plain read", f"{read[2]:.0f} MB", f"{ours[2]:.0f} MB", "",
                       "<= 1536 MB" if is_judged else "", ours[2] <= 1536 if is_judged else None)

    # ------------------------------------------------------------ one store beside another

    def questions(self):
        first, last = self.region()
        middle = self.data.alleles[len(self.data.alleles) // 2][0]
        contig = self.data.contig
        return (("one allele, AC and AN", ("alleles", f"variant={middle}")),
                ("people with any allele of 10 kb", ("count", f"carries(region={contig}:{first}-{last})")),
                ("people of a term with any rare allele", ("count", f"carries(af<0.001) and {TERM}")),
                ("AC of every allele", ("alleles", f"region={contig}")),
                ("AC of every allele in 10 %", ("alleles", f"region={contig}", TERM)))

    def beside(self, what, store, of_what, other, most, is_same):
        """The same questions to another store, whole processes and an open engine, in turns."""
        for name, question in self.questions():
            words = (question[0], "--tsv", question[1]) if question[0] == "alleles" else question[:2]
            words += ("--in", question[2]) if len(question) > 2 else ()
            calls = {"skerry": self.skerry(*words, store=store), "other": self.skerry(*words, store=other)}
            calls["other"].out = calls["skerry"].out
            if not is_same:
                for call in calls.values():
                    call.answer = None
            taken = self.spawner.in_turns(calls, self.o.rounds, False, self.data.folder)
            open_ours, open_other = [], []
            for _ in range(self.o.rounds):
                open_ours.append(self.resident(*question, store=store, rounds=3))
                open_other.append(self.resident(*question, store=other, rounds=3))
            if is_same and open_ours[0][2] != open_other[0][2]:
                raise Wrong(f"{self.label(name)}: {what} says {open_ours[0][2]}, {of_what} {open_other[0][2]}")
            middle = [sorted(t[0] for t in taken)[len(taken) // 2] for taken in (open_ours, open_other)]
            for how, ours, its in (("process", taken["skerry"].cpu, taken["other"].cpu),
                                   ("open engine", middle[0], middle[1])):
                ratio = ours / its
                # Missing calls may cost more where a cohort's AN is asked for: judged by the cell.
                is_judged = self.data.name != "small" and (is_same or len(question) < 3)
                self.table.row(self.label(f"{name}: {what}, {how}"), of_what, time_text(its), time_text(ours),
                               f"{ratio:.2f} of it", f"<= {most} of it" if is_judged else "",
                               ratio <= most if is_judged else None)

    def segments(self):
        self.beside("17 segments, 1 % replaced", self.data.store16(), "one segment", self.store, 1.5, True)

    def missing(self, clean):
        """self is the same people with calls missing."""
        self.beside("0.5 % missing", self.store, "none missing", clean.store, 1.5, False)
        ours = self.resident("alleles", f"region={self.data.contig}", TERM)[0]
        its = clean.resident("alleles", f"region={self.data.contig}", TERM)[0]
        n_missing = sum(2 * self.data.n_people - an for _, _, an in self.data.alleles) / 2
        each = (ours - its) / n_missing * 1e9
        self.table.row(self.label("  AN of a cohort: each missing cell"), "", f"{n_missing / 1e6:.1f} M cells",
                       f"{each:.2f} ns", "", "<= 2 ns", each <= 2)


def big(o, spawner, table, store, question):
    """A store of ten million alleles: warm and cold, one thread and two, beside the bare disk."""
    alleles = ["alleles", "region=" + o.big_contig, question]
    disk = os.path.join(o.build, "bench/bench_disk")
    n_bytes = size_of(store)
    for threads in (2, 1):
        cpu, wall, answer = asked(o, store, threads, 1, *alleles)
        if threads == 2:
            two = wall
            table.row(f"big: AC of every allele in a cohort ({answer[0]} alleles), 2 threads, warm, open engine", "", "",
                      time_text(wall), f"{time_text(cpu)} of CPU", "<= 5 s", wall <= 5)
        else:
            table.row("big: two threads beside one, warm", "1 thread", time_text(wall), time_text(two),
                      f"{wall / two:.2f} x", ">= 1.8 x", wall / two >= 1.8)
    call = Call([o.skerry, "alleles", "-d", store, "--threads", "2", "--tsv", alleles[1], "--in", question], [store], None,
                os.devnull)
    whole = spawner.in_turns({"warm": call}, 1, False, os.devnull)["warm"]
    table.row("big: the same, whole process that prints every row, warm", "", "", time_text(whole.wall),
              f"{time_text(whole.cpu)} of CPU", "<= 5 s", whole.wall <= 5)
    files = [os.path.join(store, f) for f in sorted(os.listdir(store)) if f.startswith("segment")]
    bare, cold = [], []
    for _ in range(3):
        bare.append(float(output_of(disk, *files).split()[1]) / 1e6)
        cold.append(spawner.in_turns({"cold": call}, 1, True, os.devnull)["cold"].wall)
    least = sorted(bare)[1]
    middle = sorted(cold)[1]
    table.row("big: the same, cold", "larger of warm and bare read", time_text(max(least, whole.wall)), time_text(middle),
              f"{middle / max(least, whole.wall):.2f} of it", "<= 1.3 of it", middle <= 1.3 * max(least, whole.wall))
    table.row(f"big: cold scan of {n_bytes / 1e9:.2f} GB", "bare read (O_DIRECT, 512 KiB x 8, huge pages)",
              time_text(least), time_text(middle), f"{least / middle:.2f} of its rate", ">= 0.85",
              least / middle >= 0.85)
