/* SPDX-License-Identifier: MIT
 *
 * See frame.h. The mistake is in read_headers().
 */
#include "frame.h"

#include <stdlib.h>
#include <string.h>

static char* copy_of(const char* text, size_t bytes) {
    char* const copy = malloc(bytes + 1);
    if (copy == NULL) return NULL;
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    return copy;
}

static void headers_free(struct header* header) {
    while (header != NULL) {
        struct header* const next = header->next;
        free(header->name);
        free(header->value);
        free(header);
        header = next;
    }
}

/* The next line, without its end; 0 when there is none in this frame. */
static int read_line(struct input* input, const char** line, size_t* bytes) {
    const char* const end = memchr(input->at, '\n', (size_t)(input->end - input->at));
    if (end == NULL) return 0;
    *line = input->at;
    *bytes = (size_t)(end - input->at);
    input->at = end + 1;
    return 1;
}

static struct header* header_of(const char* line, const char* colon, const char* end) {
    struct header* const header = calloc(1, sizeof *header);
    if (header == NULL) return NULL;
    header->name = copy_of(line, (size_t)(colon - line));
    header->value = copy_of(colon + 1, (size_t)(end - colon - 1));
    if (header->name != NULL && header->value != NULL) return header;
    headers_free(header);
    return NULL;
}

/* Up to the empty line. */
static enum frame_error read_headers(struct input* input, struct header** headers) {
    struct header *first = NULL, **last = &first;
    const char* line;
    size_t bytes;
    while (read_line(input, &line, &bytes)) {
        if (bytes == 0) {
            *headers = first;
            return FRAME_FINE;
        }
        const char* const colon = memchr(line, ':', bytes);
        if (colon == NULL) {
            if (input->is_fixed) headers_free(first);
            return FRAME_NO_COLON;
        }
        struct header* const header = header_of(line, colon, line + bytes);
        if (header == NULL) {
            headers_free(first);
            return FRAME_NO_MEMORY;
        }
        *last = header;
        last = &header->next;
    }
    headers_free(first);
    return FRAME_CUT_SHORT;
}

static enum frame_error read_frame(struct input* input, struct frame* frame) {
    const char* line;
    size_t bytes;
    if (!read_line(input, &line, &bytes)) return FRAME_CUT_SHORT;
    if (bytes == 0) return FRAME_NO_COMMAND;
    frame->command = copy_of(line, bytes);
    if (frame->command == NULL) return FRAME_NO_MEMORY;
    const enum frame_error error = read_headers(input, &frame->headers);
    if (error != FRAME_FINE) return error;
    frame->body_bytes = (size_t)(input->end - input->at);
    frame->body = copy_of(input->at, frame->body_bytes);
    return frame->body == NULL ? FRAME_NO_MEMORY : FRAME_FINE;
}

struct frame* frame_read(struct input* input, enum frame_error* error) {
    const char* const end = memchr(input->at, '\0', (size_t)(input->end - input->at));
    struct input one = {input->at, end != NULL ? end : input->end, input->is_fixed};
    input->at = end != NULL ? end + 1 : input->end;
    struct frame* const frame = calloc(1, sizeof *frame);
    *error = frame == NULL ? FRAME_NO_MEMORY : end == NULL ? FRAME_CUT_SHORT : read_frame(&one, frame);
    if (*error == FRAME_FINE) return frame;
    frame_free(frame);
    return NULL;
}

void frame_free(struct frame* frame) {
    if (frame == NULL) return;
    headers_free(frame->headers);
    free(frame->command);
    free(frame->body);
    free(frame);
}

const char* frame_header(const struct frame* frame, const char* name) {
    for (const struct header* each = frame->headers; each != NULL; each = each->next)
        if (strcmp(each->name, name) == 0) return each->value;
    return NULL;
}

const char* frame_error_text(enum frame_error error) {
    switch (error) {
        case FRAME_FINE:
            return "fine";
        case FRAME_NO_MEMORY:
            return "no memory";
        case FRAME_CUT_SHORT:
            return "cut short";
        case FRAME_NO_COMMAND:
            return "no command";
        case FRAME_NO_COLON:
            return "a header without a colon";
    }
    return "unknown";
}
