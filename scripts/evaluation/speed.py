"""10. What does text cost, alone and beside other work, and what does a busy machine do to a live session?"""

import os
import subprocess
import sys
from contextlib import contextmanager

from evaluation import scoring, streams, timing
from evaluation.frame import Table, say

EXCERPT_S = 60.0
TIMES = 2  # the best of so many runs counts
THREADS = (1, 2)
# Ends by itself when whoever started it is gone.
BUSY = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n    for _ in range(10**5): pass"


def run(run):
    if not run.text:
        return None
    stretches = stretches_of(run)
    if not stretches:
        return None
    tables = [costs(run, stretches)]
    beside = sessions(run, stretches[0])
    return tables + ([beside] if beside else [])


def stretches_of(run):
    """About a minute of the service folder, and the first session."""
    service = streams.excerpt(run, "service", EXCERPT_S)
    return ([service] if service else []) + (streams.of_sessions(run)[:1] if run.set.sessions else [])


@contextmanager
def busy_process():
    """A process that wants a core for itself, as long as this goes on."""
    process = subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def counted(count, what):
    return f"{count} {what}{'s' * (count != 1)}"


def costs(run, stretches):
    table = Table(
        "10. Computing time of `analyze` with text ÷ real time",
        [("how", "", None)]
        + [(stretch.name, f"{stretch.name}, {stretch.seconds:.0f} s", ".3f") for stretch in stretches],
    )
    if run.project.offers("analyze", "--threads"):
        for threads in THREADS:
            how = counted(threads, "thread")
            say(f"speed: {how}")
            table.rows.append({"how": how} | factors(run, stretches, threads))
    say("speed: as it starts by itself")
    table.rows.append({"how": "threads left to itself"} | factors(run, stretches, None))
    say("speed: beside a busy process")
    with busy_process():
        table.rows.append({"how": "the same, beside one busy process"} | factors(run, stretches, None))
    table.note(f"Best of {TIMES} runs on {counted(cores(), 'core')}, loading of the model not counted.")
    return table


def factors(run, stretches, threads):
    return {
        stretch.name: min(run.project.once(stretch.path, threads)["timing"]["realtime_factor"] for _ in range(TIMES))
        for stretch in stretches
    }


def sessions(run, stretch):
    """The same stretch live, alone and beside a busy process."""
    reports = streams.live(run, [stretch])
    if reports is None:
        return None
    say(f"speed: live beside a busy process, {stretch.seconds:.0f} s")
    with busy_process():
        beside = run.project.live_anew(stretch.path, stretch.seconds)
    table = Table(
        f"   Live, {stretch.name}, {stretch.seconds:.0f} s",
        [
            ("how", "", None),
            ("segments", "segments", "d"),
            ("median", "text after segment s, median", ".2f"),
            ("lag", "most", ".2f"),
            ("gaps", "gaps", "d"),
            ("dropped", "sound dropped s", ".2f"),
            ("late", "over after its sound s", ".1f"),
        ],
    )
    table.rows.append({"how": "alone"} | session_figures(reports[0], stretch.seconds))
    table.rows.append({"how": "beside one busy process"} | session_figures(beside, stretch.seconds))
    table.note("Dropped: what a microphone's ring could not have kept. Over after its sound: work left at the end,")
    table.note("and whatever the reading was late.")
    return table


def session_figures(report, seconds):
    waits = [segment["ready_at_s"] - segment["end_s"] for segment in report["segments"]]
    return {
        "segments": len(waits),
        "median": scoring.quantile(waits, 0.5),
        "lag": timing.lag(report),
        "gaps": len(report["gaps"]),
        "dropped": timing.length(report["gaps"]),
        "late": report["timing"]["wall_s"] - seconds,
    }
