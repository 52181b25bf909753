"""The tools that Voice Mirror is compared with, each with the settings its users would take.

Results are kept per recording (by its content), tool, version and settings under the evaluation's folder, so that an
interrupted run goes on where it was. Speeds of the pitch trackers are never kept: they are measured in every run.
"""

import hashlib
import inspect
import json
import multiprocessing
import os
import signal
import time
from contextlib import contextmanager
from importlib import metadata

import numpy as np

from evaluation import sound
from evaluation.frame import say

WHISPER_RATE = 16000
WHISPER_THREADS = 2


class Peer:
    """A tool: `run(path, **options)` gives something that JSON can hold."""

    package = ""
    name = ""

    @property
    def version(self):
        return metadata.version(self.package)

    def settings(self):
        """What its results rest on beside the recording: another text here, other results."""
        return inspect.getsource(type(self))


def f0_lists(times, hz):
    return [[round(float(t), 5) for t in times], [round(float(f), 3) for f in hz]]


class PraatPitch(Peer):
    """Boersma 1993, raw autocorrelation, with Praat's default floor and ceiling, every 10 ms."""

    package, name = "praat-parselmouth", "Praat"

    def detect(self, samples, rate):
        import parselmouth

        pitch = parselmouth.Sound(samples, rate).to_pitch(time_step=0.01, pitch_floor=75.0, pitch_ceiling=600.0)
        return pitch.xs(), pitch.selected_array["frequency"]

    def run(self, path):
        return f0_lists(*self.detect(*sound.read(path)))


class SwiftPitch(Peer):
    """SwiftF0 over its whole range; a frame is voiced from a confidence of 0.5 on, as its authors say."""

    package, name = "swift-f0", "SwiftF0"
    detector = None

    def detect(self, samples, rate):
        import swift_f0

        if self.detector is None:
            self.detector = swift_f0.SwiftF0(threads=1)
        found = self.detector.detect(samples.astype(np.float32), rate)
        return found.timestamps, np.where(found.confidence >= 0.5, found.pitch_hz, 0.0)

    def run(self, path):
        return f0_lists(*self.detect(*sound.read(path)))


class Pyin(Peer):
    """pYIN (Mauch and Dixon 2014) of librosa at 16 kHz, every 10 ms, 60 to 600 Hz."""

    package, name = "librosa", "pYIN"

    def detect(self, samples, rate):
        import librosa

        at16 = samples if rate == 16000 else sound.resample(samples, rate, 16000)
        hz, voiced, _ = librosa.pyin(at16, fmin=60.0, fmax=600.0, sr=16000, frame_length=1024, hop_length=160)
        return np.arange(len(hz)) * 0.01, np.where(voiced, hz, 0.0)

    def run(self, path):
        return f0_lists(*self.detect(*sound.read(path)))


class PraatSilences(Peer):
    """ "To TextGrid (silences)": −25 dB under the loudest, at least 0.25 s silent (Praat: 0.1) and 0.1 s sounding."""

    package, name = "praat-parselmouth", "Praat, silences"

    def run(self, path):
        import parselmouth
        from parselmouth.praat import call

        heard = parselmouth.Sound(*sound.read(path))
        grid = call(heard, "To TextGrid (silences)", 100.0, 0.0, -25.0, 0.25, 0.1, "silent", "sounding")
        count = call(grid, "Get number of intervals", 1)
        out = []
        # Silence before the first and after the last word is no pause.
        for i in range(2, count):
            if call(grid, "Get label of interval", 1, i) == "silent":
                out.append(
                    [call(grid, "Get start time of interval", 1, i), call(grid, "Get end time of interval", 1, i)]
                )
        return out


class WebrtcPauses(Peer):
    """Gaps between the speech frames of WebRTC's detector: mode 3 and frames of 10 ms, the best of its settings here."""

    package, name = "webrtcvad-wheels", "WebRTC VAD"

    def run(self, path):
        import webrtcvad

        detector = webrtcvad.Vad(3)
        samples, rate = sound.read(path, 16000)
        pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2")
        size = rate // 100
        speech = [
            i for i in range(len(pcm) // size) if detector.is_speech(pcm[i * size : (i + 1) * size].tobytes(), rate)
        ]
        return [[(a + 1) * 0.01, b * 0.01] for a, b in zip(speech, speech[1:]) if b - a - 1 >= 25]


class SyllableNuclei(Peer):
    """Syllable nuclei of de Jong and Wempe 2009 in Praat: voiced peaks of intensity with a dip of 2 dB before them."""

    package, name = "praat-parselmouth", "Praat, syllable nuclei"
    silence_db, dip_db, least_pause_s = -25.0, 2.0, 0.3

    def run(self, path):
        import parselmouth
        from parselmouth.praat import call

        heard = parselmouth.Sound(*sound.read(path))
        intensity = heard.to_intensity(minimum_pitch=50.0)
        top = call(intensity, "Get quantile", 0, 0, 0.99)
        loudest, quietest = (
            call(intensity, "Get maximum", 0, 0, "Parabolic"),
            call(intensity, "Get minimum", 0, 0, "Parabolic"),
        )
        threshold = max(top + self.silence_db, quietest)
        grid = call(
            intensity, "To TextGrid (silences)", threshold - loudest, self.least_pause_s, 0.1, "silent", "sounding"
        )
        spans = [
            (call(grid, "Get start time of interval", 1, i), call(grid, "Get end time of interval", 1, i))
            for i in range(1, call(grid, "Get number of intervals", 1) + 1)
            if call(grid, "Get label of interval", 1, i) == "sounding"
        ]
        levels, times = intensity.values[0], intensity.xs()
        peaks = [
            i for i in range(1, len(levels) - 1) if levels[i - 1] < levels[i] >= levels[i + 1] and levels[i] > threshold
        ]
        pitch = heard.to_pitch_ac(0.02, 30.0, 4, False, 0.03, 0.25, 0.01, 0.35, 0.25, 450.0)
        nuclei = []
        for here, following in zip(peaks, peaks[1:] + [len(levels) - 1]):
            dip = float(levels[here : following + 1].min())
            voiced = not np.isnan(pitch.get_value_at_time(times[here]))
            sounding = any(a <= times[here] <= b for a, b in spans)
            if levels[here] - dip > self.dip_db and voiced and sounding:
                nuclei.append(float(times[here]))
        return {"nuclei": nuclei, "start": spans[0][0] if spans else 0.0, "end": spans[-1][1] if spans else 0.0}


class PitchSpread(Peer):
    """Standard deviation of Praat's pitch in semitones."""

    package, name = "praat-parselmouth", "Praat, F0 sd"

    def run(self, path):
        hz = PraatPitch().detect(*sound.read(path))[1]
        hz = hz[hz > 0]
        return float(np.std(12 * np.log2(hz))) if len(hz) > 1 else None


class WhisperCpp(Peer):
    """whisper.cpp as its command line tool runs by default: beam 5, windows of 30 s; two threads.

    In a process of its own, because it does not hear Ctrl-C while it works: that one is ended with this one.
    """

    package, name = "pywhispercpp", "whisper.cpp"

    def __init__(self, model):
        self.model, self.worker = model, None

    def settings(self):
        parts = [inspect.getsource(part) for part in (WhisperCpp, load_whisper, transcribe)]
        return "".join([*parts, self.model.name, str(self.model.stat().st_size)])

    def run(self, path, language):
        if self.worker is None:
            self.worker = multiprocessing.get_context("spawn").Pool(1, load_whisper, (str(self.model),))
        return self.worker.apply(transcribe, (path, language))


def load_whisper(model):
    from pywhispercpp.model import Model

    global whisper
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    whisper = Model(
        model,
        params_sampling_strategy=1,
        redirect_whispercpp_logs_to=None,
        n_threads=WHISPER_THREADS,
        beam_search={"beam_size": 5, "patience": -1.0},
        print_progress=False,
        print_realtime=False,
    )


def transcribe(path, language):
    samples, rate = sound.read(path, WHISPER_RATE)
    begun = time.perf_counter()
    segments = whisper.transcribe(samples.astype(np.float32), language=language)
    return {
        "text": "".join(s.text for s in segments),
        "wall_s": time.perf_counter() - begun,
        "duration_s": len(samples) / rate,
    }


class Peers:
    """All peers, and what they have found before."""

    def __init__(self, home, model, fresh):
        self.folder, self.fresh = home / "kept", fresh
        self.digests = {}
        self.pitch = [PraatPitch(), SwiftPitch(), Pyin()]
        self.pauses = [PraatSilences(), WebrtcPauses()]
        self.pace, self.spread, self.text = SyllableNuclei(), PitchSpread(), WhisperCpp(model)

    def versions(self):
        """Packages and versions, for the heading."""
        every = [*self.pitch, *self.pauses, self.pace, self.spread, self.text]
        return ", ".join(dict.fromkeys(f"{peer.package} {peer.version}" for peer in every))

    def ask(self, peer, paths, **options):
        """What the peer finds in each recording, kept ones first."""
        resting_on = hashlib.sha256(peer.settings().encode()).hexdigest()[:12]
        folder = self.folder / f"{type(peer).__name__}-{peer.version}-{resting_on}"
        folder.mkdir(parents=True, exist_ok=True)
        out, fresh = [], 0
        for done, path in enumerate(paths):
            suffix = "".join(f"-{value}" for value in options.values())
            kept = folder / f"{self._digest(path)}{suffix}.json"
            if self.fresh or not kept.exists():
                if fresh % 10 == 0:
                    say(f"  {peer.name}: {done} of {len(paths)}")
                fresh += 1
                # Written beside and moved: an interrupted run leaves no half file.
                partial = kept.with_suffix(".partial")
                partial.write_text(json.dumps(peer.run(path, **options)), encoding="utf-8")
                os.replace(partial, kept)
            out.append(json.loads(kept.read_text(encoding="utf-8")))
        return out

    def _digest(self, path):
        if path not in self.digests:
            self.digests[path] = hashlib.sha256(path.read_bytes()).hexdigest()[:32]
        return self.digests[path]


def first_core():
    """The core that speeds are measured on, or None where a process cannot be kept on one."""
    return min(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else None


@contextmanager
def on_one_core():
    core = first_core()
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def pitch_seconds(peer, sounds):
    """Processor time of the pitch tracker over sounds in memory, after one to warm up, on one core."""
    with on_one_core():
        peer.detect(*sounds[0])
        begun = time.process_time()
        for samples, rate in sounds:
            peer.detect(samples, rate)
        return time.process_time() - begun
