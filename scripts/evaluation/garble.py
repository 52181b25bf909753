"""What a recogniser of Mandarin does to a sentence: homophones, sounds that are easily taken for each other, and
light syllables that get lost. The same seed gives the same slips."""

import importlib.util
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

# Share of characters that come out wrong: about what the bundled model does on service calls (CER 10 to 11 %).
RATE = 0.10
# Of the slips: a word for another word, a light syllable lost where there is one; the rest are single characters.
WORDS = 0.35
LIGHT_LOST = 0.5
# A slip keeps the sound, or takes one that is easily taken for it, or now and then one that shares only the first or
# the last part of it (弄混 heard as 梦惠).
SAME_SOUND, NEAR_SOUND = 0.55, 0.30
# Punctuation that is not written.
MARKS_LOST = 0.3

LIGHT = frozenset("的了啊呢吧吗嘛呀着哦地得")
MARKS = frozenset("，。？！、；：")
INITIALS = [("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"), ("r", "l")]
FINALS = [("an", "ang"), ("en", "eng"), ("in", "ing")]
# Words this rare are no recogniser's guess (occurrences in the word list).
WORD_MIN, CHARACTER_MIN = 50, 400


def is_han(char):
    return "\u4e00" <= char <= "\u9fff"


def split(syllable):
    """Initial and final of a syllable without its tone: zhang gives zh, ang."""
    for size in (2, 1):
        if syllable[:size] in ("zh", "ch", "sh") or (size == 1 and syllable[:1] in "bpmfdtnlgkhjqxrzcsyw"):
            return syllable[:size], syllable[size:]
    return "", syllable


def taken_for(syllable):
    """The syllables, existing or not, that one or two confusions away may be heard in its place."""
    initial, final = split(syllable)
    initials = {initial} | {b for pair in INITIALS for a, b in (pair, pair[::-1]) if a == initial}
    finals = {final}
    for short, long in FINALS:
        if final.endswith(long):
            finals.add(final[:-1])
        elif final.endswith(short):
            finals.add(final + "g")
    return {i + f for i in initials for f in finals} - {syllable}


@dataclass
class Lexicon:
    """What a recogniser could write for a sound, with how often it is written."""

    read: object  # text to its syllables without tones, one for each Han character
    characters: dict  # syllable to [(character, count)]
    words: dict  # two syllables to [(word, count)]


def lexicon():
    """From the readings of pypinyin and the word counts of jieba (both MIT)."""
    from pypinyin import Style, lazy_pinyin

    def read(text):
        return lazy_pinyin(text, style=Style.NORMAL, v_to_u=False, neutral_tone_with_five=False)

    source = Path(importlib.util.find_spec("jieba").origin).with_name("dict.txt")
    counts, pairs = defaultdict(int), []
    for line in source.read_text(encoding="utf-8").splitlines():
        word, count, *_ = line.split(" ")
        if not all(map(is_han, word)):
            continue
        for char in word:
            counts[char] += int(count)
        if len(word) == 2 and int(count) >= WORD_MIN:
            pairs.append((word, int(count)))
    characters, words = defaultdict(list), defaultdict(list)
    for char, count in counts.items():
        if count >= CHARACTER_MIN:
            characters[read(char)[0]].append((char, count))
    for word, count in pairs:
        words[tuple(read(word))].append((word, count))
    return Lexicon(read, characters, words)


class Garbler:
    """Each text has its own slips, whatever else is garbled before it."""

    def __init__(self, lexicon, seed, rate=RATE):
        self.lexicon, self.seed, self.rate = lexicon, seed, rate

    def garble(self, text, draw=0):
        """The text as a recogniser might write it; other draws, other slips."""
        random_ = random.Random(f"{self.seed} {draw} {text}")
        sounds = self._sounds(text)
        out, i = [], 0
        while i < len(text):
            char = text[i]
            if char in MARKS and random_.random() < MARKS_LOST:
                i += 1
            elif i in sounds and random_.random() < self.rate:
                written, taken = self._slip(text, i, sounds, random_)
                out.append(written)
                i += taken
            else:
                out.append(char)
                i += 1
        return "".join(out).strip() or text

    def _sounds(self, text):
        """The syllable at each place that holds a Han character."""
        out, i = {}, 0
        while i < len(text):
            end = i
            while end < len(text) and is_han(text[end]):
                end += 1
            if end > i:
                # A run at a time: the reading of a character hangs on its neighbours.
                out.update(zip(range(i, end), self.lexicon.read(text[i:end])))
            i = end + 1
        return out

    def _slip(self, text, i, sounds, random_):
        """What is written for the sound at i, and how many characters it stands for."""
        if text[i] in LIGHT and random_.random() < LIGHT_LOST:
            return "", 1
        if i + 1 in sounds and random_.random() < WORDS:
            heard = (self._heard(sounds[i], random_), self._heard(sounds[i + 1], random_))
            word = self._pick(self.lexicon.words.get(heard, []), text[i : i + 2], random_)
            if word:
                return word, 2
        for sound in (self._heard(sounds[i], random_), sounds[i]):
            char = self._pick(self.lexicon.characters.get(sound, []), text[i], random_)
            if char:
                return char, 1
        return text[i], 1

    def _heard(self, sound, random_):
        known, chance = self.lexicon.characters, random_.random()
        if chance < SAME_SOUND:
            return sound
        if chance < SAME_SOUND + NEAR_SOUND:
            others = sorted(s for s in taken_for(sound) if s in known)
        else:
            parts = split(sound)
            others = sorted(s for s in known if s != sound and any(map(str.__eq__, split(s), parts)))
        return random_.choice(others) if others else sound

    @staticmethod
    def _pick(choices, but, random_):
        others = [(written, count) for written, count in choices if written != but]
        if not others:
            return None
        return random_.choices([o[0] for o in others], [o[1] for o in others])[0]
