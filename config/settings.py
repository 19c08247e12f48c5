"""Every setting of an installation: its variable, default, meaning and check.

Values come from the environment and, for what is not there, from the file that `EXPERTDB_ENV_FILE` names
(`instance/expertdb.env` by default; `expertdb prepare` writes one with fresh secrets when there is none). A secret may
also stand in a file of its own, which `<NAME>_FILE` names in either.
All faults are reported at once, so that nobody mends them one restart at a time.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, fields
from dataclasses import field as dataclass_field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from config import checks

ENV_FILE = "EXPERTDB_ENV_FILE"
IN_A_FILE = "_FILE"
PREFIX = "EXPERTDB_"
DEFAULT_ENV_FILE = "instance/expertdb.env"


class SettingsFault(Exception):
    """One or more settings are missing or wrong; `faults` holds a sentence for each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("The settings are not usable:\n" + "\n".join(f"- {fault}" for fault in faults))
        self.faults = faults


def _setting(
    variable: str, meaning: str, parse: Callable[[str], Any], default: Any = ..., *, secret: bool = False
) -> Any:
    metadata = {"variable": variable, "meaning": meaning, "parse": parse, "required": default is ...}
    return dataclass_field(default="" if default is ... else default, metadata=metadata, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one process; see `docs/settings.md` for the same list in prose."""

    database_url: str = _setting(
        "EXPERTDB_DATABASE_URL",
        "where the data lives: sqlite:///path or postgresql+psycopg://user:password@host/name",
        checks.database_url,
        "sqlite:///instance/expertdb.sqlite3",
    )
    secret_key: str = _setting(
        "EXPERTDB_SECRET_KEY", "signs sessions; at least 16 characters", checks.secret(16), secret=True
    )
    audit_key: str = _setting(
        "EXPERTDB_AUDIT_KEY",
        "seals the audit log; at least 32 characters, kept where the database's owner cannot read it; derived from "
        "EXPERTDB_SECRET_KEY when not set",
        checks.secret(32),
        "",
        secret=True,
    )
    field_keys: str = _setting(
        "EXPERTDB_FIELD_KEYS",
        "seal restricted fields: id:secret, or several with commas between, the current one first; derived from "
        "EXPERTDB_SECRET_KEY when not set",
        checks.field_keys,
        "",
        secret=True,
    )
    audit_old_keys: tuple[str, ...] = _setting(
        "EXPERTDB_AUDIT_OLD_KEYS",
        "keys that EXPERTDB_AUDIT_KEY replaced, oldest first, with commas between: they verify what they sealed",
        checks.secrets(16),
        (),
        secret=True,
    )
    audit_anchor: str = _setting(
        "EXPERTDB_AUDIT_ANCHOR",
        "the file, outside the database, to which the state of the audit log is written at intervals; better on "
        "another machine or a disk that only appends",
        checks.text,
        "",
    )
    bootstrap_token: str = _setting(
        "EXPERTDB_BOOTSTRAP_TOKEN",
        "becomes the first administrator token while the database holds no token at all; at least 8 characters, "
        "better 32 at random",
        checks.secret(8),
        "",
        secret=True,
    )
    session_idle_minutes: int = _setting(
        "EXPERTDB_SESSION_IDLE_MINUTES",
        "a session of the console ends after so many minutes without a visit",
        checks.whole(1, 1440),
        60,
    )
    session_hours: int = _setting(
        "EXPERTDB_SESSION_HOURS",
        "a session of the console ends after so many hours at the latest",
        checks.whole(1, 168),
        12,
    )
    metrics_token: str = _setting(
        "EXPERTDB_METRICS_TOKEN",
        "the bearer token that /metrics asks for; without one it answers this machine only",
        checks.secret(16),
        "",
        secret=True,
    )
    host: str = _setting("EXPERTDB_HOST", "the address the server listens on", checks.host, "127.0.0.1")
    port: int = _setting("EXPERTDB_PORT", "the port the server listens on", checks.whole(1, 65535), 8000)
    workers: int = _setting("EXPERTDB_WORKERS", "server processes", checks.whole(1, 64), 2)
    threads: int = _setting("EXPERTDB_THREADS", "threads of each server process", checks.whole(1, 64), 4)
    queue: int = _setting(
        "EXPERTDB_QUEUE",
        "requests that may wait for a thread of each process; more are answered 503 with Retry-After",
        checks.whole(1, 10_000),
        64,
    )
    caller_rate: str = _setting(
        "EXPERTDB_CALLER_RATE",
        "most requests of one token, link or session or, without one that is known, address; none: no limit",
        checks.rate,
        "30000/minute",
    )
    stranger_rate: str = _setting(
        "EXPERTDB_STRANGER_RATE",
        "most calls per address with an invalid token or link, on all processes together; none: no limit",
        checks.rate,
        "1200/minute",
    )
    proxies: int = _setting(
        "EXPERTDB_PROXIES",
        "reverse proxies in front, whose X-Forwarded-For and X-Forwarded-Proto are believed",
        checks.whole(0, 8),
        0,
    )
    least_free_bytes: int = _setting(
        "EXPERTDB_LEAST_FREE_BYTES",
        "room on the disk of an SQLite file below which /readyz says no",
        checks.whole(0, 10**15),
        200_000_000,
    )
    job_threads: int = _setting(
        "EXPERTDB_JOB_THREADS",
        "threads of each server process that work at jobs; 0 leaves them to `expertdb work`",
        checks.whole(0, 4),
        1,
    )
    max_body_bytes: int = _setting(
        "EXPERTDB_MAX_BODY_BYTES",
        "largest request body, imports apart",
        checks.whole(1_000, 1_000_000_000),
        2_000_000,
    )
    max_import_bytes: int = _setting(
        "EXPERTDB_MAX_IMPORT_BYTES", "largest import file", checks.whole(1_000, 1_000_000_000), 64_000_000
    )
    matching_file: str = _setting(
        "EXPERTDB_MATCHING_FILE",
        "parameters of the matcher (TOML)",
        checks.text,
        str(Path(__file__).with_name("matching.toml")),
    )
    pool_file: str = _setting(
        "EXPERTDB_POOL_FILE",
        "periods of the pool's life, public holidays and make-up working days (TOML)",
        checks.text,
        str(Path(__file__).with_name("pool.toml")),
    )
    index: str = _setting(
        "EXPERTDB_INDEX",
        "what ranks: memory, or qdrant for a pool that outgrows one machine",
        checks.choice("memory", "qdrant"),
        "memory",
    )
    qdrant_url: str = _setting(
        "EXPERTDB_QDRANT_URL", "where Qdrant listens", checks.web_address, "http://127.0.0.1:6333"
    )
    qdrant_key: str = _setting("EXPERTDB_QDRANT_KEY", "Qdrant's API key", checks.text, "", secret=True)
    index_dir: str = _setting(
        "EXPERTDB_INDEX_DIR",
        "the folder in which the processes of this machine share the index",
        checks.text,
        "instance/index",
    )
    log_level: str = _setting("EXPERTDB_LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR", checks.log_level, "INFO")

    @property
    def address(self) -> str:
        """Where the server listens, host and port; an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_env_file(path: Path, faults: list[str]) -> dict[str, str]:
    """Read `NAME=value` lines; blank lines and lines that start with # are passed over.

    A missing file is an empty one. A line without `=`, or a file that is not text, is added to `faults`.
    """
    if not path.is_file():
        return {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        faults.append(f"{path.name} is not UTF-8 text")
        return {}
    values: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            faults.append(f"{path.name}, line {number}: expected NAME=value")
        elif is_ours(name.strip()) and name.strip() not in names():
            nearest = ", ".join(_nearest(name.strip(), 0.0))
            faults.append(f"{path.name}, line {number}: there is no setting {name.strip()}; the nearest is {nearest}")
        values[name.strip()] = value.strip()
    return values


def is_ours(name: str) -> bool:
    """Whether a variable is named as settings are."""
    return name.startswith(PREFIX)


def names() -> list[str]:
    """Every variable that is read from the environment or the settings file."""
    plain = [field.metadata["variable"] for field in fields(Settings)]
    return [*plain, *(field.metadata["variable"] + IN_A_FILE for field in fields(Settings) if _may_be_in_a_file(field))]


def slips(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that look like a setting written wrong, each with that setting.

    Others may be named as ours are: those of programs that call the service, or of the tests.
    """
    strange = [name for name in environ if is_ours(name) and name not in (*names(), ENV_FILE)]
    return {name: near for name in strange for near in _nearest(name, 0.8)}


def _nearest(name: str, cutoff: float) -> list[str]:
    if name.removesuffix(IN_A_FILE) in names():
        return [name.removesuffix(IN_A_FILE)]  # No secret, so it stands in no file of its own.
    known = [one.removeprefix(PREFIX) for one in names()]
    return [PREFIX + near for near in get_close_matches(name.removeprefix(PREFIX), known, n=1, cutoff=cutoff)]


def _may_be_in_a_file(field: Field[Any]) -> bool:
    return not field.repr or field.name == "database_url"


def env_file(environ: Mapping[str, str]) -> Path:
    """Where the settings file of this installation stands."""
    return Path(environ.get(ENV_FILE, DEFAULT_ENV_FILE))


def read_secret_files(environ: Mapping[str, str], faults: list[str]) -> dict[str, str]:
    """The settings whose value stands in a file that `<NAME>_FILE` names, as containers and systemd hand secrets over.

    Only secrets and the database's address can be given so; a file that cannot be read is added to `faults`.
    """
    values: dict[str, str] = {}
    for field in fields(Settings):
        variable = field.metadata["variable"]
        named = environ.get(variable + IN_A_FILE) if _may_be_in_a_file(field) else None
        if not named:
            continue
        try:
            values[variable] = Path(named).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"{variable}{IN_A_FILE} names {named}, which cannot be read ({type(error).__name__})")
    return values


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises SettingsFault that names every fault at once."""
    environ = os.environ if environ is None else environ
    faults: list[str] = []
    values: dict[str, str] = {}
    for stated in (read_env_file(env_file(environ), faults), environ):
        values |= {**stated, **read_secret_files(stated, faults)}
    parsed: dict[str, Any] = {}
    for field in fields(Settings):
        variable = field.metadata["variable"]
        raw = values.get(variable, "")
        if not raw:
            if field.metadata["required"]:
                faults.append(f"{variable} is not set ({field.metadata['meaning']})")
            continue
        try:
            parsed[field.name] = field.metadata["parse"](raw)
        except ValueError as error:
            faults.append(f"{variable} {error}")
    settings = None if faults else Settings(**parsed)
    if settings and settings.index == "qdrant" and settings.workers > 1:
        # Each process counts terms by what it writes: two would count one edit twice.
        faults.append(f"EXPERTDB_WORKERS is {settings.workers}; with EXPERTDB_INDEX=qdrant it must be 1 (use threads)")
    if settings is None or faults:
        raise SettingsFault(faults + _faults_of_files(parsed))
    return settings


def _faults_of_files(parsed: Mapping[str, Any]) -> list[str]:
    """What is wrong with the files that settings name, which the application else reads: only where it will not start.

    To know takes much of the program, and a start is not to import that twice.
    """
    from config import files

    return files.faults(
        {
            field.metadata["variable"]: parsed[field.name]
            for field in fields(Settings)
            if field.metadata["variable"] in files.READERS and field.name in parsed
        }
    )
