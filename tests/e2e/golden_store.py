#!/usr/bin/env python3
"""A small store of the format in force, kept as the program that was current then wrote it: every later
program of the same format reads it, finds it sound and answers the same from it.

The store lies under tests/data/store-version-N; what it answers stands beside it, as JSON. A store made
anew from the same files must answer the same. golden_store.py --make FOLDER writes the two anew, which
is right only when the format gets a new number.
"""
import json
import os
import shutil
import sys

import harness

VERSION = 3
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


def make_store(suite, store):
    joint, more = genomes(suite)
    sheet, people, terms, genes = documents(suite)
    common = ("-d", store, "--dataset", "golden", "--assembly", "GRCh37", "--samples", sheet)
    for words in (["import", *common, joint], ["import", *common, more],
                  ["people", "-d", store, "--dataset", "golden", people],
                  ["ontology", "-d", store, terms],
                  ["genes", "-d", store, "--assembly", "GRCh37", genes]):
        done = suite.run(*words)
        suite.check(f"made: {words[0]}", 0, done.code, done.said())


def answers(suite, store):
    """What the store says: counts, every allele, and what it holds."""
    counts = {}
    for question in QUESTIONS:
        done = suite.run("count", "-d", store, "--json", question)
        counts[question] = done.objects()[0]["count"] if done.code == 0 else done.said()
    done = suite.run("alleles", "-d", store, "--json", "all")
    rows = [[row["variant"]] + [row[n] for n in harness.NUMBERS] for row in done.objects()]
    return {"counts": counts, "alleles": rows}



def main():
    suite = harness.Suite()
    kept = os.path.join(harness.DATA, f"store-version-{VERSION}")
    if sys.argv[1:2] == ["--make"]:
        folder = sys.argv[2]
        make_store(suite, os.path.join(folder, f"store-version-{VERSION}"))
        with open(os.path.join(folder, f"store-version-{VERSION}.json"), "w", encoding="utf-8") as fh:
            json.dump(answers(suite, os.path.join(folder, f"store-version-{VERSION}")), fh, indent=0)
            fh.write("\n")
        return suite.close()
    store = suite.path("golden")
    shutil.copytree(kept, store)
    with open(kept + ".json", encoding="utf-8") as fh:
        expected = json.load(fh)
    done = suite.run("verify", "-d", store)
    suite.check("the store that is kept is sound", 0, done.code, done.said())
    said = answers(suite, store)
    for question, count in expected["counts"].items():
        suite.check(f"count {question}", count, said["counts"][question])
    suite.check("as many alleles", len(expected["alleles"]), len(said["alleles"]))
    wrong = [pair for pair in zip(expected["alleles"], said["alleles"]) if pair[0] != pair[1]]
    suite.check("every allele with its numbers", [], wrong[:3])
    anew = suite.path("anew")
    make_store(suite, anew)
    suite.check("a store made anew from the same files says the same", True, answers(suite, anew) == expected)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
