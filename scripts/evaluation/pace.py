"""3. Is the pace right, over the whole call and in each window, with text and from the sound alone?"""

from evaluation import scoring
from evaluation.frame import PROJECT, Table, say

FULL_WINDOW_S = 14.5  # a window is 15 s long, once there have been 15 s


def run(run):
    sessions = run.set.sessions
    if not sessions:
        return None
    say("pace")
    paths = [s.path for s in sessions]
    answers = []
    if run.text:
        answers.append((PROJECT, [of_report(r) for r in run.project.reports(paths, True)]))
    sound_alone = [of_report(r) for r in run.project.reports(paths, False)]
    answers.append((f"{PROJECT}, sound alone", sound_alone))
    if run.peers:
        heard = run.peers.ask(run.peers.pace, paths)
        answers.append((run.peers.pace.name, [of_nuclei(h, windows) for h, (_, windows) in zip(heard, sound_alone)]))
    return [overall(sessions, answers), windows_table(sessions, answers)]


def of_report(report):
    """Pace of the whole, and (start, end, pace) of the windows; pace in characters a minute."""
    windows = [(w["start_s"], w["end_s"], w["per_min"]) for w in report["pace"]["windows"]]
    return report["pace"]["overall_per_min"], windows


def of_nuclei(heard, windows):
    nuclei, length = heard["nuclei"], heard["end"] - heard["start"]
    pace = 60 * len(nuclei) / length if length > 0 else None
    return pace, [(a, b, 60 * sum(a <= t < b for t in nuclei) / (b - a)) for a, b, _ in windows]


def overall(sessions, answers):
    columns = [("session", "session", None), ("truth", "truth", ".1f")]
    for i, (system, _) in enumerate(answers):
        columns += [(f"pace_{i}", system, ".1f"), (f"error_{i}", "error %", "+.1f")]
    table = Table("3. Pace over the session, characters a minute from first to last speech", columns)
    errors = {i: [] for i in range(len(answers))}
    for at, session in enumerate(sessions):
        truth = session.truth["summary"]["han_per_min_overall"]
        row = {"session": session.name, "truth": truth}
        for i, (_, found) in enumerate(answers):
            pace = found[at][0]
            row[f"pace_{i}"] = pace
            if pace is not None:
                row[f"error_{i}"] = scoring.percent(pace - truth, truth)
                errors[i].append(abs(row[f"error_{i}"]))
        table.rows.append(row)
    table.add(session="largest", **{f"error_{i}": max(e, default=None) for i, e in errors.items()})
    return table


def windows_table(sessions, answers):
    table = Table(
        "   Pace per window as reported; truth: characters spread evenly over each clause",
        [
            ("system", "", None),
            ("windows", "windows", "d"),
            ("median", "error median %", ".1f"),
            ("p95", "p95 %", ".1f"),
            ("largest", "largest %", ".1f"),
            ("within8", "within 8 %, share %", ".0f"),
            ("within15", "within 15 %, share %", ".0f"),
            ("first", "first after, s", ".1f"),
            ("last", "latest, s", ".1f"),
        ],
    )
    for system, found in answers:
        firsts = [windows[0][1] - s.truth["clauses"][0]["start"] for s, (_, windows) in zip(sessions, found) if windows]
        for title, wanted in (
            (f"{system}, 15 s", lambda length: length >= FULL_WINDOW_S),
            (f"{system}, earlier", lambda length: length < FULL_WINDOW_S),
        ):
            errors = [error for s, (_, windows) in zip(sessions, found) for error in window_errors(s, windows, wanted)]
            row = {
                "system": title,
                "windows": len(errors),
                "median": scoring.quantile(errors, 0.5),
                "p95": scoring.quantile(errors, 0.95),
                "largest": max(errors, default=None),
                "within8": scoring.percent(sum(e <= 8 for e in errors), len(errors)),
                "within15": scoring.percent(sum(e <= 15 for e in errors), len(errors)),
            }
            if title.endswith("earlier"):
                row |= {"first": scoring.quantile(firsts, 0.5), "last": max(firsts, default=None)}
            table.rows.append(row)
    table.note("First after: from the beginning of speech to the first estimate, median and latest over the sessions.")
    return table


def window_errors(session, windows, wanted):
    """Absolute errors in percent; a window in which nothing was said is left out."""
    out = []
    for start, end, pace in windows:
        truth = (
            60 * scoring.spoken_between(session.truth["clauses"], start, end) / (end - start) if end > start else 0.0
        )
        if truth > 0 and pace is not None and wanted(end - start):
            out.append(100 * abs(pace - truth) / truth)
    return out
