/* message.c - what a response holds. */
#include "api/message/message.h"

#include <stdlib.h>

void skr_message_response_done(skr_http_response *response)
{
    free(response->body);
    free(response->canonical);
    free(response->fault);
    *response = (skr_http_response){0};
}
