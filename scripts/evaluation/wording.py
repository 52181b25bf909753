"""6. Is banned wording found, and only where it was said?"""

from evaluation import scoring
from evaluation.frame import Table, say
from evaluation.text import by_language

# Folders of speech that nobody would object to.
HARMLESS = ("service", "speakers", "read", "spontaneous")


def run(run):
    if not run.text:
        return None
    tables = [table for table in (sessions(run), harmless(run)) if table]
    return tables or None


def banned(report):
    return [f for f in report["flags"] if f["kind"] == "banned_wording"]


def sessions(run):
    if not run.set.sessions:
        return None
    say("wording: sessions")
    table = Table(
        "6. Banned wording: same rule, overlapping or within 1.0 s",
        [
            ("session", "session", None),
            ("truth", "said", "d"),
            ("reported", "flagged", "d"),
            ("matched", "right", "d"),
            ("recall", "recall %", ".1f"),
            ("precision", "precision %", ".1f"),
            ("wait", "after its end s, median", ".2f"),
        ],
    )
    total, waits = [0, 0, 0], []
    for session, report in zip(run.set.sessions, run.project.reports([s.path for s in run.set.sessions], True)):
        truth, found = said_and_found(session, report)
        pairs = flag_waits(session, report)
        here = [wait for _, _, wait in pairs]
        counts = [len(pairs), len(found), len(truth)]
        add(table, session.name, counts, here)
        total, waits = [a + b for a, b in zip(total, counts)], waits + here
        for rule, start, _ in truth:
            if not any(said[:2] == (rule, start) for said, _, _ in pairs):
                table.note(f"missed: {session.name} {start:.1f} s {rule}")
        for hit in found:
            if not any(hit == matched for _, matched, _ in pairs):
                text = next(f["text"] for f in banned(report) if (f["rule"], f["start_s"], f["end_s"]) == hit)
                table.note(f"wrong: {session.name} {hit[1]:.1f} s {hit[0]} {text}")
    add(table, "total", total, waits)
    return table


def said_and_found(session, report):
    """(rule, start, end) of the banned phrases that were said, and of those that were flagged."""
    truth = [(b["rule"], b["start"], b["end"]) for b in session.truth["banned"]]
    return truth, [(f["rule"], f["start_s"], f["end_s"]) for f in banned(report)]


def flag_waits(session, report):
    """(said, flagged, seconds between the end of the phrase and its flag) of every phrase that was found."""
    raised = {(f["rule"], f["start_s"], f["end_s"]): f["raised_at_s"] for f in banned(report)}
    return [(said, hit, raised[hit] - said[2]) for said, hit in scoring.match_hits(*said_and_found(session, report))]


def add(table, name, counts, waits):
    matched, reported, truth = counts
    precision, recall, _ = scoring.f1(matched, reported, truth)
    table.add(
        session=name,
        truth=truth,
        reported=reported,
        matched=matched,
        recall=recall,
        precision=precision,
        wait=scoring.quantile(waits, 0.5),
    )


def harmless(run):
    table = Table(
        "   Banned wording flagged where none was said",
        [("folder", "folder", None), ("recordings", "recordings", "d"), ("flags", "false flags", "d")],
    )
    for folder in HARMLESS:
        recordings = run.set.within(folder)
        if not recordings:
            continue
        say(f"wording: {folder}")
        items = [(r.path, r.transcript, r.language) for r in recordings]
        reports = by_language(items, lambda paths, language: run.project.reports(paths, True, language))
        flags = [(r.path.name, f) for r, report in zip(recordings, reports) for f in banned(report)]
        table.add(folder=folder, recordings=len(recordings), flags=len(flags))
        for name, flag in flags:
            table.note(f"{folder}/{name} {flag['start_s']:.1f} s {flag['rule']} {flag['text']}")
    return table if table.rows else None
