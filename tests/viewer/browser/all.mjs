// SPDX-License-Identifier: MIT
//
// All tests of the page, one after the other: the machine may be a small one. run.py starts it.
import "./answers.mjs";
import "./working.mjs";
import "./links.mjs";
import "./report.mjs";
import "./strangers.mjs";
import "./large.mjs";
