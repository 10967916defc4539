/*
 * import_vcf.c - opening VCF and BCF, and what both have in common.
 *
 * Files are opened by their descriptor, never by a name that the library could take for an address.
 */
#include "engine/import/vcf/import_vcf_int.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <htslib/hfile.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes that one byte of gzip can become, at most. */
#define UNPACK_MAX 1040u

void skr_vcf_place(const skr_vcf *vcf, char *text)
{
    (void)snprintf(text, 32, "%s %llu", vcf->is_bcf ? "record" : "line",
                   (unsigned long long)(vcf->is_bcf ? vcf->n_records : vcf->n_lines));
}

int skr_vcf_fail(const skr_vcf *vcf, skr_err *err, const char *format, ...)
{
    char place[32];
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    skr_vcf_place(vcf, place);
    return skr_fail(err, SKR_ERR_INPUT, "%s, %s: %s", vcf->name, place, text);
}

int skr_vcf_fail_size(const skr_vcf *vcf, const char *what, size_t n_max, skr_err *err)
{
    char place[32];
    uint64_t n_lines = vcf->n_lines + !vcf->is_bcf; /* of text the one that is being read */
    (void)snprintf(place, sizeof place, "%s %llu", vcf->is_bcf ? "record" : "line",
                   (unsigned long long)(vcf->is_bcf ? vcf->n_records : n_lines));
    bool is_bcf_header = vcf->is_bcf && vcf->n_records == 0;
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s%s%s: %s has more than %zu bytes, what --memory %zu leaves room for; if the "
                    "file is sound, allow more",
                    vcf->name, is_bcf_header ? "" : ", ", is_bcf_header ? "" : place, what, n_max,
                    vcf->n_memory >> 20);
}

int skr_vcf_declare(skr_vcf *vcf, size_t n, skr_err *err)
{
    size_t n_max = skr_memory_declared(vcf->n_memory);
    vcf->n_declared += n;
    if (vcf->n_declared <= n_max)
        return SKR_OK;
    return skr_vcf_fail_size(vcf, "what the header declares", n_max, err);
}

/* ------------------------------------------------------------------ room */

static int no_memory(const skr_vcf *vcf, skr_err *err)
{
    return skr_fail(err, SKR_ERR_NOMEM, "%s: out of memory", vcf->name);
}

int skr_vcf_room_alts(skr_vcf *vcf, uint32_t n_alts, skr_err *err)
{
    if (n_alts <= vcf->n_alts_max)
        return SKR_OK;
    if (n_alts > SKR_VCF_ALTS_MAX)
        return skr_vcf_fail(vcf, err, "more than %u ALT alleles", SKR_VCF_ALTS_MAX);
    uint32_t n_max = n_alts * 2;
    const char **alts = realloc(vcf->alts, n_max * sizeof *alts);
    if (alts == NULL)
        return no_memory(vcf, err);
    vcf->alts = alts;
    vcf->n_alts_max = n_max;
    return SKR_OK;
}

int skr_vcf_room_svlens(skr_vcf *vcf, uint32_t n, skr_err *err)
{
    if (n <= vcf->n_svlens_max)
        return SKR_OK;
    if (n > SKR_VCF_ALTS_MAX)
        return skr_vcf_fail(vcf, err, "more than %u values of SVLEN", SKR_VCF_ALTS_MAX);
    int64_t *svlens = realloc(vcf->svlens, (size_t)n * 2 * sizeof *svlens);
    if (svlens == NULL)
        return no_memory(vcf, err);
    vcf->svlens = svlens;
    vcf->n_svlens_max = n * 2;
    return SKR_OK;
}

int skr_vcf_room_gt(skr_vcf *vcf, size_t n_bytes, skr_err *err)
{
    if (n_bytes <= vcf->n_gt_max)
        return SKR_OK;
    uint8_t *gt = realloc(vcf->gt, n_bytes + 16);
    if (gt == NULL)
        return no_memory(vcf, err);
    vcf->gt = gt;
    vcf->n_gt_max = n_bytes;
    return SKR_OK;
}

int skr_vcf_room_facts(skr_vcf *vcf, skr_err *err)
{
    if (vcf->gq != NULL)
        return SKR_OK;
    size_t n = vcf->samples.n;
    vcf->gq = malloc(n * sizeof *vcf->gq);
    vcf->dp = malloc(n * sizeof *vcf->dp);
    vcf->min_dp = malloc(n * sizeof *vcf->min_dp);
    vcf->ft = malloc(n);
    vcf->ad = malloc(n * sizeof *vcf->ad);
    if (vcf->gq == NULL || vcf->dp == NULL || vcf->min_dp == NULL || vcf->ft == NULL ||
        vcf->ad == NULL)
        return no_memory(vcf, err);
    return SKR_OK;
}

int skr_vcf_room_ps(skr_vcf *vcf, skr_err *err)
{
    if (vcf->ps != NULL)
        return SKR_OK;
    vcf->ps = malloc(vcf->samples.n * sizeof *vcf->ps);
    return vcf->ps == NULL ? no_memory(vcf, err) : SKR_OK;
}

/* ------------------------------------------------------------------ samples and contigs */

int skr_vcf_add_sample(skr_vcf *vcf, const char *name, size_t n, skr_err *err)
{
    uint32_t number;
    bool is_new;
    if (n == 0)
        return skr_fail(err, SKR_ERR_INPUT, "%s: sample column %u has no name", vcf->name,
                        vcf->samples.n + 1);
    if (n > SKR_NAME_MAX)
        return skr_fail(err, SKR_ERR_INPUT, "%s: the name of sample column %u is too long",
                        vcf->name, vcf->samples.n + 1);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return skr_fail(err, SKR_ERR_INPUT,
                            "%s: the name of sample column %u has control characters", vcf->name,
                            vcf->samples.n + 1);
    int status = skr_name_map_add(&vcf->samples, name, n, &number, &is_new, err);
    if (status < 0)
        return status;
    if (!is_new)
        return skr_fail(err, SKR_ERR_INPUT, "%s: two columns are called '%s': rename one",
                        vcf->name, vcf->samples.names[number]);
    return SKR_OK;
}

int skr_vcf_add_contig(skr_vcf *vcf, const char *name, size_t n, uint32_t length, skr_err *err)
{
    uint32_t number;
    if (n == 0 || n > SKR_NAME_MAX || length == 0 || vcf->header_contigs.n >= SKR_CONTIGS_MAX)
        return SKR_OK;
    int status = skr_name_map_add(&vcf->header_contigs, name, n, &number, NULL, err);
    if (status < 0)
        return status;
    if (number >= vcf->n_header_lengths_max) {
        uint32_t n_max = number * 2 + 64;
        uint32_t *lengths = realloc(vcf->header_lengths, n_max * sizeof *lengths);
        if (lengths == NULL)
            return no_memory(vcf, err);
        vcf->header_lengths = lengths;
        vcf->n_header_lengths_max = n_max;
    }
    vcf->header_lengths[number] = length;
    return SKR_OK;
}

uint32_t skr_vcf_contig_length(const skr_vcf *vcf, const char *name)
{
    uint32_t number = skr_name_map_find(&vcf->header_contigs, name, strlen(name));
    return number == UINT32_MAX ? 0 : vcf->header_lengths[number];
}

/* The letters that the VCF specification allows in the name of a contig; <name> is one too. */
static bool is_contig_name(const char *name, size_t n)
{
    if (n > 2 && name[0] == '<' && name[n - 1] == '>') {
        name++;
        n -= 2;
    }
    if (n == 0 || n > SKR_NAME_MAX || name[0] == '*' || name[0] == '=')
        return false;
    for (size_t i = 0; i < n; i++)
        if (name[i] <= ' ' || name[i] >= 0x7f || strchr("\\,\"`'()[]{}<>", name[i]) != NULL)
            return false;
    return true;
}

int skr_vcf_set_contig(skr_vcf *vcf, const char *name, size_t n, skr_err *err)
{
    if (vcf->last_contig < vcf->contigs.n) {
        const char *last = vcf->contigs.names[vcf->last_contig];
        if (strncmp(last, name, n) == 0 && last[n] == '\0') {
            vcf->record.contig = vcf->last_contig;
            return SKR_OK;
        }
    }
    if (!is_contig_name(name, n))
        return skr_vcf_fail(vcf, err, "'%.*s' is no name of a contig", (int)(n > 80 ? 80 : n),
                            name);
    if (vcf->contigs.n >= SKR_CONTIGS_MAX)
        return skr_vcf_fail(vcf, err, "more than %u contigs", SKR_CONTIGS_MAX);
    int status = skr_name_map_add(&vcf->contigs, name, n, &vcf->last_contig, NULL, err);
    vcf->record.contig = vcf->last_contig;
    return status;
}

const skr_name_map *skr_vcf_samples(const skr_vcf *vcf)
{
    return &vcf->samples;
}

const skr_name_map *skr_vcf_contigs(const skr_vcf *vcf)
{
    return &vcf->contigs;
}

const skr_name_map *skr_vcf_header_contigs(const skr_vcf *vcf)
{
    return &vcf->header_contigs;
}

const skr_name_map *skr_vcf_hints(const skr_vcf *vcf)
{
    return &vcf->hints;
}

bool skr_vcf_is_gvcf(const skr_vcf *vcf)
{
    return vcf->is_gvcf;
}

unsigned skr_vcf_version(const skr_vcf *vcf)
{
    return vcf->version;
}

uint64_t skr_vcf_position(const skr_vcf *vcf)
{
    if (vcf->bgzf == NULL)
        return skr_blocks_position(vcf->blocks);
    off_t at = lseek(vcf->fd, 0, SEEK_CUR);
    return at < 0 ? 0 : (uint64_t)at;
}

/* ------------------------------------------------------------------ opening */

int skr_vcf_check_start(const char *name, const char *bytes, size_t n, bool *ret_is_bcf,
                        skr_err *err)
{
    *ret_is_bcf = n >= 3 && memcmp(bytes, "BCF", 3) == 0;
    if (*ret_is_bcf)
        return SKR_OK;
    if ((n >= 4 && memcmp(bytes, "CRAM", 4) == 0) || (n >= 4 && memcmp(bytes, "BAM\1", 4) == 0) ||
        (n >= 3 && memcmp(bytes, "@HD", 3) == 0) || (n >= 3 && memcmp(bytes, "@SQ", 3) == 0))
        return skr_fail(err, SKR_ERR_NOT_YET,
                        "%s: this is CRAM, BAM or SAM; reads cannot be imported yet, only VCF and "
                        "BCF",
                        name);
    const char *at = n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? bytes + 3 : bytes;
    size_t n_left = n - (size_t)(at - bytes);
    if (n_left >= 16 && strncasecmp(at, "##fileformat=VCF", 16) == 0)
        return SKR_OK;
    if (n == 0)
        return skr_fail(err, SKR_ERR_INPUT, "%s: the file is empty", name);
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: neither VCF nor BCF: it does not begin with ##fileformat=VCF", name);
}

static int open_file(skr_vcf *vcf, const char *path, unsigned n_threads, skr_err *err)
{
    uint8_t *start;
    size_t n;
    vcf->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (vcf->fd < 0)
        return skr_fail(err, skr_err_of_input(errno), "%s: cannot be opened: %s", vcf->name,
                        strerror(errno));
    int status = skr_vcf_bytes_open(vcf, n_threads, err);
    if (status == SKR_OK)
        status = skr_vcf_bytes_need(vcf, 32, &start, &n, err);
    return status < 0 ? status
                      : skr_vcf_check_start(vcf->name, (const char *)start, n, &vcf->is_bcf, err);
}

int skr_vcf_open(const skr_vcf_plan *plan, skr_vcf **ret_vcf, skr_err *err)
{
    skr_vcf *vcf = calloc(1, sizeof *vcf);
    if (vcf == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "%s: out of memory", plan->name);
    vcf->fd = -1;
    vcf->gate = plan->gate;
    vcf->n_memory = plan->n_memory > 0 ? plan->n_memory : (size_t)SKR_IMPORT_MEMORY_MIB << 20;
    vcf->last_contig = UINT32_MAX;
    vcf->name = strdup(plan->name);
    hts_set_log_level(HTS_LOG_OFF);

    int status = vcf->name == NULL ? skr_fail(err, SKR_ERR_NOMEM, "out of memory") : SKR_OK;
    if (status == SKR_OK)
        status = open_file(vcf, plan->path, plan->n_threads, err);
    if (status == SKR_OK)
        status = vcf->is_bcf ? skr_vcf_bcf_header(vcf, err) : skr_vcf_text_header(vcf, err);
    if (status == SKR_OK && vcf->samples.n == 0)
        status = skr_fail(err, SKR_ERR_INPUT,
                          "%s: no sample column, so there is nothing to count; sites with "
                          "annotations go to skerry annotate",
                          vcf->name);
    const skr_vcf_record *first;
    if (status == SKR_OK)
        status = skr_vcf_next(vcf, &first, err);
    if (status < 0) {
        skr_vcf_close(vcf);
        return status;
    }
    vcf->has_pushed = true;
    for (uint32_t i = 0; first != NULL && i < first->n_alts; i++)
        if (strcmp(first->alts[i], "<NON_REF>") == 0 || strcmp(first->alts[i], "<*>") == 0)
            vcf->is_gvcf = true;
    *ret_vcf = vcf;
    return SKR_OK;
}

void skr_vcf_close(skr_vcf *vcf)
{
    if (vcf == NULL)
        return;
    skr_vcf_bytes_close(vcf);
    bcf_hdr_destroy(vcf->header);
    skr_buffer_done(&vcf->alleles);
    if (vcf->fd >= 0)
        (void)close(vcf->fd);
    skr_name_map_done(&vcf->samples);
    skr_name_map_done(&vcf->contigs);
    skr_name_map_done(&vcf->header_contigs);
    skr_name_map_done(&vcf->hints);
    skr_name_map_done(&vcf->numeric_tags);
    free(vcf->format.text);
    free(vcf->header_lengths);
    free(vcf->alts);
    free(vcf->svlens);
    free(vcf->gt);
    free(vcf->gq);
    free(vcf->dp);
    free(vcf->min_dp);
    free(vcf->ft);
    free(vcf->ad);
    free(vcf->ps);
    free(vcf->name);
    free(vcf);
}

/* ------------------------------------------------------------------ records */

static int next_text(skr_vcf *vcf, bool *ret_is_end, skr_err *err)
{
    for (;;) {
        char *line;
        size_t n;
        int status = skr_vcf_line(vcf, &line, &n, err);
        if (status < 0)
            return status;
        *ret_is_end = line == NULL;
        if (line == NULL)
            return SKR_OK;
        if (n > 0)
            return skr_vcf_text_record(vcf, line, n, err);
    }
}

int skr_vcf_next(skr_vcf *vcf, const skr_vcf_record **ret_record, skr_err *err)
{
    if (vcf->has_pushed) {
        vcf->has_pushed = false;
        *ret_record = vcf->is_at_end ? NULL : &vcf->record;
        return SKR_OK;
    }
    bool is_end = vcf->is_at_end;
    vcf->n_records++;
    vcf->record = (skr_vcf_record){.number = vcf->n_records};
    int status = is_end        ? SKR_OK
                 : vcf->is_bcf ? skr_vcf_bcf_record(vcf, &is_end, err)
                               : next_text(vcf, &is_end, err);
    if (status < 0)
        return status;
    vcf->is_at_end = is_end;
    *ret_record = is_end ? NULL : &vcf->record;
    return SKR_OK;
}

/* Genotype value number i: 0 for missing, bcf_int32_vector_end behind the last copy. */
static int32_t gt_value(const skr_vcf_record *record, size_t i)
{
    int16_t two;
    int32_t four;
    switch (record->gt_width) {
    case 1: {
        int8_t one = ((const int8_t *)record->gt)[i];
        return one == bcf_int8_vector_end ? bcf_int32_vector_end
               : one == bcf_int8_missing  ? 0
                                          : one;
    }
    case 2:
        memcpy(&two, (const char *)record->gt + 2 * i, 2);
        return two == bcf_int16_vector_end ? bcf_int32_vector_end
               : two == bcf_int16_missing  ? 0
                                           : two;
    default:
        memcpy(&four, (const char *)record->gt + 4 * i, 4);
        return four == bcf_int32_missing ? 0 : four;
    }
}

int skr_vcf_genotype(const skr_vcf *vcf, uint32_t sample, skr_genotype *ret_genotype, skr_err *err)
{
    const skr_vcf_record *record = &vcf->record;
    skr_genotype *genotype = ret_genotype;
    genotype->n = 0;
    if (record->gt == NULL) {
        genotype->alleles[genotype->n++] = SKR_COPY_UNKNOWN;
        return SKR_OK;
    }
    for (uint32_t i = 0; i < record->n_ploidy; i++) {
        int32_t value = gt_value(record, (size_t)sample * record->n_ploidy + i);
        if (value == bcf_int32_vector_end)
            break;
        int32_t allele = value < 0 ? value : (value >> 1) - 1;
        if (allele == -1 && value >= 0)
            genotype->alleles[genotype->n++] = SKR_COPY_UNKNOWN;
        else if (allele < 0 || (uint32_t)allele > record->n_alts)
            return skr_vcf_fail(vcf, err,
                                "the genotype of sample %s names ALT %d, but the record has %u",
                                vcf->samples.names[sample], allele, record->n_alts);
        else
            genotype->alleles[genotype->n++] = (uint16_t)allele;
    }
    if (genotype->n == 0)
        genotype->alleles[genotype->n++] = SKR_COPY_UNKNOWN;
    return SKR_OK;
}

bool skr_vcf_is_phased(const skr_vcf *vcf, uint32_t sample)
{
    const skr_vcf_record *record = &vcf->record;
    uint32_t n = 0;
    if (record->gt == NULL)
        return false;
    for (; n < record->n_ploidy; n++) {
        int32_t value = gt_value(record, (size_t)sample * record->n_ploidy + n);
        if (value == bcf_int32_vector_end)
            break;
        if (n > 0 && (value & 1) == 0)
            return false;
    }
    return n > 1;
}

int64_t skr_vcf_phase_set(const skr_vcf *vcf, uint32_t sample)
{
    if (!vcf->record.has_ps)
        return SKR_PHASE_SET_NONE;
    return vcf->is_bcf ? skr_vcf_bcf_phase_set(vcf, sample) : vcf->ps[sample];
}

/* AD is read only where a heterozygote has to be judged. */
float skr_vcf_ad(const skr_vcf *vcf, uint32_t sample, uint32_t allele)
{
    if (!vcf->record.has_ad)
        return NAN;
    if (vcf->is_bcf)
        return skr_vcf_bcf_ad(vcf, sample, allele);
    const char *at = vcf->ad[sample];
    const char *value = at;
    uint32_t n = 1;
    if (at == NULL)
        return NAN;
    for (; *at != ':' && *at != '\t' && *at != '\0'; at++)
        if (*at == ',' && n++ == allele)
            value = at + 1;
    if (n != vcf->record.n_alts + 1 || !isdigit((unsigned char)*value))
        return NAN;
    return strtof(value, NULL);
}
