/*
 * fuzz_main.c - a fuzz target without libFuzzer: replays its corpus, then changes of it.
 *
 * Usage: TARGET N_CHANGES FILE... - the seed is fixed, so a run is the same every time; the number
 * of the change that was being tried is printed when the target stops.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

#define INPUT_MAX (1u << 20)

typedef struct input {
    uint8_t *bytes;
    size_t n;
} input;

static uint64_t state = 20261121;
static volatile unsigned long now; /* the change that is being tried */

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return below == 0 ? 0 : (uint32_t)(state >> 11) % below;
}

static void on_crash(int number)
{
    char text[64];
    int n = snprintf(text, sizeof text, "signal %d in change %lu\n", number, now);
    if (write(STDERR_FILENO, text, (size_t)n) < 0)
        _exit(98);
    _exit(97);
}

static int read_file(const char *path, input *ret_input)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return -1;
    uint8_t *bytes = malloc(INPUT_MAX);
    if (bytes == NULL) {
        fclose(file);
        return -1;
    }
    ret_input->n = fread(bytes, 1, INPUT_MAX, file);
    ret_input->bytes = bytes;
    fclose(file);
    return 0;
}

/* Takes n bytes out at a place, and puts others there; what does not fit is left out. */
static void splice(input *in, size_t at, size_t n_out, const uint8_t *bytes, size_t n_in)
{
    if (in->n - n_out + n_in > INPUT_MAX)
        return;
    memmove(in->bytes + at + n_in, in->bytes + at + n_out, in->n - at - n_out);
    if (n_in > 0)
        memcpy(in->bytes + at, bytes, n_in);
    in->n = in->n - n_out + n_in;
}

static void change(input *in, const input *other)
{
    static const char *const odd[] = {"\n",     "\t", "\0", "-1", "99999999999", ":",   "|",
                                      ",",      "\"", "{",  "]",  "\xff\xfe",    "<X>", "..",
                                      "1e9999", "(",  "0"};
    size_t at = draw((uint32_t)in->n + 1);
    size_t left = in->n - at;
    uint32_t n = draw(left < 40 ? (uint32_t)left + 1 : 40);
    const char *text = odd[draw(sizeof odd / sizeof *odd)];
    uint8_t copy[40];
    switch (draw(6)) {
    case 0:
        if (left > 0)
            in->bytes[at] ^= (uint8_t)(1u << draw(8));
        break;
    case 1:
        if (left > 0)
            in->bytes[at] = (uint8_t)draw(256);
        break;
    case 2:
        splice(in, at, n, NULL, 0);
        break;
    case 3:
        memcpy(copy, in->bytes + at, n);
        splice(in, draw((uint32_t)in->n + 1), 0, copy, n);
        break;
    case 4:
        splice(in, at, 0, (const uint8_t *)text, text[0] == '\0' ? 1 : strlen(text));
        break;
    default: {
        uint32_t from = draw((uint32_t)other->n + 1);
        size_t n_from = other->n - from < n ? other->n - from : n;
        splice(in, at, n, other->bytes + from, n_from);
    }
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s N_CHANGES FILE...\n", argv[0]);
        return 2;
    }
    signal(SIGSEGV, on_crash);
    signal(SIGABRT, on_crash);
    unsigned long n_changes = strtoul(argv[1], NULL, 10);
    size_t n_inputs = (size_t)argc - 2;
    input *inputs = calloc(n_inputs, sizeof *inputs);
    input work = {.bytes = malloc(INPUT_MAX)};
    if (inputs == NULL || work.bytes == NULL)
        return 6;
    for (size_t i = 0; i < n_inputs; i++) {
        if (read_file(argv[i + 2], &inputs[i]) < 0) {
            fprintf(stderr, "%s: cannot be read\n", argv[i + 2]);
            return 2;
        }
        (void)LLVMFuzzerTestOneInput(inputs[i].bytes, inputs[i].n);
    }
    for (now = 1; now <= n_changes; now++) {
        const input *from = &inputs[draw((uint32_t)n_inputs)];
        memcpy(work.bytes, from->bytes, from->n);
        work.n = from->n;
        for (unsigned n = 1 + draw(4); n > 0; n--)
            change(&work, &inputs[draw((uint32_t)n_inputs)]);
        (void)LLVMFuzzerTestOneInput(work.bytes, work.n);
    }
    for (size_t i = 0; i < n_inputs; i++)
        free(inputs[i].bytes);
    free(inputs);
    free(work.bytes);
    return 0;
}
