"""The story that the tour writes: `tour.md` with its pictures, a heading per way."""

from __future__ import annotations

from pathlib import Path

from arm.tour.desk_process import DeskProcess


class Story:
    """Collects sentences and pictures; written after every step, so that a failed tour still tells how far it came."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lines = [
            "# Путь сообщения",
            "",
            "Все имена, адреса и тексты вымышлены. Каждый шаг сделан клавишами и мышью в настоящих окнах и сверен "
            "с центральным хранилищем.",
        ]
        self._way = ""
        self._count = 0

    def way(self, letter: str, title: str) -> None:
        self._way, self._count = letter, 0
        self._lines += ["", f"## ({letter}) {title}"]
        self._write()

    def tell(self, sentence: str, desk: DeskProcess | None = None) -> None:
        """A sentence, with the picture of that desk's window as it is now."""
        self._lines += ["", sentence]
        if desk is not None:
            self._count += 1
            name = f"{self._way}{self._count:02d}.png"
            desk.picture(self.folder / name)
            self._lines += ["", f"![{sentence}]({name})"]
        self._write()

    def checked(self, what: str) -> None:
        self._lines += ["", f"*Сверено с центральным хранилищем: {what}.*"]
        self._write()

    def _write(self) -> None:
        (self.folder / "tour.md").write_text("\n".join(self._lines) + "\n", encoding="utf-8")
