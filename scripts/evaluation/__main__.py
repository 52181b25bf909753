"""The command line of scripts/evaluate."""

import argparse
import datetime
import json
import os
import platform
import signal
import sys
import tempfile
import time
from pathlib import Path

from evaluation import invented, live, monotony, pace, pauses, pitch, rows, settling, speed, text, wording
from evaluation.frame import RecordingSet, Refused, Run, say
from evaluation.project import Project

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = {
    "pitch": pitch,
    "pauses": pauses,
    "pace": pace,
    "monotony": monotony,
    "text": text,
    "wording": wording,
    "live": live,
    "settling": settling,
    "invented": invented,
    "speed": speed,
    "rows": rows,
}
WITHOUT_RECORDINGS = {"rows"}
SEED = 20240611
QUIET_LOAD = 0.7  # processes that want a core, over the last minute


def positive(text):
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no number above 0")
    return value


def arguments():
    ap = argparse.ArgumentParser(
        prog="evaluate", description="Measures Voice Mirror on a folder of recordings, one table per question."
    )
    ap.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=ROOT / "tests/evaluation",
        metavar="DIR",
        help="recordings in the form of tests/evaluation/README.md (default: those)",
    )
    ap.add_argument(
        "--peers", action="store_true", help="also measure Praat, SwiftF0, pYIN, WebRTC's VAD and whisper.cpp"
    )
    ap.add_argument("--only", default=",".join(QUESTIONS), metavar="QUESTION,…", help=f"some of: {','.join(QUESTIONS)}")
    ap.add_argument(
        "--no-text", action="store_true", help="never start the speech model: no text, no wording, no pace from text"
    )
    ap.add_argument(
        "--json", type=Path, metavar="PATH", help="write the figures to a file, with the text of each recording"
    )
    ap.add_argument(
        "--model", type=Path, default=ROOT / "models/ggml-base-q8_0.bin", metavar="PATH", help="speech model, of both"
    )
    ap.add_argument(
        "--live-minutes",
        type=positive,
        default=3.0,
        metavar="N",
        help="feed at most so much of each folder at real speed (default 3; the sessions always as a whole)",
    )
    ap.add_argument("--seed", type=int, default=SEED, help="of the noise, and of what is joined how")
    ap.add_argument(
        "--fresh", action="store_true", help="measure the peers anew instead of taking what an earlier run kept"
    )
    args = ap.parse_args()
    args.only = [name.strip() for name in args.only.split(",") if name.strip()]
    for name in args.only:
        if name not in QUESTIONS:
            ap.error(f"--only: there is no question {name!r}; there are {', '.join(QUESTIONS)}")
    args.only = [name for name in QUESTIONS if name in args.only]
    return args


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def warn_if_busy(heading):
    """Times measured beside other work are not those of the machine; the tables must say so."""
    load = os.getloadavg()[0]
    heading["load"] = round(load, 2)
    if load > QUIET_LOAD:
        print(
            f"The machine is busy (load {load:.1f}): speeds and waits below are worse than on a quiet one.", flush=True
        )


def main():
    args = arguments()
    # Ended from outside as by Ctrl-C: what was made on the fly is removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    recordings = RecordingSet(args.folder, may_be_empty=set(args.only) <= WITHOUT_RECORDINGS)
    home = Path(os.environ["EVALUATION_HOME"])
    peers = None
    if args.peers:
        from evaluation.peers import Peers

        peers = Peers(home, args.model, args.fresh)
    heading = {
        "date": datetime.date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores, {processor()}",
        "set": str(args.folder),
        "questions": {},
    }
    print(f"{heading['date']}, {heading['machine']}, {args.folder}", flush=True)
    warn_if_busy(heading)
    if peers:
        heading["peers"] = peers.versions()
        print(f"peers: {heading['peers']}", flush=True)
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix="work-") as work:
        project = Project(Path(os.environ["VOICEMIRROR"]).resolve(), args.model, work)
        run = Run(recordings, project, peers, args.seed, not args.no_text, Path(work), args.live_minutes)
        for name in args.only:
            begun = time.monotonic()
            tables = QUESTIONS[name].run(run) or []
            for table in tables:
                print(f"\n{table.text()}", flush=True)
            if not tables:
                say(f"{name}: nothing to measure")
            took = time.monotonic() - begun
            say(f"{name}: {took:.0f} s")
            heading["questions"][name] = {"took_s": round(took, 1), "tables": [table.figures() for table in tables]}
            # After each question: what was measured survives an interruption.
            if args.json:
                args.json.write_text(json.dumps(heading, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(f"\n{refused}")
    except KeyboardInterrupt:
        print("\nInterrupted; what the peers found is kept for the next run.", file=sys.stderr)
        sys.exit(130)
