"""The console's forms of engagements, opinions and evaluations: what the address says already is left out of them."""

from marshmallow import Schema, fields

from expertdb.models.engagements import WAYS_OF_DECLARING
from expertdb.models.opinions import POSITIONS
from expertdb.schemas.engagements import DeclarationBody
from expertdb.schemas.evaluations import Scores
from expertdb.schemas.fields import Bool, Choice
from expertdb.schemas.panel_forms import LocalMoment
from expertdb.schemas.personal import Remark


class InvitationForm(Schema):
    """Until when an answer is awaited."""

    respond_by = LocalMoment(allow_none=True)


class OfficeDeclarationForm(DeclarationBody):
    """Interests as an office takes them down, which says how the expert gave them."""

    how = Choice(WAYS_OF_DECLARING, required=True)


class EvaluationForm(Schema):
    """How an expert served."""

    scores = fields.Nested(Scores, required=True)
    comment = Remark(maximum=5000, load_default="")


class OpinionForm(Schema):
    """An opinion as the expert signs it."""

    position = Choice(POSITIONS, required=True)
    text = Remark(maximum=50_000, minimum=1, required=True)
    dissent = Bool(load_default=False)
    signed_by = Remark(maximum=100, minimum=1, required=True)
