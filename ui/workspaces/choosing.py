"""Fields that choose from the directory: people, organisations, topics."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from arm.desk.values import Candidate, Hint
from arm.domain.classifier import Classifier
from arm.domain.directory import Directory
from arm.domain.identity import OrganisationId, Person, UserId
from arm.i18n import _, ngettext
from ui.widgets import FlowLayout, IconButton, PickerEdit, PickerRow, Tag, empty_layout
from ui.workspaces.fields import FormField

if TYPE_CHECKING:
    from arm.domain.organisations import Organisation


class PickerField(FormField):
    """A line to search in with the choices under it; what was chosen before the choices came is kept."""

    def __init__(
        self, name: str, placeholder: str, headers: tuple[str, ...] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(name, parent)
        self.picker = PickerEdit(placeholder, headers, name=placeholder)
        self._waiting: object = None
        self._is_default = False
        self.put(self.picker)
        self.picker.picked.connect(self._on_picked)
        self.picker.cleared.connect(self.edited)

    def set_rows(self, rows: tuple[PickerRow, ...]) -> None:
        self.picker.set_rows(rows)
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self.set_value(waiting)

    def value(self) -> object:
        return self.picker.current_key()

    def set_hints(self, rows: tuple[PickerRow, ...], hints: tuple[Hint[Any], ...]) -> None:
        """The same choices, with those on top that earlier decisions speak for; an open list shows them at once."""
        was_untouched = self.picker.is_popup_open() and self.picker.is_at_first()
        self.set_rows(hinted_first(rows, hints))
        # an arrow has chosen a row already: it stays under the fingers
        if hints and was_untouched and not self.picker.text():
            self.picker.open_popup()

    def set_default(self, value: object) -> None:
        """What a rule or the habit says, unless somebody has chosen or typed already."""
        if value is not None and self.is_empty() and not self.picker.text():
            self.set_value(value)
            self._is_default = True

    def is_default(self) -> bool:
        """Whether what stands here was chosen by nobody: a draft's choice goes before it."""
        return self._is_default

    def set_value(self, value: object) -> None:
        self._is_default = False
        self.picker.set_current(value)
        self._waiting = value if value and self.picker.current_key() is None else None

    def _on_picked(self, _key: object) -> None:
        self._waiting, self._is_default = None, False
        self.edited.emit()
        self.decided.emit()


class OrganisationField(PickerField):
    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, _("Name or its beginning"), parent=parent)

    def value(self) -> OrganisationId | None:
        key = self.picker.current_key()
        return OrganisationId(str(key)) if key else None


class TopicField(PickerField):
    """Category and subcategory at once; the value is the pair of their ids."""

    def __init__(self, name: str = "category", parent: QWidget | None = None) -> None:
        super().__init__(name, _("Words of the topic"), parent=parent)

    def value(self) -> tuple[str, str] | None:
        key = self.picker.current_key()
        return (str(key[0]), str(key[1])) if isinstance(key, tuple) else None

    def remember(self) -> str:
        pair = self.value()
        return "\t".join(pair) if pair else ""

    def restore(self, words: str) -> None:
        category, _tab, subcategory = words.partition("\t")
        self.set_value((category, subcategory) if category else None)


class PersonField(PickerField):
    def __init__(self, name: str, headers: tuple[str, ...] = (), parent: QWidget | None = None) -> None:
        super().__init__(name, _("Surname"), headers, parent)

    def value(self) -> UserId | None:
        key = self.picker.current_key()
        return UserId(str(key)) if key else None


class PeopleField(PersonField):
    """Several people: each choice becomes a tag under the line."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent=parent)
        self._chosen: list[UserId] = []
        self._tags = QWidget()
        self._flow = FlowLayout(self._tags, 6)
        self._column.addWidget(self._tags)
        self._tags.hide()

    def value(self) -> UserId | None:
        return None

    def people(self) -> tuple[UserId, ...]:
        return tuple(self._chosen)

    def is_empty(self) -> bool:
        return not self._chosen

    def remember(self) -> str:
        return "\n".join(self._chosen)

    def restore(self, words: str) -> None:
        self._chosen = [UserId(one) for one in words.splitlines() if one]
        self._show()

    def set_rows(self, rows: tuple[PickerRow, ...]) -> None:
        super().set_rows(rows)
        self._show()

    def _show(self) -> None:
        empty_layout(self._flow)
        names = {row.key: row.columns[0] for row in self.picker.rows()}
        for one in self._chosen:
            name = names.get(one, "…")
            pair = QWidget()
            row = QHBoxLayout(pair)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(2)
            row.addWidget(Tag(name, "accent"))
            remove = IconButton("x", _("Take away: {name}").format(name=name))
            remove.setFixedSize(24, 24)
            remove.setProperty("person", one)
            remove.clicked.connect(self._on_remove_clicked)
            row.addWidget(remove)
            self._flow.addWidget(pair)
        self._tags.setVisible(bool(self._chosen))

    def _on_picked(self, key: object) -> None:
        if key and UserId(str(key)) not in self._chosen:
            self._chosen.append(UserId(str(key)))
        self.picker.clear()
        self._show()
        self.edited.emit()

    def _on_remove_clicked(self) -> None:
        pressed = self.sender()
        if pressed is not None:
            gone = str(pressed.property("person"))
            self._chosen = [one for one in self._chosen if one != gone]
            self._show()
            self.edited.emit()


def candidate_rows(candidates: tuple[Candidate, ...]) -> tuple[PickerRow, ...]:
    """Executors with what they have in hand; an absent one can be seen and not chosen by mistake."""
    return tuple(
        PickerRow(
            one.user_id,
            (one.name, str(one.in_work), str(one.overdue), str(one.with_topic)),
            search=f"{one.name} {one.position}",
            note=_candidate_note(one),
        )
        for one in candidates
    )


def _candidate_note(one: Candidate) -> str:
    if one.absent_until:
        return _("absent until {date}").format(date=one.absent_until)
    return _("proposed by the rule") if one.is_proposed else one.position


def candidate_headers() -> tuple[str, ...]:
    return _("Executor"), _("in work"), _("overdue"), _("topic")


def people_rows(people: tuple[Person, ...]) -> tuple[PickerRow, ...]:
    return tuple(
        PickerRow(one.user_id, (one.full_name,), search=f"{one.full_name} {one.position}", note=one.position)
        for one in people
    )


def organisation_rows(
    directory: Directory, allowed: tuple[Organisation, ...], present: OrganisationId | None = None
) -> tuple[PickerRow, ...]:
    """In the order of the tree, each with what stands above it; those not connected are dimmed with the reason."""
    rows = []
    for one in _as_tree(directory, allowed):
        why = "" if one.connected else _("isn't connected to the platform")
        if one.organisation_id == present:
            why = _("the message is here")
        above = directory.organisation(one.superior) if one.superior else None
        rows.append(
            PickerRow(
                one.organisation_id,
                (one.name,),
                search=f"{one.name} {one.short_name}",
                dimmed_reason=why,
                note=(above.short_name or above.name) if above else "",
            )
        )
    return tuple(rows)


def _as_tree(directory: Directory, allowed: tuple[Organisation, ...]) -> tuple[Organisation, ...]:
    def path(one: Organisation) -> tuple[str, ...]:
        above = directory.tree.superiors(one.organisation_id)
        names = [directory.tree[o].name for o in reversed(above) if o in directory.tree]
        return (*names, one.name)

    return tuple(sorted(allowed, key=path))


def hinted_first(rows: tuple[PickerRow, ...], hints: tuple[Hint[Any], ...]) -> tuple[PickerRow, ...]:
    """What earlier decisions speak for stands on top with its reason; nothing is chosen by it."""
    known = {row.key: row for row in rows}
    first = [replace(known[one.key], note=_because(one)) for one in hints if one.key in known]
    return (*first, *(row for row in rows if all(row.key != one.key for one in first)))


def _because(hint: Hint[Any]) -> str:
    said = ngettext("as {n} before", "as {n} before", hint.seen).format(n=hint.seen)
    return f"{said}: {', '.join(hint.because)}" if hint.because else said


def topic_rows(classifier: Classifier) -> tuple[PickerRow, ...]:
    """Subcategories first (they say more), a category by itself where it has none or nothing narrower fits."""
    rows = []
    for category in classifier.categories.values():
        for sub in category.subcategories:
            title = classifier.title(category.category_id, sub.subcategory_id)
            rows.append(PickerRow((category.category_id, sub.subcategory_id), (title,)))
        rows.append(PickerRow((category.category_id, ""), (category.title,)))
    return tuple(rows)
