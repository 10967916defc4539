/*
 * plan_kind.c - conditions on what an allele is and says: type, length, ALT, FILTER, copies.
 */
#include <string.h>
#include <strings.h>

#include "engine/plan/plan_condition.h"
#include "index/keys/variant_key.h"

/* ------------------------------------------------------------------ every allele */

static skr_verdict judge_all(const skr_plan_node *node, const skr_allele_asked *asked)
{
    (void)node;
    (void)asked;
    return SKR_YES;
}

static skr_verdicts judge_rows_all(const skr_plan_node *node, const skr_row_block *block)
{
    (void)node;
    return (skr_verdicts){.yes = block->judged.all};
}

static skr_verdict judge_tile_all(const skr_plan_node *node, const skr_tile_asked *asked)
{
    (void)node;
    (void)asked;
    return SKR_YES;
}

const skr_plan_condition skr_alleles_all = {
    .judge = judge_all, .judge_rows = judge_rows_all, .judge_tile = judge_tile_all};

/* ------------------------------------------------------------------ type */

static int resolve_type(skr_plan *plan, skr_plan_node *node, skr_err *err)
{
    (void)plan;
    if (!skr_variant_type_find(node->source->text, &node->type))
        return skr_plan_fail(node->source, err, "'%s' is no type of allele", node->source->text);
    return SKR_OK;
}

static skr_verdict judge_type(const skr_plan_node *node, const skr_allele_asked *asked)
{
    return skr_verdict_of(skr_variant_type_holds(&node->type, asked->key));
}

static skr_verdict judge_tile_type(const skr_plan_node *node, const skr_tile_asked *asked)
{
    const skr_tile *tile = asked->tile;
    uint32_t kinds = node->type.kinds;
    if ((tile->kinds & 1u << SKR_ALLELE_SV) != 0)
        return SKR_MAYBE;
    return (tile->kinds & kinds) == 0 ? SKR_NO : (tile->kinds & ~kinds) == 0 ? SKR_YES : SKR_MAYBE;
}

const skr_plan_condition skr_alleles_type = {.resolve = resolve_type,
                                             .judge = judge_type,
                                             .judge_tile = judge_tile_type,
                                             .tells_apart = true};

/* ------------------------------------------------------------------ length */

static skr_verdict judge_length(const skr_plan_node *node, const skr_allele_asked *asked)
{
    const skr_expr *source = node->source;
    uint64_t length = 0;
    return skr_verdict_of(skr_structural_length(asked->key, &length) &&
                          skr_compare_is_true((double)length, source->compare, source->number));
}

const skr_plan_condition skr_alleles_length = {
    .judge = judge_length, .is_range = true, .tells_apart = true};

/* ------------------------------------------------------------------ ALT */

/* alternateBases beside a range: as in the key, or without the anchor base. */
static bool has_alt(const char *asked, const skr_allele *key)
{
    size_t n = strlen(asked);
    if (key->kind >= SKR_ALLELE_SV)
        return false;
    if (skr_plan_bases_match(asked, n, key->alt, key->n_alt))
        return true;
    bool is_anchored = key->kind == SKR_ALLELE_INS || key->kind == SKR_ALLELE_DEL;
    return is_anchored && key->n_alt > 0 && key->alt[0] == key->ref[0] &&
           skr_plan_bases_match(asked, n, key->alt + 1, key->n_alt - 1);
}

static skr_verdict judge_alt(const skr_plan_node *node, const skr_allele_asked *asked)
{
    return skr_verdict_of(has_alt(node->source->text, asked->key));
}

const skr_plan_condition skr_alleles_alt = {.judge = judge_alt, .tells_apart = true};

/* ------------------------------------------------------------------ FILTER */

static int resolve_filter(skr_plan *plan, skr_plan_node *node, skr_err *err)
{
    (void)plan;
    if (strcasecmp(node->source->text, "PASS") != 0)
        return skr_plan_fail(node->source, err,
                             "filter=%s: the store keeps only whether a record passed; write "
                             "filter=PASS",
                             node->source->text);
    return SKR_OK;
}

static skr_verdict judge_filter(const skr_plan_node *node, const skr_allele_asked *asked)
{
    (void)node;
    return asked->facts->has_filter ? skr_verdict_of(!asked->facts->is_filter_failed) : SKR_MAYBE;
}

const skr_plan_condition skr_alleles_filter = {
    .resolve = resolve_filter, .judge = judge_filter, .is_filter = true, .tells_apart = true};

/* ------------------------------------------------------------------ copies */

static skr_verdict judge_copies(const skr_plan_node *node, const skr_allele_asked *asked)
{
    return skr_verdict_of(asked->copies == (node->source->number >= 2 ? 2u : 1u));
}

const skr_plan_condition skr_alleles_copies = {.judge = judge_copies, .is_of_carrier = true};
