/* fetch_http.c - libcurl, loaded when it is needed. */
#include "engine/import/fetch/fetch_http.h"

#define CURL_DISABLE_TYPECHECK
#include <arpa/inet.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_S 30L
#define SLOW_BYTES 512L /* fewer in a second, for so many seconds, are too few */
#define SLOW_S 60L

/* What is used of the library. */
typedef struct library {
    typeof(&curl_global_init) global_init;
    typeof(&curl_easy_init) easy_init;
    typeof(&curl_easy_setopt) setopt;
    typeof(&curl_easy_perform) perform;
    typeof(&curl_easy_getinfo) getinfo;
    typeof(&curl_easy_strerror) why;
    typeof(&curl_easy_cleanup) cleanup;
    typeof(&curl_slist_append) append;
    typeof(&curl_slist_free_all) free_list;
    typeof(&curl_url) url;
    typeof(&curl_url_set) url_set;
    typeof(&curl_url_get) url_get;
    typeof(&curl_url_cleanup) url_cleanup;
    typeof(&curl_free) free_text;
} library;

static int load(library *curl, skr_err *err)
{
    void *loaded = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
    if (loaded == NULL)
        loaded = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (loaded == NULL)
        return skr_fail(err, SKR_ERR_IO, "libcurl, which htsget needs, cannot be loaded: %s",
                        dlerror());
    const struct {
        const char *name;
        void *to;
    } wanted[] = {{"curl_global_init", &curl->global_init},  {"curl_easy_init", &curl->easy_init},
                  {"curl_easy_setopt", &curl->setopt},       {"curl_easy_perform", &curl->perform},
                  {"curl_easy_getinfo", &curl->getinfo},     {"curl_easy_strerror", &curl->why},
                  {"curl_easy_cleanup", &curl->cleanup},     {"curl_slist_append", &curl->append},
                  {"curl_slist_free_all", &curl->free_list}, {"curl_url", &curl->url},
                  {"curl_url_set", &curl->url_set},          {"curl_url_get", &curl->url_get},
                  {"curl_url_cleanup", &curl->url_cleanup},  {"curl_free", &curl->free_text}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        void *found = dlsym(loaded, wanted[i].name);
        if (found == NULL)
            return skr_fail(err, SKR_ERR_IO, "libcurl, which htsget needs, is too old: no %s",
                            wanted[i].name);
        memcpy(wanted[i].to, &found, sizeof found);
    }
    return curl->global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? SKR_OK
                                                              : skr_fail_nomem(err, "libcurl");
}

/* ------------------------------------------------------------------ addresses */

/* The parts of an address that matter. */
typedef struct place {
    char host[SKR_FETCH_HOST_MAX + 1];
    unsigned port;
    bool is_plain;
} place;

/* Copies a part of an address; false: it has none, or a long one. */
static bool copy_part(const library *curl, CURLU *url, CURLUPart part, char *text, size_t n)
{
    char *found = NULL;
    if (curl->url_get(url, part, &found, CURLU_DEFAULT_PORT) != CURLUE_OK)
        return false;
    bool fits = strlen(found) < n;
    if (fits)
        (void)snprintf(text, n, "%s", found);
    curl->free_text(found);
    return fits;
}

static int find_place(const library *curl, const char *name, const char *text, place *ret_place,
                      skr_err *err)
{
    char scheme[16] = "";
    char port[16] = "";
    char user[256];
    CURLU *url = curl->url();
    if (url == NULL)
        return skr_fail_nomem(err, name);
    bool is_url = curl->url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
                  copy_part(curl, url, CURLUPART_SCHEME, scheme, sizeof scheme) &&
                  copy_part(curl, url, CURLUPART_HOST, ret_place->host, sizeof ret_place->host) &&
                  copy_part(curl, url, CURLUPART_PORT, port, sizeof port);
    bool has_user = is_url && copy_part(curl, url, CURLUPART_USER, user, sizeof user);
    curl->url_cleanup(url);
    ret_place->is_plain = strcasecmp(scheme, "http") == 0;
    ret_place->port = (unsigned)strtoul(port, NULL, 10);
    if (!is_url || has_user || (!ret_place->is_plain && strcasecmp(scheme, "https") != 0))
        return skr_fail(err, SKR_ERR_INPUT, "%s: '%.200s' is no address that may be asked", name,
                        text);
    return SKR_OK;
}

static int allow(const library *curl, const skr_fetch_hosts *hosts, const char *name,
                 const char *url, const skr_fetch_host **ret_host, skr_err *err)
{
    place where;
    SKR_TRY(find_place(curl, name, url, &where, err));
    const skr_fetch_host *host = skr_fetch_hosts_find(hosts, where.host, where.port);
    if (host == NULL)
        return skr_fail(err, SKR_ERR_INPUT, "%s: the host %s:%u is not in %s, so it is not asked",
                        name, where.host, where.port, hosts->path);
    if (where.is_plain != host->is_plain)
        return skr_fail(err, SKR_ERR_INPUT, "%s: %s of %s:%u, which %s does not allow", name,
                        where.is_plain ? "http" : "https", where.host, where.port, hosts->path);
    *ret_host = host;
    return SKR_OK;
}

int skr_fetch_http_host(const skr_fetch_hosts *hosts, const char *name, const char *url,
                        const skr_fetch_host **ret_host, skr_err *err)
{
    library curl;
    SKR_TRY(load(&curl, err));
    return allow(&curl, hosts, name, url, ret_host, err);
}

/* Is an IPv4 address one that everybody may reach? */
static bool is_public4(const uint8_t a[4])
{
    return !(a[0] == 0 || a[0] == 10 || a[0] == 127 || a[0] >= 224 ||
             (a[0] == 100 && (a[1] & 0xc0) == 64) || (a[0] == 169 && a[1] == 254) ||
             (a[0] == 172 && (a[1] & 0xf0) == 16) || (a[0] == 192 && a[1] == 168) ||
             (a[0] == 192 && a[1] == 0 && a[2] == 0) || (a[0] == 198 && (a[1] & 0xfe) == 18));
}

/* Of IPv6 only 2000::/3, and in it nothing that leads to IPv4 by another way. */
static bool is_public6(const uint8_t a[16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (memcmp(a, mapped, sizeof mapped) == 0)
        return is_public4(a + 12);
    bool is_tunnel = a[0] == 0x20 && ((a[1] == 0x01 && a[2] == 0 && a[3] == 0) || a[1] == 0x02);
    return (a[0] & 0xe0) == 0x20 && !is_tunnel;
}

/* ------------------------------------------------------------------ an answer */

typedef struct answer {
    const skr_fetch_request *request;
    const skr_fetch_host *host;
    const library *curl;
    CURL *easy;
    uint64_t n_bytes;
    bool has_chunks; /* each says how long it is */
    bool is_blocked; /* the address is a private one */
    int status;      /* of the functions */
    skr_err *err;
} answer;

/* Every address is looked at when it is connected, so a name cannot come to mean another one. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    answer *a = context;
    bool is_public = false;
    (void)purpose;
    if (to->family == AF_INET)
        is_public = is_public4((const uint8_t *)&((struct sockaddr_in *)&to->addr)->sin_addr);
    else if (to->family == AF_INET6)
        is_public = is_public6(((struct sockaddr_in6 *)&to->addr)->sin6_addr.s6_addr);
    if (!is_public && !a->host->is_private) {
        a->is_blocked = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t take_header(char *text, size_t size, size_t n, void *context)
{
    static const char name[] = "Transfer-Encoding:";
    answer *a = context;
    if (n * size > sizeof name && strncasecmp(text, name, sizeof name - 1) == 0)
        a->has_chunks = true;
    return n * size;
}

static long code_of(const answer *a)
{
    long code = 0;
    (void)a->curl->getinfo(a->easy, CURLINFO_RESPONSE_CODE, &code);
    return code;
}

/* The bytes of an answer that is none are not looked at. */
static size_t take_bytes(char *bytes, size_t size, size_t n, void *context)
{
    answer *a = context;
    const skr_fetch_request *request = a->request;
    long code = code_of(a);
    if (code != (request->is_part ? 206 : 200))
        return 0;
    if (size * n > request->n_most - a->n_bytes) {
        a->status = skr_fail(a->err, SKR_ERR_INPUT,
                             "%s: more than %" PRIu64 " bytes came where so many were due",
                             request->name, request->n_most);
        return 0;
    }
    a->n_bytes += size * n;
    a->status = request->on_bytes(request->context, (const uint8_t *)bytes, size * n, a->err);
    return a->status == SKR_OK ? size * n : 0;
}

static int look(void *context, curl_off_t a1, curl_off_t a2, curl_off_t a3, curl_off_t a4)
{
    answer *a = context;
    (void)a1, (void)a2, (void)a3, (void)a4;
    if (a->request->check_stop == NULL || a->status != SKR_OK)
        return 0;
    a->status = a->request->check_stop(a->request->context, a->err);
    return a->status != SKR_OK;
}

static bool set_options(answer *a, struct curl_slist *headers)
{
    const typeof(&curl_easy_setopt) set = a->curl->setopt;
    CURL *easy = a->easy;
    return set(easy, CURLOPT_URL, a->request->url) == CURLE_OK &&
           set(easy, CURLOPT_PROTOCOLS_STR, a->host->is_plain ? "http" : "https") == CURLE_OK &&
           set(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           set(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           set(easy, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           set(easy, CURLOPT_USERAGENT, "skerry/" SKR_VERSION) == CURLE_OK &&
           set(easy, CURLOPT_CONNECTTIMEOUT, CONNECT_S) == CURLE_OK &&
           set(easy, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES) == CURLE_OK &&
           set(easy, CURLOPT_LOW_SPEED_TIME, SLOW_S) == CURLE_OK &&
           set(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
           set(easy, CURLOPT_OPENSOCKETDATA, a) == CURLE_OK &&
           set(easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
           set(easy, CURLOPT_HEADERDATA, a) == CURLE_OK &&
           set(easy, CURLOPT_WRITEFUNCTION, take_bytes) == CURLE_OK &&
           set(easy, CURLOPT_WRITEDATA, a) == CURLE_OK &&
           set(easy, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           set(easy, CURLOPT_XFERINFOFUNCTION, look) == CURLE_OK &&
           set(easy, CURLOPT_XFERINFODATA, a) == CURLE_OK &&
           (a->host->ca == NULL || set(easy, CURLOPT_CAINFO, a->host->ca) == CURLE_OK);
}

/* What went wrong, if anything did. */
static int judge(const answer *a, CURLcode code, bool *ret_is_worth_again)
{
    const skr_fetch_request *request = a->request;
    long answered = code_of(a);
    curl_off_t n_said = -1;
    long version = 0;
    (void)a->curl->getinfo(a->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &n_said);
    (void)a->curl->getinfo(a->easy, CURLINFO_HTTP_VERSION, &version);
    if (a->status != SKR_OK)
        return a->status;
    if (a->is_blocked)
        return skr_fail(a->err, SKR_ERR_INPUT,
                        "%s: the host %s has a private address, which %s does not allow",
                        request->name, a->host->name, request->hosts->path);
    *ret_is_worth_again = answered == 0 || answered == 429 || answered >= 500;
    if (answered >= 300 && answered < 400)
        return skr_fail(a->err, SKR_ERR_INPUT, "%s: %s answers %ld, a redirect; none is followed",
                        request->name, a->host->name, answered);
    if (answered != 0 && answered != (request->is_part ? 206 : 200))
        return skr_fail(a->err, SKR_ERR_INPUT, "%s: %s answers %ld, not %s", request->name,
                        a->host->name, answered,
                        request->is_part ? "206, a part" : "200, the whole");
    if (code != CURLE_OK) {
        *ret_is_worth_again = code != CURLE_PEER_FAILED_VERIFICATION;
        return skr_fail(a->err, SKR_ERR_INPUT, "%s: %s: %s", request->name, a->host->name,
                        a->curl->why(code));
    }
    if (n_said < 0 && !a->has_chunks && version < CURL_HTTP_VERSION_2_0)
        return skr_fail(a->err, SKR_ERR_INPUT,
                        "%s: %s does not say how long its answer is, so its end is not known",
                        request->name, a->host->name);
    if (request->n_wanted > 0 && request->n_wanted != a->n_bytes)
        return skr_fail(a->err, SKR_ERR_INPUT,
                        "%s: %" PRIu64 " bytes came of %" PRIu64 " that were asked for",
                        request->name, a->n_bytes, request->n_wanted);
    return SKR_OK;
}

int skr_fetch_http(const skr_fetch_request *request, bool *ret_is_worth_again, skr_err *err)
{
    library curl;
    answer a = {.request = request, .curl = &curl, .err = err};
    struct curl_slist *headers = NULL;
    *ret_is_worth_again = false;
    SKR_TRY(load(&curl, err));
    SKR_TRY(allow(&curl, request->hosts, request->name, request->url, &a.host, err));
    int status = SKR_OK;
    for (size_t i = 0; i < request->n_headers && status == SKR_OK; i++) {
        struct curl_slist *more = curl.append(headers, request->headers[i]);
        status = more == NULL ? skr_fail_nomem(err, request->name) : SKR_OK;
        headers = more != NULL ? more : headers;
    }
    a.easy = status == SKR_OK ? curl.easy_init() : NULL;
    if (status == SKR_OK && (a.easy == NULL || !set_options(&a, headers)))
        status = skr_fail_nomem(err, request->name);
    if (status == SKR_OK)
        status = judge(&a, curl.perform(a.easy), ret_is_worth_again);
    if (a.easy != NULL)
        curl.cleanup(a.easy);
    curl.free_list(headers);
    return status;
}
