"""9. Is nothing written where nobody speaks?"""

from evaluation import nonspeech, sound, timing
from evaluation.frame import Table, say

MINUTES = 10.0
SHOWN = 3  # as many pieces of invented text are shown for each sound


def run(run):
    table = Table(
        f"9. Text invented over {MINUTES:.0f} minutes without speech",
        [
            ("sound", "sound", None),
            ("level", "level dB", ".0f"),
            ("speech", "taken for speech, s", ".1f"),
            ("segments", "segments", "d"),
            ("seconds", "in text, s", ".1f"),
            ("characters", "characters", "d"),
        ],
    )
    for name, make in nonspeech.SOUNDS.items():
        say(f"invented: {name}")
        path = run.work / f"{name}.wav"
        samples = make(60 * MINUTES, nonspeech.generator(run.seed, name))
        sound.write(path, samples, nonspeech.RATE)
        report = run.project.reports([path], run.text)[0]
        table.rows.append({"sound": name, "level": nonspeech.level_db(samples)} | figures(report, run.text))
        for segment in report["segments"][:SHOWN]:
            table.note(f"{name} {segment['start_s']:.1f} s: {segment['text']}")
        path.unlink()
    table.note("Level: mean power, dB re full scale. Nothing is right but 0 segments.")
    return [table]


def figures(report, text):
    out = {"speech": timing.length(report["speech"])}
    if text:
        segments = report["segments"]
        out |= {
            "segments": len(segments),
            "seconds": timing.length(segments),
            "characters": sum(not char.isspace() for segment in segments for char in segment["text"]),
        }
    return out
