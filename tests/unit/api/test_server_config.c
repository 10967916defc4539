/* What no server can be told is refused by name; its defaults are none of that. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "api/http/server.h"

static skr_server_config config;
static skr_err err;

static void set_up(void)
{
    config = skr_server_config_default();
}

TestSuite(server_config, .init = set_up);

static void expect_refused(const char *why)
{
    cr_expect(eq(int, skr_server_config_check(&config, &err), SKR_ERR_USAGE), "%s", why);
    cr_expect(ne(ptr, strstr(err.message, why), NULL), "%s says nothing of %s", err.message, why);
    set_up();
}

Test(server_config, takes_its_defaults)
{
    cr_expect(eq(int, skr_server_config_check(&config, &err), SKR_OK));
    config.metrics = "on";
    config.base_url = "https://beacon.example.org/api";
    config.texts.environment = "staging";
    config.n_address_max = 0; /* no limit */
    cr_expect(eq(int, skr_server_config_check(&config, &err), SKR_OK));
}

Test(server_config, names_what_is_wrong)
{
    config.listen = "";
    expect_refused("listen is empty");
    config.texts.beacon_id = NULL;
    expect_refused("beacon_id is empty");
    config.texts.organization_url = "";
    expect_refused("organization_url is empty");
    config.texts.environment = "production";
    expect_refused("environment is none of");
    config.texts.environment = NULL;
    expect_refused("environment is none of");
    config.metrics = "yes";
    expect_refused("metrics is none of");
    config.metrics = NULL;
    expect_refused("metrics is none of");
    config.base_url = "beacon.example.org";
    expect_refused("base_url 'beacon.example.org'");
    config.texts.entry_types = "individual, genomicVariants";
    expect_refused("no entry type 'genomicVariants'; nearest: genomicVariant");
    config.texts.entry_types = " , ";
    expect_refused("entry_types is empty");
    static const char *const paths[] = {"api",  "/",     "/api/",   "/a//b",
                                        "/a b", "/../x", "/health", "/metrics/x"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        config.texts.base_path = paths[i];
        expect_refused("base_path");
    }
}

Test(server_config, refuses_limits_of_nothing)
{
    uint32_t *limits[] = {&config.n_connections_max, &config.n_queue_max,
                          &config.n_body_max,        &config.timeout_s,
                          &config.headers_timeout_s, &config.query_timeout_ms,
                          &config.queue_wait_ms};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        *limits[i] = 0;
        expect_refused("a limit of the server is 0");
    }
}
