#!/usr/bin/env python3
"""One allele, one answer: random alleles of every small kind, each in some twenty spellings, on the command line and as
genomicAlleleShortForm, in a store with a reference and in one without.

Every allele has carriers of its own, so that a spelling that means another allele gives another number. Bases that contradict
the reference, or every record, are refused wherever they are written. Cases like those of public reports: fulcrumgenomics/ferro-hgvs#882 (one
insertion as ins and as dup), Ensembl/ensembl-vep#438 (a REF that differs, and not a word), samtools/bcftools#309 (commas within
numbers and between regions), samtools/htslib#705 (a contig whose name looks like a region).
"""
import random
import sys

import beacon_http
import harness

N_ALLELES, N_PEOPLE, LENGTH = 50, 64, 4000
ACCESSION = "NC_000022.10"
SEED = 20261130


def complement(bases):
    return bases[::-1].translate(str.maketrans("ACGT", "TGCA"))


def draw(rng, genome):
    """(pos1, ref, alt) of N_ALLELES alleles far from one another; the anchor base of an indel is written."""
    for k in range(N_ALLELES):
        pos = 50 + 70 * k + rng.randrange(20)
        kind = ("snv", "del", "ins", "dup", "inv", "mnv", "delins")[k % 7]
        n = rng.randrange(2, 6)
        here = genome[pos - 1:pos - 1 + n]
        if kind == "snv":
            yield kind, pos, here[0], rng.choice([b for b in "ACGT" if b != here[0]])
        elif kind == "del":
            yield kind, pos, here, here[0]
        elif kind == "ins":
            yield kind, pos, here[0], here[0] + "".join(rng.choice("ACGT") for _ in range(n))
        elif kind == "dup":
            yield kind, pos, here, here + here[1:]
        elif kind == "inv":
            while complement(here) == here:
                pos += 1
                here = genome[pos - 1:pos - 1 + n]
            yield kind, pos, here, complement(here)
        elif kind == "mnv":
            yield kind, pos, here, "".join(rng.choice([b for b in "ACGT" if b != c]) for c in here)
        else:
            alt = "".join(rng.choice([b for b in "ACGT" if b not in (here[0], here[-1])]) for _ in range(n + 2))
            yield kind, pos, here, alt


def grouped(pos):
    return f"{pos:,}"


def spellings(kind, pos, ref, alt, has_reference):
    """What people write for the allele. Only with a reference: what leaves bases out."""
    n = len(ref)
    for contig in ("22", "chr22", ACCESSION):
        yield f"{contig}-{pos}-{ref}-{alt}"
        yield f"{contig}_{pos}_{ref}_{alt}"
        yield f"{contig}:{pos}{ref}>{alt}"
        yield f"{contig}:{pos} {ref}>{alt}"
        yield f"{contig}:{grouped(pos)}:{ref.lower()}:{alt.lower()}" if contig != ACCESSION else f"{contig}:{pos - 1}:{ref}:{alt}"
        yield f"{contig}:g.{pos}_{pos + n - 1}del{ref}ins{alt}" if n > 1 else f"{contig}:g.{pos}del{ref}ins{alt}"
    yield f"22_{pos}_{ref}/{alt}"
    first = f"{pos + 1}" if n == 2 else f"{pos + 1}_{pos + n - 1}"
    whole = f"{pos}" if n == 1 else f"{pos}_{pos + n - 1}"
    if kind == "snv":
        yield f"HGVSid:{ACCESSION}:g.{grouped(pos)}{ref}>{alt}"
    if kind == "del":
        yield f"22:g.{first}del{ref[1:]}"
    if kind == "ins":
        yield f"22:g.{pos}_{pos + 1}ins{alt[1:]}"
        yield f"{ACCESSION}:{pos}:0:{alt[1:]}"
        yield f"22_{pos + 1}_-/{alt[1:]}"
    if kind == "dup":
        yield f"22:g.{first}dup{ref[1:]}"
    if kind == "inv":
        yield f"22:g.{whole}inv{ref}"
    if not has_reference:
        return
    yield f"22:g.{whole}delins{alt}"
    yield f"{ACCESSION}:{pos - 1}:{n}:{alt}"
    if kind == "del":
        yield f"chr22:g.{first}del"
        yield f"{ACCESSION}:{pos}:{n - 1}:"
    if kind == "dup":
        yield f"{ACCESSION}:g.{first}dup"
    if kind == "inv":
        yield f"22:g.{whole}inv"


def make(suite, rng):
    genome = "".join(rng.choice("ACGT") for _ in range(LENGTH))
    alleles = list(draw(rng, genome))
    lines = ["##fileformat=VCFv4.2", f"##contig=<ID=22,length={LENGTH}>",
             '##FORMAT=<ID=GT,Number=1,Type=String,Description="">',
             "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *(f"p{i}" for i in range(N_PEOPLE))])]
    for k, (_, pos, ref, alt) in enumerate(alleles):
        calls = ["0/1" if i <= k else "0/0" for i in range(N_PEOPLE)]  # k + 1 carriers
        lines.append("\t".join(["22", str(pos), ".", ref, alt, ".", "PASS", ".", "GT", *calls]))
    vcf = suite.write("drawn.vcf", "\n".join(lines) + "\n")
    fasta = suite.write("drawn.fa", f">22\n{genome}\n")
    suite.write("drawn.fa.fai", f"22\t{LENGTH}\t4\t{LENGTH}\t{LENGTH + 1}\n")
    stores = {}
    for name, words in (("with a reference", ("--reference", fasta)), ("without one", ())):
        stores[name] = suite.path(name.replace(" ", "-"))
        done = suite.run("import", "-q", "-d", stores[name], "--dataset", "d", "--assembly", "GRCh37", "--gate", "none", *words, vcf)
        suite.check("import " + name, 0, done.code, done.said())
    return genome, alleles, stores


def command_line(suite, name, store, alleles):
    wrong, n = [], 0
    for k, allele in enumerate(alleles):
        texts = list(spellings(*allele, name == "with a reference"))
        n += len(texts)
        for at in range(0, len(texts), 8):  # several in one question: one allele, one number
            names = ", ".join(texts[at:at + 8])
            done = suite.run("count", "-q", "-d", store, f"carries(variant in ({names}))")
            rows = suite.run("alleles", "-q", "-d", store, "--tsv", " or ".join(f"variant={t}" for t in texts[at:at + 8]))
            if (done.out.strip(), len(rows.out.splitlines())) != (str(k + 1), 2):
                wrong.append((names, done.out, done.said(), rows.out))
        for text in texts[::5]:
            if suite.run("count", "-q", "-d", store, f'carries(variant="{text}")').out.strip() != str(k + 1):
                wrong.append(text)
    suite.check(f"{name}: {n} spellings of {len(alleles)} alleles, seed {SEED}", [], wrong[:5], f"{len(wrong)} wrong")


def over_http(suite, name, store, alleles):
    server = beacon_http.Server(suite, store, "--policy", suite.write("exact.conf", "counts = exact\n"))
    wrong = []
    for k, allele in enumerate(alleles[:21]):
        for text in list(spellings(*allele, name == "with a reference"))[::2]:
            code, answer = server.ask("/api/individuals", beacon_http.individuals({"genomicAlleleShortForm": text}))
            got = answer.get("responseSummary", {}).get("numTotalResults", answer.get("error"))
            if (code, got) != (200, k + 1):
                wrong.append((text, code, got))
    suite.check(f"{name}: the same as genomicAlleleShortForm", [], wrong[:5], f"{len(wrong)} wrong")
    for wanted, text in ((400, ACCESSION.replace(".10", ".11") + ":g.500A>G"), (400, "22:g.(1_5)_(7_9)del"), (400, "rs58991260")):
        suite.check(f"{name}: {text}", wanted, server.ask("/api/individuals", beacon_http.individuals({"genomicAlleleShortForm": text}))[0])
    return server


def contradictions(suite, name, store, genome, alleles, server):
    """The REF of each allele with one base changed: refused, and the message has the right base."""
    wrong = []
    for kind, pos, ref, alt in alleles[:35]:
        at = len(ref) - 1 if kind in ("del", "dup") else 0
        other = next(b for b in "ACGT" if b not in (ref[at], alt[:1], alt[-1:]))
        asked = ref[:at] + other + ref[at + 1:]
        if asked == alt or (kind == "dup" and name != "with a reference"):  # its record is trimmed to the anchor
            continue
        for text in (f"22-{pos}-{asked}-{alt}", f"22:{pos}{asked}>{alt}"):
            done = suite.run("count", "-d", store, f"carries(variant={text})")
            code, answer = server.ask("/api/individuals", beacon_http.individuals({"genomicAlleleShortForm": text}))
            said = f"REF there is {ref[at]}, not {other}"
            if done.code != 2 or said not in done.err or "^" not in done.err or code != 400 or said not in str(answer.get("error")):
                wrong.append((text, done.code, done.err, code, answer.get("error")))
    suite.check(f"{name}: a REF that is contradicted is an error", [], wrong[:3], f"{len(wrong)} wrong")
    free = next(p for p in range(30, 49) if p)  # no record near it
    base = genome[free - 1]
    other = next(b for b in "ACGT" if b != base)
    done = suite.run("count", "-d", store, f"carries(variant=22-{free}-{other}-{base})")
    if name == "with a reference":
        suite.check("a reference knows every place", (2, True), (done.code, f"REF there is {base}, not {other}" in done.err), done.err)
        done = suite.run("count", "-d", store, f"carries(variant=22-{LENGTH + 5}-A-C)")
        suite.check("beyond the end of the contig", (2, True), (done.code, "behind the end of the contig" in done.err), done.err)
    else:
        suite.check("without a record nothing is known of REF", (0, True), (done.code, "nobody was assessed there" in done.err), done.err)
        done = suite.run("count", "-d", store, "carries(variant=22:g.500_502del)")
        suite.check("bases that nobody knows must be said", (2, True), (done.code, "the bases must be said" in done.err), done.err)


def regions(suite, store, alleles):
    pos = alleles[0][1]
    whole = suite.run("alleles", "-q", "-d", store, "--tsv", f"region=22:{pos}-{pos + 1000}").out
    for text in (f"22:{grouped(pos)}-{grouped(pos + 1000)}", f"chr22:{pos}..{pos + 1000}", f"22-{pos}-{pos + 1000}",
                 f"{ACCESSION}:{pos}-{pos + 1000}", f'"22:{grouped(pos)}-{pos + 1000}"'):
        suite.check(f"region={text}", whole, suite.run("alleles", "-q", "-d", store, "--tsv", f"region={text}").out)
    one = suite.run("alleles", "-q", "-d", store, "--tsv", f"region=22:{pos}-{pos}").out
    suite.check("a single base is a region", (one, 2), (suite.run("alleles", "-q", "-d", store, "--tsv", f"region=22:{pos}").out,
                                                      len(one.splitlines())))
    rest = suite.run("alleles", "-q", "-d", store, "--tsv", f"region=22:{pos + 1000}-").out
    suite.check("an open end is the rest", suite.run("alleles", "-q", "-d", store, "--tsv", f"region=22:{pos + 1000}-{LENGTH}").out, rest)
    done = suite.run("explain", "-d", store, f"carries(variant in (22:{alleles[0][1]} {alleles[0][2]}>{alleles[0][3]}))")
    suite.check("explain prints the canonical form", f"question: carries(variant=22-{pos}-{alleles[0][2]}-{alleles[0][3]})",
                done.out.splitlines()[0])
    for question, wanted in ((f"22-{pos}-A-G", "write carries(variant="), (f"carries(22:{pos}:A:G)", "write variant=")):
        done = suite.run("count", "-d", store, question)
        suite.check(f"{question}: told how to ask", (2, True), (done.code, wanted in done.err), done.err)


def names_like_regions(suite):
    """A contig whose name looks like a contig and a base is that contig where the store has it, quoted or not."""
    long, short = "HLA-A*01:01:01:01", "HLA-A*01:01:01"
    header = "##fileformat=VCFv4.3\n" + "".join(f"##contig=<ID={c},length=9000>\n" for c in (long, short, "s-1-2")) + \
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tp\n'
    rows = "".join(f"{c}\t{p}\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\n" for c, p in ((long, 1), (long, 7), (short, 2), ("s-1-2", 2)))
    store = suite.path("hla")
    done = suite.run("import", "-q", "-d", store, "--dataset", "d", "--assembly", "odd", "--gate", "none", suite.write("hla.vcf", header + rows))
    suite.check("import contigs with colons and dashes", 0, done.code, done.said())
    for text, wanted in ((long, 2), (f'"{long}"', 2), (long + ":7", 1), (long + ":2-9", 1), (short, 1), (short + ":2", 1), (short + ":2-", 1),
                         ("s-1-2", 1), ("s-1-2:2", 1), ("s-1-2:3-9", 0)):
        done = suite.run("alleles", "-q", "-d", store, "--tsv", f"region={text}")
        suite.check(f"region={text}", wanted, len(done.out.splitlines()) - 1, done.err)
    for text in (f"{long}:7:A:G", f"{long}-7-A-G", f"{long}:g.7A>G", "s-1-2-2-A-G", "s-1-2:2 A>G"):
        suite.check(f"variant={text}", "1", suite.run("count", "-q", "-d", store, f"carries(variant={text})").out.strip())


def main():
    suite = harness.Suite()
    names_like_regions(suite)
    genome, alleles, stores = make(suite, random.Random(SEED))
    for name, store in stores.items():
        command_line(suite, name, store, alleles)
        server = over_http(suite, name, store, alleles)
        contradictions(suite, name, store, genome, alleles, server)
        suite.check(name + ": stops", 0, server.stop())
        regions(suite, store, alleles)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
