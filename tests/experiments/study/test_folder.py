"""A study's folder is had alone, begun whole, and refused in a sentence wherever it cannot be."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from little import begun, plan, write

from experiments.study.changes import refuse_changes
from experiments.study.folder import StudyFolder, claimed
from experiments.study.place import locked, undisturbed
from sim.documents import BadInput, Mark

LONG = "무" * 80  # 240 bytes: more than a file system takes with anything beside it


def refusal(call) -> str:
    with pytest.raises(BadInput) as bad:
        call()
    (line,) = str(bad.value).splitlines()
    return line


def claim(made, out) -> Path:
    with claimed(made, out) as study:
        return study.path


def test_a_folder_of_another_verb_is_refused_in_one_line(tmp_path):
    begun(tmp_path)
    asked = {"kind": "run", "name": "baseline"}
    with pytest.raises(BadInput) as bad:
        refuse_changes(StudyFolder(tmp_path / "out").manifest, asked, Mark("out", 0, 0))
    (line,) = str(bad.value).splitlines()
    assert "this folder holds `dmz study` of 'little'; found `dmz run` of 'baseline'" in line


def test_a_folder_is_filled_by_one_process_at_a_time(tmp_path):
    with locked(tmp_path):
        assert "another process" in refusal(lambda: locked(tmp_path).__enter__())
    with locked(tmp_path):
        pass


def test_the_lock_of_another_process_is_heeded_and_goes_with_it(tmp_path):
    made = plan(tmp_path)
    code = (
        "import sys, time; from pathlib import Path; from experiments.study.place import locked\n"
        "with locked(Path(sys.argv[1])):\n    print('mine', flush=True); time.sleep(60)"
    )
    (tmp_path / "out").mkdir()
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "out")], stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "mine\n"
    assert "another process" in refusal(lambda: claim(made, tmp_path / "out"))
    assert not (tmp_path / "out" / "manifest.json").exists()
    other.kill()
    other.wait()
    assert claim(made, tmp_path / "out") == tmp_path / "out"


def test_what_is_read_as_a_whole_is_not_filled_meanwhile(tmp_path):
    """A bundle could be packed of two states of a folder."""
    with undisturbed(tmp_path):  # without a lock there: as it is
        pass
    with locked(tmp_path):
        assert "another process" in refusal(lambda: undisturbed(tmp_path).__enter__())
    with undisturbed(tmp_path), undisturbed(tmp_path):
        assert "another process" in refusal(lambda: locked(tmp_path).__enter__())
    with locked(tmp_path):
        pass


def test_a_lock_that_is_a_link_empties_nothing(tmp_path):
    study = begun(tmp_path)
    (tmp_path / "mine").write_text("mine")
    (study.path / ".lock").unlink()
    (study.path / ".lock").symlink_to(tmp_path / "mine")
    assert "cannot be locked" in refusal(lambda: locked(study.path).__enter__())
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_file_system_without_locks_is_refused_in_words(tmp_path, monkeypatch):
    def unsupported(*_):
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", unsupported)
    said = refusal(lambda: claim(plan(tmp_path), tmp_path / "out"))
    assert "cannot be locked: Operation not supported" in said and "another disk" in said


def test_new_folders_of_the_same_second_are_different(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = plan(tmp_path)
    folders = {claim(made, None) for _ in range(3)}
    assert len(folders) == 3 and all(path.parent == Path("results") for path in folders)


def test_a_name_of_many_bytes_makes_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    study = tmp_path / f"{'s' * 250}.yaml"
    study.write_text((tmp_path / "study.yaml").read_text().replace("little", LONG))
    from experiments.design.request import study_plan

    folder = claim(study_plan(study.name, {}), None)
    assert StudyFolder(folder).plan.name == LONG
    copies = StudyFolder(folder).manifest["inputs"]
    assert any(name.startswith("s" * 80) for name in copies)


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("x" * 256, "File name too long"),
        ("file", "it is a file"),
        ("file/below", "Not a directory"),
        ("full", "is not empty"),
        ("/proc/nothing", "cannot be a folder of results"),
        ("x/" * 3000, "File name too long"),
    ],
)
def test_a_place_that_cannot_be_one_is_refused_in_a_sentence(tmp_path, monkeypatch, out, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    made = plan(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    line = refusal(lambda: claim(made, Path(out)))
    assert said in line and line.startswith("--out: ")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_holds_the_same_study_is_gone_on_with_and_another_is_refused(tmp_path):
    study = begun(tmp_path)
    assert claim(plan(tmp_path), study.path) == study.path
    with pytest.raises(BadInput) as bad:
        claim(plan(tmp_path, "runs: 14"), study.path)
    changed, what_to_do = str(bad.value).splitlines()
    assert "rule.runs" in changed and "found 14; allowed 12" in changed
    assert what_to_do.endswith(": take another --out, or go on with what it holds: dmz study")


def test_a_users_own_files_in_a_folder_called_inputs_stay(tmp_path):
    (tmp_path / "out" / "inputs").mkdir(parents=True)
    (tmp_path / "out" / "inputs" / "short.yaml").write_text("mine")
    with claimed(plan(tmp_path), tmp_path / "out") as study:
        study.refuse_changed_inputs()
    assert (tmp_path / "out" / "inputs" / "short.yaml").read_text() == "mine"
    assert "short-2.yaml" in study.manifest["inputs"]


@pytest.mark.parametrize("name", ["\x1b[31mred", "line\nbreak\x07", os.fsdecode(b"caf\xe9")])
def test_a_path_that_no_manifest_could_hold_is_refused_before_the_first_run(tmp_path, name):
    from experiments.design.request import study_plan

    write(tmp_path)
    study = tmp_path / f"{name}.yaml"
    study.write_text((tmp_path / "study.yaml").read_text())
    with pytest.raises(BadInput) as bad:
        claim(study_plan(str(study), {}), tmp_path / "out")
    assert str(bad.value).isprintable() and not (tmp_path / "out").exists()


def test_inputs_are_checked_against_the_hash_by_which_they_are_named(tmp_path):
    """`verify` once said "the same to the last bit" over a changed input."""
    scenario = write(tmp_path).parent / "short.yaml"
    study = begun(tmp_path)
    path = study.path / "inputs" / "short.yaml"
    path.write_text(scenario.read_text() + "# changed\n")
    assert "is not what was read" in refusal(StudyFolder(study.path).refuse_changed_inputs)
    path.unlink()
    assert "is missing" in refusal(StudyFolder(study.path).refuse_changed_inputs)


def test_every_flipped_character_of_a_manifest_is_found(tmp_path):
    study = begun(tmp_path)
    path = study.path / "manifest.json"
    text = path.read_text()
    fields = ('"seed": 1', '"runs": 12', '"name": "little"', '"clashes"', '"sealed": "', "0.9, ")
    places = [text.index(field) + len(field) - 2 for field in fields if field in text]
    for at in (*places, *range(0, len(text), len(text) // 60)):
        if text[at].isspace():
            continue
        path.write_text(text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :])
        assert "damaged" in refusal(lambda: StudyFolder(study.path).plan), text[at - 20 : at + 20]


def test_a_folder_of_an_older_version_is_named_so(tmp_path):
    study = begun(tmp_path)
    manifest = json.loads((study.path / "manifest.json").read_text())
    manifest.pop("sealed")
    manifest["version"] = "0.1.0"
    (study.path / "manifest.json").write_text(json.dumps(manifest))
    assert "made by version 0.1.0" in refusal(lambda: StudyFolder(study.path))


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("mine/out/runs.parquet", "mine/out"),
        ("mine/out/inputs", "mine/out"),
        ("mine", "mine/out"),
        ("results", "results/run-short-2"),  # the newest
        ("run-short-1", "results/run-short-1"),
        ("mine/ou", "mine/out"),
        ("elsewhere", None),
        ("mine/elsewhere", None),
    ],
)
def test_a_place_without_results_names_the_folder_that_was_meant(tmp_path, monkeypatch, named, meant):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    begun(tmp_path).path.rename("mine/out")
    for name in ("run-short-1", "run-short-2"):
        shutil.copytree("mine/out", f"results/{name}")
    Path("mine/out/runs.parquet").write_text("")
    said = refusal(lambda: StudyFolder(Path(named)))
    assert said.endswith(f"; did you mean {meant}?" if meant else "there is no such folder")


def test_a_folder_that_is_closed_is_not_told_to_lack_locks(tmp_path, monkeypatch):
    study = begun(tmp_path)

    def closed(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("experiments.study.place._own", closed)
    said = refusal(lambda: locked(study.path).__enter__())
    assert "nothing can be written here: Permission denied" in said


def test_files_that_were_read_are_copied_into_a_folder_that_is_gone(tmp_path):
    study = begun(tmp_path)
    kept = {path.name: path.read_bytes() for path in (study.path / "inputs").iterdir()}
    shutil.rmtree(study.path / "inputs")
    study.mend_inputs(plan(tmp_path))
    assert {path.name: path.read_bytes() for path in (study.path / "inputs").iterdir()} == kept


def test_a_file_is_not_told_to_be_no_folder_there(tmp_path):
    (tmp_path / "runs.parquet").write_text("x")
    said = refusal(lambda: StudyFolder(tmp_path / "runs.parquet"))
    assert "this is a file" in said and "no such" not in said
    assert "no such folder" in refusal(lambda: StudyFolder(tmp_path / "runs"))
