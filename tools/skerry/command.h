/*
 * command.h - the commands, one file each, and what several of them do alike.
 */
#ifndef SKR_TOOLS_COMMAND_H
#define SKR_TOOLS_COMMAND_H

#include "engine/face/engine.h"
#include "engine/import/face/import.h"
#include "tools/skerry/options.h"

/* Each runs a command on what follows its name and gives the exit status of the program. */
int skr_cmd_import(const skr_command *command, int argc, char **argv);
int skr_cmd_people(const skr_command *command, int argc, char **argv);
int skr_cmd_ontology(const skr_command *command, int argc, char **argv);
int skr_cmd_genes(const skr_command *command, int argc, char **argv);
int skr_cmd_batch(const skr_command *command, int argc, char **argv);
int skr_cmd_annotate(const skr_command *command, int argc, char **argv);
int skr_cmd_count(const skr_command *command, int argc, char **argv);
int skr_cmd_alleles(const skr_command *command, int argc, char **argv);
int skr_cmd_an(const skr_command *command, int argc, char **argv);
int skr_cmd_info(const skr_command *command, int argc, char **argv);
int skr_cmd_export(const skr_command *command, int argc, char **argv);
int skr_cmd_terms(const skr_command *command, int argc, char **argv);
int skr_cmd_fields(const skr_command *command, int argc, char **argv);
int skr_cmd_list(const skr_command *command, int argc, char **argv);
int skr_cmd_copy(const skr_command *command, int argc, char **argv);
int skr_cmd_compact(const skr_command *command, int argc, char **argv);
int skr_cmd_withdraw(const skr_command *command, int argc, char **argv);
int skr_cmd_dataset(const skr_command *command, int argc, char **argv);
int skr_cmd_verify(const skr_command *command, int argc, char **argv);
int skr_cmd_explain(const skr_command *command, int argc, char **argv);
int skr_cmd_doctor(const skr_command *command, int argc, char **argv);
int skr_cmd_serve(const skr_command *command, int argc, char **argv);

/* How a question is asked on the command line. */
typedef struct skr_asking {
    const char *policy; /* a file, or NULL: exact */
    const char *assembly;
    double deadline_s; /* 0: none */
} skr_asking;

#define SKR_ASKING_OPTIONS(asking)                                                                 \
    {"assembly",                                                                                   \
     SKR_OPTION_TEXT,                                                                              \
     &(asking)->assembly,                                                                          \
     "NAME",                                                                                       \
     "the assembly asked about (default: the only one with genomes)",                              \
     0},                                                                                           \
        {"policy",                                                                                 \
         SKR_OPTION_TEXT,                                                                          \
         &(asking)->policy,                                                                        \
         "FILE",                                                                                   \
         "tell only what this policy allows (default: exact)",                                     \
         0},                                                                                       \
    {                                                                                              \
        "deadline", SKR_OPTION_SECONDS, &(asking)->deadline_s, "SECONDS",                          \
            "give up after this time (exit 4)", 0                                                  \
    }

/* How what is sealed is opened, of commands that read files. */
typedef struct skr_unsealing_words {
    skr_texts keys;
    const char *passphrase;
} skr_unsealing_words;

#define SKR_UNSEALING_OPTIONS(words)                                                               \
    {"c4gh-key",                                                                                   \
     SKR_OPTION_TEXTS,                                                                             \
     &(words)->keys,                                                                               \
     "FILE",                                                                                       \
     "a secret key that opens Crypt4GH; may be given again",                                       \
     0},                                                                                           \
    {                                                                                              \
        "c4gh-passphrase", SKR_OPTION_TEXT, &(words)->passphrase, "FILE|N",                        \
            "passphrases of locked keys, one a line: a file, or a descriptor", 0                   \
    }

/* The same for a request; it points into words. */
static inline skr_unsealing skr_unsealing_of(const skr_unsealing_words *words)
{
    return (skr_unsealing){words->keys.texts, words->keys.n, words->passphrase};
}

/* The access of whoever asks so. Errors: INPUT, IO. */
SKR_MUST_USE int skr_asking_access(const skr_asking *asking, skr_access *ret_access, skr_err *err);

/* Decoded blocks that a command keeps: none, since one question reads most blocks once, and fresh
 * memory costs more than it saves. */
#define SKR_CACHE_BYTES ((size_t)0)

/* Opens the store that the arguments name. The caller owns *ret_engine. reads_tables: as the
 * engine's option. Errors: as engine. */
SKR_MUST_USE int skr_open_engine(const skr_common *common, size_t n_cache_bytes, bool reads_tables,
                                 skr_engine **ret_engine, skr_err *err);

/* Runs people, ontology or genes, whose requests and results look alike. */
typedef int (*skr_load_fn)(const skr_load_request *request, skr_load_result *ret_result,
                           skr_err *err);
int skr_load_files(const skr_arguments *arguments, const skr_load_request *request,
                   skr_load_fn load, const char *noun);

#endif
