/*
 * limits.h - every limit in the program, each with its reason; nowhere else.
 */
#ifndef SKR_STORAGE_BASE_LIMITS_H
#define SKR_STORAGE_BASE_LIMITS_H

#include <stdint.h>

/* Ordinals and indexes are 32-bit; this one means "none". */
#define SKR_NONE UINT32_MAX

/* What a store makes, before the umask: whoever can read its files can read every genotype. */
#define SKR_STORE_FILE_MODE 0640
#define SKR_STORE_FOLDER_MODE 0750

#define SKR_INDIVIDUALS_MAX 100000000u
#define SKR_SAMPLES_MAX 100000000u

/* Places are 32-bit, 0-based; the longest contig in use is below 3e9 and htslib's BCF has 31 bits.
 */
#define SKR_CONTIG_LENGTH_MAX 0x7ffffffeu

/* A block never decodes to more than this: readers size their buffers by it. */
#define SKR_BLOCK_RAW_MAX (64u << 20)

/* Names of samples, individuals, datasets, contigs, genes: long enough for any registry's. */
#define SKR_NAME_MAX 1024u

/* A CURIE, and all of a list, in bytes with their NULs: longer than any ontology's. */
#define SKR_CURIE_MAX 1024
#define SKR_CURIES_MAX 16384

/* REF or ALT longer than this is refused; 25 kb occur in real data. */
#define SKR_ALLELE_MAX (1u << 24)

/* Copies of one sample in one genotype; 9 occur in real mitochondrial data. */
#define SKR_PLOIDY_MAX 200u

/* Names of one kind, such as the ids of biosamples: a hash table of twice as many has 31 bits. */
#define SKR_NAMES_MAX (1u << 30)

/* Contigs of an assembly: draft assemblies hold hundreds of thousands. */
#define SKR_CONTIGS_MAX 4000000u

/* Memory that the files of an import may make it take, beside what each sample needs: --memory. The
 * largest sound lines (lists of reads, annotations of thousands of transcripts) have a few MiB. */
#define SKR_IMPORT_MEMORY_MIB 512u
#define SKR_IMPORT_MEMORY_MIB_MIN 64u

/* Bytes of a line or record for each sample: PL of 50 ALTs has 1,326 numbers; most cells have 100.
 */
#define SKR_SAMPLE_TEXT_MAX 4096u

/* A manifest names files, not people: larger than this is damage. */
#define SKR_MANIFEST_SIZE_MAX (256u << 20)

/* The last second of the year 9999: a time beyond it is damage, and has no four digits. */
#define SKR_TIME_S_MAX UINT64_C(253402300799)

/* A request over HTTP. jansson blows small values up 80-fold, hence the tokens; real requests nest
 * 6 deep and bring a dozen filters, a page of a portal's form brings fewer than 100. */
#define SKR_JSON_DEPTH_MAX 16u
#define SKR_JSON_TOKENS_MAX 20000u
#define SKR_FILTERS_MAX 256u
#define SKR_URI_MAX 16384u
#define SKR_URI_WORDS_MAX 100u
#define SKR_HEADERS_MAX (64u << 10)

#endif
