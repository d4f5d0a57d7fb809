"""Bittern's rules: Sigma 2 over the datasets of the vocabulary, compiled to Polars, with Sigma correlations."""

from __future__ import annotations

from detection.sigma.attack import read_techniques
from detection.sigma.correlate import Correlator
from detection.sigma.correlated import CorrelationHit
from detection.sigma.evaluate import Evaluator, Failure, Hits
from detection.sigma.load import RuleSet
from detection.sigma.model import Bittern, Correlation, Head, Issue, Rule
from detection.sigma.text import render

__all__ = [
    "Bittern", "Correlation", "CorrelationHit", "Correlator", "Evaluator", "Failure", "Head", "Hits", "Issue", "Rule",
    "RuleSet", "read_techniques", "render",
]  # fmt: skip
