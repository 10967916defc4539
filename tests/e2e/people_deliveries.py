#!/usr/bin/env python3
"""Deliveries of people with some kinds of facts, one after the other, against dictionaries in Python: after each, every
fact is counted, what was replaced is what the dictionaries say, and so is who has a genome.

Then the ways in which people miss their genomes, each told with its reason. The seed is printed with every failure;
SKERRY_SEED brings it back."""
import json
import os
import random
import sys

import harness

PEOPLE = [f"P{i}" for i in range(9)]
GENOMES = ["P1", "P2", "P5", "other"]
WORDS = {"country": ["Spain", "GAZ:00002", "GAZ:00003"], "ancestry": ["Greek", "NCIT:C42331", "HANCESTRO:0005"]}
TERMS = {"phenotypes": [f"HP:{i:07}" for i in range(1, 6)], "diseases": ["OMIM:1", "OMIM:2", "HP:0000001"],
         "treatments": ["DRUG:1", "DRUG:2"], "procedures": ["PROC:1", "PROC:2"], "exposures": ["EXPO:1", "HP:0000002"]}
MEASURES = ["LOINC:1", "LOINC:2", "LOINC:3"]
SEXES = {"female": "NCIT:C16576", "male": "NCIT:C20197", "unknown": "NCIT:C17998"}
BEACON = {"phenotypes": ("phenotypicFeatures", "featureType"), "diseases": ("diseases", "diseaseCode"),
          "treatments": ("treatments", "treatmentCode"), "procedures": ("interventionsOrProcedures", "procedureCode"),
          "exposures": ("exposures", "exposureCode")}
TABLE_KINDS = ["sex", "age", *WORDS, *TERMS]
VCF = ("##fileformat=VCFv4.2\n##contig=<ID=22>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n"
       "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{}\n22\t16050075\t.\tA\tG\t.\tPASS\t.\tGT\t{}\n")


def vcf_of(samples):
    return VCF.format("\t".join(samples), "\t".join("0/1" for _ in samples))


# ------------------------------------------------------------------ drawing
# What a person has: kind -> value. sex, age: one value; words: a set of one; terms: {(term, is excluded)};
# measures: {curie: number}; biosamples: {term}.

def draw_value(rng, kind, is_json=False):
    if kind == "sex":
        return rng.choice(list(SEXES))
    if kind == "age":
        return rng.randrange(1, 6) * 10
    if kind in WORDS:
        return {rng.choice(WORDS[kind][is_json:])}  # a bare word is for tables
    if kind == "biosamples":
        return {rng.choice(("UBERON:1", "UBERON:2"))}
    return {(t, rng.random() < .3) for t in rng.sample(TERMS[kind], rng.randrange(1, 3))}


def term(curie):
    return {"id": curie}


def listed(facts, member):
    return [{member: term(t), **({"excluded": True} if off else {})} for t, off in sorted(facts)]


def individual_of(person, said):
    """A Beacon individual."""
    out = {"id": person}
    if "sex" in said:
        out["sex"] = {"id": SEXES[said["sex"]]}
    if "age" in said:
        out["ageAtCollection"] = {"iso8601duration": f"P{said['age']}Y"}
    for kind, member in (("country", "geographicOrigin"), ("ancestry", "ethnicity")):
        if kind in said:
            out[member] = term(*said[kind])
    for kind, (member, name) in BEACON.items():
        if kind in said:
            out[member] = listed(said[kind], name)
    if "measures" in said:
        out["measures"] = [{"assayCode": term(m), "measurementValue": {"value": v}}
                           for m, v in said["measures"].items()]
    return out


def packet_of(person, said):
    """A phenopacket, which knows no country, ancestry or exposure; medicalActions say treatments and procedures."""
    out = {"id": person, "subject": {"id": "subject of " + person}, "metaData": {}}
    if "sex" in said:
        out["subject"]["sex"] = {"unknown": "UNKNOWN_SEX"}.get(said["sex"], said["sex"].upper())
    if "age" in said:
        out["subject"]["timeAtLastEncounter"] = {"age": {"iso8601duration": f"P{said['age']}Y"}}
    if "phenotypes" in said:
        out["phenotypicFeatures"] = listed(said["phenotypes"], "type")
    if "diseases" in said:
        out["diseases"] = listed(said["diseases"], "term")
    if "treatments" in said:
        out["medicalActions"] = [{"treatment": {"agent": term(t)}} for t, _ in said["treatments"]]
        out["medicalActions"] += [{"procedure": {"code": term(t)}} for t, _ in said["procedures"]]
    if "measures" in said:
        out["measurements"] = [{"assay": term(m), "value": {"quantity": {"value": v}}}
                               for m, v in said["measures"].items()]
    if "biosamples" in said:
        out["biosamples"] = [{"id": "b", "sampledTissue": term(t), "phenotypicFeatures": []}
                             for t in said["biosamples"]]
    return out


def draw_json(rng, free):
    """A file of JSON: its text, and by person what it says."""
    is_packet = rng.random() < .5
    kinds = ["sex", "age", "phenotypes", "diseases", "measures"]
    kinds += ["treatments", "biosamples"] if is_packet else [*WORDS, "treatments", "procedures", "exposures"]
    says = {}
    for person in rng.sample(PEOPLE, rng.randrange(1, 5)):
        said = {}
        for kind in kinds:
            if kind not in free[person] or rng.random() < .6:
                continue
            if kind == "measures":
                said[kind] = {m: rng.randrange(5) for m in MEASURES if rng.random() < .4}
            else:
                said[kind] = draw_value(rng, kind, True)
                if kind not in ("sex", "age", *WORDS) and rng.random() < .2:
                    said[kind] = set()
        if is_packet and "treatments" in said:
            if "procedures" not in free[person]:
                del said["treatments"]
            else:
                said["treatments"] = {(t, False) for t, _ in said["treatments"]}
                said["procedures"] = {(t, False) for t, _ in draw_value(rng, "procedures")}
        says[person] = said
    make = packet_of if is_packet else individual_of
    return json.dumps([make(p, said) for p, said in says.items()]), says


def draw_table(rng, free):
    """A table: a cell may be empty, which says nothing; a column of a measure speaks of that measure alone."""
    columns = rng.sample(TABLE_KINDS, rng.randrange(0, 4)) + rng.sample(MEASURES, rng.randrange(0, 3))
    lines, says = ["\t".join(["individual", *columns])], {}
    for person in rng.sample(PEOPLE, rng.randrange(1, 5)):
        said, cells = {}, []
        for column in columns:
            kind = "measures" if column in MEASURES else column
            if kind not in free[person] or rng.random() < .2:
                cells.append(rng.choice(("", ".", "NA")))
            elif kind == "measures":
                value = rng.randrange(5)
                said.setdefault("some", {})[column] = value
                cells.append(str(value))
            else:
                said[kind] = draw_value(rng, kind)
                if kind in ("sex", "age"):
                    cells.append(str(said[kind]))
                elif kind in WORDS:
                    cells.append(*said[kind])
                else:
                    cells.append(";".join(("!" if off else "") + t for t, off in said[kind]))
        says[person] = said
        lines.append("\t".join([person, *cells]))
    return "\n".join(lines) + "\n", says


def draw_delivery(rng):
    """Files by name, and what all of them together say of each person: no kind of a person twice."""
    free = {p: {"measures", "biosamples", *TABLE_KINDS} for p in PEOPLE}
    files, says = {}, {}
    for i in range(rng.randrange(1, 4)):
        is_json = rng.random() < .5
        text, said = draw_json(rng, free) if is_json else draw_table(rng, free)
        files[f"{i}.json" if is_json else f"{i}.tsv"] = text
        for person, kinds in said.items():
            says.setdefault(person, {}).update(kinds)
            free[person] -= set(kinds) | ({"measures"} if "some" in kinds else set())
    return files, says


# ------------------------------------------------------------------ the dictionaries

def empty_of(kind):
    return {"sex": "unknown", "age": None, "measures": {}}.get(kind, set())


def apply(model, says, is_replacing):
    """Changes the model as a delivery does; of how many people each kind was replaced."""
    replaced = {}
    for person, said in says.items():
        had = model.setdefault(person, {})
        before = {k: v for k, v in had.items() if v != empty_of(k)}
        if is_replacing:
            had.clear()
        for kind, value in said.items():
            if kind == "some":
                had["measures"] = {**had.get("measures", {}), **value}
            else:
                had[kind] = value
        for kind, value in before.items():
            is_said = is_replacing or kind in said
            now = had.get(kind, empty_of(kind))
            if kind == "measures" and not is_said:
                common = set(value) & set(said.get("some", {}))
                is_other = any(value[m] != now[m] for m in common)
            else:
                is_other = is_said and now != value
            replaced[kind] = replaced.get(kind, 0) + is_other
    return {k: n for k, n in replaced.items() if n > 0}


def stated(model, curie):
    """Who states a term, as excluded too; who states it otherwise."""
    any_of, of = set(), set()
    for person, had in model.items():
        for kind, value in had.items():
            terms = {(w, False) for w in value} if kind in (*WORDS, "biosamples", "measures") else \
                value if kind in TERMS else set()
            any_of |= {person for t, _ in terms if t == curie}
            of |= {person for t, off in terms if t == curie and not off}
    return any_of, of


def expected_counts(model):
    """Every question, with its count, or None where nobody says such a thing."""
    out = {"all": len({*model, *GENOMES})}
    for sex in ("female", "male"):
        out[f"sex={sex}"] = sum(had.get("sex") == sex for had in model.values())
    for age in (10, 20, 30, 40, 50):
        if any(had.get("age") for had in model.values()):
            out[f"age={age}"] = sum(had.get("age") == age for had in model.values())
    for curie in ["UBERON:1", "UBERON:2", *{t for terms in TERMS.values() for t in terms}]:
        any_of, of = stated(model, curie)
        out[curie] = len(of) if any_of else None
    for kind, words in WORDS.items():
        for word in words:
            n = sum(word in had.get(kind, set()) for had in model.values())
            out[f"{kind}={word}"] = n if n > 0 else None
    for measure in MEASURES:
        values = [had["measures"][measure] for had in model.values() if measure in had.get("measures", {})]
        out[f"{measure} >= 3"] = sum(v >= 3 for v in values) if values else None
    return out


def run_sequence(suite, seed):
    rng = random.Random(seed)
    store = suite.path(f"s{seed}")
    done = suite.run("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--gate", "none",
                     suite.write("g.vcf", vcf_of(GENOMES)))
    if done.code != 0:
        return f"import: {done.said()}"
    model = {}
    for step in range(10):
        files, says = draw_delivery(rng)
        is_replacing = rng.random() < .15
        paths = [suite.write(f"{seed}/{step}/{name}", text) for name, text in files.items()]
        rng.shuffle(paths)
        words = ["people", "-d", store, "--dataset", "d", "--json", *(["--replace"] if is_replacing else [])]
        done = suite.run(*words, *paths)
        if done.code != 0:
            return f"step {step}: {done.said()}"
        told = done.objects()[0]
        if told["replaced"] != (want := apply(model, says, is_replacing)):
            return f"step {step}: replaced {told['replaced']}, not {want}"
        figures = [told[k] for k in ("people", "with_genomes", "genomes", "genomes_with_people")]
        want = [len(says), len(set(says) & set(GENOMES)), len(GENOMES), len(set(model) & set(GENOMES))]
        if figures != want:
            return f"step {step}: people and genomes are {figures}, not {want}"
        for question, n in expected_counts(model).items():
            done = suite.run("count", "-d", store, question)
            got = int(done.out) if done.code == 0 else None
            if got != n:
                return f"step {step}: {question} is {got}, not {n}: {done.said()}"
        if step % 5 == 4:  # the same again replaces nothing
            told = suite.run(*words, *paths).objects()[0]
            if not is_replacing and told["replaced"] != {}:
                return f"step {step}: the same again replaced {told['replaced']}"
    info = suite.run("info", "-d", store, "--json").objects()[0]["datasets"][0]
    if (info["people"], info["genomes"]) != (len({*model, *GENOMES}), len(GENOMES)):
        return f"info says {info}"
    done = suite.run("verify", "-d", store)
    return "right" if done.code == 0 else f"verify: {done.out}"


# ------------------------------------------------------------------ people who miss their genomes

def told_of(suite, name, samples, text, *more, file="p.json"):
    """What an import of people says beside genomes of these samples."""
    store = suite.path(name)
    suite.run("import", "-d", store, "--dataset", "d", "--assembly", "GRCh38", "--gate", "none",
              suite.write(name + ".vcf", vcf_of(samples)))
    done = suite.run("people", "-d", store, "--dataset", "d", "--json", *more, suite.write(f"{name}.d/{file}", text))
    if done.code != 0:
        return {"warnings": [done.said()], "with_genomes": None}
    told = done.objects()[0]
    told["is on stderr"] = all(w in done.err for w in told["warnings"])
    return told


def packet(packet_id, subject, **more):
    return json.dumps({"id": packet_id, "subject": {"id": subject}, "metaData": {}, **more})


def check_reasons(suite):
    """ga4gh/phenopacket-schema#220 asks in which of its ids a sample's belongs; opencb/opencga#1527 and
    iobio/gene.iobio#187 tell of samples that files call by another id than the individual's."""
    two = packet("packet-NA1", "NA1") + "\n" + packet("packet-NA2", "NA2")
    beacon = json.dumps({"id": "B1", "individualId": "I1", "biosampleStatus": {"id": "EFO:1"}})
    cases = [
        ("subject", ["NA1", "NA2", "NA3"], two, [], 0, "subject.id would match 2: use --id subject"),
        ("packet", ["packet-NA1"], two, ["--id", "subject"], 0, "own ids would match 1: leave out --id subject"),
        ("biosample", ["EX1"], packet("p", "s", biosamples=[{"id": "EX1"}]), [], 0, "biosamples would match 1"),
        ("beacon", ["B1"], beacon, [], 0, "biosamples would match 1"),
        ("case", ["na1"], packet("NA1", "x"), [], 0, "1 would match if case were ignored"),
        ("front", ["zz", "NA1"], packet("FAM3_NA1", "x"), [], 0, "'FAM3_NA1' and 'NA1'"),
        ("behind", ["zz", "NA1.sorted"], packet("NA1", "x"), [], 0, "'NA1' and 'NA1.sorted'"),
        ("unlike", ["zz"], packet("NA1", "x"), [], 0, "'NA1' and 'zz'"),
        ("right", ["NA1", "NA2"], two, ["--id", "subject"], 2, None),
    ]
    for name, samples, text, more, n, words in cases:
        told = told_of(suite, name, samples, text, *more)
        suite.check(f"{name}: how many have genomes", n, told["with_genomes"], told)
        said = " ".join(told["warnings"])
        suite.check(f"{name}: the reason", True, words in said if words else said == "", said)
        suite.check(f"{name}: is told on stderr too", True, told.get("is on stderr"))
    check_datasets(suite)


def check_datasets(suite):
    store = suite.path("sets")
    for dataset, sample in (("d", "A"), ("e", "B")):
        suite.run("import", "-d", store, "--dataset", dataset, "--assembly", "GRCh38", "--gate", "none",
                  suite.write(dataset + ".vcf", vcf_of([sample])))
    table = suite.write("b.tsv", "individual\tcountry\nB\tSpain\n")
    done = suite.run("people", "-d", store, "--dataset", "d", "--shared-people", table)
    suite.check("genomes of another dataset are named", True, "dataset 'e' has genomes of 1 of them" in done.err, done.err)
    done = suite.run("people", "-d", store, "--dataset", "new", "--shared-people",
                     suite.write("c.tsv", "individual\tcountry\nC\tSpain\n"))
    suite.check("a dataset without genomes is told", True, "no genomes yet" in done.err, done.err)
    done = suite.run("people", "-d", store, "--dataset", "d", suite.write("a.tsv", "individual\tnation\nA\tSpain\n"))
    suite.check("an unknown column is refused", (2, True), (done.code, '"nation"' in done.err), done.err)


def main():
    suite = harness.Suite()
    first = int(os.environ.get("SKERRY_SEED", "0"))
    seeds = [first] if first else range(1, 7)
    for seed in seeds:
        suite.check(f"deliveries of seed {seed} are what the dictionaries say", "right", run_sequence(suite, seed))
    check_reasons(suite)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
