"""The same content is the same case, wherever its files lie."""

import json
import pickle
import shutil

from sim.scenario.loading import load_case


def test_the_same_content_has_the_same_hash_wherever_it_lies(folder, tmp_path):
    text = "extends: own_sites\nname: a\nborder: {markers_file: m.csv}\n"
    first = folder(a=text, m__csv="s_km\n1\n2\n").content_hash
    there = tmp_path / "there"
    there.mkdir()
    for file in ("a.yaml", "m.csv"):
        shutil.copy(tmp_path / file, there)
    assert load_case(str(there / "a.yaml")).content_hash == first
    (there / "m.csv").write_text("s_km\n1\n3\n")
    assert load_case(str(there / "a.yaml")).content_hash != first


def test_whatever_defines_a_run_is_in_the_hash(folder):
    files = {
        "a": "{name: a, talks: {outcome: accepted, agreed_clauses: [c]}}",
        "c": "{name: c, binds: [south], set: {south: {watch: {margin_m: 3}}}}",
        "p": "{name: p, binds: [south], set: {south: {watch: {margin_m: 4}}}}",
    }
    hashes = [folder(**files).content_hash, folder(["p"], **files).content_hash]
    hashes.append(folder([], ["days=9"], **files).content_hash)
    files["c"] = files["c"].replace("3", "5")
    hashes.append(folder(**files).content_hash)
    assert len(set(hashes)) == 4
    assert folder(**files).content_hash == hashes[-1]


def test_a_case_survives_pickling_and_its_manifest_json():
    case = load_case("injects_example", ["hotline"])
    again = pickle.loads(pickle.dumps(case))
    assert again.content_hash == case.content_hash
    assert again.parameters((0,)) == case.parameters((0,))
    assert json.loads(json.dumps(case.resolved)) == case.resolved
