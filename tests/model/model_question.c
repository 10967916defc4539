/*
 * model_question.c - drawing questions, writing them down, and answering them slowly.
 */
#include "tests/model/model_question.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"

static const char *const types[] = {"snv", "ins", "del", "mnv", "delins", "dup"};
static const char *const sexes[] = {"female", "male", "unknown"};
static const char *const compares[] = {"<", ">=", "="};

static uint32_t below(test_random *random, uint32_t n)
{
    return test_random_below(random, n);
}

static void say(model_question *question, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(model_question *question, const char *format, ...)
{
    size_t n = strlen(question->text);
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(question->text + n, sizeof question->text - n, format, arguments);
    va_end(arguments);
    SKR_CHECK(more >= 0 && (size_t)more < sizeof question->text - n);
}

static int add(model_question *question, model_node node)
{
    SKR_CHECK(question->n_nodes < MODEL_NODES);
    question->nodes[question->n_nodes] = node;
    return question->n_nodes++;
}

/* ------------------------------------------------------------------ drawing */

/* The key in some spelling: with bases that it does not need, or a prefix on the contig. */
static void say_variant(model_question *question, test_random *random, const model_key *key)
{
    const char *prefix = below(random, 3) == 0 ? "chr" : "";
    const char *contig = model_contigs[key->contig];
    if (key->is_structural)
        say(question, "%s%s-%u-%u-%s", prefix, contig, key->start0 + 1, key->end0, key->alt);
    else if (below(random, 3) == 0)
        say(question, "%s%s-%u-%sG-%sG", prefix, contig, key->start0 + 1, key->ref, key->alt);
    else
        say(question, "%s%s-%u-%s-%s", prefix, contig, key->start0 + 1, key->ref, key->alt);
}

static void draw_key(const model_cohort *cohort, test_random *random, model_key *key)
{
    static model_key keys[MODEL_KEYS];
    int n = model_list_keys(cohort, keys);
    if (n > 0 && below(random, 10) < 8) {
        *key = keys[below(random, (uint32_t)n)];
        return;
    }
    model_record record;
    do
        model_draw_allele(random, &record);
    while (!model_key_of(&record, 1, key));
}

static int draw_variant(const model_cohort *cohort, test_random *random, model_question *question,
                        model_op op)
{
    model_node node = {.op = op};
    draw_key(cohort, random, &node.key);
    const char *calls[] = {[MODEL_ABSENT] = "absent(", [MODEL_UNASSESSED] = "unassessed("};
    say(question, "%svariant=", op == MODEL_VARIANT ? "" : calls[op]);
    say_variant(question, random, &node.key);
    say(question, "%s", op == MODEL_VARIANT ? "" : ")");
    if (op == MODEL_VARIANT)
        question->named[question->n_named++] = node.key;
    return add(question, node);
}

static int draw_region(const model_cohort *cohort, test_random *random, model_question *question)
{
    model_key key;
    model_node node = {.op = MODEL_REGION};
    draw_key(cohort, random, &key);
    node.contig = key.contig;
    node.from0 = key.start0 + below(random, 6) - (key.start0 > 3 ? 3 : 0);
    node.to0 = node.from0 + 1 + below(random, below(random, 3) == 0 ? 6000000 : 20);
    say(question, "region=%s:%u-%u", model_contigs[node.contig], node.from0 + 1, node.to0);
    return add(question, node);
}

static int draw_allele_leaf(const model_cohort *cohort, test_random *random,
                            model_question *question)
{
    model_node node = {.compare = (int)below(random, 3)};
    switch (below(random, 10)) {
    case 0:
    case 1:
        return draw_variant(cohort, random, question, MODEL_VARIANT);
    case 2:
    case 3:
    case 4:
        return draw_region(cohort, random, question);
    case 5:
        node.op = MODEL_TYPE;
        node.word = (int)below(random, 6);
        say(question, "type=%s", types[node.word]);
        break;
    case 6:
        node.op = MODEL_LENGTH;
        node.number = 1 + below(random, 4);
        say(question, "length%s%.0f", compares[node.compare], node.number);
        break;
    case 7:
        node.op = MODEL_AF;
        node.number = below(random, 9) / 8.0;
        say(question, "af%s%.3f", compares[node.compare], node.number);
        break;
    case 8:
        node.op = MODEL_AC;
        node.number = below(random, 6);
        say(question, "ac%s%.0f", compares[node.compare], node.number);
        break;
    default:
        node.op = below(random, 3) == 0 ? MODEL_PASS : MODEL_COPIES;
        node.number = 1 + below(random, 2);
        if (node.op == MODEL_PASS)
            say(question, "filter=PASS");
        else
            say(question, "copies=%.0f", node.number);
        break;
    }
    return add(question, node);
}

typedef int (*draw_fn)(const model_cohort *cohort, test_random *random, model_question *question);

/* Connectives over leaves, at most `depth` of them within each other. */
static int draw_tree(const model_cohort *cohort, test_random *random, model_question *question,
                     int depth, draw_fn draw_leaf)
{
    uint32_t kind = depth == 0 ? 9 : below(random, 10);
    if (kind >= 6)
        return draw_leaf(cohort, random, question);
    model_node node = {.op = kind < 3 ? MODEL_AND : kind < 5 ? MODEL_OR : MODEL_NOT};
    say(question, node.op == MODEL_NOT ? "not (" : "(");
    node.left = draw_tree(cohort, random, question, depth - 1, draw_leaf);
    if (node.op != MODEL_NOT) {
        say(question, node.op == MODEL_AND ? ") and (" : ") or (");
        node.right = draw_tree(cohort, random, question, depth - 1, draw_leaf);
    }
    say(question, ")");
    return add(question, node);
}

static int draw_people_leaf(const model_cohort *cohort, test_random *random,
                            model_question *question)
{
    model_node node = {0};
    switch (below(random, 11)) {
    case 0:
        return draw_variant(cohort, random, question, MODEL_ABSENT);
    case 9:
        return draw_variant(cohort, random, question, MODEL_UNASSESSED);
    case 10:
        node.op = MODEL_HAS_GENOME;
        say(question, "has(genome)");
        return add(question, node);
    case 1:
        node.op = MODEL_SEX;
        node.word = (int)below(random, 3);
        say(question, "sex=%s", sexes[node.word]);
        return add(question, node);
    case 2:
        node.op = MODEL_ID;
        /* somebody who is there: an id that is not is refused */
        node.word =
            cohort->deliveries[0].people[below(random, (uint32_t)cohort->deliveries[0].n_samples)];
        say(question, "id=p%d", node.word);
        return add(question, node);
    case 3:
        node.op = MODEL_DATASET;
        node.word = cohort->deliveries[below(random, (uint32_t)cohort->n_deliveries)].dataset;
        say(question, "dataset=d%d", node.word);
        return add(question, node);
    default:
        node.op = MODEL_CARRIES;
        say(question, "carries(");
        node.left = draw_tree(cohort, random, question, 2, draw_allele_leaf);
        say(question, ")");
        return add(question, node);
    }
}

void model_draw_people(const model_cohort *cohort, test_random *random, model_question *question)
{
    memset(question, 0, sizeof *question);
    question->root = draw_tree(cohort, random, question, 2, draw_people_leaf);
}

void model_draw_one_allele(const model_cohort *cohort, test_random *random,
                           model_question *question)
{
    memset(question, 0, sizeof *question);
    model_node node = {.op = MODEL_CARRIES};
    say(question, "carries(");
    node.left = draw_variant(cohort, random, question, MODEL_VARIANT);
    say(question, ")");
    question->root = add(question, node);
}

/* Does a condition of this tree tell apart the alleles that one place and type may hold? */
static bool tells_apart(const model_question *question, int at)
{
    const model_node *node = &question->nodes[at];
    switch (node->op) {
    case MODEL_AND:
    case MODEL_OR:
        return tells_apart(question, node->left) || tells_apart(question, node->right);
    case MODEL_NOT:
        return tells_apart(question, node->left);
    default:
        return node->op == MODEL_TYPE || node->op == MODEL_LENGTH || node->op == MODEL_PASS;
    }
}

/* Beside such a condition a place and type is no name, which would have a row of its own, but a
 * condition on each allele there. */
static void drop_places_and_types(model_question *question)
{
    int n = 0;
    if (!tells_apart(question, question->root))
        return;
    for (int i = 0; i < question->n_named; i++)
        if (!question->named[i].is_structural)
            question->named[n++] = question->named[i];
    question->n_named = n;
}

void model_draw_alleles(const model_cohort *cohort, test_random *random, model_question *question)
{
    memset(question, 0, sizeof *question);
    question->root = draw_tree(cohort, random, question, 3, draw_allele_leaf);
    drop_places_and_types(question);
}

/* ------------------------------------------------------------------ alleles, slowly */

typedef struct totals {
    uint64_t ac;
    uint64_t an;
    bool has_passed; /* a record that passed FILTER names it */
} totals;

static totals totals_of(const model_cohort *cohort, int dataset, const model_key *key)
{
    totals sum = {0};
    for (int person = 0; person < cohort->n_people; person++) {
        model_state state = model_state_of(cohort, dataset, person, key);
        sum.ac += (uint64_t)state.n_this;
        sum.an += (uint64_t)state.n_called;
    }
    sum.has_passed = model_has_passed(cohort, dataset, key);
    return sum;
}

static bool is_type(const model_key *key, const char *type)
{
    size_t n_ref = strlen(key->ref);
    size_t n_alt = strlen(key->alt);
    if (key->is_structural)
        return (strcmp(type, "del") == 0 && strcmp(key->alt, "DEL") == 0) ||
               (strcmp(type, "dup") == 0 && strcmp(key->alt, "DUP") == 0);
    if (strcmp(type, "snv") == 0)
        return n_ref == 1 && n_alt == 1;
    if (strcmp(type, "mnv") == 0)
        return model_is_mnv(key);
    bool is_ins = n_ref == 1 && n_alt > 1 && key->ref[0] == key->alt[0];
    bool is_del = n_alt == 1 && n_ref > 1 && key->ref[0] == key->alt[0];
    if (strcmp(type, "ins") == 0)
        return is_ins;
    if (strcmp(type, "del") == 0)
        return is_del;
    return strcmp(type, "delins") == 0 && n_ref != n_alt && !is_ins && !is_del;
}

static bool compares_to(double value, int compare, double with)
{
    return compare == 0 ? value < with : compare == 1 ? value >= with : value == with;
}

static double length_of(const model_key *key)
{
    if (key->is_structural)
        return key->end0 - key->start0 - 1;
    size_t n_ref = strlen(key->ref);
    size_t n_alt = strlen(key->alt);
    return (double)(n_ref > n_alt ? n_ref : n_alt);
}

static bool judge(const model_question *question, int at, const model_key *key, const totals *sum,
                  int copies)
{
    const model_node *node = &question->nodes[at];
    switch (node->op) {
    case MODEL_AND:
        return judge(question, node->left, key, sum, copies) &&
               judge(question, node->right, key, sum, copies);
    case MODEL_OR:
        return judge(question, node->left, key, sum, copies) ||
               judge(question, node->right, key, sum, copies);
    case MODEL_NOT:
        return !judge(question, node->left, key, sum, copies);
    case MODEL_VARIANT:
        return model_key_compare(&node->key, key) == 0;
    case MODEL_REGION:
        return node->contig == key->contig && key->start0 < node->to0 && key->end0 > node->from0;
    case MODEL_TYPE:
        return is_type(key, types[node->word]);
    case MODEL_LENGTH:
        return compares_to(length_of(key), node->compare, node->number);
    case MODEL_AF:
        return sum->an > 0 &&
               compares_to((double)sum->ac / (double)sum->an, node->compare, node->number);
    case MODEL_AC:
        return compares_to((double)sum->ac, node->compare, node->number);
    case MODEL_PASS:
        return sum->has_passed;
    case MODEL_COPIES:
        return copies == (int)node->number;
    default:
        return false;
    }
}

static bool is_named(const model_question *question, const model_key *key)
{
    for (int i = 0; i < question->n_named; i++)
        if (model_key_compare(&question->named[i], key) == 0)
            return true;
    return false;
}

/* The keys that a question could mean: those of the cohort and those that it names. */
static int list_keys(const model_cohort *cohort, const model_question *question, model_key *keys)
{
    int n = model_list_keys(cohort, keys);
    for (int i = 0; i < question->n_named; i++) {
        int at = 0;
        while (at < n && model_key_compare(&keys[at], &question->named[i]) < 0)
            at++;
        if (at < n && model_key_compare(&keys[at], &question->named[i]) == 0)
            continue;
        memmove(&keys[at + 1], &keys[at], (size_t)(n - at) * sizeof *keys);
        keys[at] = question->named[i];
        n++;
    }
    return n;
}

/* Is the allele there to be meant: a record names it, or the question does? */
static bool is_there(const model_cohort *cohort, const model_question *question, int dataset,
                     const model_key *key)
{
    return is_named(question, key) || model_has_row(cohort, dataset, key);
}

/* Was anything ever delivered to the dataset? */
static bool has_dataset(const model_cohort *cohort, int dataset)
{
    for (int d = 0; d < cohort->n_deliveries; d++)
        if (cohort->deliveries[d].dataset == dataset)
            return true;
    return false;
}

/* The part of one dataset in a row; false when it has none. */
static bool add_part(const model_cohort *cohort, const model_question *question,
                     const bool *is_within, int dataset, const model_key *key, model_row *row,
                     int *forms)
{
    totals sum = totals_of(cohort, dataset, key);
    bool counts[2] = {judge(question, question->root, key, &sum, 1),
                      judge(question, question->root, key, &sum, 2)};
    bool is_in = counts[0] && counts[1];
    model_row part = {0};
    int of[MODEL_PEOPLE];
    for (int person = 0; person < cohort->n_people; person++) {
        of[person] = -1;
        if (!is_within[person])
            continue;
        model_state state = model_state_of(cohort, dataset, person, key);
        part.ac += (uint64_t)state.n_this;
        part.an += (uint64_t)state.n_called;
        if (state.n_this == 0)
            continue;
        is_in = is_in || counts[state.n_this == 1 ? 0 : 1];
        part.n_carriers++;
        of[person] = state.n_this * 4 + 3 - (int)state.zygosity;
    }
    if (!is_in)
        return false;
    row->ac += part.ac;
    row->an += part.an;
    row->n_part_carriers = part.n_carriers;
    for (int person = 0; person < cohort->n_people; person++)
        forms[person] = of[person] > forms[person] ? of[person] : forms[person];
    return true;
}

int model_rows(const model_cohort *cohort, const model_question *question,
               const model_question *within, model_row *rows)
{
    static model_key keys[MODEL_KEYS];
    bool is_within[MODEL_DATASETS][MODEL_PEOPLE];
    int n_keys = list_keys(cohort, question, keys);
    int n = 0;
    for (int d = 0; d < cohort->n_datasets; d++)
        for (int person = 0; person < cohort->n_people; person++) {
            bool unused;
            is_within[d][person] =
                within == NULL || model_person_is_in(cohort, within, d, person, &unused);
        }
    for (int i = 0; i < n_keys; i++) {
        model_row row = {.key = keys[i]};
        int forms[MODEL_PEOPLE];
        bool is_listed = false;
        for (int person = 0; person < cohort->n_people; person++)
            forms[person] = -1;
        for (int d = 0; d < cohort->n_datasets; d++)
            if (has_dataset(cohort, d) &&
                add_part(cohort, question, is_within[d], d, &keys[i], &row, forms) &&
                is_there(cohort, question, d, &keys[i])) {
                is_listed = true;
                row.is_counted |= row.n_part_carriers > 0 ||
                                  (within == NULL && model_has_row(cohort, d, &keys[i]));
            }
        if (!is_listed)
            continue;
        for (int person = 0; person < cohort->n_people; person++) {
            if (forms[person] < 0)
                continue;
            row.n_carriers++;
            row.n_by[3 - forms[person] % 4]++;
        }
        rows[n++] = row;
    }
    return n;
}

/* ------------------------------------------------------------------ people, slowly */

/* Is the question about alleles answered by names alone? */
static bool has_only_names(const model_question *question, int at)
{
    const model_node *node = &question->nodes[at];
    if (node->op == MODEL_AND)
        return has_only_names(question, node->left) || has_only_names(question, node->right);
    if (node->op == MODEL_OR)
        return has_only_names(question, node->left) && has_only_names(question, node->right);
    return node->op == MODEL_VARIANT;
}

static void collect_named(const model_question *question, int at, model_question *ret_part)
{
    const model_node *node = &question->nodes[at];
    if (node->op == MODEL_AND || node->op == MODEL_OR || node->op == MODEL_NOT)
        collect_named(question, node->left, ret_part);
    if (node->op == MODEL_AND || node->op == MODEL_OR)
        collect_named(question, node->right, ret_part);
    if (node->op == MODEL_VARIANT)
        ret_part->named[ret_part->n_named++] = node->key;
}

/* The alleles of one carries(...) as a question of its own. */
static void part_of(const model_question *question, int at, model_question *ret_part)
{
    *ret_part = *question;
    ret_part->root = question->nodes[at].left;
    ret_part->n_named = 0;
    collect_named(question, ret_part->root, ret_part);
    drop_places_and_types(ret_part);
}

static bool carries(const model_cohort *cohort, const model_question *question, int at, int dataset,
                    int person)
{
    static model_key keys[MODEL_KEYS];
    static model_question part;
    part_of(question, at, &part);
    int n = list_keys(cohort, &part, keys);
    for (int i = 0; i < n; i++) {
        model_state state = model_state_of(cohort, dataset, person, &keys[i]);
        if (state.n_this == 0)
            continue;
        totals sum = totals_of(cohort, dataset, &keys[i]);
        bool one = judge(&part, part.root, &keys[i], &sum, 1);
        bool two = judge(&part, part.root, &keys[i], &sum, 2);
        bool counts = state.n_this == 1 ? one : two;
        if (is_there(cohort, &part, dataset, &keys[i]) && counts)
            return true;
    }
    return false;
}

static bool is_assessed(const model_cohort *cohort, const model_question *question, int at,
                        int dataset, int person)
{
    static model_question part;
    part_of(question, at, &part);
    if (!has_only_names(&part, part.root))
        return model_is_member(cohort, dataset, person);
    for (int i = 0; i < part.n_named; i++)
        if (model_state_of(cohort, dataset, person, &part.named[i]).n_called > 0)
            return true;
    return false;
}

static bool is_in(const model_cohort *cohort, const model_question *question, int at, int dataset,
                  int person)
{
    const model_node *node = &question->nodes[at];
    model_state state;
    switch (node->op) {
    case MODEL_AND:
        return is_in(cohort, question, node->left, dataset, person) &&
               is_in(cohort, question, node->right, dataset, person);
    case MODEL_OR:
        return is_in(cohort, question, node->left, dataset, person) ||
               is_in(cohort, question, node->right, dataset, person);
    case MODEL_NOT:
        return !is_in(cohort, question, node->left, dataset, person);
    case MODEL_CARRIES:
        return carries(cohort, question, at, dataset, person);
    case MODEL_ABSENT:
        state = model_state_of(cohort, dataset, person, &node->key);
        return state.n_called > 0 && state.n_this == 0;
    case MODEL_UNASSESSED:
        state = model_state_of(cohort, dataset, person, &node->key);
        return model_is_member(cohort, dataset, person) && state.n_called == 0;
    case MODEL_HAS_GENOME:
        return model_is_member(cohort, dataset, person);
    case MODEL_SEX:
        return (int)cohort->sexes[person] == node->word;
    case MODEL_DATASET:
        return node->word == dataset;
    case MODEL_ID:
        return node->word == person;
    default:
        return false;
    }
}

/* Is there a carries under an odd number of nots of which nothing is known for the person? */
static bool is_unassessed(const model_cohort *cohort, const model_question *question, int at,
                          bool is_negated, int dataset, int person)
{
    const model_node *node = &question->nodes[at];
    if (node->op == MODEL_NOT)
        return is_unassessed(cohort, question, node->left, !is_negated, dataset, person);
    if (node->op == MODEL_AND || node->op == MODEL_OR)
        return is_unassessed(cohort, question, node->left, is_negated, dataset, person) ||
               is_unassessed(cohort, question, node->right, is_negated, dataset, person);
    return node->op == MODEL_CARRIES && is_negated &&
           !is_assessed(cohort, question, at, dataset, person);
}

bool model_person_is_in(const model_cohort *cohort, const model_question *question, int dataset,
                        int person, bool *ret_is_unassessed)
{
    *ret_is_unassessed = false;
    if (!model_is_member(cohort, dataset, person) ||
        !is_in(cohort, question, question->root, dataset, person))
        return false;
    *ret_is_unassessed = is_unassessed(cohort, question, question->root, false, dataset, person);
    return true;
}

static bool has_negated(const model_question *question, int at, bool is_negated)
{
    const model_node *node = &question->nodes[at];
    if (node->op == MODEL_NOT)
        return has_negated(question, node->left, !is_negated);
    if (node->op == MODEL_AND || node->op == MODEL_OR)
        return has_negated(question, node->left, is_negated) ||
               has_negated(question, node->right, is_negated);
    return node->op == MODEL_CARRIES && is_negated;
}

bool model_has_negated_carries(const model_question *question)
{
    return has_negated(question, question->root, false);
}
