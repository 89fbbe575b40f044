"""The building blocks of every screen; they take plain values and know nothing of the process."""

from ui.widgets.action_bar import ActionBar, ActionFace
from ui.widgets.banner import BannerBar, BannerFace
from ui.widgets.buttons import Button, IconButton
from ui.widgets.chip import (
    Chip,
    DeadlineFace,
    DeadlineState,
    Tag,
    deadline_chip_size,
    paint_deadline_chip,
    paint_state_shape,
)
from ui.widgets.choices import FilterChips, FilterFace, Segment, SegmentedChoice
from ui.widgets.diff_view import DiffPart, DiffView, blended, word_diff
from ui.widgets.due_date import DueDateEdit
from ui.widgets.empty import EmptyState, SkeletonRows
from ui.widgets.files import ComposeEdit, FileFace, FileStrip
from ui.widgets.flow import FlowLayout, empty_layout
from ui.widgets.link_mark import LinkMark
from ui.widgets.picker import PickerEdit
from ui.widgets.picker_list import PickerRow
from ui.widgets.rail import Rail, RailFace
from ui.widgets.reading import ReadingView
from ui.widgets.sheet import Sheet
from ui.widgets.speech import announce
from ui.widgets.stage_strip import StageFace, StageStrip, paint_stage_strip
from ui.widgets.status import StatusLine, StatusPiece
from ui.widgets.text import Divider, PlainLabel, Surface, as_tooltip, repolish, show_if
from ui.widgets.timeline import Timeline, TimelineEntry
from ui.widgets.toast import Toast, ToastFace

__all__ = [
    "ActionBar",
    "ActionFace",
    "BannerBar",
    "BannerFace",
    "Button",
    "Chip",
    "ComposeEdit",
    "DeadlineFace",
    "DeadlineState",
    "DiffPart",
    "DiffView",
    "Divider",
    "DueDateEdit",
    "EmptyState",
    "FileFace",
    "FileStrip",
    "FilterChips",
    "FilterFace",
    "FlowLayout",
    "IconButton",
    "LinkMark",
    "PickerEdit",
    "PickerRow",
    "PlainLabel",
    "Rail",
    "RailFace",
    "ReadingView",
    "Segment",
    "SegmentedChoice",
    "Sheet",
    "SkeletonRows",
    "StageFace",
    "StageStrip",
    "StatusLine",
    "StatusPiece",
    "Surface",
    "Tag",
    "Timeline",
    "TimelineEntry",
    "Toast",
    "ToastFace",
    "announce",
    "as_tooltip",
    "blended",
    "deadline_chip_size",
    "empty_layout",
    "paint_deadline_chip",
    "paint_stage_strip",
    "paint_state_shape",
    "repolish",
    "show_if",
    "word_diff",
]
