/*
 * Every format of genes gives the same ranges; what is malformed is refused with its place.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/load_store.h"

#define FOUND_MAX 500u

static load_store s;

static void set_up(void)
{
    load_store_init(&s);
}

static void tear_down(void)
{
    load_store_done(&s);
}

TestSuite(import_genes, .init = set_up, .fini = tear_down);

static void append_gene(void *found, const skr_gene *gene)
{
    size_t at = strlen(found);
    snprintf((char *)found + at, FOUND_MAX - at, "%s/%s %s:%u-%u ", gene->name, gene->id,
             gene->contig, gene->start0, gene->end0);
}

/* "NAME/ID contig:start-end " of all genes. */
static void expect_genes(const char *name, const char *text, const char *expected)
{
    char found[FOUND_MAX] = "";
    cr_assert(eq(int, load_text(&s, skr_import_genes, "GRCh38", name, text), SKR_OK), "%s",
              s.err.message);
    load_store_open(&s);
    cr_assert(eq(int, skr_gene_table_visit(s.genes, append_gene, found, &s.err), SKR_OK));
    cr_assert(eq(str, found, (char *)expected), "%s", text);
}

Test(import_genes, reads_every_format)
{
    expect_genes("a.txt", "NM_1\tchr1\t10\t20\tA\nNM_2\tchr1\t15\t30\tA\nNM_3\tchrX\t1\t2\tB\n",
                 "A/ 1:10-30 B/ X:1-2 ");
    expect_genes("numbers.txt", "NM_1\t1\t10\t20\tA\nNM_2\tX\t1\t2\tB\n", "A/ 1:10-20 B/ X:1-2 ");
    expect_genes("numbers.bed", "1\t10\t20\t7157\t0\t+\n1\t30\t40\t672\t.\t-\n",
                 "672/ 1:30-40 7157/ 1:10-20 ");
    expect_genes("a.bed", "track name=x\nchr1\t10\t20\tA\t0\t+\nchrM\t5\t9\tB\n",
                 "A/ 1:10-20 B/ MT:5-9 ");
    expect_genes("refGene.txt",
                 "585\tNM_1\tchr1\t+\t10\t20\t10\t20\t1\t10,\t20,\t0\tA\tcmpl\tcmpl\t0,\n",
                 "A/ 1:10-20 ");
    expect_genes("refGene.txt",
                 "#bin\tname\tchrom\tstrand\ttxStart\ttxEnd\tcdsStart\tcdsEnd\texonCount\t"
                 "exonStarts\texonEnds\tscore\tname2\n"
                 "585\tNM_1\tchr1\t+\t10\t20\t10\t20\t1\t10,\t20,\t0\tA\n",
                 "A/ 1:10-20 ");
    expect_genes("refFlat.txt", "A\tNM_1\tchr1\t-\t10\t20\t10\t20\t1\t10,\t20,\n", "A/ 1:10-20 ");
    expect_genes("genePred.txt",
                 "NM_1\tchr1\t-\t10\t20\t10\t20\t1\t10,\t20,\t0\tA\tcmpl\tcmpl\t0,\n",
                 "A/ 1:10-20 ");
    expect_genes("g.tsv",
                 "gene_id\tgene_symbol\tgene_type\tchrom\tstart\tend\n"
                 "ENSG1.5\tA\tprotein_coding\t1\t10\t20\nENSG2.1\t\tmiRNA\tMT\t1\t2\n",
                 "A/ENSG1 1:10-20 ENSG2.1/ENSG2 MT:1-2 ");
    expect_genes("g.gtf",
                 "#!genome\n1\th\tgene\t11\t20\t.\t+\t.\tgene_id \"ENSG1.5\"; gene_name \"A\"; tag "
                 "\"x; y\";\n"
                 "1\th\ttranscript\t11\t30\t.\t+\t.\tgene_id \"ENSG1.5\"; transcript_id \"T1\"; "
                 "gene_name \"A\";\n1\th\texon\t11\t12\t.\t+\t.\tgene_id \"ENSG1.5\"; "
                 "transcript_id \"T1\";\n",
                 "A/ENSG1 1:10-30 ");
    expect_genes("exons.gtf",
                 "chr1\th\texon\t11\t12\t.\t+\t.\tgene_id \"A\"; transcript_id \"T1\";\n"
                 "chr1\th\texon\t19\t20\t.\t+\t.\tgene_id \"A\"; transcript_id \"T1\";\n"
                 "chr2\th\texon\t5\t6\t.\t+\t.\tgene_id \"A\"; transcript_id \"T1\";\n",
                 "A/A 1:10-20 A/A 2:4-6 ");
    expect_genes(
        "g.gff3",
        "##gff-version 3\nNC_000001.11\tR\tgene\t11\t20\t.\t+\t.\tID=gene-A%2CB;Name=A%2CB\n"
        "1\te\tncRNA_gene\t5\t6\t.\t+\t.\tID=gene:ENSG7;Name=C\n"
        "1\te\tmRNA\t5\t60\t.\t+\t.\tID=t;Parent=gene:ENSG7\n##FASTA\n>1\nACGT\n",
        "A,B/ 1:10-20 C/ENSG7 1:4-6 ");
}

#define EXON(contig, start, end, strand, more)                                                     \
    contig "\tx\texon\t" start "\t" end "\t.\t" strand                                             \
           "\t.\tgene_id \"A\"; transcript_id \"T\"" more ";\n"
#define NUMBER(n) "; exon_number \"" n "\""

/*
 * alexdobin/STAR#482, mutalyzer/mutalyzer2#341: one transcript id at several places, of which a
 * reader makes one that holds all that lies between.
 */
Test(import_genes, places_of_a_transcript_are_apart)
{
    static const struct {
        const char *what;
        const char *text;
        const char *expected;
    } cases[] = {
        {"an intron belongs to the gene",
         EXON("1", "11", "20", "+", "") EXON("1", "900001", "900010", "+", ""), "A/A 1:10-900010 "},
        {"another strand is another place",
         EXON("1", "11", "20", "+", "") EXON("1", "31", "40", "+", "")
             EXON("1", "1011", "1020", "-", "") EXON("1", "1031", "1040", "-", ""),
         "A/A 1:10-40 A/A 1:1010-1040 "},
        {"in any order of the lines",
         EXON("1", "1031", "1040", "-", "") EXON("1", "31", "40", "+", "")
             EXON("1", "11", "20", "+", "") EXON("1", "1011", "1020", "-", ""),
         "A/A 1:10-40 A/A 1:1010-1040 "},
        {"a number that comes again begins another place",
         EXON("1", "11", "20", "+", NUMBER("1")) EXON("1", "31", "40", "+", NUMBER("2")) EXON(
             "1", "1011", "1020", "+", NUMBER("1")) EXON("1", "1031", "1040", "+", NUMBER("2")),
         "A/A 1:10-40 A/A 1:1010-1040 "},
        {"also counted down",
         EXON("1", "1031", "1040", "-", NUMBER("1")) EXON("1", "1011", "1020", "-", NUMBER("2"))
             EXON("1", "31", "40", "-", NUMBER("1")) EXON("1", "11", "20", "-", NUMBER("2")),
         "A/A 1:10-40 A/A 1:1010-1040 "},
        {"numbers in any order are one place",
         EXON("1", "11", "20", "+", NUMBER("3")) EXON("1", "31", "40", "+", NUMBER("1"))
             EXON("1", "1011", "1020", "+", NUMBER("2")),
         "A/A 1:10-1020 "},
        {"the same lines twice are one place",
         EXON("1", "11", "20", "+", NUMBER("1")) EXON("1", "31", "40", "+", NUMBER("2"))
             EXON("1", "11", "20", "+", NUMBER("1")) EXON("1", "31", "40", "+", NUMBER("2")),
         "A/A 1:10-40 "},
        {"contigs are apart",
         EXON("X", "11", "20", "+", "") EXON("X", "31", "40", "+", "") EXON("Y", "1", "9", "+", ""),
         "A/A X:10-40 A/A Y:0-9 "},
        {"a gene's own line says it all",
         EXON("1", "11", "20", "+", "")
             EXON("1", "1031", "1040", "-", "") "1\tx\tgene\t5\t50\t.\t+\t.\tgene_id \"A\";\n",
         "A/A 1:4-50 "},
        {"what has no line of its own beside genes that have one is not lost",
         "1\tx\tgene\t5\t50\t.\t+\t.\tgene_id \"B\";\n" EXON("1", "11", "20", "+", ""),
         "A/A 1:10-20 B/B 1:4-50 "},
        {"transcripts with lines of their own, at two places",
         "1\tx\ttranscript\t5\t50\t.\t+\t.\tgene_id \"A\"; transcript_id \"T\";\n"
         "1\tx\ttranscript\t1005\t1050\t.\t+\t.\tgene_id \"A\"; transcript_id \"T\";\n" EXON(
             "1", "11", "20", "+", "") EXON("1", "1011", "1020", "+", ""),
         "A/A 1:4-50 A/A 1:1004-1050 "},
        {"exons of GFF3, by gene and Parent",
         "1\tx\texon\t11\t20\t.\t+\t.\tID=e1;Parent=rna-T;gene=G\n"
         "1\tx\texon\t31\t40\t.\t+\t.\tID=e2;Parent=rna-T;gene=G\n"
         "1\tx\texon\t1011\t1020\t.\t-\t.\tID=e3;Parent=rna-T;gene=G\n",
         "G/ 1:10-40 G/ 1:1010-1020 "},
        {"genes of GFF3 with one name at two places",
         "1\tx\tgene\t11\t20\t.\t+\t.\tID=gene-G;Name=G\n"
         "1\tx\tgene\t1011\t1020\t.\t-\t.\tID=gene-G-2;Name=G\n"
         "1\tx\texon\t11\t20\t.\t+\t.\tID=e1;Parent=rna-T;gene=G\n"
         "1\tx\texon\t1011\t1020\t.\t-\t.\tID=e3;Parent=rna-T;gene=G\n",
         "G/ 1:10-20 G/ 1:1010-1020 "},
        {"refGene: a line a place",
         "585\tNR_9\tchr1\t+\t100\t400\t400\t400\t1\t100,\t400,\t0\tM\n"
         "585\tNR_9\tchr1\t+\t90100\t90400\t90400\t90400\t1\t90100,\t90400,\t0\tM\n",
         "M/ 1:100-400 M/ 1:90100-90400 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_genes("a.gtf", cases[i].text, cases[i].expected);
}

Test(import_genes, refuses_what_is_malformed)
{
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"", "no genes"},
        {"hello\n", "neither GTF"},
        {"chr1\t20\t10\tA\n", "line 1: 20 to 10 is no range"},
        {"chr1\t10\t10\tA\n", "no range"},
        {"chr1\t10\t99999999999\tA\n", "no range"},
        {"chr1\t10\t20\tA\nchr1\tx\t20\tA\n", "line 2: \"x\" to"},
        {"chr1\t10\t20\tA\nchr1\t5\n", "only 2 columns"},
        {"\t10\t20\tA\n", "line 1"},
        {"1\th\tgene\t11\t20\t.\t+\t.\tgene_id \"E\"\n1\th\tgene\n", "3 columns where 9"},
        {"1\th\tgene\t0\t20\t.\t+\t.\tgene_id \"E\"\n", "0 to 20 is no range"},
        {"1\th\tgene\t11\t20\t.\t+\t.\t\n", "no genes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = load_text(&s, skr_import_genes, "GRCh38", "x.dat", cases[i].text);
        cr_assert(eq(int, status, SKR_ERR_INPUT), "%s", cases[i].text);
        cr_assert(ne(ptr, strstr(s.err.message, cases[i].words), NULL), "%s", s.err.message);
        cr_assert(ne(ptr, strstr(s.err.message, "x.dat"), NULL), "%s", s.err.message);
    }
}

Test(import_genes, need_an_assembly)
{
    cr_assert(eq(int, load_text(&s, skr_import_genes, NULL, "a.bed", "chr1\t10\t20\tA\n"),
                 SKR_ERR_USAGE));
    expect_genes("a.bed", "chr1\t10\t20\tA\n", "A/ 1:10-20 ");
    expect_genes("b.bed", "chr1\t10\t20\tB\n", "B/ 1:10-20 "); /* replaces */
}
