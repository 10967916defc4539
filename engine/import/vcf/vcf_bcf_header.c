/*
 * vcf_bcf_header.c - the header of BCF: its lines are read by the library, the names of its samples
 * are not: a million take it long.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/vcf/vcf_bcf.h"
#include "engine/import/vcf/vcf_header.h"
#include "engine/import/vcf/vcf_record.h"

#define N_MAGIC 9u /* with the length of the header */

#define LINE_BYTES 400u /* that the library takes for a line of the header, besides its text */

static int damaged_header(const skr_vcf *vcf, skr_err *err)
{
    return skr_fail(err, SKR_ERR_INPUT, "%s: its header is damaged", vcf->where.name);
}

/* The number of a tag of FORMAT, -1 if the header has none. */
static int32_t format_key(const skr_vcf *vcf, const char *tag)
{
    int key = bcf_hdr_id2int(vcf->bcf.header, BCF_DT_ID, tag);
    return key >= 0 && bcf_hdr_idinfo_exists(vcf->bcf.header, BCF_HL_FMT, key) ? key : -1;
}

/* The number of a tag of INFO that is an integer, -1 if the header has none. */
static int32_t info_key(const skr_vcf *vcf, const char *tag, unsigned type)
{
    int key = bcf_hdr_id2int(vcf->bcf.header, BCF_DT_ID, tag);
    return key >= 0 && bcf_hdr_idinfo_exists(vcf->bcf.header, BCF_HL_INFO, key) &&
                   bcf_hdr_id2type(vcf->bcf.header, BCF_HL_INFO, key) == type
               ? key
               : -1;
}

/* Notes what each number of the header's tags stands for. */
static int note_tags(skr_vcf *vcf, skr_err *err)
{
    static const struct {
        const char *tag;
        unsigned type;
    } infos[SKR_VCF_INFO_NOTES] = {
        [SKR_VCF_INFO_END] = {"END", BCF_HT_INT},   [SKR_VCF_INFO_SVLEN] = {"SVLEN", BCF_HT_INT},
        [SKR_VCF_INFO_END2] = {"END2", BCF_HT_INT}, [SKR_VCF_INFO_CHR2] = {"CHR2", BCF_HT_STR},
        [SKR_VCF_INFO_DP] = {"DP", BCF_HT_INT},     [SKR_VCF_INFO_MIN_DP] = {"MIN_DP", BCF_HT_INT},
    };
    skr_vcf_binary *bcf = &vcf->bcf;
    bcf->last_contig = -1;
    bcf->n_tags = (uint32_t)bcf->header->n[BCF_DT_ID];
    bcf->tags = malloc((bcf->n_tags + 1u) * sizeof *bcf->tags);
    if (bcf->tags == NULL)
        return skr_fail_nomem(err, vcf->where.name);
    for (uint32_t i = 0; i < bcf->n_tags; i++) {
        bool is_there = bcf->header->id[BCF_DT_ID][i].key != NULL;
        bcf->tags[i].format = is_there ? SKR_VCF_OTHER : SKR_VCF_NO_TAG;
        bcf->tags[i].info = is_there ? SKR_VCF_N_INFO : SKR_VCF_NO_TAG;
        bcf->tags[i].filter = 0;
    }
    for (int i = 0; i < SKR_VCF_N_FIELDS; i++) {
        int32_t key = format_key(vcf, skr_vcf_tag((skr_vcf_field)i));
        if (key >= 0)
            bcf->tags[key].format = (uint8_t)i;
        vcf->declares_len = vcf->declares_len || (i == SKR_VCF_LEN && key >= 0);
    }
    for (int i = 0; vcf->is_for_notes && i < SKR_VCF_N_NOTES; i++) {
        int32_t key = info_key(vcf, skr_vcf_note_tag((skr_vcf_note)i), BCF_HT_STR);
        if (key >= 0)
            bcf->tags[key].info = (uint8_t)(SKR_VCF_INFO_NOTES + i);
    }
    for (int i = 0; i < SKR_VCF_INFO_NOTES; i++) {
        int32_t key = info_key(vcf, infos[i].tag, infos[i].type);
        if (key >= 0)
            bcf->tags[key].info = (uint8_t)i;
    }
    return SKR_OK;
}

/* The lines of the header above that of the columns; text is written to. */
static int parse_lines(skr_vcf *vcf, char *text, skr_err *err)
{
    errno = 0;
    vcf->bcf.header = bcf_hdr_init("r");
    bool is_parsed = vcf->bcf.header != NULL && bcf_hdr_parse(vcf->bcf.header, text) == 0;
    /* Out of memory the library may leave a line out, and say nothing. */
    if (vcf->bcf.header == NULL || errno == ENOMEM)
        return skr_fail_nomem(err, vcf->where.name);
    if (!is_parsed)
        return damaged_header(vcf, err);
    int status = note_tags(vcf, err);
    const bcf_hrec_t *format =
        bcf_hdr_get_hrec(vcf->bcf.header, BCF_HL_GEN, "fileformat", NULL, NULL);
    if (format != NULL && format->value != NULL)
        vcf->header.version = skr_vcf_header_version(format->value);
    for (int i = 0; i < vcf->bcf.header->n[BCF_DT_CTG] && status == SKR_OK; i++) {
        const bcf_idpair_t *contig = &vcf->bcf.header->id[BCF_DT_CTG][i];
        if (contig->key == NULL || contig->val == NULL)
            continue;
        uint64_t length = contig->val->info[0];
        status =
            skr_vcf_header_add_contig(vcf, contig->key, strlen(contig->key),
                                      length > SKR_CONTIG_LENGTH_MAX ? 0 : (uint32_t)length, err);
    }
    return status;
}

/* Is a line of the header one that the library need not see? It takes 150 bytes for three. */
static bool is_of_no_use(const char *line)
{
    static const char *const uses[] = {
        "##fileformat=", "##INFO=", "##FORMAT=", "##FILTER=", "##contig="};
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        if (strncmp(line, uses[i], strlen(uses[i])) == 0)
            return false;
    return strncmp(line, "##", 2) == 0;
}

/* Copies the lines that are of use, and the columns without samples. The caller frees. */
static int copy_lines(skr_vcf *vcf, const char *text, const char *columns, char **ret_lines,
                      skr_err *err)
{
    static const char no_samples[] = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
    skr_buffer lines = {0};
    int status = SKR_OK;
    for (const char *line = text; line < columns && status == SKR_OK;) {
        size_t n = strcspn(line, "\n") + 1;
        if (!is_of_no_use(line)) {
            status = skr_vcf_header_declare(vcf, 2 * n + LINE_BYTES, err);
            if (status == SKR_OK)
                status = skr_buffer_put(&lines, line, n, err);
        }
        line += n;
    }
    if (status == SKR_OK)
        status = skr_buffer_put(&lines, no_samples, sizeof no_samples, err);
    if (status != SKR_OK)
        skr_buffer_done(&lines);
    else
        *ret_lines = (char *)lines.bytes;
    return status;
}

/* The whole text of the header, NUL-terminated. */
static int parse_text(skr_vcf *vcf, char *text, skr_err *err)
{
    char *lines = NULL;
    char *columns = strstr(text, "\n#CHROM");
    if (columns == NULL)
        return damaged_header(vcf, err);
    columns++;
    columns[strcspn(columns, "\r\n")] = '\0';
    vcf->where.n_lines = 1;
    for (const char *at = text; at < columns; at++)
        vcf->where.n_lines += *at == '\n';
    int status = skr_vcf_header_read_columns(vcf, columns, err);
    for (char *at = text; at < columns && status == SKR_OK;) {
        char *end = strchr(at, '\n'); /* there is one: in front of columns */
        *end = '\0';
        status = skr_vcf_header_read_hint(vcf, at, err);
        *end = '\n';
        at = end + 1;
    }
    if (status != SKR_OK)
        return status;
    status = copy_lines(vcf, text, columns, &lines, err);
    if (status == SKR_OK)
        status = parse_lines(vcf, lines, err);
    free(lines);
    return status;
}

int skr_vcf_bcf_header(skr_vcf *vcf, skr_err *err)
{
    uint8_t *bytes;
    size_t n;
    SKR_TRY(skr_vcf_bytes_need(&vcf->bytes, N_MAGIC, &bytes, &n, err));
    if (n < N_MAGIC)
        return damaged_header(vcf, err);
    if (memcmp(bytes, "BCF\2\2", 5) != 0)
        return skr_fail(err, SKR_ERR_INPUT, "%s: a BCF of a version that cannot be read",
                        vcf->where.name);
    skr_cursor cursor = skr_cursor_of(bytes + 5, 4);
    uint32_t n_text = skr_cursor_u32(&cursor);
    size_t n_max = skr_import_memory_header(vcf->n_memory);
    if (n_text > n_max)
        return skr_vcf_fail_size(vcf, "the header", n_max, err);
    SKR_TRY(skr_vcf_bytes_need(&vcf->bytes, N_MAGIC + (size_t)n_text, &bytes, &n, err));
    if (n < N_MAGIC + (size_t)n_text)
        return damaged_header(vcf, err);
    /* The text is ended where it lies; after it are records, or spare bytes. */
    uint8_t behind = bytes[N_MAGIC + (size_t)n_text];
    bytes[N_MAGIC + (size_t)n_text] = '\0';
    int status = parse_text(vcf, (char *)bytes + N_MAGIC, err);
    bytes[N_MAGIC + (size_t)n_text] = behind;
    vcf->bytes.at += N_MAGIC + (size_t)n_text;
    return status;
}
