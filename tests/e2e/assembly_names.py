#!/usr/bin/env python3
"""One assembly and one contig under every usual name, and what contradicts a name refused with both figures.

Import, genes, questions and HTTP must agree about names; a file that says which assembly it is of is believed more than
the command line.
"""
import sys

import beacon_http
import harness

FORMAT = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"


class Names(harness.Suite):
    def vcf(self, contigs, header=(), sample="A", gt="0/1"):
        """A file with one record a contig at base 1000, A to G."""
        text = "##fileformat=VCFv4.2\n" + "".join(f"##{line}\n" for line in header) + FORMAT + COLUMNS + sample + "\n"
        text += "".join(f"{c}\t1000\t.\tA\tG\t.\tPASS\t.\tGT\t{gt}\n" for c in contigs)
        return self.write(f"{sample}.vcf", text)

    def take(self, store, assembly, contigs, header=(), sample="A", gt="0/1", more=()):
        """What an import said: 'taken', or its refusal; warnings stay in self.warned."""
        done = self.run("import", "-d", self.path(store), "--dataset", "d", "--assembly", assembly, *more,
                        self.vcf(contigs, header, sample, gt))
        self.warned = "\n".join(s for s in done.err.splitlines()
                                if "no reference was given" not in s and "who has no record" not in s)
        return "taken" if done.code == 0 else done.said() if done.code == 2 else f"exit {done.code}: {done.said()}"

    def names(self, store):
        done = self.run("alleles", "-d", self.path(store), "--json", "all")
        return [row["variant"] for row in done.objects()] if done.code == 0 else done.said()

    def answer(self, store, question):
        """A count as text, or all that was said instead."""
        done = self.run("count", "-d", self.path(store), question)
        return done.out.strip() if done.code == 0 else done.err

    def refused(self, name, got, *words):
        self.check(name, [], [w for w in words if w not in got] if got != "taken" else ["a refusal"], got)


def length(contig, n):
    return f"contig=<ID={contig},length={n}>"


def check_assemblies(suite):
    """gagneurlab/drop#152: GRCh38 and hg38 are one assembly to people."""
    pairs = (("hg38", "GRCh38.p14"), ("hs38DH", "GCA_000001405.15_GRCh38_no_alt_analysis_set"), ("b37", "GCF_000001405.25"),
             ("human_g1k_v37", "hg19"), ("CHM13", "hs1"), ("T2T-CHM13v2.0", "GCF_009914755.1"), ("mm39", "GRCm39"),
             ("GRCm38.p6", "mm10"), ("rn7", "mRatBN7.2"), ("Rnor_6.0", "rn6"), ("asm1", "ASM1"))
    for n, (first, second) in enumerate(pairs):
        store = f"pair{n}"
        suite.take(store, first, ["1"])
        suite.check(f"{first}, then {second}", "taken", suite.take(store, second, ["1"], sample="B"))
        for name in (first, second, second.lower()):
            done = suite.run("count", "-d", suite.path(store), "--assembly", name, "carries(variant=1-1000-A-G)")
            suite.check(f"{first} and {second} asked as {name}", "2", done.out.strip(), done.err)
        got = suite.take(store, second, ["1"], sample="B", gt="1/1")
        suite.refused(f"{second}: other bytes of the same sample", got, "has contig 1 already")
        info = suite.run("info", "-d", suite.path(store), "--json").objects()[0]
        suite.check(f"{first} and {second}: one in the store", 1, len(info["assemblies"]), info["assemblies"])
    suite.take("own", "GRCh380", ["1"])
    suite.check("GRCh380 is another one, and said so", True, "'GRCh380' is not known" in suite.warned, suite.warned)
    suite.check("and has no contig but its own", True,
                "no contig '2'" in suite.answer("own", "carries(region=2)"))
    suite.take("own", "GRCh380", ["1"], sample="B")
    suite.check("which is said once", "", suite.warned)


def check_evidence(suite):
    """maxplanck-ie/snakepipes#528: what was called mm10 had the lengths of human chromosomes."""
    cases = (("mm10", ["1"], [length("1", 248956422)], ("248956422", "GRCh38", "GRCm38", "195471971")),
             ("GRCh38", ["22"], [length("chr22", 51304566)], ("51304566", "GRCh37", "50818468")),
             ("GRCh38", ["chrX"], [length("chrX", 154259566)], ("T2T-CHM13v2.0",)),
             ("hs1", ["1"], [length("1", 247249719)], ("NCBI36", "248387328")),
             ("rn7", ["3"], [length("3", 177699992)], ("Rnor_6.0", "169034231")),
             ("GRCh38", ["1"], [length("2", 243199373)], ("GRCh37", "242193529")),
             ("GRCh38", ["NC_000022.10"], [], ("NC_000022.10", "GRCh37", "NC_000022.11")),
             ("GRCm39", ["NC_000067.6"], [], ("GRCm38", "NC_000067.7")),
             ("GRCm39", ["NC_000022.11"], [], ("GRCh38", "GRCm39")),
             ("GRCh37", ["CM000684.2"], [], ("CM000684.2", "GRCh38", "NC_000022.10")),
             ("GRCh38", ["1"], ["contig=<ID=1,assembly=b37>"], ("assembly=b37", "GRCh37")),
             ("GRCh38", ["1"], ["reference=file:///data/hg19/genome.fa"], ("hg19", "GRCh37")),
             ("mm39", ["1"], ["reference=GRCm38.p6.fa"], ("GRCm38", "GRCm39")))
    for n, (assembly, contigs, header, words) in enumerate(cases):
        suite.refused(f"{assembly} with {contigs} {header}", suite.take(f"bad{n}", assembly, contigs, header), *words)
    harmless = (("GRCh37", ["1"], ["reference=file:///refs/human_g1k_v37.fasta", length("1", 249250621)], ""),
                ("hg19", ["1"], ["contig=<ID=1,length=249250621,assembly=b37>"], ""),
                ("GRCh38", ["1"], ["reference=file:///refs/hg19ToHg38.fa"], ""),
                ("GRCh38", ["1"], ["reference=lifted.from.hg19.fa", length("1", 248956422)], ""),
                ("GRCh38", ["1"], ["reference=hg19.fa", length("1", 248956422)], "hg19"),
                ("GRCh37", ["1"], ["reference=1000GenomesPilot-NCBI36"], "NCBI36"),
                # ComparativeGenomicsToolkit/cactus#1822: a length that no assembly has.
                ("GRCh38", ["2"], [length("chr2", 242182736)], "242193529"),
                # brentp/somalier#139: a header that mixes both mitochondria's names and lengths.
                ("GRCh37", ["1"], [length("chrM", 16571), length("chr1", 249250621)], ""))
    for n, (assembly, contigs, header, warning) in enumerate(harmless):
        suite.check(f"{assembly} with {header}", "taken", suite.take(f"good{n}", assembly, contigs, header))
        suite.check(f"{assembly} with {header}: what is said", True,
                    warning in suite.warned and (warning != "" or suite.warned == ""), suite.warned)


def check_own_assembly(suite):
    suite.take("cow", "ARS-UCD1.2", ["5", "29"], [length("5", 120089316), length("29", 51098607)])
    got = suite.take("cow", "ARS-UCD1.2", ["5"], [length("5", 121191424)], sample="B")
    suite.refused("two lengths of a contig of one assembly", got, "121191424", "120089316", "ARS-UCD1.2")
    suite.check("23 of an assembly of its own is 23", "taken", suite.take("cow", "ARS-UCD1.2", ["23"], sample="C"))
    suite.check("and is found", 1, suite.count(suite.path("cow"), "carries(region=chr23)"))
    suite.take("looks", "mine", ["22"], [length("22", 50818468)])
    suite.check("a known assembly under another name", True, "--assembly GRCh38" in suite.warned, suite.warned)


def check_contigs(suite):
    """freebayes/freebayes#274: contigs of hs38DH with colons. chapmanb/cloudbiolinux#266: Un_KI270742v1."""
    written = ["chrUn_KI270742v1", "chr1_KI270706v1_random", "HLA-A*01:01:01:01", "chrEBV", "chromosome_1", "chrchr1"]
    suite.take("human", "GRCh38", written)
    suite.check("names are told as written", [f"{c}-1000-A-G" for c in written], suite.names("human"))
    for name in ("chrUn_KI270742v1", "KI270742.1", "Un_KI270742v1", "KI270706.1", "HLA-A*01:01:01:01", "chrEBV", "EBV"):
        for question in (f"carries(region={name}:900-1100)", f"carries(variant={name}-1000-A-G)", f"carries(region={name})"):
            suite.check(question, 1, suite.count(suite.path("human"), question))
    for name in ("KI270742.2", "omosome_1", "chromosome_2", "27", "chr0"):
        got = suite.answer("human", f"carries(region={name})")
        suite.check(f"{name} is none of them", True, "no contig" in got, got)
    suite.take("human", "hg38", ["KI270706.1"], sample="B")
    suite.check("the accession later", 2, suite.count(suite.path("human"), "carries(region=chr1_KI270706v1_random)"))
    suite.take("yeast", "sacCer3", ["chrIV", "chrM"])
    suite.take("yeast", "sacCer3", ["IV", "MT"], sample="B")
    suite.check("IV and chrIV of two deliveries", ["chrIV-1000-A-G", "MT-1000-A-G"], suite.names("yeast"))
    suite.check("IV and chrIV are one", 2, suite.count(suite.path("yeast"), "carries(region=IV)"))


def check_numbers(suite):
    """chrchang/plink-ng#143 and plantimals/2vcf#17: 23 to 26 for X, Y, the PAR and MT."""
    for n, (assembly, contig, name, known) in enumerate((("GRCh38", "23", "X", 156040895), ("hg19", "chr24", "Y", 59373566),
                                                         ("GRCh38", "25", "X", 156040895), ("GRCh38", "26", "MT", 16569),
                                                         ("mm39", "20", "X", 169476592), ("rn7", "22", "Y", 18315841))):
        got = suite.take(f"number{n}", assembly, [contig])
        suite.refused(f"{contig} of {assembly}, which nothing proves", got, f"no contig {contig}", f"is {name}")
        suite.check(f"{contig} of {assembly} with its length", "taken",
                    suite.take(f"number{n}", assembly, [contig], [length(contig, known)]))
        suite.check(f"{contig} of {assembly} is {name}", [f"{name}-1000-A-G"], suite.names(f"number{n}"))
        for asked in (contig, name, f"{contig}:1-2000"):
            suite.check(f"region={asked} of {assembly}", 1, suite.count(suite.path(f"number{n}"), f"carries(region={asked})"))
    got = suite.take("number", "GRCh38", ["23"], [length("23", 12345)])
    suite.refused("23 with another length", got, "12345", "156040895")


def check_species(suite):
    """MT of 16,299 bases is that of the mouse; nobody else's constants count there."""
    for assembly, known in (("mm10", 16299), ("rn6", 16313), ("GRCh38", 16569), ("CHM13", 16569)):
        suite.take(f"mt-{assembly}", assembly, ["chrM"], [length("chrM", known)], gt="1/1")
        row = suite.allele(suite.path(f"mt-{assembly}"), "MT-1000-A-G")
        suite.check(f"MT of {assembly}", (1, 1), (row["ac"], row["an"]) if isinstance(row, dict) else row)
    for assembly, other in (("mm10", 16569), ("hg38", 16571), ("hg38", 16299)):
        done = suite.run("import", "--json", "-d", suite.path(f"not-{assembly}-{other}"), "--dataset", "d", "--assembly",
                         assembly, suite.vcf(["chrM"], [length("chrM", other)]))
        suite.check(f"MT of {other} bases is not that of {assembly}", 1,
                    done.objects()[0]["counters"].get("rejected_contig") if done.code == 0 else done.said())
    sheet = suite.write("men.tsv", "sample\tsex\nA\tXY\n")
    for assembly, an in (("GRCh38", 1), ("CHM13", 2), ("mm39", 1), ("asm1", 1)):  # base 1000 of X: PAR of CHM13 only
        suite.take(f"x-{assembly}", assembly, ["X"], gt="1/1", more=("--samples", sheet))
        row = suite.allele(suite.path(f"x-{assembly}"), "X-1000-A-G")
        suite.check(f"X of a man in {assembly}", an, row["an"] if isinstance(row, dict) else row)


def check_genes(suite):
    gtf = 'x\tgene\t900\t1100\t.\t+\t.\tgene_id "E1"; gene_name "ABC1";\n'
    gff = "RefSeq\tgene\t900\t1100\t.\t+\t.\tID=gene-ABC1;gene=ABC1\n"
    suite.take("genes", "GRCh38", ["22", "chr1_KI270706v1_random", "X"])
    store = suite.path("genes")

    def load(text, assembly="hg38"):
        done = suite.run("genes", "-d", store, "--assembly", assembly, suite.write("g.gff3", text))
        return "taken" if done.code == 0 else done.said()
    for text, words in (("##gff-version 3\nNC_000022.10\t" + gff, ("line 2", "GRCh37", "NC_000022.11")),
                        ("##gff-version 3\n##sequence-region 22 1 51304566\n22\t" + gff, ("51304566", "50818468")),
                        ("##gff-version 3\n##sequence-region NC_000022.10 1 5\nNC_000022.11\t" + gff, ("NC_000022.10",)),
                        ("#!genome-build GRCh37.p13\n22\t" + gtf, ("GRCh37", "GRCh38")),
                        ("#!genome-build-accession NCBI:GCF_000001405.25\n22\t" + gtf, ("GRCh37",)),
                        ("##description: the mouse genome (GRCm39)\nchr1\t" + gtf, ("GRCm39",)),
                        ("23\t" + gtf, ("no contig 23", "is X"))):
        suite.refused(f"genes of another assembly: {text[:40]!r}", load(text), *words)
    for text in ("#!genome-build GRCh38.p14\n22\t" + gtf, "##sequence-region NC_000022.11 1 50818468\nNC_000022.11\t" + gff,
                 "##description: the human genome (GRCh38), mapped to GRCh37\nchr22\t" + gtf, "KI270706.1\t" + gtf,
                 "##sequence-region 23 1 156040895\n23\t" + gff):
        suite.check(f"genes of the assembly: {text[:40]!r}", "taken", load(text))
        suite.check(f"genes of the assembly: {text[:40]!r}, asked", 1, suite.count(store, "carries(gene=ABC1)"))


def check_questions(suite):
    suite.take("asked", "GRCh38", ["22", "X", "MT"])
    store = suite.path("asked")
    for name in ("22", "chr22", "NC_000022.11", "refseq:NC_000022.11", "CM000684.2", "NC_000022"):
        suite.check(f"region={name}", 1, suite.count(store, f'carries(region="{name}")'))
    for question in ("carries(variant=NC_000022.10-1000-A-G)", "carries(region=NC_000022.10)"):
        got = suite.answer("asked", question)
        suite.check(f"{question} of GRCh38", True, "GRCh37" in got and "NC_000022.11" in got, got)
    server = beacon_http.Server(suite, store, "--policy", suite.write("exact.conf", "counts = exact\n"))
    place = {"start": [999], "referenceBases": "A", "alternateBases": "G"}
    for words, want in (({"referenceName": "23"}, 1), ({"referenceName": "chr23", "assemblyId": "hg38"}, 1),
                        ({"referenceName": "26"}, 1), ({"referenceName": "NC_012920.1"}, 1),
                        ({"referenceName": "NC_000023.11"}, 1), ({"referenceName": "22", "assemblyId": "GRCh38.p14"}, 1),
                        ({"referenceName": "21"}, 0), ({"referenceName": "NC_000023.10"}, None),
                        ({"referenceName": "27"}, None), ({"referenceName": "22", "assemblyId": "hg19"}, None)):
        status, document = server.ask("/api/individuals", beacon_http.individuals({**words, **place}))
        got = document["responseSummary"].get("numTotalResults") if status == 200 else None
        suite.check(f"HTTP {words}", (200 if want is not None else 400, want), (status, got), document)
    server.stop()


def main():
    suite = Names()
    for check in (check_assemblies, check_evidence, check_own_assembly, check_contigs, check_numbers, check_species,
                  check_genes, check_questions):
        check(suite)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
