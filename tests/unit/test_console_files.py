"""The console's files: its packages have licences and reasons, the build is whole, small and asks nobody else."""

from __future__ import annotations

import gzip
import json
import re

from tests.needs import PROJECT, need

CONSOLE = PROJECT / "console"
STATIC = PROJECT / "api" / "static"
PAGE = PROJECT / "docs" / "decisions" / "console.md"
FREE = {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "0BSD", "OFL-1.1", "Unlicense", "(MIT OR CC0-1.0)"}
INITIAL_KB = 250
NAMESPACES = ("http://www.w3.org/", "https://www.w3.org/")


def locked() -> dict[str, dict[str, object]]:
    packages = json.loads((CONSOLE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return {name.rpartition("node_modules/")[2]: package for name, package in packages.items() if name}


def test_packages_that_are_shipped_are_free_and_have_a_reason() -> None:
    page = PAGE.read_text(encoding="utf-8")
    direct = json.loads((CONSOLE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    shipped = {name: package for name, package in locked().items() if not package.get("dev")}
    assert set(direct) <= set(shipped)
    assert {name for name, package in shipped.items() if package.get("license") not in FREE} == set()
    assert [name for name in shipped if f"| `{name}` |" not in page] == []


def test_versions_are_exact_and_the_lock_names_no_place() -> None:
    package = json.loads((CONSOLE / "package.json").read_text(encoding="utf-8"))
    named = {**package["dependencies"], **package["devDependencies"]}
    assert [name for name, version in named.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    assert [name for name, each in locked().items() if "resolved" in each] == []


def built() -> str:
    index = STATIC / "index.html"
    need(index.is_file(), "the built console", "make console (needs Node)")
    return index.read_text(encoding="utf-8")


def test_what_the_first_screen_loads_is_small() -> None:
    """Everything that the page names, what its first chunks import at once, and the largest screen: the alerts."""
    page = built()
    first = set(re.findall(r'(?:src|href)="/(assets/[^"]+\.(?:js|css))"', page))
    assert first
    waiting = list(first)
    while waiting:
        text = (STATIC / waiting.pop()).read_text(encoding="utf-8")
        more = {f"assets/{name}" for name in re.findall(r'(?:from|import)\s*"\./([\w.-]+\.js)"', text)} - first
        first |= more
        waiting += more
    screen = {path.relative_to(STATIC).as_posix() for path in STATIC.glob("assets/AlertsScreen-*.js")}
    texts = {path.relative_to(STATIC).as_posix() for path in STATIC.glob("assets/zh-*.js")}
    size = sum(len(gzip.compress((STATIC / name).read_bytes(), 6)) for name in first | screen | texts)
    assert size / 1024 <= INITIAL_KB


def test_the_page_waits_for_its_nonce_and_nothing_comes_from_elsewhere() -> None:
    page = built()
    assert page.count("__NONCE__") >= 2
    for path in [STATIC / "index.html", *STATIC.glob("assets/*.js"), *STATIC.glob("assets/*.css")]:
        text = path.read_text(encoding="utf-8")
        loaded = re.findall(
            r"""(?:src|href)=["'](https?://[^"']+)|url\((https?:[^)]+)\)|import\(?["'](https?:[^"']+)""", text
        )
        assert [each for each in loaded if not "".join(each).startswith(NAMESPACES)] == [], path.name
