"""`make soak`: imports and undos with a real worker that is killed ten times at each point, and at random moments."""

import random

import pytest

from tests.factories import UserFactory
from tests.transfers.story import Killer, Story, deaths, standing, start_worker

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]
TIMES = 10
RANDOM_STORIES, SECONDS = 25, 1.2
# By point: how often a story passes it that nobody kills.
POINTS = {
    "job.claimed": 4,
    "transfers.staging": 2,
    "transfers.checked": 1,
    "transfers.slice": 13,
    "transfers.applied": 1,
    "undo.slice": 2,
    "job.done": 4,
}
FAR = 1_000  # the passing that kills; the counter is set so that it comes soon


@pytest.fixture
def tell(capsys):
    """Print figures for the records of the one who started the soak."""

    def say(sentence):
        with capsys.disabled():
            print(f"\n{sentence}")  # noqa: T201

    return say


@pytest.mark.parametrize("point", POINTS)
def test_X1_a_worker_killed_ten_times_at_a_point_leaves_nothing_half_done(children, tmp_path, tell, point):
    source, seen, state = random.Random(20261122), 0, standing()  # noqa: S311
    owner = UserFactory(is_superuser=True)
    start_worker(children, HUB_CRASH_POINT=f"{point}:{FAR}", HUB_CRASH_COUNTS=str(tmp_path))
    for number in range(TIMES):
        passing = source.randint(1, POINTS[point])
        (tmp_path / point).write_bytes(b"." * (FAR - passing))
        story = Story(number, state, owner)
        state, seen = story.live_through(), seen + story.seen
        assert deaths() == number + 1, passing
    tell(f"imports, {point}: {deaths()} kills, {seen} looks")


def test_X1_a_worker_killed_at_random_moments_leaves_nothing_half_done(children, tell):
    source, seen, state = random.Random(20261122), 0, standing()  # noqa: S311
    killer = Killer(source, SECONDS)
    owner = UserFactory(is_superuser=True)
    start_worker(children)
    for number in range(RANDOM_STORIES):
        story = Story(number, state, owner, killer)
        state, seen = story.live_through(), seen + story.seen
    tell(f"imports, random moments: {deaths()} kills of {dict(killer.killed)}, {seen} looks")
    assert deaths() >= RANDOM_STORIES
