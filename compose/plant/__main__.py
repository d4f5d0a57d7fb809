"""Command line of the plant: `python -m compose.plant run|live|golden`, from the project's root, in its environment."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from compose.plant.namespaces import PlantError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="compose.plant", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the plant and write what its mirror port shows")
    run.add_argument("--seconds", type=float, default=65.0, help="normal life before any attack (default 65)")
    run.add_argument("--out", type=Path, required=True, help="capture to write (pcap)")
    run.add_argument("--attacks", action="store_true", help="then play the attacker's steps")
    run.add_argument("--labels", type=Path, help="write what was done when (YAML)")
    live = commands.add_parser("live", help="run the plant with a program at its mirror port, attacks at the end")
    live.add_argument("--seconds", type=float, default=3600.0, help="normal life before the attacks (default 3600)")
    live.add_argument("--labels", type=Path, required=True, help="write what was done when (YAML)")
    live.add_argument("--log", type=Path, required=True, help="file for what the program prints")
    live.add_argument("--ready", default="", help="words in the log by which the program says that it listens")
    live.add_argument("program", nargs="+", help="behind --: its command; it finds the interface mon0")
    golden = commands.add_parser("golden", help="make the proof and golden captures again")
    golden.add_argument("names", nargs="*", help="parts of paths; none: all, and the demo capture")
    golden.add_argument("--jobs", type=int, default=3, help="captures made at a time (default 3)")
    golden.add_argument("--into", type=Path, default=Path(), help="write below this folder instead of the project")
    golden.add_argument("--list", action="store_true", help="only list them")
    one = commands.add_parser("make-one")
    one.add_argument("path")
    one.add_argument("into", type=Path)
    one.add_argument("answer", type=Path)
    return parser


def _with_rights() -> None:
    """Without root, start again in a user namespace where this process may make networks of its own."""
    if os.geteuid() == 0:
        return
    print("not root: starting again under unshare -Urn", file=sys.stderr)
    words = ["unshare", "-Urn", sys.executable, "-m", "compose.plant", *sys.argv[1:]]
    try:
        os.execvp("unshare", words)
    except OSError as error:
        raise PlantError(f"unshare: {error}. Run as root, or install util-linux and allow user namespaces") from error


def main() -> int:
    """Run one command; returns the exit code: 0 done, 1 some captures failed, 2 the plant cannot run here."""
    given = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that the lab is taken down
    try:
        if given.command == "golden" and given.list:
            return _list()
        _with_rights()
        if given.command == "make-one":
            from compose.plant.golden import make_one

            make_one(given.path, given.into, given.answer)
            return 0
        if given.command == "golden":
            return _golden(given.names, given.jobs, given.into)
        if not given.seconds > 0:
            raise PlantError(f"--seconds {given.seconds}: give a number above 0, such as 65")
        if given.command == "live":
            from compose.plant.live import live

            return live(given.seconds, given.labels, given.log, given.ready, given.program)
        from compose.plant.scenario import run

        return run(given.seconds, given.out, given.attacks, given.labels)
    except PlantError as error:
        print(f"plant: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"plant: {error}. Run compose/plant/setup and use build/plant-venv/bin/python", file=sys.stderr)
        return 2


def _list() -> int:
    from compose.plant.catalogue import load_all

    for path, capture in load_all().items():
        print(f"{path}\t{capture.kind}\t{' '.join(capture.rules)}")
    return 0


def _golden(names: list[str], jobs: int, into: Path) -> int:
    from compose.plant.golden import make_all

    failed = make_all([name for name in names if name != "demo"], jobs, into) if names != ["demo"] else 0
    if not names or "demo" in names:
        from compose.plant.scenario import make_demo

        make_demo(into)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
