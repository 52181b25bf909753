"""11. Is each row of the curriculum found in text, and only where it is meant? (tests/corpus; needs no recording)"""

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from evaluation import scoring
from evaluation.frame import Table, say

CORPUS = Path(__file__).resolve().parents[2] / "tests/corpus"
PACKS = {"zh": "zh-service", "en": "en-service"}
HALVES = ("dev", "held")
# Sentences written later, in which only the row of each is judged.
LATER = ("dev2", "dev3", "held2")
# Each sentence is garbled so many times.
DRAWS = 3
# Cues that are reported as findings of their row.
FINDINGS = {"C4.jargon": "C4", "C6.private": "C6", "D3.blunt": "D3"}
GROUPS = [("banned", "ban-"), ("cues", "cue:"), ("questions", "question"), ("service", "")]


@dataclass(frozen=True)
class Sentence:
    """A line of the corpus: what must be found in it, what may, and what would be wrong (all else is wrong too)."""

    text: str
    must: tuple
    may: tuple
    never: tuple


@dataclass
class Count:
    """A row's sentences: with it, found in them, and wrongly found in others."""

    here: int = 0
    found: int = 0
    wrong: int = 0
    missed_in: list = field(default_factory=list)
    wrong_in: list = field(default_factory=list)

    def __add__(self, other):
        return Count(
            self.here + other.here,
            self.found + other.found,
            self.wrong + other.wrong,
            self.missed_in + other.missed_in,
            self.wrong_in + other.wrong_in,
        )

    @property
    def recall(self):
        return scoring.percent(self.found, self.here)

    @property
    def precision(self):
        return scoring.percent(self.found, self.found + self.wrong)


def run(run):
    if not run.project.offers("packs", "try"):
        say("rows: this build has no `packs try`")
        return None
    tables = []
    for language, pack in PACKS.items():
        halves = {half: read(CORPUS / f"{language}-{half}.tsv") for half in HALVES}
        say(f"rows: {language}, {sum(map(len, halves.values()))} sentences")
        written = {half: score(run.project, pack, sentences) for half, sentences in halves.items()}
        garbled = garble(run, pack, halves) if language == "zh" else None
        tables.append(table(language, halves, written, garbled))
        for later in (CORPUS / f"{language}-{name}.tsv" for name in LATER):
            if later.exists():
                tables[-1].note(second(later, score(run.project, pack, read(later))))
    calls = calls_table(run.project)
    return tables + ([calls] if calls else [])


def read(path):
    with open(path, encoding="utf-8", newline="") as lines:
        return [sentence(row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]


def sentence(row):
    labels = row["labels"].split()
    may = tuple(label[1:] for label in labels if label.startswith("?"))
    never = tuple(label[1:] for label in labels if label.startswith("!"))
    return Sentence(row["text"], tuple(label for label in labels if label[0] not in "?!"), may, never)


def found_labels(found):
    """The labels of what `packs try` found in a sentence."""
    labels = set()
    for hit in found["hits"]:
        rule = hit["rule"]
        labels.add(f"{rule}:{hit['level']}" if rule.startswith("ban-") else rule)
    for cue in found["cues"]:
        labels.add(FINDINGS.get(cue["id"], f"cue:{cue['id']}"))
    labels.update(f"question:{asked['kind']}" for asked in found["questions"])
    if len(found["questions"]) > 1:
        labels.add("C3")
    return labels


def says(label, found):
    """Whether a label speaks of what was found: without a level or a kind it speaks of all of them."""
    return found == label or (":" not in label and found.startswith(f"{label}:"))


def compare(sentence, found, counts):
    """Adds what was found in a sentence to the counts of the rows."""
    for label in sentence.must:
        matching = [f for f in found if says(label, f)]
        row = min(matching, default=label if ":" in label or not label.startswith("ban-") else f"{label}:banned")
        counts[row].here += 1
        counts[row].found += bool(matching)
        if not matching:
            counts[row].missed_in.append(sentence.text)
    for f in sorted(found):
        meant = any(says(label, f) for label in sentence.must)
        allowed = any(says(label, f) for label in sentence.may) and not any(says(n, f) for n in sentence.never)
        if not meant and not allowed:
            counts[f].wrong += 1
            counts[f].wrong_in.append(sentence.text)


class Counts(dict):
    def __missing__(self, row):
        self[row] = Count()
        return self[row]


def score(project, pack, sentences, texts=None):
    counts = Counts()
    for sentence, found in zip(sentences, project.tried(pack, texts or [s.text for s in sentences])):
        compare(sentence, found_labels(found), counts)
    return counts


def garble(run, pack, halves):
    """Counts of all sentences as a recogniser might write them, and the share of characters it got wrong."""
    from evaluation.garble import Garbler, lexicon

    say("rows: zh, garbled")
    garbler = Garbler(lexicon(), run.seed)
    sentences = [s for half in HALVES for s in halves[half]]
    together, edits, length = Counts(), 0, 0
    for draw in range(DRAWS):
        texts = [garbler.garble(s.text, draw) for s in sentences]
        for row, count in score(run.project, pack, sentences, texts).items():
            together[row] += count
        for s, text in zip(sentences, texts):
            want = scoring.units(s.text)
            edits += scoring.edit_distance(want, scoring.units(text))
            length += len(want)
    return together, scoring.percent(edits, length)


COLUMNS = [
    ("row", "row", None),
    ("here", "sentences", "d"),
    ("found", "found", "d"),
    ("recall", "recall %", ".1f"),
    ("wrong", "wrong", "d"),
    ("precision", "precision %", ".1f"),
    ("dev_recall", "dev: recall", ".1f"),
    ("dev_precision", "precision", ".1f"),
    ("held_recall", "held: recall", ".1f"),
    ("held_precision", "precision", ".1f"),
]
GARBLED_COLUMNS = [("garbled_recall", "garbled: recall", ".1f"), ("garbled_precision", "precision", ".1f")]


def table(language, halves, written, garbled):
    sizes = ", ".join(f"{len(halves[half])} {half}" for half in HALVES)
    columns = COLUMNS + (GARBLED_COLUMNS if garbled else [])
    table = Table(f"11. Rows in text, {language}: sentences {sizes}", columns)
    counted = garbled[0] if garbled else {}
    rows = sorted({*written["dev"], *written["held"], *counted})
    left = list(rows)
    for name, prefix in GROUPS:
        group = [row for row in left if row.startswith(prefix)]
        left = [row for row in left if row not in group]
        for row in group:
            table.rows.append(figures(row, [row], written, garbled))
        if group:
            table.rows.append(figures(f"all {name}", group, written, garbled))
    if garbled:
        table.note(f"Garbled: {DRAWS} draws of each sentence, {garbled[1]:.1f} % of its characters wrong.")
    table.note("Counted are sentences. Wrong: found where neither listed nor allowed. C3: two questions in a turn.")
    table.note("With --json the sentences of the dev half that were missed or wrong; the held half is only counted.")
    return table


def second(path, counts):
    """A line about the sentences that were written after the packs."""
    parts, left = [], list(counts)
    for name, prefix in GROUPS:
        group = [row for row in left if row.startswith(prefix)]
        left = [row for row in left if row not in group]
        whole = sum((counts[row] for row in group), Count())
        if whole.here:
            parts.append(f"{name} {whole.recall:.1f}/{whole.precision:.1f}")
    return f"{path.stem} (other cues and questions than the one labelled are not judged): {', '.join(parts)}."


def figures(name, rows, written, garbled):
    def total(counts):
        return sum((counts[row] for row in rows if row in counts), Count())

    dev, held = total(written["dev"]), total(written["held"])
    both = dev + held
    out = {
        "row": name,
        "here": both.here,
        "found": both.found,
        "recall": both.recall,
        "wrong": both.wrong,
        "precision": both.precision,
        "dev_recall": dev.recall,
        "dev_precision": dev.precision,
        "held_recall": held.recall,
        "held_precision": held.precision,
    }
    if garbled:
        slips = total(garbled[0])
        out |= {"garbled_recall": slips.recall, "garbled_precision": slips.precision}
    if len(rows) == 1 and name == rows[0]:
        out |= {"missed_in": dev.missed_in, "wrong_in": dev.wrong_in}
    return out


def truth_of(call):
    """What the comments at the head of a call say: which rows are done and which are missing, which rules are hurt."""
    truth = {"done": [], "missing": [], "not needed": [], "rules": []}
    for line in call.splitlines():
        name, colon, rest = line.removeprefix("# ").partition(":")
        if line.startswith("# ") and colon and name in truth:
            truth[name] = rest.split()
    return truth


def calls_table(project):
    """Whole calls: the rules they hurt, and their checklist where the build has one."""
    table = Table(
        "    Whole calls, zh",
        [
            ("call", "call", None),
            ("rules", "rules hurt", "d"),
            ("rules_found", "found", "d"),
            ("rules_wrong", "others banned", "d"),
            ("rows", "rows that are judged", "d"),
            ("right", "right", "d"),
        ],
    )
    paths = sorted(CORPUS.glob("calls/*.txt"))
    total = Counter()
    for path in paths:
        truth = truth_of(path.read_text(encoding="utf-8"))
        counts = call_counts(truth, project.tried_call(PACKS["zh"], path), table, path.stem)
        total.update({key: value for key, value in counts.items() if value is not None})
        table.add(call=path.stem, **counts)
    if paths:
        table.add(call="all", **{key: total.get(key) for key, _, _ in table.columns[1:]})
    return table if paths else None


def call_counts(truth, document, table, name):
    found = set().union(*(found_labels(line) - {"C3"} for line in document["lines"]))
    found |= {"C3"} if any(len(line["questions"]) > 1 for line in document["lines"]) else set()
    named = [rule for rule in truth["rules"] if any(says(rule, f) for f in found)]
    others = {f for f in found if f.endswith(":banned") and not any(says(rule, f) for rule in truth["rules"])}
    counts = {"rules": len(truth["rules"]), "rules_found": len(named), "rules_wrong": len(others)}
    ticked = {row["id"]: row["done"] for row in document.get("checklist", [])}
    judged = [(row, True) for row in truth["done"]] + [(row, False) for row in truth["missing"]]
    judged = [(row, done) for row, done in judged if row in ticked]
    for row, done in judged:
        if ticked[row] != done:
            table.note(f"{name}: {row} is {'done, but not ticked' if done else 'ticked, but not done'}")
    return counts | {
        "rows": len(judged) if ticked else None,
        "right": sum(ticked[row] == done for row, done in judged) if ticked else None,
    }
