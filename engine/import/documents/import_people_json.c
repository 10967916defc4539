/*
 * import_people_json.c - people from JSON: phenopackets (versions 1 and 2, alone, in families and
 * cohorts), Beacon-friendly individuals and biosamples. A door to jansson.
 *
 * The two vocabularies say the same things under other names, so one reader knows both. Members
 * that it does not know are passed over; one that it knows must be of the right type. Modifiers
 * (severity, onset classes, evidence) are not said of a person and never match.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/import/documents/import_people_values_int.h"

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

static int say_members(skr_people_reader *r, const json_t *object, const member_rule *rules,
                       size_t n_rules)
{
    for (size_t k = 0; k < n_rules; k++) {
        json_t *term = skr_member_find(object, rules[k].member);
        if (term != NULL)
            skr_people_edit_says(r->edit, SKR_SAID(rules[k].kind));
        int status = term == NULL ? SKR_OK : skr_say_term(r, term, rules[k].member, rules[k].kind);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ phenopackets */

/* procedure.code, treatment.agent, radiationTherapy.modality, therapeuticRegimen.ontologyClass */
static int say_action(skr_people_reader *r, const json_t *action, const char *where)
{
    static const struct {
        const char *member;
        const char *term;
        skr_term_kind kind;
    } rules[] = {{"procedure", "code", SKR_TERM_PROCEDURE},
                 {"treatment", "agent", SKR_TERM_TREATMENT},
                 {"radiationTherapy", "modality", SKR_TERM_TREATMENT},
                 {"therapeuticRegimen", "ontologyClass", SKR_TERM_TREATMENT}};
    if (!json_is_object(action))
        return skr_reader_fail(r, "%s must be an object", where);
    for (size_t k = 0; k < COUNT(rules); k++) {
        json_t *what = NULL;
        int status = skr_member_object(r, action, where, rules[k].member, &what);
        json_t *term = skr_member_find(what, rules[k].term);
        if (status == SKR_OK && term != NULL)
            status = skr_say_term(r, term, where, rules[k].kind);
        if (status < 0)
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
static bool is_excluded_disease(const json_t *packet, const char *id)
{
    skr_said_terms terms;
    terms.n = skr_curies_read(id, terms.curies);
    json_t *item;
    size_t i;
    json_array_foreach(skr_member_find(packet, "diseases"), i, item)
    {
        const char *other = json_string_value(skr_member_find(skr_member_find(item, "term"), "id"));
        if (other != NULL && names_any(other, &terms) &&
            json_is_true(skr_member_find(item, "excluded")))
            return true;
    }
    return false;
}

/* The disease of a diagnosis that was reached. */
static int say_diagnosis(skr_people_reader *r, const json_t *packet, const json_t *interpretation,
                         const char *where)
{
    const char *progress = NULL;
    json_t *diagnosis = NULL;
    if (!json_is_object(interpretation))
        return skr_reader_fail(r, "%s must be an object", where);
    int status = skr_member_text(r, interpretation, where, "progressStatus", &progress);
    if (status == SKR_OK)
        status = skr_member_object(r, interpretation, where, "diagnosis", &diagnosis);
    if (status < 0)
        return status;
    json_t *disease = skr_member_find(diagnosis, "disease");
    const char *id = json_string_value(skr_member_find(disease, "id"));
    bool is_reached =
        progress != NULL && (strcmp(progress, "SOLVED") == 0 || strcmp(progress, "COMPLETED") == 0);
    if (!is_reached || id == NULL || is_excluded_disease(packet, id))
        return SKR_OK;
    return skr_say_term(r, disease, where, SKR_TERM_DISEASE);
}

static int say_biosample(skr_people_reader *r, const json_t *biosample);

/* A biosample within a packet: what is said of it is of a kind of its own. */
static int say_inner_biosample(skr_people_reader *r, const json_t *biosample, const char *where)
{
    if (!json_is_object(biosample))
        return skr_reader_fail(r, "%s must be an object", where);
    skr_reader_note_id(r, SKR_OTHER_BIOSAMPLE, json_string_value(skr_member_find(biosample, "id")));
    skr_people_edit_within_biosample(r->edit, true);
    int status = say_biosample(r, biosample);
    skr_people_edit_within_biosample(r->edit, false);
    return status;
}

/* The lists of a packet whose items need more than a term. */
static int say_packet_lists(skr_people_reader *r, const json_t *packet)
{
    static const char *const names[] = {"medicalActions", "interpretations", "biosamples"};
    static const uint32_t kinds[] = {SKR_SAID(SKR_TERM_TREATMENT) | SKR_SAID(SKR_TERM_PROCEDURE),
                                     SKR_SAID(SKR_TERM_DISEASE), SKR_SAID(SKR_TERM_SAMPLE)};
    for (int k = 0; k < 3; k++) {
        json_t *list = NULL;
        json_t *item;
        size_t i;
        int status = skr_member_array(r, packet, "", names[k], &list);
        if (status < 0)
            return status;
        if (list != NULL)
            skr_people_edit_says(r->edit, kinds[k]);
        json_array_foreach(list, i, item)
        {
            char where[64];
            (void)snprintf(where, sizeof where, "%s[%zu]", names[k], i);
            if (k == 0)
                status = say_action(r, item, where);
            else if (k == 1)
                status = say_diagnosis(r, packet, item, where);
            else
                status = say_inner_biosample(r, item, where);
            if (status < 0)
                return status;
        }
    }
    return SKR_OK;
}

/* A text ("FEMALE") or a term ({"id": "NCIT:C16576"}). */
static int say_sex(skr_people_reader *r, json_t *said)
{
    const char *text = json_string_value(said);
    const char *label = NULL;
    if (said == NULL)
        return SKR_OK;
    skr_people_edit_says(r->edit, SKR_SAID(SKR_SAID_SEX));
    if (text == NULL && !json_is_object(said))
        return skr_reader_fail(r, "sex must be a text, or an object with an id");
    int status = SKR_OK;
    if (text == NULL)
        status = skr_member_text(r, said, "sex", "id", &text);
    if (status == SKR_OK)
        status = skr_member_text(r, said, "sex", "label", &label);
    if (text == NULL)
        text = label; /* the code was forgotten */
    if (status < 0 || text == NULL || text[0] == '\0')
        return status;
    return skr_reader_sex(r, text, label);
}

static int say_age(skr_people_reader *r, const json_t *object)
{
    static const char *const names[] = {"timeAtLastEncounter", "ageAtCollection",
                                        "ageRangeAtCollection", "age", "ageRange"};
    skr_age said = SKR_AGE_NONE;
    for (size_t k = 0; k < COUNT(names) && !skr_age_is_said(said); k++) {
        json_t *age = skr_member_find(object, names[k]);
        if (age != NULL)
            skr_people_edit_says(r->edit, SKR_SAID(SKR_SAID_AGE));
        int status = age == NULL ? SKR_OK : skr_member_age(r, age, names[k], &said);
        if (status < 0)
            return status;
    }
    if (skr_age_is_said(said))
        skr_people_edit_age(r->edit, said);
    return SKR_OK;
}

/* Begins the record of a phenopacket or of a Beacon individual, which knows no subject. */
static int begin_person(skr_people_reader *r, const json_t *person, json_t **ret_subject)
{
    bool is_packet =
        skr_member_find(person, "subject") != NULL || skr_member_find(person, "metaData") != NULL;
    bool is_subject = r->request->ids_are_subjects && is_packet;
    json_t *subject = NULL;
    const char *own = NULL;
    const char *of_subject = NULL;
    int status = skr_member_text(r, person, "", "id", &own);
    if (status == SKR_OK)
        status = skr_member_object(r, person, "", "subject", &subject);
    if (status == SKR_OK)
        status = skr_member_text(r, subject, "subject", "id", &of_subject);
    const char *id = is_subject ? of_subject : own;
    if (status == SKR_OK && id == NULL)
        status = is_subject ? skr_reader_fail(r, "no subject.id, which --id subject asks for")
                            : skr_reader_fail(r, "no \"id\": whose facts are these?");
    if (status == SKR_OK)
        status = skr_reader_begin(r, id, SKR_RECORD_INDIVIDUAL, id, is_subject);
    if (status < 0)
        return status;
    r->has_packets = r->has_packets || is_packet;
    skr_reader_note_id(r, SKR_OTHER_PACKET, is_subject ? own : of_subject);
    r->birth =
        json_string_value(skr_member_find(subject != NULL ? subject : person, "dateOfBirth"));
    *ret_subject = subject;
    return SKR_OK;
}

/* A phenopacket or a Beacon individual. */
static int say_person(skr_people_reader *r, const json_t *person)
{
    json_t *subject = NULL;
    int status = begin_person(r, person, &subject);
    if (status == SKR_OK)
        status = say_sex(r, skr_member_find(subject != NULL ? subject : person, "sex"));
    if (status == SKR_OK)
        status = say_age(r, subject != NULL ? subject : person);
    if (status == SKR_OK)
        status = skr_say_lists(r, person);
    if (status == SKR_OK)
        status = say_members(r, person, individual_members, COUNT(individual_members));
    if (status == SKR_OK)
        status = say_packet_lists(r, person);
    return status == SKR_OK ? skr_reader_end(r) : status;
}

/* ------------------------------------------------------------------ biosamples */

static int say_biosample(skr_people_reader *r, const json_t *biosample)
{
    int status = skr_say_lists(r, biosample);
    if (status == SKR_OK)
        status = say_members(r, biosample, biosample_members, COUNT(biosample_members));
    for (size_t k = 0; status == SKR_OK && k < COUNT(biosample_lists); k++) {
        json_t *list = NULL;
        json_t *item;
        size_t i;
        status = skr_member_array(r, biosample, "", biosample_lists[k], &list);
        if (status < 0)
            return status;
        if (list != NULL)
            skr_people_edit_says(r->edit, SKR_SAID(SKR_TERM_SAMPLE));
        json_array_foreach(list, i, item)
        {
            status = skr_say_term(r, item, biosample_lists[k], SKR_TERM_SAMPLE);
            if (status < 0)
                return status;
        }
    }
    json_t *procedure = NULL;
    if (status == SKR_OK)
        status = skr_member_object(r, biosample, "", "obtentionProcedure", &procedure);
    if (status == SKR_OK && procedure == NULL)
        status = skr_member_object(r, biosample, "", "procedure", &procedure);
    json_t *code = skr_member_find(procedure, "procedureCode");
    code = code != NULL ? code : skr_member_find(procedure, "code");
    if (status == SKR_OK && code != NULL) {
        skr_people_edit_says(r->edit, SKR_SAID(SKR_TERM_PROCEDURE));
        status = skr_say_term(r, code, "procedure", SKR_TERM_PROCEDURE);
    }
    return status;
}

static int say_beacon_biosample(skr_people_reader *r, const json_t *biosample)
{
    const char *individual = NULL;
    const char *id = NULL;
    int status = skr_member_text(r, biosample, "", "individualId", &individual);
    if (status == SKR_OK)
        status = skr_member_text(r, biosample, "", "id", &id);
    if (status < 0)
        return status;
    if (id == NULL)
        return skr_reader_fail(r, "a biosample without an \"id\"");
    if (individual == NULL || individual[0] == '\0')
        return skr_reader_fail(r, "a biosample without an \"individualId\"");
    status = skr_reader_begin(r, individual, SKR_RECORD_BIOSAMPLE, id, false);
    if (status < 0)
        return status;
    skr_reader_note_id(r, SKR_OTHER_BIOSAMPLE, id);
    status = say_biosample(r, biosample);
    return status == SKR_OK ? skr_reader_end(r) : status;
}

/* ------------------------------------------------------------------ records */

static bool has_any(const json_t *object, const char *const *names)
{
    for (; *names != NULL; names++)
        if (skr_member_find(object, *names) != NULL)
            return true;
    return false;
}

/* Members that only people have: a dataset or a run with an id is nobody. */
static bool is_person(const json_t *object)
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
           (json_object_size(object) == 1 && skr_member_find(object, "id"));
}

static bool is_biosample(const json_t *object)
{
    static const char *const names[] = {"biosampleStatus", "sampleOriginType", "sampleOriginDetail",
                                        "collectionMoment", NULL};
    return skr_member_find(object, "individualId") != NULL && has_any(object, names);
}

static int say_packets(skr_people_reader *r, const json_t *group, const char *list)
{
    json_t *packets = NULL;
    json_t *packet;
    size_t i;
    int status = skr_member_array(r, group, "", list, &packets);
    if (status < 0)
        return status;
    json_array_foreach(packets, i, packet)
    {
        r->id = NULL;
        if (!json_is_object(packet))
            return skr_reader_fail(r, "%s[%zu] must be a phenopacket", list, i);
        status = say_person(r, packet);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

/* A family (proband, relatives) or a cohort (members) of phenopackets. */
static int say_group(skr_people_reader *r, const json_t *group)
{
    json_t *proband = NULL;
    int status = skr_member_object(r, group, "", "proband", &proband);
    if (status == SKR_OK && proband != NULL)
        status = say_person(r, proband);
    if (status == SKR_OK)
        status = say_packets(r, group, "relatives");
    if (status == SKR_OK)
        status = say_packets(r, group, "members");
    return status;
}

int skr_read_people_json(skr_people_reader *r, const char *text, size_t n)
{
    json_error_t why;
    errno = 0;
    json_t *value = json_loadb(
        text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &why);
    if (value == NULL && errno == ENOMEM) /* the library may call it a syntax error */
        return skr_fail(r->err, SKR_ERR_NOMEM, "people: out of memory");
    if (value == NULL) {
        r->line += why.line > 1 ? (uint64_t)why.line - 1 : 0;
        return skr_reader_fail(r, "malformed JSON: %s", why.text);
    }
    r->birth = NULL;
    int status;
    if (!json_is_object(value))
        status = skr_reader_fail(r, "a person must be a JSON object");
    else if (skr_member_find(value, "proband") != NULL ||
             json_is_array(skr_member_find(value, "members")))
        status = say_group(r, value);
    else if (is_biosample(value))
        status = say_beacon_biosample(r, value);
    else if (skr_member_find(value, "individualId") == NULL && is_person(value))
        status = say_person(r, value);
    else
        status = skr_reader_fail(r, "neither a phenopacket nor a Beacon individual or biosample");
    json_decref(value);
    return status;
}
