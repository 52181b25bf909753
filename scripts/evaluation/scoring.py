"""The scoring rules, in plain Python without any package. Times in seconds, frequencies in Hz."""

import math
import re
import unicodedata
from bisect import bisect_left

# Pitch
GROSS_ERROR = 0.20  # a pitch further off than this share is grossly wrong
CENTS = 50.0
REFERENCE_STEP_S = 0.015
REFERENCE_REACH_S = 0.010
REACH_SLACK_S = 1e-6  # times are decimal numbers: equal means equal to a microsecond
# Pauses
PAUSE_REACH_S = 0.080
LEAST_PAUSE_S = 0.250
# Wording
HIT_REACH_S = 1.0


def nearest(times, values, at, reach):
    """The value whose time is nearest to `at`, or None when none lies within `reach`. `times` rises.

    With a tracker every 10 ms and a reference every 15 ms, half of the references lie right between two frames: then
    the earlier one counts, whatever the last digit of the times may be.
    """
    right = bisect_left(times, at - REACH_SLACK_S)
    found = [i for i in (right - 1, right) if 0 <= i < len(times)]
    if not found:
        return None
    best = found[0]
    if len(found) == 2 and abs(times[right] - at) < abs(times[best] - at) - REACH_SLACK_S:
        best = right
    return values[best] if abs(times[best] - at) <= reach + REACH_SLACK_S else None


class PitchScore:
    """Counts of frames; add up over recordings, then read the shares."""

    def __init__(self):
        self.frames = self.voiced = self.unvoiced = 0
        self.missed = self.invented = self.both = self.gross = self.close = 0

    def add(self, reference, times, hz):
        """`reference[k]` is the pitch at k × 15 ms, 0 = unvoiced; `hz` likewise at `times`."""
        for k, truth in enumerate(reference):
            got = nearest(times, hz, k * REFERENCE_STEP_S, REFERENCE_REACH_S) or 0.0
            self.frames += 1
            self.voiced += truth > 0
            self.unvoiced += truth <= 0
            if truth > 0 and got > 0:
                self.both += 1
                self.gross += abs(got / truth - 1) > GROSS_ERROR
                self.close += abs(1200 * math.log2(got / truth)) <= CENTS
            elif truth > 0:
                self.missed += 1
            elif got > 0:
                self.invented += 1

    def shares(self):
        """FFE (Chu and Alwan 2009), GPE, RPA50 and the two kinds of voicing error, in percent."""
        return {
            "ffe": percent(self.missed + self.invented + self.gross, self.frames),
            "gpe": percent(self.gross, self.both),
            "rpa50": percent(self.close, self.voiced),
            "missed": percent(self.missed, self.voiced),
            "invented": percent(self.invented, self.unvoiced),
        }


def percent(part, whole):
    return 100.0 * part / whole if whole else None


def f1(matched, reported, truth):
    """Precision, recall and F1 in percent; None where nothing can be said."""
    return percent(matched, reported), percent(matched, truth), percent(2 * matched, reported + truth)


def match_pauses(truth, reported):
    """Pairs (truth, reported) of (start, end) whose ends both lie within 80 ms; each is used once."""
    left = [p for p in reported if p[1] - p[0] >= LEAST_PAUSE_S - 1e-9]
    pairs = []
    for t in truth:
        fits = [
            p for p in left if abs(p[0] - t[0]) <= PAUSE_REACH_S + 1e-9 and abs(p[1] - t[1]) <= PAUSE_REACH_S + 1e-9
        ]
        if fits:
            best = min(fits, key=lambda p: abs(p[0] - t[0]) + abs(p[1] - t[1]))
            left.remove(best)
            pairs.append((t, best))
    return pairs


def match_hits(truth, reported):
    """Pairs of (rule, start, end) of the same rule whose spans overlap or lie within 1.0 s; each is used once."""
    left = list(reported)
    pairs = []
    for t in truth:
        fits = [h for h in left if h[0] == t[0] and max(h[1], t[1]) - min(h[2], t[2]) <= HIT_REACH_S + 1e-9]
        if fits:
            best = min(fits, key=lambda h: abs(h[1] - t[1]))
            left.remove(best)
            pairs.append((t, best))
    return pairs


def spoken_between(clauses, start, end):
    """Characters between two times, those of each clause spread evenly over it."""
    total = 0.0
    for clause in clauses:
        shared = min(end, clause["end"]) - max(start, clause["start"])
        if shared > 0:
            total += clause["han"] * shared / (clause["end"] - clause["start"])
    return total


def auc(low, high):
    """Probability that one of `high` is above one of `low`; a tie counts half. None values tie with everything."""
    if not low or not high:
        return None
    wins = sum(0.5 if a is None or b is None or a == b else float(b > a) for a in low for b in high)
    return wins / (len(low) * len(high))


def quantile(values, share):
    """Linear between the two nearest, as numpy does by default."""
    if not values:
        return None
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    below = math.floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


# Text

NUMERALS = "零一二三四五六七八九"
SPEAKER_MARK = re.compile(r"(?:^|(?<=[|\s]))[A-Z]\s*[::]|\[S\d+\]")
NUMBER = re.compile(r"(\d+(?:,\d{3})+|\d+)(?:\.(\d+))?(\s*%)?")
LONGEST_QUANTITY = 8  # digits; a longer row of them is a telephone or order number


def _group(value):
    """Below ten thousand, as Chinese reads it: 305 is 三百零五."""
    out, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            out += ("零" if zero and out else "") + NUMERALS[digit] + name
            zero = False
        else:
            zero = True
    return out


def read_quantity(value):
    """An integer in Chinese numerals: 15 is 十五, 20300 is 二万零三百."""
    if value == 0:
        return "零"
    out, gap = "", False
    for unit, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part = value // unit % 10**4
        if part:
            out += ("零" if out and (gap or part < 1000) else "") + _group(part) + name
            gap = False
        elif out:
            gap = True
    return out[1:] if out.startswith("一十") else out


def read_digits(text):
    """Digits as Chinese reads them aloud; years and long rows digit by digit, percent before its number."""

    def spoken(match):
        whole, decimals, share = match.groups()
        digits = whole.replace(",", "")
        year = len(digits) == 4 and "," not in whole and text[match.end() : match.end() + 1] == "年"
        row = year or len(digits) > LONGEST_QUANTITY or (len(digits) > 1 and digits[0] == "0")
        out = "".join(NUMERALS[int(d)] for d in digits) if row else read_quantity(int(digits))
        if decimals:
            out += "点" + "".join(NUMERALS[int(d)] for d in decimals)
        return ("百分之" if share else "") + out

    return NUMBER.sub(spoken, text)


def units(text, simplify=lambda text: text, marks=False):
    """What counts when texts are compared: Han characters one by one, runs of other letters in lower case as one.

    `simplify` turns traditional into simplified characters; `marks` says that "A:" and "[S1]" name a speaker.
    """
    text = unicodedata.normalize("NFKC", text)
    if marks:
        text = SPEAKER_MARK.sub(" ", text)
    text = read_digits(simplify(text).replace("〇", "零")).replace("\u2019", "'").lower()
    out, word = [], ""
    for i, char in enumerate(text):
        han = "\u3400" <= char <= "\u9fff" or char >= "\U00020000"
        inner = char == "'" and word and text[i + 1 : i + 2].isalpha()
        if char.isalpha() and not han or inner or (word and unicodedata.combining(char)):
            word += char
            continue
        if word:
            out.append(word)
            word = ""
        if han:
            out.append(char)
    return out + [word] if word else out


def edit_distance(a, b):
    """Levenshtein: insertions, deletions and substitutions cost one each."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]
