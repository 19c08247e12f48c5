"""/api/v1/users: who may sign in to the console."""

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, edits, takes
from expertdb.models.users import User
from expertdb.schemas.users import UserAnswer, UserBody, UserPatch, UserQuery
from expertdb.services import users
from expertdb.services.paging import Page

routes = Routes("users")

ADMINISTRATORS = ("administrator",)


@routes.post("/users")
@allow(*ADMINISTRATORS)
@takes(UserBody)
@answers(UserAnswer, 201, location="/users", shown_once="password")
def create_user(call: Call) -> User:
    """Make a user; without a password one is made, and this answer is the only place that ever shows it."""
    user, made = users.create(call.session, call.body, actor=call.actor, now=call.now)
    return _with(user, made)


@routes.get("/users")
@allow(*ADMINISTRATORS)
@asks(UserQuery)
@answers(UserAnswer, paged=True)
def list_users(call: Call) -> Page:
    """List the users that meet every filter, by login name."""
    return users.find(call.session, call.query)


@routes.get("/users/<user_id>")
@allow(*ADMINISTRATORS)
@answers(UserAnswer)
def read_user(call: Call, user_id: str) -> User:
    """Read one user."""
    return users.get(call.session, user_id)


@routes.patch("/users/<user_id>")
@allow(*ADMINISTRATORS)
@edits
@takes(UserPatch)
@answers(UserAnswer)
def edit_user(call: Call, user_id: str) -> User:
    """Change what the body names; `"active": false` ends the account, which stays in the record."""
    return users.edit(call.session, user_id, call.body, version=call.version, actor=call.actor, now=call.now)


@routes.post("/users/<user_id>/password")
@allow(*ADMINISTRATORS)
@answers(UserAnswer, shown_once="password")
def reset_password(call: Call, user_id: str) -> User:
    """Give the user a password for one use, shown in this answer only, and sign them out everywhere."""
    return _with(*users.reset_password(call.session, user_id, actor=call.actor, now=call.now))


def _with(user: User, password: str | None) -> User:
    if password is not None:
        user.password = password  # type: ignore[attr-defined]
    return user
