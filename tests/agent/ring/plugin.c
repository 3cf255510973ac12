// SPDX-License-Identifier: MIT
//
// A library whose thread-local storage is made when a thread first asks for it. Side: tests.
static _Thread_local void* cell __attribute__((tls_model("global-dynamic")));

void** plugin_cell(void) { return &cell; }
