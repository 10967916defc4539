/* server.c - placeholder of the first commit. */
#include "api/server.h"
