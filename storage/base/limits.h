/*
 * limits.h - every limit on what comes in and what a store holds, each with its reason.
 *
 * What follows from the format of a store stands in format.h, and the sizes of our own buffers,
 * batches and pools where they are used: nobody is refused for those.
 */
#ifndef SKR_STORAGE_BASE_LIMITS_H
#define SKR_STORAGE_BASE_LIMITS_H

#include <stdint.h>

/* Ordinals and indexes are 32-bit; this one means "none". */
#define SKR_NONE UINT32_MAX

/* What a store makes, before the umask: whoever can read its files can read every genotype. */
#define SKR_STORE_FILE_MODE 0640
#define SKR_STORE_FOLDER_MODE 0750

/* Far more than anybody has sequenced; flags fit beside a number in 32 bits. */
#define SKR_INDIVIDUALS_MAX 100000000u
#define SKR_SAMPLES_MAX 100000000u

/* Datasets that people may be said of. */
#define SKR_PEOPLE_DATASETS_MAX 1000000u

/* Karyotypes that may occur in one segment: a hundred times as many as are known. */
#define SKR_KARYOTYPES_MAX 256u

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

/* Alleles of a record: what 16-bit genotypes can name. Tags of one FORMAT: real ones
 * have a few dozen at most. */
#define SKR_VCF_ALTS_MAX 16000u
#define SKR_VCF_FORMAT_MAX 512u

/* A line of the sheet of --samples, and a path in it, which is as long as Linux takes. */
#define SKR_SHEET_LINE_MAX (1u << 20)
#define SKR_SHEET_PATH_MAX 4096u

/* What one person's record may have in JSON and in the store: 4 MB are usual at most, and nobody
 * has a million facts. */
#define SKR_RECORD_MAX (64u << 20)

/* Tables of people and genes: a line, the columns of one and the fields of the other. */
#define SKR_TEXT_LINE_MAX (16u << 20)
#define SKR_TABLE_COLUMNS_MAX 4096
#define SKR_GENES_FIELDS_MAX 64

/* A document of JSON as a whole, and what lies within each other in it: the largest ontologies
 * have about 1 GB. */
#define SKR_DOCUMENT_MAX (UINT64_C(2) << 30)
#define SKR_DOCUMENT_DEPTH_MAX 200

/* A packed file: archives within each other, how many times longer the text may be (it rarely
 * exceeds 30, and deflate cannot exceed 1032), and the text of all of its members. */
#define SKR_ARCHIVE_DEPTH_MAX 32
#define SKR_ARCHIVE_GROWTH_MAX 1000
#define SKR_ARCHIVE_PLAIN_MAX (UINT64_C(64) << 30)

/* What is sealed (Crypt4GH): keys of ours; packets of a header, for each reader one or two, the
 * bytes of one and of all, and the items of an edit list, two for each stretch of a file; a .zip,
 * which is read here and there and so is held in memory. */
#define SKR_SEAL_KEYS_MAX 64u
#define SKR_SEAL_PACKETS_MAX 1024u
#define SKR_SEAL_PACKET_MAX (1u << 20)
#define SKR_SEAL_HEADER_MAX (4u << 20)
#define SKR_SEAL_EDITS_MAX 65536u
#define SKR_SEAL_ZIP_MAX ((size_t)1 << 30)

/* The prefix that most terms of an ontology have, and the steps from a retired id to the one in
 * force: a longer chain goes in a circle. */
#define SKR_PREFIX_MAX 63u
#define SKR_RETIRED_HOPS_MAX 64

/* A question longer than this is refused; thousands of variants fit. Parentheses and `not` within
 * each other: nobody writes more by hand. A file of ids: a hundred million of ten letters. */
#define SKR_QUERY_BYTES_MAX (1u << 20)
#define SKR_QUERY_DEPTH_MAX 200u
#define SKR_QUERY_FILE_MAX (1ull << 30)

/* A configuration, and the numbers of a policy: far beyond what hides anybody. */
#define SKR_CONFIG_MAX (1u << 20)
#define SKR_POLICY_NUMBER_MAX 1000000u

/* A Beacon request that `skerry explain` reads from a file. */
#define SKR_EXPLAIN_REQUEST_MAX (4u << 20)

/* What is told of a dataset, as JSON: so few bytes cannot hold too many tokens for an answer. */
#define SKR_ABOUT_MAX (16u << 10)

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
