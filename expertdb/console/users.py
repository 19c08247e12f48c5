"""Users: list, make, edit, reset the password."""

from flask import flash, render_template

from expertdb.console.forms import Form
from expertdb.console.handling import go, saved
from expertdb.console.language import tongue
from expertdb.console.rules import Reply, Visit, allow, asks, takes
from expertdb.console.site import pages
from expertdb.schemas.users import UserAnswer, UserBody, UserPatch, UserQuery
from expertdb.services import organisations, users
from expertdb.wording import Text, say

ADMINISTRATORS = ("administrator",)


@pages.get("/users")
@allow(*ADMINISTRATORS)
@asks(UserQuery)
def list_users(visit: Visit) -> Reply:
    """Everybody with an account."""
    page = users.find(visit.session, visit.query)
    return render_template("users/list.html", users=page.items, next_cursor=page.next_cursor, query=visit.query)


@pages.get("/users/new")
@allow(*ADMINISTRATORS)
def new_user(visit: Visit) -> Reply:
    """The form for a new account."""
    return render_template("users/new.html", form=visit.form or Form.blank())


@pages.post("/users/new")
@allow(*ADMINISTRATORS)
@takes(UserBody, again=new_user)
def add_user(visit: Visit) -> Reply:
    """Make the account and show the password made for it, once."""
    note = organisations.note_of_new(visit.session, visit.body.get("organisation"))
    user, made = users.create(visit.session, visit.body, actor=visit.actor, now=visit.now)
    _tell(note)
    return render_template("users/password.html", user=user, password=made)


@pages.get("/users/<user_id>")
@allow(*ADMINISTRATORS)
def edit_user(visit: Visit, user_id: str) -> Reply:
    """One account, to change."""
    user = users.get(visit.session, user_id)
    form = visit.form_of(UserAnswer(only=tuple(UserPatch().fields)).dump(user), user.version)
    return render_template("users/edit.html", user=user, form=form)


@pages.post("/users/<user_id>")
@allow(*ADMINISTRATORS)
@takes(UserPatch, again=edit_user)
def save_user(visit: Visit, user_id: str) -> Reply:
    """Change the account."""
    note = organisations.note_of_new(visit.session, visit.body.get("organisation"))
    found = users.edit(visit.session, user_id, visit.body, version=visit.version, actor=visit.actor, now=visit.now)
    _tell(note)
    return go("list_users", saved(visit, found.version))


def _tell(note: Text | None) -> None:
    if note:
        flash(say(note, tongue()), "warning")


@pages.post("/users/<user_id>/password")
@allow(*ADMINISTRATORS)
def reset_password(visit: Visit, user_id: str) -> Reply:
    """Give the user another password for one use, shown once."""
    user, made = users.reset_password(visit.session, user_id, actor=visit.actor, now=visit.now)
    return render_template("users/password.html", user=user, password=made)
