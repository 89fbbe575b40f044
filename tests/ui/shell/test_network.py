"""The window for the way to the store, and a sentence for every trouble of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from arm.desk.desk import Desk
from arm.desk.network import NetworkWish
from arm.desk.sync import trouble_code
from arm.sync.troubles import CODES, SyncTrouble
from tests.desk_fixture import Town, open_town
from ui.bridge import Bridge
from ui.dialogs.network import NetworkDialog
from ui.dialogs.sign_in import SignInDialog
from ui.sync_causes import cause_of
from ui.trouble_words import troubles
from ui.wording import trouble_sentence

PASSWORD = "пароль прокси"
NETWORK = ("offline", "certificate", "wrong_server")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as made:
        yield made


@pytest.fixture
def desk(town: Town) -> Iterator[Desk]:
    made = town.bare_desk("moderator")
    yield made
    made.close()


@pytest.fixture
def bridge(desk: Desk) -> Iterator[Bridge]:
    made = Bridge(desk)
    yield made
    made.close()


@pytest.fixture
def dialog(bridge: Bridge, qtbot: QtBot) -> NetworkDialog:
    made = NetworkDialog(bridge)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.mode.current() == "none", timeout=20_000)
    return made


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in CODES.items() for code in (*codes, "")])
def test_every_trouble_has_a_sentence_that_says_what_is_safe_or_what_to_do(kind: str, code: str) -> None:
    if kind in NETWORK:
        assert ("SyncTrouble", kind, code) in troubles("ru")
    dates = {"wall": "2035-01-02T00:00:00+00:00", "not_before": "2026-01-01", "not_after": "2027-01-01T00:00:00Z"}
    said = trouble_sentence(SyncTrouble(kind, {"code": code} | dates))
    assert len(said) > 40 and said.endswith(".") and "{" not in said and "…" not in said
    assert "continue" not in said and "все равно" not in said.replace("ё", "е")


def test_a_wrong_date_is_said_with_the_dates() -> None:
    dates = {"wall": "2035-01-02T00:00:00+00:00", "not_before": "2026-01-01T00:00:00+00:00", "not_after": "nonsense"}
    said = trouble_sentence(SyncTrouble("certificate", {"code": "clock"} | dates))
    assert "02.01.2035" in said and "с 01.01.2026 по …" in said and "Часы этого компьютера" in said


def test_the_status_line_has_words_for_every_code_of_the_network() -> None:
    named = [trouble_code(SyncTrouble(kind, {"code": code})) for kind in NETWORK for code in CODES[kind]]
    # before the first sync there is no status line to say it in
    assert [code for code in named if cause_of(code) is None and code != "no_directory"] == []


def test_a_proxy_is_set_and_its_password_goes_to_the_keyring(desk: Desk, dialog: NetworkDialog, qtbot: QtBot) -> None:
    dialog.mode.choose(2)
    dialog.proxy.setText("proxy.example:3128")
    dialog.user.setText("ivanova")
    dialog.password.setText(PASSWORD)
    dialog.pins.setText(f"{'ab' * 32}, {'cd' * 32}")
    with qtbot.waitSignal(dialog.kept, timeout=20_000):
        qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    pins = ("ab" * 32, "cd" * 32)
    assert desk.network.wish() == NetworkWish(proxy="http://proxy.example:3128", proxy_user="ivanova", pins=pins)
    assert desk.network.proxy_password() == PASSWORD and dialog.password.text() == ""


def test_a_kept_password_is_neither_shown_nor_lost_by_another_change(desk: Desk, bridge: Bridge, qtbot: QtBot) -> None:
    desk.network.keep(NetworkWish(proxy="proxy.example:3128", proxy_user="ivanova"), PASSWORD)
    dialog = NetworkDialog(bridge)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: dialog.mode.current() == "own", timeout=20_000)
    assert dialog.password.text() == "" and dialog.password.placeholderText() == "сохранён, не показывается"
    dialog.proxy.setText("other.example:3128")
    with qtbot.waitSignal(dialog.kept, timeout=20_000):
        dialog.submit()
    assert desk.network.proxy_password() == PASSWORD
    assert desk.network.wish().proxy == "http://other.example:3128"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("proxy", "socks5://proxy.example", "SOCKS"),
        ("pins", "нечто", "Отпечаток ключа не читается"),
        ("authority", "/nowhere/none.pem", "не читается"),
    ],
)
def test_what_cannot_work_is_said_beside_its_field(
    dialog: NetworkDialog, qtbot: QtBot, name: str, text: str, words: str
) -> None:
    dialog.mode.choose(2)
    dialog.proxy.setText("proxy.example:3128")
    field = getattr(dialog, name)
    field.setText(text)
    dialog.submit()
    qtbot.waitUntil(lambda: words in dialog._problem.text(), timeout=20_000)
    qtbot.waitUntil(field.hasFocus)
    assert dialog.keep_button.isEnabled() and dialog.isVisible()


def test_an_own_proxy_without_an_address_is_asked_for(dialog: NetworkDialog) -> None:
    dialog.mode.choose(2)
    dialog.submit()
    assert dialog._problem.text() == "Заполните: адрес прокси"


def test_the_way_is_found_where_one_signs_in(bridge: Bridge, qtbot: QtBot) -> None:
    sign_in = SignInDialog(bridge, "town.example")
    qtbot.addWidget(sign_in)
    sign_in.show()
    sign_in.network_button.click()
    opened = sign_in.findChild(NetworkDialog)
    assert opened is not None and opened.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: sign_in.findChild(NetworkDialog) is None or not opened.isVisible())


def test_a_long_sentence_makes_the_window_grow(bridge: Bridge, qtbot: QtBot) -> None:
    sign_in = SignInDialog(bridge, "town.example", login="moderator")
    qtbot.addWidget(sign_in)
    sign_in.show()
    before = sign_in.height()
    sign_in._on_failed(SyncTrouble("certificate", {"code": "clock", "wall": "2035-01-02T00:00:00+00:00"}))
    assert sign_in.height() > before
    problem = sign_in._problem
    qtbot.waitUntil(lambda: problem.height() >= problem.heightForWidth(problem.width()))
