"""Dissectors that come with the product. Nothing here is imported by it: each runs in a process of its own.

A line names the class; its declaration lies beside its module (`sensors/fields/dissectors.py`, docs/dissectors.md).
"""

DISSECTORS: tuple[str, ...] = ("sensors.dissectors.dosewire:Dosewire",)
