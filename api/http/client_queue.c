/* client_queue.c - a ring of clients, and a list of exchanges of each. */
#include "api/http/client_queue_int.h"

static void add_turn(skr_client_queue *queue, skr_client *client)
{
    skr_client *turn = queue->turn;
    if (turn == NULL) {
        client->next_turn = client;
        client->before_turn = client;
        queue->turn = client;
        return;
    }
    client->next_turn = turn; /* after everybody else */
    client->before_turn = turn->before_turn;
    turn->before_turn->next_turn = client;
    turn->before_turn = client;
}

static void remove_turn(skr_client_queue *queue, skr_client *client)
{
    if (client->next_turn == client) {
        queue->turn = NULL;
    } else {
        client->before_turn->next_turn = client->next_turn;
        client->next_turn->before_turn = client->before_turn;
        if (queue->turn == client)
            queue->turn = client->next_turn;
    }
    client->next_turn = NULL;
    client->before_turn = NULL;
}

void skr_client_queue_put(skr_client_queue *queue, skr_exchange *exchange)
{
    skr_client *client = exchange->socket->client;
    if (client->n_waiting++ == 0)
        add_turn(queue, client);
    exchange->next = NULL;
    exchange->before = client->last;
    if (client->last == NULL)
        client->first = exchange;
    else
        client->last->next = exchange;
    client->last = exchange;
    queue->n++;
}

static void take_out(skr_client_queue *queue, skr_exchange *exchange)
{
    skr_client *client = exchange->socket->client;
    if (exchange->before == NULL)
        client->first = exchange->next;
    else
        exchange->before->next = exchange->next;
    if (exchange->next == NULL)
        client->last = exchange->before;
    else
        exchange->next->before = exchange->before;
    exchange->next = NULL;
    exchange->before = NULL;
    if (--client->n_waiting == 0)
        remove_turn(queue, client);
    queue->n--;
}

/* The exchange of a client whose connection was served longest ago, or last. */
static skr_exchange *by_service(const skr_client *client, bool is_last)
{
    skr_exchange *found = client->first;
    for (skr_exchange *at = found->next; at != NULL; at = at->next)
        if (is_last ? at->socket->served_ns >= found->socket->served_ns
                    : at->socket->served_ns < found->socket->served_ns)
            found = at;
    return found;
}

skr_exchange *skr_client_queue_take(skr_client_queue *queue)
{
    skr_client *client = queue->turn;
    if (client == NULL)
        return NULL;
    skr_exchange *exchange = by_service(client, false);
    queue->turn = client->next_turn;
    take_out(queue, exchange);
    return exchange;
}

skr_exchange *skr_client_queue_take_least(skr_client_queue *queue)
{
    const skr_client *most = queue->turn;
    for (const skr_client *at = most->next_turn; at != queue->turn; at = at->next_turn)
        if (at->n_waiting > most->n_waiting)
            most = at;
    skr_exchange *exchange = by_service(most, true);
    take_out(queue, exchange);
    return exchange;
}

/* All of them are in the ring of turns; a client leaves it with its last. */
skr_exchange *skr_client_queue_take_old(skr_client_queue *queue, uint64_t before_ns)
{
    skr_exchange *old = NULL;
    size_t n_left = queue->n;
    for (skr_client *client = queue->turn, *next_client; n_left > 0; client = next_client) {
        next_client = client->next_turn;
        n_left -= client->n_waiting;
        for (skr_exchange *at = client->first, *next; at != NULL; at = next) {
            next = at->next;
            if (at->begin_ns > before_ns)
                continue;
            take_out(queue, at);
            at->next = old;
            old = at;
        }
    }
    return old;
}

uint64_t skr_client_queue_oldest(const skr_client_queue *queue)
{
    uint64_t begin_ns = UINT64_MAX;
    const skr_client *client = queue->turn;
    for (size_t n_left = queue->n; n_left > 0; client = client->next_turn) {
        n_left -= client->n_waiting;
        if (client->first->begin_ns < begin_ns)
            begin_ns = client->first->begin_ns;
    }
    return begin_ns;
}
