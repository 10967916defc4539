/*
 * import_evidence.c - what a delivery says of its assembly, against what --assembly says.
 *
 * The lengths of chromosomes and the versions of accessions decide. A name in ##reference or
 * assembly= counts where those are silent: headers are copied, and outlive a change of assembly.
 */
#include "engine/import/genomes/import_evidence.h"

#include <string.h>

#include "engine/import/genomes/import_callable.h"
#include "engine/import/genomes/import_watch.h"
#include "index/contigs/contig.h"

static const skr_assembly *assembly_of(const skr_import *import)
{
    return &import->manifest->assemblies[import->assembly];
}

/* ------------------------------------------------------------------ lengths */

int skr_import_evidence_length(const skr_import *import, const char *source, const char *contig,
                               uint32_t length, skr_length_says *ret_says, skr_err *err)
{
    const skr_build *other = NULL;
    const skr_chromosome *own = skr_assembly_build_chromosome(import->build, contig);
    *ret_says = skr_assembly_length_judge(import->build, contig, length, &other);
    if (*ret_says != SKR_LENGTH_OTHER || import->build == NULL)
        return SKR_OK;
    if (own->length == 0)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: contig %s is %u long, which is assembly %s; --assembly says %s",
                        source, contig, length, other->name, import->build->name);
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: contig %s is %u long, which is assembly %s; --assembly says %s, where it "
                    "is %u",
                    source, contig, length, other->name, import->build->name, own->length);
}

/* A length that is nobody's: an excerpt, a header that was made up. With a reference REF decides.
 */
static void warn_strange(skr_import *import, const skr_import_file *file, const char *contig,
                         uint32_t length)
{
    if (import->found.has_strange_length || import->reference.fasta != NULL ||
        import->reference.old != NULL)
        return;
    import->found.has_strange_length = true;
    skr_import_watch_warn(
        import,
        "%s: contig %s is %u long here, and %u in assembly %s: is this a part of it, "
        "with places of its own?",
        file->name, contig, length, skr_assembly_build_chromosome(import->build, contig)->length,
        import->build->name);
}

/* An assembly under a name of its own whose lengths are those of a known one. */
static void warn_known(skr_import *import, const skr_import_file *file, const char *contig,
                       uint32_t length)
{
    const skr_build *other = NULL;
    if (import->found.has_known_length ||
        skr_assembly_length_judge(NULL, contig, length, &other) != SKR_LENGTH_OTHER)
        return;
    import->found.has_known_length = true;
    skr_import_watch_warn(import,
                          "%s: contig %s is %u long, as in %s: say --assembly %s if it is that",
                          file->name, contig, length, other->name, other->name);
}

/* The length that the header gives one contig. *ret_agrees: it is that of the assembly. */
static int check_contig(skr_import *import, const skr_import_file *file, const char *written,
                        uint32_t length, bool *ret_agrees, skr_err *err)
{
    char canonical[SKR_NAME_MAX + 1];
    skr_length_says says;
    int status = skr_contig_canonical(import->build, written, canonical, sizeof canonical, err);
    if (status != SKR_OK)
        return skr_fail_in(err, status, "%s", file->name);
    const char *meaning = skr_contig_numbered(import->build, canonical);
    const char *contig = meaning != NULL ? meaning : canonical;
    SKR_TRY(skr_import_evidence_length(import, file->name, contig, length, &says, err));
    SKR_TRY(skr_import_callable_declare(import, contig, length, err));
    if (says == SKR_LENGTH_STRANGE && meaning == NULL)
        warn_strange(import, file, contig, length);
    if (says == SKR_LENGTH_OTHER)
        warn_known(import, file, contig, length);
    *ret_agrees = says == SKR_LENGTH_AGREES;
    return SKR_OK;
}

/* The lengths of the header; *ret_n_agree: how many are those of the assembly. */
static int check_lengths(skr_import *import, const skr_import_file *file, const skr_vcf *vcf,
                         uint32_t *ret_n_agree, skr_err *err)
{
    const skr_names *contigs = skr_vcf_header_contigs(vcf);
    *ret_n_agree = 0;
    for (uint32_t i = 0; i < contigs->n; i++) {
        bool agrees = false;
        const char *written = contigs->texts[i];
        SKR_TRY(
            check_contig(import, file, written, skr_vcf_contig_length(vcf, written), &agrees, err));
        *ret_n_agree += agrees;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ words */

/*
 * The names in the header. The example of the VCF specification says NCBI36 and is copied into
 * headers of files of other assemblies, so that name alone refuses nothing.
 */
static int check_hints(skr_import *import, const skr_import_file *file, const skr_vcf *vcf,
                       uint32_t n_agree, skr_err *err)
{
    const skr_names *hints = skr_vcf_hints(vcf);
    for (uint32_t i = 0; i < hints->n && import->build != NULL; i++) {
        const skr_build *said = skr_assembly_build_hint(strchr(hints->texts[i], '=') + 1);
        if (said == NULL || said == import->build)
            continue;
        if (n_agree == 0 && strcmp(said->name, "NCBI36") != 0)
            return skr_fail(err, SKR_ERR_INPUT,
                            "%s: the header says '%.200s', which is assembly %s; --assembly says "
                            "%s",
                            file->name, hints->texts[i], said->name, import->build->name);
        skr_import_watch_warn(import, "%s: the header says '%.200s', which is assembly %s, not %s",
                              file->name, hints->texts[i], said->name, import->build->name);
    }
    return SKR_OK;
}

int skr_import_evidence_header(skr_import *import, const skr_import_file *file, const skr_vcf *vcf,
                               skr_err *err)
{
    uint32_t n_agree;
    SKR_TRY(check_lengths(import, file, vcf, &n_agree, err));
    return check_hints(import, file, vcf, n_agree, err);
}

/* ------------------------------------------------------------------ contigs */

/* A number for X, Y, the PAR or MT is understood if the header gives it that one's length. */
static int prove_number(const skr_import *import, const skr_import_file *file, const char *written,
                        const char *meaning, uint32_t length, skr_err *err)
{
    const skr_chromosome *meant = skr_assembly_build_chromosome(import->build, meaning);
    if (length != 0 && length == meant->length)
        return SKR_OK;
    if (length != 0)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: %s has no contig %s; some programs write it for %s, but it is %u long "
                        "and %s has %u: call it by its name (bcftools annotate --rename-chrs)",
                        file->name, import->build->name, written, meaning, length, meaning,
                        meant->length);
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: %s has no contig %s; if it is %s, as some programs write it, call it so "
                    "(bcftools annotate --rename-chrs), or give its length in ##contig",
                    file->name, import->build->name, written, meaning);
}

/* Two deliveries must not give a contig two lengths. Chromosomes of the table are checked there. */
static int check_stored_length(const skr_import *import, const skr_import_file *file,
                               uint32_t contig, uint32_t length, skr_err *err)
{
    const skr_contig *stored = &assembly_of(import)->contigs[contig];
    if (length == 0 || stored->length == 0 || stored->length == length ||
        skr_assembly_build_chromosome(import->build, stored->name) != NULL)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: contig %s is %u long here and %u in what was imported before: that is "
                    "another assembly than %s",
                    file->name, stored->name, length, stored->length, assembly_of(import)->name);
}

int skr_import_evidence_contig(const skr_import *import, const skr_import_file *file,
                               const skr_vcf *vcf, const char *written, char *canonical,
                               bool *ret_is_rejected, skr_err *err)
{
    uint32_t contig;
    uint32_t length = skr_vcf_contig_length(vcf, written);
    int status =
        skr_contig_find(import->build, assembly_of(import), written, &contig, canonical, err);
    if (status != SKR_OK)
        return skr_fail_in(err, status, "%s", file->name);
    /* A file that has both spellings means two contigs. */
    if (contig != SKR_NONE && strcmp(canonical, written) != 0 &&
        skr_assembly_build_chromosome(import->build, canonical) == NULL &&
        skr_vcf_contig_length(vcf, canonical) != 0) {
        status = skr_contig_canonical(import->build, written, canonical, SKR_NAME_MAX + 1, err);
        contig = skr_manifest_find_contig(assembly_of(import), canonical);
    }
    const char *meaning = skr_contig_numbered(import->build, canonical);
    if (status == SKR_OK && meaning != NULL) {
        status = prove_number(import, file, written, meaning, length, err);
        memcpy(canonical, meaning, strlen(meaning) + 1);
        contig = skr_manifest_find_contig(assembly_of(import), canonical);
    }
    const skr_chromosome *known = skr_assembly_build_chromosome(import->build, canonical);
    *ret_is_rejected = known != NULL && strcmp(canonical, "MT") == 0 && known->length != 0 &&
                       length != 0 && length != known->length;
    if (status == SKR_OK && contig != SKR_NONE)
        status = check_stored_length(import, file, contig, length, err);
    return status;
}
