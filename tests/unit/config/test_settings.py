"""Settings: the environment wins over the file, every fault is told at once, and each setting is documented."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from config.settings import ENV_FILE, Settings, SettingsFault, load, slips

SECRET = "s" * 40
DOCUMENT = Path(__file__).parents[3] / "docs" / "settings.md"


def environment(tmp_path: Path, *lines: str, **changes: str) -> dict[str, str]:
    """An environment whose settings file holds these lines."""
    file = tmp_path / "expertdb.env"
    file.write_text("\n".join(lines), encoding="utf-8")
    return {ENV_FILE: str(file), **changes}


def faults(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsFault) as caught:
        load(environ)
    return caught.value.faults


def test_secret_key_alone_is_enough(tmp_path: Path) -> None:
    settings = load(environment(tmp_path, EXPERTDB_SECRET_KEY=SECRET))
    assert settings == Settings(secret_key=SECRET)
    assert settings.port == 8000


@pytest.mark.parametrize(("host", "address"), [("127.0.0.1", "127.0.0.1:8000"), ("::1", "[::1]:8000")])
def test_address_can_be_of_either_kind(host: str, address: str) -> None:
    assert Settings(host=host).address == address


def test_missing_secret_key_is_named_with_its_meaning(tmp_path: Path) -> None:
    assert faults(environment(tmp_path)) == ["EXPERTDB_SECRET_KEY is not set (signs sessions; at least 16 characters)"]


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    found = faults(
        environment(
            tmp_path,
            "no equals sign here",
            "# a comment",
            "nor here",
            EXPERTDB_SECRET_KEY="short",
            EXPERTDB_DATABASE_URL="mysql://x",
            EXPERTDB_PORT="99999",
            EXPERTDB_WORKERS="two",
            EXPERTDB_LOG_LEVEL="LOUD",
        )
    )
    assert found == [
        "expertdb.env, line 1: expected NAME=value",
        "expertdb.env, line 3: expected NAME=value",
        "EXPERTDB_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://",
        "EXPERTDB_SECRET_KEY has 5 characters; at least 16 are needed (try: openssl rand -hex 32)",
        "EXPERTDB_PORT is '99999'; it takes a whole number from 1 to 65535",
        "EXPERTDB_WORKERS is 'two'; it takes a whole number from 1 to 64",
        "EXPERTDB_LOG_LEVEL is 'LOUD'; it takes one of DEBUG, INFO, WARNING, ERROR",
    ]


def test_every_fault_stands_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(SettingsFault, match=r"(?s)EXPERTDB_SECRET_KEY.*EXPERTDB_PORT"):
        load(environment(tmp_path, EXPERTDB_PORT="-1"))


def test_secrets_are_never_in_the_message(tmp_path: Path) -> None:
    found = faults(environment(tmp_path, EXPERTDB_SECRET_KEY="hush-hush", EXPERTDB_BOOTSTRAP_TOKEN="psst-psst"))
    assert not any("hush" in fault or "psst" in fault for fault in found)


def test_file_fills_what_the_environment_lacks(tmp_path: Path) -> None:
    settings = load(environment(tmp_path, f"EXPERTDB_SECRET_KEY={SECRET}", "", " EXPERTDB_PORT = 9000 "))
    assert (settings.secret_key, settings.port) == (SECRET, 9000)


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    lines = (f"EXPERTDB_SECRET_KEY={SECRET}", "EXPERTDB_PORT=9000")
    assert load(environment(tmp_path, *lines, EXPERTDB_PORT="9100")).port == 9100


def test_value_may_hold_equals_signs(tmp_path: Path) -> None:
    assert load(environment(tmp_path, f"EXPERTDB_SECRET_KEY={SECRET}==")).secret_key == f"{SECRET}=="


def test_empty_value_means_the_default(tmp_path: Path) -> None:
    assert load(environment(tmp_path, EXPERTDB_SECRET_KEY=SECRET, EXPERTDB_PORT="")).port == 8000


def test_missing_file_is_an_empty_one(tmp_path: Path) -> None:
    assert load({ENV_FILE: str(tmp_path / "nowhere"), "EXPERTDB_SECRET_KEY": SECRET}).port == 8000


def test_file_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    environ = environment(tmp_path, EXPERTDB_SECRET_KEY=SECRET)
    Path(environ[ENV_FILE]).write_bytes(b"\xff\xfe\x00")
    assert faults(environ) == ["expertdb.env is not UTF-8 text"]


def test_default_matching_file_is_there() -> None:
    assert Path(Settings().matching_file).is_file()


def documented() -> dict[str, str]:
    """Variables and defaults of the table in docs/settings.md."""
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE))


def test_every_setting_is_documented_and_nothing_else() -> None:
    assert set(documented()) == {field.metadata["variable"] for field in fields(Settings)} | {ENV_FILE}


@pytest.mark.parametrize("field", [field for field in fields(Settings) if field.default], ids=lambda field: field.name)
def test_documented_default_is_the_default(field) -> None:  # type: ignore[no-untyped-def]
    stated = documented()[field.metadata["variable"]].strip("`")
    assert str(field.default).endswith(stated)


@pytest.mark.parametrize("given", ["postgresql://u@h/d", "postgres://u@h/d", "postgresql+psycopg://u@h/d"])
def test_postgresql_url_gets_our_driver(tmp_path: Path, given: str) -> None:
    found = load(environment(tmp_path, EXPERTDB_SECRET_KEY="s" * 40, EXPERTDB_DATABASE_URL=given))
    assert found.database_url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    "keys", ["a", "a:short", f"derived:{SECRET}", f"a b:{SECRET}", f"a:{SECRET},a:{SECRET}", "a:,"]
)
def test_malformed_field_keys_are_refused(tmp_path: Path, keys: str) -> None:
    (fault,) = faults(environment(tmp_path, EXPERTDB_SECRET_KEY=SECRET, EXPERTDB_FIELD_KEYS=keys))
    assert fault.startswith("EXPERTDB_FIELD_KEYS must be id:secret")
    assert SECRET not in fault


def test_several_field_keys_may_stand_side_by_side(tmp_path: Path) -> None:
    keys = f"2026b:{SECRET},2026a:{SECRET}"
    assert load(environment(tmp_path, EXPERTDB_SECRET_KEY=SECRET, EXPERTDB_FIELD_KEYS=keys)).field_keys == keys


def test_secret_in_a_file_is_read_wherever_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"7:{SECRET}\n")
    environ = environment(tmp_path, f"EXPERTDB_SECRET_KEY={SECRET}", f"EXPERTDB_FIELD_KEYS_FILE={tmp_path / 'key'}")
    assert load(environ).field_keys == f"7:{SECRET}"
    # The environment wins over the file, also over what that names.
    assert load({**environ, "EXPERTDB_FIELD_KEYS": f"8:{SECRET}"}).field_keys == f"8:{SECRET}"


def test_name_that_is_no_setting_is_a_fault_of_the_file(tmp_path: Path) -> None:
    lines = (f"EXPERTDB_SECRET_KEY={SECRET}", "EXPERTDB_WORKRES=9", "EXPERTDB_PORT_FILE=/x", "TZ=UTC")
    assert faults(environment(tmp_path, *lines)) == [
        "expertdb.env, line 2: there is no setting EXPERTDB_WORKRES; the nearest is EXPERTDB_WORKERS",
        "expertdb.env, line 3: there is no setting EXPERTDB_PORT_FILE; the nearest is EXPERTDB_PORT",
    ]


def test_environment_may_hold_what_is_no_setting_and_a_slip_is_told(tmp_path: Path) -> None:
    environ = environment(tmp_path, EXPERTDB_SECRET_KEY=SECRET, EXPERTDB_TOKEN="xdb_1", EXPERTDB_WORKRES="9")
    assert load(environ).workers == 2
    assert slips(environ) == {"EXPERTDB_WORKRES": "EXPERTDB_WORKERS"}
    assert slips({"EXPERTDB_TEST_PG_BIN": "/x", "EXPERTDB_CHROMIUM": "/y", "EXPERTDB_SECRET_KEY_FILE": "/z"}) == {}


@pytest.mark.parametrize(
    ("variable", "wrong", "right"),
    [
        (
            "EXPERTDB_HOST",
            ["not a host", "http://x", "[::1]", "-a", "127.0.0.1:80"],
            ["0.0.0.0", "::1", "db-1.example.cn"],
        ),
        ("EXPERTDB_QDRANT_URL", ["junk", "localhost:6333", "http://", "http://q:x"], ["https://q.example.cn:6333/p"]),
        ("EXPERTDB_CALLER_RATE", ["0/minute", "5"], ["1/second", "600/minute"]),
    ],
)
def test_value_that_cannot_work_is_refused(tmp_path: Path, variable: str, wrong: list[str], right: list[str]) -> None:
    for value in wrong:
        (fault,) = faults(environment(tmp_path, EXPERTDB_SECRET_KEY=SECRET, **{variable: value}))
        assert fault.startswith(f"{variable} is {value!r}; it takes ")
    for value in right:
        load(environment(tmp_path, EXPERTDB_SECRET_KEY=SECRET, **{variable: value}))


def test_faults_of_the_named_files_are_told_with_the_others(tmp_path: Path) -> None:
    (tmp_path / "matching.toml").write_text("gloss_dampinng = 1")
    matching = str(tmp_path / "matching.toml")
    pool = str(tmp_path / "none.toml")
    found = faults(environment(tmp_path, EXPERTDB_PORT="x", EXPERTDB_MATCHING_FILE=matching, EXPERTDB_POOL_FILE=pool))
    assert found[-2:] == [
        f"EXPERTDB_MATCHING_FILE {matching}: there is no parameter 'gloss_dampinng'; the nearest is gloss_damping",
        f"EXPERTDB_POOL_FILE {pool}: it cannot be read (No such file or directory)",
    ]
    assert len(found) == 4
