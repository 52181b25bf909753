"""Voice Mirror, called by its command line only."""

import csv
import json
import os
import resource
import subprocess
from pathlib import Path

from evaluation.frame import Refused


class Project:
    """Results are kept for this run (several questions ask for the same), never longer."""

    def __init__(self, program, model, work):
        self.program, self.model, self.work = program, model, Path(work)
        self.kept = {}

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

    def _command(self, paths, out, text, language="zh"):
        # In English, so that messages in the tables are read by everyone.
        options = ["--json", str(out), "--lang", language, "--locale", "en"]
        options += ["--model", str(self.model)] if text else ["--no-text"]
        return [str(self.program), "analyze", *options, *map(str, paths)]

    def _run(self, command, core=None):
        pin = (lambda: os.sched_setaffinity(0, {core})) if core is not None else None
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=pin)
        if done.returncode != 0:
            raise Refused(f"{command[0]} analyze failed ({done.returncode}): {done.stderr.strip()[-500:]}")

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
