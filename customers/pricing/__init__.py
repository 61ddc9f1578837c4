"""Which price a customer gets, and why."""

from customers.pricing.chain import ChainEntry, Level, chain_of
from customers.pricing.explaining import Explanation, explain
from customers.pricing.resolving import PriceFound, Wanted, prices_for

__all__ = ["ChainEntry", "Explanation", "Level", "PriceFound", "Wanted", "chain_of", "explain", "prices_for"]
