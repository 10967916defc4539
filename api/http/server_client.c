/*
 * server_client.c - who the clients are, and which of their connections goes when there are too
 * many.
 *
 * Connections that only wait cost nothing but their number. So nobody is kept out by them: who
 * comes is let in, and of the address that has the most the one goes that has waited longest, be it
 * for its next request or for the rest of one. Those whose question a worker has stay.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "api/http/server_int.h"

static void read_address(const struct sockaddr *address, uint8_t bytes[SKR_ADDRESS_BYTES])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    memset(bytes, 0, SKR_ADDRESS_BYTES);
    if (address == NULL)
        return;
    if (address->sa_family == AF_INET) {
        memcpy(bytes, mapped, sizeof mapped);
        memcpy(bytes + 12, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    } else if (address->sa_family == AF_INET6) {
        const struct in6_addr *in6 =
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        bool is_mapped = memcmp(in6, mapped, sizeof mapped) == 0;
        memcpy(bytes, in6, is_mapped ? SKR_ADDRESS_BYTES : SKR_ADDRESS_BYTES / 2);
    }
}

skr_client *skr_server_client_add(skr_server *server, const struct sockaddr *address)
{
    uint8_t bytes[SKR_ADDRESS_BYTES];
    read_address(address, bytes);
    skr_client *client = server->clients;
    while (client != NULL && memcmp(client->address, bytes, sizeof bytes) != 0)
        client = client->next;
    if (client == NULL) {
        client = calloc(1, sizeof *client);
        if (client == NULL)
            return NULL;
        memcpy(client->address, bytes, sizeof bytes);
        client->next = server->clients;
        if (client->next != NULL)
            client->next->before = client;
        server->clients = client;
    }
    client->n_sockets++;
    return client;
}

void skr_server_client_remove(skr_server *server, skr_client *client)
{
    if (--client->n_sockets > 0)
        return; /* a question that waits has its socket */
    if (client->before == NULL)
        server->clients = client->next;
    else
        client->before->next = client->next;
    if (client->next != NULL)
        client->next->before = client->before;
    free(client);
}

static size_t n_staying(const skr_client *client)
{
    return client->n_sockets - client->n_leaving;
}

/* Of the client, or of the clients that have the most when it is NULL: the socket that has waited
 * longest. NULL: none may go. */
static skr_socket *longest_waiting(const skr_server *server, const skr_client *client,
                                   const skr_socket *newest)
{
    skr_socket *found = NULL;
    for (skr_socket *at = server->sockets; at != NULL; at = at->next) {
        if (at->is_leaving || at->exchange != NULL || at == newest ||
            (client != NULL && at->client != client))
            continue;
        if (found == NULL || n_staying(at->client) > n_staying(found->client) ||
            (n_staying(at->client) == n_staying(found->client) &&
             atomic_load_explicit(&at->since_ns, memory_order_relaxed) <
                 atomic_load_explicit(&found->since_ns, memory_order_relaxed)))
            found = at;
    }
    return found;
}

/* The library sees its end and closes it. */
static bool send_away(skr_server *server, skr_socket *socket)
{
    if (socket == NULL)
        return false;
    socket->is_leaving = true;
    socket->client->n_leaving++;
    server->n_leaving++;
    atomic_fetch_add(&server->metrics.n_sent_away, 1);
    (void)shutdown(socket->fd, SHUT_RDWR);
    return true;
}

void skr_server_make_room(skr_server *server, const skr_socket *newest)
{
    const skr_server_config *config = &server->config;
    skr_client *client = newest->client;
    if (config->n_address_max > 0)
        while (n_staying(client) > config->n_address_max &&
               send_away(server, longest_waiting(server, client, newest)))
            ;
    while (atomic_load(&server->metrics.n_connections) - server->n_leaving >
               config->n_connections_max &&
           send_away(server, longest_waiting(server, NULL, newest)))
        ;
}
