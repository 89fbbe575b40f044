"""House rules that a machine can check: sizes, names, errors, signals, layout."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator

from tests.house.sources import CODE, ROOT, Source, at, sources

LONGEST_MODULE = 400
LONGEST_SHELL = 250
LONGEST_FUNCTION = 60
TOP_LEVEL = {
    *("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "NOTICE"),
    *("arm", "ui", "resources", "translations", "tests", "installer"),
}
FORBIDDEN_WORDS = {"helper", "helpers", "util", "utils", "misc", "common", "data", "info"}
# the folder's established name, Qt's and asyncio's own words
ALLOWED_NAMES = {"data_folder", "data", "data_received"}
LAST_RESORT = {"ui/application.py", "arm/__main__.py"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def words_of(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]


def calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the last name of what is called."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            called = node.func
            yield node, called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def test_no_module_is_longer_than_its_bound() -> None:
    bounds = {"ui/main_window.py": LONGEST_SHELL}
    every = sources(*CODE, "tests", "installer")
    assert [(s.name, s.lines) for s in every if s.lines > bounds.get(s.name, LONGEST_MODULE)] == []


def test_no_function_needs_scrolling() -> None:
    long = []
    for source in sources(*CODE):
        for node in ast.walk(source.tree):
            if isinstance(node, FUNCTIONS) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION:
                long.append(f"{at(source, node)} {node.name}")
    assert long == []


def test_every_module_says_what_one_finds_in_it() -> None:
    assert [source.name for source in sources(*CODE) if not ast.get_docstring(source.tree)] == []


def test_no_name_is_one_of_the_empty_words() -> None:
    wrong = []
    for source in sources(*CODE):
        names = [(source.name, source.path.stem)]
        for node in ast.walk(source.tree):
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                names.append((at(source, node), node.name))
        for place, name in names:
            qt_override = name[:1].islower() and name != name.lower() and source.name.startswith("ui/")
            words = set(words_of(name))
            empty = words & FORBIDDEN_WORDS or name.endswith("Manager") or name.startswith("process_")
            if empty and name not in ALLOWED_NAMES and not qt_override:
                wrong.append(f"{place} {name}")
    assert wrong == []


def test_camel_case_stands_in_qt_overrides_alone() -> None:
    wrong = []
    for source in sources("arm"):
        for node in ast.walk(source.tree):
            if isinstance(node, FUNCTIONS) and node.name != node.name.lower():
                wrong.append(f"{at(source, node)} {node.name}")
    assert wrong == []


def test_errors_are_swallowed_in_the_last_resort_alone() -> None:
    broad = {"Exception", "BaseException"}
    wrong = []
    for source in sources(*CODE):
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.ExceptHandler):
                continue
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            caught = {getattr(kind, "id", "") for kind in kinds}
            if (node.type is None or caught & broad) and source.name not in LAST_RESORT:
                wrong.append(at(source, node))
    assert wrong == []


def test_the_domain_imports_the_standard_library_and_itself() -> None:
    wrong = []
    for source in sources("arm/domain"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""] if node.level == 0 else ["arm.domain"]
            else:
                continue
            for name in names:
                own = name == "arm.domain" or name.startswith("arm.domain.")
                if not own and name.partition(".")[0] not in sys.stdlib_module_names:
                    wrong.append(f"{at(source, node)} {name}")
    assert wrong == []


def test_signals_carry_one_frozen_value() -> None:
    copied = {"dict", "list", "int"}
    wrong = []
    for source in sources("ui"):
        for call, name in calls(source):
            if name == "Signal" and copied & {getattr(argument, "id", "") for argument in call.args}:
                wrong.append(at(source, call))
    assert wrong == []


def test_no_slot_is_a_lambda_that_holds_its_widget() -> None:
    wrong = []
    for source in sources("ui"):
        for call, name in calls(source):
            lambdas = [one for one in call.args if isinstance(one, ast.Lambda)] if name == "connect" else []
            held = [n for one in lambdas for n in ast.walk(one.body) if isinstance(n, ast.Name) and n.id == "self"]
            if held:
                wrong.append(at(source, call))
    assert wrong == []


def test_texts_are_translated_before_they_are_filled_in() -> None:
    wrong = []
    for source in sources(*CODE):
        for call, name in calls(source):
            if name in {"_", "ngettext", "pgettext"} and any(isinstance(a, ast.JoinedStr) for a in call.args):
                wrong.append(at(source, call))
    assert wrong == []


def test_nothing_spins_the_event_loop_from_inside() -> None:
    assert [at(s, call) for s in sources("ui") for call, name in calls(s) if name == "processEvents"] == []


def test_the_top_level_holds_exactly_what_the_house_plans() -> None:
    command = ["git", "-c", "safe.directory=*", "ls-files"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
    found = {path.partition("/")[0] for path in listed} or {path.name for path in ROOT.iterdir()}
    assert {name for name in found if not name.startswith(".")} == TOP_LEVEL


def test_types_are_looked_into_by_one_thread_at_a_time() -> None:
    """`arm.typed` says why: msgspec must learn of a type nowhere else."""
    wrong = [
        at(source, call)
        for source in sources("arm", "ui")
        if source.name != "arm/typed.py"
        for call, name in calls(source)
        if ast.unparse(call.func) == "msgspec.convert"
        or name == "Decoder"
        or (name == "decode" and any(one.arg == "type" for one in call.keywords))
    ]
    assert wrong == []
