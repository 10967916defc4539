/*
 * vcf_stream.h - judges a stream by its bytes while it is being kept, so that one that is no
 * VCF or never ends a line is refused before it fills the disk.
 *
 * Only what tells without reading records is looked at: the first bytes, unpacked if they are; of
 * text the length of lines, NUL bytes, and how many columns the first record has; of plain BCF the
 * lengths. What passes is read like a file, which judges the rest. Of what is packed nothing but
 * the first bytes is looked at.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_VCF_STREAM_H
#define SKR_ENGINE_IMPORT_VCF_VCF_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

/* Zero-initialise, then set the first two. */
typedef struct skr_vcf_stream {
    const char *name; /* for messages */
    size_t n_memory;  /* import_memory.h */
    bool has_begun;
    bool is_packed;
    bool is_bcf;
    uint64_t n_ended;   /* lines of text, records of BCF */
    size_t n_line;      /* bytes of the present line */
    size_t n_header;    /* of those before it, up to the line of the columns */
    char start[2];      /* of the present line */
    uint32_t n_tabs;    /* of the present line, as long as columns are counted */
    uint32_t n_columns; /* 0: their line has not come */
    bool has_record;    /* the columns of one were counted */
    uint64_t n_skip;    /* BCF: bytes until the next lengths */
    uint8_t lengths[9]; /* of a record, or magic and length of the header */
    unsigned n_lengths; /* bytes of them that are there */
} skr_vcf_stream;

/*
 * Looks at the next n bytes; the first time at as many as the stream has, up to 64 KiB or more.
 * Errors: INPUT naming name and place; NOT_YET; NOMEM.
 */
SKR_MUST_USE int skr_vcf_stream_look(skr_vcf_stream *stream, const uint8_t *bytes, size_t n,
                                     skr_err *err);

#endif
