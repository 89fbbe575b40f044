"""What every test stands on: private folders, Qt without a screen, PostgreSQL, a keyring, shared input."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_SCALE_FACTOR"] = "1"
os.environ["QT_FONT_DPI"] = "96"
os.environ["ARM_LANGUAGE"] = "ru"

import pytest
from hypothesis import HealthCheck, settings

from tests import keyring_daemon, postgres_server

settings.register_profile("desk", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("desk"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") or os.environ.get("ARM_TEST_CI") else "desk")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(autouse=True)
def private_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the folders of the person who runs it."""
    folder = tmp_path_factory.mktemp("person")
    for name in ("DATA", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"ARM_{name}_FOLDER", str(folder / name.lower()))
    return folder


@pytest.fixture(scope="session")
def pg_url() -> Iterator[str]:
    """A superuser's URL of a real PostgreSQL; without one the tests fail, they never skip."""
    with postgres_server.running_server() as url:
        yield url


@pytest.fixture
def pg_database_url(pg_url: str) -> Iterator[str]:
    """The URL of an empty database of this test's own, `postgresql+psycopg://…`."""
    import psycopg

    admin = pg_url.replace("postgresql+psycopg://", "postgresql://", 1)
    name = f"arm_{uuid.uuid4().hex}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    before, _, query = pg_url.partition("?")
    server, _, _ = before.rpartition("/")
    yield f"{server}/{name}" + (f"?{query}" if query else "")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def keyring_daemon_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The bus of the runner's own unlocked daemon, else of a daemon started here; never the person's own."""
    if os.environ.get("ARM_TEST_KEYRING") == "session":
        yield {"DBUS_SESSION_BUS_ADDRESS": os.environ["DBUS_SESSION_BUS_ADDRESS"]}
        return
    missing = keyring_daemon.missing_programs()
    if missing:
        pytest.skip(f"no keyring daemon here: {', '.join(missing)} not installed")
    with keyring_daemon.running_daemon(tmp_path_factory.mktemp("keyring")) as address:
        yield address


@pytest.fixture
def keyring_session(
    keyring_daemon_address: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """A usable system keyring for this process and its children; yields the environment it takes."""
    import keyring
    from keyring.backends import SecretService

    for name, value in keyring_daemon_address.items():
        monkeypatch.setenv(name, value)
    before = keyring.get_keyring()
    keyring.set_keyring(SecretService.Keyring())
    yield keyring_daemon_address
    keyring.set_keyring(before)


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder of shared real input beside the project; absent in a plain clone."""
    if not (SHARED / "data").is_dir():
        pytest.skip("no folder ../shared beside the project: the tests on real input are left out")
    return SHARED
