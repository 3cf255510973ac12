// SPDX-License-Identifier: MIT
//
// Names of what closures and coroutines keep, and of the functions that resume coroutines.
//
// Side: tests.
#include "catch.h"
#include "refs/closure_labels.h"
#include "types/coroutine_frames.h"

using namespace heapkit;
using refs::field_label;
using types::coroutine_member;
using types::resume_function;

TEST_CASE("the function that resumes a coroutine says which one, and GCC's the class of its frame") {
    const auto gnu = resume_function("serve(serve(int)::_Z5servei.Frame*) [clone .actor]");
    CHECK(gnu.function == "serve(int)");
    CHECK(gnu.frame_class == "_Z5servei.Frame");
    CHECK(resume_function("serve(int) [clone .resume]").function == "serve(int)");
    CHECK(resume_function("serve(int)").function.empty());
    CHECK(resume_function(" [clone .actor]").function.empty());
    CHECK(types::is_destroy_function("serve(int) [clone .destroy]"));
    CHECK_FALSE(types::is_destroy_function("serve(int)"));
}

TEST_CASE("a coroutine's frame is known by its class's name") {
    CHECK(types::is_coroutine_frame("app::Server::serve::_ZN3app6Server5serveEi.Frame"));
    CHECK(types::is_coroutine_frame("serve(int)::__coro_frame_ty"));
    CHECK_FALSE(types::is_coroutine_frame("ui::Frame"));
    CHECK_FALSE(types::is_coroutine_frame(""));
}

TEST_CASE("what a coroutine declares has its name back") {
    CHECK(coroutine_member("_Coro_promise.owner") == "promise.owner");
    CHECK(coroutine_member("local_1_2.name") == "local.name");
    CHECK(coroutine_member("Aw0_2_3") == "awaited");
    CHECK(coroutine_member("user") == "user");
    CHECK(coroutine_member("line_2") == "line_2");
    CHECK(coroutine_member("_1_2") == "_1_2");
    CHECK(coroutine_member("").empty());
}

TEST_CASE("fields of closures say what they are") {
    CHECK(field_label({.name = "lambda in main a.cpp:1", .is_lambda = true}, "__user.name") == "captured user.name");
    CHECK(field_label({.name = "std::_Bind<void (*(Widget*))(Widget*)>"}, "get<0>") == "bound argument 1");
    const refs::ClosureClass thread{.name = "std::thread::_State_impl<std::thread::_Invoker<std::tuple<F, int> > >"};
    CHECK(field_label(thread, "get<0>.user") == "captured user");
    CHECK(field_label(thread, "get<0>") == "function");
    CHECK(field_label(thread, "get<1>") == "argument 1");
    CHECK(field_label({.name = "std::tuple<int>"}, "get<0>") == "get<0>");
    CHECK(field_label({.name = "Cache"}, "docs_") == "docs_");
    CHECK(field_label(thread, "get<") == "captured get<");
}
