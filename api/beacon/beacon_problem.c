/* beacon_problem.c - errors as Beacon bodies: meta is complete, and the HTTP status stands inside.
 */
#include <jansson.h>

#include "api/beacon/beacon_json.h"
#include "api/beacon/beacon_response_int.h"

int skr_beacon_problem(const skr_service *service, unsigned status, const char *message,
                       char **ret_text, size_t *ret_n, skr_err *err)
{
    skr_json_begin();
    json_t *meta = skr_beacon_meta(service, NULL, SKR_ENTITY_INDIVIDUAL, SKR_GRANULARITY_BOOLEAN);
    json_t *problem =
        json_pack("{s:i, s:o}", "errorCode", (int)status, "errorMessage", skr_json_text(message));
    json_t *answer = json_pack("{s:o, s:o}", "meta", meta, "error", problem);
    return skr_json_print(answer, ret_text, ret_n, err);
}
