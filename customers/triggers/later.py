"""Rules about people and places that can wait for the end of the transaction.

A merge, and the undo of one, move contacts, departments, addresses and branches of a tree in several statements; no
order of them keeps every rule after each. With `hub.judge_later` on, the statements note what they moved, and a
deferred trigger judges it by the same queries when the transaction ends: nothing is let off.
"""

from __future__ import annotations


def or_later(rule: str, keys: str, judge: str) -> str:
    """SQL that judges now, or notes `keys` (an array) to be judged by `rule` at the end of the transaction."""
    return f"""
    IF current_setting('hub.judge_later', true) = 'on' THEN
        INSERT INTO customers_judgedlater (rule, keys) SELECT '{rule}', {keys} WHERE {keys} IS NOT NULL;
    ELSE
        {judge}
    END IF;
    """
