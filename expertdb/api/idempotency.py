"""A POST with an Idempotency-Key has its effect once; a repeat gets the first answer again.

The answer is written in the transaction of its effect, so either both are there or neither. Two equal calls at the
same moment: the second waits for the first one's row and then finds its answer.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime

from flask import Response, json, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from expertdb.api.rejections import MalformedHeader
from expertdb.database import transaction
from expertdb.errors import IdempotencyKeyReused
from expertdb.models.audit import PENDING, canonical
from expertdb.models.tokens import IdempotentAnswer
from expertdb.services.actors import Actor
from expertdb.wording import Text

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KEPT_HEADERS = ("ETag", "Location", "Content-Type")
MAXIMUM = 200


class _Raced(Exception):
    """Another call with the same key was faster; its answer can be read now."""


def is_asked() -> bool:
    """Whether the call being answered has a key."""
    return request.method == "POST" and "Idempotency-Key" in request.headers


def looked_up(actor: Actor) -> Response | None:
    """The answer stored for this call, looked for in a transaction of its own; raises what `replayed` does."""
    if not is_asked():
        return None
    with transaction(read_only=True) as session:
        return replayed(session, actor)


def replayed(session: Session, actor: Actor) -> Response | None:
    """The stored answer for this caller and key.

    Raises IdempotencyKeyReused when the key came with another call before, MalformedHeader for a key that is none.
    """
    known = session.get(IdempotentAnswer, (actor.id, _key()))
    if known is None:
        return None
    if known.fingerprint != _fingerprint():
        raise IdempotencyKeyReused(Text("This key came with another call before; use a fresh key for each."))
    return Response(known.body, known.status, dict(known.headers) | {"Idempotency-Replayed": "true"})


def kept(
    session: Session,
    actor: Actor,
    now: datetime,
    make: Callable[[], Response],
    *,
    shown_once: str | None = None,
) -> Response:
    """A new answer for this caller and key, stored with its effect.

    The field `shown_once` of the answer, if one is named, is a secret and not stored.
    """
    # About nothing yet: where nobody noted what an answer is about, an erasure takes it, and this call may be one.
    row = IdempotentAnswer(token_id=actor.id, key=_key(), fingerprint=_fingerprint(), created_at=now, about=[])
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise _Raced from error
    answer = make()
    row.status, row.body = answer.status_code, _without(shown_once, answer.get_data())
    row.about = _about(session, actor, answer)
    row.headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    session.flush()
    return answer


def _about(session: Session, actor: Actor, answer: Response) -> list[str]:
    """The ids of all that a call dealt with: in its path, in its answer, in what it put into the log, and its caller's.

    No route has to say whom it is about, so none can forget to; a link's caller is the engagement it was issued for.
    """
    deeds = [[deed.subject, deed.details] for deed in session.info.get(PENDING, [])]
    said = (request.path, actor.id, canonical(deeds), answer.get_data(as_text=True))
    return sorted({id for text in said for id in ID.findall(text)})


def _key() -> str:
    key = request.headers["Idempotency-Key"]
    if not key.isascii() or not key.isprintable() or not 1 <= len(key) <= MAXIMUM:
        raise MalformedHeader(
            Text("Idempotency-Key must be 1 to {maximum} printable ASCII characters.", maximum=MAXIMUM)
        )
    return key


def retry_when_raced(answer: Callable[[], Response]) -> Response:
    """Ask once more when an equal call was faster."""
    try:
        return answer()
    except _Raced:
        return answer()


def _without(field: str | None, body: bytes) -> bytes:
    if field is None:
        return body
    kept = {name: value for name, value in json.loads(body).items() if name != field}
    return json.dumps(kept, ensure_ascii=False, sort_keys=False).encode()


def _fingerprint() -> str:
    body = request.get_data(cache=True)
    if boundary := request.mimetype_params.get("boundary"):
        body = body.replace(boundary.encode(), b"")  # It is drawn anew each time that a client sends the same form.
    parts = (request.method.encode(), request.full_path.encode(), body)
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
