"""A policy laid over the scenario of a case that was kept: the case that it would have been."""

import pytest

from sim.documents import BadInput
from sim.scenario.case import Case
from sim.scenario.loading import load_case, under_policies

STATED = """\
    extends: declared
    name: stated
    days: 30
    talks: {outcome: accepted, agreed_clauses: [hotline]}
    injects:
      - {name: surge, date: 2025-11-05, set: {north: {works: {share: 0.9}}}}
"""


@pytest.mark.parametrize("instead_of", [(), ("three_step",)])
def test_it_is_the_case_as_if_the_policy_had_been_named_at_the_beginning(folder, tmp_path, instead_of):
    kept = folder(stated=STATED, policies=instead_of)
    again = Case.revived(kept.saved, tmp_path)
    wanted = folder(stated=STATED, policies=["wider_margin"])
    found = under_policies(again, ["wider_margin"])
    assert found.content_hash == wanted.content_hash
    assert found.overlays == wanted.overlays and found.overlays[0].kind == "inject"
    assert found.checked == wanted.checked and found.policy_name == wanted.policy_name
    assert under_policies(again, []).content_hash == folder(stated=STATED).content_hash


def test_a_policy_that_cannot_be_is_refused_with_what_is_wrong(folder, tmp_path):
    (tmp_path / "odd.yaml").write_text("name: odd\nset: {south: {watch: {margin_m: -3, margn_m: 2}}}\n")
    with pytest.raises(BadInput) as caught:
        under_policies(load_case("declared"), [str(tmp_path / "odd.yaml")])
    assert "odd.yaml:1" in str(caught.value) and "margn_m" in str(caught.value)
    with pytest.raises(BadInput, match="there is no such file"):
        under_policies(load_case("declared"), ["no_such_policy"])
