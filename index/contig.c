/* contig.c - placeholder of the first commit. */
#include "index/contig.h"
