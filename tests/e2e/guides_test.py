#!/usr/bin/python3
"""Man pages and completions of the three programs, in the shells themselves.

    guides_test.py DIR    DIR has the programs
"""

import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAMS = ("wsload", "wsload-agent", "wsload-gateway")
BIN = ""
DEADLINE_SECONDS = 60


def said(*command, **options):
    """What a command prints; it has to end well, and without a word on stderr."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_SECONDS, **options)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f"{command}: exit code {done.returncode}: {done.stderr}")
    return done.stdout


def of_program(program, *words):
    # No variable of the caller's may change a default or the language.
    return said(os.path.join(BIN, program), *words, env={})


class InShell(unittest.TestCase):
    shell = ""

    def setUp(self):
        if not shutil.which(self.shell):
            self.skipTest(f"{self.shell} is not installed")
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        for program in PROGRAMS:
            with open(self.path(program), "w") as file:
                file.write(of_program(program, "completion", self.shell))

    def path(self, program):
        return os.path.join(self.folder.name, program)


class Bash(InShell):
    shell = "bash"

    def completed(self, *words):
        """What bash would offer for these words, of which the last one is being written."""
        quoted = " ".join(f"'{word}'" for word in words)
        script = f"""set -eu; source {self.path(words[0])}
            COMP_WORDS=({quoted}) COMP_CWORD={len(words) - 1}
            compopt() {{ :; }}
            "$(complete -p {words[0]} | sed 's/.*-F \\([^ ]*\\) .*/\\1/')" || true
            printf '%s\\n' "${{COMPREPLY[@]}}" """
        return said("bash", "-c", script).split()

    def test_flags(self):
        self.assertEqual(self.completed("wsload", "-serial"), ["-serializer="])
        self.assertEqual(self.completed("wsload", "--serial"), ["-serializer="])
        self.assertEqual(self.completed("wsload", "run", "-quie"), ["-quiet"])
        self.assertEqual(self.completed("wsload", "certs", "-d"), ["-days="])
        self.assertIn("-listen=", self.completed("wsload-agent", "-"))
        self.assertIn("-ack-delay=", self.completed("wsload-gateway", "-ack-d"))

    def test_values(self):
        # As bash cuts -serializer=p into words.
        self.assertEqual(self.completed("wsload", "-serializer", "=", "p"), ["proto"])
        self.assertEqual(self.completed("wsload", "-serializer", "="), ["json", "proto"])
        self.assertEqual(self.completed("wsload", "-serializer", "p"), ["proto"])
        self.assertEqual(self.completed("wsload", "doctor", "-cipher", "=", "ch"), ["chacha20poly1305"])

    def test_commands(self):
        words = self.completed("wsload", "")
        for word in ("run", "doctor", "selftest", "certs", "completion", "version"):
            self.assertIn(word, words)
        self.assertEqual(self.completed("wsload", "completion", "z"), ["zsh"])
        self.assertEqual(self.completed("wsload-agent", "health"), ["healthcheck"])


class Fish(InShell):
    shell = "fish"

    def completed(self, program, line):
        script = f"source {self.path(program)}; complete -C '{program} {line}'"
        return {offer.split("\t")[0] for offer in said("fish", "--no-config", "-c", script).splitlines()}

    def test_all(self):
        # Fish completes a flag with a value without its '='.
        self.assertIn("-serializer", self.completed("wsload", "-serial"))
        self.assertTrue({"json", "proto"} <= self.completed("wsload", "-serializer "))
        self.assertIn("doctor", self.completed("wsload", "doc"))
        self.assertIn("-days", self.completed("wsload", "certs -d"))
        self.assertNotIn("-days", self.completed("wsload", "-d"))
        self.assertIn("-listen", self.completed("wsload-agent", "-li"))


class Zsh(InShell):
    shell = "zsh"

    def typed(self, program, keys, wanted):
        """Whether a terminal with zsh shows `wanted` after these keys."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvpe("zsh", ["zsh", "-f", "-i"], {"TERM": "dumb", "PATH": os.environ["PATH"], "HOME": "/nonexistent"})
        shown = ""
        start = f"PS1=; autoload -U compinit; compinit -u -D; source {self.path(program)}; echo rea''dy\n"
        os.write(terminal, start.encode())
        deadline, pressed = time.monotonic() + DEADLINE_SECONDS, False
        try:
            while wanted not in shown and time.monotonic() < deadline:
                if not select.select([terminal], [], [], 0.2)[0]:
                    continue
                shown += os.read(terminal, 4096).decode(errors="replace")
                if "ready" in shown and not pressed:
                    pressed, shown = True, ""
                    os.write(terminal, keys.encode())
            return wanted in shown, shown
        except OSError:
            return False, shown
        finally:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            os.close(terminal)

    def test_syntax(self):
        for program in PROGRAMS:
            said("zsh", "-f", "-n", self.path(program))

    def test_flags_and_values(self):
        for program, keys, wanted in (
            ("wsload", "wsload -seriali\t", "-serializer="),
            ("wsload", "wsload -serializer=pr\t", "-serializer=proto"),
            ("wsload", "wsload doct\t", "doctor"),
            ("wsload", "wsload certs -da\t", "-days="),
            ("wsload-agent", "wsload-agent -lis\t", "-listen="),
        ):
            found, shown = self.typed(program, keys, wanted)
            self.assertTrue(found, f"{keys!r}: {shown!r}")


class Man(unittest.TestCase):
    def test_pages(self):
        if not shutil.which("man"):
            self.skipTest("man is not installed")
        for program in PROGRAMS:
            for language in ((), ("-lang=zh",)):
                page = of_program(program, "man", *language)
                self.assertNotIn("\n\n", page)
                self.assertIn("说明" if language else "DESCRIPTION", page)
                with tempfile.NamedTemporaryFile("w", suffix=".1") as file:
                    file.write(page)
                    file.flush()
                    # --warnings: what groff does not like is a line on stderr.
                    environment = {"LC_ALL": "C.UTF-8", "MANWIDTH": "120", "PATH": os.environ["PATH"]}
                    shown = said("man", "--warnings", "-l", file.name, env=environment)
                for flag in ("-cipher", "-days=", "-duration") if program == "wsload" else ("-listen=",):
                    self.assertIn(flag, shown)

    def test_has_every_flag(self):
        page = of_program("wsload", "man").replace("\\-", "-")
        for line in of_program("wsload", "-helpfull").splitlines():
            if line.startswith("  -"):
                self.assertIn(".B " + line.split()[0], page)


class Words(unittest.TestCase):
    def test_what_is_wrong_is_one_line(self):
        for program in PROGRAMS:
            for words in (("completion",), ("completion", "tcsh"), ("completion", "bash", "zsh")):
                done = subprocess.run([os.path.join(BIN, program), *words], capture_output=True, text=True, timeout=60)
                self.assertEqual((done.returncode, done.stdout), (104, ""))
                self.assertEqual(done.stderr.count("\n"), 1)
                self.assertIn("want one of bash, zsh, fish", done.stderr)

    def test_version_has_the_commit(self):
        for program in PROGRAMS:
            for word in ("version", "-version", "--version"):
                self.assertRegex(of_program(program, word), rf"^{program} \d+\.\d+\.\d+ \([-.\w]+\)\n$")


if __name__ == "__main__":
    BIN = sys.argv.pop(1)
    unittest.main()
