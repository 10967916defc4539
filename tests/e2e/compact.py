#!/usr/bin/env python3
"""Compaction changes no answer: drawn deliveries of every kind, compacted at random, with what the store answered
before, and with one import of all where there is one.

Joint VCFs, gVCFs, callable BEDs, structural alleles, X, Y and MT, several deliveries of one person, replacing contig by
contig. The seed is printed; SKERRY_SEED brings it back. Kinds of trouble that compactions elsewhere had are named where
they are tried."""
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

import gvcf_cohorts
import harness

BASES = "ACGT"
CONTIGS = {"22": 1000, "X": 2781380, "Y": 2781380, "MT": 100}  # X and Y over the border of PAR1
N_BASES = gvcf_cohorts.N_BASES
HEAD = ("##fileformat=VCFv4.2\n##contig=<ID=22,length=50818468>\n##contig=<ID=X,length=156040895>\n"
        "##contig=<ID=Y,length=57227415>\n##contig=<ID=MT,length=16569>\n"
        "##INFO=<ID=END,Number=1,Type=Integer,Description=\"\">\n##INFO=<ID=SVTYPE,Number=1,Type=String,Description=\"\">\n"
        "##INFO=<ID=SVLEN,Number=.,Type=Integer,Description=\"\">\n##FILTER=<ID=Low,Description=\"\">\n"
        "##ALT=<ID=DEL,Description=\"\">\n##ALT=<ID=DUP,Description=\"\">\n##ALT=<ID=INS,Description=\"\">\n"
        "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"\">\n"
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t")
ON_THE_WAY = 0.25  # the share of deliveries after which is compacted
SEXES = ("XX", "XY", "XXY", "unknown")


class World:
    """The bases of a made genome, and the sites that all deliveries draw from."""

    def __init__(self, rng):
        self.bases = {c: "".join(rng.choice(BASES) for _ in range(N_BASES + 60)) for c in CONTIGS}
        self.sites = {c: [self.site(rng, c) for _ in range(rng.choice((4, 14, 30)))] for c in CONTIGS}

    def site(self, rng, contig):
        at = rng.randrange(N_BASES - 20)
        ref, kind = self.bases[contig][at], rng.random()
        other = [b for b in BASES if b != ref]
        if kind < 0.55:
            return at, ref, rng.sample(other, rng.choice((1, 1, 1, 2)))
        if kind < 0.65:
            return at, ref, [ref + "".join(rng.choice(BASES) for _ in range(rng.randrange(1, 4)))]
        if kind < 0.75:
            n = rng.randrange(2, 6)
            return at, self.bases[contig][at:at + n], [ref]
        if kind < 0.85:
            two = self.bases[contig][at:at + 2]
            return at, two, ["".join(rng.choice([b for b in BASES if b != c]) for c in two)]
        return at, ref, [rng.choice(("<DEL>", "<DUP>", "<INS>"))]


def genotype(rng, n_alts):
    copies = [rng.choice((0, 0, 0, *range(1, n_alts + 1))) for _ in range(2)]
    text = [str(c) for c in copies]
    if rng.random() < 0.1:
        text[rng.randrange(2)] = "."
    if rng.random() < 0.05:
        text = ["."] * 2
    return rng.choice("/|").join(text) + ":" + rng.choice(("60", "60", "60", "10"))


def joint(rng, world, samples, contigs, share=1.0):
    """A joint VCF of some of the sites of the world."""
    lines = []
    for contig in contigs:
        for at, ref, alts in sorted(world.sites[contig]):
            if rng.random() >= share:
                continue
            info = "."
            if alts[0].startswith("<"):
                n = rng.choice((10, 10, 30))
                end = at + CONTIGS[contig] + (0 if alts[0] == "<INS>" else n)
                info = f"SVTYPE={alts[0][1:-1]};END={end + 1};SVLEN={'-' if alts[0] == '<DEL>' else ''}{n}"
            calls = [genotype(rng, len(alts)) for _ in samples]
            if contig == "MT":
                calls = [c if rng.random() < 0.2 else c[0] + c[3:] for c in calls]
            flt = rng.choice(("PASS", "PASS", "PASS", "Low"))
            lines.append(f"{contig}\t{at + CONTIGS[contig] + 1}\t.\t{ref}\t{','.join(alts)}\t.\t{flt}\t{info}\tGT:GQ\t"
                         + "\t".join(calls) + "\n")
    return HEAD + "\t".join(samples) + "\n" + "".join(lines)


def blocks(rng, world, sample, sex):
    """A gVCF of one person."""
    person = gvcf_cohorts.Person(sample, sex)
    gvcf_cohorts.write_genome(rng, person, world.bases)
    return gvcf_cohorts.HEAD + sample + "\n" + "".join(person.lines)


def bed(rng, contigs):
    lines = []
    for contig in contigs:
        at = CONTIGS[contig]
        while at < CONTIGS[contig] + N_BASES:
            end = at + rng.randrange(5, 90)
            lines.append(f"{contig}\t{at}\t{end}\n")
            at = end + rng.randrange(1, 40)
    return "".join(lines)


# ------------------------------------------------------------------ what a store answers

def questions(rng, world):
    """Everything that is asked before and after: words of the command line."""
    named = []
    for contig, sites in world.sites.items():
        for at, ref, alts in sites:
            for alt in alts + [rng.choice(BASES)]:
                if alt != ref and not alt.startswith("<"):
                    named.append(f"variant={contig}-{at + CONTIGS[contig] + 1}-{ref}-{alt}")
    for contig in CONTIGS:
        for _ in range(15):
            at = rng.randrange(N_BASES)
            ref = world.bases[contig][at]
            named.append(f"variant={contig}-{at + CONTIGS[contig] + 1}-{ref}-{rng.choice([b for b in BASES if b != ref])}")
    regions = {c: f"region={c}:{at - 50}-{at + N_BASES + 300}" for c, at in CONTIGS.items()}
    asked = []
    for contig in CONTIGS:
        of = [n for n in named if n.startswith(f"variant={contig}-")]
        asked += [("alleles", "--json", " or ".join(of[i:i + 60])) for i in range(0, len(of), 60)]
    asked += [("alleles", "--json", r) for r in regions.values()]
    asked += [("alleles", "--json", "region=22:900-2000 and filter=PASS"), ("alleles", "--json", "--in", "sex=female", regions["X"])]
    asked += [("an", "--json", "--region", r[len("region="):]) for r in regions.values()]
    asked += [("an", "--json", "--by", "sex", "--region", regions[c][len("region="):]) for c in ("22", "X", "Y")]
    pick = rng.sample(named, min(6, len(named)))
    asked += [("count", "--json", q) for q in
              ["all", "sex=female", "carries(af<0.2)", "biallelic(af<0.5)", f"biallelic({regions['22']})", "not carries(ac=1)",
               "carries(type=del) or carries(type=dup)", f"carries({regions['X']} and af<0.3) and sex=male",
               "carries(filter=PASS)"] + [f"carries({v})" for v in pick] + [f"absent({v})" for v in pick[:3]] +
              [f"not carries({v})" for v in pick[:2]]]
    return asked


def strip(text):
    """An answer without what tells of time and generation, and without the warning of a low AN: it counts rows that are
    judged, those of dead samples among them, and judges by bounds."""
    out = []
    for line in text.splitlines():
        try:
            one = json.loads(line)
        except ValueError:
            out.append(line)
            continue
        if isinstance(one, dict):
            for key in ("generation", "ms"):
                one.pop(key, None)
            if "warnings" in one:
                one["warnings"] = [w for w in one["warnings"] if isinstance(w, str) or w["code"] != "low-an"]
        out.append(json.dumps(one, sort_keys=True))
    return out


def answers(s, store, asked):
    told = []
    for words in asked:
        done = s.run(words[0], "-d", store, *words[1:])
        told.append((done.code, strip(done.out), done.said() if done.code else ""))
    return told


def differences(asked, before, after):
    wrong = []
    for words, a, b in zip(asked, before, after):
        if a == b:
            continue
        lines = [f"{x} -> {y}" for x, y in zip(a[1], b[1]) if x != y][:2] or [f"{len(a[1])} lines -> {len(b[1])}"]
        wrong.append(f"{' '.join(words)[:160]}: {a[0]} {a[2]} -> {b[0]} {b[2]}: {lines}")
    return wrong


# ------------------------------------------------------------------ drawn stores

class Store:
    def __init__(self, s, rng, name):
        self.s, self.rng, self.name, self.path = s, rng, name, s.path(name)
        self.twin = s.path(name + "-twin")  # takes the same deliveries and is never compacted
        self.n = 0
        self.n_people = 0  # that were ever delivered: a name is not given again when somebody withdraws
        self.sex = {}

    def file(self, text, end=".vcf"):
        self.n += 1
        return self.s.write(f"{self.name}-files/{self.n}{end}", text)

    def new_people(self, n):
        self.n_people += n
        return [f"p{self.n_people - n + i}" for i in range(n)]

    def sheet(self, samples):
        """Mostly what is known of them; some sheets do not know it, and some contradict those before."""
        told = []
        for one in samples:
            self.sex.setdefault(one, self.rng.choice(SEXES))
            kind = self.rng.random()
            told.append(self.sex[one] if kind > 0.15 else "unknown" if kind > 0.05 else self.rng.choice(SEXES))
        return self.file("sample\tsex\n" + "".join(f"{one}\t{sex}\n" for one, sex in zip(samples, told)), ".tsv")

    def take(self, files, samples, *more):
        words = ("--dataset", "d", "--assembly", "GRCh38", "--json", "--samples", self.sheet(samples), *more, *files)
        done, twin = (self.s.run("import", "-d", path, *words) for path in (self.path, self.twin))
        if done.code not in (0, 2) or strip(done.out) != strip(twin.out):
            return f"exit {done.code}, {twin.code}: {done.said()}: {strip(done.out)}, not {strip(twin.out)}"
        return done.code

    def compact(self, *more):
        return self.s.run("compact", "-d", self.path, "--json", *more)


def deliver(store, world, people):
    """One drawn delivery of whichever kind; those that the store refuses are part of it."""
    rng = store.rng
    kind = rng.random()
    new = store.new_people(rng.choice((1, 1, 2, 3, 6)))
    contigs = list(CONTIGS)
    if kind < 0.45:
        people += new
        more = ()
        if rng.random() < 0.3:
            more = ("--callable", store.file(bed(rng, rng.sample(contigs, 2)), ".bed"))
        elif rng.random() < 0.2:
            more = ("--absent-is", "hom-ref")
        return store.take([store.file(joint(rng, world, new, contigs, rng.choice((1.0, 0.6))))], new, *more)
    if kind < 0.65:
        people += new
        for one in new:
            store.sex[one] = rng.choice(SEXES)
        return store.take([store.file(blocks(rng, world, one, store.sex[one])) for one in new], new, "--format", "gvcf")
    if kind < 0.8:
        # one person by contigs, in several deliveries; of some the sex is told by the second alone
        people += new
        rng.shuffle(contigs)
        first, second = contigs[:2], contigs[2:]
        codes = [store.take([store.file(joint(rng, world, new, part))], new) for part in (first, second)]
        return max(codes, key=str)
    if kind > 0.92 and people:
        gone = people.pop(rng.randrange(len(people)))
        codes = [store.s.run("withdraw", "-q", "-d", path, "--individual", gone).code for path in (store.path, store.twin)]
        return 0 if codes[0] == codes[1] else f"withdraw {gone}: exits {codes}"
    if people:
        again = rng.sample(people, min(len(people), rng.choice((1, 2, 4))))
        part = rng.sample(contigs, rng.choice((1, 1, 2, 4)))
        return store.take([store.file(joint(rng, world, again, part))], again, "--replace")
    return 0


def ask_all(store, asked):
    """Names that the store cannot answer, such as a contig that nobody delivered, are left out."""
    return [a for a in asked if store.s.run(a[0], "-d", store.path, *a[1:]).code == 0]


def drawn(s, seed):
    rng = random.Random(seed)
    world = World(rng)
    store = Store(s, rng, f"drawn{seed}")
    people, asked = [], questions(rng, world)
    codes = []
    for _ in range(rng.choice((2, 4, 8, 20))):
        codes.append(deliver(store, world, people))
        if people and rng.random() < ON_THE_WAY:
            before = answers(s, store.path, asked)
            done = store.compact(*rng.choice(((), ("--all",))))
            wrong = differences(asked, before, answers(s, store.path, asked))
            if not s.check(f"drawn {seed}: compacted on the way", (0, []), (done.code, wrong[:3]), done.err):
                return
    if not os.path.exists(store.path):
        return
    if any(isinstance(c, str) for c in codes):
        s.check(f"drawn {seed}: delivered", [], [c for c in codes if isinstance(c, str)])
        return
    asked += [("info", "--callable", one) for one in rng.sample(people, min(3, len(people)))]
    before = answers(s, store.path, asked)
    done = store.compact("--all")
    after = answers(s, store.path, asked)
    s.check(f"drawn {seed}: {len(asked)} questions before and after", (0, []), (done.code, differences(asked, before, after)[:3]),
            done.err)
    told = done.objects()[-1] if done.code == 0 else {}
    # those whose indels have met no reference stay apart; where all have withdrawn nothing is left
    least = 1 if people else 0
    s.check(f"drawn {seed}: into one", True, least <= told.get("segments_after", 9) <= 2, told)
    # whose record passed FILTER is not kept once rows are one, as in an import of several files
    told = differences(asked, answers(s, store.twin, asked), after)
    s.check(f"drawn {seed}: as if nothing had ever been compacted", [], [d for d in told if "filter=" not in d][:3])
    verified = s.run("verify", "-d", store.path)
    s.check(f"drawn {seed}: sound", (0, "sound\n"), (verified.code, verified.out))
    again = store.compact("--all")
    s.check(f"drawn {seed}: nothing is left to do", "noop", again.objects()[-1]["status"] if again.code == 0 else again.said())


# ------------------------------------------------------------------ what happens on the way

GENERATOR = os.environ.get("SKERRY_COHORT") or os.path.join(harness.SOURCE, "build/tools/cohort/skerry-cohort")
ASKED = [("alleles", "--json", "region=22"), ("count", "--json", "carries(af<0.05)"), ("count", "--json", "not carries(ac=1)")]


def many(s, name, n, people=40, bases=20000):
    """A store of n segments of people with the same ancestors, and what it answers."""
    store = s.path(name)
    for i in range(n):
        subprocess.run([GENERATOR, "--people", str(n * people), "--bases", str(bases), "--only", f"{i * people}-{i * people + people - 1}",
                        "--all-alleles", "--dataset", "d", "--store", store], check=True)
    return store, answers(s, store, ASKED)


def files(store):
    return sorted(f for f in os.listdir(store) if f not in ("UPKEEP", "LOCK"))


def levels(s):
    """Sixteen of a size are merged, fewer are not; the same as one cohort in one segment."""
    store, before = many(s, "levels", 15)
    done = s.run("compact", "-d", store, "--json").objects()[-1]
    s.check("levels: fifteen stay", ("noop", 0, 15), (done["status"], done["merges"], done["segments_after"]))
    store, before = many(s, "levels16", 16)
    facts = s.run("info", "-d", store, "--samples").out
    done = s.run("compact", "-d", store, "--json").objects()[-1]
    s.check("levels: sixteen become one", ("ok", 1, 16, 1), tuple(done[k] for k in ("status", "merges", "segments_before", "segments_after")))
    s.check("levels: the same facts of samples", True, facts == s.run("info", "-d", store, "--samples").out and len(facts) > 10000)
    s.check("levels: the same answers", [], differences(ASKED, before, answers(s, store, ASKED)))
    whole = s.path("levels-whole")
    subprocess.run([GENERATOR, "--people", str(16 * 40), "--bases", "20000", "--dataset", "d", "--store", whole], check=True)
    s.check("levels: as one delivery of all", [], differences(ASKED, answers(s, whole, ASKED), answers(s, store, ASKED)))
    sizes = [max(os.path.getsize(os.path.join(d, f)) for f in os.listdir(d) if f.startswith("segment")) for d in (whole, store)]
    s.check("levels: and no larger", True, sizes[1] <= 1.05 * sizes[0], sizes)
    s.check("levels: a dataset that is not there", 2, s.run("compact", "-d", store, "--dataset", "other").code)
    s.check("levels: no store", 3, s.run("compact", "-d", s.path("nowhere")).code)
    s.check("levels: too little memory to say", 2, s.run("compact", "-d", store, "--memory", "1").code)


def killed(s, rng):
    """AMReX-style restarts aside, what databases report is files left behind and halves published: etcd-io/bbolt#335."""
    store, before = many(s, "killed", 12, people=100, bases=60000)
    began = time.time()
    s.run("compact", "-d", s.run("copy", "-d", store, s.path("killed-timed")) and s.path("killed-timed"), "--all")
    usual = time.time() - began
    wrong = []
    for i in range(16):
        number = rng.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGINT))
        child = subprocess.Popen([s.program, "compact", "-q", "-d", store, "--all", "--memory", "64"], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        time.sleep(rng.random() * usual * 1.1)
        child.send_signal(number)
        code = child.wait()
        if number == signal.SIGINT and code not in (130, 0, -signal.SIGINT):  # the last: it had not begun to catch it
            wrong.append(f"Ctrl-C: exit {code}")
        verified = s.run("verify", "-d", store)
        wrong += [f"verify after {number.name}: {verified.out[:200]}"] if verified.code else []
        wrong += differences(ASKED, before, answers(s, store, ASKED))
        if number == signal.SIGINT and any(f.endswith(".part") for f in files(store)):
            wrong.append("Ctrl-C left a file")
    s.check("killed: the store is as before or after", [], wrong[:4])
    done = s.run("compact", "-d", store, "--all", "--json")
    s.check("killed: the next run ends it", (0, 1), (done.code, done.objects()[-1]["segments_after"] if done.code == 0 else done.said()))
    s.check("killed: nothing is left", [], [f for f in files(store) if f.endswith((".part", ".tmp"))])
    s.check("killed: the same answers", [], differences(ASKED, before, answers(s, store, ASKED)))


def damaged(s, rng):
    """A merge of a segment that is broken. Nothing of it may be taken, and nothing lost."""
    wrong = []
    for i in range(8):
        store, right = many(s, f"damaged{i}", 3)
        name = rng.choice([f for f in files(store) if f.startswith("segment")])
        with open(os.path.join(store, name), "r+b") as fh:
            at = rng.randrange(os.path.getsize(os.path.join(store, name)))
            fh.seek(at)
            byte = fh.read(1)[0]
            fh.seek(at)
            fh.write(bytes([byte ^ 1 << rng.randrange(8)]))
        before = files(store)
        manifest = open(os.path.join(store, "MANIFEST"), "rb").read()
        done = s.run("compact", "-d", store, "--all")
        same = before == files(store) and manifest == open(os.path.join(store, "MANIFEST"), "rb").read()
        if done.code == 0 and not differences(ASKED, right, answers(s, store, ASKED)):
            continue  # between two blocks, or of a count that is made anew
        if (done.code, same) != (3, True) or done.err.count("\n") != 1:
            wrong.append(f"{name} byte {at}: exit {done.code}, as before {same}: {done.said()}")
    s.check("damaged: refused, and the store as before", [], wrong)


def overtaken(s):
    """Imports, replacing and withdrawing while a merge is at work: it is told what died meanwhile."""
    store, _ = many(s, "overtaken", 6, people=300, bases=60000)
    child = subprocess.Popen([s.program, "compact", "-d", store, "--all", "--json", "--bandwidth", "1"], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
    while not any(f.endswith(".part") for f in files(store)) and child.poll() is None:
        time.sleep(0.001)
    child.send_signal(signal.SIGSTOP)
    is_running = child.poll() is None
    s.check("overtaken: a second compaction is refused", 6 if is_running else 0, s.run("compact", "-d", store).code)
    text = HEAD + "S0000007\tnew\n" + "22\t20000100\t.\tA\tC\t.\tPASS\t.\tGT:GQ\t1/1:60\t0/1:60\n"
    name = next(iter(s.run("info", "-d", store, "--samples").out.splitlines()[1:]), "").split("\t")
    sample = [w for w in name if w.startswith("S")][:1] or ["S1"]
    delivery = s.write("overtaken.vcf", text.replace("S0000007", sample[0]))
    codes = [s.run("import", "-q", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--replace", delivery).code]
    during = answers(s, store, ASKED)
    child.send_signal(signal.SIGCONT)
    told = json.loads(child.communicate()[0].splitlines()[-1])
    s.check("overtaken: both went through", ([0], "ok"), (codes, told["status"]), told)
    if not is_running:
        s.skip("overtaken: an import meanwhile", "the merge was faster")
    s.check("overtaken: the answers of the import stay", [], differences(ASKED, during, answers(s, store, ASKED)))
    s.run("compact", "-d", store, "--all")
    s.check("overtaken: and once more", [], differences(ASKED, during, answers(s, store, ASKED)))
    s.check("overtaken: sound", 0, s.run("verify", "-d", store).code)


def purged(s):
    """Who has withdrawn is in no file any more, packed or not; who comes again is known all the same."""
    marks = [f"MARK{i:02}" + "xyz" * 19 + "!" for i in range(5)]  # 64 bytes
    store = s.path("purged")
    joint_file = s.write("purged-files/joint.vcf", HEAD + f"s1\t{marks[0]}\n" + "22\t100\t.\tA\tG\t.\tPASS\t.\tGT:GQ\t0/1:60\t1/1:60\n")
    sheet = s.write("purged-files/joint.tsv", f"sample\tindividual\tsex\ns1\ti1\tXX\n{marks[0]}\t{marks[1]}\tXY\n")
    own = s.write(f"purged-files/{marks[2]}.vcf", HEAD + marks[3] + "\n" + "22\t100\t.\tA\tG\t.\tPASS\t.\tGT:GQ\t0/1:60\n")
    other = s.write("purged-files/other.vcf", HEAD + "s2\n" + "22\t100\t.\tA\tG\t.\tPASS\t.\tGT:GQ\t0/1:60\n")
    words = ("--dataset", "d", "--assembly", "GRCh38", "--json")
    for file, more in ((joint_file, ("--samples", sheet)), (own, ()), (other, ())):
        done = s.run("import", "-q", "-d", store, *words, *more, file)
        s.check("purged: delivered", 0, done.code, done.err)
    s.run("people", "-q", "-d", store, "--dataset", "d", s.write("purged-files/people.tsv", f"individual\tsex\tterms\n{marks[3]}\tmale\t{marks[4]}\n"))
    done = s.run("withdraw", "-d", store, "--individual", marks[1], "--individual", marks[3])
    if "not there yet" in done.err:
        s.skip("purged", "there is no withdraw")
        return
    s.check("purged: withdrawn", 0, done.code, done.err)
    row = s.allele(store, "22-100-A-G")
    done = s.run("compact", "-d", store, "--all", "--json")
    s.check("purged: compacted into one", (0, 1), (done.code, done.objects()[-1]["segments_after"] if done.code == 0 else done.said()))
    s.check("purged: counts as before", (2, 4, 2), tuple(row[k] for k in ("ac", "an", "carriers")))
    s.check("purged: and after", row, s.allele(store, "22-100-A-G"))
    bytes_of = {f: open(os.path.join(store, f), "rb").read() for f in files(store)}
    s.check("purged: in no file", [], [(f, m[:6]) for f, b in bytes_of.items() for m in marks if m.encode() in b])
    told = s.run("info", "-d", store, "--samples").out + s.run("info", "-d", store, "--deliveries").out + s.run("info", "-d", store, "-v", "--json").out
    s.check("purged: and told nowhere", [], [m[:6] for m in marks if m in told])
    s.check("purged: sound", 0, s.run("verify", "-d", store).code)
    done = s.run("import", "-d", store, *words, "--samples", sheet, joint_file)
    s.check("purged: the same file is no news", "noop", done.objects()[-1]["status"] if done.code == 0 else done.said())
    done = s.run("import", "-d", store, *words, own)
    told = done.objects()[-1] if done.out.strip() else {}
    s.check("purged: who comes again is left out", row, s.allele(store, "22-100-A-G"), (told, done.err))
    done = s.run("import", "-d", store, *words, "--readmit", "--replace", "--samples", sheet, joint_file)
    s.check("purged: unless readmitted", (0, 4, 6), (done.code, *(s.allele(store, "22-100-A-G")[k] for k in ("ac", "an"))), done.err)


def beside_a_server(s):
    """compact = auto: a child merges, and the server takes it up; it ends with the server."""
    store, before = many(s, "served", 16)
    config = s.write("served.conf", "compact = auto\ncompact_every_s = 1\ncompact_bandwidth_mib = 0\n")
    for name, text in (("hours", "compact_hours = 7-7\n"), ("words", "compact = nightly\n"), ("numbers", "compact_every_s = 0\n")):
        done = s.run("serve", "-d", store, "--listen", "127.0.0.1:0", "--config", s.write("wrong.conf", text))
        s.check(f"beside a server: wrong {name}", (2, True), (done.code, "compact" in done.said()), done.err)
    server = subprocess.Popen([s.program, "serve", "-d", store, "--listen", "127.0.0.1:0", "--config", config], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True)
    said = []
    overdue = threading.Timer(60, server.kill)
    overdue.start()
    for line in server.stderr:
        said.append(line.strip())
        if "reloaded, generation 17" in line:
            break
    overdue.cancel()
    # what the server read until it reloaded is removed by the next run, a second later
    patience = time.monotonic() + 20
    while time.monotonic() < patience and sum(f.startswith("segment") for f in files(store)) > 1:
        time.sleep(0.1)
    server.terminate()
    said += [line.strip() for line in server.communicate()[1].splitlines()]
    s.check("beside a server: merged and taken up", [0, True, True, True],
            [server.returncode] + [any(word in line for line in said) for word in ("compaction begun", "compaction ended", "generation 17")], said)
    s.check("beside a server: one segment", 1, sum(f.startswith("segment") for f in files(store)))
    s.check("beside a server: the same answers", [], differences(ASKED, before, answers(s, store, ASKED)))


def main():
    s = harness.Suite()
    seed = int(os.environ.get("SKERRY_SEED") or time.time())
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    print(f"# SKERRY_SEED={seed}", flush=True)
    rng = random.Random(f"{seed} on the way")
    levels(s)
    damaged(s, rng)
    killed(s, rng)
    overtaken(s)
    beside_a_server(s)
    purged(s)
    for i in range(n):
        drawn(s, seed + i)
    return s.close()


if __name__ == "__main__":
    sys.exit(main())
