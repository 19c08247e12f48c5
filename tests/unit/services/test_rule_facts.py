"""What rules read of experts: no field that a rule can ask of is left unread, or never compared."""

from dataclasses import fields

from expertdb.models.experts import Expert
from expertdb.services.rule_facts import CHOSEN, DERIVED, OF_ENGAGEMENTS, OF_PROFILE, READ, RuleFacts
from matching.panel import PanelCandidate


class Row(RuleFacts):
    """The facts of one expert who is in no database."""

    def __init__(self, expert: Expert) -> None:
        self._rows, self._loads, self._regulators = {"e": expert}, {}, frozenset()


def test_every_field_of_a_candidate_is_chosen_or_read_of_the_expert() -> None:
    found = Row(Expert(id="e", kind="K-PA", languages=["zh"], availability={})).of("e")
    assert set(found) == set(READ)
    assert {*CHOSEN, *DERIVED, *OF_ENGAGEMENTS, *OF_PROFILE} == {one.name for one in fields(PanelCandidate)}
