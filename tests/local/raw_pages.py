"""The plain bytes of an encrypted SQLite file, page by page, free pages and slack included.

SQL can't show what a file still holds: an export leaves free pages out. SQLCipher 4 seals each page of 4096 bytes by
AES-256-CBC; its last 80 bytes are the vector (16) and the seal (64), the first page begins with 16 bytes of salt.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, RESERVE, SALT = 4096, 80, 16
WAL_HEADER, FRAME_HEADER = 32, 24


def plain_pages(path: Path, key: bytes) -> bytes:
    """Everything that lies in the file and in its write-ahead log, decrypted."""
    content = path.read_bytes()
    assert content and len(content) % PAGE == 0
    pages = [_plain(content[at : at + PAGE], key, at == 0) for at in range(0, len(content), PAGE)]
    log = path.with_name(f"{path.name}-wal")
    written = log.read_bytes() if log.exists() else b""
    for at in range(WAL_HEADER, len(written), FRAME_HEADER + PAGE):
        number = int.from_bytes(written[at : at + 4], "big")
        pages.append(_plain(written[at + FRAME_HEADER : at + FRAME_HEADER + PAGE], key, number == 1))
    return b"".join(pages)


def _plain(page: bytes, key: bytes, is_first: bool) -> bytes:
    vector = page[PAGE - RESERVE : PAGE - RESERVE + 16]
    sealed = page[SALT if is_first else 0 : PAGE - RESERVE]
    if not any(page):
        return b""
    decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    return decryptor.update(sealed) + decryptor.finalize()
