#!/usr/bin/env python3
"""Includes run downwards from room to room, over the headers that a room shows, and reach a library
only through its door."""
import fnmatch
import os

import tree

# Every folder of the house, lowest first: the headers that it shows to other rooms ("*": all of them,
# but for _int.h) and the rooms whose headers it may name besides its own.
BASE = ("storage/base",)
BYTES = BASE + ("storage/block",)
CARRIERS = BASE + ("storage/carriers",)
STORAGE = BYTES + ("storage/carriers", "storage/coverage", "storage/segment", "storage/reference", "storage")
VOCABULARY = ("index/terms", "index/contigs", "index/keys", "index/effects")
INDEX = VOCABULARY + ("index", "index/people", "index/ontology", "index/genes", "index/annotations")
IMPORT = ("engine/import/face", "engine/import/sealed", "engine/import/genotypes",
          "engine/import/vcf", "engine/import/reads")
TOLD = ("engine/face", "engine/tell")
ROOMS = {
    "storage/base": ("*", ()),
    "storage/block": ("*", BASE),
    "storage/carriers": ("*", BASE),
    "storage/coverage": ("coverage.h cover_entries.h steps.h", CARRIERS),
    "storage/segment": ("catalogue.h segment.h segment_coverage.h segment_heard.h segment_marks.h "
                        "segment_phase.h segment_tiles.h segment_track.h segment_walk.h "
                        "sample_table.h sample_facts.h",
                        BYTES + ("storage/carriers", "storage/coverage")),
    "storage/reference": ("reference.h", BYTES),
    "storage": ("manifest.h manifest_parts.h store.h genomes.h gone.h upkeep.h",
                BYTES + ("storage/carriers", "storage/segment", "storage/reference")),
    "index": ("blob.h", BYTES + ("storage",)),
    "index/terms": ("curie.h curie_list.h similarity_level.h", BASE),
    "index/contigs": ("contig.h assembly.h", BASE + ("storage", "storage/carriers")),
    "index/keys": ("variant_key.h variant_spelling.h variant_structural.h variant_type.h",
                   BASE + ("storage/segment",)),
    "index/effects": ("effect.h protein.h significance.h", BASE),
    "index/people": ("people.h people_edit.h people_set.h age.h age_range.h country.h sex.h",
                     BYTES + ("storage", "storage/carriers", "index", "index/terms")),
    "index/ontology": ("ontology.h similarity.h", BYTES + ("storage", "index", "index/terms")),
    "index/genes": ("gene_table.h", BYTES + ("index",)),
    "index/annotations": ("annotation_table.h",
                          BYTES + ("storage/carriers", "storage/segment", "index", "index/effects", "index/keys")),
    "engine/import/face": ("import.h compact.h withdraw.h", BASE),
    "engine/import/sealed": ("seal_keys.h input.h input_pipe.h",
                             BASE + ("engine/import/face",)),
    "engine/import/genotypes": ("gate.h genotype.h genotype_scan.h spellings.h",
                                CARRIERS + ("engine/import/face",)),
    "engine/import/reads": ("reads.h", BASE + ("engine/import/face", "engine/import/sealed")),
    "engine/import/vcf": ("vcf.h vcf_bed.h vcf_spool.h import_memory.h",
                          BASE + ("index/contigs",) + IMPORT),
    "engine/import/documents": ("json_value.h",
                                STORAGE + INDEX + ("engine/import/face", "engine/import/sealed")),
    "engine/import/fetch": ("htsget.h", BYTES + ("engine/import/documents",)),
    "engine/import/annotations": ("annotation_item.h annotation_match.h",
                                  BASE + ("index/annotations", "index/effects")),
    "engine/import/genomes": ("", STORAGE + INDEX + IMPORT + ("engine/import/fetch",
                                                              "engine/import/annotations")),
    "engine/import/compact": ("", STORAGE + INDEX + ("engine/import/face",)),
    "engine/face": ("*", BASE),
    "engine/tell": ("disclose.h disclose_frequencies.h suppress.h", BASE + ("engine/face",)),
    "engine/query": ("", BASE + VOCABULARY + ("index/people", "engine/face")),
    "engine/plan": ("access_check.h plan.h snapshot.h", STORAGE + INDEX + ("engine/face",)),
    "engine/scan": ("cells.h scan.h tally.h helpers.h worker_pool.h",
                    STORAGE + INDEX + ("engine/face", "engine/plan")),
    "engine/people": ("kept_leaves.h people_classes.h people_eval.h people_term_label.h populations.h "
                      "question.h told_terms.h",
                      STORAGE + INDEX + TOLD + ("engine/plan", "engine/scan")),
    "engine/alleles": ("alleles.h genotypes.h", STORAGE + INDEX + TOLD +
                       ("engine/plan", "engine/scan", "engine/people")),
    "engine/coverage": ("track.h", STORAGE + INDEX + TOLD +
                        ("engine/plan", "engine/scan", "engine/people")),
    "engine": ("", STORAGE + INDEX + TOLD +
               ("engine/plan", "engine/scan", "engine/people", "engine/alleles",
                "engine/coverage")),
    "api/message": ("message.h", BASE + ("engine/face",)),
    "api/beacon": ("beacon_request.h beacon_row.h beacon_service.h beacon_access.h beacon_json.h beacon_openapi.h beacon_text.h",
                   BASE + ("engine/face", "api/message")),
    "api/http": ("server.h", BASE + ("engine/face", "api/message", "api/beacon")),
    "tools/skerry": ("", BASE + ("engine/face", "engine/import/face", "api/beacon", "api/http")),
}

# Includes that the rooms do not allow and that are still there, each with its reason.
STILL = {
}

# A library's headers: the files that may include them. Tests and bench may include any.
DOORS = {
    "zstd*.h": ("storage/block/block*.c",),
    "liburing*": ("storage/block/io_uring.c",),
    "openssl/*": ("storage/block/digest.c", "engine/import/sealed/seal_cipher.c",
                  "engine/import/sealed/secret.c"),
    "roaring/*": ("index/people/people_set*.c",),
    "htslib/*": ("engine/import/vcf/vcf*.[ch]", "engine/import/reads/reads*.[ch]", "engine/import/genomes/fasta.c",
                 "tools/cohort/cohort_bgzf.c", "tools/cohort/cohort_cram.c", "tools/skerry/variant_file.c"),
    "curl/*": ("engine/import/fetch/fetch_http.c",),
    "libdeflate.h": ("engine/import/vcf/vcf_blocks.c",),
    "jansson.h": ("engine/import/documents/json_value.c", "api/beacon/beacon_*.[ch]"),
    "zip.h": ("engine/import/documents/archive.c",),
    "zlib.h": ("engine/import/documents/archive.c",),
    "microhttpd.h": ("api/http/server*.[ch]", "bench/http/*.c"),
    "jemalloc/*": (),
    "criterion/*": (),
}


def is_shown(room, path):
    shown, base = ROOMS[room][0].split(), os.path.basename(path)
    return not base.endswith("_int.h") if shown == ["*"] else base in shown


def check_room(files, name, line, path):
    """One include of a header of the project by a file of a room."""
    mine, theirs = os.path.dirname(name), os.path.dirname(path)
    if mine == theirs or (mine, path) in STILL:
        return
    if theirs not in ROOMS:
        yield f"{name}:{line}: {mine}/ may not include {path}; move what is needed into a room"
    elif theirs not in ROOMS[mine][1]:
        yield (f"{name}:{line}: {mine}/ may not include {path}; it may include "
               f"{', '.join(ROOMS[mine][1]) or 'nothing'}")
    elif not is_shown(theirs, path):
        yield (f"{name}:{line}: {path} belongs to {theirs}/, which shows "
               f"{ROOMS[theirs][0] or 'nothing'}; declare what you need in a header that it shows")


def check_own(files, name, line, path):
    if path not in files.files:
        yield f"{name}:{line}: no file {path}; name it from the root of the project"
    elif os.path.dirname(name) in ROOMS:
        yield from check_room(files, name, line, path)
    elif name.split("/")[0] in tree.FLOORS:
        yield f"{name}: {os.path.dirname(name)}/ is no room; add it to the table in layers.py"
    elif path.endswith("_int.h") and name.split("/")[0] != "tests" and \
            os.path.dirname(name) != os.path.dirname(path):
        yield (f"{name}:{line}: {path} belongs to {os.path.dirname(path)}/; "
               f"declare what you need in a header without _int")


def doors_of(path):
    """The files that may include a library's header; None if it is nobody's."""
    for pattern, doors in DOORS.items():
        if fnmatch.fnmatch(path, pattern):
            return doors
    return None


def is_door(name, doors):
    return any(fnmatch.fnmatch(name, d) for d in doors)


def check_library(files, name, line, path):
    doors = doors_of(path)
    if doors is None or name.startswith(("tests/", "bench/")):
        return
    if not is_door(name, doors):
        yield (f"{name}:{line}: <{path}> may be included by "
               f"{', '.join(doors) or 'no file'} only; call its door instead")
    elif name.endswith(".h"):  # what includes this header reaches the library too
        for other in files.c_files():
            if not is_door(other, doors) and name in {p for _, _, p in tree.includes(files, other)}:
                yield (f"{other}: includes {name}, which brings <{path}>; "
                       f"only {', '.join(doors)} may")


def check(files):
    used = set()
    for name in files.c_files():
        for line, form, path in tree.includes(files, name):
            if form == '"':
                used.add((os.path.dirname(name), path))
                yield from check_own(files, name, line, path)
                continue
            yield from check_library(files, name, line, path)
    if "tools/check/layers.py" in files.files:
        for room, path in STILL:
            if (room, path) not in used:
                yield f"tools/check/layers.py: {room}/ no longer includes {path}; strike it out of STILL"


if __name__ == "__main__":
    tree.main(check)
