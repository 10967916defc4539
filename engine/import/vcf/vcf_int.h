/*
 * vcf_int.h - the reader of VCF and BCF from inside: its parts, each with the file that fills it.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_VCF_INT_H
#define SKR_ENGINE_IMPORT_VCF_VCF_INT_H

#include <htslib/bgzf.h>
#include <htslib/hts.h>
#include <htslib/vcf.h>

#include "engine/import/vcf/import_memory.h"
#include "engine/import/vcf/vcf.h"
#include "engine/import/vcf/vcf_bytes.h"
#include "storage/base/buffer.h"
#include "storage/base/limits.h"

/* Fields of FORMAT that are looked at. */
typedef enum skr_vcf_field {
    SKR_VCF_GT,
    SKR_VCF_NUMBERS, /* those of skr_gate_tag, one after the other */
    SKR_VCF_AD = SKR_VCF_NUMBERS + SKR_N_GATE_TAGS,
    SKR_VCF_FT,
    SKR_VCF_LEN,
    SKR_VCF_PS,
    SKR_VCF_PSL,
    SKR_VCF_LGT,
    SKR_VCF_LAA,
    SKR_VCF_LAD,
    SKR_VCF_OTHER,
    SKR_VCF_N_FIELDS = SKR_VCF_OTHER,
} skr_vcf_field;

/* The tag of a field, and of one of INFO that holds annotations. */
const char *skr_vcf_tag(skr_vcf_field field);
const char *skr_vcf_note_tag(skr_vcf_note note);

/* A FORMAT column, read once and kept as long as the next record has the same: vcf_cells.c. */
typedef struct skr_vcf_format {
    char *text;
    size_t n_text;
    uint32_t n;
    uint8_t field[SKR_VCF_FORMAT_MAX]; /* skr_vcf_field */
    bool is_number[SKR_VCF_FORMAT_MAX];
    bool has[SKR_VCF_N_FIELDS];
} skr_vcf_format;

/* What the header says: vcf_header.c. */
typedef struct skr_vcf_header {
    unsigned version;  /* as skr_vcf_version */
    bool is_read;      /* all of it; text */
    size_t n_bytes;    /* of its lines so far; text */
    size_t n_declared; /* bytes that what it declares takes, about */
    skr_names contigs; /* that have a length */
    uint32_t *lengths; /* by number in contigs */
    uint32_t n_lengths_max;
    skr_names hints;                     /* as skr_vcf_hints */
    char producer[SKR_VCF_PRODUCER_MAX]; /* as skr_vcf_producer */
    char *notes[SKR_VCF_N_NOTES];        /* as skr_vcf_description */
    char tools[SKR_VCF_TOOLS_MAX];       /* as skr_vcf_tools */
    skr_names numeric_tags; /* FORMAT tags that it declares as Integer or Float; text */
} skr_vcf_header;

/* Fields of INFO that are looked at. */
typedef enum skr_vcf_info {
    SKR_VCF_INFO_END,
    SKR_VCF_INFO_SVLEN,
    SKR_VCF_INFO_END2,
    SKR_VCF_INFO_CHR2,
    SKR_VCF_INFO_DP,
    SKR_VCF_INFO_MIN_DP,
    SKR_VCF_INFO_NOTES, /* those of skr_vcf_note, one after the other */
    SKR_VCF_N_INFO = SKR_VCF_INFO_NOTES + SKR_VCF_N_NOTES,
} skr_vcf_info;

/* What a number of BCF stands for that the header gives to no tag. */
#define SKR_VCF_NO_TAG UINT8_MAX

/* A tag of the header by its number in BCF. */
typedef struct skr_vcf_bcf_tag {
    uint8_t format; /* skr_vcf_field, SKR_VCF_OTHER, or SKR_VCF_NO_TAG */
    uint8_t info;   /* skr_vcf_info, SKR_VCF_N_INFO, or SKR_VCF_NO_TAG */
    uint8_t filter; /* skr_filter + 1; 0: nobody asked yet */
} skr_vcf_bcf_tag;

/* What BCF needs besides: vcf_bcf.c. */
typedef struct skr_vcf_binary {
    bcf_hdr_t *header;     /* without samples */
    skr_vcf_bcf_tag *tags; /* n_tags of them */
    uint32_t n_tags;
    uint8_t no_filter;   /* skr_filter + 1 of a record without a filter; 0: nobody asked yet */
    int32_t last_contig; /* number of it in the header, -1: none yet */
    skr_buffer alleles;  /* REF and ALTs */
    skr_values ad;
    skr_values ps;
    skr_values len;
    skr_values laa;
    skr_values lad;
} skr_vcf_binary;

/* What a sample says by its local alleles: vcf_local.c. Texts end at ':', a tab, or n bytes. */
typedef struct skr_vcf_local {
    const char *lgt; /* NULL: not said */
    uint32_t n_lgt;
    const char *laa; /* text; NULL: not said */
    const char *lad;
} skr_vcf_local;

/* Room for the lists of a record: vcf_record.c. Those of one a sample are made when a record needs
 * them. */
typedef struct skr_vcf_room {
    const char **alts;
    uint32_t n_alts_max;
    int64_t *svlens;
    uint32_t n_svlens_max;
    uint8_t *gt;
    size_t n_gt_max; /* bytes */
    float *numbers[SKR_N_GATE_TAGS];
    uint8_t *ft;
    const char **ad;      /* text: where the AD of each sample begins, NULL without one */
    int64_t *ps;          /* text: of each sample */
    int64_t *len;         /* text: of each sample */
    uint8_t *missing;     /* of each sample: all of its fields are */
    skr_vcf_local *local; /* of each sample */
} skr_vcf_room;

struct skr_vcf {
    skr_vcf_where where;
    const skr_gate *gate;
    size_t n_memory; /* import_memory.h */
    skr_vcf_bytes bytes;
    skr_vcf_header header;
    skr_names samples;
    skr_names contigs;    /* that records have used */
    uint32_t last_contig; /* of the record before, most often the same */
    skr_vcf_format format;
    skr_vcf_binary bcf;
    skr_vcf_room room;
    skr_vcf_record record;
    bool is_gvcf;
    bool is_for_notes; /* as skr_vcf_plan.is_for_notes */
    bool uses_len;     /* as skr_vcf_record.uses_len */
    bool declares_len; /* the header has FORMAT/LEN */
    bool is_ad_local;  /* the record has LAD in the place of AD */
    float info_dp;     /* of the record, NAN: none */
    float info_min_dp;
    bool has_pushed; /* a record was read ahead and is the next */
    bool is_at_end;
};

#endif
