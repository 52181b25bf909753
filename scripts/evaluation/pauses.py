"""2. Are the pauses found, with both ends in the right place?"""

from evaluation import scoring
from evaluation.frame import PROJECT, Table, say


def run(run):
    sessions = run.set.sessions
    if not sessions:
        return None
    say("pauses")
    paths = [s.path for s in sessions]
    answers = []
    if run.text:
        answers.append((PROJECT, [spans(r) for r in run.project.reports(paths, True)]))
    answers.append((f"{PROJECT}, no text", [spans(r) for r in run.project.reports(paths, False)]))
    if run.peers:
        answers += [(peer.name, run.peers.ask(peer, paths)) for peer in run.peers.pauses]

    total = Table(
        "2. Pauses of 250 ms and more, both ends within 80 ms",
        [
            ("system", "", None),
            ("precision", "precision %", ".1f"),
            ("recall", "recall %", ".1f"),
            ("f1", "F1 %", ".1f"),
            ("matched", "matched", "d"),
            ("reported", "reported", "d"),
            ("truth", "truth", "d"),
            ("start_ms", "start off, median ms", "+.0f"),
            ("end_ms", "end off, median ms", "+.0f"),
        ],
    )
    each = Table(
        "   F1 % per session",
        [("session", "session", None), ("truth", "pauses", "d")] + [(system, system, ".1f") for system, _ in answers],
    )
    each.rows = [{"session": s.name, "truth": len(truth(s))} for s in sessions]
    for system, found in answers:
        pairs, reported, count = [], 0, 0
        for row, session, pauses in zip(each.rows, sessions, found):
            here = scoring.match_pauses(truth(session), [tuple(p) for p in pauses])
            long_enough = sum(p[1] - p[0] >= scoring.LEAST_PAUSE_S - 1e-9 for p in pauses)
            row[system] = scoring.f1(len(here), long_enough, len(truth(session)))[2]
            pairs, reported, count = pairs + here, reported + long_enough, count + len(truth(session))
        precision, recall, f1 = scoring.f1(len(pairs), reported, count)
        total.add(
            system=system,
            precision=precision,
            recall=recall,
            f1=f1,
            matched=len(pairs),
            reported=reported,
            truth=count,
            start_ms=median_ms(got[0] - want[0] for want, got in pairs),
            end_ms=median_ms(got[1] - want[1] for want, got in pairs),
        )
    return [total, each]


def spans(report):
    return [(p["start_s"], p["end_s"]) for p in report["pauses"]]


def truth(session):
    return [p for p in session.pauses if p[1] - p[0] >= scoring.LEAST_PAUSE_S - 1e-9]


def median_ms(differences):
    middle = scoring.quantile(list(differences), 0.5)
    return None if middle is None else 1000 * middle
