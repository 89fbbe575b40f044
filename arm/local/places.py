"""Whether a folder can hold a profile: refused before anything is written there (P24, F41)."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from arm.local.troubles import CacheTrouble

NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "davfs"}
    | {
        f"fuse.{one}"
        for one in ("sshfs", "gvfsd-fuse", "glusterfs", "davfs2", "rclone", "s3fs", "smbnetfs", "kio-fuse")
    }
)
"""File systems on which another computer may write the same file: locks and the write-ahead log don't hold there."""
LONGEST_POSIX, LONGEST_WINDOWS = 470, 200
"""Bytes and signs of a profile's path; SQLite opens names up to 512 bytes, Windows up to 260 signs."""
_MOUNTS = Path("/proc/self/mountinfo")
_OCTAL = re.compile(r"\\([0-7]{3})")


def check_place(folder: Path, mounts: str | None = None) -> None:
    """Raises CacheTrouble: network_folder (system), long_path; `mounts` stands for what the kernel says."""
    place = Path(os.path.abspath(folder))
    longest = LONGEST_WINDOWS if sys.platform == "win32" else LONGEST_POSIX
    length = len(str(place)) if sys.platform == "win32" else len(os.fsencode(place))
    if length > longest:
        raise CacheTrouble("long_path")
    system = file_system(place, mounts)
    if system in NETWORK:
        raise CacheTrouble("network_folder", {"system": system})


def file_system(place: Path, mounts: str | None = None) -> str:
    """The kind of file system that a folder lies on, or will lie on; empty where nobody tells."""
    # the folder itself may not be there yet, and a link leads to where it points
    real = Path(os.path.realpath(place))
    if sys.platform == "win32":
        return "smb3" if _is_remote_drive(real) else ""
    if mounts is None:
        try:
            mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return ""
    deepest, found = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields, kinds = before.split(" "), after.split(" ")
        if len(fields) < 5 or not kinds[0]:
            continue
        point = Path(_OCTAL.sub(lambda one: chr(int(one[1], 8)), fields[4]))
        # the later of two mounts on one point lies on top
        if (real == point or point in real.parents) and len(point.parts) >= deepest:
            deepest, found = len(point.parts), kinds[0]
    return found


def _is_remote_drive(place: Path) -> bool:
    import ctypes

    if place.drive.startswith("\\\\"):
        return True
    kind: int = ctypes.windll.kernel32.GetDriveTypeW(f"{place.drive}\\")  # type: ignore[attr-defined,unused-ignore]
    remote = 4
    return kind == remote
