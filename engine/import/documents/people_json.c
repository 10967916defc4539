/*
 * people_json.c - people from JSON: phenopackets (versions 1 and 2, alone, in families and
 * cohorts), Beacon-friendly individuals and biosamples.
 *
 * The two vocabularies say the same things under other names, so one reader knows both. Members
 * that it does not know are passed over; one that it knows must be of the right type. Modifiers
 * (severity, onset classes, evidence) are not said of a person and never match.
 */
#include "engine/import/documents/people_json.h"

#include <stdio.h>
#include <string.h>

#include "engine/import/documents/json_value.h"
#include "engine/import/documents/people_genomes.h"
#include "engine/import/documents/people_values.h"

/* Members that are one term. */
typedef struct member_rule {
    const char *member;
    skr_term_kind kind;
} member_rule;

static const member_rule individual_members[] = {
    {"ethnicity", SKR_TERM_ANCESTRY},
    {"geographicOrigin", SKR_TERM_COUNTRY},
};

static const member_rule biosample_members[] = {
    {"biosampleStatus", SKR_TERM_SAMPLE},    {"sampleOriginType", SKR_TERM_SAMPLE},
    {"sampleOriginDetail", SKR_TERM_SAMPLE}, {"sampledTissue", SKR_TERM_SAMPLE},
    {"sampleType", SKR_TERM_SAMPLE},         {"histologicalDiagnosis", SKR_TERM_SAMPLE},
    {"tumorProgression", SKR_TERM_SAMPLE},   {"tumorGrade", SKR_TERM_SAMPLE},
    {"pathologicalStage", SKR_TERM_SAMPLE},  {"sampleProcessing", SKR_TERM_SAMPLE},
    {"sampleStorage", SKR_TERM_SAMPLE},      {"materialSample", SKR_TERM_SAMPLE},
};

/* Lists of bare terms of a biosample. */
static const char *const biosample_lists[] = {"diagnosticMarkers", "pathologicalTnmFinding"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static int say_members(skr_people_reader *r, const skr_json_value *object, const member_rule *rules,
                       size_t n_rules)
{
    for (size_t k = 0; k < n_rules; k++) {
        const skr_json_value *term = skr_json_value_find(object, rules[k].member);
        if (term != NULL)
            skr_people_edit_says(r->edit, SKR_SAID(rules[k].kind));
        SKR_TRY(term == NULL ? SKR_OK
                             : skr_people_values_say_term(r, term, rules[k].member, rules[k].kind));
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ phenopackets */

/* procedure.code, treatment.agent, radiationTherapy.modality, therapeuticRegimen.ontologyClass */
static int say_action(skr_people_reader *r, const skr_json_value *action, const char *where)
{
    static const struct {
        const char *member;
        const char *term;
        skr_term_kind kind;
    } rules[] = {{"procedure", "code", SKR_TERM_PROCEDURE},
                 {"treatment", "agent", SKR_TERM_TREATMENT},
                 {"radiationTherapy", "modality", SKR_TERM_TREATMENT},
                 {"therapeuticRegimen", "ontologyClass", SKR_TERM_TREATMENT}};
    if (!skr_json_value_is_object(action))
        return skr_people_reader_fail(r, "%s must be an object", where);
    for (size_t k = 0; k < COUNT(rules); k++) {
        const skr_json_value *what = NULL;
        int status = skr_people_values_object(r, action, where, rules[k].member, &what);
        const skr_json_value *term = skr_json_value_find(what, rules[k].term);
        if (status == SKR_OK && term != NULL)
            status = skr_people_values_say_term(r, term, where, rules[k].kind);
        if (status != SKR_OK)
            return status;
    }
    return SKR_OK;
}

/* Does a text name one of these terms? */
static bool names_any(const char *text, const skr_said_terms *terms)
{
    char curies[SKR_CURIES_MAX];
    size_t n = skr_curies_read(text, curies);
    const char *at = curies;
    for (size_t i = 0; i < n; i++, at += strlen(at) + 1) {
        const char *wanted = terms->curies;
        for (size_t k = 0; k < terms->n; k++, wanted += strlen(wanted) + 1)
            if (strcmp(at, wanted) == 0)
                return true;
    }
    return false;
}

/* Was this disease looked for in the individual and not found? */
static bool is_excluded_disease(const skr_json_value *packet, const char *id)
{
    skr_said_terms terms;
    terms.n = skr_curies_read(id, terms.curies);
    const skr_json_value *diseases = skr_json_value_find(packet, "diseases");
    for (size_t i = 0; i < skr_json_value_n_items(diseases); i++) {
        const skr_json_value *item = skr_json_value_item(diseases, i);
        const char *other =
            skr_json_value_text(skr_json_value_find(skr_json_value_find(item, "term"), "id"));
        if (other != NULL && names_any(other, &terms) &&
            skr_json_value_is_true(skr_json_value_find(item, "excluded")))
            return true;
    }
    return false;
}

/* The disease of a diagnosis that was reached. */
static int say_diagnosis(skr_people_reader *r, const skr_json_value *packet,
                         const skr_json_value *interpretation, const char *where)
{
    const char *progress = NULL;
    const skr_json_value *diagnosis = NULL;
    if (!skr_json_value_is_object(interpretation))
        return skr_people_reader_fail(r, "%s must be an object", where);
    SKR_TRY(skr_people_values_text(r, interpretation, where, "progressStatus", &progress));
    SKR_TRY(skr_people_values_object(r, interpretation, where, "diagnosis", &diagnosis));
    const skr_json_value *disease = skr_json_value_find(diagnosis, "disease");
    const char *id = skr_json_value_text(skr_json_value_find(disease, "id"));
    bool is_reached =
        progress != NULL && (strcmp(progress, "SOLVED") == 0 || strcmp(progress, "COMPLETED") == 0);
    if (!is_reached || id == NULL || is_excluded_disease(packet, id))
        return SKR_OK;
    return skr_people_values_say_term(r, disease, where, SKR_TERM_DISEASE);
}

static int say_biosample(skr_people_reader *r, const skr_json_value *biosample);

/* A biosample within a packet: what is said of it is of a kind of its own. */
static int say_inner_biosample(skr_people_reader *r, const skr_json_value *biosample,
                               const char *where)
{
    if (!skr_json_value_is_object(biosample))
        return skr_people_reader_fail(r, "%s must be an object", where);
    skr_people_genomes_note_id(r, SKR_OTHER_BIOSAMPLE,
                               skr_json_value_text(skr_json_value_find(biosample, "id")));
    skr_people_edit_within_biosample(r->edit, true);
    int status = say_biosample(r, biosample);
    skr_people_edit_within_biosample(r->edit, false);
    return status;
}

/* The lists of a packet whose items need more than a term. */
static int say_packet_lists(skr_people_reader *r, const skr_json_value *packet)
{
    static const char *const names[] = {"medicalActions", "interpretations", "biosamples"};
    static const uint32_t kinds[] = {SKR_SAID(SKR_TERM_TREATMENT) | SKR_SAID(SKR_TERM_PROCEDURE),
                                     SKR_SAID(SKR_TERM_DISEASE), SKR_SAID(SKR_TERM_SAMPLE)};
    for (int k = 0; k < 3; k++) {
        const skr_json_value *list = NULL;
        SKR_TRY(skr_people_values_array(r, packet, "", names[k], &list));
        int status = SKR_OK;
        if (list != NULL)
            skr_people_edit_says(r->edit, kinds[k]);
        for (size_t i = 0; i < skr_json_value_n_items(list); i++) {
            const skr_json_value *item = skr_json_value_item(list, i);
            char where[64];
            (void)snprintf(where, sizeof where, "%s[%zu]", names[k], i);
            if (k == 0)
                status = say_action(r, item, where);
            else if (k == 1)
                status = say_diagnosis(r, packet, item, where);
            else
                status = say_inner_biosample(r, item, where);
            if (status != SKR_OK)
                return status;
        }
    }
    return SKR_OK;
}

/* A text ("FEMALE") or a term ({"id": "NCIT:C16576"}). */
static int say_sex(skr_people_reader *r, const skr_json_value *said)
{
    const char *text = skr_json_value_text(said);
    const char *label = NULL;
    if (said == NULL)
        return SKR_OK;
    skr_people_edit_says(r->edit, SKR_SAID(SKR_SAID_SEX));
    if (text == NULL && !skr_json_value_is_object(said))
        return skr_people_reader_fail(r, "sex must be a text, or an object with an id");
    int status = SKR_OK;
    if (text == NULL)
        status = skr_people_values_text(r, said, "sex", "id", &text);
    if (status == SKR_OK)
        status = skr_people_values_text(r, said, "sex", "label", &label);
    if (text == NULL)
        text = label; /* the code was forgotten */
    if (status != SKR_OK || text == NULL || text[0] == '\0')
        return status;
    return skr_people_reader_sex(r, text, label);
}

static int say_age(skr_people_reader *r, const skr_json_value *object)
{
    static const char *const names[] = {"timeAtLastEncounter", "ageAtCollection",
                                        "ageRangeAtCollection", "age", "ageRange"};
    skr_age said = SKR_AGE_NONE;
    for (size_t k = 0; k < COUNT(names) && !skr_age_is_said(said); k++) {
        const skr_json_value *age = skr_json_value_find(object, names[k]);
        if (age != NULL)
            skr_people_edit_says(r->edit, SKR_SAID(SKR_SAID_AGE));
        SKR_TRY(age == NULL ? SKR_OK : skr_people_values_age(r, age, names[k], &said));
    }
    if (skr_age_is_said(said))
        skr_people_edit_age(r->edit, said);
    return SKR_OK;
}

/* Begins the record of a phenopacket or of a Beacon individual, which knows no subject. */
static int begin_person(skr_people_reader *r, const skr_json_value *person,
                        const skr_json_value **ret_subject)
{
    bool is_packet = skr_json_value_find(person, "subject") != NULL ||
                     skr_json_value_find(person, "metaData") != NULL;
    bool is_subject = r->request->ids_are_subjects && is_packet;
    const skr_json_value *subject = NULL;
    const char *own = NULL;
    const char *of_subject = NULL;
    int status = skr_people_values_text(r, person, "", "id", &own);
    if (status == SKR_OK)
        status = skr_people_values_object(r, person, "", "subject", &subject);
    if (status == SKR_OK)
        status = skr_people_values_text(r, subject, "subject", "id", &of_subject);
    const char *id = is_subject ? of_subject : own;
    if (status == SKR_OK && id == NULL)
        status = is_subject
                     ? skr_people_reader_fail(r, "no subject.id, which --id subject asks for")
                     : skr_people_reader_fail(r, "no \"id\": whose facts are these?");
    if (status == SKR_OK)
        status = skr_people_reader_begin(r, id, SKR_RECORD_INDIVIDUAL, id, is_subject);
    if (status != SKR_OK || r->is_left_out)
        return status;
    r->has_packets = r->has_packets || is_packet;
    skr_people_genomes_note_id(r, SKR_OTHER_PACKET, is_subject ? own : of_subject);
    r->birth =
        skr_json_value_text(skr_json_value_find(subject != NULL ? subject : person, "dateOfBirth"));
    *ret_subject = subject;
    return SKR_OK;
}

/* A phenopacket or a Beacon individual. */
static int say_person(skr_people_reader *r, const skr_json_value *person)
{
    const skr_json_value *subject = NULL;
    int status = begin_person(r, person, &subject);
    if (status == SKR_OK && r->is_left_out)
        return SKR_OK;
    if (status == SKR_OK)
        status = say_sex(r, skr_json_value_find(subject != NULL ? subject : person, "sex"));
    if (status == SKR_OK)
        status = say_age(r, subject != NULL ? subject : person);
    if (status == SKR_OK)
        status = skr_people_values_say_lists(r, person);
    if (status == SKR_OK)
        status = say_members(r, person, individual_members, COUNT(individual_members));
    if (status == SKR_OK)
        status = say_packet_lists(r, person);
    return status == SKR_OK ? skr_people_reader_end(r) : status;
}

/* ------------------------------------------------------------------ biosamples */

static int say_biosample(skr_people_reader *r, const skr_json_value *biosample)
{
    int status = skr_people_values_say_lists(r, biosample);
    if (status == SKR_OK)
        status = say_members(r, biosample, biosample_members, COUNT(biosample_members));
    for (size_t k = 0; status == SKR_OK && k < COUNT(biosample_lists); k++) {
        const skr_json_value *list = NULL;
        SKR_TRY(skr_people_values_array(r, biosample, "", biosample_lists[k], &list));
        if (list != NULL)
            skr_people_edit_says(r->edit, SKR_SAID(SKR_TERM_SAMPLE));
        for (size_t i = 0; i < skr_json_value_n_items(list); i++) {
            const skr_json_value *item = skr_json_value_item(list, i);
            SKR_TRY(skr_people_values_say_term(r, item, biosample_lists[k], SKR_TERM_SAMPLE));
        }
    }
    const skr_json_value *procedure = NULL;
    if (status == SKR_OK)
        status = skr_people_values_object(r, biosample, "", "obtentionProcedure", &procedure);
    if (status == SKR_OK && procedure == NULL)
        status = skr_people_values_object(r, biosample, "", "procedure", &procedure);
    const skr_json_value *code = skr_json_value_find(procedure, "procedureCode");
    code = code != NULL ? code : skr_json_value_find(procedure, "code");
    if (status == SKR_OK && code != NULL) {
        skr_people_edit_says(r->edit, SKR_SAID(SKR_TERM_PROCEDURE));
        status = skr_people_values_say_term(r, code, "procedure", SKR_TERM_PROCEDURE);
    }
    return status;
}

static int say_beacon_biosample(skr_people_reader *r, const skr_json_value *biosample)
{
    const char *individual = NULL;
    const char *id = NULL;
    SKR_TRY(skr_people_values_text(r, biosample, "", "individualId", &individual));
    SKR_TRY(skr_people_values_text(r, biosample, "", "id", &id));
    if (id == NULL)
        return skr_people_reader_fail(r, "a biosample without an \"id\"");
    if (individual == NULL || individual[0] == '\0')
        return skr_people_reader_fail(r, "a biosample without an \"individualId\"");
    SKR_TRY(skr_people_reader_begin(r, individual, SKR_RECORD_BIOSAMPLE, id, false));
    if (r->is_left_out)
        return SKR_OK;
    skr_people_genomes_note_id(r, SKR_OTHER_BIOSAMPLE, id);
    int status = say_biosample(r, biosample);
    return status == SKR_OK ? skr_people_reader_end(r) : status;
}

/* ------------------------------------------------------------------ records */

static bool has_any(const skr_json_value *object, const char *const *names)
{
    for (; *names != NULL; names++)
        if (skr_json_value_find(object, *names) != NULL)
            return true;
    return false;
}

/* Members that only people have: a dataset or a run with an id is nobody. */
static bool is_person(const skr_json_value *object)
{
    static const char *const names[] = {"subject",
                                        "metaData",
                                        "sex",
                                        "karyotypicSex",
                                        "ageAtCollection",
                                        "phenotypicFeatures",
                                        "diseases",
                                        "measures",
                                        "treatments",
                                        "exposures",
                                        "measurements",
                                        "medicalActions",
                                        "ethnicity",
                                        "pedigrees",
                                        "biosamples",
                                        "interpretations",
                                        "geographicOrigin",
                                        "interventionsOrProcedures",
                                        NULL};
    return has_any(object, names) ||
           (skr_json_value_n_members(object) == 1 && skr_json_value_find(object, "id"));
}

static bool is_biosample(const skr_json_value *object)
{
    static const char *const names[] = {"biosampleStatus", "sampleOriginType", "sampleOriginDetail",
                                        "collectionMoment", NULL};
    return skr_json_value_find(object, "individualId") != NULL && has_any(object, names);
}

static int say_packets(skr_people_reader *r, const skr_json_value *group, const char *list)
{
    const skr_json_value *packets = NULL;
    SKR_TRY(skr_people_values_array(r, group, "", list, &packets));
    for (size_t i = 0; i < skr_json_value_n_items(packets); i++) {
        const skr_json_value *packet = skr_json_value_item(packets, i);
        r->id = NULL;
        if (!skr_json_value_is_object(packet))
            return skr_people_reader_fail(r, "%s[%zu] must be a phenopacket", list, i);
        SKR_TRY(say_person(r, packet));
    }
    return SKR_OK;
}

/* A family (proband, relatives) or a cohort (members) of phenopackets. */
static int say_group(skr_people_reader *r, const skr_json_value *group)
{
    const skr_json_value *proband = NULL;
    int status = skr_people_values_object(r, group, "", "proband", &proband);
    if (status == SKR_OK && proband != NULL)
        status = say_person(r, proband);
    if (status == SKR_OK)
        status = say_packets(r, group, "relatives");
    if (status == SKR_OK)
        status = say_packets(r, group, "members");
    return status;
}

/* A record, by what it has. */
static int say_record(skr_people_reader *r, const skr_json_value *value)
{
    if (!skr_json_value_is_object(value))
        return skr_people_reader_fail(r, "a person must be a JSON object");
    if (skr_json_value_find(value, "proband") != NULL ||
        skr_json_value_is_array(skr_json_value_find(value, "members")))
        return say_group(r, value);
    if (is_biosample(value))
        return say_beacon_biosample(r, value);
    if (skr_json_value_find(value, "individualId") == NULL && is_person(value))
        return say_person(r, value);
    return skr_people_reader_fail(r, "neither a phenopacket nor a Beacon individual or biosample");
}

int skr_people_json_read(skr_people_reader *r, const char *text, size_t n)
{
    skr_json_value *value = NULL;
    uint64_t n_lines;
    int status = skr_json_value_parse(text, n, &value, &n_lines, r->err);
    r->line += n_lines;
    if (status == SKR_ERR_INPUT)
        return skr_people_reader_fail(r, "%s", r->err->message);
    if (status != SKR_OK)
        return status;
    r->birth = NULL;
    status = say_record(r, value);
    skr_json_value_free(value);
    return status;
}
