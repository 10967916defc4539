/*
 * people_record.c - the stored form of a record: what one delivery said of one individual.
 */
#include <math.h>
#include <string.h>

#include "index/people/people_int.h"
#include "storage/manifest.h"

static double take_double(skr_cursor *cursor)
{
    uint64_t bits = skr_cursor_u64(cursor);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static skr_age take_age(skr_cursor *cursor)
{
    skr_age age;
    age.low = take_double(cursor);
    age.high = take_double(cursor);
    return age;
}

bool skr_people_age_is_sound(skr_age age)
{
    return !isinf(age.low) && !isinf(age.high) && !(age.low > age.high);
}

const char *skr_people_said_name(unsigned kind)
{
    static const char *const names[SKR_N_SAID] = {[SKR_TERM_PHENOTYPE] = "phenotypes",
                                                  [SKR_TERM_DISEASE] = "diseases",
                                                  [SKR_TERM_TREATMENT] = "treatments",
                                                  [SKR_TERM_PROCEDURE] = "procedures",
                                                  [SKR_TERM_EXPOSURE] = "exposures",
                                                  [SKR_TERM_MEASURE] = "measures",
                                                  [SKR_TERM_ANCESTRY] = "ancestry",
                                                  [SKR_TERM_COUNTRY] = "country",
                                                  [SKR_TERM_SAMPLE] = "biosamples",
                                                  [SKR_TERM_OTHER] = "other",
                                                  [SKR_SAID_SEX] = "sex",
                                                  [SKR_SAID_AGE] = "age"};
    return names[kind];
}

bool skr_people_record_next(skr_cursor *records, skr_people_record *ret_record)
{
    if (records->is_bad || records->at == records->end)
        return false;
    size_t n = skr_cursor_u32(records);
    const uint8_t *bytes = skr_cursor_bytes(records, n);
    if (bytes == NULL)
        return false;
    skr_cursor at = skr_cursor_of(bytes, n);
    skr_people_record record = {0};
    record.individual = skr_cursor_u32(&at);
    record.kind = (skr_record_kind)skr_cursor_u8(&at);
    record.sex = (skr_sex)skr_cursor_u8(&at);
    record.age = take_age(&at);
    record.n_facts = skr_cursor_u32(&at);
    record.id = skr_cursor_text(&at, &record.n_id);
    record.facts = at;
    if (at.is_bad || record.kind >= SKR_N_RECORD_KINDS || record.sex >= SKR_N_SEXES ||
        !skr_people_age_is_sound(record.age) ||
        (record.kind == SKR_RECORD_INDIVIDUAL) != (record.n_id == 0)) {
        records->is_bad = true;
        return false;
    }
    *ret_record = record;
    return true;
}

bool skr_people_fact_next(skr_cursor *facts, skr_stored_fact *ret_fact)
{
    if (facts->is_bad || facts->at == facts->end)
        return false;
    skr_stored_fact fact = {.onset = SKR_AGE_NONE};
    fact.term = (uint32_t)skr_cursor_varint_max(facts, UINT32_MAX - 1);
    uint8_t flags = skr_cursor_u8(facts);
    fact.kind = (skr_term_kind)(flags & SKR_FACT_KIND);
    fact.is_excluded = (flags & SKR_FACT_EXCLUDED) != 0;
    fact.has_value = (flags & SKR_FACT_VALUE) != 0;
    fact.is_of_sample = (flags & SKR_FACT_OF_SAMPLE) != 0;
    if (fact.has_value)
        fact.value = take_double(facts);
    if ((flags & SKR_FACT_ONSET) != 0)
        fact.onset = take_age(facts);
    bool is_sound = isfinite(fact.value) && skr_people_age_is_sound(fact.onset) &&
                    skr_age_is_said(fact.onset) == ((flags & SKR_FACT_ONSET) != 0);
    if (fact.kind >= SKR_N_TERM_KINDS || !is_sound)
        facts->is_bad = true;
    if (facts->is_bad)
        return false;
    *ret_fact = fact;
    return true;
}
