#!/usr/bin/env python3
"""The commands of docs/import.md print what the page says."""
import json
import os
import re
import subprocess
import sys

import harness

HEAD = ("##fileformat=VCFv4.2\n##contig=<ID=22,length=50818468>\n##INFO=<ID=END,Number=1,Type=Integer,Description=\"\">\n"
        "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"\">\n"
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t")


def genome(name, alt_gt, last_gq):
    rows = [("1000", "C", "<NON_REF>", "END=1099", "0/0:60"), ("1100", "A", "G,<NON_REF>", ".", f"{alt_gt}:60"),
            ("1101", "C", "<NON_REF>", "END=1199", f"0/0:{last_gq}")]
    return HEAD + name + "\n" + "".join(f"22\t{p}\t.\t{r}\t{a}\t.\t.\t{i}\tGT:GQ\t{g}\n" for p, r, a, i, g in rows)


def main():
    suite = harness.Suite()
    with open(os.path.join(harness.SOURCE, "docs", "import.md"), encoding="utf-8") as fh:
        page = fh.read()
    folder = os.path.dirname(suite.write("page/ada.g.vcf", genome("ada", "0/1", 60)))
    suite.write("page/ben.g.vcf", genome("ben", "0/0", 5))
    suite.write("page/sheet.tsv", re.search(r"```tsv\n(.*?)```", page, re.S).group(1))
    suite.write("page/p1.json", json.dumps({
        "id": "P1", "subject": {"id": "P1", "sex": "FEMALE"}, "phenotypicFeatures": [{"type": {"id": "HP:0001250", "label": "Seizure"}}],
        "metaData": {"created": "2024-01-01T00:00:00Z", "createdBy": "test", "phenopacketSchemaVersion": "2.0", "resources": []}}))
    told = []
    for line in re.search(r"```sh\n(.*?)```", page, re.S).group(1).splitlines():
        words = re.findall(r"'[^']*'|\S+", line)
        done = subprocess.run([suite.program, *[w.strip("'") for w in words[1:]]], cwd=folder, capture_output=True,
                              text=True, check=False, timeout=60)
        suite.check(line[:60], 0, done.returncode, done.stderr)
        told += done.stdout.splitlines()
    suite.check("what they print", re.search(r"```text\n(.*?)```", page, re.S).group(1).splitlines(), told)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
