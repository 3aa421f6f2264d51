"""docker-compose.yml and Dockerfile, held to what they promise, without an engine: the containers run elsewhere."""

import fnmatch
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis

from api.cli import up
from moderation import embedded, live, outbound
from moderation.settings import PREFIX, Settings
from workers import QUEUES, tasks
from workers.app import app

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = ("secrets", "migrate", "api", "worker", "deliver", "beat")
LASTING = ("postgres", "valkey", "api", "worker", "deliver", "beat")
ROLES = ("migrate", "api", "worker", "deliver", "beat")
USER = "10001"

Services = dict[str, Any]


@pytest.fixture(scope="module")
def services() -> Services:
    """The services as Compose reads them."""
    return json.loads(compose("config", "--format", "json").stdout)["services"]


# The file


def test_compose_takes_the_file():
    assert compose("config", "--quiet").stderr == ""


def test_every_service_of_the_plan_is_there(services: Services):
    assert set(services) == {*OURS, *LASTING}


def test_no_secret_stands_in_the_file(services: Services):
    text = (ROOT / "docker-compose.yml").read_text()
    named = [
        f"{service}: {name}"
        for service, each in services.items()
        for name, value in each.get("environment", {}).items()
        if value and re.search("PASSWORD|SECRET|TOKEN|KEY|DATABASE_URL", name) and not name.endswith("_FILE")
    ]

    assert not named, "a secret comes from a file in the volume"
    assert re.findall(r"://\w*:([^@\s]+)@", text) == ["%s"], "the only address with a password is a template"
    assert not re.findall(r"[A-Za-z0-9+=]{32,}", text)


def test_the_other_settings_can_be_set_from_outside(services: Services):
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    fixed = {PREFIX + name for name in ("DATA", "DATABASE_URL", "REDIS_URL")}

    for role in ROLES:
        passed_on = {name for name, value in services[role]["environment"].items() if value is None}
        assert passed_on == known - fixed, role


def test_one_image_is_built_once_and_never_looked_for_elsewhere(services: Services):
    assert {services[each]["image"] for each in OURS} == {services["api"]["image"]}
    assert {services[each]["pull_policy"] for each in OURS} == {"never"}
    assert [each for each in services if "build" in services[each]] == ["secrets"], "everybody depends on this one"


def test_only_the_api_is_reached_from_outside(services: Services):
    assert [each for each in services if "ports" in services[each]] == ["api"]
    assert services["api"]["ports"][0]["published"] == "8000"
    assert services["api"]["ports"][0]["target"] == 8000


def test_nobody_starts_before_what_they_need(services: Services):
    done, healthy = "service_completed_successfully", "service_healthy"

    assert waits_for(services, "postgres") == {"secrets": done}
    assert waits_for(services, "migrate") == {"postgres": healthy}
    for each in ("api", "worker", "deliver", "beat"):
        assert waits_for(services, each) == {"migrate": done, "valkey": healthy}


def test_what_lasts_comes_back_and_what_is_done_does_not(services: Services):
    assert {each: services[each].get("restart", "no") for each in services} == {
        **dict.fromkeys(LASTING, "always"),
        "secrets": "no",
        "migrate": "no",
    }


def test_our_containers_may_do_nothing_but_their_work(services: Services):
    for each in OURS:
        service = services[each]
        assert service["init"], each
        assert service["read_only"], each
        assert service["cap_drop"] == ["ALL"], each
        assert service["security_opt"] == ["no-new-privileges:true"], each
    assert [each for each in OURS if "user" in services[each] or "cap_add" in services[each]] == ["secrets"]
    assert services["secrets"]["network_mode"] == "none"


def test_no_log_fills_the_disk(services: Services):
    for name, each in services.items():
        assert each["logging"]["options"]["max-size"], name


# What runs


@pytest.mark.parametrize("name", ROLES)
def test_the_command_line_knows_every_command(services: Services, name: str):
    asked = subprocess.run(
        [BIN / "greenroom", *services[name]["command"], "--help"], capture_output=True, text=True, check=False
    )

    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.startswith(f"Usage: greenroom {services[name]['command'][0]} ")


def test_every_queue_has_exactly_one_service(services: Services):
    taken = [queue for each in ("worker", "deliver") for queue in option(services[each], "--queues").split(",")]

    assert sorted(taken) == sorted(QUEUES)
    assert option(services["deliver"], "--concurrency") == str(up.DELIVERY_THREADS)


def test_a_stop_waits_for_the_longest_task(services: Services):
    screening = app.conf.task_time_limit
    turn = tasks.TURN_SECONDS + outbound.DEADLINE_SECONDS

    assert seconds(services["worker"]["stop_grace_period"]) > screening
    assert seconds(services["deliver"]["stop_grace_period"]) > turn


def test_valkey_starts_with_these_options_and_cannot_be_emptied(valkey_of_the_file: "redis.Redis"):
    kept = valkey_of_the_file.info()

    assert (kept["aof_enabled"], kept["maxmemory_policy"]) == (1, "noeviction")
    assert kept["maxmemory"] > 0
    for forbidden in ("FLUSHALL", "KEYS *", "CONFIG GET maxmemory"):
        with pytest.raises(redis.exceptions.NoPermissionError):
            valkey_of_the_file.execute_command(*forbidden.split())


# The secrets


def test_the_first_start_makes_a_password_and_later_ones_keep_it(services: Services, tmp_path: Path):
    made = make_secrets(services, tmp_path)
    again = make_secrets(services, tmp_path)
    elsewhere = make_secrets(services, tmp_path / "another machine")

    address = urlsplit(made["database-url"])
    assert len(made["password"]) == 64
    assert (address.scheme, address.username, address.hostname, address.port, address.path) == (
        *("postgresql", services["postgres"]["environment"]["POSTGRES_USER"]),
        *("postgres", 5432, "/" + services["postgres"]["environment"]["POSTGRES_DB"]),
    )
    assert address.password == made["password"]
    assert made == again
    assert made["password"] != elsewhere["password"]


def test_a_first_start_that_was_cut_short_starts_over(services: Services, tmp_path: Path):
    (tmp_path / "password").write_text("half")

    made = make_secrets(services, tmp_path)

    assert urlsplit(made["database-url"]).password == made["password"]


def test_each_secret_is_read_where_it_was_put(services: Services, tmp_path: Path):
    make_secrets(services, tmp_path)
    readers = {
        "postgres": services["postgres"]["environment"]["POSTGRES_PASSWORD_FILE"],
        **{role: services[role]["environment"]["GREENROOM_DATABASE_URL_FILE"] for role in ROLES},
    }

    for reader, file in readers.items():
        mounted = {each["target"]: each["source"] for each in services[reader]["volumes"]}
        assert mounted[str(Path(file).parent)] == "secrets", reader
        assert (tmp_path / Path(file).name).stat().st_mode & 0o077 == 0
    assert f"chown {USER} address" in services["secrets"]["command"][0]


# The health checks


def test_whatever_lasts_has_a_health_check(services: Services):
    assert [each for each in services if "healthcheck" in services[each]] == sorted(LASTING)


@pytest.mark.parametrize(("age", "healthy"), [(0, True), (20, True), (40, False), (None, False)])
def test_a_worker_is_healthy_while_its_heart_beats(services: Services, tmp_path: Path, age: int | None, healthy: bool):
    heartbeat = tmp_path / "heartbeat"
    if age is not None:
        heartbeat.touch()
        os.utime(heartbeat, (time.time() - age,) * 2)

    for each in ("worker", "deliver"):
        kind, script = services[each]["healthcheck"]["test"]
        checked = run("sh", "-c", plain(script), GREENROOM_DATA=str(tmp_path))
        assert kind == "CMD-SHELL"
        assert (checked.returncode == 0) is healthy, checked.stderr


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_api_is_healthy_when_it_is_ready(services: Services, status: int, healthy: bool):
    class Api(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object):
            pass

    server = HTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        checked = run_python(services["api"], "8000", str(server.server_port), http_proxy="http://127.0.0.1:9")
    finally:
        server.shutdown()
        server.server_close()

    assert (checked.returncode == 0) is healthy, checked.stderr


@pytest.mark.parametrize(("age", "healthy"), [(0, True), (20, True), (40, False), (None, False)])
def test_beat_is_healthy_while_sweeps_are_made(
    services: Services, valkey_of_the_file: "redis.Redis", age: int | None, healthy: bool
):
    valkey_of_the_file.delete(live.TICK)
    if age is not None:
        valkey_of_the_file.set(live.TICK, time.time() - age)
    port = valkey_of_the_file.connection_pool.connection_kwargs["port"]

    checked = run_python(services["beat"], '"valkey", 6379', f'"127.0.0.1", {port}')

    assert (checked.returncode == 0) is healthy, checked.stderr


# The image


def test_the_image_has_a_pinned_base_and_no_tools():
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    assert re.fullmatch(r"python:3\.\d+-slim-\w+", bases[0])
    assert set(bases[1:]) == {"base"}
    assert "apt-get" not in DOCKERFILE
    assert "pip install" not in final_stage(), "what is installed comes out of the build stage"


def test_the_image_does_not_run_as_root(services: Services):
    assert re.findall(r"^USER (.+)$", final_stage(), re.MULTILINE) == [f"{USER}:{USER}"]
    assert f"--uid {USER}" in final_stage()
    for role in ROLES:
        assert f"/var/lib/greenroom:uid={USER},gid={USER},mode=0700" in services[role]["tmpfs"]
    assert "GREENROOM_DATA=/var/lib/greenroom" in final_stage()


def test_the_image_starts_without_a_shell():
    started = dict(re.findall(r"^(ENTRYPOINT|CMD) (.+)$", final_stage(), re.MULTILINE))

    assert json.loads(started["ENTRYPOINT"]) == ["greenroom"]
    assert json.loads(started["CMD"])[0] == "api"


def test_everything_that_is_copied_is_there_and_let_through():
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]

    assert {"api", "workers", "moderation", "pyproject.toml", "requirements.lock"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists(), source
        assert let_through(source), source


@pytest.mark.parametrize("name", [".git", ".venv", ".greenroom", ".env", "tests", "docs", "deploy"])
def test_what_the_image_does_not_need_stays_out(name: str):
    assert not let_through(name)


def test_the_wheel_holds_every_file_of_the_packages(tmp_path: Path):
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        held = set(wheel.namelist())

    wanted = {
        str(file.relative_to(ROOT))
        for package in ("api", "workers", "moderation")
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert wanted <= held, sorted(wanted - held)
    assert "api/cli/demo/courier.json" in held
    assert any(fnmatch.fnmatch(each, "moderation/migrations/versions/0001_*.py") for each in held)
    assert not [each for each in held if each.startswith("tests/")]


# Helpers


def compose(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Compose itself, deaf to what happens to be set on this machine."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "COMPOSE_DISABLE_ENV_FILE": "1"}
    asked = subprocess.run(
        [BIN / "docker-compose", "-f", ROOT / "docker-compose.yml", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    return asked


def waits_for(services: Services, name: str) -> dict[str, str]:
    return {other: each["condition"] for other, each in services[name]["depends_on"].items()}


def option(service: dict[str, Any], name: str) -> str:
    return service["command"][service["command"].index(name) + 1]


def seconds(duration: str) -> int:
    """'1m30s' is 90."""
    minutes, rest = re.fullmatch(r"(?:(\d+)m)?(?:(\d+)s)?", duration).groups(default="0")
    return int(minutes) * 60 + int(rest)


def plain(script: str) -> str:
    """What the container gets: Compose writes a dollar twice."""
    return script.replace("$$", "$")


def make_secrets(services: Services, folder: Path) -> dict[str, str]:
    """Run the one-shot in this folder; a chown of our own lets it run without being root."""
    folder.mkdir(exist_ok=True)
    pretended = folder.parent / "bin" / "chown"
    pretended.parent.mkdir(exist_ok=True)
    pretended.write_text("#!/bin/sh\ntest -f $2\n")
    pretended.chmod(0o755)
    service = services["secrets"]
    started = subprocess.run(
        [*service["entrypoint"], plain(service["command"][0])],
        cwd=folder,
        env={"PATH": f"{pretended.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 0, started.stderr
    return {name: (folder / name).read_text() for name in ("password", "database-url")}


def run(*command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def run_python(
    service: dict[str, Any], there: str, here: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """A service's health check, sent to a server of our own."""
    kind, python, flags, script = service["healthcheck"]["test"]
    assert (kind, python) == ("CMD", "python")
    assert there in script
    return run(sys.executable, flags, plain(script).replace(there, here), **environment)


@pytest.fixture
def valkey_of_the_file(services: Services, tmp_path: Path) -> Iterator["redis.Redis"]:
    """Our Valkey, started with the options of the file's."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program, *options = services["valkey"]["command"]
    assert program == "valkey-server"
    server = subprocess.Popen(
        [embedded.server(), *options, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    client = redis.Redis(port=port, decode_responses=True)
    try:
        wait_for(client, server)
        yield client
    finally:
        client.close()
        server.terminate()
        server.wait(10)


def wait_for(client: "redis.Redis", server: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + 10
    while True:
        try:
            client.ping()
        except redis.ConnectionError:
            assert server.poll() is None, "it did not take the options"
            assert time.monotonic() < ends
            time.sleep(0.02)
        else:
            return


def final_stage() -> str:
    return DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]


def let_through(path: str) -> bool:
    """As .dockerignore says: the last line that matches decides."""
    through = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#") and fnmatch.fnmatch(path, line.removeprefix("!")):
            through = line.startswith("!")
    return through
