"""The outbox in the admin: what failed, why, and what a person may do about it."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from foundation.changes.models import AuditEvent
from foundation.identity.models import User
from foundation.jobs import outbox
from foundation.jobs.mail import mail_put
from foundation.jobs.models import OutboxMessage
from foundation.jobs.outbox.errors import AuthError, RejectedError, UnknownOutcomeError
from tests.outbox.conftest import deliver_all, states

pytestmark = pytest.mark.django_db
LIST = "admin:jobs_outboxmessage_changelist"
UNDELIVERED = "admin:jobs_outboxmessage_undelivered"


@pytest.fixture
def staff(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def dead(scripted):
    """Two messages refused, one without credentials; the first one's object has another waiting."""
    scripted.answers = [RejectedError("no such tax code"), RejectedError("no such unit"), AuthError("key expired")]
    messages = [outbox.put(scripted.kind, payload={"n": n, "api_key": "sesame"}, object_key=f"p:{n}") for n in range(3)]
    outbox.put(scripted.kind, payload={}, object_key="p:0")
    deliver_all()
    assert states() == ["dead", "dead", "dead", "pending"]
    return messages


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(message, name="change"):
    return reverse(f"admin:jobs_outboxmessage_{name}", args=[message.pk])


def action(client, name, *messages, **more):
    data = {"action": name, "_selected_action": [message.pk for message in messages], "select_across": "0"} | more
    return client.post(reverse(LIST), data)


def test_groups_what_failed_by_cause(staff, dead):
    causes = staff.get(reverse(UNDELIVERED)).context["causes"]
    assert [(cause["reason"], cause["count"], cause["answer"]) for cause in causes] == [
        ("rejected", 2, "no such unit"),
        ("auth", 1, "key expired"),
    ]


def test_says_when_everything_is_delivered(staff):
    assert "Everything is delivered" in text_of(staff.get(reverse(UNDELIVERED)))


def test_filters_by_state_reason_and_kind(staff, dead):
    query = {"state__exact": "dead", "reason__exact": "rejected", "kind": "test.scripted"}
    assert staff.get(reverse(LIST), query).context["cl"].result_count == 2


def test_a_message_shows_its_tries_and_what_waits_for_it(staff, dead):
    shown = text_of(staff.get(page_of(dead[0])))
    assert "no such tax code" in shown
    assert "1 later message of this object waits for it." in shown


def test_secrets_in_the_content_are_masked(staff, dead):
    shown = text_of(staff.get(page_of(dead[0])))
    assert "api_key" in shown
    assert "sesame" not in shown


def test_S7_the_text_of_a_mail_is_not_shown(staff):
    [message] = mail_put(to=["ben@example.com"], subject="New password", text="https://hub.example/reset/key-4711/")
    shown = text_of(staff.get(page_of(message)))
    assert "ben@example.com" in shown
    assert "key-4711" not in shown
    assert message.payload["source"] not in shown


class TestE17SendingAgain:
    def test_asks_first(self, staff, dead):
        assert "Send 1 message again?" in text_of(staff.get(page_of(dead[0], "replay")))
        assert states()[0] == "dead"

    def test_one(self, staff, dead):
        staff.post(page_of(dead[0], "replay"), {"confirmed": "yes"})
        assert states() == ["pending", "dead", "dead", "pending"]
        deliver_all()
        assert states() == ["sent", "dead", "dead", "sent"]

    def test_all_of_a_reason(self, staff, dead):
        address = reverse("admin:jobs_outboxmessage_replay_all") + "?kind=test.scripted&reason=rejected"
        assert "Send 2 messages again?" in text_of(staff.get(address))
        staff.post(address, {"confirmed": "yes"})
        assert states() == ["pending", "pending", "dead", "pending"]

    def test_selected_ones_after_asking(self, staff, dead):
        asked = action(staff, "replay_selected", dead[0], dead[2])
        assert "Send 2 messages again?" in text_of(asked)
        action(staff, "replay_selected", dead[0], dead[2], confirmed="yes")
        assert states() == ["pending", "dead", "pending", "pending"]

    def test_all_pages_of_a_filtered_list(self, staff, dead):
        address = reverse(LIST) + "?reason__exact=rejected"
        data = {"action": "replay_selected", "_selected_action": [dead[0].pk], "select_across": "1", "confirmed": "yes"}
        staff.post(address, data)
        assert states() == ["pending", "pending", "dead", "pending"]

    def test_twice_is_once(self, staff, dead):
        for _ in range(2):
            staff.post(page_of(dead[0], "replay"), {"confirmed": "yes"})
        dead[0].refresh_from_db()
        assert dead[0].replays == 1

    def test_leaves_what_is_not_undelivered_alone(self, staff, dead):
        waiting = OutboxMessage.objects.latest("id")
        answer = action(staff, "replay_selected", waiting, confirmed="yes")
        assert answer.status_code == 302
        waiting.refresh_from_db()
        assert waiting.replays == 0

    def test_warns_when_some_may_have_arrived(self, staff, blind):
        blind.answers = [UnknownOutcomeError("time-out")]
        message = outbox.put(blind.kind, payload={})
        deliver_all()
        assert "Some may have arrived without an answer." in text_of(staff.get(page_of(message, "replay")))

    def test_is_written_down(self, staff, dead, anna):
        staff.post(page_of(dead[0], "replay"), {"confirmed": "yes"})
        event = AuditEvent.objects.get(kind="outbox.replayed")
        assert (event.actor, event.detail) == (anna, {"messages": 1})


class TestE17Dismissing:
    def test_needs_a_reason(self, staff, dead):
        answer = staff.post(page_of(dead[0], "dismiss"), {"confirmed": "yes", "because": "  "})
        assert "This field is required." in text_of(answer)
        assert states()[0] == "dead"

    def test_keeps_reason_and_person_and_lets_the_next_ones_go(self, staff, dead, anna):
        staff.post(page_of(dead[0], "dismiss"), {"confirmed": "yes", "because": "Sold the product"})
        dead[0].refresh_from_db()
        assert (dead[0].state, dead[0].dismissed_because, dead[0].dismissed_by, dead[0].reason) == (
            "dismissed",
            "Sold the product",
            anna,
            "rejected",
        )
        deliver_all()
        assert states() == ["dismissed", "dead", "dead", "sent"]

    def test_all_of_a_reason(self, staff, dead):
        address = reverse("admin:jobs_outboxmessage_dismiss_all") + "?kind=test.scripted&reason=rejected"
        staff.post(address, {"confirmed": "yes", "because": "Old shop"})
        assert states() == ["dismissed", "dismissed", "dead", "pending"]

    def test_selected_ones(self, staff, dead):
        action(staff, "dismiss_selected", dead[1], confirmed="yes", because="Old shop")
        assert states() == ["dead", "dismissed", "dead", "pending"]


class TestRights:
    def sign_in(self, client, *names):
        user = User.objects.create_staff("ben@example.com")
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)

    @pytest.mark.parametrize(
        ("name", "rights", "status"),
        [
            ("change", [], 403),
            ("change", ["view_outboxmessage"], 200),
            ("replay", ["view_outboxmessage"], 403),
            ("replay", ["view_outboxmessage", "replay_outboxmessage"], 200),
            ("dismiss", ["view_outboxmessage", "replay_outboxmessage"], 403),
            ("dismiss", ["view_outboxmessage", "dismiss_outboxmessage"], 200),
        ],
    )
    def test_S2_each_page_needs_its_right(self, client, dead, name, rights, status):
        self.sign_in(client, *rights)
        assert client.get(page_of(dead[0], name)).status_code == status

    def test_S2_actions_are_offered_and_done_by_right_only(self, client, dead):
        self.sign_in(client, "view_outboxmessage", "replay_outboxmessage")
        assert "dismiss_selected" not in text_of(client.get(reverse(LIST)))
        action(client, "dismiss_selected", dead[0], confirmed="yes", because="Because")
        assert states()[0] == "dead"

    def test_nobody_changes_or_deletes_messages(self, staff, dead):
        assert staff.post(reverse("admin:jobs_outboxmessage_delete", args=[dead[0].pk])).status_code == 403
        assert staff.get(reverse("admin:jobs_outboxmessage_add")).status_code == 403

    def test_the_page_of_what_failed_needs_the_right_to_look(self, client, dead):
        self.sign_in(client)
        assert client.get(reverse(UNDELIVERED)).status_code == 403


def test_the_dashboard_says_how_many_could_not_be_delivered(staff, dead):
    shown = text_of(staff.get(reverse("admin:index")))
    assert "3 messages could not be delivered." in shown


def test_the_dashboard_is_silent_when_all_is_well(staff, scripted):
    outbox.put(scripted.kind, payload={})
    deliver_all()
    assert "could not be delivered" not in text_of(staff.get(reverse("admin:index")))


def test_the_list_asks_the_database_equally_often_however_long_it_is(staff, scripted, django_assert_max_num_queries):
    for _ in range(60):
        outbox.put(scripted.kind, payload={})
    with django_assert_max_num_queries(8):
        staff.get(reverse(LIST))


@pytest.mark.browser
@pytest.mark.parametrize("screen", ["staff_page", "phone_page"])
def test_a_person_mends_and_sends_again(request, screen, screenshot, transactional_db, dead):
    page = request.getfixturevalue(screen)
    page.goto(reverse("admin:index"))
    page.get_by_role("link", name="Look at them").click()
    screenshot(page, f"outbox-undelivered-{screen}")
    page.get_by_role("link", name="2", exact=True).click()
    screenshot(page, f"outbox-list-{screen}")
    page.goto(page_of(dead[0]))
    screenshot(page, f"outbox-message-{screen}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="Dismiss").click()
    screenshot(page, f"outbox-dismiss-{screen}")
    page.get_by_role("link", name="No, go back").click()
    page.get_by_role("link", name="Send again").click()
    page.get_by_role("button", name="Yes, send again").click()
    page.get_by_text("1 message is on its way again.").wait_for()
    assert states()[0] == "pending"
