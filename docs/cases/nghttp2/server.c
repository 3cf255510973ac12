// SPDX-License-Identifier: MIT
//
// Usage: server PORT. The least HTTP/2 server over plain TCP, as libnghttp2's manual builds one: what came goes to
// nghttp2_session_mem_recv(), and what the session has to say goes out as fast as the peer takes it. One connection at
// a time.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t send_bytes(nghttp2_session* session, const uint8_t* data, size_t length, int flags, void* user) {
    (void)session;
    ssize_t sent = send(*(int*)user, data, length, flags | MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    return errno == EAGAIN ? NGHTTP2_ERR_WOULDBLOCK : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static void serve(int connection) {
    nghttp2_session_callbacks* callbacks;
    nghttp2_session* session;
    static uint8_t bytes[16384];

    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_send_callback(callbacks, send_bytes);
    nghttp2_session_server_new(&session, callbacks, &connection);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, NULL, 0);

    while (nghttp2_session_want_read(session) || nghttp2_session_want_write(session)) {
        struct pollfd wait = {connection, POLLIN, 0};
        if (nghttp2_session_want_write(session)) wait.events |= POLLOUT;
        poll(&wait, 1, -1);
        if (wait.revents & (POLLIN | POLLHUP | POLLERR)) {
            ssize_t count = recv(connection, bytes, sizeof bytes, 0);
            if (count == 0 || (count < 0 && errno != EAGAIN)) break;
            if (count > 0 && nghttp2_session_mem_recv(session, bytes, (size_t)count) < 0) break;
        }
        if (wait.revents & POLLOUT && nghttp2_session_send(session) != 0) break;
    }
    nghttp2_session_del(session);
    close(connection);
    puts("connection closed");
    fflush(stdout);
}

int main(int count, char** arguments) {
    struct sockaddr_in address = {0};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)(count > 1 ? atoi(arguments[1]) : 18093));

    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr*)&address, sizeof address) != 0 || listen(listener, 16) != 0) return 1;
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0) continue;
        fcntl(connection, F_SETFL, O_NONBLOCK);
        serve(connection);
    }
}
