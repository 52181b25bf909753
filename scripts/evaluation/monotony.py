"""4. Is bored speech told from happy speech, and is a flat voice flagged in time and only then?"""

from evaluation import scoring, sound
from evaluation.frame import PROJECT, Table, say


def run(run):
    tables = [table for table in (ranking(run), flags(run)) if table]
    return tables or None


def ranking(run):
    acted = run.set.within("emodb")
    groups = {kind: [r.path for r in acted if r.style.startswith(kind)] for kind in ("boredom", "happiness")}
    if not all(groups.values()):
        return None
    say("monotony: bored against happy")
    table = Table(
        "4. Monotony: bored below happy speech",
        [
            ("system", "", None),
            ("auc", "AUC", ".3f"),
            ("bored", "bored, median", ".2f"),
            ("happy", "happy, median", ".2f"),
            ("judged", "judged", "d"),
            ("recordings", "recordings", "d"),
        ],
    )
    answers = [
        (
            f"{PROJECT}, liveliness",
            lambda paths: [r["delivery"]["liveliness"] for r in run.project.reports(paths, False)],
        )
    ]
    if run.peers:
        answers.append((f"{run.peers.spread.name}, semitones", lambda paths: run.peers.ask(run.peers.spread, paths)))
    for system, ask in answers:
        bored, happy = ask(groups["boredom"]), ask(groups["happiness"])
        known = [[v for v in values if v is not None] for values in (bored, happy)]
        table.add(
            system=system,
            auc=scoring.auc(bored, happy),
            bored=scoring.quantile(known[0], 0.5),
            happy=scoring.quantile(known[1], 0.5),
            judged=len(known[0]) + len(known[1]),
            recordings=len(bored) + len(happy),
        )
    table.note("A recording that is not judged (too little voice) counts as a draw.")
    return table


def flags(run):
    table = Table(
        "   Monotone flags",
        [
            ("recording", "recording", None),
            ("seconds", "seconds", ".0f"),
            ("flat", "flat speech, s", ".1f"),
            ("spoken", "of it before the flag, s", ".1f"),
            ("flags", "flags", "d"),
            ("liveliness", "liveliness", ".2f"),
            ("raised", "raised at, s", None),
        ],
    )
    sessions = run.set.sessions
    if sessions:
        say("monotony: sessions")
        for session, report in zip(sessions, run.project.reports([s.path for s in sessions], False)):
            flat = [c for c in session.truth["clauses"] if c["prosody"] == "flat"]
            row = flag_row(session.name, session.truth["duration_s"], report)
            raised = [f["raised_at_s"] for f in monotone(report)]
            if raised:
                row["spoken"] = sum(max(0.0, min(c["end"], raised[0]) - c["start"]) for c in flat)
            table.rows.append(row | {"flat": sum(c["end"] - c["start"] for c in flat)})
    service = [r.path for r in run.set.within("service")]
    if service:
        say("monotony: service/ joined")
        joined = run.work / "service.wav"
        seconds = sound.join(service, joined)
        table.rows.append(flag_row("service/ joined", seconds, run.project.reports([joined], False)[0]))
    return table if table.rows else None


def monotone(report):
    return [flag for flag in report["flags"] if flag["kind"] == "monotone"]


def flag_row(name, seconds, report):
    found = monotone(report)
    raised = " ".join(f"{flag['raised_at_s']:.1f}" for flag in found)
    return {
        "recording": name,
        "seconds": seconds,
        "flags": len(found),
        "raised": raised or None,
        "liveliness": report["delivery"]["liveliness"],
    }
