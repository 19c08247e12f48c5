"""/api/v1/tokens: who may call, as what."""

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, takes
from expertdb.models.tokens import AccessToken
from expertdb.schemas.tokens import TokenAnswer, TokenBody, TokenQuery
from expertdb.services import tokens
from expertdb.services.paging import Page

routes = Routes("tokens")

ADMINISTRATORS = ("administrator",)


@routes.post("/tokens")
@allow(*ADMINISTRATORS)
@takes(TokenBody)
@answers(TokenAnswer, 201, shown_once="token")
def create_token(call: Call) -> AccessToken:
    """Make a token; the answer is the only place that ever shows it."""
    token, secret = tokens.create(call.session, call.body, actor=call.actor, now=call.now)
    token.token = secret  # type: ignore[attr-defined]
    return token


@routes.get("/tokens")
@allow(*ADMINISTRATORS)
@asks(TokenQuery)
@answers(TokenAnswer, paged=True)
def list_tokens(call: Call) -> Page:
    """List the tokens, oldest first, without their secrets."""
    return tokens.find(call.session, call.query)


@routes.delete("/tokens/<token_id>")
@allow(*ADMINISTRATORS)
@answers(None, 204)
def revoke_token(call: Call, token_id: str) -> None:
    """End a token at once."""
    tokens.revoke(call.session, token_id, actor=call.actor, now=call.now)
