/*
 * plan_name.c - contigs and alleles that a question names: which ones of the store they are.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/plan/plan_condition.h"
#include "index/contigs/contig.h"
#include "index/keys/variant_key.h"
#include "index/keys/variant_spelling.h"
#include "index/keys/variant_structural.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/suggest.h"

static int unknown_contig(const skr_plan *plan, const skr_expr *node, const char *name,
                          const char *canonical, skr_err *err)
{
    skr_suggest suggest;
    char text[SKR_SUGGEST_TEXT_MAX];
    const skr_assembly *assembly = &plan->snapshot->manifest->assemblies[plan->assembly];
    skr_suggest_init(&suggest, canonical);
    for (uint32_t i = 0; i < assembly->n_contigs; i++)
        skr_suggest_offer(&suggest, assembly->contigs[i].name);
    skr_fail(err, SKR_ERR_QUERY, "%s has no contig '%s'%s", assembly->name, name,
             skr_suggest_text(&suggest, text));
    skr_query_point(err, node->source, node->at, node->n_at);
    return SKR_ERR_QUERY;
}

/*
 * The contig of the plan's assembly, SKR_NONE if the store has nothing on it. In a question a
 * number after the autosomes can only be X, Y or MT.
 */
static int find_contig(const skr_plan *plan, const char *name, uint32_t *ret_contig,
                       char *canonical, skr_err *err)
{
    *ret_contig = SKR_NONE;
    if (plan->assembly == SKR_NONE)
        return skr_contig_canonical(NULL, name, canonical, SKR_NAME_MAX + 1, err);
    const skr_assembly *assembly = &plan->snapshot->manifest->assemblies[plan->assembly];
    int status = skr_contig_find(plan->build, assembly, name, ret_contig, canonical, err);
    const char *meaning = skr_contig_numbered(plan->build, canonical);
    return status < 0 || meaning == NULL
               ? status
               : skr_contig_find(plan->build, assembly, meaning, ret_contig, canonical, err);
}

int skr_plan_contig(const skr_plan *plan, const skr_expr *node, const char *name,
                    uint32_t *ret_contig, char **ret_canonical, skr_err *err)
{
    char canonical[SKR_NAME_MAX + 1];
    uint32_t contig;
    int status = find_contig(plan, name, &contig, canonical, err);
    if (status == SKR_ERR_INPUT) {
        if (err != NULL)
            err->code = SKR_ERR_QUERY;
        skr_query_point(err, node->source, node->at, node->n_at);
        return SKR_ERR_QUERY;
    }
    if (status < 0)
        return status;
    if (plan->assembly != SKR_NONE && contig == SKR_NONE &&
        skr_assembly_build_chromosome(plan->build, canonical) == NULL)
        return unknown_contig(plan, node, name, canonical, err);
    char *copy = strdup(canonical);
    if (copy == NULL)
        return skr_fail_nomem(err, "a name");
    *ret_contig = contig;
    *ret_canonical = copy;
    return SKR_OK;
}

bool skr_plan_has_contig(const skr_plan *plan, const char *name)
{
    return plan->assembly != SKR_NONE &&
           skr_manifest_find_contig(&plan->snapshot->manifest->assemblies[plan->assembly], name) !=
               SKR_NONE;
}

/* Where skr_variant_allele_normalise finds bases. */
typedef struct bases_from {
    skr_snapshot *snapshot;
    uint32_t assembly;
    uint32_t contig; /* of the reference */
} bases_from;

static int get_bases(void *context, uint32_t start0, uint32_t n, char *bases, skr_err *err)
{
    const bases_from *from = context;
    uint32_t n_got = 0;
    int status = skr_snapshot_bases(from->snapshot, from->assembly, from->contig, start0, n, bases,
                                    &n_got, err);
    return status < 0 ? status : (int)n_got;
}

int skr_plan_fail_ref(const skr_expr *source, const char *contig, uint32_t pos0, char asked,
                      char base, const char *who, skr_err *err)
{
    skr_fail(err, SKR_ERR_QUERY, "%s:%" PRIu32 ": REF there is %c, not %c (%s)", contig, pos0 + 1,
             base, asked, who);
    skr_query_point(err, source->source, source->at, source->n_at);
    return SKR_ERR_QUERY;
}

static bool is_base(char c)
{
    return c == 'A' || c == 'C' || c == 'G' || c == 'T';
}

/* Of a REF, so many bases are compared with the reference. */
#define CHECKED_MAX 4096u

int skr_plan_check_ref(const skr_plan *plan, const skr_expr *source, const char *contig,
                       uint32_t start0, const char *ref, size_t n_ref, bool *ret_has_reference,
                       skr_err *err)
{
    char bases[CHECKED_MAX];
    uint32_t n = n_ref < CHECKED_MAX ? (uint32_t)n_ref : CHECKED_MAX;
    uint32_t n_got = 0;
    uint32_t number = SKR_NONE;
    *ret_has_reference = false;
    if (plan->assembly != SKR_NONE && plan->snapshot->references[plan->assembly] != NULL)
        number = skr_reference_find(plan->snapshot->references[plan->assembly], contig);
    if (number == SKR_NONE)
        return SKR_OK;
    *ret_has_reference = true;
    int status =
        skr_snapshot_bases(plan->snapshot, plan->assembly, number, start0, n, bases, &n_got, err);
    for (uint32_t i = 0; status == SKR_OK && i < n_got; i++) {
        char asked = (char)toupper((unsigned char)ref[i]);
        if (is_base(asked) && is_base(bases[i]) && asked != bases[i])
            return skr_plan_fail_ref(source, contig, start0 + i, asked, bases[i],
                                     "the stored reference says so", err);
    }
    if (status < 0 || n_got == n)
        return status;
    skr_fail(err, SKR_ERR_QUERY, "%s:%" PRIu32 " lies behind the end of the contig", contig,
             start0 + n_got + 1);
    skr_query_point(err, source->source, source->at, source->n_at);
    return SKR_ERR_QUERY;
}

/* Keeps a key with its texts in the node. */
static int keep_key(skr_plan *plan, skr_plan_node *node, const skr_allele *key, skr_err *err)
{
    SKR_CHECK(node->texts == NULL);
    char *texts = malloc((size_t)key->n_ref + key->n_alt + 1);
    if (texts == NULL)
        return skr_fail_nomem(err, "an allele");
    if (key->n_ref > 0)
        memcpy(texts, key->ref, key->n_ref);
    if (key->n_alt > 0)
        memcpy(texts + key->n_ref, key->alt, key->n_alt);
    uint32_t contig = node->key.contig;
    node->texts = texts;
    node->key = *key;
    node->key.contig = contig;
    node->key.ref = texts;
    node->key.alt = texts + key->n_ref;
    node->key.ploidy = skr_contig_ploidy(plan->build, node->contig, key->start0);
    return SKR_OK;
}

static int name_small(skr_plan *plan, skr_plan_node *node, const skr_variant_text *text,
                      skr_err *err)
{
    skr_buffer bases = {0};
    skr_allele key = {0};
    bases_from from = {.snapshot = plan->snapshot, .assembly = plan->assembly, .contig = SKR_NONE};
    skr_base_source source = {.get = get_bases, .context = &from};
    if (plan->assembly != SKR_NONE && plan->snapshot->references[plan->assembly] != NULL)
        from.contig = skr_reference_find(plan->snapshot->references[plan->assembly], node->contig);
    int status =
        skr_variant_allele_normalise(text->start0, text->ref, text->n_ref, text->alt, text->n_alt,
                                     from.contig == SKR_NONE ? NULL : &source, &bases, &key, err);
    if (status == SKR_ERR_INPUT) {
        status = SKR_ERR_QUERY;
        if (err != NULL)
            err->code = status;
    }
    /* An indel takes its bases from the reference, so what was written is compared here; others are
     * where no record names them: scan_names.c. */
    bool has_reference = false;
    if (status == SKR_OK && text->n_ref > 0 &&
        (key.kind == SKR_ALLELE_INS || key.kind == SKR_ALLELE_DEL))
        status = skr_plan_check_ref(plan, node->source, node->contig, text->start0, text->ref,
                                    text->n_ref, &has_reference, err);
    if (status == SKR_OK && key.n_ref == 0 && key.n_alt == 0)
        status = skr_fail(err, SKR_ERR_QUERY, "ALT is what the reference has there");
    if (status == SKR_OK)
        status = keep_key(plan, node, &key, err);
    skr_buffer_done(&bases);
    return status;
}

static int name_structural(skr_plan *plan, skr_plan_node *node, const skr_variant_text *text,
                           skr_err *err)
{
    char alt[SKR_STRUCTURAL_TEXT_MAX];
    char written[SKR_NAME_MAX + 1];
    char mate[SKR_NAME_MAX + 1];
    uint32_t contig;
    skr_allele key = {0};
    skr_structural said = {.pos1 = text->start0 + 1, .end1 = text->end0};
    bool is_read = skr_structural_parse(text->alt, text->n_alt, &said);
    if (is_read && said.mate != NULL && said.n_mate <= SKR_NAME_MAX) {
        memcpy(written, said.mate, said.n_mate);
        written[said.n_mate] = '\0';
        is_read = find_contig(plan, written, &contig, mate, NULL) == SKR_OK;
        said.mate = mate;
        said.n_mate = strlen(mate);
    }
    if (!is_read || !skr_structural_key(&said, alt, &key))
        return skr_fail(err, SKR_ERR_QUERY,
                        "'%s' is no structural variant: its type, length or mate cannot be",
                        node->source->text);
    node->is_open = said.n_symbol == text->n_alt;
    if (node->is_open)
        key.kind = SKR_ALLELE_SV_ANY;
    return keep_key(plan, node, &key, err);
}

/* The parts of a SEQUENCE as those of a variant. */
static void sequence_text(const skr_expr *source, skr_variant_text *text)
{
    text->start0 = source->start0;
    text->is_structural = false;
    text->ref = source->ref;
    text->n_ref = strlen(source->ref);
    text->alt = source->alt;
    text->n_alt = strlen(source->alt);
}

static bool has_wildcard(const char *bases)
{
    return strpbrk(bases, "Nn") != NULL;
}

/* A SEQUENCE with wildcards: any base for N, and for the anchor that a bare form leaves out. */
static int keep_pattern(skr_plan *plan, skr_plan_node *node, const skr_variant_text *text,
                        skr_err *err)
{
    bool is_bare = (text->n_ref == 0 || text->n_alt == 0) && text->start0 > 0;
    size_t n_ref = text->n_ref + is_bare;
    size_t n_alt = text->n_alt + is_bare;
    if (n_ref > SKR_ALLELE_MAX || n_alt > SKR_ALLELE_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "an allele is longer than %u bases", SKR_ALLELE_MAX);
    char *bases = malloc(n_ref + n_alt + 1);
    if (bases == NULL)
        return skr_fail_nomem(err, "an allele");
    memset(bases, 'N', n_ref + n_alt);
    memcpy(bases + is_bare, text->ref, text->n_ref);
    memcpy(bases + n_ref + is_bare, text->alt, text->n_alt);
    skr_allele key = {.start0 = text->start0 - is_bare,
                      .end0 = text->start0 - is_bare + (uint32_t)n_ref,
                      .n_ref = (uint32_t)n_ref,
                      .n_alt = (uint32_t)n_alt,
                      .ref = bases,
                      .alt = bases + n_ref};
    int status = keep_key(plan, node, &key, err);
    free(bases);
    return status;
}

/* Spans are read whole: longer ones are asked for as structural variants. */
#define SPAN_MAX (1u << 20)

static int too_long(const skr_plan_node *node, const skr_variant_span *span, skr_err *err)
{
    return skr_fail(err, SKR_ERR_QUERY,
                    "it spans %" PRIu32 " bases; one this long is asked for as a structural "
                    "variant: %s-%" PRIu32 "-%" PRIu32 "-DEL, -DUP or -INV",
                    span->end0 - span->start0, node->contig, span->start0 + 1, span->end0);
}

/* REF and ALT of a span, out of the reference's contig, into `bases`. */
static int read_span(const skr_plan *plan, const skr_plan_node *node, const skr_variant_span *span,
                     uint32_t contig, skr_buffer *bases, skr_err *err)
{
    uint32_t n = span->end0 - span->start0;
    uint32_t n_got = 0;
    bool has_reference = false;
    if (n > SPAN_MAX)
        return too_long(node, span, err);
    char *ref = malloc((size_t)n + 1);
    if (ref == NULL)
        return skr_fail_nomem(err, "an allele");
    int status = skr_snapshot_bases(plan->snapshot, plan->assembly, contig, span->start0, n, ref,
                                    &n_got, err);
    if (status == SKR_OK && n_got < n)
        status = skr_fail(err, SKR_ERR_QUERY, "contig %s ends before %" PRIu32, node->contig,
                          span->end0);
    if (status == SKR_OK && span->change == SKR_SPAN_DOUBLED && span->n_alt > 0)
        status = skr_plan_check_ref(plan, node->source, node->contig, span->start0, span->alt,
                                    span->n_alt, &has_reference, err);
    if (status == SKR_OK)
        status = skr_variant_span_bases(span, ref, bases, err);
    free(ref);
    return status;
}

/* The allele of a span: its contig goes into the node, its bases into `bases`. */
static int spell_span(skr_plan *plan, skr_plan_node *node, const skr_variant_span *span,
                      skr_buffer *bases, skr_variant_text *text, skr_err *err)
{
    uint32_t contig = SKR_NONE;
    text->start0 = span->start0;
    if (span->n_contig >= sizeof text->contig)
        return skr_fail(err, SKR_ERR_QUERY, "the name of a contig is longer than %u bytes",
                        SKR_NAME_MAX);
    memcpy(text->contig, span->contig, span->n_contig);
    int status =
        skr_plan_contig(plan, node->source, text->contig, &node->key.contig, &node->contig, err);
    if (status < 0)
        return status;
    if (plan->assembly != SKR_NONE && plan->snapshot->references[plan->assembly] != NULL)
        contig = skr_reference_find(plan->snapshot->references[plan->assembly], node->contig);
    if (contig == SKR_NONE && span->change == SKR_SPAN_DOUBLED && span->n_alt > 0) {
        text->ref = ""; /* a second copy in front of the first */
        text->alt = span->alt;
        text->n_alt = span->n_alt;
        return SKR_OK;
    }
    if (contig == SKR_NONE)
        return skr_fail(err, SKR_ERR_QUERY,
                        "the store has no reference of contig %s, so the bases must be said: "
                        "del, dup, inv and delins take them, as in %s:g.123_125delACG",
                        node->contig, node->contig);
    status = read_span(plan, node, span, contig, bases, err);
    if (status < 0)
        return status;
    text->ref = (const char *)bases->bytes;
    text->n_ref = strlen(text->ref);
    text->alt = text->ref + text->n_ref + 1;
    text->n_alt = strlen(text->alt);
    return SKR_OK;
}

/* Is the anchor of an insertion or deletion an N that no reference is there to settle? */
static bool has_open_anchor(const skr_plan *plan, const skr_plan_node *node)
{
    const skr_allele *key = &node->key;
    if (key->kind != SKR_ALLELE_INS && key->kind != SKR_ALLELE_DEL)
        return false;
    if (plan->assembly != SKR_NONE && plan->snapshot->references[plan->assembly] != NULL &&
        skr_reference_find(plan->snapshot->references[plan->assembly], node->contig) != SKR_NONE)
        return false;
    const char *kept = key->kind == SKR_ALLELE_INS ? key->ref : key->alt;
    return *kept == 'N';
}

static int resolve_name(skr_plan *plan, skr_plan_node *node, skr_err *err)
{
    skr_variant_span span;
    skr_buffer bases = {0};
    skr_variant_text text = {0};
    const skr_expr *source = node->source;
    bool is_variant = source->op == SKR_A_VARIANT;
    int status = SKR_OK;
    bool is_span = is_variant && skr_variant_is_span(source->text, &span);
    if (is_span)
        status = spell_span(plan, node, &span, &bases, &text, err);
    else if (is_variant)
        status = skr_variant_parse(source->text, &text, err);
    else
        sequence_text(source, &text);
    if (status == SKR_OK && !is_span)
        status = skr_plan_contig(plan, source, is_variant ? text.contig : source->contig,
                                 &node->key.contig, &node->contig, err);
    if (status < 0)
        goto out;
    node->is_nowhere = node->key.contig == SKR_NONE;
    if (text.is_structural) {
        status = name_structural(plan, node, &text, err);
    } else if (!is_variant && (has_wildcard(source->ref) || has_wildcard(source->alt))) {
        status = keep_pattern(plan, node, &text, err);
        goto out;
    } else {
        status = name_small(plan, node, &text, err);
    }
    /* Without a reference an anchor N stands for any base: it is no name then. */
    if (status == SKR_OK)
        node->is_named = text.is_structural || !has_open_anchor(plan, node);
out:
    skr_buffer_done(&bases);
    if (status == SKR_ERR_QUERY)
        skr_query_point(err, source->source, source->at, source->n_at);
    return status;
}

bool skr_plan_bases_match(const char *asked, size_t n_asked, const char *bases, size_t n_bases)
{
    if (n_asked != n_bases)
        return false;
    for (size_t i = 0; i < n_asked; i++) {
        char c = asked[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (c != 'N' && c != bases[i])
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ judging */

static int intervals_of_name(const skr_plan_node *node, skr_interval_list *list, skr_err *err)
{
    const skr_interval place = {.contig = node->key.contig,
                                .from0 = node->key.start0,
                                .to0 = node->key.start0 + 1,
                                .is_start = true};
    return node->is_nowhere ? SKR_OK : skr_plan_interval_add(list, place, err);
}

static bool is_sequence(const skr_plan_node *node, const skr_allele *key)
{
    if (node->is_open && key->kind == SKR_ALLELE_SV)
        return skr_structural_holds(&node->key, key);
    if (node->is_named)
        return skr_segment_allele_compare(&node->key, key) == 0;
    return !node->is_nowhere && key->kind < SKR_ALLELE_SV && key->contig == node->key.contig &&
           key->start0 == node->key.start0 &&
           skr_plan_bases_match(node->key.ref, node->key.n_ref, key->ref, key->n_ref) &&
           skr_plan_bases_match(node->key.alt, node->key.n_alt, key->alt, key->n_alt);
}

static skr_verdict judge_name(const skr_plan_node *node, const skr_allele_asked *asked)
{
    return skr_verdict_of(is_sequence(node, asked->key));
}

const skr_plan_condition skr_alleles_name = {
    .resolve = resolve_name, .reach = intervals_of_name, .judge = judge_name};
