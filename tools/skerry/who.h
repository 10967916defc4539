/*
 * who.h - who runs the program, for the record of a delivery.
 */
#ifndef SKR_TOOLS_WHO_H
#define SKR_TOOLS_WHO_H

#define SKR_WHO_MAX 64

/*
 * The name of the user whose process this is; of whoever became another user by sudo, both:
 * "anna/skerry". Letters, digits and "-_.$" only, others become "_". A user whom /etc/passwd
 * does not name is "uid:N". text has room for SKR_WHO_MAX bytes. Returns text.
 */
const char *skr_who(char *text);

#endif
