"""`python -m api.cli`: the command, for processes that start each other."""

from __future__ import annotations

from api.cli import main

main()
