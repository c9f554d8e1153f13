"""What a study shows the world: its pictures, their data, and the report, from one folder."""

from pathlib import Path
from typing import Any

from experiments.files import write_whole
from experiments.results import Results

REPORT, PICTURES = "report.html", "figures"


def publish(results: Results, figures: dict[str, Any]) -> None:
    """Write ``figures/`` (PNG, SVG and CSV of each picture) and ``report.html``, all anew."""
    from experiments.pictures import pictures, save
    from experiments.report import report_html

    folder = results.folder / PICTURES
    folder.mkdir(exist_ok=True)
    made = pictures(
        results.manifest, figures, results.runs, results.incidents, results.tension
    )
    for picture in made:
        save(picture, folder)
    _remove_others(folder, {picture.name for picture in made})
    page = report_html(results.manifest, figures, made, results.failures)
    write_whole(results.folder / REPORT, lambda to: to.write_text(page, encoding="utf-8") and None)


def _remove_others(folder: Path, names: set[str]) -> None:
    """Pictures of an earlier state, which would contradict the report."""
    for path in folder.iterdir():
        if path.suffix in (".png", ".svg", ".csv") and path.stem not in names:
            path.unlink()
