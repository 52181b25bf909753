"""What all questions share: the set of recordings, the tables, and the run itself."""

import csv
import json
import sys
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = "Voice Mirror"
NOTHING = "–"


class Refused(Exception):
    """Something the user must put right; the message says what."""


def say(message):
    """Progress goes to standard error: standard output holds the tables alone."""
    print(message, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Recording:
    """A line of manifest.tsv."""

    path: Path
    folder: str
    language: str
    style: str
    transcript: str


@dataclass(frozen=True)
class Session:
    """A recording with its exact truth (fields: see scripts/make_samples.py)."""

    path: Path
    truth: dict

    @property
    def name(self):
        return self.path.stem

    @property
    def pauses(self):
        return [(p["start"], p["end"]) for p in self.truth["pauses"]]

    @property
    def text(self):
        return "".join(clause["text"] for clause in self.truth["clauses"])


class RecordingSet:
    """A folder in the form of tests/evaluation/README.md; any part of it may be absent."""

    def __init__(self, folder, may_be_empty=False):
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise Refused(f"There is no folder {folder}.")
        self.recordings = self._manifest(self.folder / "manifest.tsv")
        self.sessions = [self._session(path) for path in sorted(self.folder.glob("sessions/*.json"))]
        if not (may_be_empty or self.recordings or self.sessions or self.pitch()):
            raise Refused(f"{folder} holds no manifest.tsv, no sessions/*.json and no pitch/*.f0ref.")

    def _manifest(self, path):
        if not path.exists():
            return []
        with open(path, encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        out = []
        for row in rows:
            name = row["path"]
            if not (self.folder / name).exists():
                raise Refused(f"{path} names {name}, which is not there.")
            out.append(
                Recording(self.folder / name, name.split("/")[0], row["lang"], row["style"], row["transcript"] or "")
            )
        return out

    def _session(self, path):
        sound = path.with_suffix(".flac")
        if not sound.exists():
            raise Refused(f"{path} has no {sound.name} beside it.")
        return Session(sound, json.loads(path.read_text(encoding="utf-8")))

    def within(self, folder):
        return [r for r in self.recordings if r.folder == folder]

    def folders_with_text(self):
        """Folders of the manifest with transcripts, in its order."""
        return list(dict.fromkeys(r.folder for r in self.recordings if r.transcript.strip()))

    def pitch(self):
        """Pairs of a recording and its reference: Hz at k × 15 ms, 0 = unvoiced."""
        out = []
        for reference in sorted(self.folder.glob("pitch/*.f0ref")):
            hz = [float(line) for line in reference.read_text().split()]
            out.append((reference.with_suffix(".flac"), hz))
        return out


def width(text):
    """Columns that a text takes in a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@dataclass
class Table:
    """Columns are (key, heading, format); a format of None means text, set to the left."""

    title: str
    columns: list
    rows: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    def add(self, **row):
        self.rows.append(row)

    def note(self, text):
        self.notes.append(text)

    def text(self):
        cells = [[heading for _, heading, _ in self.columns]]
        for row in self.rows:
            cells.append([self._cell(row.get(key), form) for key, _, form in self.columns])
        widths = [max(width(line[i]) for line in cells) for i in range(len(self.columns))]
        lines = [self.title]
        for line in cells:
            out = []
            for cell, room, (_, _, form) in zip(line, widths, self.columns):
                space = " " * (room - width(cell))
                out.append(cell + space if form is None else space + cell)
            lines.append("  ".join(out).rstrip())
        return "\n".join(lines + [f"  {note}" for note in self.notes])

    @staticmethod
    def _cell(value, form):
        if value is None:
            return NOTHING
        return value if isinstance(value, str) else format(value, form or "")

    def figures(self):
        return {"title": self.title, "rows": self.rows, "notes": self.notes}


@dataclass
class Run:
    """All that a question needs."""

    set: RecordingSet
    project: object  # project.Project
    peers: object  # peers.Peers, or None without --peers
    seed: int
    text: bool  # False: never start the speech model
    work: Path  # for sound made on the fly; removed at the end
    live_minutes: float = 3.0  # at most so much of each folder is fed at real speed
    kept: dict = field(default_factory=dict)

    def once(self, name, make):
        """What several questions need is made by the first of them."""
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]
