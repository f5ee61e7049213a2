#!/usr/bin/env python3
"""Looks at report and live page in Debian's Chromium, as people open them.

    page_test.py BIN_DIR [--pictures=DIR] [unittest's arguments]

BIN_DIR has wsload, wsload-agent and wsload-gateway. --pictures keeps a picture of each page that is looked at.
"""

import base64
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

sys.dont_write_bytecode = True

import results
from chromium import DEADLINE_S, Chromium

BIN_DIR = ""
PICTURES = ""
HOSTILE = "</script><img src=x onerror=\"window.harmed=1\"><script>window.harmed=1</script>\u2028'\"&lt;"

def probe(name):
    """An expression that answers a list of faults."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), encoding="utf-8") as file:
        return file.read()


def program(name):
    return os.path.join(BIN_DIR, name)


def long_run():
    """Of three hours, and a thousand agents."""
    return results.result(seconds=10797, agents=1000, clients=200_000, mps=9000)


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Chromium()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="wsload-page-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def open(self, url, **settings):
        page = self.browser.page(**settings)
        self.addCleanup(page.close)
        page.open(url)
        return page

    def report_of(self, result, *flags):
        with open(os.path.join(self.folder, "result.json"), "w", encoding="utf-8") as file:
            json.dump(result, file)
        subprocess.run([program("wsload"), "report", self.folder, *flags], check=True, timeout=DEADLINE_S,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        return "file://" + os.path.join(self.folder, "report.html")

    def look_at(self, page, name, charts=None):
        """What must hold of any page, whatever is on it."""
        page.wait_for("document.querySelector('#main h1') !== null")
        if PICTURES:
            page.screenshot(os.path.join(PICTURES, name + ".png"))
        page.collect()
        self.assertEqual(page.complaints, [], name)
        self.assertEqual(page.evaluate(probe("look.js")), [], name)
        self.assertEqual(page.evaluate(probe("contrast.js")), [], name)
        text = page.evaluate("document.body.innerText")
        self.assertNotRegex(text, r"\bNaN\b|\bundefined\b|\bnull\b|\[object|\{\w+\}", name)
        unlabelled = "[...document.querySelectorAll('button,a,[role=img],[role=region]')].filter((each) => " \
            "!each.textContent.trim() && !each.getAttribute('aria-label')).length"
        self.assertEqual(page.evaluate(unlabelled), 0, name)
        if charts is not None:
            self.assertEqual(page.evaluate("document.querySelectorAll('.plot canvas').length > 0"), charts > 0, name)
            self.assertEqual(page.evaluate("document.querySelectorAll('.plot:not(.none)').length"), charts, name)
        return text


class ReportTest(PageTest):
    def test_every_size_colour_and_language(self):
        url = self.report_of(results.result(title="Nightly"))
        for width in (375, 760, 1440):
            for dark in (False, True):
                for language in ("en", "zh"):
                    page = self.open(url, width=width, dark=dark, offline=True)
                    if language == "zh":
                        page.click("#language")
                    name = f"report-{width}-{'dark' if dark else 'light'}-{language}"
                    text = self.look_at(page, name, charts=6)
                    self.assertIn("Nightly", text)
                    self.assertIn("发生了什么" if language == "zh" else "What happened", text)
                    self.assertEqual(page.evaluate("document.documentElement.lang"),
                                     "zh-CN" if language == "zh" else "en")  # fmt: skip
                    self.assertEqual([each for each in page.requests if not each.startswith("file:")], [])
                    page.close()

    def test_says_what_was_measured(self):
        page = self.open(self.report_of(results.result()))
        text = self.look_at(page, "report-figures", charts=6)
        for said in (
            "Thresholds: 1 of 3 failed.",
            "p(99)<200ms: measured 589 ms, first broken at 7 s",
            "success_rate>=99%: measured 99.80 %",
            "rate>=790/s: measured 800/s",
            "Measurement: VALID. These figures describe the server. 99 % of the messages left within 4.00 ms of their"
            " due time (bound 10 ms); the busiest worker used 5 % of a core (bound 95 %); every message is accounted"
            " for: 32,000 scheduled = 31,940 succeeded + 60 failed + 0 unsent.",
            "In 3 of 40 seconds the p99 was above 200 ms (7 s, 19 s, 31 s)",
            "so the waiting was the server's or the network's",
            "wsload -clients=400 -mps=800 -duration=40s",
        ):
            self.assertIn(said, text)
        page.click("#language")
        self.assertIn("40 秒中有 3 秒的 p99 超过 200 ms", page.evaluate("document.body.innerText"))

    def test_shows_the_stages_of_the_load(self):
        url = self.report_of(results.with_stages(results.result()))
        for width in (375, 1440):
            for language, said in (
                ("en", ("stages 15s:@800,peak=15s:@800,10s:@800, 40 s in all after a warm-up of 10 s",
                        "warm-up (in no other figure)", "highest in peak (589 ms) and lowest in stage 1 (58.9 ms)",
                        "30 were due in peak")),
                ("zh", ("预热（不计入其他指标）", "各阶段中，p99 最高的是 peak")),
            ):  # fmt: skip
                page = self.open(url, width=width)
                if language == "zh":
                    page.click("#language")
                text = self.look_at(page, f"report-stages-{width}-{language}", charts=6)
                for each in said:
                    self.assertIn(each, text)
                rows = "[...document.querySelectorAll('#stages tbody tr')].map((row) => row.cells[1].textContent)"
                self.assertEqual(page.evaluate(rows), ["-0:10", "0:00", "0:15", "0:30"])
                page.close()

    def test_opens_in_the_language_asked_for(self):
        page = self.open(self.report_of(results.result(), "-lang=zh"))
        self.assertIn("发生了什么", self.look_at(page, "report-lang-zh"))

    def test_short_runs_are_told_in_words(self):
        for seconds, charts in ((1, 1), (3, 6)):
            page = self.open(self.report_of(results.result(seconds=seconds, thresholds=False)))
            text = self.look_at(page, f"report-{seconds}s")
            self.assertIn("none given: nothing was judged", text)
            self.assertIn("response time", text)
            self.assertEqual(text.count("Too short for lines over time"), 1 if seconds == 1 else 0)
            self.assertGreaterEqual(page.evaluate("document.querySelectorAll('.plot canvas').length"), charts)
            page.close()

    def test_a_run_that_failed_before_it_began(self):
        result = results.result(seconds=1, thresholds=False)
        empty = {"error": "agent h1:7400 cannot be reached", "series": [], "agents": [], "totals": {}, "latency_us": {}}
        page = self.open(self.report_of({**result, **empty}))
        text = self.look_at(page, "report-error", charts=0)
        self.assertIn("could not be carried out: agent h1:7400 cannot be reached", text)

    def test_a_thousand_agents_over_three_hours(self):
        url = self.report_of(long_run())
        size = os.path.getsize(os.path.join(self.folder, "report.html"))
        self.assertLess(size, 8_000_000)
        for width in (375, 1440):
            page = self.open(url, width=width)
            text = self.look_at(page, f"report-1000-agents-{width}", charts=6)
            self.assertIn("3,599 intervals of 3 s each", text)
            self.assertIn("The 50 worst of 1,000.", text)
            self.assertIn("Agent load-7.example.net:7400 was lost: nothing was heard of it for 5 s.", text)
            self.assertEqual(page.evaluate("document.querySelectorAll('#agents tbody tr').length"), 50)
            self.assertIn("load-7.", page.evaluate("document.querySelector('#agents tbody tr').textContent"))
            self.assertIn("The 24 worst of 1,000, on one logarithmic scale from 10.0 ms to 1,000 ms", text)
            self.assertEqual(page.evaluate("document.querySelectorAll('#agents .small').length"), 24)
            page.evaluate("document.querySelector('#agents > button').click()")
            self.assertEqual(page.evaluate("document.querySelectorAll('#agents tbody tr').length"), 1000)
            page.close()

    def test_the_live_page_of_a_thousand_agents_after_three_hours(self):
        # The page's own scripts, fed with what a long run would have told them.
        page = self.open(self.report_of(long_run()), width=375)
        page.wait_for("document.querySelector('#main h1') !== null")
        page.evaluate("""(() => {
          const {result} = page.data;
          const agents = result.agents.map((agent) => ({...agent, state: agent.state === 'lost' ? 'lost' : 'running'}));
          const {plan, totals, rates, latency_us, generator, thresholds} = result;
          page.live = new LivePage(page);
          showPage();
          page.live.result.series = result.series.slice(0, -3);
          for (const agent of agents) {
            page.live.result.agents_series[keyOf(agent)] = agent.series;
            delete agent.series;
            agent.interval = {success: 9, failed: 0, response_us_p99: 25000, send_lag_us_p99: 900};
          }
          for (const point of result.series.slice(-3)) {
            page.live.result.series.push(point);
            page.live.result.agents = agents;
            page.live.keepAgentPoints(point);
            page.live.take({progress: {phase: 'measure', elapsed_s: 10797, planned_s: 14400}, plan, totals, rates,
              latency_us, generator, thresholds, agents});
          }
          page.live.agentTable.body.querySelector('button').click();
        })()""")
        text = self.look_at(page, "live-1000-agents-375", charts=6)
        self.assertIn("MEASURING · 74 %, 2:59:57 of 4:00:00", text)
        self.assertIn("1 of 3 not kept so far.", text)
        self.assertIn("The 50 worst of 1,000.", text)
        self.assertIn("! load-7.example.net:7400", text)
        self.assertIn("The charts show the lines of load-7.example.net:7400 as well.", text)
        self.assertIn("p99 load-7.example.net:7400", page.evaluate(
            "document.querySelector('#chart-response .legend').textContent"))
        page.evaluate("page.live.agentTable.head.children[7].firstChild.click()")
        self.assertEqual(page.evaluate("page.live.agentTable.head.children[7].getAttribute('aria-sort')"), "descending")

    def test_an_agents_own_lines_come_into_the_charts_and_go(self):
        for dark, language in ((False, "en"), (True, "zh")):
            page = self.open(self.report_of(results.result(agents=9), f"-lang={language}"), dark=dark)
            self.look_at(page, f"report-agents-{language}", charts=6)
            legends = "[...document.querySelectorAll('.legend')].map((each) => each.textContent).join('|')"
            before = page.evaluate(legends)
            self.assertNotIn("load-2", before)
            box = "[...document.querySelectorAll('.smallbox')].find((each) => each.textContent.startsWith('load-2.'))"
            page.evaluate(f"{box}.focus() ?? {box}.click()")
            self.look_at(page, f"report-agent-chosen-{language}", charts=6)
            self.assertEqual(page.evaluate(legends).count("load-2.example.net:7400"), 3)
            self.assertEqual(page.evaluate("document.activeElement.dataset.key"), "load-2.example.net:7400")
            self.assertEqual(page.evaluate("document.querySelectorAll('tr.chosen').length"), 1)
            page.evaluate(f"{box}.click()")
            self.assertEqual(page.evaluate(legends), before)
            page.close()

    def test_nothing_that_a_server_says_runs(self):
        page = self.open(self.report_of(results.result(hostile=HOSTILE)))
        page.wait_for("document.querySelector('#main h1') !== null")
        page.collect()
        self.assertEqual(page.complaints, [])
        self.assertIsNone(page.evaluate("window.harmed ?? null"))
        self.assertEqual(page.evaluate("document.querySelectorAll('img').length"), 0)
        self.assertIn("</script><img", page.evaluate("document.querySelector('h1').textContent"))
        self.assertIn("403 Forbidden </script>", page.evaluate("document.querySelector('#failures').textContent"))
        # The policy holds even where the page would not.
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.harmed=1\">')")
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'harmed=1'}))")
        time.sleep(0.2)
        self.assertIsNone(page.evaluate("window.harmed ?? null"))

    def test_one_cursor_one_zoom_and_the_keyboard(self):
        page = self.open(self.report_of(results.result()))
        page.wait_for("document.querySelectorAll('.plot canvas').length > 0")
        page.evaluate("document.querySelector('#chart-response').scrollIntoView()")
        box = page.evaluate("(() => {const b = document.querySelector('#chart-response .plot').getBoundingClientRect();"
                            "return [b.left, b.top, b.width, b.height];})()")  # fmt: skip
        page.mouse_at(box[0] + box[2] / 2, box[1] + box[3] / 2)
        at = "[...document.querySelectorAll('.legend')].map((each) => (each.querySelector('.quiet') || {}).textContent)"
        page.wait_for(f"{at}[0] !== undefined", "the cursor's second in the legend")
        moments = page.evaluate(at)
        for chart in (1, 3, 4, 5):
            self.assertEqual(moments[chart], moments[0])
        page.evaluate("(() => {const c = page.charts.charts.get('response');"
                      "c.graph.updateOptions({dateWindow: [5, 10]}); page.charts.zoomed(c);})()")  # fmt: skip
        self.assertEqual(page.evaluate("page.charts.charts.get('rate').graph.xAxisRange()"), [5, 10])
        page.evaluate("document.body.focus()")
        focused = set()
        for _ in range(25):
            page.press("Tab")
            focused.add(page.evaluate("document.activeElement.id || document.activeElement.textContent.slice(0, 12)"))
        self.assertTrue({"language", "print", "agent"} <= focused, focused)

    def test_prints_in_light_colours(self):
        page = self.open(self.report_of(results.result()), dark=True)
        page.wait_for("document.querySelectorAll('.plot canvas').length > 0")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        ground = "getComputedStyle(document.documentElement).backgroundColor"
        self.assertEqual(page.evaluate(ground), "rgb(255, 255, 255)")
        # Layout for paper empties canvases: charts are pictures by then, each with something on it.
        self.assertEqual(page.evaluate("document.querySelectorAll('.plot canvas').length"), 0)
        drawn = "[...document.querySelectorAll('.plot')].map((plot) => Math.max(...[...plot.querySelectorAll('img')]" \
            ".map((picture) => picture.src.length)))"
        self.assertEqual([size > 3000 for size in page.evaluate(drawn)], [True] * 6)
        path = os.path.join(PICTURES or self.folder, "report.pdf")
        page.pdf(path)
        with open(path, "rb") as file:
            self.assertGreaterEqual(file.read().count(b"/Subtype /Image"), 6)
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        self.assertEqual(page.evaluate("document.querySelectorAll('.plot img').length"), 0)
        self.assertEqual(page.evaluate("document.querySelectorAll('.plot canvas').length > 0"), True)
        self.assertNotEqual(page.evaluate(ground), "rgb(255, 255, 255)")


class Run:
    """wsload with a dashboard, against a gateway of its own."""

    def __init__(self, folder, *flags, address="127.0.0.1:0", gateway_flags=()):
        self._exits = contextlib.ExitStack()
        command = [program("wsload-gateway"), "-listen=127.0.0.1:0", "-ack-delay=exp:5ms", *gateway_flags]
        gateway = self._start(command, stdout=True)
        server = self._find(gateway.stdout, r"(127\.0\.0\.1:\d+)")
        self.out = os.path.join(folder, "out")
        command = [program("wsload"), f"-server=ws://{server}/ws", f"-dashboard={address}", f"-out={self.out}",
                   "-clients=50", "-mps=100", "-ramp-up=1s", "-quiet", *flags]  # fmt: skip
        self.process = self._start(command, stdout=False)
        self.url = self._find(self.process.stderr, r"(http://\S+/)")
        drain = threading.Thread(target=lambda: list(self.process.stderr), daemon=True)
        drain.start()

    def _start(self, command, stdout):
        pipe = {"stdout": subprocess.PIPE} if stdout else {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command, text=True, **pipe)
        self._exits.callback(self._end, process)
        return process

    @staticmethod
    def _end(process):
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()

    @staticmethod
    def _find(stream, pattern):
        for line in stream:
            if found := re.search(pattern, line):
                return found.group(1)
        raise RuntimeError(f"no line with {pattern}")

    def ask(self, path, headers=None, method="GET"):
        request = urllib.request.Request(self.url + path, headers=headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def wait(self):
        return self.process.wait(timeout=DEADLINE_S)

    def close(self):
        self._exits.close()


class LiveTest(PageTest):
    def run_with(self, *flags, **settings):
        run = Run(self.folder, *flags, **settings)
        self.addCleanup(run.close)
        return run

    def test_shows_the_run_and_becomes_its_report(self):
        # Longer than looking takes on any machine; ended when all is seen.
        run = self.run_with("-duration=30m", "-title=Nightly")
        pages = {}
        for width, dark in ((1440, False), (375, True)):
            page = self.open(run.url, width=width, dark=dark)
            page.wait_for("document.querySelectorAll('.plot:not(.none)').length >= 5", "charts of a run that goes on")
            text = self.look_at(page, f"live-{width}-{'dark' if dark else 'light'}")
            self.assertIn("MEASURING", text)
            self.assertIn("Nightly", text)
            pages[width] = page
        pages[375].click("#language")
        self.assertIn("压测中", self.look_at(pages[375], "live-375-zh"))
        # Who comes later sees all from the beginning on.
        late = self.open(run.url)
        late.wait_for("page.live && page.live.result.series.length > 0")
        self.assertEqual(late.evaluate("page.live.result.series[0].phase"), "connect")
        status, so_far = run.ask("result.json")
        self.assertEqual((status, json.loads(so_far)["run"]["title"]), (200, "Nightly"))
        unfinished = self.open(run.url + "report.html")
        self.assertIn("The run goes on", self.look_at(unfinished, "report-unfinished"))
        status, metrics = run.ask("metrics")
        self.assertEqual(status, 200)
        self.assertRegex(metrics, r'wsload_run_info\{run_id="\w+",title="Nightly"')
        self.assertRegex(metrics, r"\nwsload_messages_scheduled_total [1-9]")
        # It holds nobody up: the process ends, and pages that are open have the whole result.
        run.process.send_signal(signal.SIGINT)
        code = run.wait()
        with open(os.path.join(run.out, "result.json"), encoding="utf-8") as file:
            result = json.load(file)
        self.assertEqual(code, result["exit_code"])
        for width, page in pages.items():
            page.wait_for("page.live === null", "the report in place of the live page")
            self.look_at(page, f"live-over-{width}", charts=5)
            self.assertEqual(page.evaluate("page.data.result.totals.success"), result["totals"]["success"])
            self.assertEqual(page.evaluate("page.data.result.series.length"), len(result["series"]))
            self.assertEqual({each for each in page.requests if not each.startswith(run.url)}, set())

    def test_shows_the_stage_that_runs(self):
        run = self.run_with("-warm-up=1s", "-stages=2s:@100,peak=30m:@200", "-threshold=p(99){stage 2}<10s")
        page = self.open(run.url)
        page.wait_for("document.querySelector('#top .state').textContent.includes('peak')", "the last stage")
        page.wait_for("page.live.result.stages.some((stage) => stage.running && stage.totals.success > 0)")
        text = self.look_at(page, "live-stages")
        self.assertRegex(text, r"MEASURING · [^\n]*peak, [0-9:]+ left")
        self.assertEqual(page.evaluate("document.querySelectorAll('#stages tbody tr').length"), 3)
        self.assertEqual(page.evaluate("document.querySelector('#stages tr.running th').textContent"), "peak")
        status, metrics = run.ask("metrics")
        self.assertIn('wsload_run_stage{stage="peak"} 1\n', metrics)
        self.assertIn('wsload_run_phase{phase="warm_up"} 0\n', metrics)
        page.click("#language")
        self.assertIn("预热（不计入其他指标）", self.look_at(page, "live-stages-zh"))
        run.process.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(), 105)
        page.wait_for("page.live === null", "the report in place of the live page")
        self.assertIn("peak", self.look_at(page, "live-stages-over"))

    def test_shows_a_warm_up_as_such(self):
        run = self.run_with("-warm-up=30m", "-duration=1s")
        page = self.open(run.url)
        page.wait_for("page.live && page.live.progress.phase === 'warm_up' && page.live.result.totals.success > 0")
        page.wait_for("document.querySelectorAll('.plot:not(.none)').length >= 4", "charts of what is not measured")
        text = self.look_at(page, "live-warm-up")
        self.assertIn("WARMING UP", text)
        self.assertIn("warm-up (in no other figure)", text)
        self.assertRegex(run.ask("metrics")[1], r"\nwsload_messages_scheduled_total 0\n")
        page.click("#language")
        self.assertIn("预热", self.look_at(page, "live-warm-up-zh"))
        run.process.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(), 105)
        with open(os.path.join(run.out, "result.json"), encoding="utf-8") as file:
            result = json.load(file)
        self.assertEqual((result["totals"]["scheduled"], result["measured_ns"]), (0, 0))
        self.assertGreater(result["stages"][0]["totals"]["success"], 0)

    def test_ends_with_the_run(self):
        run = self.run_with("-duration=20s")
        page = self.open(run.url)
        page.wait_for("page.live === null", "the report in place of the live page")
        self.assertIn("20 s", self.look_at(page, "live-ended"))
        with open(os.path.join(run.out, "result.json"), encoding="utf-8") as file:
            self.assertEqual(run.wait(), json.load(file)["exit_code"])

    def test_stops_the_run_on_the_second_click_alone(self):
        run = self.run_with("-duration=60s")
        page = self.open(run.url)
        page.wait_for("document.querySelector('#stop') && page.live.progress.phase === 'measure'")
        page.click("#stop")
        self.assertIn("Click again", page.evaluate("document.querySelector('#stop').textContent"))
        page.evaluate("page.live.forget()")
        self.assertNotIn("again", page.evaluate("document.querySelector('#stop').textContent"))
        for headers in ({}, {"X-Wsload-Secret": "0" * 64}):
            self.assertEqual(run.ask("stop", headers, "POST")[0], 403)
        self.assertIsNone(run.process.poll())
        page.click("#stop")
        page.click("#stop")
        self.assertEqual(run.wait(), 105)
        page.wait_for("page.live === null")
        self.assertIn("Interrupted: this is the result up to then.", self.look_at(page, "live-stopped"))

    def test_is_for_this_host_and_this_page_alone(self):
        run = self.run_with("-duration=60s")
        port = run.url.rstrip("/").rsplit(":", 1)[1]
        self.assertEqual(run.ask("", {"Host": f"evil.example:{port}"})[0], 421)
        self.assertEqual(run.ask("events", {"Origin": "http://evil.example"})[0], 403)
        self.assertEqual(run.ask("", {"Host": f"localhost:{port}"})[0], 200)
        self.assertEqual(run.ask("nothing")[0], 404)
        self.assertEqual(run.ask("", method="DELETE")[0], 405)
        # Ctrl-C is heard as ever.
        run.process.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(), 105)

    def test_asks_for_the_token_where_others_reach_it(self):
        token = os.path.join(self.folder, "token")
        with open(token, "w", encoding="utf-8") as file:
            file.write("0123456789abcdef0123456789abcdef")
        os.chmod(token, 0o600)
        open_to_all = [program("wsload"), "-dashboard=0.0.0.0:0", "-out=none", "-server=ws://127.0.0.1:9/"]
        refused = subprocess.run(open_to_all, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        self.assertEqual(refused.returncode, 104)
        self.assertIn("add -dashboard-token-file=FILE", refused.stderr)
        run = self.run_with("-duration=60s", f"-token-file={token}", address="0.0.0.0:0")
        run.url = run.url.replace("0.0.0.0", "127.0.0.1")
        self.assertEqual(run.ask("")[0], 401)
        password = base64.b64encode(b"me:0123456789abcdef0123456789abcdef").decode()
        self.assertEqual(run.ask("", {"Authorization": "Basic " + password})[0], 200)
        # One of its own, so that the agents' need not cross the network readable.
        own = os.path.join(self.folder, "own")
        with open(own, "w", encoding="utf-8") as file:
            file.write("d" * 32)
        os.chmod(own, 0o600)
        flags = (f"-token-file={token}", f"-dashboard-token-file={own}")
        for address in ("0.0.0.0:0", "127.0.0.1:0"):
            run = self.run_with("-duration=60s", *flags, address=address)
            run.url = run.url.replace("0.0.0.0", "127.0.0.1")
            for given, status in ((None, 401), ("0123456789abcdef0123456789abcdef", 401), ("d" * 32, 200)):
                headers = {} if given is None else {"Authorization": "Bearer " + given}
                self.assertEqual(run.ask("", headers)[0], status)

    def test_lingers_when_asked_and_until_it_is_ended(self):
        run = self.run_with("-duration=1s", "-linger=10m")
        deadline = time.monotonic() + DEADLINE_S
        while '"live":false' not in run.ask("")[1]:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        page = self.open(run.url)
        self.assertIn("What happened", self.look_at(page, "live-lingering"))
        run.process.send_signal(signal.SIGTERM)
        run.wait()

    def test_sixteen_watch_and_the_next_is_told_so(self):
        run = self.run_with("-duration=60s")
        with contextlib.ExitStack() as viewers:
            for _ in range(16):
                stream = viewers.enter_context(urllib.request.urlopen(run.url + "events", timeout=DEADLINE_S))
                self.assertEqual(stream.readline(), b"retry: 1000\n")
            self.assertEqual(run.ask("events")[0], 503)
            self.assertEqual(run.ask("")[0], 200)
            # All of them are told of what comes.
            for line in stream:
                if line.startswith(b"event: interval"):
                    break


def main(arguments):
    global BIN_DIR, PICTURES
    BIN_DIR = os.path.abspath(arguments.pop(1))
    rest = []
    for argument in arguments:
        if argument.startswith("--pictures="):
            PICTURES = argument.split("=", 1)[1]
            os.makedirs(PICTURES, exist_ok=True)
        else:
            rest.append(argument)
    unittest.main(argv=rest)


if __name__ == "__main__":
    main(sys.argv)
