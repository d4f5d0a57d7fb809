"""Learners: what is known, and what differs from it. One file each; `LEARNERS` is the list a contract test walks."""

from detection.learner import Learner
from detection.learners.addresses import AddressBinding
from detection.learners.beacons import Beacons
from detection.learners.conversations import ConversationGraph
from detection.learners.operations import OperationProfile
from detection.learners.rates import Rates
from detection.learners.setpoints import Setpoints

LEARNERS: tuple[type[Learner], ...] = (
    AddressBinding, ConversationGraph, OperationProfile, Setpoints, Rates, Beacons,
)  # fmt: skip

__all__ = ["LEARNERS", "Learner"]
