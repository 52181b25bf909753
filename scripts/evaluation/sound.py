"""Reading recordings, and the conditions under which pitch is measured. All noise comes from a fixed seed."""

import zlib
from math import gcd
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

NOISE_SNR_DB = 10.0
HUM_SNR_DB = 20.0
HUM_HZ = 50.0
# Amplitude of each harmonic of mains hum against the first: rectifiers make the odd and the even ones.
HUM_HARMONICS = (1.0, 0.6, 0.4, 0.25, 0.2, 0.15, 0.1, 0.1)
BABBLE_VOICES = 6
TELEPHONE_RATE = 8000
TELEPHONE_BAND_HZ = (300.0, 3400.0)
PEAK = 0.98


def read(path, rate=None):
    """Mono samples and their rate; resampled when `rate` is given."""
    samples, own = soundfile.read(path, always_2d=True)
    mono = samples.mean(axis=1)
    return (mono, own) if rate is None or rate == own else (resample(mono, own, rate), rate)


def seconds(path):
    return soundfile.info(path).duration


def resample(samples, old, new):
    common = gcd(old, new)
    return signal.resample_poly(samples, new // common, old // common)


def write(path, samples, rate):
    """16 bit; turned down as a whole rather than clipped."""
    loudest = float(np.max(np.abs(samples), initial=0.0))
    if loudest > PEAK:
        samples = samples * (PEAK / loudest)
    soundfile.write(path, samples, rate, subtype="PCM_16")


def power(samples):
    return float(np.mean(samples**2)) + 1e-20


def mix(speech, noise, snr_db):
    """The ratio is between the mean power of the whole recording and that of the noise."""
    return speech + noise * np.sqrt(power(speech) / power(noise) * 10 ** (-snr_db / 10))


def coloured(length, rate, slope, rng, band_hz=(20.0, 8000.0)):
    """Noise with the mean power of 1 in a band, whose power goes with frequency to the power of `slope`."""
    hz = np.fft.rfftfreq(length, 1 / rate)
    inside = (hz >= band_hz[0]) & (hz <= band_hz[1])
    shape = np.where(inside, np.maximum(hz, band_hz[0]) ** (slope / 2), 0.0)
    noise = np.fft.irfft(shape * np.exp(2j * np.pi * rng.random(len(hz))) * rng.rayleigh(size=len(hz)), length)
    return noise / np.sqrt(power(noise))


def white(samples, rate, rng, others):
    return mix(samples, rng.standard_normal(len(samples)), NOISE_SNR_DB), rate


def babble(samples, rate, rng, others):
    """Several other recordings at once, each repeated from a random place on and equally loud."""
    noise = np.zeros(len(samples))
    for i in rng.permutation(len(others))[:BABBLE_VOICES]:
        voice, _ = read(others[i], rate)
        voice = np.roll(voice, int(rng.integers(len(voice))))
        noise += np.resize(voice, len(samples)) / np.sqrt(power(voice))
    return mix(samples, noise, NOISE_SNR_DB), rate


def telephone(samples, rate, rng, others):
    """Without delay: the filter runs forwards and backwards."""
    narrow = resample(samples, rate, TELEPHONE_RATE)
    band = signal.butter(4, TELEPHONE_BAND_HZ, "bandpass", fs=TELEPHONE_RATE, output="sos")
    return signal.sosfiltfilt(band, narrow), TELEPHONE_RATE


def hum(samples, rate, rng, others):
    at = np.arange(len(samples)) / rate
    noise = sum(
        level * np.sin(2 * np.pi * (HUM_HZ * (n + 1) * at + rng.random())) for n, level in enumerate(HUM_HARMONICS)
    )
    return mix(samples, noise, HUM_SNR_DB), rate


CONDITIONS = {
    "clean": ("as recorded", None),
    "white": (f"white noise, {NOISE_SNR_DB:.0f} dB SNR", white),
    "babble": (f"babble, {NOISE_SNR_DB:.0f} dB SNR", babble),
    "telephone": ("telephone band, 300–3400 Hz at 8 kHz", telephone),
    "hum": (f"mains hum {HUM_HZ:.0f} Hz with harmonics, {HUM_SNR_DB:.0f} dB SNR", hum),
}


def under(condition, paths, seed, work):
    """Files of the recordings under a condition."""
    change = CONDITIONS[condition][1]
    if change is None:
        return list(paths)
    folder = Path(work) / condition
    folder.mkdir(exist_ok=True)
    out = []
    for path in paths:
        # A generator of its own for each file: the noise does not depend on what else is in the folder.
        rng = np.random.default_rng([seed, zlib.crc32(path.stem.encode()), zlib.crc32(condition.encode())])
        samples, rate = read(path)
        target = folder / f"{path.stem}.wav"
        write(target, *change(samples, rate, rng, [p for p in paths if p != path]))
        out.append(target)
    return out


def join(paths, target, rate=16000):
    """One recording of several, without gaps; its length in seconds."""
    whole = np.concatenate([read(path, rate)[0] for path in paths])
    write(target, whole, rate)
    return len(whole) / rate
