"""Where a profile may lie: one writer of a local folder, any letters and spaces, else a refusal before any write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from arm.local.database import ProfileLock
from arm.local.places import NETWORK, check_place, file_system
from arm.local.troubles import CacheTrouble
from tests.conftest import ROOT
from tests.local.builders import message, open_room

MOUNTS = """22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /home rw,relatime shared:1 - nfs4 files:/home rw
31 30 0:41 / /home/local rw,relatime - ext4 /dev/vdb rw
32 22 0:42 / /media/\\320\\237\\321\\203\\321\\202\\321\\214\\040x rw,relatime - cifs //files/x rw
33 22 0:43 / /mnt/over rw,relatime - ext4 /dev/vdc rw
34 22 0:44 / /mnt/over rw,relatime - fuse.sshfs host:/ rw
"""


def test_the_deepest_mount_decides() -> None:
    assert file_system(Path("/home/person/arm"), MOUNTS) == "nfs4"
    assert file_system(Path("/home/local/person"), MOUNTS) == "ext4"
    assert file_system(Path("/homestead"), MOUNTS) == "ext4"
    assert file_system(Path("/mnt/over/arm"), MOUNTS) == "fuse.sshfs"
    assert file_system(Path("/x"), "nonsense\n") == ""


@pytest.mark.parametrize("system", sorted(NETWORK))
def test_a_profile_on_a_share_is_refused_before_any_write(system: str) -> None:
    folder = Path("/srv/share/profile")
    with pytest.raises(CacheTrouble) as trouble:
        check_place(folder, f"1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / /srv/share rw - {system} x rw\n")
    assert (trouble.value.kind, trouble.value.params) == ("network_folder", {"system": system})
    assert not folder.exists()


def test_a_link_to_a_share_is_a_share(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    (tmp_path / "local").symlink_to(tmp_path / "share")
    mounts = f"1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / {tmp_path / 'share'} rw - nfs x rw\n"
    with pytest.raises(CacheTrouble):
        check_place(tmp_path / "local" / "profile", mounts)


def test_a_folder_that_cannot_be_written_is_said() -> None:
    # the kernel's own folder takes nothing from anybody, not even from root
    with pytest.raises(CacheTrouble) as trouble:
        ProfileLock(Path("/proc/arm-profile"))
    assert trouble.value.kind == "read_only"


@pytest.mark.skipif(shutil.which("unshare") is None, reason="read-only disks are made by unshare")
def test_a_read_only_disk_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from arm.local.database import ProfileLock;"
        "from arm.local.troubles import CacheTrouble\n"
        "try: ProfileLock(Path(sys.argv[1]) / 'profile')\n"
        "except CacheTrouble as trouble: print(trouble.kind)\n"
    )
    script = 'mount -t tmpfs -o ro,size=64k none "$1" && exec "$2" -c "$3" "$1"'
    command = ["unshare", "-rm", "sh", "-c", script, "sh", str(tmp_path), sys.executable, code]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode and not done.stdout:
        pytest.skip("no user namespaces here")
    assert done.stdout == "read_only\n"


@pytest.mark.parametrize(
    "name",
    ["Профиль Ольги Ивановны", "with 'quotes' & %41 #1 ?x=y", "пр" * 50 + "/" + "ы" * 60, "long name " * 24 + "x"],
)
def test_any_letters_and_long_paths_work(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    lock = ProfileLock(folder)
    with open_room(folder) as room:
        room.put(message(1))
    with open_room(folder) as room:
        assert room.cache.rows("SELECT message_id FROM message") == [("m1",)]
    lock.release()


def test_a_path_longer_than_sqlite_opens_is_refused_before_any_write(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["глубоко" * 8] * 6)
    assert len(str(folder)) > 260
    with pytest.raises(CacheTrouble) as trouble:
        ProfileLock(folder)
    assert trouble.value.kind == "long_path" and not list(tmp_path.iterdir())


START = """
import os, sys, time
from pathlib import Path
from arm.local.database import ProfileLock
from arm.local.troubles import CacheTrouble
sys.stdin.readline()
try:
    lock = ProfileLock(Path(sys.argv[1]))
except CacheTrouble as trouble:
    print(trouble.kind, flush=True)
else:
    print("won", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.slow
def test_of_twenty_starts_at_once_one_wins_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    """F40: also when the winner is killed, and whatever stands in a file of an older program's process id."""
    (tmp_path / "lock").write_text(str(os.getpid()))
    for _ in range(2):
        starts = [
            subprocess.Popen(
                [sys.executable, "-c", START, str(tmp_path)],
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(20)
        ]
        for one in starts:
            assert one.stdin is not None
            one.stdin.write("\n")
            one.stdin.flush()
        said = []
        for one in starts:
            assert one.stdout is not None
            said.append(one.stdout.readline().strip())
        assert sorted(said) == ["in_use"] * 19 + ["won"]
        for one in starts:
            one.kill()
            one.communicate()
    ProfileLock(tmp_path).release()
