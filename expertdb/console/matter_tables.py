"""What panels, draws, conflicts, engagements, opinions and evaluations are called in people's words."""

from expertdb.wording import Text

PANEL_STATUS = {
    "proposed": Text("Proposed"),
    "confirmed": Text("Confirmed"),
    "rejected": Text("Rejected"),
    "superseded": Text("Superseded"),
}
PANEL_MOVE = {
    "confirmed": Text("Confirm the panel"),
    "rejected": Text("Reject the panel"),
    "superseded": Text("Take the panel back"),
}
CHOICE = {
    "solved": Text("Chosen by rules"),
    "replaced": Text("A member replaced"),
    "drawn": Text("Drawn by lot"),
}
# The types of rules; `size` is the number of seats, of which answers speak as of a rule.
RULE = {
    "max_per_organisation": Text("At most so many from one organisation"),
    "max_per_region": Text("At most so many from one region"),
    "max_per_city": Text("At most so many from one city"),
    "max_per": Text("At most so many from one group"),
    "max_share": Text("At most a share of"),
    "min_share": Text("At least a share of"),
    "at_least_one": Text("At least one of"),
    "at_least": Text("At least so many of"),
    "at_most": Text("At most so many of"),
    "odd": Text("An odd number of members"),
    "keep_apart": Text("Not together"),
    "every_side": Text("Every side is present"),
    "cover": Text("What must be covered"),
    "forced": Text("Must be members"),
    "forbidden": Text("May not be members"),
    "max_load": Text("Within everybody's load"),
    "min_affinity": Text("Nobody below an affinity"),
    "fairness": Text("Prefer those who are asked less"),
    "size": Text("The number of seats"),
}
# What a rule says who is meant by, and its other parameters.
PARAMETER = {
    "limit": Text("limit"),
    "by": Text("by"),
    "share": Text("share"),
    "count": Text("number"),
    "each": Text("by how many each"),
    "at_least": Text("at least so many of them"),
    "weight": Text("weight"),
    "full": Text("full load"),
    "kinds": Text("kinds of expert"),
    "codes": Text("subjects and services"),
    "regions": Text("coming from"),
    "outside": Text("from outside"),
    "organisations": Text("organisations"),
    "sides": Text("speaking for"),
    "experts": Text("these experts"),
    "languages": Text("languages"),
    "title_levels": Text("title levels"),
    "regulator": Text("people of the regulator"),
    "newcomer": Text("newcomers"),
    "any_of": Text("one of"),
}
GROUPING = {
    "organisation": Text("Organisation"),
    "region": Text("Region"),
    "city": Text("City"),
    "kind": Text("Kind of expert"),
    "side": Text("Side"),
    "title_level": Text("Title level"),
}
# The names that the presets give their rules.
PRESET_RULE = {
    "one per organisation": Text("one per organisation"),
    "regulator at most a third": Text("regulator at most a third"),
    "a legal voice": Text("a legal voice"),
    "a technical voice": Text("a technical voice"),
    "an odd number": Text("an odd number"),
    "a practitioner from the regulated side": Text("a practitioner from the regulated side"),
    "one from outside the requester's city": Text("one from outside the requester's city"),
    "newcomers at least a quarter": Text("newcomers at least a quarter"),
    "a dissenting view": Text("a dissenting view"),
    "load": Text("within everybody's load"),
    "forced": Text("who must be members"),
    "forbidden": Text("who may not be members"),
    "size": Text("the number of seats"),
}
PANEL_SOLVED = {
    "infeasible": Text("No panel meets these rules"),
    "unknown": Text("No panel was found in time"),
}
DRAW_STATUS = {
    "frozen": Text("Frozen"),
    "revealed": Text("Revealed"),
    "superseded": Text("Superseded"),
}
MATTER_TABLES = {
    "panel_status": PANEL_STATUS,
    "panel_move": PANEL_MOVE,
    "draw_status": DRAW_STATUS,
    "choice": CHOICE,
    "rule": RULE,
    "parameter": PARAMETER,
    "grouping": GROUPING,
    "preset_rule": PRESET_RULE,
    "panel_solved": PANEL_SOLVED,
}
