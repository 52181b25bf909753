"""Recordings joined into streams, as a microphone would bring them, and what is heard in them at real speed."""

import zlib
from dataclasses import dataclass

import numpy as np

from evaluation import sound, timing
from evaluation.frame import Refused, say

RATE = 16000
GAP_S = (0.8, 1.6)  # between two recordings, evenly spread: longer than the pauses inside of most
TAIL_S = 4.0  # after the last word, so that its text, too, comes while the stream goes on
ROOM_DB = -65.0  # re full scale; a quiet room, and never the digital zero that no microphone brings
FADE_S = 0.005  # at both ends of a recording: its own room must not begin with a click
LANGUAGE = "zh"


@dataclass(frozen=True)
class Stream:
    """One file, and where in it which recording lies."""

    name: str
    path: object
    seconds: float
    slots: list
    items: list  # (path, transcript) of the recording in each slot


def join(name, items, run, rng):
    """Writes the recordings (path, transcript) into one file."""
    sounds = [sound.read(path, RATE)[0] for path, _ in items]
    gaps = [*rng.uniform(*GAP_S, len(sounds)), TAIL_S]
    slots, seconds = timing.lay_out([len(samples) / RATE for samples in sounds], gaps)
    out = room(round(seconds * RATE) + 1, rng)
    for samples, slot in zip(sounds, slots):
        at = round(slot.start * RATE)
        out[at : at + len(samples)] += faded(samples)
    return _written(name, out, slots, items, run)


def extended(path, name, transcript, run, rng):
    """One recording with the room behind it; its times stay."""
    samples, _ = sound.read(path, RATE)
    slots, seconds = timing.lay_out([len(samples) / RATE], [0.0, TAIL_S])
    out = room(round(seconds * RATE), rng)
    out[: len(samples)] += samples
    return _written(name, out, slots, [(path, transcript)], run)


def _written(name, samples, slots, items, run):
    folder = run.work / "streams"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.wav"
    sound.write(path, samples, RATE)
    return Stream(name, path, len(samples) / RATE, slots, items)


def room(length, rng):
    """Pink noise: the hiss of a quiet room."""
    return sound.coloured(length, RATE, -1.0, rng) * 10 ** (ROOM_DB / 20)


def faded(samples):
    ramp = np.ones(len(samples))
    edge = min(round(FADE_S * RATE), len(samples) // 2)
    if edge:
        ramp[:edge] = np.linspace(0.0, 1.0, edge)
        ramp[-edge:] = ramp[:edge][::-1]
    return samples * ramp


def generator(run, name):
    """A generator of its own for each stream: it does not depend on what else is measured."""
    return np.random.default_rng([run.seed, zlib.crc32(name.encode())])


def of_folders(run):
    """A stream for each folder of Mandarin recordings with transcripts, no longer than was asked for."""
    return run.once("folder streams", lambda: [_of_folder(run, folder) for folder in _mandarin_folders(run)])


def _mandarin_folders(run):
    return [folder for folder in run.set.folders_with_text() if _mandarin(run, folder)]


def _mandarin(run, folder):
    return [r for r in run.set.within(folder) if r.transcript.strip() and r.language == LANGUAGE]


def _of_folder(run, folder):
    recordings, rng = _mandarin(run, folder), generator(run, folder)
    lengths = [sound.seconds(r.path) for r in recordings]
    chosen = timing.choose(lengths, 60 * run.live_minutes, rng.permutation(len(recordings)))
    return join(folder, [(recordings[i].path, recordings[i].transcript) for i in chosen], run, rng)


def of_sessions(run):
    """A stream for each session."""
    return run.once(
        "session streams",
        lambda: [extended(s.path, f"session-{s.name}", s.text, run, generator(run, s.name)) for s in run.set.sessions],
    )


def excerpt(run, folder, seconds):
    """A stream of about so many seconds out of a folder, the same in every run; None when the folder is empty."""
    recordings = run.set.within(folder)
    if not recordings:
        return None
    name = f"{folder}-excerpt"
    rng = generator(run, name)
    lengths = [sound.seconds(r.path) for r in recordings]
    chosen = timing.choose(lengths, seconds, rng.permutation(len(recordings)))
    return join(name, [(recordings[i].path, recordings[i].transcript) for i in chosen], run, rng)


def offline(run, streams):
    """The reports of `analyze`."""
    return run.project.reports([stream.path for stream in streams], True, LANGUAGE)


def live(run, streams):
    """The reports of `live`, each as long as its stream takes; None when this build cannot take a recording."""
    if not run.project.offers("live", "--from"):
        say("this build has no `live --from`: nothing is heard live")
        return None
    missing = sum(stream.seconds for stream in streams if not run.project.heard_live(stream.path))
    if missing:
        say(f"live: {missing:.0f} s of sound at real speed")
    reports = [run.project.live(stream.path, stream.seconds, LANGUAGE) for stream in streams]
    for stream, report in zip(streams, reports):
        if abs(report["source"]["duration_s"] - stream.seconds) > 1.0:
            raise Refused(f"`live --from` ended {stream.name} after {report['source']['duration_s']} s.")
    return reports
