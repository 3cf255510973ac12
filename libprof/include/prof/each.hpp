// SPDX-License-Identifier: MIT
//
// A macro said of each of 64 names at most. No other way leads from the name of a member to its offset in C++17.
//
// Side: the bridge. Not to be included by itself: fields.hpp.
#pragma once

// clang-format off
#define PROF_PICK(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20,           \
                  a21, a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37, a38,            \
                  a39, a40, a41, a42, a43, a44, a45, a46, a47, a48, a49, a50, a51, a52, a53, a54, a55, a56,            \
                  a57, a58, a59, a60, a61, a62, a63, a64, count, ...) count
#define PROF_COUNT(...)                                                                                                \
    PROF_PICK(__VA_ARGS__, 64, 63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44,         \
              43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20,          \
              19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)

#define PROF_JOIN(a, b) PROF_JOIN_NOW(a, b)
#define PROF_JOIN_NOW(a, b) a##b

// say(T, a) for each a.
#define PROF_EACH(say, T, ...) PROF_JOIN(PROF_EACH_, PROF_COUNT(__VA_ARGS__))(say, T, __VA_ARGS__)

#define PROF_EACH_1(say, T, a) say(T, a)
#define PROF_EACH_2(say, T, a, ...) say(T, a) PROF_EACH_1(say, T, __VA_ARGS__)
#define PROF_EACH_3(say, T, a, ...) say(T, a) PROF_EACH_2(say, T, __VA_ARGS__)
#define PROF_EACH_4(say, T, a, ...) say(T, a) PROF_EACH_3(say, T, __VA_ARGS__)
#define PROF_EACH_5(say, T, a, ...) say(T, a) PROF_EACH_4(say, T, __VA_ARGS__)
#define PROF_EACH_6(say, T, a, ...) say(T, a) PROF_EACH_5(say, T, __VA_ARGS__)
#define PROF_EACH_7(say, T, a, ...) say(T, a) PROF_EACH_6(say, T, __VA_ARGS__)
#define PROF_EACH_8(say, T, a, ...) say(T, a) PROF_EACH_7(say, T, __VA_ARGS__)
#define PROF_EACH_9(say, T, a, ...) say(T, a) PROF_EACH_8(say, T, __VA_ARGS__)
#define PROF_EACH_10(say, T, a, ...) say(T, a) PROF_EACH_9(say, T, __VA_ARGS__)
#define PROF_EACH_11(say, T, a, ...) say(T, a) PROF_EACH_10(say, T, __VA_ARGS__)
#define PROF_EACH_12(say, T, a, ...) say(T, a) PROF_EACH_11(say, T, __VA_ARGS__)
#define PROF_EACH_13(say, T, a, ...) say(T, a) PROF_EACH_12(say, T, __VA_ARGS__)
#define PROF_EACH_14(say, T, a, ...) say(T, a) PROF_EACH_13(say, T, __VA_ARGS__)
#define PROF_EACH_15(say, T, a, ...) say(T, a) PROF_EACH_14(say, T, __VA_ARGS__)
#define PROF_EACH_16(say, T, a, ...) say(T, a) PROF_EACH_15(say, T, __VA_ARGS__)
#define PROF_EACH_17(say, T, a, ...) say(T, a) PROF_EACH_16(say, T, __VA_ARGS__)
#define PROF_EACH_18(say, T, a, ...) say(T, a) PROF_EACH_17(say, T, __VA_ARGS__)
#define PROF_EACH_19(say, T, a, ...) say(T, a) PROF_EACH_18(say, T, __VA_ARGS__)
#define PROF_EACH_20(say, T, a, ...) say(T, a) PROF_EACH_19(say, T, __VA_ARGS__)
#define PROF_EACH_21(say, T, a, ...) say(T, a) PROF_EACH_20(say, T, __VA_ARGS__)
#define PROF_EACH_22(say, T, a, ...) say(T, a) PROF_EACH_21(say, T, __VA_ARGS__)
#define PROF_EACH_23(say, T, a, ...) say(T, a) PROF_EACH_22(say, T, __VA_ARGS__)
#define PROF_EACH_24(say, T, a, ...) say(T, a) PROF_EACH_23(say, T, __VA_ARGS__)
#define PROF_EACH_25(say, T, a, ...) say(T, a) PROF_EACH_24(say, T, __VA_ARGS__)
#define PROF_EACH_26(say, T, a, ...) say(T, a) PROF_EACH_25(say, T, __VA_ARGS__)
#define PROF_EACH_27(say, T, a, ...) say(T, a) PROF_EACH_26(say, T, __VA_ARGS__)
#define PROF_EACH_28(say, T, a, ...) say(T, a) PROF_EACH_27(say, T, __VA_ARGS__)
#define PROF_EACH_29(say, T, a, ...) say(T, a) PROF_EACH_28(say, T, __VA_ARGS__)
#define PROF_EACH_30(say, T, a, ...) say(T, a) PROF_EACH_29(say, T, __VA_ARGS__)
#define PROF_EACH_31(say, T, a, ...) say(T, a) PROF_EACH_30(say, T, __VA_ARGS__)
#define PROF_EACH_32(say, T, a, ...) say(T, a) PROF_EACH_31(say, T, __VA_ARGS__)
#define PROF_EACH_33(say, T, a, ...) say(T, a) PROF_EACH_32(say, T, __VA_ARGS__)
#define PROF_EACH_34(say, T, a, ...) say(T, a) PROF_EACH_33(say, T, __VA_ARGS__)
#define PROF_EACH_35(say, T, a, ...) say(T, a) PROF_EACH_34(say, T, __VA_ARGS__)
#define PROF_EACH_36(say, T, a, ...) say(T, a) PROF_EACH_35(say, T, __VA_ARGS__)
#define PROF_EACH_37(say, T, a, ...) say(T, a) PROF_EACH_36(say, T, __VA_ARGS__)
#define PROF_EACH_38(say, T, a, ...) say(T, a) PROF_EACH_37(say, T, __VA_ARGS__)
#define PROF_EACH_39(say, T, a, ...) say(T, a) PROF_EACH_38(say, T, __VA_ARGS__)
#define PROF_EACH_40(say, T, a, ...) say(T, a) PROF_EACH_39(say, T, __VA_ARGS__)
#define PROF_EACH_41(say, T, a, ...) say(T, a) PROF_EACH_40(say, T, __VA_ARGS__)
#define PROF_EACH_42(say, T, a, ...) say(T, a) PROF_EACH_41(say, T, __VA_ARGS__)
#define PROF_EACH_43(say, T, a, ...) say(T, a) PROF_EACH_42(say, T, __VA_ARGS__)
#define PROF_EACH_44(say, T, a, ...) say(T, a) PROF_EACH_43(say, T, __VA_ARGS__)
#define PROF_EACH_45(say, T, a, ...) say(T, a) PROF_EACH_44(say, T, __VA_ARGS__)
#define PROF_EACH_46(say, T, a, ...) say(T, a) PROF_EACH_45(say, T, __VA_ARGS__)
#define PROF_EACH_47(say, T, a, ...) say(T, a) PROF_EACH_46(say, T, __VA_ARGS__)
#define PROF_EACH_48(say, T, a, ...) say(T, a) PROF_EACH_47(say, T, __VA_ARGS__)
#define PROF_EACH_49(say, T, a, ...) say(T, a) PROF_EACH_48(say, T, __VA_ARGS__)
#define PROF_EACH_50(say, T, a, ...) say(T, a) PROF_EACH_49(say, T, __VA_ARGS__)
#define PROF_EACH_51(say, T, a, ...) say(T, a) PROF_EACH_50(say, T, __VA_ARGS__)
#define PROF_EACH_52(say, T, a, ...) say(T, a) PROF_EACH_51(say, T, __VA_ARGS__)
#define PROF_EACH_53(say, T, a, ...) say(T, a) PROF_EACH_52(say, T, __VA_ARGS__)
#define PROF_EACH_54(say, T, a, ...) say(T, a) PROF_EACH_53(say, T, __VA_ARGS__)
#define PROF_EACH_55(say, T, a, ...) say(T, a) PROF_EACH_54(say, T, __VA_ARGS__)
#define PROF_EACH_56(say, T, a, ...) say(T, a) PROF_EACH_55(say, T, __VA_ARGS__)
#define PROF_EACH_57(say, T, a, ...) say(T, a) PROF_EACH_56(say, T, __VA_ARGS__)
#define PROF_EACH_58(say, T, a, ...) say(T, a) PROF_EACH_57(say, T, __VA_ARGS__)
#define PROF_EACH_59(say, T, a, ...) say(T, a) PROF_EACH_58(say, T, __VA_ARGS__)
#define PROF_EACH_60(say, T, a, ...) say(T, a) PROF_EACH_59(say, T, __VA_ARGS__)
#define PROF_EACH_61(say, T, a, ...) say(T, a) PROF_EACH_60(say, T, __VA_ARGS__)
#define PROF_EACH_62(say, T, a, ...) say(T, a) PROF_EACH_61(say, T, __VA_ARGS__)
#define PROF_EACH_63(say, T, a, ...) say(T, a) PROF_EACH_62(say, T, __VA_ARGS__)
#define PROF_EACH_64(say, T, a, ...) say(T, a) PROF_EACH_63(say, T, __VA_ARGS__)
// clang-format on
