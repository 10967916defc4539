#!/usr/bin/env python3
"""Warnings of answers, at every door: standard error, JSON, info.warnings over HTTP, fresh and kept.

A warning is told where the number may not mean what was asked, and nowhere else.
"""
import random
import sys

import beacon_http
import beacon_schema
import harness

AGED, AGELESS = 24, 30


def vcf(names):
    lines = ["##fileformat=VCFv4.2", "##contig=<ID=22,length=51304566>",
             '##FORMAT=<ID=GT,Number=1,Type=String,Description="">',
             "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *names])]
    for pos, n in ((1000, 20), (2000, 1)):
        calls = ["0/1" if i < n else "0/0" for i in range(len(names))]
        lines.append("\t".join(["22", str(pos), ".", "A", "G", ".", "PASS", ".", "GT", *calls]))
    return "\n".join(lines) + "\n"


def build(suite):
    """Dataset aged has ages, sexes, countries and a measure; dataset ageless has genomes alone."""
    store = suite.path("store")
    people = ["individual\tsex\tage\tcountry\tphenotypes\tLOINC:3141-9"]
    people += [f"a{i}\tfemale\t{20 + i}\tFinland\tHP:0001250\t{50 + i}" for i in range(AGED)]
    for words in (["import", "--dataset", "aged", "--assembly", "GRCh37", suite.write("a.vcf", vcf([f"a{i}" for i in range(AGED)]))],
                  ["import", "--dataset", "ageless", "--assembly", "GRCh37",
                   suite.write("b.vcf", vcf([f"b{i}" for i in range(AGELESS)]))],
                  ["people", "--dataset", "aged", suite.write("a.tsv", "\n".join(people) + "\n")]):
        done = suite.run(*words, "-q", "-d", store)
        suite.check(f"{words[0]} into {words[2]}", 0, done.code, done.said())
    return store


def warnings_of(done):
    return [line[len("skerry: warning: "):] for line in done.err.splitlines() if line.startswith("skerry: warning: ")]


# question: (count, the beginning of the warning and what else stands in it; None: no warning)
PEOPLE = {
    "age>40": (3, ("age>40: none of the 30 people of dataset ageless has an age",)),
    "not age<=40": (33, ("age<=40: none of the 30 people of dataset ageless has an age",)),
    "onset<20": (0, ("onset<20: none of the 24 people of dataset aged has an age of onset", "onset<20: none of the 30")),
    "onset(HP:0001250)<20": (0, ("onset(HP:0001250)<20: none of the 24 people of dataset aged has an age of onset of it",
                                 "onset(HP:0001250)<20: none of the 30")),
    "karyotype=XX": (0, ("karyotype=XX: none of the 24 people of dataset aged has a known karyotype", "karyotype=XX: none of")),
    "karyotype=unknown": (54, ()),
    "sex=female": (24, ("sex=female: none of the 30 people of dataset ageless has a known sex",)),
    "country=Finland": (24, ("country=Finland: none of the 30 people of dataset ageless has a country",)),
    "LOINC:3141-9>60": (13, ("LOINC:3141-9>60: none of the 30 people of dataset ageless has a value of it",)),
    "HP:0001250": (24, ()),
    "carries(variant=22-1000-A-G)": (40, ()),
    "all": (54, ()),
}


def command_line(suite, store):
    for question, (count, wanted) in PEOPLE.items():
        done = suite.run("count", "-d", store, "--json", question)
        answer = done.objects()[-1] if done.code == 0 else {}
        suite.check(question + ": count", count, answer.get("count"), done.said())
        told = warnings_of(done)
        suite.check(question + ": lines on standard error", (len(wanted), True),
                    (len(told), all(t.startswith(w) for t, w in zip(told, wanted))), told)
        suite.check(question + ": the same in JSON", told, [w["text"] for w in answer.get("warnings", [])])
        suite.check(question + ": codes", {"no-values"} if wanted else set(), {w["code"] for w in answer.get("warnings", [])})
        suite.check(question + ": figures stand in the text", True,
                    all(str(n) in w["text"] for w in answer.get("warnings", []) for n in w["figures"].values()))
        suite.check(question + ": -q is quiet, and the number stays", (f"{count}\n", ""),
                    (lambda d: (d.out, d.err))(suite.run("count", "-q", "-d", store, question)))
    done = suite.run("alleles", "-d", store, "--json", "all", "--in", "age>100")
    rows = done.objects()
    suite.check("alleles --json: the last row has the warnings", (2, [False, True], True),
                (len(rows), ["warnings" in row for row in rows],
                 rows[-1]["warnings"][0]["text"].startswith("age>100: none of the 30 people")), done.out)
    suite.check("alleles --json: every line is a row", True, all("variant" in row for row in rows), done.out)
    done = suite.run("alleles", "-d", store, "--json", "region=22:1-2", "--in", "age>100")
    suite.check("alleles --json without a row: the warning is on standard error", ("", True),
                (done.out, any("age>100" in w for w in warnings_of(done))), done.err)
    done = suite.run("alleles", "-d", store, "--json", "all", "--in", "age>100")
    suite.check("alleles: a line on standard error", 1, len(warnings_of(done)), done.err)
    done = suite.run("alleles", "-d", store, "--json", "all", "--in", "HP:0001250")
    suite.check("alleles --json without warnings: rows alone", (2, []), (len(done.objects()), warnings_of(done)))
    done = suite.run("alleles", "-d", store, "--tsv", "all", "--in", "age>100")
    suite.check("alleles --tsv: rows alone", 3, len(done.out.splitlines()), done.out)
    done = suite.run("explain", "-d", store, "--analyze", "age>40")
    suite.check("explain --analyze says nothing on standard error", (0, []), (done.code, warnings_of(done)))


# ------------------------------------------------------------------ af

N_GENOMES = 40


def one_genome(rng, name, chances):
    """A VCF of one sample with the alleles that it carries, as callers of single genomes write it; X of a man."""
    body = [f"{contig}\t{pos}\t.\tA\tG\t.\tPASS\t.\tGT\t{'1' if contig == 'X' else rng.choice(('0/1', '1/1'))}"
            for (contig, pos), chance in chances.items() if rng.random() < chance]
    return "\n".join(["##fileformat=VCFv4.2", "##contig=<ID=22,length=51304566>", "##contig=<ID=X,length=155270560>",
                      '##FORMAT=<ID=GT,Number=1,Type=String,Description="">',
                      "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", name]),
                      *body]) + "\n"


def joint_file(rng, names, chances):
    """A joint file in which most calls of some records are missing: AN is low there, and every row is complete."""
    lines = vcf(names).splitlines()[:3] + ["\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *names])]
    for (contig, pos), chance in chances.items():
        if contig == "22":
            calls = [rng.choice(("0/0", "0/1")) if rng.random() < chance else "./." for _ in names]
            lines.append("\t".join([contig, str(pos), ".", "A", "G", ".", "PASS", ".", "GT", *calls]))
    return "\n".join(lines) + "\n"


def low_alleles(suite, store, n_copies):
    """Of the listed alleles: how many have an AN below half of the copies of their contig."""
    rows = suite.run("alleles", "-d", store, "--json", "all").objects()
    return sum(2 * r["an"] < n_copies[r["variant"].split("-")[0]] for r in rows), len(rows)


# ------------------------------------------------------------------ what cannot be, and where nobody was called

ALLELES = {
    "carries(variant=22-1000-A-G and variant=22-2000-A-G)": (0, "never-true", "no allele is both 22-1000-A-G and 22-2000-A-G"),
    "carries(type=snv and (variant=22-1000-A-G and (af<0.9 and variant=22-2000-A-G)))": (0, "never-true", "no allele is both"),
    "carries(variant=22-1000-A-G and variant=22:1000:A:G)": (40, None, None),
    "carries(variant=22-1000-A-G or variant=22-2000-A-G)": (40, None, None),
    "carries(af>0.2 and af<0.1)": (0, "never-true", "af: no allele can be"),
    "carries(ac>5 and region=22 and ac<=5)": (0, "never-true", "ac: no allele can be"),
    "carries(ac>=20 and ac<=20)": (40, None, None),
    "carries(length=1 and length=2)": (0, "never-true", "length: no allele can be"),
    "carries(type=snv and type=del)": (0, "never-true", "no allele is both type=snv and type=del"),
    "carries(type=mnv and (af<0.5 and type=indel))": (0, "never-true", "no allele is both type=mnv and type=indel"),
    "carries(type=SNP and type=substitution)": (40, None, None),
    "carries(type=del and type=dup)": (0, None, None),  # <DEL/DUP> would be both
    "carries(type=ins and type=indel)": (0, None, None),
    "carries(type=snv and length>1)": (0, "never-true", "length: no allele can be"),
    "carries(type=snv and length=1)": (40, None, None),
    "carries(variant=22-1000-A-G and type=del)": (0, "never-true", "no allele is both variant=22-1000-A-G and type=del"),
    "carries(region=22:1500-3000 and variant=22-1000-A-G)": (0, "never-true", "no allele is both region=22:1500-3000 and variant=22-1000-A-G"),
    "carries(start=22:1-1000 and start=22:1001-2000)": (0, "never-true", "no allele is both"),
    "carries(start=22:1000 and end=22:1000)": (40, None, None),
    "carries(copies=1 and copies=2)": (0, "never-true", "no allele is both copies=1 and copies=2"),
    "carries(type=snv or type=del)": (40, None, None),
    "carries(type=snv) and carries(type=del)": (0, None, None),
    # stretches without a record were left out without a word, brentp/mosdepth#222
    "carries(region=22:1100-1900)": (0, "not-assessed", "region=22:1100-1900: nobody was assessed there"),
    "carries(region=22:1-999)": (0, "not-assessed", "region=22:1-999: nobody was assessed there"),
    "carries(region=22:40000000-41000000)": (0, "not-assessed", "region=22:40000000-41000000: nobody"),
    "not carries(region=22:2001-)": (54, "not-assessed", "region=22:2001-: nobody was assessed there"),
    "carries(region=22:1000-1999)": (40, None, None),
    "carries(region=22:1001-2000)": (2, None, None),
    "carries(region=22)": (40, None, None),
    "carries(start=22:3000-4000)": (0, "not-assessed", "start=22:3000-4000: nobody was assessed there"),
    "carries(variant=22-1500-A-G)": (0, "not-assessed", "22-1500-A-G: nobody was assessed there"),
    "absent(variant=22-1500-A-G)": (0, "not-assessed", "22-1500-A-G: nobody was assessed there"),
    "not carries(variant=22-1500-A-G)": (54, "not-assessed", "22-1500-A-G: nobody was assessed there"),
    "carries(variant=21-1500-A-G)": (0, "not-assessed", "21-1500-A-G: nobody was assessed there"),
    "carries(gene=FAR)": (0, "not-assessed", "gene FAR: the store has nothing of GRCh37 on its contig"),
    "carries(gene=NEAR)": (40, None, None),
    "carries(region=21:1-1000)": (0, "not-assessed", "contig 21: the store has nothing of GRCh37 on it"),
    "carries(variant=22-1000-A-C)": (0, None, None),
    "absent(variant=22-2000-A-G)": (52, None, None),
}


def impossible(suite, store):
    genes = suite.write("genes.tsv", "gene_symbol\tchrom\tstart\tend\nFAR\t21\t1000\t2000\nNEAR\t22\t900\t1100\n")
    suite.run("genes", "-q", "-d", store, "--assembly", "GRCh37", genes)
    for question, (count, code, text) in ALLELES.items():
        done = suite.run("count", "-d", store, "--json", question)
        answer = done.objects()[-1] if done.code == 0 else {}
        told = answer.get("warnings", [])
        suite.check(question, (count, [code] if code else [], True),
                    (answer.get("count"), [w["code"] for w in told], all(text in w["text"] for w in told)), done.err)
    for question in ("carries(variant=22-1000-C-G)", "absent(variant=22-1000-T-G)", "carries(variant=22-1000-CA-G and af<0.1)"):
        done = suite.run("count", "-d", store, question)
        suite.check(question + ": REF is contradicted", (2, "", True), (done.code, done.out, "REF there is A, not" in done.err), done.err)
    done = suite.run("alleles", "-d", store, "--json", "variant=22-1500-A-G")
    suite.check("alleles: the row says it, and nothing else does", (1, "not-assessed", []),
                (len(done.objects()), done.objects()[0]["answer"], warnings_of(done)))
    rounded = ("--policy", suite.write("round.conf", "counts = rounded\n"))
    for question in ("carries(variant=22-1500-A-G)", "carries(variant=22-1000-C-G)", "carries(region=21:1-1000)"):
        done = suite.run("count", "-d", store, question, *rounded)
        suite.check(question + ": under a policy that hides no record is told of", (0, []), (done.code, warnings_of(done)), done.err)


def stretches(suite):
    """What spans say of a stretch between records, of one genome: footprints, silence that is claimed."""
    head = ("##fileformat=VCFv4.2\n##contig=<ID=22,length=300000>\n##INFO=<ID=END,Number=1,Type=Integer,Description=\"\">\n"
            "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n")
    records = [(500, "A" * 100, "A", "."), (900, "A", "G", "."), (200000, "C", "T", ".")]
    body = "".join(f"22\t{p}\t.\t{r}\t{a}\t.\tPASS\t{i}\tGT\t0/1\n" for p, r, a, i in records)
    block = body.replace("22\t900", "22\t700\t.\tA\t<NON_REF>\t.\tPASS\tEND=800\tGT\t0/0\n22\t900")
    spoken = {"plain": [(500, 600), (900, 901), (200000, 200001)], "hom-ref": [(1, 300001)],
              "blocks": [(500, 600), (700, 801), (900, 901), (200000, 200001)]}
    asked = [(1, 499), (1, 500), (550, 560), (599, 650), (600, 699), (610, 690), (650, 700), (750, 760), (801, 899), (901, 150000),
             (100000, 199999), (100000, 200000), (200001, 250000)]
    for name, options in (("plain", []), ("hom-ref", ["--absent-is", "hom-ref"]), ("blocks", ["--format", "gvcf"])):
        store = suite.path("stretch-" + name)
        done = suite.run("import", "-q", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--gate", "none", *options,
                         suite.write(f"stretch/{name}.vcf", head + (block if name == "blocks" else body)))
        suite.check(f"{name}: imported", 0, done.code, done.said())
        for first, last in asked:
            silent = not any(first < to and last >= from1 for from1, to in spoken[name])
            done = suite.run("count", "-d", store, "--json", f"carries(region=22:{first}-{last})")
            suite.check(f"{name}: region {first}-{last}", ["not-assessed"] if silent else [],
                        [w["code"] for w in (done.objects() or [{}])[-1].get("warnings", [])], done.err)


def low_an(suite):
    rng = random.Random(11)
    chances = {(c, 1000 + 10 * k): k / 160 for c in ("22", "X") for k in range(1, 160)}
    names = [f"s{i}" for i in range(N_GENOMES)]
    files = [suite.write(f"one/{n}.vcf", one_genome(rng, n, chances)) for n in names]
    sheet = suite.write("karyotypes.tsv", "sample\tkaryotype\n" + "".join(f"{n}\tXY\n" for n in names))
    joint = suite.write("joint.vcf", joint_file(rng, names, chances))
    options = ("-q", "--dataset", "g", "--assembly", "GRCh37", "--gate", "none")
    both = {"22": 2 * N_GENOMES, "X": N_GENOMES}
    for what, words, n_copies in (("single genomes", ("--samples", sheet, *files), both),
                                  ("a joint file with calls missing", (joint,), {"22": 2 * N_GENOMES})):
        store = suite.path(what.replace(" ", "-"))
        suite.check(what + ": import", 0, suite.run("import", "-d", store, *options, *words).code)
        n_low, n_all = low_alleles(suite, store, n_copies)
        suite.check(what + ": some are low, and not all", True, 20 < n_low < n_all - 20)
        for question in ("carries(af>0.0001)", "carries(af>0.0001 and region=22)", "carries(region=X and af>0.0001)"):
            done = suite.run("count", "-d", store, "--json", question)
            figures = [w["figures"] for w in done.objects()[-1].get("warnings", ()) if w["code"] == "low-an"]
            if "region" not in question:
                suite.check(f"{what}: {question}: the figures are those of the list",
                            [{"alleles": n_low, "judged": n_all, "genomes": N_GENOMES}], figures, done.err)
            suite.check(f"{what}: {question}: told on standard error", len(figures),
                        sum(w.startswith("af: ") for w in warnings_of(done)), done.err)
        suite.check(what + ": nothing is said without af", [],
                    warnings_of(suite.run("count", "-d", store, "carries(ac>3 and region=22)")))
        done = suite.run("count", "-d", store, "carries(af>0.0001)", "--policy", suite.write("round.conf", "counts = rounded\n"))
        suite.check(what + ": no figure under a policy that hides", [], [w for w in warnings_of(done) if any(c.isdigit() for c in w)])
    store = suite.path("assumed")
    suite.check("--absent-is hom-ref: import", 0, suite.run("import", "-d", store, *options, "--absent-is", "hom-ref",
                                                            "--samples", sheet, *files).code)
    suite.check("--absent-is hom-ref: AN covers everybody", [], warnings_of(suite.run("count", "-d", store, "carries(af>0.0001)")))


def ask(server, filters):
    code, document = server.ask("/api/individuals?requestedGranularity=count&includeResultsetResponses=ALL&filters=" + filters)
    return code, document, document.get("info", {}).get("warnings")


def over_http(suite, store):
    exact = suite.write("exact.conf", "counts = exact\n")
    judge = beacon_schema.Judge(suite)
    server = beacon_http.Server(suite, store, "--policy", exact)
    for turn in ("fresh", "kept"):
        code, document, told = ask(server, "age:>=P40Y")
        suite.check(f"exact, {turn}: one warning", (200, ["no-values"]), (code, [w["code"] for w in told or ()]), document)
        suite.check(f"exact, {turn}: its figure", [{"people": AGELESS}], [w["figures"] for w in told or ()])
        judge.valid(f"exact, {turn}", beacon_schema.RESPONSES + "beaconResultsetsResponse", document, ("2.2.0",))
    suite.check("exact: none where none is due", None, ask(server, "HP:0001250")[2])
    code, document = server.ask("/api/datasets?filters=age:>=P40Y")
    suite.check("/datasets tells them too", ["no-values"], [w["code"] for w in document["info"].get("warnings", ())], document)
    judge.valid("/datasets", beacon_schema.RESPONSES + "beaconCollectionsResponse", document)
    suite.check("exact: stops", 0, server.stop())
    server = beacon_http.Server(suite, store)
    told = ask(server, "age:>=P40Y")[2] or []
    suite.check("rounded: the figure is what may be told", [("no-values", {"people": 30})],
                [(w["code"], w["figures"]) for w in told])
    suite.check("rounded: nobody and few are told alike", True, all("nobody who may be told" in w["text"] for w in told), told)
    suite.check("rounded: stops", 0, server.stop())


def main():
    suite = harness.Suite()
    store = build(suite)
    command_line(suite, store)
    over_http(suite, store)
    impossible(suite, store)
    stretches(suite)
    low_an(suite)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
