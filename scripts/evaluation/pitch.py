"""1. Is the pitch right, also under noise, and how fast is it found?"""

import re

from evaluation import scoring, sound
from evaluation.frame import PROJECT, Table, say
from evaluation.peers import first_core, pitch_seconds

TIMES = 3  # the best of so many runs counts as the speed
SLOW_SECONDS = 30.0  # as much sound is enough to time a tracker slower than SLOW_SPEED
SLOW_SPEED = 50.0

COLUMNS = [
    ("system", "", None),
    ("ffe", "FFE %", ".2f"),
    ("gpe", "GPE %", ".2f"),
    ("rpa50", "RPA50 %", ".1f"),
    ("missed", "voiced→unv. %", ".2f"),
    ("invented", "unv.→voiced %", ".2f"),
]


def voice(path):
    """Recordings of one voice share the letters at the beginning of their names."""
    return re.match(r"[^\d_]*", path.stem).group() or "?"


def run(run):
    pairs = run.set.pitch()
    if not pairs:
        return None
    paths = [path for path, _ in pairs]
    voices = sorted({voice(path) for path in paths})
    tables = []
    for condition, (title, _) in sound.CONDITIONS.items():
        if condition == "babble" and len(paths) < 3:
            continue
        say(f"pitch: {title}")
        files = sound.under(condition, paths, run.seed, run.work)
        columns = COLUMNS + [(f"ffe_{v}", f"FFE {v} %", ".2f") for v in voices]
        if condition == "clean":
            columns = columns + [("speed", "× real time", ".0f")]
        table = Table(f"1. Pitch, {title}", columns)
        answers = [(PROJECT, run.project.tracks(files))]
        if run.peers:
            answers += [(peer.name, run.peers.ask(peer, files)) for peer in run.peers.pitch]
        for system, tracks in answers:
            table.add(system=system, **figures(pairs, tracks, voices))
        if condition == "clean":
            add_speeds(table, run, files)
        tables.append(table)
    whole = sum(len(reference) for _, reference in pairs) * scoring.REFERENCE_STEP_S
    tables[0].note(f"{len(paths)} recordings, {whole:.0f} s.")
    return tables


def figures(pairs, tracks, voices):
    total, each = scoring.PitchScore(), {v: scoring.PitchScore() for v in voices}
    for (path, reference), (times, hz) in zip(pairs, tracks):
        total.add(reference, times, hz)
        each[voice(path)].add(reference, times, hz)
    return total.shares() | {f"ffe_{v}": score.shares()["ffe"] for v, score in each.items()}


def add_speeds(table, run, files):
    say("pitch: speed")
    core = first_core()
    sounds = [sound.read(path) for path in files]
    seconds = sum(len(samples) / rate for samples, rate in sounds)
    wall = min(run.project.seconds_without_text(files, core) for _ in range(TIMES))
    table.rows[0]["speed"] = seconds / wall
    for row, peer in zip(table.rows[1:], run.peers.pitch if run.peers else []):
        row["speed"] = peer_speed(peer, sounds, seconds)
    place = f"core {core} alone" if core is not None else "not kept on one core"
    table.note(f"Speed: sound ÷ processor time, {place}, best of {TIMES}, measured in this run.")
    table.note(f"{PROJECT}: a whole `analyze --no-text`, its start, decoding and all analysers included;")
    table.note("the others: finding the pitch alone, sound already in memory.")


def peer_speed(peer, sounds, seconds):
    first = len(sounds[0][0]) / sounds[0][1]
    quick = first / pitch_seconds(peer, sounds[:1])
    if quick >= SLOW_SPEED:
        return seconds / min(pitch_seconds(peer, sounds) for _ in range(TIMES))
    few, heard = [], 0.0
    for samples, rate in sounds:
        few.append((samples, rate))
        heard += len(samples) / rate
        if heard >= SLOW_SECONDS:
            break
    return heard / pitch_seconds(peer, few)
