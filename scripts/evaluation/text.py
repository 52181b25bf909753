"""5. Is the text right, how soon is it settled, and what does it cost?"""

from evaluation import scoring
from evaluation.frame import Table, say
from evaluation.peers import WHISPER_THREADS

# What every table about text says first of a folder.
FOLDER_COLUMNS = [
    ("folder", "folder", None),
    ("recordings", "recordings", "d"),
    ("seconds", "seconds", ".0f"),
    ("units", "units", "d"),
]
SPEAKER_MARKS = "spontaneous"  # the folder whose transcripts name the speakers


def run(run):
    if not run.text:
        return None
    parts = [
        (folder, [(r.path, r.transcript, r.language) for r in run.set.within(folder) if r.transcript.strip()])
        for folder in run.set.folders_with_text()
    ]
    if run.set.sessions:
        parts.append(("sessions", [(s.path, s.text, "zh") for s in run.set.sessions]))
    if not parts:
        return None
    import opencc

    simplify = opencc.OpenCC("t2s").convert
    columns = [
        *FOLDER_COLUMNS,
        ("cer", "CER %", ".1f"),
        ("realtime", "÷ real time", ".3f"),
        ("settle", "settled after s, median", ".2f"),
        ("settle95", "p95", ".2f"),
        ("settle_most", "most", ".2f"),
    ]
    if run.peers:
        columns += [("peer_cer", f"{run.peers.text.name}: CER %", ".1f"), ("peer_realtime", "÷ real time", ".3f")]
    table = Table(f"5. Text, {run.project.model.name}", columns)
    for folder, items in parts:
        say(f"text: {folder}")
        table.rows.append(row(run, folder, items, simplify))
    table.note(
        "Units: Han characters, and runs of other letters. Settled after: from the end of a segment to its text,"
    )
    table.note("computing included. ÷ real time: computing time per second of sound.")
    if run.peers:
        table.note(
            f"{run.peers.text.name}: beam 5, windows of 30 s, {WHISPER_THREADS} threads; its time may be an earlier one."
        )
    return [table]


def row(run, folder, items, simplify):
    reports = by_language(items, lambda paths, language: run.project.reports(paths, True, language))
    waits = [s["ready_at_s"] - s["end_s"] for r in reports for s in r["segments"]]
    seconds = sum(r["source"]["duration_s"] for r in reports)
    out = {
        "folder": folder,
        "recordings": len(items),
        "seconds": seconds,
        "realtime": sum(r["timing"]["wall_s"] for r in reports) / seconds,
        "settle": scoring.quantile(waits, 0.5),
        "settle95": scoring.quantile(waits, 0.95),
        "settle_most": max(waits, default=None),
    }
    out["cer"], out["units"], out["each"] = error_rate(folder, items, [r["transcript"] for r in reports], simplify)
    if run.peers:
        heard = by_language(items, lambda paths, language: run.peers.ask(run.peers.text, paths, language=language))
        out["peer_cer"], _, out["peer_each"] = error_rate(folder, items, [h["text"] for h in heard], simplify)
        out["peer_realtime"] = sum(h["wall_s"] for h in heard) / sum(h["duration_s"] for h in heard)
    return out


def by_language(items, ask):
    """Answers in the order of the items, asked for in one call per language."""
    out = [None] * len(items)
    for language in dict.fromkeys(language for _, _, language in items):
        at = [i for i, item in enumerate(items) if item[2] == language]
        for i, answer in zip(at, ask([items[i][0] for i in at], language)):
            out[i] = answer
    return out


def error_rate(folder, items, texts, simplify):
    """Edits ÷ units of the reference in percent, the units, and what each recording gave (for --json)."""
    edits, length, each = 0, 0, []
    for (path, transcript, _), text in zip(items, texts):
        want = scoring.units(transcript, simplify, marks=folder == SPEAKER_MARKS)
        wrong = scoring.edit_distance(want, scoring.units(text, simplify))
        each.append({"recording": path.name, "edits": wrong, "units": len(want), "reference": transcript, "text": text})
        edits, length = edits + wrong, length + len(want)
    return scoring.percent(edits, length), length, each
