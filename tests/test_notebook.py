"""The notebook of the docs, executed in a kernel: every cell works, and objects show themselves."""

from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parent.parent / "docs" / "notebook.ipynb"


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """The outputs of each cell by its id, as {type: content}; a cell that raises fails the test."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    folder = tmp_path_factory.mktemp("notebook")
    NotebookClient(notebook, timeout=500, resources={"metadata": {"path": str(folder)}}).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    bars = {f"{cell['id']} bar": str(cell.outputs) for cell in code}
    return {cell["id"]: shown(cell) for cell in code} | bars


def shown(cell):
    found = {}
    for output in cell.outputs:
        found |= output.get("data", {})
        found |= {output["name"]: output["text"]} if output.output_type == "stream" else {}
    return found


def test_every_cell_shows_what_it_is_about(cells):
    assert "120 days" in cells["load"]["text/html"] and "north.works.share=0.5" in cells["load"]["text/html"]
    assert "did you mean hotline?" in cells["bad"]["stdout"] and "0 to 100" in cells["bad"]["stdout"]
    for name in ("run", "compare"):
        assert "xpected accidental clashes a year" in cells[name]["text/html"]
    for name in ("run", "summary", "pivot", "compare", "verdicts", "open", "model", "replicates", "agent"):
        assert "<table" in cells[name]["text/html"], name
    for name in ("picture", "forest"):
        assert len(cells[name]["image/png"]) > 10_000
    assert "opens aimed fire" in cells["story"]["text/html"]
    assert "CommandPost" in cells["model"]["stdout"] and cells["same"] == {}
    assert "warning_volleys</th>" in (table := cells["agent"]["text/html"]) and "<td>0</td>" in table


def test_progress_is_shown_in_the_cell(cells):
    """As a bar that ends full; `display` is updated in place, so that the last state is kept."""
    import nbformat

    assert '<progress value="144" max="144"></progress> baseline: 144 of 144 runs' in cells["compare bar"]
    assert nbformat.read(NOTEBOOK, as_version=4).metadata.kernelspec.name == "python3"


def test_it_is_kept_without_outputs():
    """Numbers in the docs would contradict the model one day; the kernel makes them."""
    import nbformat

    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        assert cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None)
