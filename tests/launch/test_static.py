"""Static files are collected once, and again when a source file changed."""

import os

import pytest
from django.contrib.staticfiles import finders

from integration_hub.launch.static import static_files_collect


@pytest.fixture
def source(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "hub.css").write_text("one")
    finders.get_finder.cache_clear()
    yield tmp_path / "source" / "hub.css"
    finders.get_finder.cache_clear()


def test_the_second_time_there_is_nothing_to_do(source, settings):
    assert (static_files_collect(), static_files_collect()) == (True, False)
    assert (settings.STATIC_ROOT / "hub.css").read_text() == "one"


def test_a_changed_file_is_collected_again_and_a_removed_one_goes(source, settings):
    static_files_collect()
    source.rename(source.with_name("new.css"))
    assert static_files_collect() is True
    assert sorted(path.name for path in settings.STATIC_ROOT.iterdir()) == ["made-from", "new.css"]


def test_a_touched_file_counts_as_changed(source):
    static_files_collect()
    os.utime(source, ns=(1, 1))
    assert static_files_collect() is True
