"""Assets: seen, declared, or both."""

from __future__ import annotations

from collections import Counter

from response.reports.blocks import Block, Counts, Heading, table
from response.reports.model import AssetFact, ReportModel
from response.reports.wording import Piece, Said, Speaker, clock, cut, data, listed


def assets(model: ReportModel, speak: Speaker) -> list[Block]:
    """How many, and each in a line."""
    how = Counter(_how(asset) for asset in model.assets)
    heads = [
        (speak.say("report.asset"), 2.4), (speak.say("report.addresses"), 2.0), (speak.say("report.identity"), 2.2),
        (speak.say("report.roles"), 1.4), (speak.say("report.zone"), 1.2), (speak.say("report.owner"), 1.2),
        (speak.say("report.known_as"), 1.2), (speak.say("report.last_seen"), 1.4),
    ]  # fmt: skip
    return [
        Heading(speak.say("report.asset_list"), anchor="assets"),
        Counts(
            tuple(
                (str(how[word]), style, speak.word("report.known", word))
                for word, style in (("both", "pass"), ("undeclared", "fail"), ("unseen", "inconclusive"))
            )
        ),
        table(heads, [_row(asset, speak) for asset in model.assets], speak.say("report.no_assets"), small=True),
    ]


def _how(asset: AssetFact) -> str:
    if asset.seen and asset.declared:
        return "both"
    return "undeclared" if asset.seen else "unseen"


def _row(asset: AssetFact, speak: Speaker) -> list[Said]:
    name = data(cut(asset.key), "faint")
    if asset.name:
        name = (Piece(cut(asset.name), style="strong"), *name)
    how = _how(asset)
    style = {"both": "", "undeclared": "fail", "unseen": "inconclusive"}[how]
    return [
        name,
        listed((*asset.addresses, *asset.macs), "code", most=6),
        listed([text for text in (asset.vendor, asset.product, asset.firmware) if text]),
        speak.list("role", asset.roles),
        data(asset.zone),
        data(asset.owner and cut(asset.owner)),
        speak.word("report.known", how, style),
        clock(asset.last_seen),
    ]
