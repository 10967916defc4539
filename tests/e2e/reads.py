#!/usr/bin/env python3
"""Reads: a drawn genome comes back from its CRAM and its BAM, the reads decide nothing in silence, nothing is
fetched, and what cannot be right is refused in one line with the store as before."""
import os
import subprocess
import sys

import harness

MAKER = os.environ.get("SKERRY_MADE_READS") or os.path.join(harness.SOURCE, "build/tests/made_reads")
SEED = int(os.environ.get("SKERRY_SEED", "5"))


def make(suite, name, form, bases, depth, seed=SEED):
    done = subprocess.run([MAKER, suite.path(name), form, str(seed), str(bases), str(depth)], capture_output=True)
    assert done.returncode == 0, done.stderr
    with open(suite.path(name + ".truth.tsv")) as fh:
        rows = [line.rstrip("\n").split("\t") for line in fh]
    return {(int(start), ref, alt): int(copies) for _, start, ref, alt, copies in rows}


def take(suite, store, name, *words, file=None, fasta=None, format="auto", stdin=None):
    return suite.run("import", "-d", suite.path(store), "--dataset", "d", "--assembly", "toy", "--json", "--format",
                     format, "--reference", fasta or suite.path(name + ".fa"), *words, file or suite.path(name),
                     timeout=300, stdin=stdin)


def alleles(suite, store):
    done = suite.run("alleles", "-d", suite.path(store), "--json", "region=1:1-100000000")
    return {row["variant"]: (row["ac"], row["an"]) for row in done.objects()} if done.code == 0 else done.said()


def check_truth(suite):
    """Precision, recall and genotypes; what is missed is at least not called absent."""
    truth = make(suite, "a", "cram", 300000, 30)
    done = take(suite, "s", "a", file=suite.path("a.cram"), format="cram")
    suite.check("a CRAM is taken", 0, done.code, done.said())
    got = alleles(suite, "s")
    for kind, is_snv, least in (("SNVs", True, 0.99), ("indels", False, 0.95)):
        want = {f"1-{s + 1}-{r}-{a}": n for (s, r, a), n in truth.items() if (len(r) == len(a)) == is_snv}
        have = {k: v for k, v in got.items() if (len(k.split("-")[2]) == len(k.split("-")[3])) == is_snv and v[0]}
        right = [k for k in want if k in have and have[k][0] == want[k]]
        suite.check(f"{kind}: {least} of {len(want)} are found with their genotypes", True,
                    len(right) >= least * len(want), f"SKERRY_SEED={SEED}: {len(right)}")
        suite.check(f"{kind}: {least} of those found are there", True,
                    len(set(have) & set(want)) >= least * len(have), f"SKERRY_SEED={SEED}: {set(have) - set(want)}")
        missed = [k for k in want if k not in have]
        rows = {k: suite.allele(suite.path("s"), k) for k in missed}
        suite.check(f"{kind}: none is told as absent", [], [k for k, row in rows.items() if row["answer"] == "absent"])
    left = suite.write("s/scratch-m5-0.tmp", "bases that a killed import left")
    again = take(suite, "s", "a", file=suite.path("a.cram"), format="cram")
    suite.check("again it is no news", "noop", again.objects()[-1]["status"])
    suite.check("nothing is left lying", [], [s for s in os.listdir(suite.path("s")) if s.endswith(".tmp")], left)
    make(suite, "a", "bam", 300000, 30)
    done = take(suite, "t", "a", file=suite.path("a.bam"), format="bam")
    suite.check("the BAM of the same reads is taken", 0, done.code, done.said())
    suite.check("and says the same", got, alleles(suite, "t"))


def check_pipes(suite):
    """What a pipe gives is kept in the store's folder and read as a file is: a real pipe here, which cannot be sought in."""
    for form, store in (("cram", "s"), ("bam", "t")):
        wanted = alleles(suite, store)
        with subprocess.Popen(["cat", suite.path("a." + form)], stdout=subprocess.PIPE) as source:
            done = take(suite, f"p-{form}", "a", file="-", format=form, stdin=source.stdout)
        suite.check(f"{form} from a pipe is taken", 0, done.code, done.said())
        suite.check(f"{form} from a pipe: the same answers", wanted, alleles(suite, f"p-{form}"))
        again = take(suite, f"p-{form}", "a", file=suite.path("a." + form), format=form)
        suite.check(f"{form}: the file of the same bytes is no news", "noop", again.objects()[-1]["status"])
        suite.check(f"{form} from a pipe: nothing is left lying", [],
                    [s for s in os.listdir(suite.path(f"p-{form}")) if s.endswith(".tmp")])
        with open(suite.path("a." + form), "rb") as fh:
            whole = fh.read()
        for name, text, word, format in (("cut short", whole[:-1000], "cut", form), ("empty", b"", "neither CRAM nor BAM", form),
                                         ("VCF", b"##fileformat=VCFv4.2\n", "neither CRAM nor BAM", form),
                                         ("without a format", whole, "with --format cram or bam", "auto"),
                                         ("as VCF", whole, "with --format cram or bam", "vcf")):
            with open(suite.write("piped", text), "rb") as fh:
                refuse(suite, f"{form} from a pipe, {name}", word, file="-", fasta=suite.path("a.fa"), format=format,
                       stdin=fh)


def check_mask(suite):
    """--calls none: no allele of its own; beside a VCF of the same person in one delivery."""
    make(suite, "m", "cram", 20000, 30)
    done = take(suite, "m1", "m", "--calls", "none", file=suite.path("m.cram"))
    suite.check("depth alone is taken", (0, 0), (done.code, done.objects()[-1]["alleles"]), done.said())
    with open(suite.path("m.fa")) as fh:
        bases = "".join(line.strip() for line in fh if line[0] != ">")
    other = "C" if bases[9999] != "C" else "G"
    row = suite.allele(suite.path("m1"), f"1-10000-{bases[9999]}-{other}")
    suite.check("what is deep enough is called", (0, 2, "absent"), (row["ac"], row["an"], row["answer"]))
    row = suite.allele(suite.path("m1"), f"1-20-{bases[19]}-{'C' if bases[19] != 'C' else 'G'}")
    suite.check("and what is not is not", (0, 0), (row["ac"], row["an"]))
    vcf = suite.write("m.vcf", "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tMADE\n"
                      f"chr1\t10000\t.\t{bases[9999]}\t{other}\t.\t.\t.\tGT\t0/1\n")
    done = take(suite, "m2", "m", "--calls", "none", vcf, file=suite.path("m.cram"))
    suite.check("and beside a VCF of the person", 0, done.code, done.said())
    row = suite.allele(suite.path("m2"), f"1-10000-{bases[9999]}-{other}")
    suite.check("whose calls count", (1, 2), (row["ac"], row["an"]))
    third = next(c for c in "ACGT" if c not in (bases[9999], other))
    row = suite.allele(suite.path("m2"), f"1-10000-{bases[9999]}-{third}")
    suite.check("beside which others are absent", (0, 2), (row["ac"], row["an"]))
    done = take(suite, "m3", "m", vcf, file=suite.path("m.cram"))
    suite.check("two callers of one person in one delivery are refused", 2, done.code, done.said())
    suite.check("--calls none is for reads", 2, take(suite, "m4", "m", "--calls", "none", file=vcf).code)
    suite.check("so is min_bq", 2, take(suite, "m4", "m", "--gate", "min_bq=20", file=vcf).code)


def refuse(suite, name, what, *words, **more):
    done = take(suite, "r", "b", *words, **more)
    suite.check(name, (2, True), (done.code, what in done.err), done.err)
    suite.check(name + ": no store is made", False, os.path.exists(suite.path("r", "MANIFEST")))
    suite.check(name + ": in one line", 1, len([s for s in done.err.splitlines() if s.strip()]), done.err)


def check_refusals(suite):
    make(suite, "b", "cram", 20000, 10)
    cram = suite.path("b.cram")
    with open(cram, "rb") as fh:
        bytes_ = fh.read()
    with open(suite.path("b.fa")) as fh:
        fasta = fh.read()
    lower = suite.write("lower.fa", fasta.lower().replace("chr1", "chr1"))
    suite.check("a soft-masked reference is the same", 0, take(suite, "l", "b", file=cram, fasta=lower).code)
    swapped = fasta[:3000] + ("A" if fasta[3000] != "A" else "C") + fasta[3001:]
    refuse(suite, "a reference that differs in one base", "M5", file=cram, fasta=suite.write("other.fa", swapped))
    refuse(suite, "a reference without the contig", "no contig", file=cram, fasta=suite.write("none.fa", ">x\nACGT\n"))
    for part in (0.3, 0.7, 0.99):
        cut = suite.write("cut.cram", bytes_[:int(len(bytes_) * part)])
        refuse(suite, f"a file cut at {part}", "cut", file=cut)
    refuse(suite, "no depth", "min_dp", "--gate", "min_dp=0", file=cram)
    refuse(suite, "no gate", "min_dp", "--gate", "none", file=cram)
    refuse(suite, "reads as VCF", "reads", file=cram, format="vcf")
    refuse(suite, "VCF as reads", "CRAM", file=suite.write("x.vcf", "##fileformat=VCFv4.2\n"), format="cram")
    done = suite.run("import", "-d", suite.path("r"), "--dataset", "d", "--assembly", "toy", cram)
    suite.check("no reference", (2, True), (done.code, "--reference" in done.err), done.err)


def check_sockets(suite):
    """HKU-BAL/Clair3#180: a CRAM whose reference is not at hand must not be asked for anywhere."""
    if not harness.have("strace"):
        return suite.skip("no socket is opened", "strace is not there")
    fasta = suite.write("none.fa", ">x\nACGT\n")
    for name, more in (("a CRAM", suite.path("b.fa")), ("a CRAM without its reference", fasta)):
        log = suite.path("strace.txt")
        subprocess.run(["strace", "-f", "-o", log, "-e", "trace=%network,openat", suite.program, "import", "-d",
                        suite.path("n"), "--dataset", "d", "--assembly", "toy", "--reference", more,
                        suite.path("b.cram")], capture_output=True)
        with open(log) as fh:
            text = fh.read()
        if "openat" not in text:
            return suite.skip("no socket is opened", "strace may not trace here")
        suite.check(f"{name}: no socket is opened", [], [s for s in text.splitlines() if "socket(" in s])


def main():
    suite = harness.Suite()
    check_truth(suite)
    check_pipes(suite)
    check_mask(suite)
    check_refusals(suite)
    check_sockets(suite)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
