"""Voice Mirror, called by its command line only."""

import csv
import json
import os
import resource
import subprocess
from pathlib import Path

from evaluation.frame import Refused

# A live run takes as long as its sound; with a machine too slow for the text, that is waited for at the end.
LIVE_PATIENCE = 4.0
LIVE_PATIENCE_S = 120.0


class Project:
    """Results are kept for this run (several questions ask for the same), never longer."""

    def __init__(self, program, model, work):
        self.program, self.model, self.work = program, model, Path(work)
        self.kept = {}
        self.live_kept = {}
        self.helps = {}

    def reports(self, paths, text, language="zh"):
        """The report of each recording, in order. One call for all that are not known yet: one loaded model."""
        missing = [p for p in dict.fromkeys(paths) if (p, text, language) not in self.kept]
        if missing:
            for path, report in zip(missing, self._analyse(missing, text, language)):
                self.kept[path, text, language] = report
        return [self.kept[p, text, language] for p in paths]

    def _analyse(self, paths, text, language):
        out = self.work / "reports.json"
        self._run(self._command(paths, out, text, language))
        reports = json.loads(out.read_text(encoding="utf-8"))
        return reports if isinstance(reports, list) else [reports]

    def _command(self, paths, out, text, language="zh", threads=None):
        return [str(self.program), "analyze", *self._options(out, text, language, threads), *map(str, paths)]

    def _options(self, out, text, language, threads=None):
        # In English, so that messages in the tables are read by everyone.
        options = ["--json", str(out), "--lang", language, "--locale", "en"]
        options += ["--model", str(self.model)] if text else ["--no-text"]
        return options + (["--threads", str(threads)] if threads else [])

    def _run(self, command, core=None, patience_s=None):
        pin = (lambda: os.sched_setaffinity(0, {core})) if core is not None else None
        # Sessions and settings of whoever measures have no part in it.
        own = os.environ | {"VOICEMIRROR_DATA": str(self.work / "data")}
        try:
            done = subprocess.run(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                preexec_fn=pin,
                env=own,
                timeout=patience_s,
            )
        except subprocess.TimeoutExpired:
            raise Refused(f"{command[0]} {command[1]} did not end within {patience_s:.0f} s.") from None
        if done.returncode != 0:
            raise Refused(f"{command[0]} {command[1]} failed ({done.returncode}): {done.stderr.strip()[-500:]}")
        return done.stdout

    def offers(self, command, option):
        """Whether this build knows an option: it may be an older one."""
        if command not in self.helps:
            shown = subprocess.run([str(self.program), command, "--help"], capture_output=True, text=True)
            self.helps[command] = shown.stdout.split()
        return option in self.helps[command]

    def tried(self, pack, texts):
        """What a pack finds in each text, as a turn of its own."""
        typed = self.work / "typed.txt"
        typed.write_text("\n".join(texts) + "\n", encoding="utf-8")
        found = json.loads(self._run([str(self.program), "packs", "try", pack, str(typed), "--json"]))
        if len(found) != len(texts):
            raise Refused(f"packs try gave {len(found)} answers to {len(texts)} sentences.")
        return found

    def tried_call(self, pack, path):
        """What a pack finds in a typed call."""
        return json.loads(self._run([str(self.program), "packs", "try", pack, str(path), "--call", "--json"]))

    def once(self, path, threads=None, language="zh"):
        """The report of `analyze` with text, made anew: for its time."""
        out = self.work / "once.json"
        self._run(self._command([path], out, True, language, threads))
        return json.loads(out.read_text(encoding="utf-8"))

    def heard_live(self, path):
        return path in self.live_kept

    def live(self, path, seconds, language="zh"):
        """The report of `live` fed with a recording of so many seconds at real speed, heard once in this run."""
        if path not in self.live_kept:
            self.live_kept[path] = self.live_anew(path, seconds, language)
        return self.live_kept[path]

    def live_anew(self, path, seconds, language="zh"):
        out = self.work / "live.json"
        options = self._options(out, True, language)
        self._run(
            [str(self.program), "live", "--from", str(path), *options],
            patience_s=LIVE_PATIENCE * seconds + LIVE_PATIENCE_S,
        )
        return json.loads(out.read_text(encoding="utf-8"))

    def tracks(self, paths):
        """Times and pitch (0 = unvoiced) of each recording; the names of the recordings must differ."""
        folder = self.work / "tracks"
        folder.mkdir(exist_ok=True)
        # With one recording the target is a file, with several a folder.
        target = folder if len(paths) > 1 else folder / f"{paths[0].stem}.csv"
        self._run([*self._command(paths, self.work / "tracks.json", False), "--tracks", str(target)])
        out = []
        for path in paths:
            with open(folder / f"{path.stem}.csv", newline="") as lines:
                rows = list(csv.DictReader(lines))
            out.append(([float(r["time_s"]) for r in rows], [float(r["f0_hz"] or 0.0) for r in rows]))
        return out

    def seconds_without_text(self, paths, core):
        """Processor time of a whole run over the recordings, on one core."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._run(self._command(paths, self.work / "timed.json", False), core)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
