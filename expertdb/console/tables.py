"""What codes of the system are called in people's words. A test holds every table to its model, and to its Chinese."""

from expertdb.code_words import CALLED
from expertdb.console.trace_tables import TRACE_TABLES
from expertdb.matter_words import MATTER_WORDS
from expertdb.schemas.reason_words import ADJUSTMENT
from expertdb.wording import Text

EXPERT_MOVE = {
    "draft": Text("Send back"),
    "submitted": Text("Submit"),
    "under_review": Text("Take into review"),
    "publicity": Text("Publish"),
    "active": Text("Activate"),
    "on_leave": Text("Set on leave"),
    "suspended": Text("Suspend"),
    "expired": Text("End the term"),
    "renewed": Text("Renew"),
    "removed": Text("Remove from the pool"),
    "withdrawn": Text("Record the withdrawal"),
    "erased": Text("Erase personal data"),
}
ENTRY_SOURCE = {
    "nomination": Text("Nomination"),
    "application": Text("Application"),
    "take_over": Text("Take-over"),
    "import": Text("Import"),
}
GROUND = {
    "not_qualified": Text("Not qualified"),
    "lost_qualification": Text("Lost the qualification"),
    "misconduct": Text("Misconduct"),
    "false_data": Text("False data"),
    "undisclosed_conflict": Text("Undisclosed conflict of interest"),
    "leak": Text("Leak"),
    "no_shows": Text("Repeated absence"),
    "poor_appraisal": Text("Poor appraisal"),
    "unreachable": Text("Cannot be reached"),
    "own_request": Text("At their own request"),
    "term_end": Text("End of the term"),
    "death": Text("Death"),
    "other": Text("Other"),
}
REQUEST_MOVE = {
    "submitted": Text("Submit"),
    "returned": Text("Send back"),
    "accepted": Text("Accept"),
    "shortlisted": Text("Back to the shortlist"),
    "confirmed": Text("Confirm"),
    "invited": Text("Note the invitations"),
    "engaged": Text("Note the engagements"),
    "delivered": Text("Note the delivery"),
    "evaluated": Text("Note the evaluation"),
    "closed": Text("Close"),
    "cancelled": Text("Cancel the request"),
}
# How somebody holds what is asked for.
HELD = {
    "coded": Text("curated code"),
    "mentioned": Text("mentioned in the profile only"),
    "missing": Text("neither"),
}
REASON_FIELD = {
    "concept": Text("Subject or service"),
    "native": Text("Words"),
    "pivot": Text("Synonyms and other language"),
    "adjustment": Text("Adjustment"),
    "semantic": Text("Likeness in meaning"),
    "rest": Text("All other words"),
}
GAP = {
    "held by nobody": Text("nobody in the pool holds it."),
    "held only by people left out": Text("only people who are left out hold it."),
    "held only by people outside the filters": Text("only people outside the filters hold it."),
}
FILTER = {
    "region": Text("Region"),
    "kind": Text("Kind of expert"),
    "language": Text("Language"),
    "code": Text("Codes"),
    "mode": Text("Way of working"),
}
OBJECTOR = {
    "citizen": Text("A citizen"),
    "organisation": Text("An organisation"),
    "staff": Text("Staff"),
    "anonymous": Text("Anonymous"),
}
OBJECTION_GROUND = {
    "not_qualified": Text("Not qualified"),
    "false_data": Text("False data"),
    "misconduct": Text("Misconduct"),
    "conflict_of_interest": Text("Conflict of interest"),
    "procedure": Text("Fault of procedure"),
    "other": Text("Other"),
}
SANCTION_KIND = {"suspension": Text("Suspension"), "removal": Text("Removal")}
SANCTION_MOVE = {
    "appealed": Text("Record an appeal"),
    "upheld": Text("Uphold the appeal"),
    "dismissed": Text("Dismiss the appeal"),
    "lifted": Text("Lift it"),
}
# What fields are called where a whole form is spoken of.
FIELD = {
    "name": Text("Name"),
    "kind": Text("Kind"),
    "organisation": Text("Organisation"),
    "position": Text("Position"),
    "region": Text("Region"),
    "title_level": Text("Title level"),
    "languages": Text("Languages"),
    "licences": Text("Licences"),
    "availability": Text("Availability"),
    "statement": Text("Statement"),
    "codes": Text("Subjects and services"),
    "items": Text("Evidence"),
    "term": Text("Term"),
    "role": Text("Role"),
    "active": Text("May sign in"),
    "title": Text("Title"),
    "text": Text("What is asked"),
    "aspects": Text("Aspects"),
    "parties": Text("Parties"),
    "experts_wanted": Text("Experts wanted"),
    "due": Text("Due"),
    "urgency": Text("Urgency"),
    "secrecy": Text("Secrecy"),
    "stage": Text("Stage of the policy"),
    "legal_basis": Text("Legal basis"),
    "mode": Text("Way of working"),
    "questions": Text("Questions"),
    "related_organisations": Text("Others concerned"),
    "suggested_experts": Text("Suggested experts"),
    "excluded_experts": Text("Experts not wanted"),
    "earlier_stages": Text("Earlier stages"),
    "panel": Text("Panel"),
}
# Works of an author's record that are no evidence: by the types of ORCID and OpenAlex.
NO_WORK = {
    "no title": Text("Without a title"),
    "dataset": Text("Dataset"),
    "data-set": Text("Dataset"),
    "paratext": Text("Front or back matter"),
    "erratum": Text("Erratum"),
    "retraction": Text("Retracted"),
    "peer-review": Text("Peer review"),
    "supplementary-materials": Text("Supplement"),
    "other": Text("Other"),
    "libguides": Text("Library guide"),
    "cartographic-material": Text("Map"),
    "online-resource": Text("Online resource"),
    "website": Text("Website"),
    "trademark": Text("Trademark"),
    "license": Text("Licence"),
    "disclosure": Text("Invention disclosure"),
}
TABLES = {
    **CALLED,
    "entry_source": ENTRY_SOURCE,
    "expert_move": EXPERT_MOVE,
    "field": FIELD,
    "ground": GROUND,
    "held": HELD,
    "request_move": REQUEST_MOVE,
    "adjustment": ADJUSTMENT,
    "gap": GAP,
    "objector": OBJECTOR,
    "objection_ground": OBJECTION_GROUND,
    "sanction_kind": SANCTION_KIND,
    "sanction_move": SANCTION_MOVE,
    "filter": FILTER,
    "reason_field": REASON_FIELD,
    "no_work": NO_WORK,
    **TRACE_TABLES,
    **MATTER_WORDS,
}
