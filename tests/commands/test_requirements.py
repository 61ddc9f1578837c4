"""What `requirements.txt` must name, pinned with hashes."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==\S+", re.MULTILINE)


def names(file: str) -> set[str]:
    return set(PINNED.findall((REPOSITORY / file).read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "name",
    [
        "django",
        "django-import-export",
        "django-filter",
        "djangorestframework",
        "django-q2",
        "psycopg",
        "pytest-django",
    ],
)
def test_requirements_name_the_package(name):
    assert name in names("requirements.txt")


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_a_hash(file):
    blocks = re.split(r"\n(?=\S)", (REPOSITORY / file).read_text(encoding="utf-8"))
    packages = [block for block in blocks if PINNED.match(block)]
    assert packages
    assert [block.splitlines()[0] for block in packages if "--hash=sha256:" not in block] == []
