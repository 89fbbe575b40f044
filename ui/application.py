"""The application: Qt set up once, the last-resort hook, signing in, and a window per profile."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from arm import i18n
from ui.bridge import Bridge
from ui.keys import install_layout_filter
from ui.main_window import MainWindow
from ui.preferences import LARGEST_SCALE, SMALLEST_SCALE, Preferences
from ui.start_news import start_news
from ui.theme import apply_theme
from ui.theme import theme as present_theme

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from arm.desk.values import Me
    from ui.dialogs.account_picker import DemoAccount

log = logging.getLogger(__name__)
SYNC_AFTER_MS = 300
SETTLED_AFTER_MS = 3_000
OpenDesk = Callable[[Path], "Desk"]


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """The one QApplication, with fonts, theme, keys for every layout and the hook for our own mistakes."""
    known = QApplication.instance()
    if isinstance(known, QApplication):
        return known
    app = QApplication(list(arguments) or ["arm"])
    app.setApplicationName("arm")
    app.setStyle("Fusion")
    return app


class Application(QObject):
    """Opens profiles in windows and keeps them; `preferences` of the first profile set theme and size of letters."""

    def __init__(self, open_desk: OpenDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open_desk = open_desk
        self._windows: dict[Path, ProfileWindow] = {}
        self._has_apologised = False
        self._is_in_hook = False

    def install_hook(self) -> None:
        sys.excepthook = self._on_mistake

    def open_profile(self, profile: Path, server: str = "") -> ProfileWindow:
        """The window of a profile; a second wish for the same profile brings the first one forward."""
        known = self._windows.get(profile)
        if known is not None:
            known.bring_forward()
            return known
        made = ProfileWindow(profile, self._open_desk, server, self)
        self._windows[profile] = made
        made.start()
        return made

    def open_signed_in(
        self,
        profile: Path,
        server: str,
        login: str,
        password: str,
        done: Callable[[BaseException | None], None],
    ) -> None:
        """For the demonstration: signs in without asking; `done` gets the trouble, if there was one."""
        known = self._windows.get(profile)
        if known is not None:
            known.bring_forward()
            done(None)
            return
        made = ProfileWindow(profile, self._open_desk, server, self)
        self._windows[profile] = made
        made.start_as(login, password, done)

    def share_look(self, preferences: Preferences) -> None:
        """One process has one look: a further window takes over that of the windows that are open."""
        others = (one.preferences for one in self._windows.values() if one.preferences is not preferences)
        first = next(others, None)
        if first is not None:
            preferences.take_look(first)
        apply_look(preferences)

    def spread_look(self, preferences: Preferences) -> None:
        """What was chosen in one window holds in all; those of another language are made anew."""
        apply_look(preferences)
        for one in tuple(self._windows.values()):
            one.take_look(preferences)

    def forget(self, profile: Path) -> None:
        self._windows.pop(profile, None)

    def windows(self) -> tuple[MainWindow, ...]:
        return tuple(one.window for one in self._windows.values() if one.window is not None)

    def _on_mistake(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Drafts first, one apology, work goes on; a mistake in here must not start it again."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.error("a mistake of the program", exc_info=(kind, error, trace))
        if self._is_in_hook:
            return
        self._is_in_hook = True
        try:
            for window in self.windows():
                window.save_drafts()
                if not self._has_apologised:
                    window.show_trouble(error)
            self._has_apologised = True
        except Exception:
            log.exception("a mistake while apologising")
        finally:
            self._is_in_hook = False


class ProfileWindow:
    """One profile: its desk, signing in when nobody is, then its window.

    No QObject: what closes a window must not itself be deleted by Qt while the closing goes on.
    """

    def __init__(self, profile: Path, open_desk: OpenDesk, server: str, application: Application) -> None:
        self._profile = profile
        self._open_desk = open_desk
        self._server = server
        self._application = application
        self.preferences = Preferences.load(profile)
        self.bridge: Bridge | None = None
        self.window: MainWindow | None = None
        self._desk: Desk | None = None
        self._dialog: QObject | None = None

    def start(self) -> None:
        """Opens the files; what is wrong with them is said in a dialog with what to do."""
        from ui.bridge import TROUBLES

        self._application.share_look(self.preferences)
        try:
            self._desk = self._open_desk(self._profile)
        except TROUBLES as error:
            self._show_trouble(error)
            return
        self.bridge = Bridge(self._desk)
        self.bridge.ask(self.bridge, _who, self._on_who)

    def start_as(self, login: str, password: str, done: Callable[[BaseException | None], None]) -> None:
        """Signs in by itself (once), loads the messages and opens the window."""
        self._application.share_look(self.preferences)
        self._desk = self._open_desk(self._profile)
        self.bridge = Bridge(self._desk)
        server = self._server

        def enter(desk: Desk) -> Me:
            me = desk.session.me() or desk.session.sign_in(server, login, password)
            if desk.session.needs_first_sync():
                desk.sync.first_sync(_no_progress, _never)
            return desk.session.me() or me

        def entered(me: Me) -> None:
            self._open_window(me)
            done(None)

        def failed(error: BaseException) -> None:
            self._close()
            done(error)

        self.bridge.call_out(self.bridge, enter, entered, failed)

    def bring_forward(self) -> None:
        if self.window is not None:
            self.window.raise_()
            self.window.activateWindow()

    def _on_who(self, answer: Who) -> None:
        if answer.me is None or answer.needs_password:
            self._ask_to_sign_in(unlock=answer.needs_password, who=answer)
        elif answer.needs_first_sync:
            self._ask_to_sign_in(resume=answer.me)
        else:
            self._open_window(answer.me)

    def _ask_to_sign_in(self, *, unlock: bool = False, resume: Me | None = None, who: Who | None = None) -> None:
        from ui.dialogs.sign_in import SignInDialog

        assert self.bridge is not None
        known = self.window.me if self.window is not None else None
        server, login = (known.server, known.login) if known is not None else (self._server, "")
        if who is not None:
            server, login = self._server or who.server, who.login
        dialog = SignInDialog(self.bridge, server, login=login, unlock=unlock, resume=resume, parent=self.window)
        dialog.signed_in.connect(self._on_signed_in)
        dialog.rejected.connect(self._on_sign_in_given_up)
        self._dialog = dialog
        dialog.show()
        if who is not None and who.key_trouble is not None:
            dialog.explain(who.key_trouble)

    def _open_window(self, me: Me) -> None:
        assert self.bridge is not None
        window = MainWindow(self.bridge, me, self.preferences)
        window.sign_in_asked.connect(self._ask_to_sign_in)
        window.theme_asked.connect(self._on_theme_asked)
        window.zoom_asked.connect(self._on_zoom_asked)
        window.language_asked.connect(self._on_language_asked)
        window.closed.connect(self._on_window_closed)
        self.window = window
        window.start()
        window.show()
        self.bridge.ask(window, start_news, window.show_news)
        # a partial keeps this object until then: Qt holds a method of what is no QObject only weakly
        QTimer.singleShot(SYNC_AFTER_MS, window, partial(self._start_sync))

    def _start_sync(self) -> None:
        """Not before the first messages are on the screen: the network's libraries would be loaded beside them."""
        if self._desk is not None:
            self._desk.sync.start()

    def _show_trouble(self, error: BaseException) -> None:
        from ui.dialogs.trouble import TroubleDialog

        dialog = TroubleDialog(error)
        dialog.again.connect(self.start)
        dialog.rejected.connect(self._on_sign_in_given_up)
        self._dialog = dialog
        dialog.show()

    def _on_signed_in(self, me: Me | None) -> None:
        if me is None:
            self._ask_to_sign_in()
        elif self.window is None:
            self._open_window(me)
        elif self.window.me.user_id != me.user_id:
            self._reopen(me)
        else:
            # an expired sign-in had ended the network threads
            self._start_sync()
            self.window.sync_now()

    def _reopen(self, me: Me) -> None:
        window, self.window = self.window, None
        if window is not None:
            window.closed.disconnect(self._on_window_closed)
            # what is held goes on being held by the desk
            window.conductor.giver.undo.forget()
            window.close()
            window.deleteLater()
        self._open_window(me)

    def _on_sign_in_given_up(self) -> None:
        if self.window is None:
            self._close()

    def _on_theme_asked(self) -> None:
        """Light and dark in turn; the first press leaves the system's choice."""
        self.preferences.theme = "light" if present_theme().name == "dark" else "dark"
        self._application.spread_look(self.preferences)

    def _on_zoom_asked(self, scale: float) -> None:
        self.preferences.font_scale = round(min(LARGEST_SCALE, max(SMALLEST_SCALE, scale)), 2)
        self._application.spread_look(self.preferences)

    def _on_language_asked(self) -> None:
        """Every window of the process is made anew in the other language; drafts are saved before."""
        self.preferences.language = "ru" if i18n.current_language() == "en" else "en"
        i18n.set_language(self.preferences.language)
        self._application.spread_look(self.preferences)

    def take_look(self, chosen: Preferences) -> None:
        """Theme, size and language of another window, or of this one; place and filter stay."""
        self.preferences.take_look(chosen)
        window = self.window
        if window is None:
            return
        if window.language == i18n.current_language():
            window.area.judge_width()
            return
        window.save_drafts()
        space, chosen_filter = window.conductor.space, window.queue.filters.current()
        self._reopen(window.me)
        if self.window is not None and space is not None:
            self.window.go_on_at(space, chosen_filter)

    def _on_window_closed(self) -> None:
        self._close()

    def _close(self) -> None:
        self._application.forget(self._profile)
        if self.bridge is not None:
            self.bridge.close()
        if self._desk is not None:
            self._desk.close()
            self._desk = None
        window, self.window = self.window, None
        if window is not None:
            window.deleteLater()


def _no_progress(_done: int, _total: int) -> None:
    """Nobody watches."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Who:
    """Who works at a profile and what stands before the work."""

    me: Me | None
    needs_password: bool
    needs_first_sync: bool
    key_trouble: BaseException | None = None
    server: str = ""
    login: str = ""


def _who(desk: Desk) -> Who:
    needs = desk.session.needs_password()
    me = None if needs else desk.session.me()
    server, login = desk.session.last_sign_in()
    trouble = desk.session.key_trouble()
    return Who(me, needs, me is not None and desk.session.needs_first_sync(), trouble, server, login)


def apply_look(preferences: Preferences) -> None:
    app = QApplication.instance()
    if isinstance(app, QApplication):
        apply_theme(app, preferences.theme, preferences.font_scale)


def prepare(open_desk: OpenDesk, arguments: Sequence[str] = ()) -> tuple[QApplication, Application]:
    app = make_application(arguments)
    install_layout_filter(app)
    application = Application(open_desk, app)
    application.install_hook()
    return app, application


def run_window(profile: Path, open_desk: OpenDesk, *, server: str = "", arguments: Sequence[str] = ()) -> int:
    """`arm`: the window of one profile; returns the exit code when the last window is closed."""
    _prefer_language(profile)
    app, application = prepare(open_desk, arguments)
    application.open_profile(profile, server)
    QTimer.singleShot(SETTLED_AFTER_MS, app, _settle_memory)
    return app.exec()


def run_demo_picker(
    server: str,
    people: Sequence[DemoAccount],
    open_desk: OpenDesk,
    profiles: Path,
    *,
    arguments: Sequence[str] = (),
) -> int:
    """`arm demo`: a list of invented people; each opens in a window and profile of its own."""
    from ui.dialogs.account_picker import AccountPicker

    app, application = prepare(open_desk, arguments)
    apply_look(Preferences())
    picker = AccountPicker(server, tuple(people), profiles, application)
    picker.show()
    return app.exec()


def _settle_memory() -> None:
    """Ends the pause of garbage collection that `arm` makes for its start; what a start has made stays anyway."""
    gc.freeze()
    gc.enable()


def _prefer_language(profile: Path) -> None:
    chosen = Preferences.load(profile).language
    if chosen in i18n.LANGUAGES:
        i18n.set_language(chosen)
