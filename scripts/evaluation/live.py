"""7. Is the live text as right as that of a recording?"""

from evaluation import streams, timing
from evaluation.frame import Table, say
from evaluation.text import FOLDER_COLUMNS, error_rate


def run(run):
    if not run.text:
        return None
    parts = parts_of(run)
    if not parts:
        return None
    import opencc

    simplify = opencc.OpenCC("t2s").convert
    columns = [
        *FOLDER_COLUMNS,
        ("live", "CER live %", ".1f"),
        ("stream", "the same stream, analyze %", ".1f"),
        ("alone", "each recording, analyze %", ".1f"),
    ]
    if run.peers:
        columns += [("peer", f"each recording, {run.peers.text.name} %", ".1f")]
    table = Table(f"7. Live text, {run.project.model.name}", columns)
    for folder, group in parts:
        heard = streams.live(run, group)
        if heard is None:
            return None
        say(f"live: {folder}, offline")
        table.rows.append(row(run, folder, group, heard, simplify))
    table.note(
        f"Recordings joined with gaps of {streams.GAP_S[0]} to {streams.GAP_S[1]} s over the noise of a quiet room,"
    )
    table.note("fed at real speed; the words are given back to the recordings by their times. Sessions one by one.")
    return [table]


def parts_of(run):
    """(folder, streams); the sessions make a part together."""
    parts = [(stream.name, [stream]) for stream in streams.of_folders(run)]
    return parts + ([("sessions", streams.of_sessions(run))] if run.set.sessions else [])


def row(run, folder, group, heard, simplify):
    items = [(path, transcript, streams.LANGUAGE) for stream in group for path, transcript in stream.items]

    def rate(texts):
        return error_rate(folder, items, texts, simplify)

    cer, units, each = rate(cut(group, heard))
    paths = [path for path, _, _ in items]
    out = {
        "folder": folder,
        "recordings": len(items),
        "seconds": sum(stream.seconds for stream in group),
        "units": units,
        "live": cer,
        "stream": rate(cut(group, streams.offline(run, group)))[0],
        "alone": rate([r["transcript"] for r in run.project.reports(paths, True, streams.LANGUAGE)])[0],
        "each": each,
    }
    if run.peers:
        found = run.peers.ask(run.peers.text, paths, language=streams.LANGUAGE)
        out["peer"] = rate([h["text"] for h in found])[0]
    return out


def cut(group, reports):
    """The text of each recording in the streams."""
    return [
        timing.written(timing.within(timing.words_of(report), slot))
        for stream, report in zip(group, reports)
        for slot in stream.slots
    ]
