"""The bootstrap, standard library only: a virtual environment after the lock, then the asked-for command.

setup installs only, run is `arm demo`, test runs every check, lock renews the lock, any other word goes to
`arm`. An old Python must be able to read this file, to be told that it is too old.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "installer" / "requirements.lock"
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / ".lock-sha256"
WINDOWS = os.name == "nt"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if WINDOWS else "bin/python")
EXIT_MISSING = 3
TEST_PROGRAMS = ("dbus-run-session", "gnome-keyring-daemon")
KEYRING_SESSION = 'printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec "$@"'


def say(russian: str, english: str) -> None:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    print(english if spoken.startswith("en") else russian, file=sys.stderr, flush=True)


def stamp_wanted() -> str:
    """Changes with the lock, the interpreter and the place: a moved environment points to its old home."""
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    return f"{lock}\n{platform.python_version()} {ROOT}\n"


def install() -> int:
    """0 when the environment fits the lock, else the exit code of the step that failed."""
    wanted = stamp_wanted()
    found = STAMP.read_text(encoding="utf-8") if STAMP.is_file() else ""
    if found == wanted and PYTHON.exists():
        return 0
    say("Готовлю окружение Python (один раз)…", "Preparing the Python environment (once)…")
    same_home = bool(found) and found.splitlines()[1:] == wanted.splitlines()[1:] and PYTHON.exists()
    if not same_home:
        try:
            venv.EnvBuilder(with_pip=True, clear=ENVIRONMENT.exists()).create(ENVIRONMENT)
        except (OSError, subprocess.CalledProcessError):
            say(
                "Не удалось создать окружение .venv: нужны пакет python3-venv и право записи в эту папку.",
                "Could not make .venv: it takes the package python3-venv and the right to write here.",
            )
            return EXIT_MISSING
    STAMP.unlink(missing_ok=True)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    locked = ["--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)]
    for arguments in (locked, ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]):
        if subprocess.run([*pip, *arguments], cwd=ROOT).returncode != 0:
            say(
                "Пакеты Python не поставились (сообщение pip выше). Проверьте доступ к хранилищу пакетов "
                "и запустите команду снова.",
                "The Python packages were not installed (see pip's message above). Check the access to the "
                "package index and run the command again.",
            )
            return EXIT_MISSING
    STAMP.write_text(wanted, encoding="utf-8")
    return 0


def has_display() -> bool:
    if WINDOWS or sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run_program(words: list[str]) -> int:
    """`python -m arm …` in the folder where the person stands, so that relative file names hold."""
    environment = dict(os.environ)
    if not has_display():
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    started_in = environment.pop("ARM_STARTED_IN", "") or os.getcwd()
    try:
        return subprocess.run([str(PYTHON), "-P", "-m", "arm", *words], cwd=started_in, env=environment).returncode
    except KeyboardInterrupt:
        return 130


def run_tests(words: list[str]) -> int:
    """Every check to its end, then the verdict; further words go to pytest."""
    python = str(PYTHON)
    imports = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    failed = []
    checks = {
        "ruff": [python, "-m", "ruff", "check", "--no-cache", "."],
        "mypy": [python, "-m", "mypy", "--strict", "arm", "ui"],
        "lint-imports": [python, "-c", imports, "--no-cache", "--no-logo"],
    }
    for name, command in checks.items():
        print(f"== {name}", flush=True)
        if subprocess.run(command, cwd=ROOT).returncode != 0:
            failed.append(name)
    print("== pytest", flush=True)
    code = run_pytest([python, "-m", "pytest", "-rs", *words])
    if code != 0:
        failed.append("pytest")
    if failed:
        say(f"Не прошло: {', '.join(failed)}", f"Failed: {', '.join(failed)}")
        return 1
    say("Всё прошло.", "Everything passed.")
    return 0


def run_pytest(command: list[str]) -> int:
    """With a private home, without a screen and, but for Windows, on a bus with an unlocked keyring."""
    home = Path(tempfile.mkdtemp(prefix="arm-test-"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environment |= {"QT_QPA_PLATFORM": "offscreen", "ARM_TEST_CI": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    if not WINDOWS:
        folders = {"HOME": home, "XDG_RUNTIME_DIR": home / "runtime", "XDG_DATA_HOME": home / "share"}
        folders |= {"XDG_CONFIG_HOME": home / "config", "XDG_CACHE_HOME": home / "cache"}
        for folder in folders.values():
            folder.mkdir(mode=0o700, exist_ok=True)
        environment |= {name: str(folder) for name, folder in folders.items()}
        if all(shutil.which(program) for program in TEST_PROGRAMS):
            environment["ARM_TEST_KEYRING"] = "session"
            command = ["dbus-run-session", "--", "sh", "-c", KEYRING_SESSION, "sh", *command]
    try:
        return subprocess.run(command, cwd=ROOT, env=environment).returncode
    except KeyboardInterrupt:
        return 130
    finally:
        shutil.rmtree(home, ignore_errors=True)


def renew_lock() -> int:
    options = ["--universal", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "-q"]
    options += ["--python-version", "3.11", "--custom-compile-command", "arm.sh lock", "-o", str(LOCK)]
    command = [str(PYTHON), "-m", "uv", "pip", "compile", "pyproject.toml", "--group", "dev", *options]
    return subprocess.run(command, cwd=ROOT).returncode


def main(words: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036
        say("Нужен Python 3.11 или новее.", "Python 3.11 or newer is needed.")
        return EXIT_MISSING
    code = install()
    if code != 0:
        return code
    word = words[0] if words else ""
    if word == "setup":
        return 0
    if word == "lock":
        return renew_lock()
    if word == "test":
        return run_tests(words[1:])
    return run_program(["demo", *words[1:]] if word == "run" else words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
