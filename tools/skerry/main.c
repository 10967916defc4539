/* main.c - the program: finds the command and runs it. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/suggest.h"
#include "tools/skerry/command.h"
#include "tools/skerry/output.h"

static const skr_command commands[] = {
    {"import", "--dataset ID --assembly NAME [options] FILE... | --spool FOLDER",
     "import genomes: VCF, BCF; one call is one delivery and one generation",
     "FILE may be plain, bgzipped, gzipped, BCF, or - for standard input. The store is created "
     "when\n"
     "it is missing. Whatever goes wrong leaves it as it was. docs/counting.md says what is "
     "counted.",
     skr_cmd_import},
    {"people", "--dataset ID [options] FILE...",
     "import people: phenopackets, Beacon individuals and biosamples, TSV",
     "FILE may be a file, a folder, a .zip, or JSON lines; any of them gzipped.", skr_cmd_people},
    {"ontology", "[options] FILE...", "import ontologies: OBO, OBO graphs JSON",
     "A release replaces the one of the same prefix.", skr_cmd_ontology},
    {"genes", "[--assembly NAME] [options] FILE... | --list [WORD]",
     "import genes: GTF, GFF3, refGene-like tables; or list them", NULL, skr_cmd_genes},
    {"annotate", "[--assembly NAME] [--source NAME] [--release NAME] [options] FILE...",
     "annotations of alleles: VCF or BCF with CSQ, ANN, BCSQ or CLNSIG",
     "FILE may have samples or none, and be packed as for import. What is read replaces what there "
     "is\n"
     "of the same source. docs/annotation.md says what is taken.",
     skr_cmd_annotate},
    {"count", "[options] 'QUESTION'", "how many people",
     "The question is one word for the shell: put it in single quotes. docs/query-language.md has\n"
     "the language.  Example: skerry count 'carries(gene=RYR1 and af<0.001) and HP:0003473'",
     skr_cmd_count},
    {"list", "[options] 'QUESTION'", "the people whom a question finds, one by one",
     "One id a line, each once: a list that other questions take as @FILE. Only where numbers are\n"
     "told as they are.",
     skr_cmd_list},
    {"terms", "[options] [WORD]", "the terms that a question may name, and how many have each",
     "With a WORD: those that have it in their id or their label. The number is what a count of\n"
     "the term says, with all that stands below it.",
     skr_cmd_terms},
    {"fields", "[options] [FIELD]", "what a question may ask about; of a FIELD its values",
     "FIELD is sex, age, country, ancestry, dataset, karyotype, term or gene. All but genes come\n"
     "with how many people have them.",
     skr_cmd_fields},
    {"alleles", "[--in 'QUESTION'] [options] 'ALLELES'",
     "AC, AN, AF and carriers of alleles, one row each",
     "An allele asked for by name gets its row even if nobody has it.\n"
     "Example: skerry alleles 'region=19:38433000-38588000 and type=snv'",
     skr_cmd_alleles},
    {"an", "--region R [--in 'QUESTION'] [options]",
     "how many are called, stretch by stretch, with or without alleles",
     "Stretches of equal numbers over all of the region: AN, people with a called copy, the "
     "copies\n"
     "expected of all, and AN's share of them. '.' is what cannot be said; it is never 0.\n"
     "Example: skerry an --region 22:16050000-16060000 --by sex --bed",
     skr_cmd_an},
    {"batch", "[--template 'TEXT'] [--out FILE [--resume]] [options] [FILE]",
     "many counts, a row each",
     "FILE is a TSV with the columns id and query, or JSON lines with these members; standard "
     "input\n"
     "without it. Rows come out in the same order: id, count, status (ok, hidden, error), "
     "message.\n"
     "Exit status: 0 all were answered, 1 some were not.\n"
     "Example: skerry batch --template 'carries(gene={gene}) and {term}' pairs.tsv",
     skr_cmd_batch},
    {"stats", "", "the statistics of a store (not there yet)", NULL, NULL},
    {"serve", "[--config FILE] [--policy FILE] [--listen ADDR:PORT] [options]",
     "serve Beacon v2 over HTTP",
     "Counts below 10 are hidden and others rounded to tens unless the policy says otherwise.\n"
     "SIGHUP takes up a new generation; SIGTERM lets running questions end.",
     skr_cmd_serve},
    {"doctor", "[--config FILE] [--policy FILE]", "would serve do what is meant? Answers nothing",
     "Refuses what serve would refuse, and advises where people regret later what it would take.",
     skr_cmd_doctor},
    {"export", "[--in 'QUESTION'] [options] 'ALLELES'",
     "genotypes of people as VCF or BCF, or their alleles as sites",
     "A record an allele; another allele of the same place is 0 in it. Only where numbers are told "
     "as\nthey are.  Example: skerry export 'gene=RYR1 and af<0.01' --in HP:0003473 -o ryr1.bcf",
     skr_cmd_export},
    {"explain", "[options] 'QUESTION'", "what a question means and what it would visit", NULL,
     skr_cmd_explain},
    {"withdraw", "--individual ID...|@FILE [options]", "take people out of the store",
     "They count nowhere from the next generation on. Their bytes go with the next compaction, or\n"
     "at once where a segment holds nobody else. Delivered again, they are left out.",
     skr_cmd_withdraw},
    {"dataset", "--list | --set FILE | --hide ID | --show ID | --withdraw ID",
     "datasets: which answer, and what is told of them",
     "A hidden dataset answers as one that is not there. One that is withdrawn is removed.",
     skr_cmd_dataset},
    {"copy", "[--bytes] TO", "copy the store as it is now, beside a writer that goes on",
     "TO is a folder that is new or empty. Files are hard links where both folders lie on one "
     "file\n"
     "system, else clones where it can, else bytes; the copy appears whole or not at all.",
     skr_cmd_copy},
    {"compact", "[options]",
     "merge segments, and take out of the files who does not count any more",
     "Answers stay as they are. Others may ask and import meanwhile. Each merge is published when "
     "it\nis done: after an interruption the next run goes on from there.",
     skr_cmd_compact},
    {"verify", "[options]", "read everything and report every fault", NULL, skr_cmd_verify},
    {"info", "[options]", "what the store holds", NULL, skr_cmd_info},
};
#define N_COMMANDS (sizeof commands / sizeof *commands)

static void print_help(FILE *out)
{
    (void)fputs("skerry COMMAND -d STORE [options] ...\n\n", out);
    for (size_t i = 0; i < N_COMMANDS; i++)
        (void)fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    (void)fputs("\nskerry COMMAND --help explains a command, skerry --version says which this is.\n"
                "Exit status: 0 answered, 1 --exists found nobody, 2 wrong usage, question or "
                "input,\n3 store missing or damaged, 4 deadline, 5 policy, 6 the machine refused, "
                "70 our fault,\n130 interrupted.\n",
                out);
}

static const skr_command *find_command(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int fail_unknown(const char *word)
{
    skr_err err;
    skr_suggest suggest;
    char nearest[SKR_SUGGEST_TEXT_MAX];
    if (word[0] == '-') {
        (void)skr_fail(&err, SKR_ERR_USAGE,
                       "expected a command first, found '%.60s' (see skerry --help)", word);
        return skr_report(&err);
    }
    skr_suggest_init(&suggest, word);
    for (size_t i = 0; i < N_COMMANDS; i++)
        skr_suggest_offer(&suggest, commands[i].name);
    (void)skr_fail(&err, SKR_ERR_USAGE, "unknown command '%.60s'%s (see skerry --help)", word,
                   skr_suggest_text(&suggest, nearest));
    return skr_report(&err);
}

static int run_command(const skr_command *command, int argc, char **argv)
{
    skr_err err;
    if (command->run != NULL)
        return command->run(command, argc, argv);
    (void)skr_fail(&err, SKR_ERR_NOT_YET, "%s is not there yet", command->name);
    return skr_report(&err);
}

static int dispatch(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    if (word == NULL) {
        print_help(stderr);
        return skr_err_exit_status(SKR_ERR_USAGE);
    }
    bool is_help = strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
    if (is_help || (strcmp(word, "help") == 0 && argc == 2)) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(word, "--version") == 0) {
        printf("skerry %s\n", SKR_VERSION);
        return 0;
    }
    bool is_asked = strcmp(word, "help") == 0;
    const skr_command *command = find_command(is_asked ? argv[2] : word);
    if (command == NULL)
        return fail_unknown(is_asked ? argv[2] : word);
    char help[] = "--help";
    char *asked[] = {argv[1], help, NULL};
    return is_asked ? run_command(command, 2, asked) : run_command(command, argc - 1, argv + 1);
}

/*
 * A closed standard stream would give its number to the next file that is opened, and answers would
 * be written into the store. Its place is taken, read-only, so that writing still fails.
 */
static void guard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd == 2 ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
    guard_streams();
    (void)signal(SIGPIPE, SIG_IGN); /* a reader that goes away is an error of writing */
    (void)signal(SIGXFSZ, SIG_IGN); /* and so is a file that may not grow: EFBIG */
    int status = dispatch(argc, argv);
    skr_err err = {.message = ""};
    if (skr_output_check(&err) < 0 && status <= 1)
        status = skr_report(&err);
    return status;
}
