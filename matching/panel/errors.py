"""What is wrong with the input of a panel; rules that cannot be met together are no error but an answer."""

from __future__ import annotations

from dataclasses import dataclass

from matching.sentences import Sentence


@dataclass(frozen=True, slots=True)
class RuleFault:
    """A fault in stated rules: `pointer` is a JSON pointer into the list of rules ("/2/limit")."""

    pointer: str
    detail: Sentence


class BadPanelInput(ValueError):
    """Size, candidates or options make no sense; `detail` says what was found and what is needed."""

    def __init__(self, detail: Sentence) -> None:
        super().__init__(detail)
        self.detail = detail


class BadRules(ValueError):
    """One or more stated rules cannot be read; `faults` names each."""

    def __init__(self, faults: tuple[RuleFault, ...]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults))
        self.faults = faults
