/*
 * model_question.h - drawn questions: their text in the language, and what they mean, slowly.
 */
#ifndef SKR_TESTS_MODEL_QUESTION_H
#define SKR_TESTS_MODEL_QUESTION_H

#include "tests/model/model.h"

#define MODEL_NODES 64
#define MODEL_QUESTION_TEXT 8192

typedef enum model_op {
    MODEL_AND,
    MODEL_OR,
    MODEL_NOT,
    /* alleles */
    MODEL_VARIANT,
    MODEL_REGION,
    MODEL_TYPE,
    MODEL_LENGTH,
    MODEL_AF,
    MODEL_AC,
    MODEL_COPIES,
    MODEL_PASS,
    /* people */
    MODEL_CARRIES,
    MODEL_ABSENT,
    MODEL_UNASSESSED,
    MODEL_HAS_GENOME,
    MODEL_SEX,
    MODEL_DATASET,
    MODEL_ID,
} model_op;

typedef struct model_node {
    model_op op;
    int left;
    int right;
    model_key key;
    int contig;
    uint32_t from0;
    uint32_t to0;
    int word;    /* of a list: a type, a sex, a dataset, a person */
    int compare; /* 0 <, 1 >=, 2 = */
    double number;
} model_node;

typedef struct model_question {
    int n_nodes;
    model_node nodes[MODEL_NODES];
    int root;
    int n_named;
    model_key named[MODEL_NODES];
    char text[MODEL_QUESTION_TEXT];
} model_question;

/* Draws a question about people, or about alleles, and writes its text. */
void model_draw_people(const model_cohort *cohort, test_random *random, model_question *question);
void model_draw_alleles(const model_cohort *cohort, test_random *random, model_question *question);

/* Draws who carries one allele asked for by name, which the engine counts without sets of people.
 */
void model_draw_one_allele(const model_cohort *cohort, test_random *random,
                           model_question *question);

/* Does a person of a dataset satisfy the question? ret_is_unassessed: though nothing is known. */
bool model_person_is_in(const model_cohort *cohort, const model_question *question, int dataset,
                        int person, bool *ret_is_unassessed);
bool model_has_negated_carries(const model_question *question);

/* One row of a list of alleles. */
typedef struct model_row {
    model_key key;
    uint64_t ac;
    uint64_t an;
    uint32_t n_carriers;
    uint32_t n_by[4];         /* by model_zygosity */
    uint32_t n_part_carriers; /* of the dataset added last */
    bool is_counted;          /* among the alleles that /g_variants counts */
} model_row;

/*
 * The rows of a question about alleles, among the people of `within` (NULL: everybody). rows has
 * room for MODEL_KEYS. Returns how many.
 */
int model_rows(const model_cohort *cohort, const model_question *question,
               const model_question *within, model_row *rows);

#endif
