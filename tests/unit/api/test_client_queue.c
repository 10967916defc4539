/*
 * Clients take turns; of one client the connection goes first that was served longest ago; who has
 * the least claim goes when there is no room, and who waits too long goes at once.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "api/http/client_queue_int.h"

#define N 12u

static skr_client_queue queue;
static skr_client clients[3];
static skr_socket sockets[N];
static skr_exchange exchanges[N];

static void set_up(void)
{
    queue = (skr_client_queue){0};
    memset(clients, 0, sizeof clients);
    memset(sockets, 0, sizeof sockets);
    memset(exchanges, 0, sizeof exchanges);
}

TestSuite(client_queue, .init = set_up);

/* Exchange i of a client, whose connection was served then. */
static void put(size_t i, size_t client, uint64_t served_ns)
{
    sockets[i].client = &clients[client];
    sockets[i].served_ns = served_ns;
    exchanges[i].socket = &sockets[i];
    exchanges[i].begin_ns = 100 + i;
    skr_client_queue_put(&queue, &exchanges[i]);
}

static size_t take(void)
{
    const skr_exchange *exchange = skr_client_queue_take(&queue);
    return exchange == NULL ? N : (size_t)(exchange - exchanges);
}

static void expect_order(const size_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_expect(eq(sz, take(), order[i]), "place %zu", i);
    cr_expect(eq(sz, take(), N));
    cr_expect(eq(sz, queue.n, 0));
}

Test(client_queue, gives_each_client_its_turn)
{
    const size_t order[] = {0, 4, 5, 1, 6, 2, 3};
    put(0, 0, 10);
    put(1, 0, 11);
    put(2, 0, 12);
    put(3, 0, 13);
    put(4, 1, 99);
    put(5, 2, 50);
    put(6, 2, 51);
    expect_order(order, sizeof order / sizeof *order);
}

Test(client_queue, serves_first_who_was_served_longest_ago)
{
    const size_t order[] = {2, 1, 3, 0};
    put(0, 0, 40);
    put(1, 0, 20);
    put(2, 0, 10);
    put(3, 0, 20);
    expect_order(order, sizeof order / sizeof *order);
}

Test(client_queue, lets_go_who_has_the_least_claim)
{
    put(0, 0, 5);
    put(1, 1, 7);
    put(2, 1, 9);
    put(3, 1, 9);
    cr_expect(eq(ptr, skr_client_queue_take_least(&queue), &exchanges[3]));
    cr_expect(eq(ptr, skr_client_queue_take_least(&queue), &exchanges[2]));
    cr_expect(eq(sz, queue.n, 2));
    const size_t order[] = {0, 1};
    expect_order(order, 2);
}

Test(client_queue, lets_go_who_waits_too_long)
{
    cr_expect(eq(u64, skr_client_queue_oldest(&queue), UINT64_MAX));
    cr_expect(eq(ptr, skr_client_queue_take_old(&queue, UINT64_MAX), NULL));
    for (size_t i = 0; i < 6; i++)
        put(i, i % 3, i);
    cr_expect(eq(u64, skr_client_queue_oldest(&queue), 100));
    cr_expect(eq(ptr, skr_client_queue_take_old(&queue, 99), NULL));
    size_t n = 0;
    for (const skr_exchange *at = skr_client_queue_take_old(&queue, 103); at != NULL; at = at->next)
        n += at - exchanges <= 3;
    cr_expect(eq(sz, n, 4));
    cr_expect(eq(u64, skr_client_queue_oldest(&queue), 104));
    const size_t order[] = {4, 5};
    expect_order(order, 2);
}

/* Whatever comes and goes, everybody is served once, and nobody twice. */
Test(client_queue, loses_nobody)
{
    bool is_out[N] = {false};
    for (size_t round = 0; round < N; round++) {
        put(round, round * 7 % 3, round * 5 % 11);
        if (round % 3 == 2)
            is_out[take()] = true;
        if (round % 4 == 3)
            is_out[skr_client_queue_take_least(&queue) - exchanges] = true;
    }
    for (size_t i = take(); i < N; i = take()) {
        cr_expect(not(is_out[i]), "%zu comes twice", i);
        is_out[i] = true;
    }
    for (size_t i = 0; i < N; i++)
        cr_expect(is_out[i], "%zu is lost", i);
}
