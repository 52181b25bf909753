"""Sounds of an office in which nobody speaks, made from a seed. Samples at 16 kHz, −1 … 1."""

import zlib

import numpy as np
from scipy import signal

from evaluation.sound import HUM_HARMONICS, HUM_HZ, coloured, power

RATE = 16000
# Mean powers, dB re full scale. A voice at a headset has about −25.
DITHER_STEP = 2.0**-15  # the last of 16 bits
FLOOR_DB = -65.0
FAN_DB = -45.0
HUM_DB = -40.0
MUSIC_DB = -28.0
KEY_PEAK_DB = (-35.0, -18.0)  # of single strokes


def generator(seed, name):
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def level_db(samples):
    return 10 * np.log10(power(samples))


def at_level(samples, db):
    return samples * 10 ** (db / 20) / np.sqrt(power(samples))


def floor(length, rng):
    """The hiss of a quiet room."""
    return coloured(length, RATE, -1.0, rng) * 10 ** (FLOOR_DB / 20)


def silence(seconds, rng):
    """A muted line: triangular dither of the last bit and nothing else."""
    length = round(seconds * RATE)
    return (rng.random(length) - rng.random(length)) * DITHER_STEP


def fan(seconds, rng):
    """Air that falls by 6 dB an octave, with the blades' tone; both wax and wane over some seconds."""
    length = round(seconds * RATE)
    at = np.arange(length) / RATE
    air = coloured(length, RATE, -2.0, rng, (40.0, 6000.0))
    swell_db = 3.0 * coloured(length, RATE, 0.0, rng, (0.05, 0.3))
    blades_hz = 110.0 * (1 + 0.01 * coloured(length, RATE, 0.0, rng, (0.05, 0.2)))
    phase = 2 * np.pi * np.cumsum(blades_hz) / RATE
    blades = sum(np.sin(n * phase + rng.random() * 6) / n for n in (1, 2, 3, 4))
    turning = 1 + 0.2 * np.sin(2 * np.pi * 0.4 * at)
    return at_level((air + 0.15 * blades) * 10 ** (swell_db / 20) * turning, FAN_DB) + floor(length, rng)


def keyboard(seconds, rng):
    """Typing in bursts: each key goes down and comes up, with its own click and the thump of the table."""
    length = round(seconds * RATE)
    out = floor(length, rng)
    at = rng.uniform(0.2, 2.0)
    while at < seconds - 1:
        for _ in range(rng.integers(3, 40)):
            peak = 10 ** (rng.uniform(*KEY_PEAK_DB) / 20)
            add(out, at, peak * key(rng))
            add(out, at + rng.uniform(0.05, 0.12), 0.5 * peak * key(rng))
            at += rng.lognormal(np.log(0.16), 0.4)
            if at >= seconds - 1:
                break
        at += rng.lognormal(np.log(2.0), 0.8)
    return out


def key(rng):
    """One click: a few milliseconds of noise in a band of its own, and a short low resonance."""
    length = round(0.06 * RATE)
    at = np.arange(length) / RATE
    centre = rng.uniform(1500, 5000)
    band = signal.butter(2, (centre * 0.7, min(centre * 1.4, 7500)), "bandpass", fs=RATE, output="sos")
    click = signal.sosfilt(band, rng.standard_normal(length)) * np.exp(-at / rng.uniform(0.002, 0.006))
    thump = np.sin(2 * np.pi * rng.uniform(120, 300) * at) * np.exp(-at / 0.012)
    out = click / np.max(np.abs(click)) + rng.uniform(0.1, 0.5) * thump
    return out / np.max(np.abs(out))


def hum(seconds, rng):
    """The mains and its harmonics, whose strengths drift."""
    length = round(seconds * RATE)
    at = np.arange(length) / RATE
    out = np.zeros(length)
    for n, strength in enumerate(HUM_HARMONICS, 1):
        drift = 1 + 0.2 * np.sin(2 * np.pi * rng.uniform(0.02, 0.2) * at + 6 * rng.random())
        out += strength * drift * np.sin(2 * np.pi * HUM_HZ * n * at + 6 * rng.random())
    return at_level(out, HUM_DB) + floor(length, rng)


# Music: relative strengths of the harmonics, seconds until a note has risen and by which it falls, depth of vibrato.
TIMBRES = {
    "piano": ((1.0, 0.5, 0.35, 0.2, 0.12, 0.06), 0.005, 0.5, 0.0),
    "strings": ((1.0, 0.7, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1), 0.12, 4.0, 0.006),
    "flute": ((1.0, 0.25, 0.1, 0.03), 0.05, 3.0, 0.004),
    "organ": ((1.0, 0.8, 0.0, 0.6, 0.0, 0.0, 0.0, 0.4), 0.02, 30.0, 0.0),
    "guitar": ((1.0, 0.6, 0.5, 0.3, 0.25, 0.2, 0.1), 0.003, 0.35, 0.0),
    "brass": ((0.6, 0.9, 1.0, 0.8, 0.6, 0.4, 0.3), 0.04, 2.0, 0.003),
}
MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (5, 3, 0, 4), (1, 4, 0, 0), (0, 3, 4, 0))  # steps of the scale
PIECE_S = 40.0
BAR = 4  # beats


def music(seconds, rng):
    """Pieces of 40 s in keys, speeds and instruments of their own: chords, a melody, and drums in most of them."""
    length = round(seconds * RATE)
    out = np.zeros(length)
    for start in np.arange(0.0, seconds, PIECE_S):
        piece = at_level(compose(rng), MUSIC_DB)
        first = round(start * RATE)
        room = min(len(piece), length - first)
        out[first : first + room] += piece[:room]
    return out + floor(length, rng)


def compose(rng):
    out = np.zeros(round(PIECE_S * RATE))
    beat_s = 60 / rng.uniform(70, 140)
    scale, root = (MAJOR, MINOR)[rng.integers(2)], int(rng.integers(45, 57))
    chords, tune = (list(TIMBRES)[i] for i in rng.permutation(len(TIMBRES))[:2])
    steps = PROGRESSIONS[rng.integers(len(PROGRESSIONS))]
    drums, place = rng.random() < 0.7, int(rng.integers(7, 12))
    for bar in range(int((PIECE_S - 3) / (BAR * beat_s))):
        begin = bar * BAR * beat_s
        step = steps[bar % len(steps)]
        for third in (0, 2, 4):
            add(out, begin, 0.3 * note(pitch_hz(root, scale, step + third), BAR * beat_s, chords, rng))
        beat = 0.0
        while beat < BAR:
            long = float(rng.choice((0.5, 0.5, 1.0, 1.0, 2.0)))
            if rng.random() < 0.85:
                add(out, begin + beat * beat_s, 0.6 * note(pitch_hz(root, scale, place), long * beat_s, tune, rng))
            place = int(np.clip(place + rng.integers(-2, 3), 5, 16))
            beat += long
        for beat in range(2 * BAR if drums else 0):
            add(out, begin + beat * beat_s / 2, drum(("kick", "hat", "snare", "hat")[beat % 4], rng))
    return out


def pitch_hz(root, scale, step):
    octave, place = divmod(step, len(scale))
    return 440.0 * 2 ** ((root + 12 * octave + scale[place] - 69) / 12)


def note(hz, seconds, timbre, rng):
    strengths, rise_s, fall_s, vibrato = TIMBRES[timbre]
    at = np.arange(round((seconds + 0.1) * RATE)) / RATE
    swing = vibrato / (2 * np.pi * 5.5) * hz * (1 - np.cos(2 * np.pi * 5.5 * at))
    phase = 2 * np.pi * (hz * at + swing)
    out = np.zeros(len(at))
    for n, strength in enumerate(strengths, 1):
        if strength and n * hz < 0.45 * RATE:
            out += strength * np.sin(n * phase + 6 * rng.random()) * np.exp(-at * n / (3 * fall_s))
    release = np.clip((at[-1] - at) / 0.1, 0.0, 1.0)
    return out * np.minimum(at / rise_s, 1.0) * np.exp(-at / fall_s) * release


def drum(kind, rng):
    at = np.arange(round(0.25 * RATE)) / RATE
    if kind == "kick":
        return 0.9 * np.sin(2 * np.pi * (50 * at + 6 * (1 - np.exp(-at / 0.03)))) * np.exp(-at / 0.08)
    noise = rng.standard_normal(len(at))
    if kind == "snare":
        return 0.35 * (noise + np.sin(2 * np.pi * 190 * at)) * np.exp(-at / 0.06)
    return 0.12 * np.diff(noise, prepend=0.0) * np.exp(-at / 0.02)


def add(out, at, samples):
    """Adds a sound at a time; what would lie beyond the end is left out."""
    first = round(at * RATE)
    room = min(len(samples), len(out) - first)
    if room > 0:
        out[first : first + room] += samples[:room]


SOUNDS = {"silence": silence, "fan": fan, "keyboard": keyboard, "hum": hum, "music": music}
