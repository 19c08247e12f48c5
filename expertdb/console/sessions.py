"""Who is looking at a page: the cookie, Flask-Login's look-up of its secret, and the clock of idle sessions.

The cookie is new at every sign-in, is sent by this site's own pages only, and cannot be read by scripts.
"""

from datetime import timedelta

import structlog
from flask import Flask, Request, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import OperationalError

from expertdb.database import transaction
from expertdb.services import sessions
from expertdb.services.sessions import Limits, SignedIn

log = structlog.get_logger()
manager = LoginManager()
forgery = CSRFProtect()


class Cookies(SecureCookieSessionInterface):
    """Over https the cookie is sent over https only, and its name says that no other host of the domain set it."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of a cookie, or an empty one; nothing is made that checks cookies where there is none."""
        return super().open_session(app, request) if "Cookie" in request.headers else self.session_class()

    def get_cookie_name(self, app: Flask) -> str:
        return "__Host-expertdb" if request.is_secure else "expertdb"

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


class Visitor(UserMixin):  # type: ignore[misc]  # Flask-Login has no types.
    """Somebody signed in, as Flask-Login knows them: by their session's secret."""

    def __init__(self, secret: str, signed_in: SignedIn) -> None:
        self.secret, self.signed_in = secret, signed_in

    def get_id(self) -> str:
        return self.secret


@manager.user_loader  # type: ignore[untyped-decorator]
def recognise(secret: str) -> Visitor | None:
    """The visitor with this secret; None when the session has ended."""
    now = current_app.extensions["clock"]()
    with transaction(read_only=True) as database:
        found = sessions.recognise(database, secret, now, current_app.config["SESSION_LIMITS"])
    if found is None:
        return None
    if found.is_stale:
        _note_seen(found)
    return Visitor(secret, found)


def _note_seen(found: SignedIn) -> None:
    try:
        with transaction() as database:
            sessions.note_seen(database, found.session_id, current_app.extensions["clock"]())
    except OperationalError as error:
        # A long import holds SQLite's lock: that must not fail a page which only reads. The next visit is noted.
        log.warning("session_use_not_noted", error=str(error.orig))


def signed_in() -> SignedIn | None:
    """Who is signed in here; asked before a transaction is opened, and answered from memory from then on."""
    if not current_user.is_authenticated:
        return None
    found: SignedIn = current_user.signed_in
    g.actor = found.actor
    return found


def enter(secret: str, found: SignedIn) -> None:
    """Begin a session here: nothing of the one before, a stranger's perhaps, lives on in the cookie."""
    session.clear()
    login_user(Visitor(secret, found))


def leave() -> None:
    """Forget the session here."""
    logout_user()
    session.clear()


def init_app(app: Flask, limits: Limits) -> None:
    """Set up cookies, look-up and the guard against forged forms, which pages call themselves."""
    app.session_interface = Cookies()
    app.config.update(
        SESSION_LIMITS=limits,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # A form may lie open for long; its token ends with the session.
        PERMANENT_SESSION_LIFETIME=timedelta(days=1),
    )
    manager.session_protection = None  # The secret is enough; a phone changes its address all the time.
    manager.init_app(app)
    forgery.init_app(app)
