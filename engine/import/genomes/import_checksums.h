/*
 * import_checksums.h - what the files of a delivery must be, as its sender says: --checksums.
 *
 * The list is what `sha256sum` writes, either form of it: "<64 hex digits>  NAME" with a blank or
 * "*" before the name, or "SHA256 (NAME) = <64 hex digits>". A file is found in it by its name as
 * given, else by the part behind the last "/". Of a sealed file the bytes as delivered are meant.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_CHECKSUMS_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_CHECKSUMS_H

#include "engine/import/genomes/import_int.h"

/*
 * Compares the digest of every file of the delivery with the request's list; without one nothing
 * is done. Files of the list that are not delivered do not matter. Errors: INPUT, a line that
 * cannot be read, two digests of one name, a file that the list lacks or that is another; IO,
 * NOMEM.
 */
SKR_MUST_USE int skr_import_checksums_check(const skr_import *import, skr_err *err);

#endif
