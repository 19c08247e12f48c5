"""The files an installation is made of: they name only what there is, and keep what they promise.

Linters of other makers are used where the machine has them (systemd-analyze, nginx); what they would mostly find is
checked here in any case.
"""

import configparser
import os
import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from config.settings import ENV_FILE, IN_A_FILE, Settings, load
from expertdb.cli import main
from tests.cli.conftest import done

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(path for path in DEPLOY.iterdir() if path.suffix in (".service", ".timer"))
SERVICES = [path for path in UNITS if path.suffix == ".service"]
SCRIPTS = sorted(path for path in DEPLOY.iterdir() if path.read_bytes().startswith(b"#!"))
HARDENED = {
    "User": "expertdb",
    "UMask": "0077",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "SystemCallArchitectures": "native",
}


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text("utf-8"))
    return parser


@pytest.mark.parametrize(
    "path",
    [*UNITS, *SCRIPTS, DEPLOY / "compose.yaml", DEPLOY / "nginx.conf", ROOT / "Dockerfile"],
    ids=lambda path: path.name,
)
def test_only_settings_that_there_are_are_named(path: Path) -> None:
    known = {field.metadata["variable"] for field in fields(Settings)} | {ENV_FILE}
    named = set(re.findall(r"EXPERTDB_[A-Z_]+", path.read_text("utf-8")))
    assert named <= known | {name + IN_A_FILE for name in known}


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_service_can_do_little_besides_its_work(path: Path) -> None:
    stated = unit(path)["Service"]
    assert {name: stated.get(name) for name in HARDENED} == HARDENED
    assert stated["StateDirectoryMode"] == "0700"


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_service_starts_what_there_is(path: Path) -> None:
    program, *arguments = unit(path)["Service"]["ExecStart"].split()
    inside = program.removeprefix("/opt/expertdb/")
    if inside == ".venv/bin/expertdb":
        assert arguments[0] in main.list_commands(click.Context(main))
    else:
        assert os.access(ROOT / inside, os.X_OK)


def test_every_timer_starts_a_service_that_there_is() -> None:
    timers = [path for path in UNITS if path.suffix == ".timer"]
    assert timers
    for timer in timers:
        assert timer.with_suffix(".service") in SERVICES
        assert unit(timer)["Timer"]["Persistent"] == "true"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    for path in UNITS:
        text = re.sub(r"^(ExecStart=)/opt/\S+", r"\1/bin/true", path.read_text("utf-8"), flags=re.MULTILINE)
        (tmp_path / path.name).write_text(text, "utf-8")
    command = ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "expertdb" in line] == []


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
def test_nginx_finds_nothing_wrong(tmp_path: Path) -> None:
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-days", "1"]
    subprocess.run([*request, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    site = (DEPLOY / "nginx.conf").read_text("utf-8").replace("/etc/ssl/expertdb", str(tmp_path))
    (tmp_path / "site.conf").write_text(site, "utf-8")
    (tmp_path / "nginx.conf").write_text(f"events {{}} http {{ include {tmp_path}/site.conf; }}", "utf-8")
    command = [
        "nginx",
        "-t",
        "-c",
        tmp_path / "nginx.conf",
        "-p",
        tmp_path,
        "-e",
        tmp_path / "error.log",
        "-g",
        f"pid {tmp_path}/pid;",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nginx_tells_who_calls_and_hides_the_metrics() -> None:
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    assert text.count("{") == text.count("}")
    # Not $proxy_add_x_forwarded_for: what the client wrote there itself must not count.
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
    assert re.search(r"location = /metrics \{\s*return 404;", text)
    largest = int(re.search(r"client_max_body_size (\d+)m;", text)[1])  # type: ignore[index]
    assert largest * 10**6 >= Settings().max_import_bytes


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, continued lines joined."""
    lines = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text("utf-8")).splitlines()
    return [tuple(line.split(" ", 1)) for line in lines if line and not line.startswith("#")]  # type: ignore[misc]


def test_image_is_built_from_fixed_parts_and_runs_as_nobody_special() -> None:
    found = instructions()
    names = [name for name, _ in found]
    bases = [rest.split()[0] for name, rest in found if name == "FROM"]
    assert all(re.fullmatch(r"[\w./-]+:\d+\.\d+-[\w-]+", base) for base in bases), (
        "a base image without a fixed version"
    )
    assert not {"ADD", "MAINTAINER", "ONBUILD"} & set(names)
    assert names.count("CMD") == names.count("HEALTHCHECK") == 1
    last_user = [rest for name, rest in found if name == "USER"][-1]
    assert last_user.isdecimal()
    assert int(last_user) > 0
    for name, rest in found:
        if name in ("CMD", "ENTRYPOINT"):
            assert rest.startswith("["), f"{name} in shell form passes no signals on"
        if name == "RUN":
            assert "sudo" not in rest
            assert not re.search(r"(curl|wget)[^|]*\|", rest), "something fetched is run unseen"
            assert "install" not in rest or "--no-cache" in rest
            assert "-r requirements" not in rest or "--require-hashes" in rest
        if name == "COPY" and not rest.startswith("--from"):
            sources = rest.split()[:-1]
            assert all((ROOT / source).exists() for source in sources)
        assert not re.search(r"(?i)(password|secret|token)\w*=", rest), "a secret would stay in the image"


def test_image_holds_every_package_and_nothing_private() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = {
        part for name, rest in instructions() if name == "COPY" and "--from" not in rest for part in rest.split()[:-1]
    }
    assert kept == copied
    assert {"expertdb", "matching", "config", "wsgi.py"} <= copied


def compose() -> dict[str, Any]:
    found = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def test_compose_opens_nothing_and_grants_nothing_it_need_not() -> None:
    stated = compose()
    for name, service in stated["services"].items():
        assert not service.get("privileged"), name
        assert "network_mode" not in service, name
        assert not re.search(r":latest$|^[^:]+$", service["image"]), f"{name}: an image without a version"
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert set(service.get("secrets", [])) <= set(stated["secrets"]), name
        assert set(service.get("networks", [])) <= set(stated["networks"]), name
        for mounted in service.get("volumes", []):
            assert mounted.split(":")[0] in stated["volumes"], name
    assert stated["services"]["service"]["cap_drop"] == ["ALL"]
    assert stated["services"]["service"]["read_only"] is True
    assert stated["networks"]["inside"]["internal"] is True
    assert stated["services"]["service"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script_is_sound_shell(path: Path) -> None:
    assert os.access(path, os.X_OK)
    assert "set -eu" in path.read_text("utf-8")
    subprocess.run(["sh", "-n", path], check=True)


def test_secrets_of_compose_are_settings_that_load(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    for _ in range(2):  # The second run changes nothing.
        subprocess.run([DEPLOY / "make-secrets", folder], check=True)
        found = {path.name: path.read_text() for path in folder.iterdir()}
        assert set(found) == set(compose()["secrets"])
    environ = {
        name: value.replace("/run/secrets", str(folder))
        for name, value in compose()["services"]["service"]["environment"].items()
    }
    settings = load(environ)
    assert settings.secret_key == found["secret_key"]
    assert found["database_password"] in settings.database_url
    assert folder.stat().st_mode & 0o777 == 0o700


def test_secret_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    from config.settings import SettingsFault

    with pytest.raises(SettingsFault, match="EXPERTDB_SECRET_KEY_FILE names"):
        load({"EXPERTDB_SECRET_KEY_FILE": str(tmp_path / "none"), ENV_FILE: str(tmp_path / "x")})


def test_daily_backup_proves_each_and_keeps_the_newest(installation: Path, tmp_path: Path) -> None:
    done("token", "list")
    kept = tmp_path / "kept"
    kept.mkdir()
    for day in (1, 2, 3):
        (kept / f"expertdb-2026010{day}T000000Z.backup").write_text("old")
    environ = {**os.environ, "EXPERTDB": str(Path(shutil.which("expertdb") or ROOT / ".venv/bin/expertdb"))}
    subprocess.run([DEPLOY / "daily-backup", kept, "2"], check=True, env=environ, cwd=installation)
    names = sorted(path.name for path in kept.iterdir())
    assert len(names) == 2
    assert names[0] == "expertdb-20260103T000000Z.backup"
    done("restore", "--check", str(kept / names[1]))


def written_where_the_service_may(path: str) -> bool:
    return Path(path).is_absolute() and Path(path).is_relative_to("/var/lib/expertdb")


def test_documented_installations_keep_the_index_where_the_service_may_write() -> None:
    operations = (ROOT / "docs" / "operations.md").read_text("utf-8")
    stated = re.search(r"expertdb\.env <<END\n(.*?)\nEND", operations, flags=re.DOTALL)[1]  # type: ignore[index]
    assert unit(DEPLOY / "expertdb.service")["Service"]["StateDirectory"] == "expertdb"
    assert compose()["services"]["service"]["volumes"] == ["state:/var/lib/expertdb"]
    assert ("VOLUME", "/var/lib/expertdb") in instructions()
    settings = dict(line.split("=", 1) for line in stated.splitlines())
    image = dict(re.findall(r"(EXPERTDB_\w+)=(\S+)", (ROOT / "Dockerfile").read_text("utf-8")))
    composed = compose()["services"]["service"]["environment"]
    for one in (settings, image, composed):
        assert written_where_the_service_may(one.get("EXPERTDB_INDEX_DIR", "")), one


def test_every_command_of_the_pages_finds_the_settings() -> None:
    operations = (ROOT / "docs" / "operations.md").read_text("utf-8")
    wrapper = (DEPLOY / "expertdb").read_text("utf-8")
    assert "install -m 755 deploy/expertdb /usr/local/bin/expertdb" in operations
    assert "EXPERTDB_ENV_FILE=/etc/expertdb/expertdb.env" in wrapper
    # None goes past it and so without the settings.
    assert not re.findall(r"^.*\.venv/bin/expertdb.*$", operations, flags=re.MULTILINE)


def test_first_administrator_can_be_made_in_containers() -> None:
    environment = compose()["services"]["service"]["environment"]
    assert environment["EXPERTDB_BOOTSTRAP_TOKEN_FILE"] == "/run/secrets/bootstrap_token"
    assert "deploy/secrets/bootstrap_token" in (ROOT / "docs" / "operations.md").read_text("utf-8")
