#!/usr/bin/env python3
"""A small store of each format that can be read, kept as the program that was current then wrote it:
every later program reads it, finds it sound and answers the same from it.

The store lies under tests/data/store-version-N; what it answers stands beside it, as JSON. A store made
anew from the same files must answer the same. golden_store.py --make FOLDER writes those of the format
in force anew, which is right only when it gets a new number.
"""
import json
import os
import shutil
import sys

import harness

VERSIONS = (3, 4)  # the last one is in force
HEAD = "##fileformat=VCFv4.3\n##contig=<ID=1,length=249250621>\n##contig=<ID=X,length=155270560>\n" \
       '##ALT=<ID=DEL,Description="deletion">\n##INFO=<ID=END,Number=1,Type=Integer,Description="end">\n' \
       '##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="length">\n' \
       '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">\n' \
       "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
PEOPLE = [f"P{i:03d}" for i in range(1, 41)]
QUESTIONS = ["sex=female", "HP:0000118", "HP:0001250 and sex=male", "age<30",
             "carries(gene=GENEA and type=snv)", "carries(gene=GENEB)", "carries(af<0.05)", "carries(type=del)",
             "not carries(gene=GENEB)",
             "carries(region=X:1-155270560) and sex=male"]
ANNOTATED = ["carries(effect=missense_variant)", "carries(gene=GENEA and impact=high)",
             "carries(gene=GENEC and protein=p.Val7Glu)", "carries(significance=pathogenic)",
             "carries(effect=SO:0001818 and not gene=GENEA)", "carries(variant=rs9)", "carries(name=RS2)"]
PHASED = ["trans(variant=1-100407-C-T, variant=1-102035-A-G)", "not trans(variant=1-100407-C-T, variant=1-102035-A-G)",
          "trans(variant=1-200121-A-G, variant=1-200242-A-G)", "trans(variant=X-31012243-C-T, variant=X-31015158-C-T)"]


def genotype(record, person):
    """A genotype that depends on nothing but the two numbers."""
    draw = (record * 2654435761 + person * 40503) >> 3
    if record % 11 == 0:
        one = int(draw % 97 < 30)
        return f"{one}|{int(draw % 89 < 30)}"
    return ("0/1" if draw % 397 == 0 else "1/1" if draw % 1511 == 1 else "./." if draw % 101 == 2 else
            "0/0")


def genomes(suite):
    """Two deliveries: a joint file of thirty people, with phase, X and a structural allele, and one of
    ten more people."""
    files = []
    for name, people in (("joint.vcf", PEOPLE[:30]), ("more.vcf", PEOPLE[30:])):
        rows = [HEAD + "\t".join(people)]
        for r in range(1, 301):
            contig, pos = ("1", 100000 + 37 * r) if r <= 220 else ("X", 31000000 + 53 * r)
            ref, alt = (("A", "G"), ("C", "T"), ("AT", "A"), ("G", "GTT"), ("AC", "GT"))[r % 5]
            calls = [genotype(r, int(p[1:])) for p in people]
            rows.append("\t".join([contig, str(pos), ".", ref, alt, ".", "PASS", ".", "GT", *calls]))
            if r == 100:
                rows.append("\t".join(["1", str(pos), ".", "A", "<DEL>", ".", "PASS",
                                       f"END={pos + 500};SVLEN=-500", "GT", *reversed(calls)]))
        files.append(suite.write(name, "\n".join(rows) + "\n"))
    return files


def documents(suite):
    sheet = "sample\tsex\n" + "".join(f"{p}\t{'XX' if i % 2 else 'XY'}\n" for i, p in enumerate(PEOPLE))
    people = "id\tsex\tage\tphenotypes\n" + "".join(
        f"{p}\t{'female' if i % 2 else 'male'}\t{18 + i * 3 % 60}\t"
        f"{'HP:0001250' if i % 3 == 0 else 'HP:0001252'}\n" for i, p in enumerate(PEOPLE))
    terms = "format-version: 1.2\nontology: hp\n\n" + "".join(
        f"[Term]\nid: {i}\nname: {n}\n{up}\n" for i, n, up in (
            ("HP:0000118", "Phenotypic abnormality", ""),
            ("HP:0001250", "Seizure", "is_a: HP:0000118\n"),
            ("HP:0001252", "Hypotonia", "is_a: HP:0000118\n")))
    genes = "gene\tcontig\tstart\tend\nGENEA\t1\t101000\t104000\nGENEB\tX\t31013000\t31014000\n"
    return (suite.write("sheet.tsv", sheet), suite.write("people.tsv", people),
            suite.write("terms.obo", terms), suite.write("genes.tsv", genes))


WIDE = [f"W{i:03d}" for i in range(320)]


def wide_genomes(suite):
    """So many people, with calls missing, that steps of AN are stored; and blocks of one genome."""
    rows = [HEAD + "\t".join(WIDE)]
    for r in range(1, 121):
        calls = ["./." if (r * 7919 + i * 104729) % 23 == 0 else genotype(r, i) for i in range(len(WIDE))]
        rows.append("\t".join(["1", str(200000 + 11 * r), ".", "A", "G", ".", "PASS", ".", "GT", *calls]))
    blocks = [HEAD + "G1"] + [f"1\t{200000 + 300 * b}\t.\tA\t<NON_REF>\t.\t.\tEND={200250 + 300 * b}\tGT\t0/0"
                              for b in range(8)]
    return (suite.write("wide.vcf", "\n".join(rows) + "\n"),
            suite.write("one.g.vcf", "\n".join(blocks) + "\n"))


def make_wide(suite, store):
    wide, blocks = wide_genomes(suite)
    common = ("-d", store, "--dataset", "wide", "--assembly", "GRCh37")
    for words in (["import", *common, wide], ["import", *common, "--format", "gvcf", blocks],
                  ["withdraw", "-d", store, "--dataset", "wide", "--individual", WIDE[7]],
                  ["withdraw", "-d", store, "--dataset", "golden", "--individual", PEOPLE[2]]):
        done = suite.run(*words)
        suite.check(f"made: {words[0]}", 0, done.code, done.said())


def make_nights(suite, store):
    """So many deliveries that there is a catalogue of some, and one beside it."""
    for night in range(5):
        people = [f"N{night}-{i}" for i in range(3)]
        rows = [HEAD + "\t".join(people)]
        for r in range(1, 41):
            if (r + night) % 3 > 0:
                calls = [genotype(r, 1 + i + 3 * night) for i in range(3)]
                rows.append("\t".join(["1", str(100000 + 37 * r), ".", "A", "C", ".", "PASS", ".", "GT", *calls]))
        done = suite.run("import", "-d", store, "--dataset", "nights", "--assembly", "GRCh37",
                         suite.write(f"night{night}.vcf", "\n".join(rows) + "\n"))
        suite.check(f"made: night {night}", 0, done.code, done.said())


def annotations(suite):
    """Of every third allele: two genes, an effect of each, and what it means; of some a name."""
    effects = ("missense_variant|MODERATE", "stop_gained|HIGH", "synonymous_variant|LOW", "intron_variant|MODIFIER")
    rows = [HEAD.replace("##FORMAT", '##INFO=<ID=CSQ,Number=.,Type=String,Description="Format: '
                         'Allele|Consequence|IMPACT|SYMBOL|Gene|HGVSp">\n'
                         '##INFO=<ID=CLNSIG,Number=.,Type=String,Description="significance">\n##FORMAT')
            .replace("\tFORMAT\t", "")]
    for r in range(3, 301, 3):
        contig, pos = ("1", 100000 + 37 * r) if r <= 220 else ("X", 31000000 + 53 * r)
        ref, alt = (("A", "G"), ("C", "T"), ("AT", "A"), ("G", "GTT"), ("AC", "GT"))[r % 5]
        allele = alt if len(ref) == len(alt) else alt[1:] or "-"
        items = [f"{allele}|{effects[(r // 3 + g) % 4]}|GENE{'AC'[g]}|ENSG{g}|p.Val{r % 9}Glu" for g in (0, 1)]
        name = f"rs{r};rs{r % 5}" if r % 9 == 0 else "."
        rows.append("\t".join([contig, str(pos), name, ref, alt, ".", ".", "CSQ=" + ",".join(items) +
                               (";CLNSIG=Pathogenic" if r % 7 == 0 else "")]))
    return suite.write("annotated.vcf", "\n".join(rows) + "\n")


def make_store(suite, store, version):
    joint, more = genomes(suite)
    sheet, people, terms, genes = documents(suite)
    common = ("-d", store, "--dataset", "golden", "--assembly", "GRCh37", "--samples", sheet)
    for words in (["import", *common, joint], ["import", *common, more],
                  ["people", "-d", store, "--dataset", "golden", people],
                  ["ontology", "-d", store, terms],
                  ["genes", "-d", store, "--assembly", "GRCh37", genes]):
        done = suite.run(*words)
        suite.check(f"made: {words[0]}", 0, done.code, done.said())
    if version >= 4:
        make_wide(suite, store)
        make_nights(suite, store)
        done = suite.run("annotate", "-d", store, "--source", "VEP", "--release", "1", "--names",
                         annotations(suite))
        suite.check("made: annotate", 0, done.code, done.said())
        about = suite.write("about.json", '{"id": "golden", "name": "A golden store"}')
        done = suite.run("dataset", "-d", store, "--set", about)
        suite.check("made: dataset", 0, done.code, done.said())


def answers(suite, store, version):
    """What the store says: counts, every allele, and what it holds."""
    counts = {}
    for question in QUESTIONS + (ANNOTATED + PHASED if version >= 4 else []):
        done = suite.run("count", "-d", store, "--json", question)
        counts[question] = done.objects()[0]["count"] if done.code == 0 else done.said()
    done = suite.run("alleles", "-d", store, "--json", "all")
    rows = [[row["variant"]] + [row[n] for n in harness.NUMBERS] for row in done.objects()]
    told = {"counts": counts, "alleles": rows}
    if version >= 4:
        for name, more in (("wide", ()), ("golden", ("--in", "sex=female"))):
            told["an " + name] = suite.run("an", "-d", store, "--region", "1:100000-203000", "--dataset", name,
                                           "--by", "sex", "--bed", *more).out
    return told

def check_kept(suite, version):
    kept = os.path.join(harness.DATA, f"store-version-{version}")
    store = suite.path(f"golden-{version}")
    shutil.copytree(kept, store)
    with open(kept + ".json", encoding="utf-8") as fh:
        expected = json.load(fh)
    done = suite.run("verify", "-d", store)
    suite.check(f"{version}: the store that is kept is sound", 0, done.code, done.said() + done.out)
    said = answers(suite, store, version)
    for question, count in expected["counts"].items():
        suite.check(f"{version}: count {question}", count, said["counts"][question])
    suite.check(f"{version}: as many alleles", len(expected["alleles"]), len(said["alleles"]))
    wrong = [pair for pair in zip(expected["alleles"], said["alleles"]) if pair[0] != pair[1]]
    suite.check(f"{version}: every allele with its numbers", [], wrong[:3])
    for name in (n for n in expected if n.startswith("an ")):
        suite.check(f"{version}: {name}", expected[name], said[name])
    anew = suite.path(f"anew-{version}")
    make_store(suite, anew, version)
    suite.check(f"{version}: a store made anew says the same", True, answers(suite, anew, version) == expected)


def main():
    suite = harness.Suite()
    if sys.argv[1:2] == ["--make"]:
        version = VERSIONS[-1]
        path = os.path.join(sys.argv[2], f"store-version-{version}")
        make_store(suite, path, version)
        with open(path + ".json", "w", encoding="utf-8") as fh:
            json.dump(answers(suite, path, version), fh, indent=0)
            fh.write("\n")
        return suite.close()
    for version in VERSIONS:
        check_kept(suite, version)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
