"""Backup into one file and restore from it: the database, the stored files, and the numbers' jump ahead."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.engine import URL

from arm.central import tables as t
from arm.central.access import Principal
from arm.central.addresses import address, libpq_environment
from arm.central.central import Central
from arm.central.engine import make_engine, reading, sqlite_path, writing
from arm.central.numbers import RESTORE_JUMP, ticks
from arm.central.opening import files_folder, open_central
from arm.central.schema import APPLICANT_SERIES
from arm.central.security import note
from arm.domain.identity import DeviceId, UserId

FORMAT = 1
ABOUT, SQLITE_COPY, PG_COPY = "about.json", "store.db", "store.dump"
OTHERS_THERE = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND coalesce(backend_type, 'client backend') = 'client backend'"""
STORED_FILE = re.compile(r"files/[0-9a-f]{2}/[0-9a-f-]{36}")


class BackupTrouble(Exception):
    """Why it can't be done; `kind` says it.

    Kinds: exists, no_program, program_failed, not_a_backup, other_kind, not_empty, in_use, cannot_write, damaged.
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail


def backup(central: Central, target: Path) -> dict[str, Any]:
    """One .tar with everything, verified before it takes its name; what was saved, for the report."""
    if target.exists():
        raise BackupTrouble("exists", str(target))
    with _beside(target) as folder:
        source = sqlite_path(central.store.engine)
        copy = folder / (SQLITE_COPY if source is not None else PG_COPY)
        floors = _device_seqs(central)
        about = _about(central)
        if source is not None:
            about |= _copy_sqlite(source, copy)
        else:
            _run("pg_dump", central.store.engine.url, ["--format=custom", "--no-owner", f"--file={copy}"])
        whole = folder / "whole.tar"
        about["files"] = _write_tar(whole, about, copy, central.uploads.folder)
        os.replace(whole, target)
        _sync_folder(target.parent)
    _raise_floors(central, floors)
    return about


def _about(central: Central) -> dict[str, Any]:
    with reading(central.store.engine) as connection:
        head = connection.execute(select(t.journal_head)).one()
        store_id = connection.scalar(select(t.store.c.store_id))
    return {
        "format": FORMAT,
        "kind": central.store.engine.dialect.name,
        "store_id": store_id,
        "seq": head.seq,
        "hash": head.hash,
        "made_at": datetime.now(UTC).isoformat(),
    }


def _device_seqs(central: Central) -> list[dict[str, Any]]:
    """Taken before the copy: what is in the copy is this or more."""
    with reading(central.store.engine) as connection:
        rows = connection.execute(select(t.device.c.device_id, t.device.c.last_seq))
        return [{"b_device": row.device_id, "b_floor": row.last_seq} for row in rows]


def _raise_floors(central: Central, floors: list[dict[str, Any]]) -> None:
    if not floors:
        return
    with writing(central.store.engine) as connection:
        connection.execute(
            update(t.device)
            .where(t.device.c.device_id == bindparam("b_device"))
            .values(backup_floor=bindparam("b_floor")),
            floors,
        )


def _copy_sqlite(source: Path, copy: Path) -> dict[str, Any]:
    """VACUUM INTO is one consistent snapshot while others write; the copy is checked before it counts."""
    try:
        with closing(sqlite3.connect(source)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        with closing(sqlite3.connect(copy)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
            seq, entry_hash = connection.execute("SELECT seq, hash FROM journal_head").fetchone()
    except sqlite3.Error as wrong:
        raise BackupTrouble("damaged", str(source)) from wrong
    if sound != "ok":
        raise BackupTrouble("damaged", str(source))
    return {"seq": seq, "hash": entry_hash}


def _write_tar(whole: Path, about: dict[str, Any], copy: Path, files: Path) -> int:
    count = 0
    try:
        whole.touch(mode=0o600)
        with tarfile.open(whole, "w") as tar:
            raw = json.dumps(about, ensure_ascii=False, indent=1).encode()
            member = tarfile.TarInfo(ABOUT)
            member.size = len(raw)
            tar.addfile(member, io.BytesIO(raw))
            tar.add(copy, copy.name)
            for one in sorted(files.glob("??/*")) if files.is_dir() else ():
                tar.add(one, f"files/{one.parent.name}/{one.name}")
                count += 1
        with whole.open("rb") as file:
            os.fsync(file.fileno())
    except OSError as wrong:
        raise BackupTrouble("cannot_write", str(whole.parent)) from wrong
    return count


def restore(source: Path, url: str, *, files: Path | None = None, replace: bool = False) -> dict[str, Any]:
    """The store as it was at the backup, its numbers far ahead; desks then bring back what came after it."""
    where = address(url)
    with _unpacked(source) as folder:
        about = _checked(folder)
        if about["kind"] != ("sqlite" if where.drivername == "sqlite" else "postgresql"):
            raise BackupTrouble("other_kind", about["kind"])
        if not replace and not _is_empty(where):
            raise BackupTrouble("not_empty", where.database or "")
        _put_files(folder / "files", url, files)
        if where.drivername == "sqlite":
            _put_sqlite(folder / SQLITE_COPY, Path(str(where.database)))
        else:
            _check_unused(where)
            options = ["--clean", "--if-exists", "--no-owner", "--single-transaction"]
            _run("pg_restore", where, [*options, f"--dbname={where.database}", str(folder / PG_COPY)])
        with open_central(url, files=files) as central:
            _begin_anew(central)
    return about


def _put_files(copies: Path, url: str, files: Path | None) -> None:
    """Before the database: each has a name of its own, so that they change nothing when there is no room for all."""
    if not copies.is_dir():
        return
    engine = make_engine(url)
    target = files or files_folder(engine)
    engine.dispose()
    try:
        shutil.copytree(copies, target, dirs_exist_ok=True)
    except OSError as wrong:
        raise BackupTrouble("cannot_write", str(target)) from wrong


def _begin_anew(central: Central) -> None:
    """No number told since the backup may come again, and no session revoked since may live again.

    Nor may a version of the directory: desks and servers that knew it would take the old one's rights for the new's.
    """
    now = central.now()
    with writing(central.store.engine) as connection:
        last = connection.scalar(select(func.max(t.number_series.c.last))) or 0
        connection.execute(
            update(t.number_series)
            .where(t.number_series.c.series == APPLICANT_SERIES)
            .values(last=max(last, ticks(now)) + RESTORE_JUMP)
        )
        version = connection.scalar(select(t.store.c.directory_version)) or 0
        connection.execute(update(t.store).values(directory_version=max(version + 1, ticks(now))))
        connection.execute(
            update(t.token).where(t.token.c.kind == "desk", t.token.c.revoked_at.is_(None)).values(revoked_at=now)
        )
    note(central.store, "restored", Principal(UserId("system"), DeviceId(""), "", "system"))


def _is_empty(where: URL) -> bool:
    if where.drivername == "sqlite" and not Path(str(where.database)).exists():
        return True
    with open_central(where.render_as_string(hide_password=False)) as central:
        with reading(central.store.engine) as connection:
            seq = connection.scalar(select(t.journal_head.c.seq))
            people = connection.scalar(select(func.count()).select_from(t.person))
        return not seq and not people


def _put_sqlite(copy: Path, target: Path) -> None:
    """The present database is kept beside under another name; a server that still has it open is not run over.

    Nothing is moved before the new one lies whole on the same disk.
    """
    coming = target.with_name(f"{target.name}.coming")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        coming.unlink(missing_ok=True)
        coming.touch(mode=0o600)
        shutil.copyfile(copy, coming)
        with coming.open("rb+") as file:
            os.fsync(file.fileno())
        _put_aside(target)
        os.replace(coming, target)
        _sync_folder(target.parent)
    except OSError as wrong:
        raise BackupTrouble("cannot_write", str(target)) from wrong
    finally:
        coming.unlink(missing_ok=True)


def _put_aside(target: Path) -> None:
    if target.exists():
        try:
            with closing(sqlite3.connect(target, timeout=1)) as connection:
                connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            raise BackupTrouble("in_use", str(target)) from None
        except sqlite3.DatabaseError:
            pass
        aside = target.with_name(f"{target.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
        os.replace(target, aside)
        for suffix in ("-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)


def _check_unused(where: URL) -> None:
    """A server that goes on over a store put back under it would mix two histories."""
    engine = make_engine(where.render_as_string(hide_password=False))
    try:
        with reading(engine) as connection:
            others = connection.scalar(text(OTHERS_THERE))
    finally:
        engine.dispose()
    if others:
        raise BackupTrouble("in_use", where.database or "")


def _checked(folder: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        if about["format"] != FORMAT or not (folder / SQLITE_COPY).is_file() | (folder / PG_COPY).is_file():
            raise BackupTrouble("not_a_backup")
        if about["kind"] == "sqlite":
            with closing(sqlite3.connect(folder / SQLITE_COPY)) as connection:
                if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                    raise BackupTrouble("damaged")
                if connection.execute("SELECT hash FROM journal_head").fetchone()[0] != about["hash"]:
                    raise BackupTrouble("damaged")
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error):
        raise BackupTrouble("not_a_backup") from None
    return about


@contextmanager
def _unpacked(source: Path) -> Iterator[Path]:
    """Only the members that a backup has, under their own names: nothing else leaves the archive."""
    with tempfile.TemporaryDirectory(prefix="arm-restore-") as made:
        folder = Path(made)
        try:
            archive = tarfile.open(source)  # noqa: SIM115
        except (OSError, tarfile.TarError):
            raise BackupTrouble("not_a_backup", str(source)) from None
        try:
            with archive as tar:
                for member in tar:
                    known = member.name in (ABOUT, SQLITE_COPY, PG_COPY) or STORED_FILE.fullmatch(member.name)
                    content = tar.extractfile(member) if known and member.isfile() else None
                    if content is not None:
                        place = folder / member.name
                        place.parent.mkdir(parents=True, exist_ok=True)
                        place.touch(mode=0o600)
                        with place.open("wb") as file:
                            shutil.copyfileobj(content, file)
        except tarfile.TarError:
            raise BackupTrouble("not_a_backup", str(source)) from None
        except OSError as wrong:
            raise BackupTrouble("cannot_write", str(folder)) from wrong
        yield folder


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A working folder on the target's own disk, so that the last step is one rename."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".arm-backup-", dir=target.parent))
    except OSError as wrong:
        raise BackupTrouble("cannot_write", str(target.parent)) from wrong
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _run(program: str, url: URL, arguments: list[str]) -> None:
    """PostgreSQL's own programs; the address goes by the environment, so that no password is among the arguments."""
    path = shutil.which(program)
    if path is None:
        raise BackupTrouble("no_program", program)
    environment = os.environ | libpq_environment(url)
    done = subprocess.run([path, *arguments], env=environment, capture_output=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise BackupTrouble("program_failed", program)
