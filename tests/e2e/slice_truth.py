#!/usr/bin/env python3
"""Every allele of the shipped 1000 Genomes slice against bcftools, and against plink2 where it can say it.

AC, AN, carriers, hom and het: what bcftools +fill-tags finds after splitting records; the same allele in
several records is left out of the comparison by name, it is a matter of rule 4 (docs/counting.md).
"""
import collections
import subprocess
import sys

import harness

FIELDS = "%CHROM\\t%POS\\t%REF\\t%ALT\\t%AC\\t%AN\\t%AC_Het\\t%AC_Hom\\t%AC_Hemi\\n"


def trimmed(pos, ref, alt):
    """The shortest writing of an allele: common ends cut, one base kept."""
    while len(ref) > 1 and len(alt) > 1 and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while len(ref) > 1 and len(alt) > 1 and ref[0] == alt[0]:
        pos, ref, alt = pos + 1, ref[1:], alt[1:]
    return pos, ref, alt


def bcftools_rows():
    split = subprocess.Popen(["bcftools", "norm", "-m", "-any", "-Ou", harness.SLICE],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    tags = subprocess.Popen(["bcftools", "+fill-tags", "-Ou", "--", "-t", "AC,AN,AC_Het,AC_Hom,AC_Hemi"],
                            stdin=split.stdout, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    asked = subprocess.run(["bcftools", "query", "-f", FIELDS], stdin=tags.stdout, check=True,
                           stdout=subprocess.PIPE, text=True)
    rows = collections.defaultdict(list)
    for line in asked.stdout.splitlines():
        contig, pos, ref, alt, ac, an, het, hom, hemi = line.split("\t")
        if set(ref + alt) <= set("ACGT"):
            pos, ref, alt = trimmed(int(pos), ref, alt)
            rows[f"{contig}-{pos}-{ref}-{alt}"].append(
                {"ac": int(ac), "an": int(an), "het": int(het), "hom": int(hom) // 2,
                 "hemi": int(hemi), "carriers": int(het) + int(hom) // 2 + int(hemi)})
    return rows


def compare_bcftools(suite, found):
    truth = bcftools_rows()
    single = {n: r[0] for n, r in truth.items() if len(r) == 1}
    wrong = []
    for name, row in sorted(single.items()):
        got = {k: found[name][k] for k in row} if name in found else "no row"
        if got != row:
            wrong.append(f"{name}: bcftools {row}, skerry {got}")
    suite.check(f"{len(single)} alleles as bcftools counts them", [], wrong[:5], f"{len(wrong)} wrong")
    extra = [n for n in found if n not in truth and set(n.split("-")[3]) <= set("ACGT")]
    suite.check("no allele that bcftools does not have", [], extra[:5])


def compare_plink2(suite, found):
    out = suite.path("plink")
    done = subprocess.run(["plink2", "--vcf", harness.SLICE, "--max-alleles", "2", "--set-all-var-ids",
                           "@-#-$r-$a", "--new-id-max-allele-len", "400", "--snps-only", "just-acgt",
                           "--geno-counts", "--out", out, "--threads", "1", "--memory", "1000"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        suite.skip("plink2", done.stdout.splitlines()[-1] if done.stdout else "it failed")
        return
    wrong, n, seen = [], 0, collections.Counter()
    with open(out + ".gcount", encoding="utf-8") as fh:
        lines = [s.rstrip("\n").split("\t") for s in fh]
    seen.update(f[1] for f in lines[1:])
    for f in lines[1:]:
        name, het, hom = f[1], int(f[5]), int(f[6])
        if seen[name] > 1:
            continue
        n += 1
        row = found.get(name)
        if row is None or (row["het"], row["hom"]) != (het, hom):
            wrong.append(f"{name}: plink2 het {het} hom {hom}, skerry {row}")
    suite.check(f"{n} alleles as plink2 counts them", [], wrong[:5], f"{len(wrong)} wrong")


def main():
    suite = harness.Suite()
    store = suite.path("store")
    done = suite.run("import", "-d", store, "--dataset", "kg", "--assembly", "GRCh37", harness.SLICE)
    suite.check("import", 0, done.code, done.said())
    done = suite.run("alleles", "-d", store, "--json", "region=22:16000000-17000000")
    suite.check("alleles", 0, done.code, done.said())
    found = {row["variant"]: row for row in done.objects()}
    for tool, compare in (("bcftools", compare_bcftools), ("plink2", compare_plink2)):
        if harness.have(tool):
            compare(suite, found)
        else:
            suite.skip(tool, "not installed: run tools/setup")
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
