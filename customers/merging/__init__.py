"""Two customers made one: what follows, what collides, who is meant by a former code; docs/customers.md, ADR 0051."""

from customers.merging.registry import Collision, MergeRule, merge_rules, register_merge_rule, unregister_merge_rule

__all__ = ["Collision", "MergeRule", "merge_rules", "register_merge_rule", "unregister_merge_rule"]
