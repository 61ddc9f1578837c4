"""The documents keep up with the code: settings, dependencies, links, decisions."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
CODE = ("integration_hub", "foundation", "catalog", "customers")
NOT_FOR_OPERATORS = {"HUB_WORKER", "HUB_CRASH_POINT", "HUB_CRASH_COUNTS"}  # between our own processes; tests


def text(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def test_every_setting_is_explained_to_operators():
    source = "".join(path.read_text(encoding="utf-8") for app in CODE for path in (REPOSITORY / app).rglob("*.py"))
    read = {name.removesuffix("_FILE") for name in re.findall(r"""["'](HUB_[A-Z_]+)["']""", source)}
    explained = {name.removesuffix("_FILE") for name in re.findall(r"`(HUB_[A-Z_]+)", text("docs/operations.md"))}
    assert read - explained - NOT_FOR_OPERATORS == set()
    assert explained - read == set()


@pytest.mark.parametrize("file", ["requirements.in", "requirements-dev.in"])
def test_every_dependency_has_its_reason(file):
    required = set(re.findall(r"^([a-z][a-z0-9-]+)", text(file), re.MULTILINE))
    explained = set(re.findall(r"^\| ([a-z][a-z0-9-]+) \|", text("docs/dependencies.md"), re.MULTILINE))
    assert required - explained == set()


def test_no_dependency_is_explained_that_is_not_there():
    required = set(
        re.findall(r"^([a-z][a-z0-9-]+)", text("requirements.in") + text("requirements-dev.in"), re.MULTILINE)
    )
    assert (
        set(re.findall(r"^\| ([a-z][a-z0-9-]+) \|", text("docs/dependencies.md"), re.MULTILINE)) - {"package"}
        == required
    )


@pytest.mark.parametrize("document", PAGES, ids=lambda document: str(document.relative_to(REPOSITORY)))
def test_links_lead_somewhere(document):
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
    own = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in own if not (document.parent / link).exists()] == []


def test_decisions_have_numbers_of_their_own():
    numbers = [path.name[:4] for path in (REPOSITORY / "docs" / "adr").glob("*.md")]
    assert sorted(set(numbers)) == sorted(numbers)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:^|`)make ([a-z]+)", text("README.md"), re.MULTILINE))))
def test_the_readme_names_only_targets_there_are(target):
    assert re.search(rf"^{target}:", text("Makefile"), re.MULTILINE)
