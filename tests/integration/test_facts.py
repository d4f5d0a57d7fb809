"""Facts that rules rest on, as the core states them of captures of real stacks."""

from __future__ import annotations

import polars as pl

from detection.baseline import Seen
from detection.context import Context
from detection.learners.addresses import AddressBinding
from detection.roles import Roles
from sensors.capture import CaptureFiles
from tests.needs import PROJECT

PROOFS = PROJECT / "rules" / "proofs"


def rows(name: str, dataset: str) -> pl.DataFrame:
    frames = [batch.datasets[dataset] for batch in CaptureFiles([PROOFS / name])]
    return pl.concat([frame.with_columns(pl.col(pl.Categorical).cast(pl.String)) for frame in frames])


def test_the_maker_of_a_bound_interface_is_a_weak_hint_at_the_vendor() -> None:
    told = rows("modbus/hmi-normal.pcap", "identity").filter(pl.col("ot.evidence") == "oui")
    makers = dict(told.select("source.ip", "ot.attribute_value").iter_rows())
    assert makers["10.9.1.11"] == "Siemens AG"
    assert makers["10.9.1.30"] == "Dell Inc."
    assert len(told) == len(makers), "once for each address"
    assert set(told["ot.attribute"]) == {"vendor"}
    assert told["ot.confidence"].max() == pl.Series([0.3], dtype=pl.Float32).max()


def test_certificates_that_are_expired_or_of_another_host_are_told_apart() -> None:
    channels = rows("opcua/bad-certificates.pcap", "session").filter(pl.col("ot.session_kind") == "opcua_channel")
    verdicts = {
        subject.removeprefix("O=Marsh Works, CN="): (expired, matches)
        for subject, expired, matches in channels.select(
            "ot.certificate.client.subject", "ot.certificate.client.expired", "ot.certificate.client.host_matches"
        ).iter_rows()
    }
    assert verdicts == {
        "hmi-client": (False, True),
        "eng-expired": (True, True),
        "eng-self": (False, True),
        "eng-weak": (False, True),
        "eng-elsewhere": (False, False),
    }
    assert set(channels["ot.certificate.server.host_matches"]) == {True}


def test_endpoints_at_another_address_are_told() -> None:
    def places(name: str) -> list[str | None]:
        asked = rows(name, "transaction").filter(pl.col("ot.function.name") == "GetEndpoints")
        return asked["ot.details"].str.json_path_match("$.endpoint_is_server").to_list()

    assert places("opcua/endpoint-elsewhere.pcap") == ["false"]
    assert set(places("opcua/discovery-then-signed.pcap")) == {"true"}


def test_makers_passwords_are_known_and_no_password_leaves_the_core() -> None:
    for name, secret in (("mqtt/default-password.pcap", "public"), ("opcua/default-password.pcap", "demo")):
        stranger = rows(name, "session").filter(
            (pl.col("source.ip") == "10.9.1.66") & (pl.col("ot.secret_kind") == "password")
        )
        assert stranger["ot.secret_known"].to_list() == [True], name
        told = {str(value) for row in stranger.iter_rows() for value in row}
        assert secret not in told
    usual = rows("mqtt/clear-text-password.pcap", "session").filter(pl.col("ot.secret_kind") == "password")
    assert set(usual["ot.secret_known"]) == {False}


def test_programs_on_their_way_name_who_sent_them() -> None:
    seen = rows("general/program-to-engineering.pcap", "file")
    assert seen.select("source.ip", "destination.ip", "ot.client.ip", "file.mime_type").rows() == [
        ("10.9.2.50", "10.9.1.31", "10.9.1.31", "application/x-dosexec"),
        ("10.9.2.50", "10.9.1.31", "10.9.1.31", "application/x-elf"),
        ("10.9.1.66", "10.9.1.31", "10.9.1.66", "text/x-shellscript"),
    ]
    assert rows("general/report-to-engineering.pcap", "file").is_empty()


def test_the_source_of_a_rhythm_is_who_sends() -> None:
    """A topic the edge node publishes and the broker passes on is two rhythms, each with its own sender."""
    published = rows("mqtt/normal.pcap", "cadence").filter(
        (pl.col("ot.operation") == "publish") & (pl.col("ot.object.address") == "plant/line1/tank/telemetry$.level")
    )
    pairs = set(published.select("source.ip", "destination.ip").iter_rows())
    assert ("10.9.1.22", "10.9.1.21") in pairs
    assert ("10.9.1.21", "10.9.1.30") in pairs
    assert set(published["ot.server.ip"]) == {"10.9.1.21"}


def findings(name: str, attribute: str) -> list[tuple[str, str, str]]:
    """What D1 says of attributes that begin so: finding, attribute, observed."""
    learner = AddressBinding(None, Seen(record=False), None)
    context = Context(None, Roles())
    found = []
    for batch in CaptureFiles([PROOFS / name]):
        given = {dataset: context.join(batch.datasets[dataset]) for dataset in learner.reads}
        found.append(learner.observe(given).filter(pl.col("ot.attribute").cast(pl.String).str.starts_with(attribute)))
    chosen = pl.concat(found).select(pl.col("ot.finding", "ot.attribute").cast(pl.String), "ot.observed")
    return [(kind, attribute, observed) for kind, attribute, observed in chosen.iter_rows()]


def test_security_is_lowered_by_sessions_and_not_by_asking_for_endpoints() -> None:
    lowered = [
        entry for entry in findings("opcua/security-lowered.pcap", "security_") if entry[0] == "security_lowered"
    ]
    assert ("security_lowered", "security_policy", '{"value":"Basic256"}') in lowered
    assert ("security_lowered", "security_policy", '{"value":"None"}') in lowered
    assert ("security_lowered", "security_mode", '{"value":"None"}') in lowered
    assert findings("opcua/discovery-then-signed.pcap", "security_") == []


def test_who_takes_a_control_block_over_is_told_and_who_takes_it_back_is_not() -> None:
    assert findings("goose/injection.pcap", "publisher") == [
        ("attribute_changed", "publisher", '{"value":"B8-27-EB-10-00-66"}')
    ]


def test_who_takes_a_stream_of_samples_over_is_told_and_of_what_is_routed_the_address_counts() -> None:
    assert findings("sampled_values/injection.pcap", "publisher") == [
        ("attribute_changed", "publisher", '{"value":"B8-27-EB-10-00-66"}')
    ]
    assert findings("goose/routed-takeover.pcap", "publisher") == [
        ("attribute_changed", "publisher", '{"value":"10.9.1.66"}')
    ]
