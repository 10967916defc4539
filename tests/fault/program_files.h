/*
 * program_files.h - the files that are delivered while memory runs out (program_memory.c): the same
 * genomes in every form, people, terms and genes.
 */
#ifndef SKR_TESTS_PROGRAM_FILES_H
#define SKR_TESTS_PROGRAM_FILES_H

#include <htslib/bgzf.h>

#include "tests/support/load_store.h"
#include "tests/support/raw_bcf.h"

#define N_SAMPLES 40u

static load_store s;

static const char obo[] = "ontology: xx\n[Term]\nid: XX:0\nname: all\n[Term]\nid: XX:1\nname: one\n"
                          "is_a: XX:0\nsynonym: \"uno\" EXACT []\nalt_id: XX:9\n[Term]\nid: XX:2\n"
                          "is_a: XX:0\n[Term]\nid: XX:3\nis_obsolete: true\nreplaced_by: XX:2\n";
static const char graphs[] =
    "{\"graphs\": [{\"id\": \"yy.json\", \"nodes\": [{\"id\": \"YY:1\", \"lbl\": \"one\"}, "
    "{\"id\": \"YY:2\", \"lbl\": \"two\"}], \"edges\": [{\"sub\": \"YY:2\", \"pred\": \"is_a\", "
    "\"obj\": \"YY:1\"}]}]}";
static const char gtf[] =
    "22\th\texon\t90\t200\t.\t+\t.\tgene_id \"E1\"; transcript_id \"T1\"; gene_name \"AAA\";\n"
    "22\th\texon\t220\t260\t.\t+\t.\tgene_id \"E1\"; transcript_id \"T1\"; gene_name \"AAA\";\n";
static const char beacon[] =
    "[{\"id\": \"P1\", \"sex\": {\"id\": \"NCIT:C16576\"}, \"diseases\": [{\"diseaseCode\": "
    "{\"id\": \"XX:1\", \"label\": \"one\"}, \"ageOfOnset\": {\"age\": {\"iso8601duration\": "
    "\"P3Y\"}}}]}, {\"id\": \"Q9\", \"sex\": {\"id\": \"NCIT:C20197\"}}]";
static const char tsv[] =
    "individual\tsex\tage\tphenotypes\nP0\tfemale\t40\tXX:1\nP2\tmale\t50\tXX:2\n";
static const char fasta_line[] = "ACGTACGTAC";

static char *people_json(void)
{
    size_t n_max = 1 << 16;
    size_t n = 0;
    char *text = malloc(n_max);
    SKR_CHECK(text != NULL);
    for (unsigned i = 0; i < N_SAMPLES; i++)
        n += (size_t)snprintf(
            text + n, n_max - n,
            "%s{\"id\": \"P%u\", \"subject\": {\"sex\": \"%s\", \"timeAtLastEncounter\": {\"age\": "
            "{\"iso8601duration\": \"P%uY\"}}}, \"phenotypicFeatures\": [{\"type\": {\"id\": "
            "\"XX:%u\", \"label\": \"one\"}}]}",
            i == 0 ? "[" : ", ", i, i % 3 == 0 ? "FEMALE" : "MALE", 20 + i, 1 + i % 2);
    (void)snprintf(text + n, n_max - n, "]");
    return text;
}

/* VCF of the samples named prefix0 and on; with n_places records that all have GT, GQ, DP and AD.
 */
static char *vcf_text(const char *prefix, unsigned n_samples, unsigned n_places)
{
    size_t n_max = 1 << 20;
    char *text = malloc(n_max);
    SKR_CHECK(text != NULL);
    size_t n = (size_t)snprintf(text, n_max,
                                "##fileformat=VCFv4.2\n##contig=<ID=22,length=1000>\n"
                                "##INFO=<ID=END,Number=1,Type=Integer,Description=\"x\">\n"
                                "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n"
                                "##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"x\">\n"
                                "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"x\">\n"
                                "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"x\">\n"
                                "##FORMAT=<ID=FT,Number=1,Type=String,Description=\"x\">\n"
                                "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT");
    for (unsigned i = 0; i < n_samples; i++)
        n += (size_t)snprintf(text + n, n_max - n, "\t%s%u", prefix, i);
    for (unsigned place = 0; place < n_places; place++) {
        /* place 100 + 10 * place holds the last base of the FASTA's line, C */
        n += (size_t)snprintf(text + n, n_max - n, "\n22\t%u\t.\tC\t%s\t.\tPASS\t.\tGT:GQ:DP:AD:FT",
                              100 + 10 * place,
                              place % 3 == 0   ? "G,CT"
                              : place % 3 == 1 ? "T"
                                               : "CA");
        for (unsigned i = 0; i < n_samples; i++)
            n += (size_t)snprintf(text + n, n_max - n, "\t%s:40:%u:%s:PASS",
                                  i % (place + 2) == 0 ? "0/1" : "0/0", 5 + (i + place) % 30,
                                  place % 3 == 0 ? "9,9,0" : "9,9");
    }
    (void)snprintf(text + n, n_max - n, "\n");
    return text;
}

/* The same as BCF, but without FT, by hand. */
static void bcf_bytes(raw_bytes *bytes, unsigned n_samples, unsigned n_places)
{
    static const char *const alleles[] = {"C", "G", "CT"};
    char *text = vcf_text("P", n_samples, 0);
    raw_header(bytes, text);
    free(text);
    for (unsigned place = 0; place < n_places; place++) {
        raw_record record = {.pos0 = (int32_t)(99 + 10 * place),
                             .alleles = alleles,
                             .n_alleles = 2 + place % 2,
                             .n_samples = n_samples,
                             .n_format = 2};
        raw_key(&record.format, 2); /* after PASS and END */
        raw_head(&record.format, 2, RAW_INT8);
        for (unsigned i = 0; i < n_samples; i++) {
            raw_u8(&record.format, 2);
            raw_u8(&record.format, i % (place + 2) == 0 ? 4 : 2);
        }
        raw_key(&record.format, 3);
        raw_head(&record.format, 1, RAW_INT8);
        for (unsigned i = 0; i < n_samples; i++)
            raw_u8(&record.format, 40);
        raw_write_record(bytes, &record);
        free(record.format.bytes);
    }
}

static const char *path_of(const char *name)
{
    static char paths[16][LOAD_PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 16];
    (void)snprintf(path, LOAD_PATH_MAX, "%s", test_folder_file(&s.files, name));
    return path;
}

static void save(const char *name, const char *mode, const void *bytes, size_t n)
{
    if (mode == NULL) {
        test_file_write(path_of(name), bytes, n);
        return;
    }
    BGZF *file = bgzf_open(path_of(name), mode);
    SKR_CHECK(file != NULL && bgzf_write(file, bytes, n) == (ssize_t)n && bgzf_close(file) == 0);
}

static void save_files(void)
{
    char *vcf = vcf_text("P", N_SAMPLES, 12);
    char *part = vcf_text("R", 3, 5);
    char *people = people_json();
    raw_bytes bcf = {0};
    bcf_bytes(&bcf, N_SAMPLES, 12);
    save("a.vcf", NULL, vcf, strlen(vcf));
    save("a.vcf.gz", "w", vcf, strlen(vcf));
    save("a.gzip.vcf.gz", "wg", vcf, strlen(vcf));
    save("a.bcf", "w", bcf.bytes, bcf.n);
    save("plain.bcf", NULL, bcf.bytes, bcf.n);
    save("r.vcf", NULL, part, strlen(part));
    save("people.json", NULL, people, strlen(people));
    save("people.json.gz", "wg", people, strlen(people));
    save("beacon.json", NULL, beacon, sizeof beacon - 1);
    save("people.tsv", NULL, tsv, sizeof tsv - 1);
    save("x.obo", NULL, obo, sizeof obo - 1);
    save("y.json", NULL, graphs, sizeof graphs - 1);
    save("g.gtf.gz", "wg", gtf, sizeof gtf - 1);
    char text[4096] = "sample\tindividual\tsex\tprimary\n";
    size_t n = strlen(text);
    for (unsigned i = 0; i < N_SAMPLES; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "P%u\tI%u\t%s\tyes\n", i, i,
                              i % 2 == 0 ? "XX" : "XY");
    save("samples.tsv", NULL, text, n);
    n = (size_t)snprintf(text, sizeof text, ">22\n");
    for (unsigned i = 0; i < 100; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s\n", fasta_line);
    save("ref.fa", NULL, text, n);
    free(vcf);
    free(part);
    free(people);
    free(bcf.bytes);
}

#endif
