"""`arm bench start`: from the spawn to the first painted messages, and memory, against a bare window (S11, S12)."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from arm.bench.goals import Report, disturbance, median_ratio, number, steady_rounds
from arm.bench.launching import NotPainted, can_forget, forget, start
from arm.bench.profile import build
from arm.bench.surroundings import Screen, keyring, screen
from arm.local.keys import KeyStore, load_record, system_key_store
from arm.settings import resource_path, translations_path

BARE, REAL = "ui.bench.bare", "ui.bench.real"
PAIRS = 3
"""How often a round starts each program; the calmest start counts, as other programs only ever add time."""
SETTLE_S = 2.0
NO_KEYRING = "нет связки ключей: без неё программа при каждом запуске спрашивает пароль"
NOT_PAINTED = "окно не открылось или в нём не появились сообщения"
WARM = "запуск до первых нарисованных сообщений, к пустому QMainWindow, файлы в памяти системы"
COLD = "то же, файлы вытеснены из памяти системы (страницы, занятые другими процессами, остаются)"
WEIGHT = "память (PSS) через 2 с после запуска, к пустому QMainWindow"
ANKI = "запуск к запуску Anki"


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds to paint, or megabytes: ours and the bare window's."""

    ours: float
    bare: float


@dataclass(frozen=True)
class Stage:
    """Where the programs run: their variables, their profile, and what a cold start has to read from the disk."""

    environ: Mapping[str, str]
    folder: Path

    def warm(self) -> Round:
        return self._round(PAIRS, lambda: None)

    def cold(self) -> Round:
        return self._round(PAIRS, lambda: forget(read_at_start(self.folder, Path(self.environ["PYTHONPYCACHEPREFIX"]))))

    def weight(self) -> Round:
        ours, bare = (start(one, self.environ, SETTLE_S).pss_mb for one in (REAL, BARE))
        return Round(ours or 0.0, bare or 0.0)

    def _round(self, pairs: int, before: Callable[[], None]) -> Round:
        ours, bare = [], []
        for _ in range(pairs):
            before()
            bare.append(start(BARE, self.environ).painted_ms)
            before()
            ours.append(start(REAL, self.environ).painted_ms)
        return Round(min(ours), min(bare))


def run(rows: int, told: Callable[[str], None]) -> Report:
    """Builds a profile in a private folder, starts both programs over and over, and removes everything."""
    report = Report()
    with (
        tempfile.TemporaryDirectory(prefix="arm-bench-", ignore_cleanup_errors=True) as place,
        screen() as shown,
        keyring(Path(place) / "keyring") as key_name,
    ):
        store = system_key_store()
        if store is None:
            _miss_all(report, NO_KEYRING)
        else:
            report.remarks.append(f"Окна {shown.name}; {key_name}; сообщений в кэше {rows}.")
            _measure(report, Path(place), rows, shown, store, told)
    _anki(report)
    return report


def _measure(
    report: Report, place: Path, rows: int, shown: Screen, store: KeyStore, told: Callable[[str], None]
) -> None:
    folder = place / "data" / "profiles" / "default"
    folder.mkdir(parents=True)
    try:
        _fill(folder, rows, store, told)
        record = load_record(folder)
        if record is None or record.kind != "keyring":
            _miss_all(report, NO_KEYRING)
            return
        stage = Stage({**shown.environ, **_private(place)}, folder)
        try:
            _judge(report, stage, told)
        except NotPainted:
            _miss_all(report, NOT_PAINTED)
    finally:
        record = load_record(folder)
        if record is not None and record.kind == "keyring":
            store.forget(record.account)


def _fill(folder: Path, rows: int, store: KeyStore, told: Callable[[str], None]) -> None:
    began = time.perf_counter()

    def count(done: int) -> None:
        if done % 20_000 == 0:
            told(f"Записано сообщений: {done} из {rows}")

    build(folder, rows, store, count)
    told(f"Кэш на {rows} сообщений готов за {time.perf_counter() - began:.0f} с")


def _private(place: Path) -> dict[str, str]:
    """The program under test sees only the folders of this run, and keeps its compiled modules as installed ones do."""
    return {
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(place / "compiled"),
        "ARM_DATA_FOLDER": str(place / "data"),
        "ARM_CONFIG_FOLDER": str(place / "config"),
        "ARM_CACHE_FOLDER": str(place / "cache"),
        "ARM_PROFILE": "default",
        "ARM_LANGUAGE": "ru",
    }


def _judge(report: Report, stage: Stage, told: Callable[[str], None]) -> None:
    # the first start compiles what has never been imported and catches up with deadlines that passed meanwhile
    for program in (BARE, REAL, REAL):
        start(program, stage.environ)
    told("Тёплые запуски…")
    _tell(report, "S11.warm", 2.0, WARM, _rounds(stage.warm), "мс")
    told("Холодные запуски…")
    if can_forget():
        _tell(report, "S11.cold", 2.5, COLD, _rounds(stage.cold), "мс")
    else:
        report.miss("S11.cold", 2.5, COLD, "эта система не умеет вытеснять файлы из памяти")
    told("Память…")
    weighed = _rounds(stage.weight)
    if all(one.bare and one.ours for one in weighed):
        _tell(report, "S12", 3.0, WEIGHT, weighed, "МБ")
    else:
        report.miss("S12", 3.0, WEIGHT, "эта система не сообщает PSS")


def _rounds(one_round: Callable[[], Round]) -> list[Round]:
    """Steady rounds; none when a program did not paint, which is that goal's affair alone."""
    try:
        return steady_rounds(one_round, _control)
    except NotPainted:
        return []


def _control(one: Round) -> tuple[float]:
    return (one.bare,)


def _tell(report: Report, goal_id: str, goal: float, what: str, rounds: Sequence[Round], unit: str) -> None:
    if not rounds:
        report.miss(goal_id, goal, what, NOT_PAINTED)
        return
    ours, bare = median(one.ours for one in rounds), median(one.bare for one in rounds)
    said = f"{what}: {number(ours)} и {number(bare)} {unit}"
    disturbed = disturbance([one.bare for one in rounds], f"пустое окно, {goal_id}")
    report.judge(goal_id, goal, said, median_ratio([(one.ours, one.bare) for one in rounds]), disturbed)


def _miss_all(report: Report, why: str) -> None:
    for goal_id, goal, what in (("S11.warm", 2.0, WARM), ("S11.cold", 2.5, COLD), ("S12", 3.0, WEIGHT)):
        if all(one.goal_id != goal_id for one in report.goals):
            report.miss(goal_id, goal, what, why)


def _anki(report: Report) -> None:
    """Anki does not tell when it has painted: it is compared by hand where it is installed."""
    why = "Anki не установлена" if shutil.which("anki") is None else "Anki не сообщает, когда нарисовала окно"
    report.miss("S11.anki", 0.5, ANKI, why)


def read_at_start(profile: Path, compiled: Path) -> list[Path]:
    """Folders whose files either program may read when it starts: Python, its libraries, ours, the profile."""
    here = Path(__file__).resolve().parents[2]
    places = [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    places += [Path(os.path.realpath(sys.executable)).parent] if not _is_shared(sys.executable) else []
    own = [here / "arm", here / "ui", resource_path(), translations_path()]
    return [*dict.fromkeys([*places, *own, compiled, profile])]


def _is_shared(executable: str) -> bool:
    """Whether Python lies among the system's other programs, which are not ours to push out."""
    return os.path.realpath(executable).startswith(("/usr/bin", "/bin"))
