"""The wire contract of users, and the forms by which they sign in."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_dump

from expertdb.models.tokens import ROLES
from expertdb.models.users import User
from expertdb.names import fold
from expertdb.schemas.fields import Bool, Choice, Str
from expertdb.schemas.personal import Remark
from expertdb.schemas.shared import PageQuery, Reference, plain, reference
from expertdb.wording import Text

LOGIN = re.compile(r"[\w.@-]{2,64}")
LONGEST_PASSWORD = 200


class Login(Str):
    """A login name: letters of any script, digits and . _ @ -, compared without regard to case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(maximum=64, minimum=2, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        login = fold(super()._deserialize(value, attr, data, **kwargs))
        if not LOGIN.fullmatch(login):
            raise ValidationError([Text("A login name has 2 to 64 letters, digits or . _ @ - and no spaces.")])
        return login


class Password(Str):
    """A password as it was typed, spaces and all."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(maximum=LONGEST_PASSWORD, minimum=1, metadata={"format": "password"}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        super()._deserialize(value, attr, data, **kwargs)
        return str(value)


class UserPatch(Schema):
    """What changes of a user; what is not named stays. A change of role, organisation or `active` signs them out."""

    name = Remark(maximum=100, minimum=1)
    role = Choice(ROLES)
    organisation = Str(
        maximum=200, minimum=1, allow_none=True, metadata={"description": "id or name of an organisation"}
    )
    active = Bool()


class UserBody(Schema):
    """A new user; an agency's should name the organisation. Without a password one is made, for the first sign-in."""

    login = Login(required=True)
    name = Remark(maximum=100, minimum=1, required=True)
    role = Choice(ROLES, required=True)
    organisation = Str(maximum=200, minimum=1, metadata={"description": "id or name of an organisation"})
    password = Password()


class UserAnswer(Schema):
    """A user as they are stored; `password` stands only in the answer that made it."""

    id = fields.String(required=True)
    login = fields.String()
    name = fields.String()
    role = fields.String()
    organisation = fields.Nested(Reference, allow_none=True)
    active = fields.Boolean()
    must_change_password = fields.Boolean()
    password = fields.String(metadata={"description": "a password for one use, shown once"})
    version = fields.Integer()
    created_at = fields.DateTime(format="iso")
    updated_at = fields.DateTime(format="iso")
    last_signed_in_at = fields.DateTime(format="iso", allow_none=True)

    @pre_dump
    def shape(self, user: User, **kwargs: Any) -> dict[str, Any]:
        return plain(self, user) | {"organisation": reference(user.organisation)}


class UserQuery(PageQuery):
    """Filters of the list of users."""

    role = Choice(ROLES)
    active = Bool(from_text=True)


class SignInForm(Schema):
    """Name and password."""

    login = Str(maximum=64, minimum=1, required=True)
    password = Password(required=True)


class PasswordForm(Schema):
    """One's own new password, typed twice, and the present one."""

    present = Password(required=True)
    password = Password(required=True)
    again = Password(required=True)


class FirstRunForm(Schema):
    """The first administrator, and whether to load the sample pool."""

    bootstrap = Str(maximum=200, minimum=1, required=True)
    login = Login(required=True)
    name = Remark(maximum=100, minimum=1, required=True)
    password = Password(required=True)
    again = Password(required=True)
    sample = Bool(load_default=False)
