"""Which facts are worth watching, and where they stand in the datasets. A new one is one function and one list line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from sys import intern

import polars as pl

from sensors.frames import selected, words_in

SINGLE = frozenset(
    {
        "mac", "vendor", "model", "firmware", "hardware", "serial", "os", "client_address", "client_certificate",
        "server_certificate", "security_policy", "security_mode",
        "will", "retained_owner", "payload_shape", "publisher",
    }
)  # fmt: skip
"""Attributes that have one value at a time: another value is a change, not an addition."""


@dataclass(frozen=True)
class Fact:
    """`attribute` of `entity` is `value`, as row `row` said at `time` (ns).

    `source`: what tells it (first word of the evidence), where several do, each in its own words. It is compared with
    what the same said before: that two differ is a conflict to be shown, not a change. Texts that come again are one
    object each: learners keep hundreds of thousands.
    """

    row: int
    time: int
    entity_kind: str
    entity: str
    attribute: str
    value: str
    source: str = ""


OF_THE_NETWORK = frozenset({"address", "mac"})
"""Attributes that packets tell by themselves, whatever protocol they carry."""


def _facts(rows: pl.DataFrame, entity_kind: str, attribute: str, entity: pl.Expr, value: pl.Expr) -> Iterable[Fact]:
    if rows.is_empty():
        return
    chosen = selected(rows, "row", pl.col("@timestamp").dt.epoch("ns").alias("ts"), entity.alias("e"), value.alias("v"))
    # A run of equal values says nothing new after its first row: most rows of a batch fall away here, vectorised.
    changed = chosen.drop_nulls().filter(pl.col("v").ne_missing(pl.col("v").shift(1).over("e")))
    for row, ts, name, text in changed.iter_rows():
        yield Fact(row, ts, entity_kind, intern(name), attribute, text)


def _text(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String)


def identity(frame: pl.DataFrame) -> Iterable[Fact]:
    """Every attribute an `identity` row tells of its asset; the address itself is `address`. What follows from the MAC
    is left out: the MAC is watched, and its maker is often not the device's.
    """
    own = frame.with_row_index("row").filter(pl.col("ot.evidence").cast(pl.String).ne_missing("oui"))
    rows = selected(
        own, "row", pl.col("@timestamp").dt.epoch("ns").alias("ts"), _text("ot.asset_key").alias("key"),
        _text("ot.attribute").alias("attribute"), _text("ot.attribute_value").alias("value"),
        _text("source.ip").alias("ip"), _text("ot.evidence").fill_null("").str.split(" ").list.first().alias("told_by"),
    )  # fmt: skip
    told = rows.drop_nulls(["key", "attribute", "value"])
    for row, ts, key, attribute, value, ip, told_by in told.iter_rows():
        # Bindings are watched by address: the asset's key may be the very MAC that changes.
        entity, by = intern(ip or key), "" if attribute in OF_THE_NETWORK else intern(told_by)
        yield Fact(row, ts, "asset", entity, intern(attribute), value, by)


def addresses_by_mac(frame: pl.DataFrame) -> Iterable[Fact]:
    """Which addresses a MAC answers for, as ARP tells: one that takes over another host's address is seen here too."""
    rows = frame.with_row_index("row").filter((pl.col("ot.attribute") == "mac") & (pl.col("ot.evidence") == "arp"))
    return _facts(rows, "asset", "bound_address", _text("ot.attribute_value"), _text("source.ip"))


def security(frame: pl.DataFrame) -> Iterable[Fact]:
    """Security policy and mode each OPC UA pair works with: of its sessions, and of protected channels, whose sessions
    cannot always be seen. A bare channel without a session only asks for endpoints.
    """
    kind, policy = _text("ot.session_kind"), _text("ot.security.policy")
    works = (kind == "opcua_session") | ((kind == "opcua_channel") & policy.ne_missing("None"))
    rows = frame.with_row_index("row").filter(works & pl.col("event.outcome").cast(pl.String).ne_missing("failure"))
    yield from _facts(rows, "conversation", "security_policy", _pair(), policy)
    yield from _facts(rows, "conversation", "security_mode", _pair(), _text("ot.security.mode"))


def associations(frame: pl.DataFrame) -> Iterable[Fact]:
    """How each client address of a pair associates with a meter: the public client needs no proof."""
    granted = (pl.col("ot.session_kind") == "dlms_association") & (pl.col("event.outcome") == "success")
    rows = frame.with_row_index("row").filter(granted)
    entity = pl.concat_str(_pair(), pl.lit(" client "), _detail("client"))
    yield from _facts(rows, "conversation", "security_policy", entity, _text("ot.security.policy"))
    yield from _facts(rows, "conversation", "security_mode", entity, _text("ot.security.mode"))


def certificates(frame: pl.DataFrame) -> Iterable[Fact]:
    """Certificates both ends of an OPC UA pair show."""
    rows = frame.with_row_index("row").filter(pl.col("ot.session_kind") == "opcua_channel")
    yield from _facts(rows, "conversation", "client_certificate", _pair(), _text("ot.certificate.client.sha256"))
    yield from _facts(rows, "conversation", "server_certificate", _pair(), _text("ot.certificate.server.sha256"))


def client_names(frame: pl.DataFrame) -> Iterable[Fact]:
    """From which address a named client comes, and which names come from a pair."""
    good = frame.with_row_index("row").filter(pl.col("event.outcome") == "success")
    mqtt = good.filter(pl.col("ot.session_kind") == "mqtt_connect")
    named = pl.concat_str(pl.lit("client "), _text("ot.client_name"), pl.lit(" @ "), _text("ot.server.ip"))
    yield from _facts(mqtt, "client", "client_address", named, _text("source.ip"))
    yield from _facts(good, "conversation", "client_name", _pair(), _text("ot.client_name"))


def wills(frame: pl.DataFrame) -> Iterable[Fact]:
    """Last will topic of each MQTT client."""
    rows = frame.with_row_index("row").filter(
        (pl.col("ot.session_kind") == "mqtt_connect") & _detail("will_topic").is_not_null()
    )
    named = pl.concat_str(pl.lit("client "), _text("ot.client_name"), pl.lit(" @ "), _text("ot.server.ip"))
    return _facts(rows, "client", "will", named, _detail("will_topic"))


def topics(frame: pl.DataFrame) -> Iterable[Fact]:
    """Who owns a retained topic, who publishes to a topic, and what its payload looks like."""
    published = (pl.col("network.protocol") == "mqtt") & pl.col("ot.operation").cast(pl.String).is_in(
        ["publish", "write"]
    )
    from_client = _text("source.ip") == _text("ot.client.ip")
    rows = frame.with_row_index("row").filter(published & from_client & (pl.col("ot.item") == 0))
    if rows.is_empty():
        return
    topic = pl.concat_str(
        pl.lit("topic "), _text("ot.object.address").str.replace(r"\$\..*$", ""), pl.lit(" @ "), _text("ot.server.ip")
    )
    owner = pl.coalesce(_text("ot.client_name"), _text("source.ip"))
    # A client whose login was not seen has no name; by its address it would look like another owner of its own topic.
    retained = rows.filter((_detail("retain") == "true") & pl.col("ot.client_name").is_not_null())
    yield from _facts(retained, "topic", "retained_owner", topic, owner)
    yield from _facts(rows, "topic", "topic_owner", topic, owner)
    yield from _facts(rows, "topic", "payload_shape", topic, _detail("payload_shape"))


def _pair() -> pl.Expr:
    return pl.concat_str(_text("ot.client.ip"), pl.lit(">"), _text("ot.server.ip"))


def _detail(key: str) -> pl.Expr:
    return pl.col("ot.details").str.json_path_match(f"$.{key}")


def clusters(frame: pl.DataFrame) -> Iterable[Fact]:
    """Which shapes the protocol of a service has that nothing recognises."""
    if frame["ot.cluster"].null_count() == frame.height:
        return ()
    rows = frame.with_row_index("row").filter(pl.col("ot.cluster").is_not_null())
    port = pl.col("ot.server.port").cast(pl.String).fill_null("?")
    service = pl.concat_str(_text("ot.server.ip"), pl.lit(":"), port, pl.lit("/"), _text("network.transport"))
    return _facts(rows, "service", "cluster", service, _text("ot.cluster"))


def publishers(frame: pl.DataFrame) -> Iterable[Fact]:
    """Which interface publishes a GOOSE control block, a stream of samples or a cyclic PROFINET frame, or from which
    address where it is routed: another one speaks in its name.
    """
    rows = frame.with_row_index("row")
    protocol, publisher = _text("network.protocol"), pl.coalesce(_text("source.ip"), _text("source.mac"))
    named = rows.filter(protocol.is_in(["goose", "sampled_values"]))
    name = pl.concat_str(_text("network.protocol"), pl.lit(" "), _text("ot.object.address").str.split("[").list.first())
    yield from _facts(named, "publication", "publisher", name, publisher)
    cyclic = rows.filter(
        (pl.col("network.protocol").cast(pl.String) == "profinet") & (_text("ot.object.kind") == "frame")
    )
    # The receiver chose the FrameID: of another receiver it is another frame.
    of_receiver = pl.concat_str(pl.lit("profinet "), _text("destination.mac"), pl.lit(" "), _text("ot.object.address"))
    yield from _facts(cyclic, "publication", "publisher", of_receiver, _text("source.mac"))


@dataclass(frozen=True)
class Source:
    """A source of facts, which has none where `column` has none of `words`; without words it is always asked."""

    facts: Callable[[pl.DataFrame], Iterable[Fact]]
    column: str = ""
    words: frozenset[str] = frozenset()


WATCHED: dict[str, tuple[Source, ...]] = {
    "identity": (Source(identity), Source(addresses_by_mac, "ot.evidence", frozenset({"arp"}))),
    "session": (
        Source(security, "ot.session_kind", frozenset({"opcua_session", "opcua_channel"})),
        Source(associations, "ot.session_kind", frozenset({"dlms_association"})),
        Source(certificates, "ot.session_kind", frozenset({"opcua_channel"})),
        Source(client_names, "event.outcome", frozenset({"success"})),
        Source(wills, "ot.session_kind", frozenset({"mqtt_connect"})),
    ),
    "transaction": (
        Source(topics, "network.protocol", frozenset({"mqtt"})),
        Source(publishers, "network.protocol", frozenset({"goose", "sampled_values", "profinet"})),
    ),
    "flow": (Source(clusters),),
}
"""Sources of facts by dataset."""


def facts_in(dataset: str, frame: pl.DataFrame) -> list[Fact]:
    """All facts that rows of a dataset tell, by row and attribute."""
    if frame.is_empty():
        return []
    sources = WATCHED.get(dataset, ())
    present = {name: words_in(frame[name]) for name in {source.column for source in sources} - {""}}
    asked = [each for each in sources if not each.words or not each.words.isdisjoint(present[each.column])]
    found = [fact for source in asked for fact in source.facts(frame)]
    return sorted(found, key=lambda fact: (fact.row, fact.attribute))
