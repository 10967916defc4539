#!/usr/bin/env python3
"""Structural alleles (rule 8): what tells two apart, where they end, how long they are, what a place and type alone
holds, and their types in every spelling; alleles beside N. Numbers come from loops over what was written here."""
import gzip
import os
import random
import struct
import sys

import beacon_http
import format_reader
import harness

HEAD = """##fileformat=VCFv%s
##contig=<ID=1>
##contig=<ID=9>
##contig=<ID=22>
##INFO=<ID=END,Number=1,Type=Integer,Description="x">
##INFO=<ID=END2,Number=1,Type=Integer,Description="x">
##INFO=<ID=SVTYPE,Number=1,Type=String,Description="x">
##INFO=<ID=CHR2,Number=1,Type=String,Description="x">
##INFO=<ID=SVLEN,Number=.,Type=Integer,Description="x">
##FORMAT=<ID=GT,Number=1,Type=String,Description="x">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t%s
"""


def vcf(records, samples, version="4.2"):
    """records: (contig, pos, ref, alt, info, genotypes)"""
    lines = ["\t".join((c, str(p), ".", r, a, ".", "PASS", i, "GT", *g)) for c, p, r, a, i, g in records]
    return HEAD % (version, "\t".join(samples)) + "\n".join(lines) + "\n"


def typed(values):
    """A value of BCF: text, or numbers of 32 bits."""
    n, code = (len(values), 7) if isinstance(values, bytes) else (len(values), 3)
    body = values if code == 7 else struct.pack(f"<{n}i", *values)
    if n < 15:
        return bytes([n << 4 | code]) + body
    return bytes([0xf0 | code, 0x13]) + struct.pack("<i", n) + body


def bcf(text):
    """The same file as BCF, written by hand after the specification: INFO and GT only."""
    lines = text.splitlines()
    head = "\n".join(s for s in lines if s.startswith("#")) + "\n"
    names = {"PASS": 0, "END": 1, "END2": 2, "SVTYPE": 3, "CHR2": 4, "SVLEN": 5, "GT": 6}
    contigs = {"1": 0, "9": 1, "22": 2}
    out = b"BCF\2\2" + struct.pack("<I", len(head) + 1) + head.encode() + b"\0"
    for line in lines:
        if line.startswith("#"):
            continue
        c, p, _, r, alts, _, _, info, _, *cells = line.split("\t")
        alts = alts.split(",")
        fields = [] if info == "." else [f.partition("=")[::2] for f in info.split(";")]
        shared = struct.pack("<iiifII", contigs[c], int(p) - 1, len(r), 0.0, (1 + len(alts)) << 16 | len(fields),
                             1 << 24 | len(cells))
        shared = shared[:12] + struct.pack("<I", 0x7f800001) + shared[16:] + typed(b"")
        shared += b"".join(typed(a.encode()) for a in [r, *alts]) + typed([0])
        for key, value in fields:
            shared += typed([names[key]])
            shared += typed(value.encode() if key in ("SVTYPE", "CHR2") else
                            [-2**31 if v == "." else int(v) for v in value.split(",")])
        calls = typed([names["GT"]]) + bytes([0x21])
        for cell in cells:
            calls += bytes(0 if x == "." else (int(x) + 1) << 1 for x in cell.split("/"))
        out += struct.pack("<II", len(shared), len(calls)) + shared + calls
    return gzip.compress(out)


def store_of(s, name, *files, more=()):
    """A store of files (name, text), each a delivery; the counters of the last import."""
    store, done = s.path(name, "store"), None
    for file, text in files:
        path = s.write(os.path.join(name, file), text)
        done = s.run("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--json", *more, path)
        if done.code != 0:
            s.check(f"import of {name}", 0, done.code, done.said())
    return store, done.objects()[-1].get("counters", {})


def names(s, store, question):
    done = s.run("alleles", "-d", store, "--json", question)
    return [o["variant"] for o in done.objects() if "variant" in o] if done.code == 0 else f"exit {done.code}: {done.said()}"


# Where they end, and what they are called. INS without SVLEN or with END behind POS: Illumina/manta#312,
# fritzsedlazeck/SURVIVOR#196. END on CHR2: kcleal/dysgu#20, talkowski-lab/gnomad-sv-pipeline#3, tjiangHIT/cuteSV#17.
KEYS = [
    # version, record, key, a place that it covers, one that it does not
    ("4.2", ("9", 1000, "N", "<TRA>", "SVTYPE=TRA;CHR2=22;END=5000"), "9-1000-1000-TRA@22:5000", 1000, 3000),
    ("4.2", ("9", 9000, "N", "<TRA>", "SVTYPE=TRA;CHR2=22;END=500;SVLEN=93"), "9-9000-9000-TRA+93@22:500", 9000, 700),
    ("4.2", ("9", 1000, "N", "<CTX>", "SVTYPE=CTX;CHR2=chr13;END=500"), "9-1000-1000-CTX@13:500", 1000, 700),
    ("4.2", ("9", 1000, "N", "<BND>", "SVTYPE=BND;CHR2=22;END=1200"), "9-1000-1000-BND@22:1200", 1000, 1100),
    ("4.2", ("9", 1000, "N", "<INV>", "SVTYPE=INV;CHR2=22;END=1200"), "9-1000-1000-INV@22:1200", 1000, 1100),
    ("4.2", ("9", 1000, "N", "<INV>", "SVTYPE=INV;CHR2=chr9;END=1200"), "9-1000-1200-INV", 1100, 1300),
    ("4.2", ("9", 1000, "N", "<TRA>", "SVTYPE=TRA;END=200"), "9-1000-1000-TRA", 1000, 300),
    ("4.2", ("9", 1000, "N", "<CPX>", "CHR2=9;END=1200;END2=7000"), "9-1000-1200-CPX@9:7000", 1100, 6000),
    ("4.2", ("1", 1000, "G", "<DEL>", "SVLEN=-400;END=1500"), "1-1000-1500-DEL+400", 1500, 1501),
    ("4.3", ("1", 1000, "G", "<DUP>", "SVLEN=400;END=1500"), "1-1000-1500-DUP+400", 1500, 1501),
    ("4.4", ("1", 1000, "G", "<DEL>", "SVLEN=400;END=1500"), "1-1000-1400-DEL", 1400, 1450),
    ("4.5", ("1", 1000, "G", "<DEL>", "SVLEN=.;END=1500"), "1-1000-1500-DEL", 1500, 1501),
    ("4.4", ("1", 1000, "G", "<DEL>", "END=1500"), "1-1000-1500-DEL", 1500, 1501),
    ("4.4", ("1", 1000, "G", "<INS>", "SVLEN=70;END=1000"), "1-1000-1000-INS+70", 1000, 1030),
    ("4.2", ("1", 1000, "G", "<INS>", "END=1060;SVLEN=60"), "1-1000-1000-INS+60", 1000, 1030),
    ("4.2", ("1", 1000, "G", "<INS>", "END=1000"), "1-1000-1000-INS", 1000, 1001),
    ("4.2", ("1", 1000, "G", "<INS:ME:Alu>", "SVLEN=281"), "1-1000-1000-INS:ME:ALU+281", 1000, 1001),
    ("4.2", ("1", 1000, "G", "<DEL:ME:SINE|Alu|AluYa5>", "END=1300"), "1-1000-1300-DEL:ME:SINE|ALU|ALUYA5", 1300, 1301),
]


def check_keys(s):
    for i, (version, record, key, within, without) in enumerate(KEYS):
        text = vcf([(*record, ["0/1", "0/0"])], ["A", "B"], version)
        for form, content in (("vcf", text), ("bcf", bcf(text))):
            what = f"{form} {version} {record[3]} {record[4]}"
            store, _ = store_of(s, f"key{i}{form}", ("a." + form, content))
            s.check(what, [key], names(s, store, "all"))
            stored = format_reader.Store(store)
            s.check(what + ", as another reader finds it", [key], [stored.name(tuple(r[k] for k in format_reader.KEY))
                                                                   for segment in stored.segments for r in segment.rows])
            s.check(what + ", by its name", (1, 4), tuple(s.allele(store, f'"{key}"')[k] for k in ("ac", "an")))
            for place, n in ((within, 1), (without, 0)):
                s.check(f"{what}, at {place}", n, s.count(store, f"carries(region={record[0]}:{place}-{place})"))
    two = [("1", 1000, "G", "<DEL>,<DUP>,<INS>", "SVLEN=100,200,50;END=1200", ["0/1", "2/3"])]
    store, _ = store_of(s, "each", ("a.vcf", vcf(two, ["A", "B"], "4.4")))
    s.check("4.4, a length for each ALT", ["1-1000-1000-INS+50", "1-1000-1100-DEL", "1-1000-1200-DUP"], names(s, store, "all"))
    store, counts = store_of(s, "bad", ("a.vcf", vcf([("1", 1000, "G", "<DEL>", "END=900", ["0/1"]),
                                                       ("1", 1000, "G", "G[22:5[", ".", ["0/1"])], ["A"])))
    s.check("no end, and a breakend, are counted", (1, 1), (counts.get("bad_end"), counts.get("bnd")))


def merged(calls):
    """Rule 4 over keys, not phased: calls are (this, other); (copies, called)."""
    calls = [c for c in calls if sum(c) > 0]
    if not calls:
        return 0, 0
    if len(calls) == 1:
        return calls[0][0], sum(calls[0])
    this = max(c[0] for c in calls)
    other = min(min(c[1] for c in calls), max(0, 2 - sum(c[0] for c in calls)))
    return this, this + other


def check_places(s, seed):
    """Random deliveries of a few structural keys at a few places, over loops."""
    dice = random.Random(seed)
    symbols = [("<INS>", "SVLEN=50"), ("<INS>", "SVLEN=500"), ("<INS>", "."), ("<INS:ME:ALU>", "SVLEN=281"), ("<INS:ME>", "."),
               ("<DEL>", "END=900"), ("<DEL>", "END=900;SVLEN=-77"), ("<DEL:ME>", "END=900"), ("<CN0>", "END=900"),
               ("<DUP:TANDEM>", "END=900"), ("<DUP>", "END=900"), ("<TRA>", "CHR2=22;END=9"), ("<TRA>", "CHR2=22;END=99")]
    places = [("1", 100, 100, "INS"), ("1", 100, 100, "INS:ME"), ("1", 100, 900, "DEL"), ("1", 100, 900, "DUP"),
              ("1", 100, 900, "DEL:ME"), ("1", 100, 100, "TRA"), ("1", 100, 900, "CN0"), ("1", 100, 900, "CNV"), ("1", 200, 200, "INS")]
    for round_ in range(6):
        said, people, files, first = {}, [], [], []
        for d in range(1 + dice.randrange(3)):
            samples = [f"P{round_}{d}{k}" for k in range(1 + dice.randrange(9))]
            people += samples
            first = first if d else samples
            chosen = [(p, x) for p in (100, 200) for x in symbols if dice.random() < 0.6]
            records = []
            for pos, (alt, info) in chosen:
                cells = [dice.choice(["0/0", "0/0", "0/1", "1/1", "./.", "./1"]) for _ in samples]
                records.append(("1", pos, "G", alt, info, cells))
                word = alt.strip("<>")
                place = (pos, pos if word.startswith(("INS", "TRA")) else 900, word)
                for who, cell in zip(samples, cells):
                    bag = cell.split("/")
                    said.setdefault((place, info), {})[who] = (bag.count("1"), bag.count("0"))
            files.append((f"{d}.vcf", vcf(records, samples)))
        store, _ = store_of(s, f"places{round_}", *files)
        if round_ % 2 == 1:  # the first delivery is replaced: what only those say who are gone is no allele any more
            again = [("1", 100, "G", "<INS>", "SVLEN=50", ["1/1" for _ in first])]
            done = s.run("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--replace",
                         s.write(f"places{round_}/again.vcf", vcf(again, first)))
            s.check("replaced", 0, done.code, done.said())
            for by in said.values():
                for who in first:
                    by.pop(who, None)
            said.setdefault(((100, 100, "INS"), "SVLEN=50"), {}).update({who: (2, 0) for who in first})
        some = dice.sample(people, 1 + len(people) // 2)
        for contig, pos, end, word in places:
            held = [by for ((p, e, w), _), by in said.items() if p == pos and e == end and (w == word or w.startswith(word + ":"))]
            got = [merged([by[who] for by in held if who in by]) for who in people]
            want = (sum(g[0] for g in got), sum(g[1] for g in got), sum(g[0] > 0 for g in got))
            name = f"{contig}-{pos}-{end}-{word}"
            row = s.allele(store, name)
            told = tuple(row[k] for k in ("ac", "an", "carriers")) if isinstance(row, dict) else row
            s.check(f"seed {seed}, round {round_}: {name}", want, told)
            s.check(f"... people", want[2], s.count(store, f"carries(variant={name})"))
            among = [g for g, who in zip(got, people) if who in some]
            row = s.run("alleles", "-d", store, "--json", f"variant={name}", "--in", f"id in ({', '.join(some)})").objects()[0]
            s.check("... among some people", (sum(g[0] for g in among), sum(g[1] for g in among), sum(g[0] > 0 for g in among)),
                    tuple(row[k] for k in ("ac", "an", "carriers")))
            two = sum(g[0] == 2 for g in got)
            s.check(f"... of two copies", two, s.count(store, f"carries(variant={name} and copies=2)"))
            s.check(f"... its frequency is its own", int(want[1] > 0 and want[0] / want[1] > 0.3),
                    len(names(s, store, f"variant={name} and af>0.3")))
            absent = sum(g[0] == 0 < g[1] for g in got)
            s.check(f"... absent", absent, s.count(store, f"absent(variant={name})"))
            members = {n for n in names(s, store, "all") if n == name or n.startswith((name + ":", name + "+", name + "@"))}
            s.check(f"... without it", set(names(s, store, "all")) - members, set(names(s, store, f"not variant={name}")))
            s.check(f"... each by itself, where the length is asked too", True,
                    set(names(s, store, f"variant={name} and (length>=0 or type=ins or type=bnd)")) <= members)


INSERTIONS = [
    ("1", 5000, "G", "<INS>", "SVLEN=500", ["0/1", "0/0", "0/0", "0/0"]),
    ("1", 6000, "G", "<INS>", "SVLEN=20", ["0/0", "0/1", "0/0", "0/0"]),
    ("1", 7000, "G", "<DEL>", "END=7500;SVLEN=-500", ["0/0", "0/0", "0/1", "0/0"]),
    ("1", 8000, "G", "<INS>", "END=8000", ["0/0", "0/0", "0/0", "0/1"]),
    ("1", 8500, "G", "G" + "ACGTT" * 12, ".", ["0/0", "1/1", "0/0", "0/0"]),
    ("1", 9000, "G", "<INS:ME:ALU>", "SVLEN=281", ["0/1", "0/0", "0/0", "0/0"]),
    ("1", 9000, "G", "<DUP:TANDEM>", "END=9100", ["0/0", "0/0", "1/1", "0/0"]),
    ("1", 9500, "G", "<CN0>,<CN3>", "END=9900", ["0/1", "0/0", "0/0", "0/2"]),
    ("1", 9500, "G", "<CPX>", "END=9900", ["0/0", "0/0", "0/1", "0/0"]),
    ("1", 9600, "GA", "G", ".", ["0/0", "0/0", "0/0", "0/1"]),
    ("1", 9700, "GA", "TC", ".", ["0/1", "0/0", "0/0", "0/0"]),
]
# question, people
LENGTHS = [("type=ins and length>=50", 2), ("type=ins and length<50", 1), ("type=ins", 3), ("length>=400 and length<=600", 3),
           ("type=ins and length!=20", 2), ("type=ins and not length=20", 3), ("type=del and length>=50", 1)]
# spellings, people
TYPES = [(("ins", "INS", "insertion", "SO:0000667", "<INS>"), 3), (("del", "deletion", "SO:0000159", "DEL"), 2),
         (("loss", "copy number loss", "EFO:0030067", "SO:0001743"), 3), (("gain", "EFO:0030070", "copy_number_gain"), 2),
         (("dup", "duplication", "SO:1000035"), 1), (("dup:tandem", "tandem duplication", "SO:1000173", "DUP:TANDEM"), 1),
         (("cnv", "copy number variation", "SO:0001019"), 2), (("CN0", "cn0", "<CN0>"), 1), (("inv", "inversion"), 0),
         (("me", "mobile element insertion", "SO:0001837", "INS:ME"), 1), (("INS:ME:ALU", "Alu insertion"), 1),
         (("indel", "INDEL", "indels"), 4), (("complex", "cpx", "CPX"), 1), (("mnv", "MNP", "SO:0002007"), 1), (("snv", "SNP"), 1),
         (("delins", "deletion-insertion"), 0), (("str", "microsatellite"), 0), (("bnd", "translocation"), 0)]
# levels of copy number, which no VCF tells, and the type above them
LEVELS = [("EFO:0030069", "EFO:0030067"), ("efo:0030068", "EFO:0030067"), ("EFO:0020073", "EFO:0030067"),
          ("EFO:0030071", "EFO:0030070"), ("EFO:0030072", "EFO:0030070")]
NO_TYPES = ["deletoin", "SO:0000001", "inss", "foo", "<foo>", "transversion"]


def check_types(s):
    store, _ = store_of(s, "types", ("a.vcf", vcf(INSERTIONS, ["A", "B", "C", "D"])))
    for question, n in LENGTHS:
        s.check(f"people with {question}", n, s.count(store, f"carries({question})"))
    server = beacon_http.Server(s, store, "--policy", s.write("exact.conf", "counts = exact\n"))
    try:
        for spellings, n in TYPES:
            for word in spellings:
                s.check(f'type="{word}"', n, s.count(store, f'carries(type="{word}")'))
                got = server.ask("/api/individuals", beacon_http.individuals({"referenceName": "1", "variantType": word}))
                s.check(f"variantType {word}", (200, n > 0, n), beacon_http.total(got))
        for word in NO_TYPES:
            done = s.run("count", "-d", store, f'carries(type="{word}")')
            s.check(f'type="{word}" is refused', (2, True), (done.code, "is no type of allele" in done.err))
            got = server.ask("/api/individuals", beacon_http.individuals({"referenceName": "1", "variantType": word}))
            s.check(f"variantType {word} is refused", 400, got[0])
        for word, above in LEVELS:
            done = s.run("count", "-d", store, f'carries(type="{word}")')
            s.check(f'type="{word}" is refused', (2, True), (done.code, above in done.err), done.err)
            got = server.ask("/api/individuals", beacon_http.individuals({"referenceName": "1", "variantType": word}))
            s.check(f"variantType {word} is refused", 400, got[0])
        got = server.ask("/api/individuals", beacon_http.individuals({"referenceName": "1", "variantType": "INS",
                                                                        "variantMinLength": 50}))
        s.check("variantType and variantMinLength", (200, True, 2), beacon_http.total(got))
    finally:
        server.stop()


def check_breakends(s):
    """Breakends are counted and are no alleles yet: type=bnd says so. pbsv and Manta write them so; symbolic ones are alleles."""
    records = [("1", 100, "G", "G[22:500[", "SVTYPE=BND", ["0/1"]), ("22", 500, "A", "]1:100]A", "SVTYPE=BND", ["0/1"]),
               ("1", 300, "G", ".TTA", "SVTYPE=BND", ["0/1"]), ("1", 700, "N", "<TRA>", "CHR2=22;END=9", ["0/1"])]
    store, counts = store_of(s, "bnd", ("a.vcf", vcf(records, ["A"])))
    plain, _ = store_of(s, "nobnd", ("a.vcf", vcf(records[3:], ["A"])))
    s.check("breakends are counted", 3, counts.get("bnd"))
    for question, told in (("carries(type=bnd)", 3), ("not carries(type=translocation)", 3), ("carries(type=ins)", None)):
        answer = s.run("count", "-d", store, "--json", question).objects()[-1]
        s.check(f"{question}: the warning", [] if told is None else [("breakends", {"breakends": 3})],
                [(w["code"], w["figures"]) for w in answer.get("warnings", [])])
        s.check(f"{question}: none where there are none", [], s.run("count", "-d", plain, "--json", question).objects()[-1].get("warnings", []))
    done = s.run("alleles", "-d", store, "type=bnd")
    s.check("a line on standard error", (0, True), (done.code, "warning: type=bnd: imports counted 3 breakends" in done.err))
    for words in (("--policy", s.write("exact.conf", "counts = exact\n")), ()):
        server = beacon_http.Server(s, store, *words)
        try:
            for word, n in (("BND", 1), ("SO:0000199", 1), ("INS", 0)):
                status, document = server.ask("/api/individuals", beacon_http.individuals({"variantType": word, "referenceName": "1"}))
                s.check(f"variantType {word} {words[:1]}: info.warnings", (200, n),
                        (status, len((document or {}).get("info", {}).get("warnings", []))))
        finally:
            server.stop()


# Beside N, and of codes that both share: samtools/bcftools#2551, #216, #473.
REFERENCE = "ACGNAAAATNNNNGCRTACGT"
SPELLINGS = [
    [("1", 4, "NA", "N"), ("1", 5, "AA", "A"), ("1", 8, "AT", "T"), ("1", 3, "GNAA", "GNA")],
    [("1", 4, "N", "NA"), ("1", 8, "A", "AA"), ("1", 4, "NAAAA", "NAAAAA")],
    [("1", 5, "A", "G"), ("1", 4, "NA", "NG"), ("1", 4, "RA", "RG"), ("1", 5, "AAN", "GAN"), ("1", 5, "R", "G")],
    [("1", 9, "TNN", "T"), ("1", 12, "NNG", "G"), ("1", 10, "NNN", "N")],
    [("1", 16, "R", "T"), ("1", 16, "N", "T"), ("1", 16, "A", "T"), ("1", 15, "CR", "CT"), ("1", 16, "RT", "TT")],
]


def check_beside_n(s):
    fasta = s.write("n/r.fa", ">1\n" + REFERENCE + "\n")
    for i, spellings in enumerate(SPELLINGS):
        files = []
        for k, (c, p, r, a) in enumerate(spellings):
            files.append((f"{k}.vcf", vcf([(c, p, r, a, ".", ["0/1"])], [f"S{k}"])))
        store, _ = store_of(s, f"n{i}", *files, more=("--reference", fasta))
        s.check(f"one key for {spellings}", 1, len(names(s, store, "all")))
        for c, p, r, a in spellings:
            row = s.allele(store, f"{c}-{p}-{r}-{a}")
            s.check(f"{p} {r} {a}", len(spellings), row["ac"] if isinstance(row, dict) else row)
    for ref, refused in (("R", None), ("Y", 1), ("N", None), ("A", None), ("C", 1)):
        store, counts = store_of(s, "code" + ref, ("a.vcf", vcf([("1", 6, ref, "G", ".", ["0/1"])] + [("1", 5, "A", "T", ".", ["0/0"])] * 20,
                                                                ["A"])), more=("--reference", fasta))
        s.check(f"REF {ref} where the reference has A", refused, counts.get("ref_mismatch"))
        s.check(f"REF {ref}: the allele", 0 if refused else 1, s.count(store, "carries(variant=1-6-A-G)"))
    plain = [(("1", 4, "NA", "NG"), ["1-5-A-G", "1-4-NA-NG", "1-4-RA-RG", "1-5-AN-GN"]),
             (("1", 4, "NAA", "N"), ["1-4-NAA-N", "1-4-NAAC-NC"]), (("1", 4, "AAR", "R"), ["1-4-AAN-N"]),
             (("1", 4, "C", "CT"), ["1-4-C-CT", "1-4-N-NT"])]
    for i, (record, asked) in enumerate(plain):
        store, counts = store_of(s, f"plain{i}", ("a.vcf", vcf([(*record, ".", ["0/1", "1/1"])], ["A", "B"])))
        s.check(f"{record} has a key", None, counts.get("bad_alt"))
        for name in asked:
            s.check(f"{record} is {name}", 2, s.count(store, f"carries(variant={name})"))
    store, counts = store_of(s, "badalt", ("a.vcf", vcf([("1", 4, "A", "N", ".", ["0/1"]), ("1", 5, "AC", "ACN", ".", ["0/1"]),
                                                           ("1", 7, "ANC", "GNT", ".", ["0/1"]), ("1", 8, "NA", "NG", ".", ["0/1"])], ["A"])))
    s.check("an N that trimming leaves makes no allele", (3, ["1-9-A-G"]), (counts.get("bad_alt"), names(s, store, "all")))


def main():
    s = harness.Suite()
    seed = int(os.environ.get("SKERRY_SEED") or random.SystemRandom().randrange(1 << 30))
    print(f"# SKERRY_SEED={seed}")
    check_keys(s)
    check_places(s, seed)
    check_types(s)
    check_breakends(s)
    check_beside_n(s)
    return s.close()


if __name__ == "__main__":
    sys.exit(main())
