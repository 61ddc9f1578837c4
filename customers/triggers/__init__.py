"""Rules of this app that span rows, as triggers of the database."""

from foundation.changes.rule_triggers import RuleSql, RuleTrigger, after_statement, planned_anew

__all__ = ["RuleSql", "RuleTrigger", "after_statement", "planned_anew"]  # migrations look for the first here
