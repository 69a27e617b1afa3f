"""The prices, and how they are shown."""

from tabulate import tabulate

PRICES = {"apple": 30, "pear": 45}


def table():
    return tabulate(sorted(PRICES.items()), headers=["fruit", "price"])


def main():
    print(table())
