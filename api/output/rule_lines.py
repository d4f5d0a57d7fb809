"""Rules for people and programs."""

from __future__ import annotations

from collections.abc import Sequence

from api.output.alert_lines import technique_names
from api.output.documents import Json
from api.output.page import Page, Part
from api.output.told import safe
from api.texts import Language, Texts
from detection.sigma.model import Correlation, Head, Rule


def rule_document(rule: Rule | Correlation, lang: Language) -> dict[str, Json]:
    """A rule as programs get it, without its conditions: those are in its file."""
    bittern = rule.bittern
    document: dict[str, Json] = {
        "name": rule.name,
        "id": rule.id,
        "version": rule.version,
        "title": rule.title,
        "status": rule.status,
        "severity": rule.level,
        "kind": "correlation" if isinstance(rule, Correlation) else "rule",
        "dataset": rule.dataset if isinstance(rule, Rule) else None,
        "rules": list(rule.rules) if isinstance(rule, Correlation) else [],
        "techniques": list(rule.techniques),
        "description": rule.described(lang),
        "false_positives": list(rule.harmless(lang)),
        "file": rule.origin.file,
        "line": rule.origin.line(),
    }
    if bittern is None:
        return document
    text = bittern.text[lang]
    return document | {
        "class": bittern.rule_class,
        "enabled": bittern.default_enabled,
        "learnable": bittern.learnable,
        "needs": list(bittern.needs),
        "objects": list(bittern.objects),
        "controls": list(bittern.controls),
        "playbook": bittern.playbook,
        "text": {"what": text.what, "why": text.why, "do": list(text.do), "safety": bittern.safety.get(lang)},
        "proof": {"positive": list(bittern.proof.positive), "benign": list(bittern.proof.benign)},
    }


def rule_table(page: Page, rules: Sequence[Rule | Correlation], words: Texts) -> None:
    """One rule a line."""
    heads = [words.get(f"column.{name}") for name in ("rule", "severity", "class", "techniques", "title")]
    page.columns(heads, [_row(rule, words) for rule in rules])


def rule_page(page: Page, rule: Rule | Correlation, words: Texts) -> None:
    """Everything about a rule; placeholders stay as they are written."""
    bittern = rule.bittern
    page.line(
        (f" {words.word('severity', rule.level)} ", rule.level),
        (f" {rule.name}", "strong"),
        f" {rule.titled(words.lang)}",
    )
    lines: list[tuple[str, Sequence[str]]] = [
        ("description", [text for text in [rule.described(words.lang)] if text]),
        ("false_positives", rule.harmless(words.lang)),
        ("techniques", technique_names(rule.techniques)),
    ]
    if bittern is not None:
        text = bittern.text[words.lang]
        lines = [
            ("what", [text.what]),
            ("why", [text.why]),
            ("do", [f"{number}. {step}" for number, step in enumerate(text.do, 1)]),
            ("safety", [s for s in [bittern.safety.get(words.lang)] if s]),
            *lines,
            ("needs", [words.word("need", need) for need in bittern.needs]),
            ("controls", bittern.controls),
            ("proof", [*(f"+ {p}" for p in bittern.proof.positive), *(f"– {p}" for p in bittern.proof.benign)]),
        ]
    lines.append(("file", [f"{rule.origin.file}:{rule.origin.line()}", f"id {rule.id} · {rule.version}"]))
    for name, found in lines:
        if found:
            page.line((words.get(f"rule.section.{name}"), "faint"), indent=2)
            for text_line in found:
                page.line(text_line, indent=4)


def _row(rule: Head, words: Texts) -> list[Part]:
    rule_class = words.word("class", rule.bittern.rule_class) if rule.bittern else ""
    return [
        rule.name,
        (words.word("severity", rule.level), rule.level),
        rule_class,
        " ".join(rule.techniques),
        safe(rule.titled(words.lang)),
    ]
