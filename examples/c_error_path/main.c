/* SPDX-License-Identifier: MIT
 *
 * stomp_check [--fixed]: reads what 2,000 clients sent to a broker, the same each time, and says what is wrong with it.
 *
 * Side: example. See README.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"

enum { FRAMES = 2000, MOST_BYTES_A_FRAME = 400, KINDS = 5 };

/* Every tenth comes from a client that breaks a long header into two lines, every 25th stops in the middle. */
static size_t write_frame(char* to, int number) {
    const char* const trouble = number % 10 == 3 ? "\n  continued" : "";
    const int bytes = snprintf(to, MOST_BYTES_A_FRAME,
                               "SEND\ndestination:/queue/orders\nreceipt:message-%d\nclient:till number %d%s\n"
                               "content-type:text/plain\n\none pair of shoes, size %d",
                               number, number % 40, trouble, 36 + number % 10);
    return number % 25 == 0 ? (size_t)bytes / 3 : (size_t)bytes;
}

static char* write_traffic(size_t* bytes) {
    char* const traffic = malloc((size_t)FRAMES * MOST_BYTES_A_FRAME);
    if (traffic == NULL) return NULL;
    *bytes = 0;
    for (int number = 1; number <= FRAMES; ++number) {
        *bytes += write_frame(traffic + *bytes, number);
        traffic[(*bytes)++] = '\0';
    }
    return traffic;
}

int main(int count, char** arguments) {
    size_t bytes, orders = 0, results[KINDS] = {0};
    char* const traffic = write_traffic(&bytes);
    if (traffic == NULL) return 1;
    struct input input = {traffic, traffic + bytes, count > 1 && strcmp(arguments[1], "--fixed") == 0};
    while (input.at < input.end) {
        enum frame_error error;
        struct frame* const frame = frame_read(&input, &error);
        ++results[error];
        if (frame == NULL) continue;
        const char* const destination = frame_header(frame, "destination");
        orders += destination != NULL && strcmp(destination, "/queue/orders") == 0;
        frame_free(frame);
    }
    free(traffic);
    printf("%zu orders", orders);
    for (int kind = FRAME_NO_MEMORY; kind < KINDS; ++kind)
        if (results[kind] > 0) printf(", %zu frames: %s", results[kind], frame_error_text((enum frame_error)kind));
    printf("\n");
    return 0;
}
