/* deliveries.c - deliveries as info tells them: JSON, lines, or a row for each file. */
#include "tools/skerry/deliveries.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SHOWN_MAX 10u
#define TIME_TEXT_MAX 32

/* A time in UTC, in the form of ISO 8601; NULL where it is not known. ret_text has room for
 * TIME_TEXT_MAX bytes. */
static const char *time_text(uint64_t time_s, char *ret_text)
{
    struct tm parts;
    time_t time = (time_t)time_s;
    if (time_s == 0)
        return NULL;
    if (gmtime_r(&time, &parts) == NULL ||
        strftime(ret_text, TIME_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        ret_text[0] = '\0';
    return ret_text;
}

const char *skr_size_text(uint64_t n_bytes, char *ret_text)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    double size = (double)n_bytes;
    size_t unit = 0;
    while (size >= 1000 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1000;
        unit++;
    }
    (void)snprintf(ret_text, SKR_SIZE_TEXT_MAX, "%.*f %s", unit == 0 ? 0 : 1, size, units[unit]);
    return ret_text;
}

/* ------------------------------------------------------------------ JSON */

static void json_delivery(skr_out *json, const skr_delivery_info *delivery)
{
    skr_out_open(json, '{');
    char time[TIME_TEXT_MAX];
    skr_out_member_number(json, "generation", delivery->generation);
    skr_out_member_text(json, "time", time_text(delivery->time_s, time));
    skr_out_member_number(json, "bytes", delivery->n_bytes);
    skr_out_member_text(json, "dataset", delivery->dataset);
    skr_out_member_text(json, "assembly", delivery->assembly);
    skr_out_member_text(json, "options", delivery->options);
    skr_out_member_number(json, "samples", delivery->n_samples);
    skr_out_member_number(json, "alleles", delivery->n_alleles);
    skr_out_key(json, "files");
    skr_out_open(json, '[');
    for (uint32_t i = 0; i < delivery->n_sources; i++) {
        skr_out_open(json, '{');
        skr_out_member_text(json, "name", delivery->sources[i].name);
        skr_out_member_text(json, "sha256", delivery->sources[i].sha256);
        skr_out_member_boolean(json, "live", delivery->sources[i].is_live);
        skr_out_close(json, '}');
    }
    skr_out_close(json, ']');
    skr_out_key(json, "counters");
    skr_out_open(json, '{');
    for (uint32_t i = 0; i < delivery->n_counters; i++)
        skr_out_member_number(json, delivery->counters[i].name, delivery->counters[i].value);
    skr_out_close(json, '}');
    skr_out_close(json, '}');
}

void skr_deliveries_put_json(skr_out *json, const skr_info *info)
{
    skr_out_key(json, "deliveries");
    skr_out_open(json, '[');
    for (size_t i = 0; i < info->n_deliveries; i++)
        json_delivery(json, &info->deliveries[i]);
    skr_out_close(json, ']');
}

/* ------------------------------------------------------------------ text */

static uint32_t n_replaced(const skr_delivery_info *delivery)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < delivery->n_sources; i++)
        n += !delivery->sources[i].is_live;
    return n;
}

/* One line, with what was left out; the files and each counter on lines of their own when asked. */
static void print_delivery(const skr_delivery_info *delivery, bool is_verbose)
{
    char time[TIME_TEXT_MAX];
    char size[SKR_SIZE_TEXT_MAX];
    const char *date = time_text(delivery->time_s, time);
    printf("%-12s generation %" PRIu64 ", %s, %s, %s: %" PRIu32 " samples, %" PRIu64
           " alleles, %" PRIu32 " %s",
           "delivery", delivery->generation, date != NULL ? date : "no date", delivery->dataset,
           delivery->assembly, delivery->n_samples, delivery->n_alleles, delivery->n_sources,
           delivery->n_sources == 1 ? "file" : "files");
    if (n_replaced(delivery) > 0)
        printf(" (%" PRIu32 " replaced)", n_replaced(delivery));
    printf(", %s (%s)", skr_size_text(delivery->n_bytes, size), delivery->options);
    if (is_verbose) {
        printf("\n");
        for (uint32_t i = 0; i < delivery->n_sources; i++)
            printf("  %s%s\n", delivery->sources[i].name,
                   delivery->sources[i].name[0] == '\0' ? "(a file whose people are gone)"
                   : delivery->sources[i].is_live       ? ""
                                                        : " (replaced)");
        for (uint32_t i = 0; i < delivery->n_counters; i++)
            printf("  %-20s %" PRIu64 "\n", delivery->counters[i].name,
                   delivery->counters[i].value);
        return;
    }
    for (uint32_t i = 0; i < delivery->n_counters; i++)
        printf("%s%s %" PRIu64, i == 0 ? "; " : ", ", delivery->counters[i].name,
               delivery->counters[i].value);
    printf("\n");
}

void skr_deliveries_print(const skr_info *info, bool is_verbose)
{
    size_t first = 0;
    if (!is_verbose && info->n_deliveries > SHOWN_MAX) {
        first = info->n_deliveries - SHOWN_MAX;
        printf("%-12s %zu in all, the last %u are: (all: skerry info --deliveries)\n", "deliveries",
               info->n_deliveries, SHOWN_MAX);
    }
    for (size_t i = first; i < info->n_deliveries; i++)
        print_delivery(&info->deliveries[i], is_verbose);
}

/* ------------------------------------------------------------------ a row for each file */

/* A name may hold any byte but NUL; a row must stay one. */
static void print_name(const char *name)
{
    for (const char *c = name; *c != '\0'; c++)
        (void)putchar((unsigned char)*c < 0x20 ? '?' : *c);
}

static void print_row(const skr_delivery_info *delivery, const skr_source_info *source)
{
    char time[TIME_TEXT_MAX];
    const char *date = time_text(delivery->time_s, time);
    printf("%" PRIu64 "\t%s\t%s\t%s\t", delivery->generation, date != NULL ? date : ".",
           delivery->dataset, delivery->assembly);
    print_name(source->name);
    printf("\t%s\t%s\t%" PRIu32 "\t%" PRIu64 "\t", source->sha256, source->is_live ? "yes" : "no",
           delivery->n_samples, delivery->n_alleles);
    print_name(delivery->options);
    printf("\t%s", delivery->n_counters == 0 ? "." : "");
    for (uint32_t i = 0; i < delivery->n_counters; i++)
        printf("%s%s=%" PRIu64, i == 0 ? "" : ",", delivery->counters[i].name,
               delivery->counters[i].value);
    printf("\n");
}

static void print_object(const skr_delivery_info *delivery, const skr_source_info *source)
{
    skr_out json = {.out = stdout};
    char time[TIME_TEXT_MAX];
    skr_out_open(&json, '{');
    skr_out_member_number(&json, "generation", delivery->generation);
    skr_out_member_text(&json, "time", time_text(delivery->time_s, time));
    skr_out_member_text(&json, "dataset", delivery->dataset);
    skr_out_member_text(&json, "assembly", delivery->assembly);
    skr_out_member_text(&json, "file", source->name);
    skr_out_member_text(&json, "sha256", source->sha256);
    skr_out_member_boolean(&json, "live", source->is_live);
    skr_out_member_number(&json, "samples", delivery->n_samples);
    skr_out_member_number(&json, "alleles", delivery->n_alleles);
    skr_out_member_text(&json, "options", delivery->options);
    skr_out_key(&json, "counters");
    skr_out_open(&json, '{');
    for (uint32_t i = 0; i < delivery->n_counters; i++)
        skr_out_member_number(&json, delivery->counters[i].name, delivery->counters[i].value);
    skr_out_close(&json, '}');
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

void skr_deliveries_list(const skr_info *info, bool is_json)
{
    if (!is_json)
        printf("generation\ttime\tdataset\tassembly\tfile\tsha256\tlive\tsamples\talleles\t"
               "options\tcounters\n");
    for (size_t i = 0; i < info->n_deliveries; i++) {
        const skr_delivery_info *delivery = &info->deliveries[i];
        for (uint32_t k = 0; k < delivery->n_sources; k++) {
            if (is_json)
                print_object(delivery, &delivery->sources[k]);
            else
                print_row(delivery, &delivery->sources[k]);
        }
    }
}
