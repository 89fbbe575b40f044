"""`python -m tests.ui.pictures FOLDER`: every window and state, light and dark, at three sizes and at 125 %."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

SCALED = "1.25"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_SCALE_FACTOR", "1")
os.environ["QT_FONT_DPI"] = "96"
os.environ.setdefault("ARM_LANGUAGE", "ru")


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.ui.pictures", description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--themes", default="light,dark")
    asked.add_argument("--sizes", default="1024x600,1366x768,1920x1080")
    asked.add_argument("--only", default="", help="scenes whose name holds this")
    given = asked.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    sizes = tuple(tuple(map(int, one.split("x"))) for one in given.sizes.split(","))
    is_scaled = os.environ["QT_SCALE_FACTOR"] == SCALED
    take(given.folder, tuple(given.themes.split(",")), sizes, given.only, is_scaled=is_scaled)
    if is_scaled:
        return 0
    # the scale is set before Qt begins: a second process, for an office screen with 125 %
    command = [sys.executable, "-m", "tests.ui.pictures", str(given.folder), "--sizes", "1093x614"]
    command += ["--themes", given.themes, "--only", given.only]
    return subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": SCALED}, check=False).returncode


def take(folder: Path, themes: tuple[str, ...], sizes: object, only: str, *, is_scaled: bool) -> None:
    from tests.desk_fixture import demo_town
    from tests.ui.pictures.people import take_people
    from tests.ui.pictures.states import take_states
    from tests.ui.pictures.studio import Studio
    from ui.application import make_application

    app = make_application()
    mark = "-125" if is_scaled else ""
    studio = Studio(folder, themes, sizes, mark, only)  # type: ignore[arg-type]
    take_states(studio)
    with TemporaryDirectory() as place, demo_town(Path(place)) as (town, passwords):
        take_people(studio, town, passwords)
    app.quit()


if __name__ == "__main__":
    sys.exit(main())
