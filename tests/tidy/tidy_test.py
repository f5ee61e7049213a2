#!/usr/bin/env python3
"""Plants one breach of each rule in a small repository, and wants it found with its place; and none in a clean one."""

import json
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import cpp
import flag_tables
import tidy
from tree import Tree

HERE = os.path.dirname(os.path.abspath(__file__))

ARCHITECTURE = """# Architecture

## Folders
| folder | what lives there | may include |
|---|---|---|
| `proto/wsload/v1/` | messages | nothing |
| `common/` | exit codes | nothing |
| `common/time/` | clock | nothing |
| `common/plan/` | plan | `common/{exit_code.h,time}`, `proto/wsload/v1` (`plan.{h,cc}` alone) |
| `agent/load/` | worker | `common/{plan,time}` |
| `tests/tidy/` | words | nothing |
| `tests/unit/**` | tests | everything |

| what | only in | why |
|---|---|---|
| clocks: `::now()`, `clock_gettime()` | `common/time` | time is a parameter |
| Asio: `<asio`, `asio::` | `agent/load/worker.cc` | an interface hides it |
| stubs: `.grpc.pb.h` | nowhere | nothing here speaks gRPC |
"""
WORKER_CC = """#include "agent/load/worker.h"

#include <asio/post.hpp>

#include "common/plan/plan.h"
#include "common/time/clock.h"

namespace wsload {

// Waits for what the clock::now() says.
int Work(int64_t now_ns) {
  asio::post(now_ns);
  return now_ns > 0 ? 1 : 0;
}

}  // namespace wsload
"""
README = """# wsload

[in Chinese](README.zh-CN.md), [flags](#flags)

```
wsload -clients=10
```

## Flags
| flag of `wsload` | default | meaning |
|---|---|---|
| `-clients` | `10` | connections |
| `-json`, `-mps` | off, `1` | output, rate |

| code | meaning |
|---|---|
| 0 | passed |
| 104 | bad flags |
"""
CLEAN = {
    "ARCHITECTURE.md": ARCHITECTURE,
    "README.md": README,
    "README.zh-CN.md": README.replace("clients=10", "clients=10 -lang=zh")
    .replace("README.zh-CN.md", "README.md")
    .replace("#flags", "#参数")
    .replace("## Flags", "## 参数")
    .replace("`-json`, `-mps` | off, `1` | output, rate", "`-json`、`-mps` | 关闭、`1` | 输出，速率"),
    "proto/wsload/v1/plan.proto": 'syntax = "proto3";\n',
    "common/exit_code.h": "// Codes.\n#pragma once\n\nenum class ExitCode {\n  kPassed = 0,\n  kBadFlags = 104,\n};\n",
    "common/time/clock.h": "// The clock.\n#pragma once\n\ninline int Now() { return Steady::now(); }\n",
    "common/plan/plan.h": '// A plan.\n#pragma once\n\n#include "common/exit_code.h"\n',
    "common/plan/plan.cc": '#include "common/plan/plan.h"\n\n#include "common/time/clock.h"\n'
    '#include "wsload/v1/plan.pb.h"\n',
    "common/plan/slice.h": '// A slice.\n#pragma once\n\n#include "common/time/clock.h"\n',
    "agent/load/worker.h": "// A worker.\n#pragma once\n",
    "agent/load/worker.cc": WORKER_CC,
    "tests/unit/load/worker_test.cc": '#include "agent/load/worker.h"\n\n#include "agent/load/worker.h"\n',
}
# plan.h takes no messages here, so only plan.cc may.
CLEAN["ARCHITECTURE.md"] = ARCHITECTURE.replace("plan.{h,cc}", "plan.cc")


def _words_without_exceptions():
    with open(os.path.join(HERE, "words.json"), encoding="utf-8") as file:
        entries = json.load(file)
    return json.dumps([{key: value for key, value in entry.items() if key != "except"} for entry in entries])


class Planted(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        for path, content in CLEAN.items():
            self.write(path, content)
        self.write("tests/tidy/words.json", _words_without_exceptions() + "\n")

    def write(self, path, content):
        whole = os.path.join(self._folder.name, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "w", encoding="utf-8", newline="") as file:
            file.write(content)

    def replace(self, path, old, new):
        self.assertIn(old, CLEAN[path])
        self.write(path, CLEAN[path].replace(old, new, 1))

    def found(self):
        return [str(breach) for breach in tidy.check(self._folder.name)]

    def wants(self, *beginnings):
        """Exactly these breaches, each by its place and the beginning of what it says."""
        found = self.found()
        self.assertEqual(len(found), len(beginnings), found)
        for breach, beginning in zip(found, sorted(beginnings)):
            self.assertTrue(breach.startswith(beginning), f"{breach}\nis not\n{beginning}")


class Clean(Planted):
    def test_has_no_breach(self):
        self.wants()

    def test_does_not_see_what_is_not_of_the_repository(self):
        self.write(".gitignore", "/out/\n")
        for folder in ("out", ".hidden", "agent/__pycache__"):
            self.write(folder + "/a.cc", "\t")
        self.write("trees/one/CMakeCache.txt", "")
        self.write("trees/one/a.cc", "\t")
        self.wants()


class Layers(Planted):
    def test_room_that_may_not_be_included(self):
        self.replace("common/time/clock.h", "#pragma once\n", '#pragma once\n\n#include "common/exit_code.h"\n')
        self.wants("common/time/clock.h:4: common/time/ may not include common/exit_code.h; move")

    def test_file_that_is_not_the_one_allowed(self):
        self.write("common/plan/slice.h", CLEAN["common/plan/slice.h"] + '#include "wsload/v1/plan.pb.h"\n')
        self.wants("common/plan/slice.h:5: common/plan/ may not include proto/wsload/v1/plan.proto")

    def test_product_that_includes_tests(self):
        self.write("tests/unit/load/fake.h", "// A fake.\n#pragma once\n")
        self.replace("agent/load/worker.h", "#pragma once\n", '#pragma once\n\n#include "tests/unit/load/fake.h"\n')
        self.wants("agent/load/worker.h:4: includes tests/unit/load/fake.h; what is outside tests/")

    def test_file_that_does_not_exist(self):
        self.replace("agent/load/worker.cc", "plan/plan.h", "plan/plans.h")
        self.wants(
            "ARCHITECTURE.md:10: agent/load/ includes nothing of common/plan",
            "agent/load/worker.cc:5: there is no common/plan/plans.h",
        )

    def test_security_names_a_test_that_is_not_there(self):
        self.write("tests/unit/load/worker_test.cc", "TEST_F(Worker, Works) {}\n")
        self.write("docs/security.md", "# Safe\n`Worker.Works`, `Worker.Sleeps`\n")
        self.wants("docs/security.md:0: docs/ has no row", "docs/security.md:2: speaks of the test Worker.Sleeps")

    def test_path_that_does_not_begin_at_the_root(self):
        self.write("tests/unit/load/worker_test.cc", '#include "worker.h"\n')
        self.wants("tests/unit/load/worker_test.cc:1: there is no worker.h; paths begin at the root")

    def test_import_of_another_proto(self):
        self.write("proto/other/v1/a.proto", 'syntax = "proto3";\nimport "wsload/v1/plan.proto";\n')
        table = "| `proto/wsload/v1/` | messages | nothing |\n"
        self.replace("ARCHITECTURE.md", table, table + "| `proto/other/v1/` | more | nothing |\n")
        self.wants("proto/other/v1/a.proto:2: proto/other/v1/ may not include proto/wsload/v1/plan.proto")

    def test_folder_without_a_row(self):
        self.write("agent/new/a.h", "// New.\n#pragma once\n")
        self.wants("agent/new/a.h:0: agent/new/ has no row")

    def test_row_without_a_folder(self):
        self.replace("ARCHITECTURE.md", "| `tests/unit/**`", "| `agent/old/` | was | nothing |\n| `tests/unit/**`")
        self.wants("ARCHITECTURE.md:12: speaks of agent/old/", "ARCHITECTURE.md:12: there is no agent/old/")

    def test_row_that_is_there_twice(self):
        self.replace("ARCHITECTURE.md", "| `tests/tidy/`", "| `common/time/` | clock | nothing |\n| `tests/tidy/`")
        self.wants("ARCHITECTURE.md:11: common/time/ has a row already, on line 8")

    def test_allowance_that_nothing_uses(self):
        self.replace("ARCHITECTURE.md", "| clock | nothing |", "| clock | `common/exit_code.h` |")
        self.wants("ARCHITECTURE.md:8: common/time/ includes nothing of common/exit_code.h")

    def test_allowance_that_a_named_file_does_not_use(self):
        self.replace("ARCHITECTURE.md", "plan.cc` alone", "plan.{h,cc}` alone")
        self.wants("ARCHITECTURE.md:9: common/plan/plan.h includes nothing of proto/wsload/v1")

    def test_circle(self):
        self.replace("ARCHITECTURE.md", "| clock | nothing |", "| clock | `common/plan` |")
        self.replace("common/time/clock.h", "#pragma once\n", '#pragma once\n\n#include "common/plan/plan.h"\n')
        self.wants("ARCHITECTURE.md:8: common/time/ may include rooms above it only, and not common/plan")

    def test_cell_that_cannot_be_read(self):
        self.replace("ARCHITECTURE.md", "| clock | nothing |", "| clock | common |")
        self.wants('ARCHITECTURE.md:8: cannot read "common"')

    def test_table_that_is_gone(self):
        self.replace("ARCHITECTURE.md", "| folder |", "| room |")
        self.wants('ARCHITECTURE.md:0: has no table whose first column is "folder"')


class Borders(Planted):
    def test_call(self):
        self.write("common/plan/slice.h", CLEAN["common/plan/slice.h"] + "\ninline int B() { return C::now(); }\n")
        self.wants('common/plan/slice.h:6: "::now()" belongs to common/time alone (ARCHITECTURE.md:16)')

    def test_include(self):
        self.write("agent/load/worker.h", CLEAN["agent/load/worker.h"] + "\n#include <asio/post.hpp>\n")
        self.wants('agent/load/worker.h:4: "<asio" belongs to agent/load/worker.cc alone')

    def test_what_is_allowed_nowhere(self):
        self.write("agent/load/worker.h", CLEAN["agent/load/worker.h"] + '\n#include "wsload/v1/plan.grpc.pb.h"\n')
        self.wants(
            "agent/load/worker.h:4: \".grpc.pb.h\" belongs to nowhere",
            "agent/load/worker.h:4: agent/load/ may not include proto/wsload/v1/plan.proto",
        )

    def test_names_in_comments_and_texts_are_none(self):
        code = '\n// clock_gettime()\ninline const char* A() { return "asio::post"; }\ninline int my_asio::B() {}\n'
        self.write("agent/load/worker.h", CLEAN["agent/load/worker.h"] + code)
        self.wants()

    def test_place_that_has_nothing_of_it(self):
        self.replace("ARCHITECTURE.md", "| `common/time` | time", "| `common/time`, `common/plan` | time")
        self.wants("ARCHITECTURE.md:16: common/plan makes no use of it")

    def test_row_without_a_reason(self):
        self.replace("ARCHITECTURE.md", "nothing here speaks gRPC", "")
        self.wants("ARCHITECTURE.md:18: want three cells")

    def test_table_that_is_gone(self):
        self.replace("ARCHITECTURE.md", "| what |", "| which |")
        self.wants('ARCHITECTURE.md:0: has no table whose first column is "what"')


class Shape(Planted):
    def add(self, code, path="agent/load/worker.h"):
        self.write(path, CLEAN[path] + code)

    def test_function_that_is_too_long(self):
        self.add("\nnamespace wsload {\ntemplate <typename T>\nint A::B(T t) const {\n" + "  ++t;\n" * 68 + "}\n}\n")
        self.wants("agent/load/worker.h:5: A::B has 71 lines")

    def test_function_that_is_just_short_enough(self):
        self.add("\nint A(int t) {\n" + "  ++t;\n" * 68 + "}\n")
        self.wants()

    def test_file_that_is_too_long(self):
        self.add("int a;\n" * 499)
        self.wants("agent/load/worker.h:501: has 501 lines, more than 500")

    def test_test_that_may_be_longer(self):
        self.add("int a;\n" * 697, "tests/unit/load/worker_test.cc")
        self.wants()
        self.add("int a;\n" * 698, "tests/unit/load/worker_test.cc")
        self.wants("tests/unit/load/worker_test.cc:701: has 701 lines, more than 700")

    def test_line_that_is_too_long(self):
        self.add("\n// " + "a" * 118 + "\n")
        self.wants("agent/load/worker.h:4: has 121 columns")

    def test_columns_are_characters(self):
        self.add("\n// " + "时" * 117 + "\n")
        self.wants()

    def test_header_without_an_opening_comment(self):
        self.write("agent/load/worker.h", "#pragma once\n")
        self.wants("agent/load/worker.h:1: has no opening comment")

    def test_program_without_an_opening_comment(self):
        self.write("agent/load/main.cc", "\nint main() { return 0; }\n")
        self.wants("agent/load/main.cc:1: has no opening comment")

    def test_header_without_pragma_once(self):
        self.write("agent/load/worker.h", "// A worker.\n")
        self.wants("agent/load/worker.h:1: has no #pragma once")

    def test_tab(self):
        self.add("\n\tint a;\n")
        self.wants("agent/load/worker.h:4: has a tab")

    def test_blanks_at_the_end_of_a_line(self):
        self.write("README.md", README + "\nText. \n")
        self.wants("README.md:20: has blanks at its end")

    def test_file_without_an_end(self):
        self.add("\nint a;")
        self.wants("agent/load/worker.h:4: the last line has no end")

    def test_file_with_an_empty_line_at_its_end(self):
        self.add("\n")
        self.wants("agent/load/worker.h:3: ends with an empty line")

    def test_code_in_a_comment(self):
        for code in ("return a;", "if (a) {", "} else {", "Call(a, b->c);", "const int a = b + 1;", "#include <a>"):
            with self.subTest(code):
                self.add(f"\n// {code}\n")
                self.wants("agent/load/worker.h:4: is code in a comment")

    def test_sentence_in_a_comment(self):
        for text in ("returns a; b", "If it is (as ever) late;", "a = b, in the end; else c", "Adds a to b."):
            with self.subTest(text):
                self.add(f"\n// {text}\n")
                self.wants()

    def test_braces_that_do_not_match(self):
        self.add("\nint A() {\n")
        self.wants("agent/load/worker.h:0: cannot be read as C++: a brace is never closed")


class Words(Planted):
    def test_word_in_a_text(self):
        bad = {
            "canceled": "it was canceled",
            "dialed": "dialed again",
            "behavior": "the behavior",
            "labeled": "labeled figures",
            "judgment": "a judgment",
            "whitelist": "a whitelist of hosts",
            "slaves": "its slaves",
            "master": "the master",
            "FIXME": "FIXME later",
            "TODO": "TODO: later",
            "/Users/": "see /Users/a",
            "/{}/".format("work"): "see /{}/a".format("work"),
            "/home/": "see /home/a",
            "ghcr.io": "image ghcr.io/a/b",
            "somebody@example.org": "ask somebody@example.org",
        }
        for word, text in bad.items():
            with self.subTest(word):
                self.write("README.md", README + f"\n{text}\n")
                self.wants(f'README.md:20: has "{word}"; write ')

    def test_what_only_looks_like_such_a_word(self):
        for text in (
            'cause "canceled"',
            "TODO(#12): more",
            "cancelled, dialled, dialer",
            "/tmp/framework/a",
            "worker/home/a",
            "a.XXXXXX",
            "host@",
        ):
            with self.subTest(text):
                self.write("README.md", README + f"\n{text}\n")
                self.wants()

    def test_name_of_a_folder_that_takes_everything(self):
        self.write("tests/unit/utils/a.h", "// A.\n#pragma once\n")
        self.wants('tests/unit/utils/a.h:0: has "/utils/"; write a name that tells')

    def test_exception(self):
        words = [{"pattern": "\\bsoso\\b", "instead": "good", "why": "so", "except": ["README.md", "proto/**"]}]
        self.write("tests/tidy/words.json", json.dumps(words) + "\n")
        self.write("README.md", README + "\nsoso\n")
        self.write("proto/wsload/v1/plan.proto", "// soso\n")
        self.wants()

    def test_exception_that_nothing_needs(self):
        words = [{"pattern": "\\bsoso\\b", "instead": "good", "why": "so", "except": ["README.md"]}]
        self.write("tests/tidy/words.json", json.dumps(words) + "\n")
        self.wants("tests/tidy/words.json:0: README.md has nothing of \\bsoso")


class Documents(Planted):
    def test_path_that_is_gone(self):
        self.write("common/a.md", "# A\n\n`agent/load/worker`, `agent/{load,gone}/`, `tests/unit/a*.h`, `docs/<a>`\n")
        comment = "\n// As common/plan/plan.h and tests/sim are.\n"
        self.write("agent/load/worker.h", CLEAN["agent/load/worker.h"] + comment)
        self.wants(
            "common/a.md:3: speaks of agent/gone/, and there is none",
            "common/a.md:3: speaks of tests/unit/a*.h, and there is none",
            "agent/load/worker.h:4: speaks of tests/sim, and there is none",
        )

    def test_version_that_is_another_one(self):
        self.write("CHANGELOG.md", "# Changes\n\n## 0.3.0\n\nNew.\n\n## 0.2.0\n\nOld.\n")
        self.write("CMakeLists.txt", "project(wsload VERSION 0.2.0 LANGUAGES CXX)\n")
        self.write("common/version.h", '// The version.\n#pragma once\n\ninline constexpr char kVersion[] = "0.3.0";\n')
        self.wants('CMakeLists.txt:1: has the version "0.2.0", and common/version.h has "0.3.0"')
        self.write("CMakeLists.txt", "project(wsload VERSION 0.3.0 LANGUAGES CXX)\n")
        self.wants()

    def test_exit_code_that_is_in_no_table(self):
        self.replace("common/exit_code.h", "  kBadFlags = 104,\n", "  kBadFlags = 104,\n  kLate = 105,\n")
        self.wants(
            "README.md:15: exit code 105 of common/exit_code.h:7 is in no table",
            "README.zh-CN.md:15: exit code 105 of common/exit_code.h:7 is in no table",
        )

    def test_exit_code_that_the_code_has_not(self):
        self.replace("README.zh-CN.md", "| 104 |", "| 103 |")
        self.wants(
            "README.zh-CN.md:15: exit code 104 of common/exit_code.h:6 is in no table",
            "README.zh-CN.md:18: common/exit_code.h has no exit code 103",
            "README.zh-CN.md:18: has not the figures of README.md:18",
        )

    def test_link_that_leads_nowhere(self):
        self.write("docs/a.md", "[up](../README.md#flags), [gone](gone.md), [part](../README.md#gone)\n")
        self.replace("ARCHITECTURE.md", "| `tests/tidy/`", "| `docs/` | texts | nothing |\n| `tests/tidy/`")
        self.wants(
            "docs/a.md:1: links to ../README.md#gone, and README.md has no such heading",
            "docs/a.md:1: links to gone.md, and there is no docs/gone.md",
        )


class Translations(Planted):
    PAGE = """# More

[中文](more.zh-CN.md), [flags](../README.md#flags), [Asio](https://asio.example/)

`-mps` is *sent*, `a = b`.

| what | bound |
|---|---|
| `lag` | 1,000 ms in `plan.h` |

## Part
[above](#more)
"""
    CHINESE = """# 更多

[English](more.md)；[Asio](https://asio.example/)，[参数](../README.zh-CN.md#参数)

`-mps` 为*已发送*，`甲 = 乙`。

| 项目 | 上限 |
|---|---|
| `lag` | `plan.h` 中为 1000 毫秒 |

## 部分
[上文](#更多)
"""

    def setUp(self):
        super().setUp()
        self.write("common/more.md", self.PAGE)
        self.write("common/more.zh-CN.md", self.CHINESE)

    def change(self, old, new, english=False):
        path, text = ("common/more.md", self.PAGE) if english else ("common/more.zh-CN.md", self.CHINESE)
        self.assertIn(old, text)
        self.write(path, text.replace(old, new, 1))

    def test_clean(self):
        self.wants()

    def test_flag_that_one_language_lacks(self):
        self.replace("README.zh-CN.md", "| `-clients` | `10` | connections |\n", "")
        self.wants(
            "README.zh-CN.md:10: has not as many rows as README.md:10",
            "README.zh-CN.md:12: has not the flags of README.md:12",
        )

    def test_default_that_differs(self):
        self.replace("README.zh-CN.md", "| `10` |", "| `11` |")
        self.wants("README.zh-CN.md:12: has not the defaults of README.md:12")

    def test_defaults_that_are_too_few(self):
        self.write("README.md", README.replace("`-json`, `-mps`", "`-json`, `-mps`, `-out`"))
        self.write("README.zh-CN.md", CLEAN["README.zh-CN.md"].replace("`-mps`", "`-mps`、`-out`"))
        self.wants("README.md:13: 3 flags with 2 defaults", "README.zh-CN.md:13: 3 flags with 2 defaults")

    def test_table_of_another_program(self):
        self.replace("README.zh-CN.md", "flag of `wsload`", "flag of `wsload-agent`")
        self.wants("README.zh-CN.md:0: has not the flag tables")

    def test_code_block_that_differs(self):
        self.replace("README.zh-CN.md", "wsload -clients=10", "wsload -clients=12")
        self.wants("README.zh-CN.md:5: is not the code block of README.md:5")

    def test_code_block_that_a_program_prints(self):
        self.change("`-mps` is", "```\nfailed 0\nsent 12\n```\n\n`-mps` is", english=True)
        printed = "```\n失败 0\n发送 12\n```\n\n`-mps` 为"
        self.change("`-mps` 为", printed)
        self.wants()
        self.change("`-mps` 为", printed.replace("\n发送 12", ""))
        self.wants("common/more.zh-CN.md:5: is not the code block of common/more.md:5")

    def test_code_block_that_is_missing(self):
        self.write("README.md", README + "\n```\nmake\n```\n")
        self.wants("README.zh-CN.md:0: has 1 code blocks, and README.md has 2")

    def test_heading_of_another_level(self):
        self.replace("README.zh-CN.md", "## 参数", "### 参数")
        self.wants("README.zh-CN.md:9: is no heading of the level of README.md:9")

    def test_heading_that_is_missing(self):
        self.write("README.md", README + "\n## More\n")
        self.wants("README.zh-CN.md:0: has 2 headings, and README.md has 3")

    def test_heading_that_any_page_lacks(self):
        self.change("## Part\n", "## Part\n\n### More of it\n", english=True)
        self.wants("common/more.zh-CN.md:0: has 2 headings, and common/more.md has 3")

    def test_page_that_is_there_in_chinese_alone(self):
        self.write("common/other.zh-CN.md", "# 其他\n")
        self.wants("common/other.zh-CN.md:0: is there in Chinese alone; there is no common/other.md")

    def test_table_that_is_missing(self):
        self.change("| 项目 | 上限 |\n|---|---|\n| `lag` | `plan.h` 中为 1000 毫秒 |\n", "")
        self.wants("common/more.zh-CN.md:0: has 0 tables, and common/more.md has 1")

    def test_row_that_is_missing(self):
        self.change("| `lag` |", "| cpu | 95 % |\n| `lag` |", english=True)
        self.wants("common/more.zh-CN.md:7: has not as many rows as common/more.md:7")

    def test_cell_that_is_missing(self):
        self.change("| `lag` | `plan.h` 中为 1000 毫秒 |", "| `lag` |")
        self.wants("common/more.zh-CN.md:9: has not as many cells as common/more.md:9")

    def test_figure_that_differs(self):
        self.change("1000", "100")
        self.wants("common/more.zh-CN.md:9: has not the figures of common/more.md:9")

    def test_name_in_a_table_that_differs(self):
        self.change("`lag`", "`lags`")
        self.wants(
            "common/more.zh-CN.md:0: has not the `lag` of common/more.md:9",
            "common/more.zh-CN.md:9: has `lags`, and common/more.md has not",
        )

    def test_name_that_is_missing(self):
        # Under another heading it is another one.
        self.change("`-mps` 为", "")
        self.change("[above]", "`-mps`, [above]", english=True)
        self.write("common/more.zh-CN.md", self.CHINESE.replace("`甲 = 乙`", "甲"))
        self.wants(
            "common/more.zh-CN.md:0: has not the `-mps` of common/more.md:12",
            "common/more.zh-CN.md:0: has not the `a = b` of common/more.md:5",
        )

    def test_name_that_the_english_page_has_not(self):
        self.change("为*已发送*", "为*已发送*（`sent`）")
        self.wants("common/more.zh-CN.md:5: has `sent`, and common/more.md has not")

    def test_name_that_only_differs_in_the_language(self):
        self.change("`-mps` is", "`-mps` is `wsload -x`, `DIR/<run id>`,", english=True)
        self.change("`-mps` 为", "`-mps` 为 `wsload -x -lang=zh`、`DIR/<运行编号>`，")
        self.wants()

    def test_link_that_is_missing(self):
        self.change("，[参数](../README.zh-CN.md#参数)", "")
        self.wants("common/more.zh-CN.md:0: has not the link to ../README.md#flags of common/more.md:3")

    def test_link_to_another_heading(self):
        self.change("[上文](#更多)", "[上文](#部分)")
        self.wants(
            "common/more.md:0: has not the link to #部分 of common/more.zh-CN.md:12",
            "common/more.zh-CN.md:0: has not the link to #more of common/more.md:12",
        )

    def test_url_that_differs(self):
        self.change("https://asio.example/", "https://asio.example/zh")
        self.wants(
            "common/more.md:0: has not the link to https://asio.example/zh of common/more.zh-CN.md:3",
            "common/more.zh-CN.md:0: has not the link to https://asio.example/ of common/more.md:3",
        )

    def test_link_to_the_other_language(self):
        self.change("../README.zh-CN.md#参数", "../README.md#flags")
        self.wants("common/more.zh-CN.md:3: links to ../README.md#flags, and there is README.zh-CN.md")
        self.setUp()
        self.change("../README.md#flags", "../README.zh-CN.md#参数", english=True)
        self.wants("common/more.md:3: links to ../README.zh-CN.md#参数, and there is README.md")

    def test_page_that_does_not_link_to_its_other_language(self):
        self.change("[中文](more.zh-CN.md), ", "", english=True)
        self.wants(
            "common/more.md:0: has no link to common/more.zh-CN.md",
            "common/more.md:0: has not the link to more.md of common/more.zh-CN.md:3",
        )


class FlagTables(Planted):
    HELP = """wsload [flags]: does it.

  -clients  connections (default
            10)
  -json     figures on stdout (empty: off)
  -mps      rate (0: none) (default 1) (repeatable)

Also from WSLOAD_<NAME> and -flagfile=FILE.
"""

    def setUp(self):
        super().setUp()
        self.programs = {program: {} for program in flag_tables.TABLED}
        self.programs["wsload"] = flag_tables.read_help(self.HELP)
        for path in ("README.md", "README.zh-CN.md"):
            self.write(path, CLEAN[path].replace(" -lang=zh", "") + self.tables_of_the_others())

    def tables_of_the_others(self):
        rows = ""
        for program in flag_tables.TABLED[1:]:
            self.programs[program] = {"x": ""}
            rows += f"\n| flag of `{program}` | default |\n|---|---|\n| `-x` | |\n"
        return rows

    def wants(self, *beginnings):
        found = [str(breach) for breach in flag_tables.check(Tree(self._folder.name), self.programs)]
        self.assertEqual(len(found), len(beginnings), found)
        for breach, beginning in zip(found, sorted(beginnings)):
            self.assertTrue(breach.startswith(beginning), f"{breach}\nis not\n{beginning}")

    def test_reads_help(self):
        self.assertEqual(self.programs["wsload"], {"clients": "10", "json": "", "mps": "1"})

    def test_clean(self):
        self.wants()

    def test_flag_that_the_program_has_not(self):
        del self.programs["wsload"]["json"]
        self.wants("README.md:13: wsload has no -json", "README.zh-CN.md:13: wsload has no -json")

    def test_flag_that_is_in_no_table(self):
        self.programs["wsload"]["quiet"] = ""
        self.wants(
            "README.md:10: -quiet of wsload is in no table", "README.zh-CN.md:10: -quiet of wsload is in no table"
        )

    def test_what_a_command_has_in_common_with_another_is_in_its_table_where_the_default_differs(self):
        place = self.line_of("`wsload find-max`")
        self.programs["wsload find-max"] = {"x": "", "clients": "10", "mps": "5"}
        self.wants(
            f"README.md:{place}: -mps of wsload find-max is in no table",
            f"README.zh-CN.md:{place}: -mps of wsload find-max is in no table",
        )

    def line_of(self, text):
        lines = (README + self.tables_of_the_others()).split("\n")
        return next(number for number, line in enumerate(lines, 1) if text in line)

    def test_default_that_differs(self):
        self.programs["wsload"]["clients"] = "12"
        self.wants(
            "README.md:12: -clients has the default `12` in wsload",
            "README.zh-CN.md:12: -clients has the default `12` in wsload",
        )

    def test_default_that_the_program_has_not(self):
        self.programs["wsload"]["mps"] = ""
        self.wants(
            "README.md:13: -mps has the default no value in wsload",
            "README.zh-CN.md:13: -mps has the default no value in wsload",
        )

    def test_mention_of_a_flag_that_nothing_has(self):
        self.write("README.md", README + self.tables_of_the_others() + "\nSee `-gone=1`, `-mps` and `-helpfull`.\n")
        self.wants("README.md:44: no program has -gone")

    def test_command_with_a_flag_that_it_has_not(self):
        commands = "\n```\nhost1$ wsload-agent -x && docker run --rm wsload \\\n    wsload doctor --mps=1 -gone\n```\n"
        self.write("README.md", README + self.tables_of_the_others() + commands)
        self.wants("README.md:45: wsload doctor has no -gone")

    def test_table_of_no_program(self):
        table = "\n| flag of `wsl` | default |\n|---|---|\n| `-x` | |\n"
        self.write("README.md", README + self.tables_of_the_others() + table)
        self.wants("README.md:44: there is no program wsl")


class Functions(unittest.TestCase):
    """What a function is, and what only looks like one."""

    def found(self, code):
        return [(function.name, function.first, function.last) for function in cpp.functions(code)]

    def test_of_all_kinds(self):
        code = """namespace a {
class B final : public C<int()> {
 public:
  B() : x_{1}, y_(2, {}) {}
  ~B() override = default;
  int Get() const override { return x_; }
  bool operator==(const B& other) const {
    return other.x_ == x_;
  }

 private:
  int x_{0};
  std::vector<int> y_ = {1, 2};
};

enum class E : int { kOne, kTwo };
constexpr int kTable[] = {Make(1), Make(2)};
const Rows kRows = {
    {"a", [](int i) { return i; }},
};

template <typename T>
auto Long(T t, std::function<void(int)> f)
    -> std::vector<T> {
  if (t) {
    switch (t) {
      default: {
      }
    }
  }
  return {t};
}

TEST(Suite, Name) {
  struct Local {
    int Inside() { return 1; }
  };
}
}  // namespace a
extern "C" {
int Exported(void) { return 0; }
}
"""
        self.assertEqual(
            self.found(code),
            [
                ("B", 4, 4),
                ("Get", 6, 6),
                ("operator==", 7, 9),
                # What a table holds counts for itself.
                ("a function", 19, 19),
                ("Long", 22, 32),
                ("TEST", 34, 38),
                ("Exported", 41, 41),
            ],
        )

    def test_braces_that_are_none(self):
        code = """int A() {
  // a brace in a comment: }
  const char* text = "}";
  const char* raw = R"json({"a": "}"})json";
  const char brace = '}';
  const int big = 1'000'000;
#define BRACE }
  return 0;
}
"""
        self.assertEqual(self.found(code), [("A", 1, 9)])


if __name__ == "__main__":
    unittest.main()
