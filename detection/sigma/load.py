"""Rule files to a RuleSet. A broken rule never stops the others: it is left out and named among the issues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from detection.sigma.document import Document, read_documents
from detection.sigma.model import Correlation, Head, Issue, Rule
from detection.sigma.prepared import Prepared
from detection.sigma.read import read_rule
from detection.sigma.read_correlation import read_correlation
from detection.sigma.references import resolve
from detection.sigma.validate import issue_at, validate_rule
from detection.sigma.validate_correlation import validate_correlation
from detection.sigma.wrong import wrong

SUFFIXES = (".yml", ".yaml")


@dataclass(frozen=True)
class RuleSet:
    """Usable rules by name, correlations in an order in which each comes after those it stands on, and all issues.

    `silent` are the names that raise nothing of their own: base rules without a `bittern:` section, and those that a
    correlation without `generate: true` names.
    """

    rules: tuple[Rule, ...]
    correlations: tuple[Correlation, ...]
    issues: tuple[Issue, ...]
    silent: frozenset[str]

    @cached_property
    def prepared(self) -> Prepared:
        """What is made of the rules once for all runs: a drill makes hundreds of them."""
        return Prepared()

    @classmethod
    def load(cls, paths: Sequence[Path], techniques: frozenset[str] | None = None) -> RuleSet:
        """Reads files, and every *.yml and *.yaml below folders; files may hold several documents.

        `techniques` are the ATT&CK ids that tags may name (`attack.read_techniques`), None to leave tags unchecked.
        A file that cannot be read is an issue.
        """
        texts: dict[str, str] = {}
        issues: list[Issue] = []
        for path in _files(paths):
            try:
                texts[str(path)] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError as error:
                issues.append(Issue(str(path), 0, wrong("not_utf8", offset=error.start)))
            except OSError as error:
                message = error.strerror or str(error)
                issues.append(Issue(str(path), 0, wrong("unreadable", errno=error.errno or 0, message=message)))
        return cls.from_texts(texts, techniques, issues)

    @classmethod
    def from_texts(
        cls, texts: Mapping[str, str], techniques: frozenset[str] | None = None, issues: Sequence[Issue] = ()
    ) -> RuleSet:
        """The same from texts by file name; `issues` are those found before."""
        found = _Found(list(issues))
        for file, text in texts.items():
            documents, troubles = read_documents(file, text)
            found.issues += troubles
            for document in documents:
                found.add(document)
        found.check_rules(techniques)
        found.check_correlations(techniques)
        return found.ruleset()


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.suffix in SUFFIXES and each.is_file())
        else:
            yield path


class _Found:
    """What was read so far."""

    def __init__(self, issues: list[Issue]) -> None:
        self.issues = issues
        self.rules: dict[str, Rule] = {}
        self.correlations: dict[str, Correlation] = {}
        self.ids: dict[str, Head] = {}
        self.names: dict[str, Head] = {}

    def add(self, document: Document) -> None:
        if "correlation" in document.data:
            correlation, issues = read_correlation(document)
            if correlation is not None and self._is_new(correlation):
                self.correlations[correlation.name] = correlation
        else:
            rule, issues = read_rule(document)
            if rule is not None and self._is_new(rule):
                self.rules[rule.name] = rule
        self.issues += issues

    def _is_new(self, head: Head) -> bool:
        """Whether name and id are free; the first rule to use them keeps them."""
        for key, value, taken in (("name", head.name, self.names), ("id", head.id, self.ids)):
            if (first := taken.get(value)) is not None:
                line = first.origin.line(key)
                taken_by = wrong("taken", key=key, taken=value, first=first.name, file=first.origin.file, line=line)
                self.issues.append(issue_at(head, (key,), taken_by))
                return False
        self.names[head.name] = self.ids[head.id] = head
        return True

    def check_rules(self, techniques: frozenset[str] | None) -> None:
        for rule in list(self.rules.values()):
            issues = validate_rule(rule, techniques)
            self.issues += issues
            if any(issue.fatal for issue in issues):
                del self.rules[rule.name]

    def check_correlations(self, techniques: frozenset[str] | None) -> None:
        """Keeps, in order, those whose rules are all there and that make sense."""
        ordered, issues = resolve(self.rules, self.correlations)
        self.issues += issues
        self.correlations = {}
        for correlation in ordered:
            if missing := [each for each in correlation.rules if each not in self.rules | self.correlations]:
                broken = wrong("stands_on_broken", rules=tuple(missing))
                self.issues.append(issue_at(correlation, ("correlation", "rules"), broken))
                continue
            troubles = validate_correlation(correlation, self.rules, self.correlations, techniques)
            self.issues += troubles
            if not any(issue.fatal for issue in troubles):
                self.correlations[correlation.name] = correlation

    def ruleset(self) -> RuleSet:
        used = {name for correlation in self.correlations.values() for name in correlation.rules}
        muted = {name for each in self.correlations.values() if not each.generate for name in each.rules}
        heads: list[Head] = [*self.rules.values(), *self.correlations.values()]
        silent = {head.name for head in heads if head.bittern is None} | muted
        self.issues += [issue for head in heads for issue in _silence_issues(head, used, muted)]
        return RuleSet(
            rules=tuple(self.rules[name] for name in sorted(self.rules)),
            correlations=tuple(self.correlations.values()),
            issues=tuple(sorted(self.issues, key=lambda issue: (issue.file, issue.line, str(issue.wrong)))),
            silent=frozenset(silent),
        )


def _silence_issues(head: Head, used: set[str], muted: set[str]) -> Iterator[Issue]:
    if head.bittern is None and head.name not in used:
        yield issue_at(head, (), wrong("does_nothing"), fatal=False)
    if head.bittern is not None and head.name in muted:
        yield issue_at(head, ("bittern",), wrong("kept_silent"), fatal=False)
