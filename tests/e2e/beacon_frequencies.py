#!/usr/bin/env python3
"""Frequencies of alleles by population over HTTP against loops over the VCF files that were imported.

Drawn: datasets of one to three deliveries, people of either sex, of none that is known, of countries said by code, name
or term, of two countries or none, with a genome in two deliveries, withdrawn; autosomes, X, Y, MT; genotypes that are
half or not called. What the user portal reads is read as it reads it. The seed is printed: beacon_frequencies.py SEED.
"""
import json
import random
import sys
import urllib.parse

import beacon_http
import beacon_schema
import harness

# How a country is said, and the code that it has.
COUNTRIES = {"FI": ("FI", "Finland", "GAZ:00002937", "fin"), "GB": ("UK", "GAZ:00002641", "Scotland"),
             "EE": ("Estonia", "GAZ_00002959"), None: ("Atlantis", "NCIT:C16592")}
CONTIGS = {"1": 248956422, "X": 156040895, "Y": 57227415, "MT": 16569}
KARYOTYPES = {"female": "XX", "male": "XY", None: "unknown"}
N_SITES = 12
MEMBERS = ("alleleCount", "alleleNumber", "alleleCountHomozygous", "alleleCountHeterozygous", "alleleCountHemizygous",
           "genotypeHomozygous", "genotypeHeterozygous", "genotypeHemizygous")


class Person:
    def __init__(self, rng, name):
        self.name = name
        self.sex = rng.choice(("female", "male", "female", "male", None))
        self.countries = rng.sample(sorted(COUNTRIES, key=str), rng.choice((0, 1, 1, 1, 1, 2)))
        self.said = [rng.choice(COUNTRIES[c]) for c in self.countries]

    def tags(self):
        sex = {"female": "F", "male": "M"}.get(self.sex)
        codes = [c for c in self.countries if c]
        return {"Total", *([sex] if sex else []), *codes, *(f"{c}_{sex}" for c in codes if sex)}

    def expected(self, contig):
        """The copies that it has of a contig."""
        if contig == "X":
            return {"female": 2, "male": 1}.get(self.sex, 1)
        if contig == "Y":
            return {"female": 0, "male": 1}.get(self.sex, 1)
        return 1 if contig == "MT" else 2


class Delivery:
    """A joint file: genotypes by site and sample, as tuples of alleles; None is a copy that is not called."""

    def __init__(self, rng, number, people, is_silent_ref):
        self.number, self.is_silent_ref = number, is_silent_ref
        self.samples = [(f"s{number}_{i}", p) for i, p in enumerate(people)]
        self.sites = {}
        for contig in CONTIGS:
            for pos in sorted(rng.sample(range(5_000_000 if contig != "MT" else 100, 5_000_000 + 40 if contig != "MT" else 140),
                                         N_SITES)):
                share = rng.choice((0, 0.02, 0.3, 0.9, 1))
                self.sites[contig, pos] = [self.draw(rng, p, contig, share) for _, p in self.samples]

    @staticmethod
    def draw(rng, person, contig, share):
        n = person.expected(contig)
        if n == 0 or (person.sex is None and contig in "XY") or rng.random() < 0.1:
            return (None,) * max(n, 1)
        copies = [int(rng.random() < share) for _ in range(n)]
        if rng.random() < 0.1:
            copies[rng.randrange(n)] = None
        return tuple(copies)

    def vcf(self):
        lines = ["##fileformat=VCFv4.2"] + [f"##contig=<ID={c},length={n}>" for c, n in CONTIGS.items()]
        lines.append('##FORMAT=<ID=GT,Number=1,Type=String,Description="">')
        lines.append("\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT",
                                *(s for s, _ in self.samples)]))
        for (contig, pos), genotypes in self.sites.items():
            cells = ["/".join("." if c is None else str(c) for c in g) for g in genotypes]
            lines.append("\t".join([contig, str(pos), ".", "A", "G", ".", "PASS", ".", "GT", *cells]))
        return "\n".join(lines) + "\n"

    def sheet(self):
        rows = [f"{s}\t{p.name}\t{KARYOTYPES[p.sex]}" for s, p in self.samples]
        return "\n".join(["sample\tindividual\tsex", *rows]) + "\n"


def zygosity(copies, n):
    if sum(1 for c in copies if c is not None) < n:
        return "Partial"
    if n == 1:
        return "Hemizygous"
    return "Homozygous" if sum(copies) == n else "Heterozygous"


def numbers(deliveries, site, gone, tag):
    """What the people of a population have at a site, or None where none of them is called."""
    contig = site[0]
    an = 0
    copies = dict.fromkeys(("Homozygous", "Heterozygous", "Hemizygous", "Partial"), 0)
    forms = {}
    for delivery in deliveries:
        cells = delivery.sites.get(site)
        for i, (_, person) in enumerate(delivery.samples):
            if person in gone or tag not in person.tags():
                continue
            n = person.expected(contig)
            if cells is None:
                an += n if delivery.is_silent_ref and not (contig == "Y" and person.sex is None) else 0
                continue
            if n == 0:
                continue
            an += sum(c is not None for c in cells[i])
            n_this = sum(c == 1 for c in cells[i])
            if n_this:
                form = zygosity(cells[i], n)
                copies[form] += n_this
                rank = (n_this, -("Heterozygous", "Homozygous", "Hemizygous", "Partial").index(form))
                forms[person] = max(forms.get(person, (rank, form)), (rank, form))
    people = [form for _, form in forms.values()]
    told = {"alleleCount": sum(copies.values()), "alleleNumber": an}
    for form in ("Homozygous", "Heterozygous", "Hemizygous"):
        told["alleleCount" + form] = copies[form]
        told["genotype" + form] = people.count(form)
    return told if an else None


def draw_datasets(rng):
    people = [Person(rng, f"P{i}") for i in range(60)]
    datasets, number = {}, 0
    for name in ("north", "south"):
        datasets[name] = []
        pool = rng.sample(people, 45)  # of a dataset somebody has one genome, but may be in both
        for _ in range(rng.randrange(1, 4)):
            members = [pool.pop() for _ in range(rng.randrange(5, 15))]
            datasets[name].append(Delivery(rng, number, members, rng.random() < 0.4))
            number += 1
    return people, datasets


def build(suite, rng, store, people, datasets):
    for name, deliveries in datasets.items():
        for delivery in deliveries:
            vcf = suite.write(f"{delivery.number}.vcf", delivery.vcf())
            sheet = suite.write(f"{delivery.number}.tsv", delivery.sheet())
            words = ["--absent-is", "hom-ref"] if delivery.is_silent_ref else []
            done = suite.run("import", "-d", store, "--dataset", name, "--assembly", "GRCh38", "--gate", "none",
                             "--shared-people", "--samples", sheet, *words, vcf)
            suite.check("import exits", 0, done.code, done.said())
        individuals = [{"id": p.name, **({"sex": {"id": "NCIT:C16576" if p.sex == "female" else "NCIT:C20197"}} if p.sex else {}),
                        **({"geographicOrigin": {"id": p.said[0] if ":" in p.said[0] or "_" in p.said[0] else f"LOCAL:{p.name}",
                                                 "label": p.said[0]}} if p.said else {})} for p in people]
        done = suite.run("people", "-d", store, "--dataset", name, "--shared-people", suite.write(f"{name}.json", json.dumps(individuals)))
        suite.check("people exits", 0, done.code, done.said())
    for p in people:  # one file of Beacon people says one country
        p.countries, p.said = p.countries[:1], p.said[:1]
    gone = set()
    for person in rng.sample(people, rng.randrange(0, 6)):
        done = suite.run("withdraw", "-d", store, "--individual", person.name)
        if suite.check("withdraw exits", 0, done.code, done.said()):
            gone.add(person)
    return gone


def portal_body(contig, pos, limit=10, skip=0, end=None):
    """As the user portal of GDI writes it: flat, all values as texts."""
    parameters = {"referenceName": contig, "start": [str(pos - 1)], "assemblyId": "GRCh38"}
    if end is None:
        parameters.update(referenceBases="A", alternateBases="G")
    else:
        parameters["end"] = [str(end)]
    return {"meta": {"apiVersion": "v2.0", "requestedSchemas": None},
            "query": {"filters": [], "includeResultsetResponses": "HIT", "requestedGranularity": "record", "testMode": False,
                      "pagination": {"skip": skip, "limit": limit, "currentPage": None, "nextPage": None},
                      "requestParameters": parameters}}


def portal_rows(document):
    """What the portal's table shows: by dataset, allele and population the members that it adds up."""
    rows = {}
    for found in document["response"]["resultSets"]:
        for record in found["results"]:
            variation = record["variation"]
            sequence = variation["location"]["sequence_id"]
            contig = sequence.split(":")[1] if sequence.startswith("HGVSid:") else sequence
            label = (contig, variation["location"]["interval"]["start"]["value"] + 1, variation["referenceBases"],
                     variation["alternateBases"])
            for frequencies in record.get("frequencyInPopulations", ()):
                for row in frequencies["frequencies"]:
                    key = (found["id"], label, row["population"])
                    assert key not in rows, key
                    rows[key] = row
    return rows


def truth(datasets, gone, sites):
    wanted = {}
    for name, deliveries in datasets.items():
        tags = set().union(*(p.tags() for d in deliveries for _, p in d.samples if p not in gone)) or {"Total"}
        for site in sites:
            total = numbers(deliveries, site, gone, "Total")
            if not total or not total["alleleCount"]:
                continue
            for tag in tags:
                row = numbers(deliveries, site, gone, tag)
                if row:
                    wanted[name, (site[0], site[1], "A", "G"), tag] = row
    return wanted


def absent_truth(datasets, gone, site):
    """What is told of an allele of the site that no genotype has, by dataset and population: AN where somebody is called."""
    wanted = {}
    for name, deliveries in datasets.items():
        tags = set().union(*(p.tags() for d in deliveries for _, p in d.samples if p not in gone)) or {"Total"}
        for tag in tags:
            row = numbers(deliveries, site, gone, tag)
            if row:
                wanted[name, tag] = {m: row["alleleNumber"] if m == "alleleNumber" else 0 for m in MEMBERS}
    return wanted


def check_absent(suite, judge, server, datasets, gone, site):
    """Who has no carrier and was assessed says so in the info of its set, and is no hit."""
    carried = {k[0] for k in truth(datasets, gone, [site])}
    everywhere = absent_truth(datasets, gone, site)
    for alt, hits in (("G", carried), ("C", set())):
        wanted = {k: row for k, row in everywhere.items() if k[0] not in hits}
        for include in ("ALL", "MISS", "HIT"):
            body = portal_body(*site)
            body["query"]["requestParameters"]["alternateBases"] = alt
            body["query"]["includeResultsetResponses"] = include
            document = server.ask("/api/g_variants", body)[1]
            label = f"{site} {alt} {include}"
            got = {}
            for found in document["response"]["resultSets"]:
                suite.check(f"{label}: exists", found["id"] in hits, found["exists"])
                suite.check(f"{label}: records", int(found["id"] in hits), len(found["results"]))
                for record in found["info"].get("absent", ()):
                    suite.check(f"{label}: which allele", f"{site[0]}-{site[1]}-A-{alt}", record["variantInternalId"])
                    judge.records(f"{label}: an absent allele", [record])
                    got.update({(found["id"], row["population"]): row for row in record["frequencyInPopulations"][0]["frequencies"]})
            suite.check(f"{label}: hits", (bool(hits), len(hits)), (document["responseSummary"]["exists"],
                        sum(s["resultsCount"] for s in document["response"]["resultSets"])
                        if include != "MISS" else len(hits)))
            suite.check(f"{label}: AN of absent alleles", wanted if include != "HIT" else {},
                        {k: {m: row[m] for m in MEMBERS} for k, row in got.items()})
            no_data = sorted(set(datasets) - {k[0] for k in everywhere})
            suite.check(f"{label}: nobody assessed, nothing told", [], [k for k in got if k[0] in no_data])


def check_floors(suite, store, datasets, gone, sites):
    """A frequency of 0 is below af.min_frequency, unless that is 0: then nothing else stands in its way."""
    for least, is_told in (("0.01", False), ("0", True)):
        policy = suite.write(f"floor-{least}.conf", f"counts = exact\naf.min_people = 1\naf.min_frequency = {least}\naf.tails = lower\n")
        server = beacon_http.Server(suite, store, "--policy", policy)
        if not suite.check(f"floor {least}: the server listens", True, server.address is not None, server.said()):
            return
        for site in sites:
            body = portal_body(*site)
            body["query"]["requestParameters"]["alternateBases"] = "T"
            body["query"]["includeResultsetResponses"] = "ALL"
            totals = {}
            for found in server.ask("/api/g_variants", body)[1]["response"]["resultSets"]:
                for record in found["info"].get("absent", ()):
                    row = record["frequencyInPopulations"][0]["frequencies"][0]
                    totals[found["id"]] = (row["population"], row["alleleNumber"])
            wanted = {d: (tag, row["alleleNumber"]) for (d, tag), row in absent_truth(datasets, gone, site).items() if tag == "Total"}
            suite.check(f"floor {least} at {site}", wanted if is_told else {}, totals)
        suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])


def plain(rows):
    return {k: {m: row[m] for m in MEMBERS} for k, row in rows.items()}


def check_rows(suite, name, wanted, rows):
    got = plain(rows)
    odd = [(k, wanted.get(k), got.get(k)) for k in sorted({*wanted, *got}) if wanted.get(k) != got.get(k)]
    suite.check(name, [], odd[:3], f"{len(odd)} differ")
    bad = [k for k, row in rows.items() if abs(row["alleleFrequency"] - row["alleleCount"] / row["alleleNumber"]) > 1e-12]
    suite.check(name + ": AF is AC by AN", [], bad[:3])
    over = [k for k, row in rows.items() for m in MEMBERS if row[m] > rows[k[0], k[1], "Total"][m]]
    suite.check(name + ": no part exceeds Total", [], over[:3])


def check_pages(suite, server, contig, wanted):
    """Pages count by dataset, and put together they are the whole."""
    whole, sizes = {}, {}
    for skip in range(20):
        document = server.ask("/api/g_variants", portal_body(contig, 1, 3, skip, CONTIGS[contig]))[1]
        for found in document["response"]["resultSets"]:
            sizes.setdefault(found["id"], []).append(len(found["results"]))
            n = found["resultsCount"]
            suite.check(f"{contig} page {skip}: of {n}", max(0, min(3, n - 3 * skip)), len(found["results"]))
        whole.update(portal_rows(document))
    check_rows(suite, f"all pages of {contig}", wanted, whole)


def check_store(suite, judge, rng, number):
    people, datasets = draw_datasets(rng)
    store = suite.path(f"store{number}")
    gone = build(suite, rng, store, people, datasets)
    server = beacon_http.Server(suite, store, "--policy", suite.write("exact.conf", "counts = exact\n"))
    if not suite.check("the server listens", True, server.address is not None, server.said()):
        return
    sites = sorted({s for d in datasets.values() for one in d for s in one.sites})
    for contig in CONTIGS:
        of = [s for s in sites if s[0] == contig]
        status, document = server.ask("/api/g_variants", portal_body(contig, 1, 1000, 0, CONTIGS[contig]))
        suite.check(f"{contig}: status", 200, status, document)
        wanted = truth(datasets, gone, of)
        check_rows(suite, f"{contig}, all of it", wanted, portal_rows(document))
        for found in document["response"]["resultSets"]:
            judge.records(f"{contig}: a record", found["results"][:3])
        check_pages(suite, server, contig, wanted)
    for site in rng.sample(sites, 15):
        document = server.ask("/api/g_variants", portal_body(*site))[1]
        wanted = truth(datasets, gone, [site])
        check_rows(suite, f"{site}", wanted, portal_rows(document))
        suite.check(f"{site}: a dataset without a carrier is no hit", sorted({k[0] for k in wanted}),
                    sorted(s["id"] for s in document["response"]["resultSets"]))
        check_absent(suite, judge, server, datasets, gone, site)
    if number == 0:
        check_floors(suite, store, datasets, gone, rng.sample(sites, 4))
    check_shell(suite, store, datasets, gone, [s for s in sites if s[0] == "1"])
    suite.check("SIGTERM ends it", 0, server.stop(), server.said()[-500:])


def check_shell(suite, store, datasets, gone, sites):
    """skerry alleles --by tells the same figures, of people and not of copies."""
    done = suite.run("alleles", "-d", store, "--json", "--by", "sex,country", "region=1:1-248956422")
    if not suite.check("alleles --by exits", 0, done.code, done.said()):
        return
    got = {}
    for row in done.objects():
        contig, pos, ref, alt = row["variant"].split("-")
        got[row["dataset"], (contig, int(pos), ref, alt), row["population"]] = {
            "alleleCount": row["ac"], "alleleNumber": row["an"], "genotypeHomozygous": row["hom"],
            "genotypeHeterozygous": row["het"], "genotypeHemizygous": row["hemi"]}
    wanted = {k: {m: row[m] for m in row if not m.startswith("alleleCountH")} for k, row in truth(datasets, gone, sites).items()}
    suite.check("there are many", True, len(wanted) > 20, len(wanted))
    odd = [k for k, row in wanted.items() if got.get(k) != row]
    suite.check("alleles --by: the same figures", [], [(k, wanted[k], got.get(k)) for k in odd[:3]])
    done = suite.run("alleles", "-d", store, "--json", "--by", "sex", "region=1:1-248956422")
    suite.check("by sex alone: the same, less the countries", {k for k in got if k[2] in ("Total", "F", "M")},
                {(r["dataset"], tuple(int(x) if x.isdigit() and i == 1 else x for i, x in enumerate(r["variant"].split("-"))),
                  r["population"]) for r in done.objects()})


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(1 << 32)
    print(f"# seed {seed}", flush=True)
    rng = random.Random(seed)
    suite = harness.Suite()
    judge = beacon_schema.Judge(suite)
    for number in range(2):
        check_store(suite, judge, rng, number)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
