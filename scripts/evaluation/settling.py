"""8. How soon is text settled, and are the times of its words right?"""

from evaluation import scoring, streams, timing
from evaluation.frame import Table
from evaluation.wording import flag_waits

SOON_S = 1.0


def run(run):
    if not run.text:
        return None
    answers = answers_of(run)
    if not answers:
        return None
    import opencc

    simplify = opencc.OpenCC("t2s").convert
    waits = Table(
        "8. From the end of a clause to its settled text, seconds, computing included",
        [
            ("part", "", None),
            ("ends", "clauses", "d"),
            ("found", "with text", "d"),
            ("median", "median", ".2f"),
            ("p95", "p95", ".2f"),
            ("most", "most", ".2f"),
        ],
    )
    words = Table(
        "   Times of words: the end of a clause's last character against the truth",
        [
            ("part", "", None),
            ("ends", "clauses", "d"),
            ("right", "heard right", "d"),
            ("within", "within 150 ms %", ".1f"),
            ("median", "median off ms", ".0f"),
            ("p95", "p95 ms", ".0f"),
            ("bias", "median, late + ms", "+.0f"),
        ],
    )
    drafts = Table(
        "   From the end of a word to its first showing, early or settled, seconds, computing included",
        [
            ("part", "", None),
            ("words", "words", "d"),
            ("early", "early %", ".1f"),
            ("median", "median", ".2f"),
            ("p95", "p95", ".2f"),
            ("within", f"within {SOON_S:.0f} s %", ".1f"),
            ("written", f"any word there within {SOON_S:.0f} s %", ".1f"),
        ],
    )
    flags = Table(
        "   From the end of a banned phrase to its flag, seconds, computing included",
        [
            ("part", "", None),
            ("said", "said", "d"),
            ("flagged", "flagged", "d"),
            ("median", "median", ".2f"),
            ("p95", "p95", ".2f"),
            ("most", "most", ".2f"),
        ],
    )
    for part, group, reports in answers:
        if part.startswith("sessions"):
            ends = session_ends(run.set.sessions, reports, simplify)
            words.add(part=part, **word_figures(ends))
            flags.add(part=part, **flag_figures(run.set.sessions, reports))
        else:
            ends = [end for s, report in zip(group, reports) for end in timing.slot_ends(report, s.slots)]
        waits.add(part=part, **wait_figures(ends))
        if all("drafts" in report for report in reports):
            drafts.add(part=part, **draft_figures(reports, simplify))
    waits.note(
        "Sessions: ends of clauses as in their truth. Folders: the end of each recording's speech as Voice Mirror"
    )
    waits.note("finds it. Without text: nothing was heard of the last character (sessions), or of the recording.")
    drafts.note("Words are those of the settled text, at their times there; a draft that read otherwise does not count,")
    drafts.note("but in the last column, where a draft as long as that shows something in the word's place.")
    words.note("Clauses whose last character was heard as another are left out.")
    return [waits] + [table for table in (drafts, words, flags) if table.rows]


def answers_of(run):
    """(part, streams, reports) of all that was heard, live and not."""
    parts = [(stream.name, [stream]) for stream in streams.of_folders(run)]
    if run.set.sessions:
        parts.insert(0, ("sessions", streams.of_sessions(run)))
    out = []
    for name, group in parts:
        heard = streams.live(run, group)
        if heard is not None:
            out.append((f"{name}, live", group, heard))
        out.append((f"{name}, analyze", group, streams.offline(run, group)))
    return out


def session_ends(sessions, reports, simplify):
    """The ends of all clauses; the streams of sessions keep the times of the truth."""
    out = []
    for session, report in zip(sessions, reports):
        heard = timing.timed_units(timing.words_of(report), simplify)
        out += timing.clause_ends(session.truth["clauses"], heard, simplify)
    return out


def wait_figures(ends):
    found = [end for end in ends if end is not None and end.heard is not None]
    waits = [end.wait for end in found]
    return {
        "ends": len(ends),
        "found": len(found),
        "median": scoring.quantile(waits, 0.5),
        "p95": scoring.quantile(waits, 0.95),
        "most": max(waits, default=None),
    }


def draft_figures(reports, simplify):
    """How long after it was said a word was first shown."""
    waits, written, early = [], [], 0
    for report in reports:
        settled = timing.timed_units(timing.words_of(report), simplify)
        shown = timing.first_shown(settled, report["drafts"], simplify)
        waits += [at - unit.end for at, unit in zip(shown, settled)]
        anything = timing.first_written(settled, report["drafts"], simplify)
        written += [at - unit.end for at, unit in zip(anything, settled)]
        early += sum(at < unit.ready for at, unit in zip(shown, settled))
    return {
        "words": len(waits),
        "early": scoring.percent(early, len(waits)),
        "median": scoring.quantile(waits, 0.5),
        "p95": scoring.quantile(waits, 0.95),
        "within": scoring.percent(sum(wait <= SOON_S for wait in waits), len(waits)),
        "written": scoring.percent(sum(wait <= SOON_S for wait in written), len(written)),
    }


def flag_figures(sessions, reports):
    """How long after their last syllable banned phrases were flagged; live, provisional flags that held count."""
    waits = [wait for session, report in zip(sessions, reports) for _, _, wait in flag_waits(session, report)]
    return {
        "said": sum(len(session.truth["banned"]) for session in sessions),
        "flagged": len(waits),
        "median": scoring.quantile(waits, 0.5),
        "p95": scoring.quantile(waits, 0.95),
        "most": max(waits, default=None),
    }


def word_figures(ends):
    errors = [1000 * end.error for end in ends if end.right]
    off = [abs(error) for error in errors]
    reach = 1000 * timing.WORD_REACH_S + 1e-6
    return {
        "ends": len(ends),
        "right": len(errors),
        "within": scoring.percent(sum(o <= reach for o in off), len(off)),
        "median": scoring.quantile(off, 0.5),
        "p95": scoring.quantile(off, 0.95),
        "bias": scoring.quantile(errors, 0.5),
    }
