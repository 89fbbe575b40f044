"""The troubles that the screens word: of the conversation, of the local store, of files."""

from __future__ import annotations

from arm.local.troubles import CacheTrouble, FileTrouble
from arm.sync.troubles import SyncTrouble

__all__ = ["CacheTrouble", "FileTrouble", "SyncTrouble"]
