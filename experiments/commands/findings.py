"""What a study found, as one object: its tables, figures and pictures, and the answer in words.

It reads a folder, complete or half-done, and shows itself on a terminal, in a notebook and as text.
What must be drawn is drawn when it is asked for first, unless the folder holds it already.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

import pandas as pd
from rich.console import Console, ConsoleOptions, RenderableType

from experiments.commands.arguments import named, whole
from experiments.commands.console import as_text
from experiments.commands.exits import Halted, resume_command
from experiments.commands.story import Story, clash_of, story_again
from experiments.findings.figures import figures_of
from experiments.findings.figures_file import Figures, RunsToDecide
from experiments.findings.tables import tables_of
from experiments.findings.talks import TALKS_COLUMNS
from experiments.measures import CLASHES, LADDER, accidental_clashes, noun
from experiments.play.task import Task
from experiments.report.own_files import altered_in, keep_only
from experiments.report.publish import FIGURES, PICTURES, REPORT, publish
from experiments.report.run_files import PICTURE, publish_run, summary_of
from experiments.store.files import read_json, write_json
from experiments.study.code import Agents, agents_by_arm
from experiments.study.folder import StudyFolder
from experiments.study.place import locked, refuse_no_room
from experiments.study.results import Results
from experiments.wording import Rate, Ratio, many
from sim.documents import Mark, refuse
from sim.documents.problems import nearest, show


class Findings:
    """What was found by ``dmz run``, ``compare`` or ``study``, of the folder that holds it.

    ``agents``: those of its arms, as far as they may be loaded, to tell a story. Whatever needs a
    run raises ``Halted`` where none has finished.
    """

    def __init__(self, study: StudyFolder, agents: Agents | None = None) -> None:
        if not isinstance(study, StudyFolder):
            raise TypeError(f"what a folder holds is told by dmz.open({str(study)!r})")
        self.study = study
        self.results = Results(study)
        self._agents = agents or {}

    @property
    def folder(self) -> Path:
        """Where all this lies."""
        return self.study.path

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for has been played."""
        return self.results.complete

    # -- tables -----------------------------------------------------------------------------------

    @property
    def runs(self) -> pd.DataFrame:
        """One row a run."""
        return self.results.runs

    @property
    def incidents(self) -> pd.DataFrame:
        """One row an incident."""
        return self.results.incidents

    @property
    def draws(self) -> pd.DataFrame:
        """One row a draw of a posterior that was played, with the values of its parameters."""
        return self.results.draws

    @property
    def tension(self) -> pd.DataFrame:
        """One row a run: lists of both governments' tension at the start of every seventh day."""
        return self.results.tension

    @cached_property
    def failures(self) -> pd.DataFrame:
        """One row a run that raised an exception; such runs are left out of every figure."""
        return self.study.parts.table("failures").to_pandas()

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Every rate of every arm, a year, with its 95% interval (the world is the cluster)."""
        return pd.DataFrame(
            {"arm": arm, "measure": name, "counts": noun(name), "events": rate["events"]}
            | _ends(rate, "per_year")
            | {"effective_clusters": rate["effective_clusters"]}
            for arm, rates in self.figures["rates"].items()
            for name, rate in rates.items()
        )

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """What each policy does to each measure, against the baseline of its future.

        ``in_family``: the interval is as wide as it takes for all of the family to hold together.
        """
        columns = ["future", "policy", "measure", "verdict", "in_family"]
        rows = [
            {"future": future, "policy": policy, "measure": name, "verdict": found["verdict"]}
            | {"in_family": name in self.figures["family"]["measures"], "in_words": found["in_words"]}
            | _ends(found["ratio"], "ratio")
            | _ends(found["difference"], "difference")
            | {name: found[name] for name in ("level", "runs")}
            | _to_decide(found["runs_to_decide"])
            for future, policies in self.figures["comparisons"].items()
            if future not in self.figures["over_draws"]  # where no ratio of totals says anything
            for policy, each in policies.items()
            for name, found in each["measures"].items()
        ]
        return pd.DataFrame(rows, columns=None if rows else columns)

    @cached_property
    def counting(self) -> pd.DataFrame:
        """Who counts what: events a year of the arms without a policy, by each definition of a violation and
        under each line, and how many times the recorded crossings they are.
        """
        return pd.DataFrame(
            {
                "arm": arm,
                "definition": each["definition"],
                "line": each["line"],
                "units": each["units"],
                "events": each["rate"]["events"],
                **_ends(each["rate"], "per_year"),
                **_ends(each["times"], "times_recorded"),
            }
            for arm, found in self.figures["counting"].items()
            for each in found["counts"]
        )

    @cached_property
    def over_draws(self) -> pd.DataFrame:
        """What each policy does over the draws of a posterior: ratio, and shares of draws; by future."""
        columns = ["future", "policy", "draws", "ratio", "ratio_low", "ratio_high", "lowers"]
        rows = [
            {"future": future, "policy": policy, "draws": found["draws"], "ratio": each["ratio"]["median"]}
            | {f"ratio_{end}": each["ratio"][end] for end in ("low", "high")}
            | {"lowers": each["lowers"]["estimate"]}
            | {f"lowers_{end}": each["lowers"][end] for end in ("low", "high")}
            | {name: each[name] for name in ("unchanged", "best", "near_best")}
            for future, found in self.figures["over_draws"].items()
            for policy, each in found["policies"].items()
        ]
        return pd.DataFrame(rows, columns=None if rows else columns)

    # -- words and pictures -----------------------------------------------------------------------

    @cached_property
    def figures(self) -> Figures:
        """Every figure, as ``figures.json`` has it."""
        found, plan = self.results, self.study.plan
        if not self._played:
            raise Halted(f"{self.folder}: no run has finished yet: there is nothing to report")
        talks = found.by_arm("tension", TALKS_COLUMNS)
        figures = figures_of(plan, tables_of(found), found.complete, found.failures, talks)
        if self._is_run:
            figures["summary"] = summary_of(found)
        return figures

    @cached_property
    def _played(self) -> int:
        """How many runs there are."""
        return self.study.parts.rows("runs")

    @property
    def _is_run(self) -> bool:
        return self.study.plan.kind == "run"

    @property
    def answer(self) -> str:
        """How often, what changes it, how far to trust it: in three sentences."""
        return " ".join(self._sentences)

    @property
    def _sentences(self) -> tuple[str, str, str]:
        from experiments.report.answer import answer

        return answer(self.study.manifest, self.figures)

    def story(self, k: int = 1) -> Story:
        """The story of the ``k``-th accidental clash, in the order of arms, runs and incidents."""
        k = whole("why", k)
        columns = ["arm", "run", "incident", "accidental", "rung"]
        incidents = pd.concat(self.results.by_arm("incidents", columns).values(), ignore_index=True)
        clashes = incidents[accidental_clashes(incidents)]
        clash = clashes.iloc[clash_of(k, len(clashes))]
        plan, arm = self.study.plan, self.study.plan.arms[clash["arm"]]
        agents = (self._agents or agents_by_arm(plan, allow_code=False)).get(arm.name, {})
        task = Task(arm.name, arm.case, plan.seed, (int(clash["run"]),), agents)
        title = f"Clash {k} of {len(clashes)} (run {clash['run']}):"
        return story_again(task, int(clash["incident"]), title)

    def picture(self, name: str | None = None) -> "PictureFile":
        """A picture by its name, such as ``summary`` or ``forest``; the first of them without one."""
        wanted = None if name is None else named("picture", name)
        self.report()
        there = [self.folder / PICTURE] if self._is_run else []
        there += sorted((self.folder / PICTURES).glob("*.png"))
        by_name = {path.stem: path for path in there}
        if wanted is None:
            return PictureFile(there[0])
        if wanted not in by_name:
            mark, near = Mark("picture", 0, 0), nearest(wanted, by_name)
            refuse(
                mark, "there is no such picture", found=show(wanted), allowed=", ".join(by_name), near=near
            )
        return PictureFile(by_name[wanted])

    def report(self) -> Path:
        """``report.html`` with its pictures, made anew if it is not what the folder holds by now."""
        if not self._is_published():
            with locked(self.folder):
                self.publish()
        return self.folder / REPORT

    def _is_published(self) -> bool:
        try:
            kept = read_json(self.folder / FIGURES)
        except (OSError, ValueError):
            return False
        whole = not any(altered_in(place) for place in (self.folder, self.folder / PICTURES))
        return whole and kept == json.loads(json.dumps(self.figures))

    def keep_figures(self) -> None:
        """Write the figures, as numbers, into a folder that is had alone."""
        write_json(self.folder / FIGURES, self.figures)

    def publish(self) -> None:
        """Write figures, pictures and the report, all anew, into a folder that is had alone."""
        refuse_no_room(self.folder / PICTURES)
        self.keep_figures()
        publish(self.results, self.figures)
        made = [FIGURES, REPORT]
        if self._is_run:
            made += publish_run(self.results, self.figures)
        keep_only(self.folder, made)

    # -- showing itself ---------------------------------------------------------------------------

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        yield from (f"\n{sentence}" for sentence in self._sentences)
        if self._is_run:
            from experiments.report.draws import draws_parts
            from experiments.report.notes import notes
            from experiments.report.run_tables import summary_parts
            from experiments.report.talks_table import talks_parts

            ((name, arm),) = self.study.plan.arms.items()
            yield from summary_parts(name, arm.case, self.figures["summary"])
            for found in self.figures["over_draws"].values():
                yield from draws_parts(found)
            yield from talks_parts(self.study.plan, self.figures)
            yield from notes(self.figures)
        else:
            from experiments.report.study_tables import verdict_parts

            yield from verdict_parts(self.study.plan, self.figures)

    def __str__(self) -> str:
        return as_text(self) if self._played else self._state

    def __repr__(self) -> str:
        return f"{self._state}\n{self.answer}" if self._played else self._state

    def _repr_html_(self) -> str:
        state = f"<p><small>{escape(self._state)}</small></p>"
        if not self._played:
            return state
        verdicts = self._headlines if self.verdicts.empty else self._first_verdicts
        table = verdicts if self.over_draws.empty else self.over_draws
        return f"<p>{escape(self.answer)}</p>{table.to_html(index=False, na_rep='', border=0)}{state}"

    @property
    def _state(self) -> str:
        name, runs = self.study.plan.name, many(self._played, "run")
        failed = f", {many(len(self.failures), 'run')} failed" if len(self.failures) else ""
        more = "" if self.complete else f"; not complete: {resume_command(self.folder)} goes on"
        return f"{name}: {runs}{failed}, in {self.folder}{more}"

    @property
    def _headlines(self) -> pd.DataFrame:
        names = [name for name in (*CLASHES, *LADDER) if name in set(self.summary["measure"])]
        shown = self.summary[self.summary["measure"].isin(names)]
        return shown[["arm", "counts", "events", "per_year", "per_year_low", "per_year_high"]]

    @property
    def _first_verdicts(self) -> pd.DataFrame:
        columns = ["future", "policy", "measure", "ratio", "ratio_low", "ratio_high", "in_words"]
        return self.verdicts[self.verdicts["measure"] == self.study.plan.estimate[0]][columns]


@dataclass(frozen=True)
class PictureFile:
    """A picture of the report, as a PNG that a notebook shows."""

    path: Path

    def _repr_png_(self) -> bytes:
        return self.path.read_bytes()


def _to_decide(runs: RunsToDecide | None) -> dict[str, float | None]:
    low, high = (runs["low"], runs["high"]) if runs else (None, None)
    return {"runs_to_decide_low": low, "runs_to_decide_high": high}


def _ends(interval: Rate | Ratio, name: str) -> dict[str, float | None]:
    """The estimate and the ends of an interval, as columns under a name."""
    return {name: interval["estimate"], f"{name}_low": interval["low"], f"{name}_high": interval["high"]}
