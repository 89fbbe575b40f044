"""The real program, `python -m arm`, with a mark at the first row of local messages that its queue paints."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

ROWS = "ui.delegates.queue_row"


class Watch:
    """Lets the module of the queue's rows be loaded when the program wants it, and puts the mark into its painting.

    So nothing is imported earlier or in another order than without the benchmark.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != ROWS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            self._loader: Any = spec.loader
            spec.loader = self  # type: ignore[assignment]
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        created: ModuleType | None = self._loader.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        put_mark(module)


def put_mark(module: ModuleType) -> None:
    """The delegate tells the marker when a row with a message in it has been painted."""
    from ui.bench.marking import Marker

    delegate, role, kind = module.QueueRowDelegate, module.FACE_ROLE, module.QueueFace
    paint, marker = delegate.paint, Marker()

    def paint_and_tell(self: Any, painter: Any, option: Any, index: Any) -> None:
        paint(self, painter, option, index)
        if not marker.is_marked and isinstance(index.data(role), kind):
            marker.painted()

    delegate.paint = paint_and_tell


def main() -> None:
    sys.meta_path.insert(0, Watch())
    sys.argv = ["arm"]
    runpy.run_module("arm", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
