"""Whether a rule makes sense against the vocabulary: every issue, with its place and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from detection.sigma.fields import FieldError, Target, find_target
from detection.sigma.model import Bittern, Head, Issue, Item, Rule, Step
from detection.sigma.required import required_sections
from detection.sigma.text import VALUE, placeholders, stray_braces
from detection.sigma.validate_item import item_troubles
from detection.sigma.wrong import Wrong, unlisted, wrong
from sensors.fields import vocabulary

PARTIES = ("source", "destination")
TOLD = (*PARTIES, VALUE)
"""What texts may name besides fields."""
Finder = Callable[[str], Target]


def validate_rule(rule: Rule, techniques: frozenset[str] | None) -> list[Issue]:
    """Issues of one rule.

    `techniques` are the ATT&CK ids that tags may name, None to leave tags unchecked. Issues of fields and values are
    fatal, those of tags and texts are not.
    """
    if rule.dataset not in vocabulary().datasets:
        absent = unlisted("dataset_absent", rule.dataset, vocabulary().datasets, dataset=rule.dataset)
        return [issue_at(rule, ("logsource", "category"), absent)]
    sections = required_sections(rule)

    def find(name: str) -> Target:
        return find_target(rule.dataset, name, sections)

    issues = [issue for detection in rule.detections.values() for item in detection.items()
              for issue in _item_issues(rule, item, find)]  # fmt: skip
    issues += tag_issues(rule, techniques)
    if rule.bittern is not None:
        issues += dedup_issues(rule, rule.bittern, find)
        issues += text_issues(rule, rule.bittern, find, TOLD)
    return issues


def issue_at(rule: Head, path: tuple[Step, ...], wrong: Wrong, *, fatal: bool = True) -> Issue:
    """An issue of `rule` at a path of its document."""
    return Issue(rule.origin.file, rule.origin.line(*path), wrong, rule.name, fatal)


def _item_issues(rule: Rule, item: Item, find: Finder) -> Iterator[Issue]:
    try:
        troubles = item_troubles(item, find(item.field), find)
    except FieldError as error:
        troubles = [error.wrong]
    for trouble in troubles:
        yield issue_at(rule, item.path, trouble)


def tag_issues(rule: Head, techniques: frozenset[str] | None) -> Iterator[Issue]:
    """Tags that are not `namespace.name`, and ATT&CK techniques that do not exist."""
    for number, tag in enumerate(rule.tags):
        if "." not in tag.strip("."):
            yield issue_at(rule, ("tags", number), wrong("tag_without_namespace", tag=tag), fatal=False)
    for technique in rule.techniques if techniques is not None else ():
        if techniques is not None and technique not in techniques:
            place = ("tags", rule.tags.index(f"attack.{technique.lower()}"))
            yield issue_at(rule, place, wrong("technique_absent", technique=technique), fatal=False)


def dedup_issues(rule: Head, bittern: Bittern, find: Finder) -> Iterator[Issue]:
    """Dedup fields that do not exist, or are no column by themselves."""
    for number, name in enumerate(bittern.dedup):
        path = ("bittern", "dedup", number)
        try:
            target = find(name)
        except FieldError as error:
            yield issue_at(rule, path, error.wrong)
            continue
        if target.detail is not None or target.is_list:
            yield issue_at(rule, path, wrong("dedup_not_single", field=name))


def text_issues(rule: Head, bittern: Bittern, find: Finder, extra: tuple[str, ...]) -> Iterator[Issue]:
    """Placeholders that are no field and none of `extra`, and braces that are no placeholder."""
    for language, text in bittern.text.items():
        parts: list[tuple[tuple[Step, ...], str]] = [(("what",), text.what), (("why",), text.why)]
        parts += [(("do", number), step) for number, step in enumerate(text.do)]
        for path, template in parts:
            yield from _template_issues(rule, ("bittern", "text", language, *path), template, find, extra)
    for language, template in bittern.safety.items():
        yield from _template_issues(rule, ("bittern", "safety", language), template, find, extra)


def _template_issues(
    rule: Head, path: tuple[Step, ...], template: str, find: Finder, extra: tuple[str, ...]
) -> Iterator[Issue]:
    if stray_braces(template):
        yield issue_at(rule, path, wrong("stray_brace"), fatal=False)
    for name in placeholders(template):
        if name in extra:
            continue
        try:
            find(name)
        except FieldError as error:
            yield issue_at(rule, path, wrong("placeholder", error.wrong, name=name), fatal=False)
