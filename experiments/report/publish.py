"""What a study shows the world: its pictures, their data, and the report, from one folder."""

from collections.abc import Mapping

import pandas as pd

from experiments.findings.figures_file import Figures
from experiments.report.own_files import keep_only
from experiments.store.files import write_whole
from experiments.study.results import Results

FIGURES, REPORT, PICTURES = "figures.json", "report.html", "figures"


def publish(results: Results, figures: Figures) -> None:
    """Write ``figures/`` (PNG, SVG and CSV of each picture) and ``report.html``, all anew.

    Pictures of an earlier state go, which would contradict the report; what is not ours stays.
    """
    from experiments.pictures import pictures, save
    from experiments.report.clashes import clash_map
    from experiments.report.page import report_html

    folder = results.folder / PICTURES
    folder.mkdir(exist_ok=True)
    made = pictures(results.manifest, figures, picture_tables(results))
    keep_only(folder, [file for picture in made for file in save(picture, folder)])
    page = report_html(results.manifest, figures, made, results.failures, clash_map(results))
    write_whole(results.folder / REPORT, lambda to: to.write_text(page, encoding="utf-8"))


def picture_tables(results: Results) -> dict[str, Mapping[str, pd.DataFrame]]:
    """What pictures need of a study's tables, and no more."""
    from experiments.pictures import NEEDED

    return {kind: results.by_arm(kind, columns) for kind, columns in NEEDED.items()}
