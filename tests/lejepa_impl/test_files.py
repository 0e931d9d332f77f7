"""Files are written whole or not at all."""

import os
import signal
import subprocess
import sys

import pytest

from lejepa_impl import files


def test_a_write_that_is_interrupted_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "file"
    files.write_atomically(path, b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        files.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_removed_by_the_next_one(tmp_path):
    path = tmp_path / "file[1]"
    killed = (
        "import os, pathlib, signal, sys; from lejepa_impl import files\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.write_atomically(pathlib.Path(sys.argv[1]), b'new')"
    )
    files.write_atomically(path, b"old")
    assert subprocess.run([sys.executable, "-c", killed, str(path)]).returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    files.write_atomically(path, b"newer")
    assert path.read_bytes() == b"newer"
    assert list(tmp_path.iterdir()) == [path]


def test_finding_out_whether_a_file_can_be_written_leaves_no_trace(tmp_path):
    (tmp_path / "there").mkdir()
    for path in (tmp_path / "there" / "file", tmp_path / "not" / "there" / "file"):
        files.require_writable(path)
    assert list(tmp_path.rglob("*")) == [tmp_path / "there"]
