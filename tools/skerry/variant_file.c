/*
 * variant_file.c - genotypes as VCF and BCF.
 *
 * A row is one allele, and one record: another allele of the same place is 0 in its genotypes, as
 * `bcftools norm -m-` writes it. AC_Hom, AC_Het and AC_Hemi are those of `bcftools +fill-tags`.
 */
#include "tools/skerry/variant_file.h"

#include <errno.h>
#include <htslib/hts.h>
#include <htslib/kstring.h>
#include <htslib/vcf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/limits.h"
#include "tools/skerry/output.h"

#define N_PAIRS 128u
#define SAMPLES_MAX 0xffffffu /* of a record: BCF has 24 bits for their number */

struct skr_variant_file {
    const skr_variant_options *options;
    htsFile *out; /* of VCF and BCF */
    FILE *bed;
    bcf_hdr_t *header;
    bcf1_t *record;
    int8_t *genotypes;
    unsigned width_max; /* numbers of a genotype for which there is room */
    int8_t pairs[N_PAIRS][2];
    bool has_pairs;
    char *alleles; /* REF,ALT of a record */
    size_t n_alleles_max;
    size_t n_people;
    uint64_t n_rows;
    bool is_closed;
};

static int fail_io(const skr_variant_file *file, skr_err *err)
{
    int number = errno;
    if (strcmp(file->options->path, "-") == 0)
        return skr_output_fail(number, err);
    return skr_fail(err, SKR_ERR_IO, "%s: %s", file->options->path,
                    number == 0 ? "cannot be written" : strerror(number));
}

int skr_variant_file_new(const skr_variant_options *options, skr_variant_file **ret_file,
                         skr_err *err)
{
    static const char *const modes[] = {"w", "wz", "wb"};
    skr_variant_file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return skr_fail_nomem(err, "a file of variants");
    file->options = options;
    hts_set_log_level(HTS_LOG_OFF); /* faults are told here, once */
    errno = 0;
    if (options->form != SKR_VARIANTS_BED)
        file->out = hts_open(options->path, modes[options->form]);
    else if (strcmp(options->path, "-") == 0)
        file->bed = stdout;
    else
        file->bed = fopen(options->path, "wbe");
    if (file->out == NULL && file->bed == NULL) {
        int status = fail_io(file, err);
        file->is_closed = true; /* nothing of ours is there to be removed */
        skr_variant_file_free(file);
        return status;
    }
    *ret_file = file;
    return SKR_OK;
}

void skr_variant_file_free(skr_variant_file *file)
{
    if (file == NULL)
        return;
    bool is_path = strcmp(file->options->path, "-") != 0;
    if (file->out != NULL)
        (void)hts_close(file->out);
    if (file->bed != NULL && file->bed != stdout)
        (void)fclose(file->bed);
    if (!file->is_closed && is_path)
        (void)unlink(file->options->path);
    bcf_destroy(file->record);
    bcf_hdr_destroy(file->header);
    free(file->genotypes);
    free(file->alleles);
    free(file);
}

uint64_t skr_variant_file_n_rows(const skr_variant_file *file)
{
    return file->n_rows;
}

int skr_variant_file_close(skr_variant_file *file, skr_err *err)
{
    errno = 0;
    int failed = 0;
    if (file->out != NULL)
        failed = hts_close(file->out);
    else
        failed = file->bed == stdout ? fflush(file->bed) : fclose(file->bed);
    file->out = NULL;
    file->bed = NULL;
    if (failed != 0)
        return fail_io(file, err);
    file->is_closed = true;
    return SKR_OK;
}

/* ------------------------------------------------------------------ the head */

static bool put_line(skr_variant_file *file, const char *line)
{
    return bcf_hdr_append(file->header, line) == 0;
}

static bool put_contigs(skr_variant_file *file, const skr_genotype_head *head)
{
    char line[SKR_NAME_MAX + 64];
    for (size_t i = 0; i < head->n_contigs; i++) {
        if (head->contig_lengths[i] != 0)
            (void)snprintf(line, sizeof line, "##contig=<ID=%s,length=%" PRIu32 ">",
                           head->contigs[i], head->contig_lengths[i]);
        else
            (void)snprintf(line, sizeof line, "##contig=<ID=%s>", head->contigs[i]);
        if (!put_line(file, line))
            return false;
    }
    return true;
}

/* What the records are, and of which generation and question. */
static bool put_origin(skr_variant_file *file, const skr_genotype_head *head)
{
    char line[512];
    (void)snprintf(line, sizeof line, "##source=skerry export, generation %" PRIu64,
                   head->generation);
    if (!put_line(file, line))
        return false;
    (void)snprintf(line, sizeof line, "##reference=%s", head->assembly);
    if (!put_line(file, line))
        return false;
    (void)snprintf(line, sizeof line, "##skerry_alleles=%.400s", file->options->question);
    for (char *at = line; *at != '\0'; at++)
        *at = (unsigned char)*at < ' ' ? ' ' : *at;
    return put_line(file, line);
}

static bool put_header(skr_variant_file *file, const skr_genotype_head *head)
{
    static const char *const lines[] = {
        "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"Copies of the allele\">",
        "##INFO=<ID=AN,Number=1,Type=Integer,Description=\"Copies called\">",
        "##INFO=<ID=AF,Number=A,Type=Float,Description=\"AC / AN\">",
        "##INFO=<ID=AC_Hom,Number=A,Type=Integer,Description=\"Copies in homozygous genotypes\">",
        "##INFO=<ID=AC_Het,Number=A,Type=Integer,Description=\"Copies in heterozygous genotypes\">",
        "##INFO=<ID=AC_Hemi,Number=A,Type=Integer,Description=\"Copies in hemizygous genotypes\">",
        "##INFO=<ID=END,Number=1,Type=Integer,Description=\"Last base of the allele\">",
        "##INFO=<ID=SVTYPE,Number=1,Type=String,Description=\"Type of structural variant\">",
        "##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"Length\">",
        "##INFO=<ID=CHR2,Number=1,Type=String,Description=\"Contig of the mate\">",
        "##INFO=<ID=END2,Number=1,Type=Integer,Description=\"Place on CHR2\">",
    };
    bool is_well = put_origin(file, head) && put_contigs(file, head);
    for (size_t i = 0; is_well && i < sizeof lines / sizeof *lines; i++)
        is_well = put_line(file, lines[i]);
    if (!file->options->has_genotypes)
        return is_well;
    is_well = is_well &&
              put_line(file, "##FORMAT=<ID=GT,Number=1,Type=String,Description="
                             "\"Genotype; another allele of the place is 0\">") &&
              put_line(file, "##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"Phase set\">");
    for (size_t i = 0; is_well && i < head->n_people; i++)
        is_well = bcf_hdr_add_sample(file->header, head->people[i]) == 0;
    return is_well;
}

int skr_variant_file_head(void *context, const skr_genotype_head *head, skr_err *err)
{
    skr_variant_file *file = context;
    if (head->n_people > SAMPLES_MAX)
        return skr_fail(err, SKR_ERR_QUERY,
                        "%zu people: BCF has at most %u; ask for fewer with --in", head->n_people,
                        SAMPLES_MAX);
    file->n_people = head->n_people;
    errno = 0;
    if (file->bed != NULL) {
        int n = fprintf(file->bed, "#contig\tstart0\tend0\tvariant\tac\tan\n");
        return n < 0 ? fail_io(file, err) : SKR_OK;
    }
    file->header = bcf_hdr_init("w");
    file->record = bcf_init();
    if (file->header == NULL || file->record == NULL || !put_header(file, head) ||
        bcf_hdr_sync(file->header) != 0)
        return skr_fail_nomem(err, "the header of a VCF");
    return bcf_hdr_write(file->out, file->header) != 0 ? fail_io(file, err) : SKR_OK;
}

/* ------------------------------------------------------------------ a row */

/* Copies of the allele by genotype: of one copy, of several that are all of it, and others. */
typedef struct copy_sums {
    int32_t hom;
    int32_t het;
    int32_t hemi;
} copy_sums;

static copy_sums add_copies(const skr_genotype_row *row, size_t n_people)
{
    copy_sums sums = {0};
    for (size_t i = 0; i < n_people; i++) {
        sums.hemi += row->called[i] == 1 ? row->copies[i] : 0;
        sums.hom += row->called[i] != 1 && row->copies[i] == row->called[i] ? row->copies[i] : 0;
    }
    sums.het = (int32_t)row->ac - sums.hom - sums.hemi;
    return sums;
}

/* The genotype of one column in n_numbers bytes, as BCF has it: copies that were not called first,
 * then those of other alleles. A hemizygous one has no more copies than were called. */
static void put_genotype(int8_t *to, unsigned n_numbers, unsigned expected, unsigned called,
                         unsigned copies, bool is_hemizygous)
{
    unsigned n = is_hemizygous || called > expected ? called : expected;
    n = n == 0 ? 1 : n;
    for (unsigned i = 0; i < n_numbers; i++) {
        if (i >= n)
            to[i] = bcf_int8_vector_end;
        else if (i + called < n)
            to[i] = bcf_gt_missing;
        else
            to[i] = (int8_t)bcf_gt_unphased(i + copies < n ? 0 : 1);
    }
}

/* Of two numbers there are few genotypes: all of them, by what they are of. */
#define PAIR(expected, called, copies, is_hemizygous)                                              \
    ((size_t)(is_hemizygous) << 6 | (size_t)(expected) << 4 | (size_t)(called) << 2 | (copies))

static void make_pairs(skr_variant_file *file)
{
    for (unsigned i = 0; i < N_PAIRS; i++)
        put_genotype(file->pairs[i], 2, i >> 4 & 3, i >> 2 & 3, i & 3, i >> 6 != 0);
    file->has_pairs = true;
}

/* The genotypes as int8 numbers; *ret_width of each column. */
static bool make_genotypes(skr_variant_file *file, const skr_genotype_row *row, unsigned *ret_width)
{
    unsigned width = 1;
    for (size_t i = 0; i < file->n_people; i++) {
        width = row->expected[i] > width ? row->expected[i] : width;
        width = row->called[i] > width ? row->called[i] : width;
    }
    if (width > file->width_max) {
        int8_t *more = realloc(file->genotypes, file->n_people * width);
        if (more == NULL)
            return false;
        file->genotypes = more;
        file->width_max = width;
    }
    if (width == 2 && !file->has_pairs)
        make_pairs(file);
    for (size_t i = 0; width == 2 && i < file->n_people; i++)
        memcpy(file->genotypes + 2 * i,
               file->pairs[PAIR(row->expected[i], row->called[i], row->copies[i],
                                row->is_hemizygous[i])],
               2);
    for (size_t i = 0; width != 2 && i < file->n_people; i++)
        put_genotype(file->genotypes + i * width, width, row->expected[i], row->called[i],
                     row->copies[i], row->is_hemizygous[i] != 0);
    *ret_width = width;
    return true;
}

/* Has a column two copies and one of them the allele? */
static bool is_single(const skr_genotype_row *row, size_t column)
{
    return row->copies[column] == 1 && row->expected[column] == 2 && row->called[column] <= 2 &&
           row->is_hemizygous[column] == 0;
}

/*
 * Is everybody phased of whom it matters, in the set of the contig? Then those of two equal copies
 * are written so, too: it is the same, and programs that want all genotypes phased take the file.
 */
static bool is_all_phased(const skr_variant_file *file, const skr_genotype_row *row)
{
    bool is_any = false;
    for (size_t i = 0; i < file->n_people; i++) {
        if (!is_single(row, i))
            continue;
        if (row->haplotypes[i] == 0 || row->phase_sets[i] != 0)
            return false;
        is_any = true;
    }
    return is_any;
}

/* Puts the only copy on the haplotype that has it, 1 or 2; the bar stands in front of the second.
 */
static void put_phase(skr_variant_file *file, const skr_genotype_row *row, unsigned width)
{
    bool is_all = is_all_phased(file, row);
    for (size_t i = 0; i < file->n_people && width >= 2; i++) {
        int8_t *to = file->genotypes + i * width;
        bool is_known = row->haplotypes[i] != 0 && is_single(row, i);
        if (is_known) {
            unsigned own = row->haplotypes[i] - 1u;
            to[1 - own] = row->called[i] == 2 ? bcf_gt_unphased(0) : bcf_gt_missing;
            to[own] = bcf_gt_unphased(1);
        }
        if (is_known || (is_all && row->expected[i] == 2 && row->called[i] == 2))
            to[1] |= 1;
    }
}

/* Adds PS of those who have one; no field where nobody has. */
static bool put_phase_sets(skr_variant_file *file, const skr_genotype_row *row)
{
    bool is_any = false;
    for (size_t i = 0; i < file->n_people; i++)
        is_any |= row->phase_sets[i] != 0;
    int32_t *sets = is_any ? malloc(file->n_people * sizeof *sets) : NULL;
    if (sets == NULL)
        return !is_any;
    for (size_t i = 0; i < file->n_people; i++)
        sets[i] = row->phase_sets[i] != 0 ? row->phase_sets[i] : bcf_int32_missing;
    kstring_t *to = &file->record->indiv;
    bool is_well = true;
    if (file->options->form != SKR_VARIANTS_BCF) {
        is_well = bcf_update_format_int32(file->header, file->record, "PS", sets,
                                          (int)file->n_people) == 0;
    } else {
        is_well = bcf_enc_int1(to, bcf_hdr_id2int(file->header, BCF_DT_ID, "PS")) >= 0 &&
                  bcf_enc_vint(to, (int)file->n_people, sets, 1) >= 0;
        file->record->n_fmt = 2;
    }
    free(sets);
    return is_well;
}

/* Adds GT as numbers of 32 bits, which is all that htslib takes; it writes VCF of nothing else. */
static bool put_numbers_of_text(skr_variant_file *file, unsigned width)
{
    size_t n = file->n_people * width;
    int32_t *numbers = malloc((n + 1) * sizeof *numbers);
    if (numbers == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        numbers[i] =
            file->genotypes[i] == bcf_int8_vector_end ? bcf_int32_vector_end : file->genotypes[i];
    int failed = bcf_update_genotypes(file->header, file->record, numbers, (int)n);
    free(numbers);
    return failed == 0;
}

/* Adds GT as bytes of BCF (section 6.3.3 of the VCF specification) where it stays BCF: htslib would
 * look for the narrowest type that holds its numbers. */
static bool put_genotypes(skr_variant_file *file, const skr_genotype_row *row)
{
    unsigned width = 0;
    kstring_t *to = &file->record->indiv;
    if (!make_genotypes(file, row, &width))
        return false;
    put_phase(file, row, width);
    if (file->options->form != SKR_VARIANTS_BCF)
        return put_numbers_of_text(file, width) && put_phase_sets(file, row);
    if (bcf_enc_int1(to, bcf_hdr_id2int(file->header, BCF_DT_ID, "GT")) < 0 ||
        bcf_enc_size(to, (int)width, BCF_BT_INT8) < 0 ||
        kputsn((const char *)file->genotypes, file->n_people * width, to) < 0)
        return false;
    file->record->n_fmt = 1;
    file->record->n_sample = (uint32_t)file->n_people & SAMPLES_MAX;
    return put_phase_sets(file, row);
}

/* REF,ALT. Of a structural allele the base is not known. */
static int put_alleles(skr_variant_file *file, const skr_genotype_row *row, skr_err *err)
{
    bool is_structural = row->ref[0] == '\0';
    size_t n = strlen(row->ref) + strlen(row->alt) + 8;
    if (n > file->n_alleles_max) {
        char *alleles = realloc(file->alleles, n);
        if (alleles == NULL)
            return skr_fail_nomem(err, "a record of VCF");
        file->alleles = alleles;
        file->n_alleles_max = n;
    }
    (void)snprintf(file->alleles, n, is_structural ? "%s,<%s>" : "%s,%s",
                   is_structural ? "N" : row->ref, row->alt);
    return bcf_update_alleles_str(file->header, file->record, file->alleles) != 0
               ? skr_fail_nomem(err, "a record of VCF")
               : SKR_OK;
}

static bool put_int(skr_variant_file *file, const char *key, int64_t number)
{
    int32_t value = number > INT32_MAX ? INT32_MAX : (int32_t)number;
    return bcf_update_info_int32(file->header, file->record, key, &value, 1) == 0;
}

static bool put_structural(skr_variant_file *file, const skr_genotype_row *row)
{
    char type[SKR_NAME_MAX + 1];
    size_t n = strcspn(row->alt, ":");
    bool is_cnv = strncmp(row->alt, "CN", 2) == 0 && row->alt[2] >= '0' && row->alt[2] <= '9';
    if (row->ref[0] != '\0')
        return true;
    if (is_cnv)
        (void)snprintf(type, sizeof type, "CNV");
    else
        (void)snprintf(type, sizeof type, "%.*s", (int)(n > SKR_NAME_MAX ? SKR_NAME_MAX : n),
                       row->alt);
    return put_int(file, "END", row->end0) &&
           bcf_update_info_string(file->header, file->record, "SVTYPE", type) == 0 &&
           (row->length == 0 || put_int(file, "SVLEN", (int64_t)row->length)) &&
           (row->mate == NULL ||
            (bcf_update_info_string(file->header, file->record, "CHR2", row->mate) == 0 &&
             put_int(file, "END2", (int64_t)row->mate_pos1)));
}

static bool put_numbers(skr_variant_file *file, const skr_genotype_row *row)
{
    copy_sums sums = add_copies(row, file->n_people);
    float af = row->an == 0 ? 0.0F : (float)row->ac / (float)row->an;
    return put_int(file, "AC", (int64_t)row->ac) && put_int(file, "AN", (int64_t)row->an) &&
           (row->an == 0 || bcf_update_info_float(file->header, file->record, "AF", &af, 1) == 0) &&
           put_int(file, "AC_Hom", sums.hom) && put_int(file, "AC_Het", sums.het) &&
           put_int(file, "AC_Hemi", sums.hemi);
}

static int put_record(skr_variant_file *file, const skr_genotype_row *row, skr_err *err)
{
    bcf_clear(file->record);
    file->record->rid = bcf_hdr_name2id(file->header, row->contig);
    file->record->pos = row->start0;
    SKR_TRY(put_alleles(file, row, err));
    if (!put_numbers(file, row) || !put_structural(file, row) ||
        (file->options->has_genotypes && file->n_people > 0 && !put_genotypes(file, row)))
        return skr_fail_nomem(err, "a record of VCF");
    errno = 0;
    return bcf_write(file->out, file->header, file->record) != 0 ? fail_io(file, err) : SKR_OK;
}

int skr_variant_file_row(void *context, const skr_genotype_row *row, skr_err *err)
{
    skr_variant_file *file = context;
    if (file->options->is_carried && row->ac == 0)
        return SKR_OK;
    file->n_rows++;
    if (file->bed == NULL)
        return put_record(file, row, err);
    errno = 0;
    int n = fprintf(file->bed, "%s\t%" PRIu32 "\t%" PRIu32 "\t%s\t%" PRIu64 "\t%" PRIu64 "\n",
                    row->contig, row->start0, row->end0, row->variant, row->ac, row->an);
    return n < 0 ? fail_io(file, err) : SKR_OK;
}
