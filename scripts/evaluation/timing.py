"""When words were said and when they were known, in plain Python without any package. Times in seconds."""

import difflib
from dataclasses import dataclass

from evaluation import scoring

WORD_REACH_S = 0.150  # a word that ends within this of the truth can be played by itself
PAIR_REACH_S = 1.0  # a word further than this from a clause was not heard in it
DRAFT_REACH_S = 0.3  # a draft may begin so much later than a word of its own: times move while a window grows
PAIR_PENALTY = 0.1  # edits for each second outside the clause: of two equal words the nearer one counts


@dataclass(frozen=True)
class Word:
    """A word of settled text; `ready` is the stream time at which it was settled."""

    text: str
    start: float
    end: float
    ready: float


@dataclass(frozen=True)
class Slot:
    """A recording's place in a stream: its sound, and the stretch whose words are its own."""

    start: float
    end: float
    low: float
    high: float


def lay_out(lengths, gaps):
    """Slots of recordings that follow each other, a gap before each and one at the end; the whole length.

    A stretch reaches to the middle of the gaps on both sides, the first and the last one to the ends of the stream.
    """
    starts, at = [], 0.0
    for length, gap in zip(lengths, gaps):
        at += gap
        starts.append(at)
        at += length
    whole = at + gaps[len(lengths)]
    ends = [start + length for start, length in zip(starts, lengths)]
    bounds = [0.0, *((end + start) / 2 for end, start in zip(ends, starts[1:])), whole]
    return [Slot(*place) for place in zip(starts, ends, bounds, bounds[1:])], whole


def choose(lengths, most, order):
    """Which recordings fit into `most` seconds, taken in the given order; at least one. In their own order."""
    chosen, total = [], 0.0
    for i in order:
        if not chosen or total + lengths[i] <= most:
            chosen.append(i)
            total += lengths[i]
    return sorted(chosen)


def words_of(report):
    """All words of a report, by time."""
    out = [
        Word(word["text"], word["start_s"], word["end_s"], segment["ready_at_s"])
        for segment in report["segments"]
        for word in segment["words"]
    ]
    return sorted(out, key=lambda word: (word.start, word.end))


def within(words, slot):
    """The words whose middle lies in the slot's stretch."""
    return [word for word in words if slot.low <= (word.start + word.end) / 2 < slot.high]


def written(words):
    """Words as one text, with spaces where two would run together otherwise."""
    out = ""
    for word in words:
        if out and word.text and needs_space(out[-1], word.text[0]):
            out += " "
        out += word.text
    return out


def needs_space(before, after):
    return all(char.isalnum() and not "\u3400" <= char <= "\u9fff" for char in (before, after))


def timed_units(words, simplify=lambda text: text):
    """The units of scoring, each as a word with its own share of the time.

    Numbers are read aloud, and what follows may change how (2021年): such words are taken together.
    """
    groups = []
    for word in words:
        if groups and groups[-1][-1].text[-1:].isdigit() and word.text[:1] in ("年", "%"):
            groups[-1].append(word)
        else:
            groups.append([word])
    out = []
    for group in groups:
        units = scoring.units("".join(word.text for word in group), simplify)
        start, end, ready = group[0].start, group[-1].end, max(word.ready for word in group)
        step = (end - start) / len(units) if units else 0.0
        out += [Word(unit, start + i * step, start + (i + 1) * step, ready) for i, unit in enumerate(units)]
    return out


def first_shown(settled, drafts, simplify=lambda text: text):
    """For each unit of the settled text when it was first shown in its place: in a draft, else when it was settled.

    Settled units as of `timed_units`; a draft is a dict with `at_s`, `start_s` and `text`, in the order of time.
    """
    shown = [unit.ready for unit in settled]
    for draft in drafts:
        start, at = draft["start_s"], draft["at_s"]
        near = [i for i, unit in enumerate(settled) if unit.end > start - DRAFT_REACH_S and unit.start < at]
        said = scoring.units(draft["text"], simplify)
        matcher = difflib.SequenceMatcher(None, said, [settled[i].text for i in near], autojunk=False)
        for _, begin, length in matcher.get_matching_blocks():
            for i in near[begin : begin + length]:
                shown[i] = min(shown[i], at)
    return shown


def first_written(settled, drafts, simplify=lambda text: text):
    """For each unit of the settled text when anything was first shown in its place, right or not: a draft that writes
    as many units from its start on, or the settled text.
    """
    shown = [unit.ready for unit in settled]
    for draft in drafts:
        start, at = draft["start_s"], draft["at_s"]
        near = [i for i, unit in enumerate(settled) if start < unit.end and unit.start < at]
        for i in near[: len(scoring.units(draft["text"], simplify))]:
            shown[i] = min(shown[i], max(at, settled[i].end))
    return shown


@dataclass(frozen=True)
class ClauseEnd:
    """The last unit of a clause: when it was over, and what was heard of it (None: nothing)."""

    end: float
    heard: Word
    right: bool  # the very unit, not another in its place

    @property
    def wait(self):
        return self.heard.ready - self.end

    @property
    def error(self):
        return self.heard.end - self.end


def clause_ends(clauses, heard, simplify=lambda text: text):
    """The end of each clause (text, start, end) in the units that were heard."""
    wanted, lasts = [], []
    for clause in clauses:
        units = scoring.units(clause["text"], simplify)
        wanted += [(unit, clause["start"], clause["end"]) for unit in units]
        lasts.append(len(wanted) - 1 if units else None)
    pairs = align(wanted, heard)
    out = []
    for clause, last in zip(clauses, lasts):
        if last is None:
            continue
        found = pairs[last]
        right = found is not None and heard[found].text == wanted[last][0]
        out.append(ClauseEnd(clause["end"], None if found is None else heard[found], right))
    return out


def align(wanted, heard):
    """For each of (unit, start, end) the index of the unit that was heard for it, or None.

    Levenshtein over the whole, where units may only be paired near in time.
    """
    away = [[outside((h.start + h.end) / 2, start, end) for h in heard] for _, start, end in wanted]

    def pairing(i, j):
        if away[i][j] > PAIR_REACH_S:
            return float("inf")
        return (wanted[i][0] != heard[j].text) + PAIR_PENALTY * away[i][j]

    costs = [[float(j) for j in range(len(heard) + 1)]]
    for i in range(len(wanted)):
        row = [i + 1.0]
        for j in range(len(heard)):
            row.append(min(costs[i][j] + pairing(i, j), costs[i][j + 1] + 1, row[j] + 1))
        costs.append(row)
    out = [None] * len(wanted)
    i, j = len(wanted), len(heard)
    while i and j:
        if costs[i][j] == costs[i - 1][j - 1] + pairing(i - 1, j - 1):
            i, j = i - 1, j - 1
            out[i] = j
        elif costs[i][j] == costs[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return out


def outside(at, start, end):
    """How far a time lies outside of a span."""
    return max(start - at, at - end, 0.0)


def slot_ends(report, slots):
    """For each slot the end of its speech as reported and its last word; None without the one or the other."""
    words, out = words_of(report), []
    for slot in slots:
        here = within(words, slot)
        ends = [
            min(s["end_s"], slot.high) for s in report["speech"] if s["start_s"] < slot.high and s["end_s"] > slot.low
        ]
        out.append(ClauseEnd(max(ends), here[-1], True) if ends and here else None)
    return out


def lag(report):
    """The longest time between the end of a segment and its text; None without text."""
    return max((s["ready_at_s"] - s["end_s"] for s in report["segments"]), default=None)


def length(spans):
    """Seconds inside of spans (start_s, end_s); what several cover counts once."""
    total, reached = 0.0, float("-inf")
    for span in sorted(spans, key=lambda span: span["start_s"]):
        total += max(0.0, span["end_s"] - max(span["start_s"], reached))
        reached = max(reached, span["end_s"])
    return total
