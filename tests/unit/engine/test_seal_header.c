/*
 * A header says what its packets for us say, and nothing else: headers that a writer in Python made
 * (tests/e2e/sealing.py), whole, cut at every byte and with every bit flipped.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/import/sealed/seal_header.h"
#include "tests/support/hex.h"

/* For another; a key for us; edits 3, 5, 7 for us; a second key for us. */
static const char of_four[] =
    "637279707434676801000000040000006c0000000000000024d4cd911b7efa11c2ee6a4f1606ff17b1c81329ae528d"
    "f9e15ac7e9e1e68120dda4bacf647956d698096a9418cea5cdeb332ba50e9ed0c6e5eaff2edbd76e8940ca1d720fea"
    "fc55422d6617e4222986d3d55376361cf687270c22dcdc04ef79e92969a36c0000000000000024d4cd911b7efa11c2"
    "ee6a4f1606ff17b1c81329ae528df9e15ac7e9e1e68120930bde834ee53f923773779f20b60a276292c68dffac4892"
    "2865ef52558ed4551ab54aaa143b6654b37c42278041d57dd2375c0db77d9fbafe35b46034201135be49b304640000"
    "000000000024d4cd911b7efa11c2ee6a4f1606ff17b1c81329ae528df9e15ac7e9e1e6812002c95cf63b198c06cc6d"
    "8012b93dfba192a182a4b68ee964c3460d301d01efbc8552f177aa626f4573533bf50d862e34f69cec7b0ee6e2b398"
    "8955b86c0000000000000024d4cd911b7efa11c2ee6a4f1606ff17b1c81329ae528df9e15ac7e9e1e681202e787933"
    "bee44665ffd65ac8f75760281a7d5abb3e68f01a32d01bb3c6cbb24b3f814397996fe93b05a1e77d50585dfd19c203"
    "4f3c44a08c23e6c2b8a3d86707bd66f582";
/* One key for us, of blocks that are numbered from 2^64 - 3 on. */
static const char of_numbers[] =
    "63727970743467680100000001000000740000000000000024d4cd911b7efa11c2ee6a4f1606ff17b1c81329ae528d"
    "f9e15ac7e9e1e68120750ac853d220ba33ac1eb72fcbb0bea9fe9296d59be514d67c0b0fb7f97778d51d36512f3235"
    "d8d3f33af50b0903e9b222a7309c6bdb1d8edca60693b3f720904706de09a06248e2ae6f5455";
static const char first_key[] = "188199a99f04c6348a8e4219980e6ce6d9c271be65242da6cdbaf9d940c8193c";
static const char second_key[] = "ab3ca7577bb4a6f57d5c1ba1f537f1e7e24bbcfde2a1a86011bad243c134f012";

static uint8_t bytes[512];
static size_t n_bytes;
static skr_seal_key ours;
static skr_cipher *cipher;
static skr_err err;

static void set_up(void)
{
    test_hex("fe63c0c224ed9e23ad0785954f0668f7f58d9a0ec33d11554477c6e044eb6659", ours.secret);
    test_hex("087bc5577ac47c4169fc4cd4afbc8118d8bb1f2f5a9aac4717522774ba29eb35", ours.known);
    cr_assert(eq(int, skr_cipher_new(&cipher, &err), SKR_OK));
}

static void tear_down(void)
{
    skr_cipher_free(cipher);
}

TestSuite(seal_header, .init = set_up, .fini = tear_down);

typedef struct rest {
    const uint8_t *bytes;
    size_t n;
} rest;

static int read_rest(void *context, uint8_t *to, size_t n, size_t *ret_n, skr_err *ret_err)
{
    rest *from = context;
    (void)ret_err;
    *ret_n = n < from->n ? n : from->n;
    if (*ret_n > 0)
        memcpy(to, from->bytes, *ret_n);
    from->bytes += *ret_n;
    from->n -= *ret_n;
    return SKR_OK;
}

/* Reads the first n bytes; *ret_n_left: those behind the header. */
static int take(size_t n, skr_seal_header *header, size_t *ret_n_left)
{
    rest from = {bytes, n};
    const skr_seal_keys keys = {.keys = &ours, .n = 1};
    const skr_seal_input input = {
        .name = "x.c4gh", .read = read_rest, .context = &from, .keys = &keys};
    int status = skr_seal_header_read(&input, cipher, header, &err);
    *ret_n_left = from.n;
    return status;
}

static bool is_key(const skr_seal_data_key *key, const char *digits)
{
    uint8_t wanted[SKR_SEAL_KEY];
    test_hex(digits, wanted);
    return memcmp(key->key, wanted, sizeof wanted) == 0;
}

Test(seal_header, says_what_is_for_us)
{
    static const uint64_t edits[] = {3, 5, 7};
    skr_seal_header header = {0};
    size_t n_left;
    n_bytes = test_hex(of_four, bytes);
    memset(bytes + n_bytes, 7, 9);
    cr_assert(eq(int, take(n_bytes + 9, &header, &n_left), SKR_OK), "%s", err.message);
    cr_assert(eq(sz, n_left, 9));
    cr_assert(eq(u32, header.n_keys, 2));
    cr_assert(is_key(&header.keys[0], first_key));
    cr_assert(is_key(&header.keys[1], second_key));
    cr_assert(not(header.is_numbered));
    cr_assert(header.has_edits);
    cr_assert(eq(u32, header.n_edits, 3));
    cr_assert(zero(memcmp(header.edits, edits, sizeof edits)));
    skr_seal_header_done(&header);
    n_bytes = test_hex(of_numbers, bytes);
    cr_assert(eq(int, take(n_bytes, &header, &n_left), SKR_OK), "%s", err.message);
    cr_assert(eq(u32, header.n_keys, 1));
    cr_assert(is_key(&header.keys[0], first_key));
    cr_assert(header.is_numbered);
    cr_assert(eq(u64, header.keys[0].first, UINT64_MAX - 2));
    cr_assert(not(header.has_edits));
    skr_seal_header_done(&header);
}

Test(seal_header, is_refused_when_it_is_cut)
{
    size_t n_left;
    n_bytes = test_hex(of_four, bytes);
    for (size_t n = 0; n < n_bytes; n++) {
        skr_seal_header header = {0};
        cr_assert(eq(int, take(n, &header, &n_left), SKR_ERR_INPUT), "after %zu", n);
        cr_assert(eq(ptr, strstr(err.message, "x.c4gh"), (char *)err.message));
        skr_seal_header_done(&header);
    }
}

/* A flipped bit refuses the file, or what is left of it is less: a packet is taken for another's.
 */
Test(seal_header, never_says_what_was_not_said, .timeout = 120)
{
    size_t n_left;
    n_bytes = test_hex(of_four, bytes);
    for (size_t bit = 0; bit < 8 * n_bytes; bit++) {
        skr_seal_header header = {0};
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        int status = take(n_bytes, &header, &n_left);
        cr_assert(status == SKR_OK || status == SKR_ERR_INPUT);
        for (uint32_t i = 0; status == SKR_OK && i < header.n_keys; i++)
            cr_assert(is_key(&header.keys[i], first_key) || is_key(&header.keys[i], second_key),
                      "bit %zu", bit);
        if (status == SKR_OK && header.has_edits)
            cr_assert(header.n_edits == 3 && header.edits[0] == 3 && header.edits[2] == 7);
        skr_seal_header_done(&header);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

Test(seal_header, for_others_is_refused)
{
    skr_seal_header header = {0};
    size_t n_left;
    n_bytes = test_hex(of_four, bytes);
    test_hex("d942b0fc8429a84c0e802017b08cc4b93086f1a9013fc9d6dc134dbc6d543ca9", ours.secret);
    cr_assert(eq(int, skr_cipher_public(ours.secret, ours.known, &err), SKR_OK));
    cr_assert(eq(int, take(n_bytes, &header, &n_left), SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(err.message, "for others"), NULL));
    skr_seal_header_done(&header);
}
