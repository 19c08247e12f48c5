"""Many requests at once over common loads: exact, with a bound over all pairs of request and expert.

asks = [Ask("r1", seats=5, reserves=2, rules=rules), Ask("r2", seats=3, forced=("e7",))]
found = assign(experts, asks, affinities, capacity=2, fairness="worst")
found.panels[0].members, found.panels[0].reserves, found.panels[1].shortage, found.gap
"""

from matching.assignment.answers import Assignment, BelowMinimum, Filled, Seat, Shortage
from matching.assignment.asking import FAIRNESS, TOTAL, WORST, Ask
from matching.assignment.assigning import assign

__all__ = [
    "FAIRNESS",
    "TOTAL",
    "WORST",
    "Ask",
    "Assignment",
    "BelowMinimum",
    "Filled",
    "Seat",
    "Shortage",
    "assign",
]
