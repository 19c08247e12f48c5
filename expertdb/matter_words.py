"""What the codes of requests, panels, conflicts, engagements, opinions and evaluations are called.

Pages and the file of a panel say these words; those that sentences of services name stand in `code_words.py`.
"""

from expertdb.wording import Text

REQUEST_KIND = {"consultation": Text("Consultation"), "policy_drafting": Text("Policy drafting")}
NEED = {"must": Text("Required"), "nice": Text("Desirable")}
URGENCY = {"normal": Text("Normal"), "urgent": Text("Urgent"), "critical": Text("Critical")}
ITEM_KIND = {
    "publication": Text("Publication"),
    "patent": Text("Patent"),
    "case": Text("Case"),
    "project": Text("Project"),
    "policy_draft": Text("Policy draft"),
    "standard": Text("Standard"),
    "training": Text("Training"),
}
MODE = {
    "written": Text("In writing"),
    "meeting": Text("Meeting"),
    "commissioned": Text("Commissioned study"),
    "on_site": Text("On site"),
    "online": Text("Online"),
}
SECRECY = {
    "open": Text("Open"),
    "internal": Text("Internal"),
    "trade_secret": Text("Trade secret"),
    "sensitive": Text("Sensitive work matter"),
}
STAGE = {
    "initiation": Text("Initiation"),
    "research": Text("Research"),
    "drafting": Text("Drafting"),
    "public_comment": Text("Public comment"),
    "expert_review": Text("Expert review"),
    "legality_review": Text("Review of legality"),
    "fair_competition_review": Text("Fair competition review"),
    "evaluation": Text("Evaluation afterwards"),
}
# What counts as evidence besides a profile's items.
MATERIAL = {
    "statement": Text("Statement"),
    "profile": Text("Profile as a whole"),
    "codes": Text("Curated codes"),
    "untitled": Text("Other parts of the profile"),
}
# What the service notes where something moved a request or a panel by itself: a word, or the word before an id.
NOTES = {
    "entry": Text("entry"),
    "proposed": Text("proposed"),
    "term ended": Text("term ended"),
    "leave ended": Text("leave ended"),
    "no answer in time": Text("no answer in time"),
    "shortlist": Text("A shortlist was drawn up."),
    "panel": Text("A panel moved on."),
    "draw": Text("It was drawn by lot."),
}
LENGTH_OF_ID = 36
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
# What candidates are filtered by.
FILTER = {
    "region": PARAMETER["regions"],
    "kind": PARAMETER["kinds"],
    "language": PARAMETER["languages"],
    "code": PARAMETER["codes"],
    "mode": Text("ways of working"),
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
    "filters": Text("the filters"),
    "shortlist": Text("the list it was chosen from"),
    "candidates": Text("how many of the best were looked at"),
}
PANEL_SOLVED = {
    "infeasible": Text("No panel meets these rules"),
    "unknown": Text("No panel was found in time"),
}
SOLVER = {
    "optimal": Text("no panel that meets the rules has a higher sum"),
    "feasible": Text("nothing: the time ran out before the best was found"),
}
EFFECT = {
    "exclude": Text("stays out"),
    "exclude_unless_waived": Text("stays out unless it is set aside"),
    "disclose": Text("is to be disclosed"),
    "none": Text("is over long enough"),
}
CERTAINTY = {
    "certain": Text("certain"),
    "probable": Text("probable"),
    "possible": Text("possible"),
}
# Where a finding stands.
FINDING = {
    "name": Text("bears the party's name"),
    "employer": Text("employer on the profile"),
    "stated_employer": Text("employer as stated"),
    "tie": Text("a tie on record"),
    "item": Text("evidence on the profile"),
    "statement": Text("the expert's statement"),
    "common_work": Text("a work done together"),
    "engagement": Text("an earlier request of this matter"),
    "requester": Text("the requester asks for it"),
}
UNRESOLVED = {
    "unknown": Text("nobody known bears this name"),
    "several": Text("several bear this name"),
    "placeholder": Text("stands for somebody who is not named"),
}
TIE_SOURCE = {
    "entered": Text("entered by an office"),
    "declared": Text("declared by the expert"),
    "recorded": Text("recorded by the service"),
}
ENGAGEMENT_MOVE = {
    "accepted": Text("Record the acceptance"),
    "declined": Text("Record the refusal"),
    "silent": Text("Record no reply"),
    "withdrawn": Text("Record the withdrawal"),
    "delivered": Text("Record the delivery"),
}
DECLARING = {
    "telephone": Text("by telephone"),
    "paper": Text("on paper"),
    "email": Text("by e-mail"),
    "in_person": Text("in person"),
}
OWN_ANSWER = {
    "accepted": Text("Accept the invitation"),
    "declined": Text("Decline"),
    "withdrawn": Text("Withdraw"),
    "delivered": Text("Say that the work is delivered"),
}
POSITION = {
    "support": Text("Support"),
    "support_with_changes": Text("Support with changes"),
    "oppose": Text("Oppose"),
    "abstain": Text("Abstain"),
}
ADOPTION = {
    "full": Text("Adopted in full"),
    "partial": Text("Adopted in part"),
    "none": Text("Not adopted"),
}
CRITERION = {
    "competence": Text("Competence"),
    "independence": Text("Independence"),
    "timeliness": Text("Timeliness"),
    "usefulness": Text("Usefulness"),
    "communication": Text("Communication"),
    "confidentiality": Text("Confidentiality"),
}
DUTY = {
    "to_review": Text("to review"),
    "ready_to_activate": Text("ready to activate: publicity is over"),
    "objection_open": Text("with an undecided objection"),
    "objection_overdue": Text("with an objection that is overdue"),
    "appeal_open": Text("with an undecided appeal"),
    "renewal_to_activate": Text("renewed, to activate"),
    "expired": Text("whose term has ended"),
    "notice_due": Text("to be sent a notice"),
    "confirmation_overdue": Text("who did not confirm their data"),
    "unreachable": Text("who cannot be reached"),
}
# What waits in requests, panels and engagements.
MATTER_DUTY = {
    "interest_declared": Text("declared an interest that keeps them out: decide"),
    "link_to_issue": Text("is invited, but has no link yet"),
    "panel_to_confirm": Text("panel proposed: confirm or reject it"),
    "opinion_missing": Text("has signed no opinion: have them sign, or say why"),
    "opinion_to_answer": Text("gave an opinion: say what became of it"),
    "to_evaluate": Text("has delivered: evaluate the work"),
}
IMPORT_POLICY = {
    "refuse": Text("refuse the file"),
    "new": Text("enter them anew"),
    "merge": Text("merge them"),
    "skip": Text("pass them over"),
}
IMPORT_DECISION = {
    "new": Text("is entered anew"),
    "merge": Text("is merged"),
    "skip": Text("is passed over"),
}
IMPORT_PREFER = {"pool": Text("what the pool has"), "file": Text("what the file has")}
MATTER_WORDS = {
    "request_kind": REQUEST_KIND,
    "need": NEED,
    "urgency": URGENCY,
    "item_kind": ITEM_KIND,
    "mode": MODE,
    "secrecy": SECRECY,
    "stage": STAGE,
    "material": MATERIAL,
    "solver": SOLVER,
    "import_policy": IMPORT_POLICY,
    "import_decision": IMPORT_DECISION,
    "import_prefer": IMPORT_PREFER,
    "duty": DUTY,
    "matter_duty": MATTER_DUTY,
    "engagement_move": ENGAGEMENT_MOVE,
    "declaring": DECLARING,
    "own_answer": OWN_ANSWER,
    "position": POSITION,
    "adoption": ADOPTION,
    "criterion": CRITERION,
    "effect": EFFECT,
    "certainty": CERTAINTY,
    "finding": FINDING,
    "unresolved": UNRESOLVED,
    "tie_source": TIE_SOURCE,
    "panel_move": PANEL_MOVE,
    "choice": CHOICE,
    "parameter": PARAMETER,
    "grouping": GROUPING,
    "preset_rule": PRESET_RULE,
    "panel_solved": PANEL_SOLVED,
}


def reason(text: str) -> str:
    """Why something was done: what the service itself noted as a sentence, what a person wrote as it is."""
    what, _, id = text.partition(" ")
    noted = text in NOTES if not id else len(id) == LENGTH_OF_ID
    return NOTES.get(what, text) if noted else text
