/*
 * bench_empty_http.c - the yardstick of the server: libmicrohttpd with the settings that skerry
 * serve gives it, and a handler that does nothing but answer.
 *
 *   bench_empty_http [N_BYTES]     prints "listening on 127.0.0.1:PORT", ends with its input
 */
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_BYTES_MAX 65536
#define HEADERS_MAX 65536
#define TIMEOUT_S 30

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *n_upload, void **state)
{
    static char begun;
    (void)url;
    (void)method;
    (void)version;
    (void)upload;
    if (*state == NULL) {
        *state = &begun;
        return MHD_YES;
    }
    if (*n_upload > 0) {
        *n_upload = 0;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, context);
}

int main(int argc, char **argv)
{
    static char body[N_BYTES_MAX];
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 2;
    if (n > sizeof body)
        n = sizeof body;
    memset(body, ' ', sizeof body);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(n, body, MHD_RESPMEM_PERSISTENT);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request,
        response, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HEADERS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (response == NULL || daemon == NULL) {
        (void)fprintf(stderr, "bench_empty_http: libmicrohttpd does not start\n");
        return 6;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    (void)fprintf(stderr, "listening on 127.0.0.1:%u\n", info == NULL ? 0u : info->port);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    MHD_stop_daemon(daemon);
    MHD_destroy_response(response);
    return 0;
}
