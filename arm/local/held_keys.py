"""A keyring of this process alone, for measuring and for proofs: nothing of it outlives the process."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class HeldKeys:
    """A `KeyStore` in memory, real by its behaviour; a profile keyed by it opens for whoever is given the same one."""

    secrets: dict[str, str] = field(default_factory=dict)

    def read(self, account: str) -> str | None:
        return self.secrets.get(account)

    def write(self, account: str, secret: str) -> None:
        self.secrets[account] = secret

    def forget(self, account: str) -> None:
        self.secrets.pop(account, None)
