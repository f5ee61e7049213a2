"""Results to make pages of: of any length and number of agents, with a bad moment every so often."""

import math

BOUND_US = 200_000


def figures(count, scale=1.0):
    """A distribution as result.json has it, log-normal by and by."""
    percentiles = {"p50": 4600, "p90": 16500, "p95": 56800, "p99": 589_000, "p99_9": 701_000, "p99_99": 735_000}
    buckets = []
    for step in range(120):
        highest = int(300 * 1.068**step)
        buckets.append([highest, max(1, int(count / 40 * math.exp(-((step - 40) ** 2) / 300)))])
    return {
        "count": count,
        "min": 300,
        "mean": 25290.5 * scale,
        **{name: int(value * scale) for name, value in percentiles.items()},
        "max": int(736_000 * scale),
        "histogram": {"unit": "us", "buckets": buckets},
    }


def point(phase, index, elapsed_s, clients, mps, slow=False, opened=0):
    failed = mps // 40 if slow else 0
    scheduled = mps if phase == "measure" else 0
    wave = 1 + 0.2 * math.sin(index / 3)
    p99 = 600_000 if slow else int(25_000 * wave)
    return {
        "phase": phase,
        "interval": index,
        "elapsed_s": elapsed_s,
        "agents_reporting": 1,
        "active_connections": opened or clients,
        "connections_opened": clients // 3 if phase == "connect" else 0,
        "connections_failed": 0,
        "connections_lost": 0,
        "scheduled": scheduled,
        "success": scheduled - failed,
        "failed": failed,
        "unsent": 0,
        "late_acks": 0,
        "retries": 0,
        "failures": {"timeout": failed, "rate_limited": 0, "connection_lost": 0, "send_error": 0, "refused": 0},
        "pushes": 0,
        "bytes_sent": 9000,
        "bytes_received": 8000,
        "response_us": {"p50": int(4600 * wave), "p95": int(16_000 * wave), "p99": p99, "max": int(p99 * 1.4)},
        "service_us": {"p50": int(4500 * wave), "p99": p99 - 200},
        "send_lag_us": {"p99": int(2000 * wave)},
        "loop_stalls": 0,
        "loop_stall_us_max": 0,
        "worker_cpu_share_max": 0.05,
        "worker_cpu_waited_share_max": 0.01,
    }


def agent_series(number, share, seconds, slow):
    """As AgentSeries makes it: 120 points at most."""
    together = 1
    while seconds / together > 120:
        together *= 2
    columns = {"success": [], "failed": [], "response_us_p99": [], "send_lag_us_p99": []}
    for first in range(0, seconds, together):
        among = range(first + 1, min(first + together, seconds) + 1)
        is_slow = any(second in slow for second in among)
        columns["success"].append(share * len(among) // seconds)
        columns["failed"].append(3 if is_slow and number % 3 == 1 else 0)
        usual = int(25_000 * (1 + 0.3 * math.sin(first / 5 + number)))
        columns["response_us_p99"].append(600_000 if is_slow else usual)
        columns["send_lag_us_p99"].append(2000 + number % 7 * 100)
    return {"step_s": float(together), **columns}


def agent(number, share, seconds, slow):
    lost = number == 7
    return {
        "name": f"load-{number}",
        "address": f"load-{number}.example.net:7400",
        "version": "0.2.0",
        "state": "lost" if lost else "done",
        "state_detail": "nothing was heard of it for 5 s" if lost else "",
        "clock_offset_us": (number * 37) % 211 - 100,
        "clock_error_us": 90 + number % 40,
        "start_skew_us": number % 300,
        "totals": {
            "scheduled": share,
            "success": share - number % 9,
            "failed": number % 9,
            "unsent": 0,
            "connections": {"opened": 200, "lost": 0},
        },
        "latency_us": {"response": figures(share, 1 + number % 5 / 50), "send_lag": figures(share, 0.007)},
        "cpu": {"busiest_worker_share": 0.04 + number % 10 / 100},
        "worker_loads": [{"worker": 0, "cpu_share": 0.05, "cpu_waited_share": 0.01}],
        "series": agent_series(number, share, seconds, slow),
    }


def with_stages(whole):
    """The same of a load that warmed up for 10 s and has three stages."""
    warm_up = [point("warm_up", i, i + 1.0, 400, 800, slow=True) for i in range(10)]
    whole["series"] = whole["series"][:3] + warm_up + whole["series"][3:]
    whole["plan"] |= {"stages": "15s:@800,peak=15s:@800,10s:@800", "warm_up_ns": 10 * 10**9}

    def stage(name, offset, duration, failed, scale, kind="stage"):
        scheduled = duration * 800
        totals = {"scheduled": scheduled, "success": scheduled - failed, "failed": failed, "unsent": 0}
        return {
            "name": name,
            "kind": kind,
            "measured": kind == "stage",
            "offset_ns": offset * 10**9,
            "duration_ns": duration * 10**9,
            "totals": totals,
            "latency_us": {"response": figures(scheduled - failed, scale)},
        }

    whole["stages"] = [
        stage("warm-up", 0, 10, 999, 3, "warm_up"),
        stage("stage 1", 10, 15, 20, 0.1),
        stage("peak", 25, 15, 30, 1),
        stage("stage 3", 40, 10, 10, 0.2),
    ]
    return whole


def result(seconds=40, agents=2, clients=400, mps=800, thresholds=True, title="", hostile=""):
    """A whole result; `hostile` is put wherever a server has its say."""
    every = max(12, seconds // 9)
    slow = {second for second in range(1, seconds + 1) if second % every == 7}
    series = [point("connect", i, i + 1.0, clients, mps, opened=clients * (i + 1) // 3) for i in range(3)]
    series += [point("measure", i, i + 1.0, clients, mps, i + 1 in slow) for i in range(seconds)]
    failed = sum(each["failed"] for each in series)
    scheduled = mps * seconds
    hint = {"kind": "hint_timeouts", "args": {}, "text": "a longer -resp-timeout " + hostile, "text_zh": "提示" + hostile}
    judged = [
        {"expression": "p(99)<200ms", "metric": "p(99)", "bound": BOUND_US, "value": 589_000, "passed": False,
         "first_broken_s": 7.0},
        {"expression": "success_rate>=99%", "metric": "success_rate", "bound": 0.99, "value": 0.998, "passed": True,
         "first_broken_s": None},
        {"expression": "rate>=790/s", "metric": "rate", "bound": 790, "value": 800.0, "passed": True,
         "first_broken_s": None},
    ]  # fmt: skip
    return {
        "schema": "wsload.result/2",
        "wsload_version": "0.2.0",
        "run_id": "86270a2ae598ce18",
        "title": title + hostile,
        "tags": {"build": "512" + hostile} if title or hostile else {},
        "command_line": f"wsload -clients={clients} -mps={mps} -duration={seconds}s{hostile}",
        "started_at": "2026-11-25T10:30:32.005Z",
        "interrupted": False,
        "error": None,
        "exit_code": 0,
        "plan": {
            "clients": clients,
            "mps": mps,
            "duration_ns": seconds * 10**9,
            "ramp_up_ns": 3 * 10**9,
            "msg_size_bytes": 100,
            "server": "ws://gateway.example.net:9002/ws" + hostile,
        },
        "verdict": {"code": "VALID", "reasons": []},
        "outcome": {"code": "failed" if thresholds else "not_judged", "reasons": []},
        "warnings": [hint] if hostile else [],
        "measured_ns": seconds * 10**9,
        "totals": {
            "scheduled": scheduled,
            "success": scheduled - failed,
            "failed": failed,
            "unsent": 0,
            "unaccounted": 0,
            "late_acks": 0,
            "retries": 0,
            "loop_stalls": 3,
            "failures": {"timeout": failed, "rate_limited": 0},
            "connections": {
                "attempted": clients,
                "opened": clients,
                "failed": 1 if hostile else 0,
                "lost": 0,
                "failures": {"http_403" + hostile: 1} if hostile else {},
                "failure_examples": {"http_403" + hostile: "403 Forbidden " + hostile} if hostile else {},
                "losses": {},
                "loss_examples": {},
            },
        },
        "rates": {"scheduled_per_s": mps, "sent_per_s": mps, "success_per_s": mps - failed / seconds,
                  "success_ratio": (scheduled - failed) / scheduled},
        "latency_us": {
            "response": figures(scheduled - failed),
            "service": figures(scheduled - failed, 0.99),
            "connect": figures(clients, 0.1),
            "send_lag": figures(scheduled, 0.0068),
            "push": {"count": 0, "min": 0, "mean": 0, "p50": 0, "p90": 0, "p95": 0, "p99": 0, "p99_9": 0,
                     "p99_99": 0, "max": 0, "histogram": {"unit": "us", "buckets": []}},
        },
        "generator": {
            "worker_cpu_share_max": 0.05,
            "loop_stall_us": figures(200, 0.04),
            "bounds": {"send_lag_us_p99": 10_000, "worker_cpu_share": 0.95},
        },
        "hints": {"messages": [hint] if failed else [], "connections": {"http_403" + hostile: hint}, "also_seen": []},
        "thresholds": judged if thresholds else [],
        "start_spread_us": 412,
        "agents": [agent(i, scheduled // agents, seconds, slow) for i in range(1, agents + 1)],
        "series": series,
    }  # fmt: skip
