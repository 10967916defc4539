/* disclose.c - placeholder of the first commit. */
#include "engine/disclose.h"
