"""The plain user that a process begun by root goes on as."""

from __future__ import annotations

import os
import pwd
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.running import Account


def account_of(name: str) -> Account:
    """The account of a user of this machine, for a process that may change to it: one of root, or the user's own.

    Raises Failure.
    """
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise Failure(ExitCode.CONFIGURATION, "error.no_user", name=name) from None
    if os.getuid() not in (0, entry.pw_uid):
        raise Failure(ExitCode.PERMISSION, "error.not_root", name=name)
    return Account(entry.pw_uid, entry.pw_gid)


def give(folder: Path, account: Account) -> None:
    """Makes a folder and all in it the account's, where it is not yet. Raises OSError."""
    if os.getuid() != 0 or folder.stat().st_uid == account.user:
        return
    for path in (*folder.rglob("*"), folder):
        os.chown(path, account.user, account.group, follow_symlinks=False)


def check_readable(name: str, account: Account) -> None:
    """Raises Failure when the account may not read the program: what is loaded later would fail."""
    if os.getuid() != 0:
        return
    folders = (sysconfig.get_path("stdlib"), sysconfig.get_path("platlib"), str(Path(__file__).parent))
    with _acting_as(account):
        hidden = next((f for f in folders if not os.access(f, os.R_OK | os.X_OK, effective_ids=True)), None)
    if hidden is not None:
        raise Failure(ExitCode.PERMISSION, "error.user_cannot_read", name=name, path=hidden)


def become(account: Account) -> None:
    """Changes this process to the account, for good. Raises OSError."""
    if os.getuid() == account.user:
        return
    os.setgroups([])
    os.setresgid(account.group, account.group, account.group)
    os.setresuid(account.user, account.user, account.user)


@contextmanager
def _acting_as(account: Account) -> Iterator[None]:
    """With the rights of the account, for a moment."""
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(account.group)
    os.seteuid(account.user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
