"""Takes the commands out of every example of a CI job and runs them as its runner would, on a checkout of their own.

    tests/examples/ci_examples_test.py DIR    DIR has the programs
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = None  # set below
PASSED, BROKEN, GENERATOR_LIMITED = 0, 99, 103
# Of a machine that is busy with other things. From the fourth on a late generator is accepted, as far as kept
# thresholds stand even then; a broken one is the server's only where the generator was in time.
ATTEMPTS = 10
AS_THEY_ARE = 3
# The load of the examples is for a gateway of its own.
SHORTER = {"clients": "40", "duration": "2s", "ramp-up": "500ms"}


class Gateway:
    def __init__(self, *flags):
        self.process = subprocess.Popen(
            [PROGRAMS / "wsload-gateway", "-listen=127.0.0.1:0", *flags], stdout=subprocess.PIPE, text=True
        )
        self.url = re.search(r"ws://\S+", self.process.stdout.readline())[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=60)


class Checkout(tempfile.TemporaryDirectory):
    """The repository as a runner sees it, as far as a job needs it."""

    def __enter__(self):
        path = pathlib.Path(super().__enter__())
        shutil.copytree(ROOT / "examples", path / "examples")
        flags = path / "examples" / "thresholds.flags"
        text = flags.read_text()
        for name, value in SHORTER.items():
            text, found = re.subn(rf"(?m)^-{name}=.*$", f"-{name}={value}", text)
            assert found == 1, name
        flags.write_text(text)
        return path


class Job:
    """What a runner would do of a file: commands in their order, variables, and files that it keeps."""

    def __init__(self, commands, kept, junit=None, variables=None):
        self.commands = commands
        self.kept = kept
        self.junit = junit
        self.variables = variables or {}

    def run(self, checkout, url, environment):
        """The exit code of the first command that fails, and what all of them printed."""
        variables = {
            "PATH": f"{PROGRAMS}:/usr/bin:/bin",
            "HOME": str(checkout),
            "GATEWAY_URL": url,
            **self.variables,
            **environment,
        }
        out = ""
        for command in self.commands:
            done = subprocess.run(
                ["bash", "-e", "-c", command], cwd=checkout, env=variables, capture_output=True, text=True, timeout=120
            )
            out += done.stdout + done.stderr
            if done.returncode != 0:
                return done.returncode, out
        return 0, out


def github():
    document = yaml.safe_load((ROOT / "examples/ci/github.yml").read_text())
    job = document["jobs"]["load"]
    steps = job["steps"]
    keeps = [step for step in steps if step.get("uses", "").startswith("actions/upload-artifact@")]
    assert all(step["if"] == "always()" for step in keeps), "what is kept is kept of failures above all"
    return Job([step["run"] for step in steps if "run" in step], [step["with"]["path"] for step in keeps])


def gitlab():
    job = yaml.safe_load((ROOT / "examples/ci/gitlab.yml").read_text())["load"]
    artifacts = job["artifacts"]
    assert artifacts["when"] == "always"
    assert sorted(job["allow_failure"]["exit_codes"]) == [102, 103]
    return Job(job["script"], artifacts["paths"], artifacts["reports"]["junit"], job["variables"])


def jenkins():
    text = (ROOT / "examples/ci/Jenkinsfile").read_text()
    assert text.count("{") == text.count("}") and text.count("(") == text.count(")")
    commands = re.findall(r"sh\(returnStatus: true, script: '''(.*?)'''\)", text, re.DOTALL)
    junit = re.search(r"junit '([^']+)'", text)[1]
    kept = re.search(r"archiveArtifacts '([^']+)/\*\*'", text)[1]
    return Job(commands, [kept], junit)


class Examples(unittest.TestCase):
    def run_to_its_end(self, make_job, expected, *gateway_flags, **environment):
        """Output, and a checkout's files as name -> text."""
        job = make_job()
        self.assertTrue(job.commands)
        with Gateway(*gateway_flags) as gateway:
            for attempt in range(ATTEMPTS):
                with Checkout() as checkout:
                    variables = {name: value.format(checkout=checkout) for name, value in environment.items()}
                    if expected == PASSED and attempt >= AS_THEY_ARE:
                        variables["WSLOAD_ACCEPT"] = "generator-limited"
                    code, out = job.run(checkout, gateway.url, variables)
                    if code == GENERATOR_LIMITED:
                        time.sleep(attempt)
                        continue
                    self.assertEqual(code, expected, out)
                    for kept in job.kept:
                        files = {path.name for path in (checkout / kept).iterdir()}
                        self.assertLessEqual({"result.json", "timeseries.csv", "junit.xml", "summary.md"}, files)
                    texts = {path.name: path.read_text() for path in checkout.rglob("*") if path.is_file()}
                    if job.junit is not None:
                        self.assertTrue((checkout / job.junit).is_file())
                    return out, texts
        return self.fail(f"this machine is too busy to generate 800 messages/s in time: exit code {code}, {ATTEMPTS} "
                         f"times; run it again with less beside it\n{out}")

    def check(self, make_job):
        for expected, flags in ((PASSED, ()), (BROKEN, ("-ack-delay=300ms",))):
            with self.subTest(expected=expected):
                out, texts = self.run_to_its_end(make_job, expected, *flags)
                # With -quiet there is one line on stdout, and one on stderr.
                self.assertRegex(out, r"^\w+ [0-9.]+/s ok [0-9.]+ % p50 .* \| thresholds [35]/5 \| [0-9a-f]{8}\n")
                suites = xml.etree.ElementTree.fromstring(texts["junit.xml"])
                cases = {case.get("name"): case for case in suites.iter("testcase")}
                self.assertEqual(len(cases), 6)
                self.assertEqual(len(cases["measurement"]), 0)
                failures = {name: case.find("failure").get("message") for name, case in cases.items() if len(case)}
                self.assertEqual(sorted(failures), [] if expected == PASSED else ["p(50)<20ms", "p(99)<200ms"])
                for message in failures.values():
                    self.assertRegex(message, r"^p\(\d+\) 3\d\d ms, want < \d+ ms$")
                self.assertIn("**Thresholds: " + ("passed" if expected == PASSED else "failed"), texts["summary.md"])

    def test_github(self):
        self.check(github)

    def test_gitlab(self):
        self.check(gitlab)

    def test_jenkins(self):
        self.check(jenkins)

    def test_github_annotates_and_summarises(self):
        runner = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "{checkout}/step.md"}
        out, texts = self.run_to_its_end(github, BROKEN, "-ack-delay=300ms", **runner)
        self.assertRegex(out, r"(?m)^::error title=wsload::p\(99\) 3\d\d ms, want < 200 ms$")
        self.assertEqual(texts["step.md"], texts["summary.md"])
        out, texts = self.run_to_its_end(github, PASSED, **runner)
        self.assertNotIn("::error", out)

    def test_no_server_is_no_broken_threshold(self):
        with Checkout() as checkout:
            code, out = gitlab().run(checkout, "ws://127.0.0.1:1/ws", {})
            self.assertEqual(code, 1, out)


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    os.umask(0o022)
    unittest.main()
