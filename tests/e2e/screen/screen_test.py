#!/usr/bin/env python3
"""The live screen as a terminal shows it: wsload in a pseudo-terminal, its output drawn by a terminal emulator.

    screen_test.py DIRECTORY_OF_PROGRAMS

Exit code 77, a skip: there is no emulator (Debian's python3-pyte).
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

try:
    import pyte
except ImportError:
    print("skipped: python3-pyte is not installed")
    sys.exit(77)

PROGRAMS = sys.argv.pop(1) if len(sys.argv) > 1 else "."
DEADLINE_S = 60
INTERRUPTED = 105


class Terminal:
    """wsload in a pseudo-terminal of its own."""

    def __init__(self, flags, columns=80, rows=24, environment=None, ignored=()):
        self.out = tempfile.TemporaryDirectory()
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        variables = {"PATH": os.environ.get("PATH", ""), "TERM": "xterm-256color", "HOME": self.out.name}
        variables.update(environment or {})
        command = [os.path.join(PROGRAMS, "wsload"), *flags, "-out=" + self.out.name]
        self.fd, self.program_end = pty.openpty()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.fd)
            os.login_tty(self.program_end)
            for number_of_signal in ignored:
                signal.signal(number_of_signal, signal.SIG_IGN)
            os.execve(command[0], command, variables)
        # The other end stays open here: the last to close it would reset its modes.
        self.resize(columns, rows)
        self.code = None

    def resize(self, columns, rows):
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys):
        os.write(self.fd, keys.encode())

    def pump(self, seconds):
        """Draws what comes; False when the other end is gone."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            chunk = os.read(self.fd, 65536)
        except OSError:
            return False
        self.raw += chunk
        self.stream.feed(chunk)
        return bool(chunk)

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def plain(self):
        return self.raw.decode(errors="replace").replace("\r\n", "\n")

    def wait_for(self, pattern, text=None):
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            found = re.search(pattern, (text or self.text)())
            if found:
                return found
            if not self.pump(0.1):
                found = re.search(pattern, (text or self.text)())
                if found:
                    return found
                break
        raise AssertionError(f"no {pattern!r} on\n{self.text()}\n{self.plain()[-2000:]}")

    def finish(self):
        """The exit code, when the program has ended and all its output is drawn."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while select.select([self.fd], [], [], 0)[0] and self.pump(0):
                    pass
                self.code = os.waitstatus_to_exitcode(status)
                break
            if not self.pump(0.1):
                time.sleep(0.05)
        assert self.code is not None, f"it has not ended:\n{self.text()}"
        return self.code

    def result(self):
        with open(os.path.join(self.out.name, "result.json"), encoding="utf-8") as file:
            return json.load(file)

    def lose(self):
        """The terminal goes, as when its window is closed."""
        for end in (self.program_end, self.fd):
            os.close(end)
        self.fd = self.program_end = None

    def await_end_without_terminal(self):
        """Exit code, and the CPU seconds that it took in all."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
                return self.code, usage.ru_utime + usage.ru_stime
            time.sleep(0.05)
        raise AssertionError("it has not ended without its terminal")

    def close(self):
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self.fd is not None:
            os.close(self.program_end)
            os.close(self.fd)
        self.out.cleanup()


def number(text):
    return int(text.replace(",", ""))


class ScreenTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = subprocess.Popen(
            [os.path.join(PROGRAMS, "wsload-gateway"), "-listen=127.0.0.1:0", "-ack-drop=0.05"],
            stdout=subprocess.PIPE, text=True)
        cls.url = re.search(r"127\.0\.0\.1:\d+", cls.gateway.stdout.readline()).group()

    @classmethod
    def tearDownClass(cls):
        cls.gateway.terminate()
        cls.gateway.communicate(timeout=DEADLINE_S)

    def run_in(self, flags=(), **options):
        terminal = Terminal(["-server=ws://" + self.url + "/ws", "-clients=20", "-mps=200", "-ramp-up=300ms",
                             "-resp-timeout=300ms", *flags], **options)
        self.addCleanup(terminal.close)
        return terminal

    def expect_restored(self, terminal):
        self.assertIn(b"\x1b[?1049h", terminal.raw)
        self.assertGreater(terminal.raw.rfind(b"\x1b[?1049l"), terminal.raw.rfind(b"\x1b[?1049h"))
        input_flags, _, _, local_flags = termios.tcgetattr(terminal.program_end)[:4]
        self.assertTrue(local_flags & termios.ECHO and local_flags & termios.ICANON)
        self.assertTrue(input_flags & termios.IXON)

    def test_figures_are_whole_and_right(self):
        terminal = self.run_in(["-duration=6s"])
        found = terminal.wait_for(r"messages +([\d,]+) due = ([\d,]+) ok \+ ([\d,]+) failed \+ ([\d,]+) open +[\d.]+ %")
        due, ok, failed, still_open = (number(text) for text in found.groups())
        self.assertEqual(due, ok + failed + still_open)
        terminal.wait_for(r"0:0[3-6] of 0:06")
        shown = terminal.text()
        for pattern in (r"MEASURING$", r"\[█+░*\] \d+ %", r"rate +\d+\.\d/s of 200 +[▁-█]+ +now \d+/s",
                        r"connections +20 of 20 +0 failed +0 lost", r"failures +timeout \d+", r"response ms +p50 +p95",
                        r"whole run +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+$", r"generator +(ok|! late)",
                        r"q stop and report +a agents"):
            self.assertRegex(shown, re.compile(pattern, re.MULTILINE))
        code = terminal.finish()
        self.assertIn(code, (0, 103))
        self.expect_restored(terminal)
        self.assertRegex(terminal.plain().split("\x1b[?1049l")[-1], r"total messages +1200\n")

    def test_resizing_while_it_runs(self):
        terminal = self.run_in(["-duration=12s"])
        terminal.wait_for(r"q stop and report")
        terminal.resize(40, 10)
        terminal.wait_for(r"(?s)\A(?:.{0,40}\n){9}q stop")
        terminal.wait_for(r"of 200")
        terminal.resize(120, 40)
        terminal.wait_for(r"┌ messages per second ─+┐ ┌ response ms \(log\) ─+┐")
        terminal.press("q")
        self.assertEqual(terminal.finish(), INTERRUPTED)
        self.expect_restored(terminal)

    def test_q_ends_the_run_with_a_result(self):
        terminal = self.run_in(["-duration=60s"])
        terminal.wait_for(r"ok \+ ")
        terminal.press("q")
        self.assertEqual(terminal.finish(), INTERRUPTED)
        self.expect_restored(terminal)
        after = terminal.plain().split("\x1b[?1049l")[-1]
        self.assertIn("! Interrupted: stopping and draining", after)
        self.assertIn("Measurement: ", after)
        result = terminal.result()
        self.assertTrue(result["interrupted"])
        self.assertEqual(result["totals"]["open"] if "open" in result["totals"] else 0, 0)

    def test_signals_give_the_terminal_back(self):
        for number_of_signal in (signal.SIGTERM, signal.SIGINT):
            terminal = self.run_in(["-duration=60s"])
            terminal.wait_for(r"ok \+ ")
            if number_of_signal == signal.SIGINT:
                terminal.press("\x03")
            else:
                os.kill(terminal.pid, number_of_signal)
            self.assertEqual(terminal.finish(), INTERRUPTED)
            self.expect_restored(terminal)

    def test_a_terminal_that_does_not_read_holds_nothing_up(self):
        terminal = self.run_in(["-duration=8s"], columns=200, rows=60)
        terminal.wait_for(r"ok \+ ")
        end = time.monotonic() + DEADLINE_S
        # It goes when the result is written.
        while os.path.exists(os.path.join(terminal.out.name, "run.json")) and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual(terminal.result()["totals"]["scheduled"], 1600)
        self.assertIn(terminal.finish(), (0, 103))
        self.expect_restored(terminal)
        self.assertIn("Measurement: ", terminal.plain().split("\x1b[?1049l")[-1])

    def test_a_lost_terminal_ends_the_run_with_a_result(self):
        terminal = self.run_in(["-duration=60s"])
        terminal.wait_for(r"ok \+ ")
        terminal.lose()
        code, _ = terminal.await_end_without_terminal()
        result = terminal.result()
        self.assertTrue(result["interrupted"])
        self.assertEqual(result["exit_code"], INTERRUPTED)
        # That the summary could not be printed must not hide how the run ended.
        self.assertEqual(code, INTERRUPTED)

    def test_a_lost_terminal_under_nohup_costs_the_screen_alone(self):
        terminal = self.run_in(["-duration=8s"], ignored=[signal.SIGHUP])
        terminal.wait_for(r"ok \+ ")
        terminal.lose()
        _, cpu_s = terminal.await_end_without_terminal()
        result = terminal.result()
        self.assertFalse(result["interrupted"])
        self.assertEqual(result["totals"]["scheduled"], 1600)
        # Whoever asks a dead terminal for keys is answered at once, for ever.
        self.assertLess(cpu_s, 6)

    def test_pages(self):
        terminal = self.run_in(["-duration=60s"])
        terminal.wait_for(r"failures +timeout")
        terminal.press("f")
        terminal.wait_for(r"failures by cause\n +timeout \d+")
        terminal.press("a")
        terminal.wait_for(r"agent +conn +ok")
        terminal.press("?")
        terminal.wait_for(r"q  stops the load")
        terminal.press("?p")
        terminal.wait_for(r"SCREEN PAUSED")
        terminal.press("q")
        self.assertEqual(terminal.finish(), INTERRUPTED)

    def test_without_colour(self):
        colours = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-7]|4[0-7]|38;5;\d+|9[0-7])(?:;\d+)*m")
        for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
            terminal = self.run_in(["-duration=2s"], environment=environment)
            terminal.wait_for(r"failures +timeout")
            terminal.finish()
            self.assertEqual(bool(colours.search(terminal.raw)), coloured, environment)

    def test_chinese(self):
        terminal = self.run_in(["-duration=3s"], environment={"LANG": "zh_CN.UTF-8"})
        terminal.wait_for(r"消.?息.* = .*成.?功.? \d+")
        self.assertRegex(terminal.text(), r"q.*停.?止.?并")
        terminal.finish()

    def test_plain_lines_where_no_screen_can_be(self):
        for options in ({"environment": {"TERM": "dumb"}}, {"environment": {"CI": "true"}},
                        {"environment": {"TERM": "no-such-terminal"}}):
            self.expect_lines([], **options)
        self.expect_lines(["-screen=plain"])

    def expect_lines(self, flags, **options):
        terminal = self.run_in(["-duration=3s", "-stats-interval=1s", *flags], **options)
        terminal.wait_for(r"0:01 measuring [\d.]+/s ok [\d.]+ % p50 [\d.]+ p99 [\d.]+ ms \(last 1 s\) failed \d+\n",
                          terminal.plain)
        terminal.finish()
        self.assertNotIn(b"\x1b[", terminal.raw)


if __name__ == "__main__":
    unittest.main(verbosity=2)
