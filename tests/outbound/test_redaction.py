"""What a log may not say."""

import pytest

from foundation.outbound.redaction import redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Key (email)=(anna@example.com) already exists.", "Key (email)=([…]) already exists."),
        ("Failing row contains (7, Anna, null).", "Failing row contains ([…])."),
        ("no mailbox for anna.b+x@mail.example.com", "no mailbox for […]"),
        ("postgresql://hub:geheim@localhost/hub", "postgresql://[…]@localhost/hub"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer […]"),
        ("password=hunter2&name=x", "password=[…]&name=x"),
        ("call +48 601 234 567 now", "call […] now"),
        ('File "runs.py", line 123, in execute', 'File "runs.py", line 123, in execute'),
        ("KeyError: 'name'", "KeyError: 'name'"),
        (
            'violates check constraint "job_trouble_is_explained"',
            'violates check constraint "job_trouble_is_explained"',
        ),
    ],
)
def test_S7_hides_data_and_keeps_what_helps(text, shown):
    assert redact(text) == shown
