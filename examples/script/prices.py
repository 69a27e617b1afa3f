#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = ["tabulate>=0.9"]
# ///
"""Prints prices as a table."""

from tabulate import tabulate

print(tabulate([("apple", 30), ("pear", 45)], headers=["fruit", "price"]))
