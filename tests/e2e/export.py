#!/usr/bin/env python3
"""skerry export writes the genotypes that bcftools has, and what it writes can be imported again.

The shipped slice is compared record by record with `bcftools norm -m-`; drawn deliveries (X and Y, half calls, missing
ones, structural alleles, several segments, people who left) with the numbers of `alleles`, person by person, and with a
second store made of the file. The seed is printed; SKERRY_SEED brings it back.
"""
import os
import random
import subprocess
import sys

import harness

GENOTYPES = {"1": ("0/0", "0/1", "1/1", "./.", "./1", "0|1", "1/2", "2/2"), "X": ("0", "1", "0/0", "0/1", "1/1", ".", "2"),
             "Y": ("0", "1", "."), "MT": ("0", "1", "1/1", ".")}


def tool(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()


def trimmed(pos1, ref, alt):
    """Without the bases that REF and ALT share, but for one in front."""
    while len(ref) > 1 and len(alt) > 1 and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while len(ref) > 1 and len(alt) > 1 and ref[0] == alt[0]:
        pos1, ref, alt = pos1 + 1, ref[1:], alt[1:]
    return pos1, ref, alt


def genotype(text):
    """Without phase, in the order in which the export writes alleles."""
    return "/".join(sorted(text.split(":")[0].replace("|", "/").split("/")))


def records(lines):
    """(POS, REF, ALT) -> genotypes."""
    found = {}
    for line in lines.splitlines():
        columns = line.split("\t")
        ref = "N" if columns[4].startswith("<") else columns[3]
        key = trimmed(int(columns[1]), ref, columns[4]) if columns[4][0] != "<" else (int(columns[1]), ref, columns[4])
        found[key] = [genotype(c) for c in columns[9:]]
    return found


# ------------------------------------------------------------------ the slice


def check_slice(suite, rng):
    store = suite.path("slice")
    suite.run("import", "-q", "-d", store, "--dataset", "1kg", "--assembly", "GRCh37", harness.SLICE)
    names = tool("bcftools", "query", "-l", harness.SLICE).split()
    split = suite.path("split.bcf")
    tool("bcftools", "norm", "-m-any", "-Ob", "-o", split, harness.SLICE)
    for turn in range(3):
        chosen = sorted(rng.sample(names, rng.randint(1, 200)))
        ids = suite.write("ids", "\n".join(chosen) + "\n")
        out = suite.path(f"out{turn}." + ("vcf", "vcf.gz", "bcf")[turn])
        done = suite.run("export", "-d", store, "all", "--in", f"id in @{ids}", "-o", out)
        suite.check(f"exit {turn}", (0, ""), (done.code, done.err))
        suite.check(f"columns {turn}", chosen, tool("bcftools", "query", "-l", out).split())
        truth = records(tool("bcftools", "view", "-H", "-s", ",".join(chosen), split))
        got = records(tool("bcftools", "view", "-H", out))
        suite.check(f"alleles {turn}", sorted(truth), sorted(got))
        wrong = [k for k in truth if truth[k] != got.get(k)]
        suite.check(f"genotypes {turn}", [], wrong[:3])
        check_tags(suite, out, turn)
    return store


def check_tags(suite, out, turn):
    """AC, AN and the copies by genotype are those that bcftools counts in the same records."""
    form = "%POS %REF %ALT %AC %AN %AC_Hom %AC_Het %AC_Hemi\n"
    want = subprocess.run(f"bcftools +fill-tags {out} -Ou -- -t AC,AN,AC_Hom,AC_Het,AC_Hemi 2>/dev/null | bcftools query -f '{form}'",
                          shell=True, check=True, stdout=subprocess.PIPE).stdout.decode()
    suite.check(f"tags {turn}", want.splitlines(), tool("bcftools", "query", "-f", form, out).splitlines())


def check_forms(suite, store):
    bed = suite.run("export", "-d", store, "region=22:16050000-16060000", "--carried", "--format", "bed").out.splitlines()
    rows = suite.run("alleles", "-d", store, "--tsv", "region=22:16050000-16060000").out.splitlines()
    suite.check("BED", [(r.split("\t")[0], r.split("\t")[1:3]) for r in rows[1:] if r.split("\t")[1] != "0"],
                [(b.split("\t")[3], b.split("\t")[4:]) for b in bed[1:]])
    sites = suite.run("export", "-d", store, "region=22:16050000-16060000", "--sites").out
    suite.check("sites have no columns", {8}, {len(line.split("\t")) for line in sites.splitlines() if not line.startswith("##")})
    if harness.have("plink2"):
        out = suite.path("p.vcf")
        suite.run("export", "-d", store, "type=snv", "-o", out)
        tool("plink2", "--vcf", out, "--freq", "counts", "--out", suite.path("p"))
        with open(suite.path("p.acount"), encoding="ascii") as file:
            counts = [line.split() for line in file if not line.startswith("#")]
        rows = [r.split("\t") for r in suite.run("alleles", "-d", store, "--tsv", "type=snv").out.splitlines()[1:]]
        suite.check("plink2 counts as many", [(r[1], r[2]) for r in rows], [(c[-2], c[-1]) for c in counts])


def check_refused(suite, store):
    policy = suite.write("policy", "threshold = 5\n")
    out = suite.path("refused.bcf")
    for words, code, text in (((policy, "all"), 5, "exact policy"), ((None, "all", "--in", "sex=femal"), 2, "nearest: female"),
                              ((None, "region=22:x"), 2, "region")):
        done = suite.run("export", "-d", store, *(("--policy", words[0]) if words[0] else ()), *words[1:], "-o", out)
        suite.check(f"refused: {words}", (code, True, False), (done.code, text in done.err, os.path.exists(out)), done.err)
    done = suite.run("export", "-d", store, "all", "-o", suite.path("x.foo"))
    suite.check("a name of no form", (2, True), (done.code, "--format" in done.err))
    done = suite.run("export", "-d", store, "all", "-o", "/nowhere/x.bcf")
    suite.check("no such folder", (6, "skerry: /nowhere/x.bcf: No such file or directory\n"), (done.code, done.err))


# ------------------------------------------------------------------ drawn deliveries


def draw(suite, rng, store, name, people):
    """A file of some records and samples; more than one record may name an allele."""
    lines = ["##fileformat=VCFv4.3"] + [f"##contig=<ID={c}>" for c in GENOTYPES]
    lines += ['##ALT=<ID=DEL,Description="d">', '##INFO=<ID=END,Number=1,Type=Integer,Description="e">',
              '##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="l">', '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">',
              "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(people)]
    for contig, genotypes in GENOTYPES.items():
        for pos1 in sorted(rng.sample(range(3000000, 3000040), 8)):
            alts = rng.choice(("C,T", "C,AT", "T,<DEL>", "ACC,G"))
            info = f"END={pos1 + 5};SVLEN=-5" if "<" in alts else "."
            lines.append(f"{contig}\t{pos1}\t.\tA\t{alts}\t.\tPASS\t{info}\tGT\t" + "\t".join(rng.choice(genotypes) for _ in people))
    sheet = suite.write(f"{name}.tsv", "sample\tsex\n" + "".join(f"{p}\t{'XX' if int(p[1:]) % 2 else 'XY'}\n" for p in people))
    done = suite.run("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--samples", sheet, "--replace",
                     suite.write(f"{name}.vcf", "\n".join(lines) + "\n"))
    suite.check(f"import of {name}", 0, done.code, done.said())


def numbers(suite, store, *words):
    rows = suite.run("alleles", "-d", store, "--tsv", "all", *words).out.splitlines()[1:]
    return {r.split("\t")[0]: tuple(r.split("\t")[i] for i in (1, 2, 4, 5, 6, 7)) for r in rows}


def check_person(suite, store, out, person):
    """One by one a genotype has the copies that `alleles` counts of that person alone."""
    want = {k: (v[0], v[1]) for k, v in numbers(suite, store, "--in", f"id={person}").items()}
    got = {}
    for line in tool("bcftools", "query", "-s", person, "-f", "%CHROM %POS %REF %ALT %INFO/END[ %GT]\n", out).splitlines():
        contig, pos1, ref, alt, end, gt = line.split()
        key = f"{contig}-{pos1}-{end}-{alt[1:-1]}" if alt[0] == "<" else f"{contig}-{pos1}-{ref}-{alt}"
        got[key] = (str(gt.count("1")), str(gt.count("1") + gt.count("0")))
    suite.check(f"{person}", want, got)


def check_drawn(suite, rng):
    store = suite.path("drawn")
    people = [f"P{i}" for i in range(12)]
    for name, some in (("a", people[:8]), ("b", people[6:10]), ("c", people[8:])):
        draw(suite, rng, store, name, some)
    suite.run("withdraw", "-d", store, "--individual", "P3")
    out = suite.path("drawn.bcf")
    done = suite.run("export", "-d", store, "all", "-o", out)
    suite.check("exit of drawn", 0, done.code, done.said())
    suite.check("columns of drawn", sorted(set(people) - {"P3"}), tool("bcftools", "query", "-l", out).split())
    check_tags(suite, out, "drawn")
    for person in rng.sample(sorted(set(people) - {"P3"}), 5):
        check_person(suite, store, out, person)
    again = suite.path("again")
    sheet = suite.write("again.tsv", "sample\tsex\n" + "".join(f"{p}\t{'XX' if int(p[1:]) % 2 else 'XY'}\n" for p in people if p != "P3"))
    done = suite.run("import", "-d", again, "--dataset", "d", "--assembly", "GRCh38", "--samples", sheet, out)
    suite.check("import of the export", 0, done.code, done.said())
    want, got = numbers(suite, store), numbers(suite, again)
    suite.check("the same numbers", [], [(k, want.get(k), got.get(k)) for k in sorted({*want, *got}) if want.get(k) != got.get(k)])


def main():
    suite = harness.Suite()
    seed = os.environ.get("SKERRY_SEED") or str(random.randrange(2 ** 32))
    print(f"# SKERRY_SEED={seed}")
    rng = random.Random(seed)
    store = check_slice(suite, rng)
    check_forms(suite, store)
    check_refused(suite, store)
    check_drawn(suite, rng)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
