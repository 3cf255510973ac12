/* SPDX-License-Identifier: MIT
 *
 * Messages of STOMP, the text protocol of message brokers: a command, headers, an empty line, a body up to NUL.
 *
 *     SEND\n destination:/queue/a\n content-type:text/plain\n \n hello\0
 *
 * Side:    example. Threads: any.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stddef.h>

struct header {
    char* name;
    char* value;
    struct header* next;
};

struct frame {
    char* command;
    struct header* headers; /* in the order in which they came */
    char* body;
    size_t body_bytes;
};

enum frame_error { FRAME_FINE, FRAME_NO_MEMORY, FRAME_CUT_SHORT, FRAME_NO_COMMAND, FRAME_NO_COLON };

/* Where to read from; frame_read() moves it to what comes next, also past a frame that is wrong. */
struct input {
    const char* at;
    const char* end;
    int is_fixed; /* whether the mistake that this program is here to make is mended */
};

/* The next frame, which frame_free() takes back; NULL, and why in *error. */
struct frame* frame_read(struct input* input, enum frame_error* error);
void frame_free(struct frame* frame);

/* The value of the first header of that name; NULL when there is none. */
const char* frame_header(const struct frame* frame, const char* name);
const char* frame_error_text(enum frame_error error);

#endif
