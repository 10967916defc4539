/*
 * beacon_harmless.c - what clients send beside the question, and what is said when it is left out.
 *
 * A refusal is not seen in a federation: it looks like nobody. So what cannot change a count is
 * taken, and the answer says that it was not done.
 */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/beacon/beacon_json.h"
#include "api/beacon/beacon_request_int.h"

/* How an answer is laid out, who asks, which of the answers to show: never what is counted. */
static const char *const harmless[] = {
    "includeHandovers",
    "includeHandover",
    "output",
    "outputFormat",
    "responseFormat",
    "format",
    "aggregators",
    "aggregationTerms",
    "description",
    "language",
    "lang",
    "debugMode",
    "debug",
    "requestId",
    "requestSource",
    "requestEntityPathId",
    "accessToken",
    "access_token",
    "info",
    "createdDateTime",
    "deliveryKeys",
    "plotType",
    "plotPars",
    "_",
};

bool skr_beacon_is_harmless(const char *name)
{
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (strcasecmp(harmless[i], name) == 0)
            return true;
    return false;
}

void skr_beacon_request_warn(skr_beacon_request *request, const char *code, const char *format, ...)
{
    char text[SKR_ERR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    skr_json_append(request->warnings, json_pack("{s:s, s:o, s:{}}", "code", code, "text",
                                                 skr_json_text(text), "figures"));
}
