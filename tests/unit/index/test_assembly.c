/*
 * Every usual name of an assembly is that assembly; a name that is none of them is its own.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "index/contigs/assembly.h"
#include "storage/manifest.h"

static skr_err err;

static const char *build_name(const skr_build *build)
{
    return build == NULL ? "none" : build->name;
}

Test(assembly, has_one_name)
{
    static const char *const names[][2] = {
        {"GRCh37", "GRCh37"},
        {"hg19", "GRCh37"},
        {"HG19", "GRCh37"},
        {"b37", "GRCh37"},
        {"hs37", "GRCh37"},
        {"hs37d5", "GRCh37"},
        {"GRCh37.p13", "GRCh37"},
        {"GRCh37-lite", "GRCh37"},
        {"human_g1k_v37", "GRCh37"},
        {"human_g1k_v37_decoy", "GRCh37"},
        {"Homo_sapiens_assembly19", "GRCh37"},
        {"GCF_000001405.25", "GRCh37"},
        {"GCA_000001405.1", "GRCh37"},
        {"GRCh38", "GRCh38"},
        {"grch38", "GRCh38"},
        {"GRCh38.p14", "GRCh38"},
        {"GRCh38p14", "GRCh38"},
        {"hg38", "GRCh38"},
        {"hs38DH", "GRCh38"},
        {"Homo_sapiens_assembly38", "GRCh38"},
        {"Homo_sapiens.GRCh38.dna.primary_assembly.fa.gz", "GRCh38"},
        {"GRCh38_full_analysis_set_plus_decoy_hla", "GRCh38"},
        {"GRCh38.d1.vd1", "GRCh38"},
        {"GRCh38 (hg38)", "GRCh38"},
        {"GCA_000001405.15", "GRCh38"},
        {"GCF_000001405.40", "GRCh38"},
        {"GCA_000001405.15_GRCh38_no_alt_analysis_set", "GRCh38"},
        {"CHM13", "T2T-CHM13v2.0"},
        {"t2t-chm13v2.0", "T2T-CHM13v2.0"},
        {"CHM13_v2.0", "T2T-CHM13v2.0"},
        {"hs1", "T2T-CHM13v2.0"},
        {"GCF_009914755.1", "T2T-CHM13v2.0"},
        {"GRCm38.p6", "GRCm38"},
        {"mm10", "GRCm38"},
        {"mm39", "GRCm39"},
        {"GCA_000001635.9", "GRCm39"},
        {"rn6", "Rnor_6.0"},
        {"Rnor_6.0", "Rnor_6.0"},
        {"mRatBN7.2", "mRatBN7.2"},
        {"rn7", "mRatBN7.2"},
        {"rn8", "GRCr8"},
        {"hg18", "NCBI36"},
        {"GRCh380", "none"},
        {"GRCh3", "none"},
        {"hg380", "none"},
        {"hg19b", "none"},
        {"b377", "none"},
        {"xhg38", "none"},
        {"GRCh38.q1", "none"},
        {"GRCh38-mine", "none"},
        {"hg19 to hg38", "none"},
        {"GRCh37 GRCh38", "none"},
        {"CHM13v1.1", "none"},
        {"GCA_000001405", "none"},
        {"GCA_000001406.15", "none"},
        {"p14", "none"},
        {"38", "none"},
        {"", "none"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_assert(
            eq(str, (char *)build_name(skr_assembly_build_find(names[i][0])), (char *)names[i][1]),
            "%s", names[i][0]);
}

Test(assembly, is_read_from_a_text_only_where_the_text_is_clear)
{
    static const char *const texts[][2] = {
        {"file:///refs/human_g1k_v37.fasta", "GRCh37"},
        {"file:///data/hg19/genome.fa", "GRCh37"},
        {"/old/hg19/GRCh38.p10.fa", "GRCh38"},
        {"gnomAD_GRCh37", "GRCh37"},
        {"\"hs37d5\"", "GRCh37"},
        {"my.GRCh38.masked.v7.fa", "GRCh38"},
        {"/refs/hg19ToHg38.over.chain", "none"},
        {"lifted from hg19 to hg38", "none"},
        {"/x/liftover/hg19/genome.fa", "none"},
        {"evidence of the human genome (GRCh38), mapped to GRCh37", "none"},
        {"/data/hg19/hg38/genome.fa", "none"},
        {"genome.fa", "none"},
        {"sample_hg1900.fa", "none"},
        {"", "none"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_assert(
            eq(str, (char *)build_name(skr_assembly_build_hint(texts[i][0])), (char *)texts[i][1]),
            "%s", texts[i][0]);
}

Test(assembly, takes_lengths_as_evidence)
{
    static const struct {
        const char *assembly;
        const char *contig;
        uint32_t length;
        skr_length_says says;
        const char *other;
    } cases[] = {
        {"GRCh38", "22", 50818468, SKR_LENGTH_AGREES, "none"},
        {"GRCh38", "22", 51304566, SKR_LENGTH_OTHER, "GRCh37"},
        {"GRCh38", "X", 154259566, SKR_LENGTH_OTHER, "T2T-CHM13v2.0"},
        {"GRCh38", "1", 195154279, SKR_LENGTH_OTHER, "GRCm39"},
        {"GRCm39", "1", 195471971, SKR_LENGTH_OTHER, "GRCm38"},
        {"rn7", "20", 56205956, SKR_LENGTH_OTHER, "Rnor_6.0"},
        {"GRCh38", "1", 400, SKR_LENGTH_STRANGE, "none"},
        {"GRCh38", "1", 0, SKR_LENGTH_SILENT, "none"},
        {"GRCh38", "MT", 16571, SKR_LENGTH_SILENT, "none"},
        {"GRCh38", "GL000191.1", 51304566, SKR_LENGTH_SILENT, "none"},
        {"GRCr8", "1", 123, SKR_LENGTH_SILENT, "none"},
        {"asm1", "22", 50818468, SKR_LENGTH_OTHER, "GRCh38"},
        {"asm1", "22", 123, SKR_LENGTH_SILENT, "none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const skr_build *other = NULL;
        skr_length_says says = skr_assembly_length_judge(skr_assembly_build_find(cases[i].assembly),
                                                         cases[i].contig, cases[i].length, &other);
        cr_assert(eq(int, says, cases[i].says), "%zu", i);
        cr_assert(eq(str, (char *)build_name(other), (char *)cases[i].other), "%zu", i);
    }
}

/* No two assemblies of the table can be taken for each other by what tells them apart. */
Test(assembly, of_each_chromosome_differs_in_length_or_accession)
{
    static const char *const names[] = {"NCBI36", "GRCh37", "GRCh38", "hs1", "mm9",
                                        "mm10",   "mm39",   "rn6",    "rn7", "rn8"};
    for (size_t a = 0; a < sizeof names / sizeof *names; a++) {
        const skr_build *build = skr_assembly_build_find(names[a]);
        for (uint32_t c = 0; c < build->n_chromosomes; c++) {
            const skr_chromosome *one = &build->chromosomes[c];
            cr_assert(
                eq(ptr, (void *)skr_assembly_build_chromosome(build, one->name), (void *)one));
            if (one->refseq == NULL || strcmp(one->name, "MT") == 0)
                continue;
            skr_accession found = skr_assembly_accession_find(one->refseq, build);
            cr_assert(eq(ptr, (void *)found.own, (void *)one), "%s", one->refseq);
            cr_assert(eq(u32, found.n_builds, 1), "%s", one->refseq);
        }
    }
}

Test(assembly, of_a_store_has_one_spelling)
{
    skr_manifest *manifest = NULL;
    uint32_t at = 9;
    cr_assert(zero(int, skr_manifest_new(&manifest, &err)));
    cr_assert(zero(int, skr_assembly_add(manifest, "hg38", &at, &err)));
    cr_assert(eq(str, manifest->assemblies[0].name, "GRCh38"));
    cr_assert(zero(int, skr_assembly_add(manifest, "GRCh38.p14", &at, &err)));
    cr_assert(eq(u32, at, 0));
    cr_assert(zero(int, skr_assembly_add(manifest, "Asm1", &at, &err)));
    cr_assert(zero(int, skr_assembly_add(manifest, "asm1", &at, &err)));
    cr_assert(eq(u32, at, 1));
    cr_assert(eq(u32, manifest->n_assemblies, 2));
    cr_assert(eq(u32, skr_assembly_find(manifest, "grch38"), 0));
    cr_assert(eq(u32, skr_assembly_find(manifest, "hg19"), SKR_NONE));
    cr_assert(zero(int, skr_assembly_check_twins(manifest, &err)));
    cr_assert(zero(int, skr_manifest_add_assembly(manifest, "hs38DH", &at, &err)));
    cr_assert(eq(int, skr_assembly_check_twins(manifest, &err), SKR_ERR_CORRUPT));
    cr_assert(ne(ptr, strstr(err.message, "GRCh38 and hs38DH"), NULL), "%s", err.message);
    skr_manifest_free(manifest);
}
