"""Who asks: passwords, guesses counted, tokens and devices (opaque, hashed, revocable)."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from arm.central import tables as t
from arm.central.problems import Trouble
from arm.domain.identity import DeviceId, UserId
from arm.wire import DeviceState, SignInRequest

TOKEN_LIFE = timedelta(days=30)
SERVICE_TOKEN_LIFE = timedelta(days=3650)
GUESSES_A_DAY = 100
FREE_GUESSES = 5
LONGEST_PAUSE_S = 900
LONGEST_PASSWORD = 1024
LONGEST_QUEUE = 16
"""Sign-ins at once, of the 40 threads that serve everybody."""
SEEN_EVERY = timedelta(minutes=1)
MOST_ACQUAINTANCES = 10_000
ACTIVE, REVOKED = "active", "revoked"
"""States of a device."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whose request it is, as his token says; what he may do is looked up anew each time.

    `is_judged` False: the token was good a moment ago; who reads or writes for him judges it in that transaction.
    """

    user_id: UserId
    device_id: DeviceId
    token_hash: str
    kind: str = "desk"
    is_judged: bool = True


class Acquaintances:
    """Desks whose tokens were good a moment ago: enough to read their requests, never to do what they ask."""

    def __init__(self) -> None:
        self._known: dict[str, Principal] = {}

    def find(self, token: str, device_id: str) -> Principal | None:
        known = self._known.get(token_hash(token))
        return known if known is not None and known.device_id == device_id else None

    def keep(self, who: Principal) -> None:
        if len(self._known) >= MOST_ACQUAINTANCES:
            self._known.clear()
        self._known[who.token_hash] = replace(who, is_judged=False)

    def forget(self, who: Principal) -> None:
        self._known.pop(who.token_hash, None)


class Passwords:
    """argon2id, a few at a time: each takes 64 MB and some 50 ms."""

    def __init__(self, queue: int = LONGEST_QUEUE) -> None:
        self._hasher = PasswordHasher()
        self._turn = threading.BoundedSemaphore(4)
        self._queue = threading.BoundedSemaphore(queue)
        self._nobody = self.hashed(secrets.token_urlsafe(16))

    def hashed(self, password: str) -> str:
        with self._turn:
            return self._hasher.hash(password)

    def fits(self, stored: str, password: str) -> bool:
        """Takes the same time for an unknown login: then a hash of nobody's password is tried.

        Trouble(busy) when too many wait: a flood of sign-ins must not take the threads of those who work.
        """
        if not self._queue.acquire(blocking=False):
            raise Trouble(503, "busy", retry_after_s=2)
        try:
            with self._turn:
                return self._hasher.verify(stored or self._nobody, password) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._queue.release()


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def folded(login: str) -> str:
    return " ".join(login.split()).casefold()


def guessed_at(connection: Connection, asked: SignInRequest, user_id: UserId | None) -> str:
    """What guesses are counted by: the login, and apart from it each workstation where its user was before.

    So strangers who guess can't lock a user out of his own desk (F56, УПД.6).
    """
    known = t.device.c
    own = select(known.device_id).where(known.device_id == asked.device_id, known.user_id == (user_id or ""))
    is_own = connection.execute(own).first() is not None
    login = folded(asked.login)
    return token_hash(f"{login}\n{asked.device_id}" if is_own else login)


def check_guesses(connection: Connection, key: str, now: datetime, *, locks: bool = False) -> None:
    """Trouble(throttled) while this account must wait; unknown logins are counted alike (G11).

    A pause longer than any that is given was written by a clock that ran ahead, and doesn't count.
    """
    asked = select(t.guess).where(t.guess.c.login_hash == key)
    row = connection.execute(asked.with_for_update() if locks else asked).first()
    if row is None:
        return
    if now < row.blocked_until <= now + timedelta(seconds=LONGEST_PAUSE_S):
        wait = int((row.blocked_until - now).total_seconds()) + 1
        raise Trouble(429, "throttled", retry_after_s=wait)
    if row.day == now.date().isoformat() and row.failures >= GUESSES_A_DAY:
        tomorrow = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
        raise Trouble(429, "throttled", retry_after_s=int((tomorrow - now).total_seconds()) + 1)


def count_guess(connection: Connection, key: str, now: datetime, *, right: bool) -> None:
    """A right password ends the row of failures, not the day's count."""
    day = now.date().isoformat()
    known = t.guess.c
    row = connection.execute(select(t.guess).where(known.login_hash == key).with_for_update()).first()
    if row is None and right:
        return
    failures = (row.failures if row is not None and row.day == day else 0) + (0 if right else 1)
    in_a_row = 0 if right else (row.in_a_row if row is not None else 0) + 1
    over = in_a_row - FREE_GUESSES
    pause_s = min(2 ** min(over, 10), LONGEST_PAUSE_S) if over > 0 else 0
    values = {
        "day": day,
        "failures": failures,
        "in_a_row": in_a_row,
        "blocked_until": now + timedelta(seconds=pause_s),
    }
    if row is None:
        connection.execute(insert(t.guess).values(login_hash=key, **values))
    else:
        connection.execute(update(t.guess).where(known.login_hash == key).values(**values))


def issue_token(
    connection: Connection, user_id: UserId, device_id: DeviceId | None, kind: str, now: datetime
) -> tuple[str, datetime]:
    """A new token and the moment it ends; only its hash is kept."""
    token = secrets.token_urlsafe(32)
    expires_at = now + (TOKEN_LIFE if kind == "desk" else SERVICE_TOKEN_LIFE)
    connection.execute(
        insert(t.token).values(
            token_hash=token_hash(token),
            user_id=user_id,
            device_id=device_id,
            kind=kind,
            created_at=now,
            expires_at=expires_at,
            revoked_at=None,
        )
    )
    return token, expires_at


def principal(connection: Connection, token: str, device_id: str, now: datetime) -> Principal:
    """Whom the token names; Trouble(unauthorised) when it ended, was revoked, or belongs to another device.

    Trouble(device_revoked), 410, tells a revoked workstation to wipe itself; only who holds its token hears that.
    """
    key = token_hash(token)
    return judge(tokens(connection, [key]).get(key), device_id, now)


def tokens(connection: Connection, keys: Sequence[str]) -> dict[str, Row[Any]]:
    """What `judge` needs to know of tokens, by their hashes."""
    return {row.token_hash: row for row in connection.execute(SELECT_TOKENS, {"b_keys": sorted(set(keys))})}


def judge(row: Row[Any] | None, device_id: str, now: datetime) -> Principal:
    """The same from a token's row, None for an unknown one."""
    if row is None or (row.kind == "desk" and row.device_id != device_id):
        raise Trouble(401, "unauthorised")
    if row.state == REVOKED:
        raise Trouble(410, "device_revoked")
    if row.revoked_at is not None or row.expires_at <= now or not row.active:
        raise Trouble(401, "unauthorised")
    return Principal(UserId(row.user_id), DeviceId(row.device_id or ""), row.token_hash, row.kind)


_token = t.token.c
SELECT_TOKENS = (
    select(_token.token_hash, _token.user_id, _token.device_id, _token.kind, _token.revoked_at, _token.expires_at)
    .add_columns(t.person.c.active, t.device.c.state)
    .join(t.person, t.person.c.user_id == _token.user_id)
    .join(t.device, t.device.c.device_id == _token.device_id, isouter=True)
    .where(_token.token_hash.in_(bindparam("b_keys", expanding=True)))
)


def revoke(connection: Connection, key: str, now: datetime) -> None:
    connection.execute(update(t.token).where(t.token.c.token_hash == key).values(revoked_at=now))


def take_device(
    connection: Connection,
    user_id: UserId,
    asked: SignInRequest,
    now: datetime,
    randomness: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[DeviceState, str]:
    """The device of this user, made on its first sign-in (P2), and its escrow key (P32); another user's is refused.

    Trouble(device_revoked), 410: the workstation wipes itself.
    """
    known = t.device.c
    row = connection.execute(select(t.device).where(known.device_id == asked.device_id).with_for_update()).first()
    seen = {"name": asked.device_name[:200], "client_version": asked.client_version[:64], "seen_at": now}
    escrow_key = randomness(32).hex() if row is None or not row.escrow_key else row.escrow_key
    if row is None:
        connection.execute(
            insert(t.device).values(
                device_id=asked.device_id,
                user_id=user_id,
                state=ACTIVE,
                last_seq=0,
                dec_hash="",
                backup_floor=0,
                created_at=now,
                escrow_key=escrow_key,
                **seen,
            )
        )
        return DeviceState(last_seq=0, dec_hash=""), escrow_key
    if row.user_id != user_id:
        raise Trouble(403, "device_of_other_user")
    if row.state != ACTIVE:
        raise Trouble(410, "device_revoked")
    kept = update(t.device).where(known.device_id == asked.device_id)
    connection.execute(kept.values(escrow_key=escrow_key, **seen))
    state = DeviceState(last_seq=row.last_seq, dec_hash=row.dec_hash, backup_floor=row.backup_floor)
    return state, escrow_key
