"""E-mail through the outbox: what is put, how it is delivered, what is forgotten."""

import email
from base64 import b64decode
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.db import transaction

from foundation.jobs.clock import Clock
from foundation.jobs.mail import mail_put
from foundation.jobs.mail.mailbox import attachments, body, parse
from foundation.jobs.mail.services import MailTooLargeError
from foundation.jobs.models import MailboxMessage, OutboxMessage
from foundation.jobs.outbox.handlers import handler_for
from foundation.jobs.outbox.retention import outbox_prune
from tests.outbox.conftest import deliver_all
from tests.outbox.mail_server import HANG_UP, running_mail_server

pytestmark = pytest.mark.django_db
SECRET = "https://hub.example/reset/key-4711/"
LATER = timedelta(hours=2)


@pytest.fixture(autouse=True)
def our_backend(settings):
    """Django's test runner puts its own in place."""
    settings.EMAIL_BACKEND = "foundation.jobs.mail.backend.OutboxEmailBackend"


@pytest.fixture
def server(settings):
    with running_mail_server() as books:
        settings.MAILBOX = False
        settings.EMAIL_CONFIG = {
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": books.port,
            "EMAIL_HOST_USER": "hub",
            "EMAIL_HOST_PASSWORD": "sesame-sesame",
            "EMAIL_USE_TLS": False,
            "EMAIL_USE_SSL": False,
        }
        yield books


def put(*recipients, **options):
    return mail_put(to=recipients or ["anna@example.com"], **{"subject": "Hello", "text": "Read this."} | options)


def the_message():
    return OutboxMessage.objects.get()


class TestPutting:
    def test_what_django_sends_becomes_a_message(self):
        assert send_mail("Hello", "Read this.", "Hub <hub@example.com>", ["Anna <anna@example.com>"]) == 1
        payload = the_message().payload
        assert (payload["sender"], payload["recipient"], payload["subject"]) == (
            "hub@example.com",
            "anna@example.com",
            "Hello",
        )
        assert MailboxMessage.objects.count() == 0

    def test_a_rolled_back_transaction_sends_nothing(self):
        with transaction.atomic():
            put()
            transaction.set_rollback(True)
        assert OutboxMessage.objects.count() == 0

    def test_each_recipient_is_a_delivery_of_its_own(self):
        mail = EmailMultiAlternatives("Hello", "x", to=["a@example.com"], cc=["b@example.com"], bcc=["c@example.com"])
        mail.send()
        payloads = list(OutboxMessage.objects.order_by("id").values_list("payload", flat=True))
        assert [payload["recipient"] for payload in payloads] == ["a@example.com", "b@example.com", "c@example.com"]
        assert len({payload["source"] for payload in payloads}) == 1
        assert b"c@example.com" not in b64decode(payloads[0]["source"])

    def test_a_mail_to_nobody_is_none(self):
        assert EmailMultiAlternatives("Hello", "x").send() == 0

    def test_text_html_and_attachment_are_kept(self):
        mail = EmailMultiAlternatives("Zażółć", "plain żółw", to=["anna@example.com"])
        mail.attach_alternative("<p>rich żółw</p>", "text/html")
        mail.attach("offer.csv", "a;b", "text/csv")
        mail.send()
        parsed = parse(b64decode(the_message().payload["source"]))
        assert (parsed["Subject"], body(parsed, "plain").strip()) == ("Zażółć", "plain żółw")
        assert body(parsed, "html").strip() == "<p>rich żółw</p>"
        assert [part.get_filename() for part in parsed.iter_attachments()] == ["offer.csv"]

    def test_a_forwarded_mail_is_a_file(self):
        inner = EmailMessage("Inner", "deep inside", to=["ben@example.com"])
        mail = EmailMessage("Outer", "x", to=["anna@example.com"])
        mail.attach("mail.eml", inner, "message/rfc822")
        mail.send()
        [file] = attachments(parse(b64decode(the_message().payload["source"])))
        assert b"deep inside" in file.content

    def test_a_mail_too_large_is_refused_with_the_limit(self):
        mail = EmailMultiAlternatives("Hello", "x", to=["anna@example.com"])
        mail.attach("film.bin", b"0" * 3_000_000, "application/octet-stream")
        with pytest.raises(MailTooLargeError, match=r"has 4\.1 MB; the limit is 2\.0 MB"):
            mail.send()
        assert OutboxMessage.objects.count() == 0

    def test_a_header_cannot_be_forged(self):
        with pytest.raises(ValueError, match="Header values can't contain newlines"):
            put(subject="Hello\nBcc: thief@example.com")

    def test_an_international_domain_is_written_as_mail_servers_read_it(self):
        put("anna@żółw.example")
        assert the_message().payload["recipient"] == "anna@xn--w-uga1v8h.example"

    def test_the_same_mail_sent_twice_is_two_mails(self):
        mail = EmailMultiAlternatives("Hello", "x", to=["anna@example.com"])
        mail.send()
        mail.send()
        sources = [b64decode(payload["source"]) for payload in OutboxMessage.objects.values_list("payload", flat=True)]
        assert len({email.message_from_bytes(source)["Message-ID"] for source in sources}) == 2


class TestMailbox:
    def test_mail_goes_to_the_mailbox_page_and_its_content_is_forgotten(self):
        put(text=f"Your link: {SECRET}")
        deliver_all()
        mail = MailboxMessage.objects.get()
        assert (mail.recipient, mail.subject, mail.text.strip()) == (
            "anna@example.com",
            "Hello",
            f"Your link: {SECRET}",
        )
        assert (the_message().state, the_message().payload) == ("sent", None)

    def test_a_mail_that_arrived_is_found_by_its_reference(self):
        put()
        handler, message = handler_for("mail"), the_message()
        from foundation.jobs.outbox.handlers import Outgoing

        outgoing = Outgoing("mail", "", message.reference, message.payload)
        assert handler.look_up(outgoing) is None
        handler.send(outgoing)
        handler.send(outgoing)
        assert handler.look_up(outgoing) == "In the local mailbox already."
        assert MailboxMessage.objects.count() == 1


class TestMailServer:
    def test_a_mail_is_handed_over(self, server):
        put(text="Read this.\n.\nEnd.")
        deliver_all()
        [(sender, recipient, source)] = server.mails
        assert (sender, recipient) == ("hub@localhost", "anna@example.com")
        assert b"Read this.\r\n..\r\nEnd." in source
        assert (the_message().state, the_message().last_answer) == ("sent", "250 queued as 4711")
        assert "AUTH" in server.commands

    @pytest.mark.parametrize(
        ("step", "answer", "state", "reason"),
        [
            ("greeting", "421 busy", "pending", ""),
            ("greeting", "554 no service", "dead", "auth"),
            ("AUTH", "535 wrong password", "dead", "auth"),
            ("AUTH", "454 try later", "pending", ""),
            ("MAIL", "550 you may not send as this", "dead", "auth"),
            ("MAIL", "552 5.3.4 too large", "dead", "rejected"),
            ("MAIL", "451 later", "pending", ""),
            ("RCPT", "550 no such person", "dead", "rejected"),
            ("RCPT", "530 sign in first", "dead", "auth"),
            ("RCPT", "450 mailbox busy", "pending", ""),
            ("RCPT", HANG_UP, "pending", ""),
            ("DATA", "554 not today", "dead", "rejected"),
            ("body", "554 looks like spam", "dead", "rejected"),
            ("body", "452 disk full", "pending", ""),
        ],
    )
    def test_E12_what_the_servers_answers_mean(self, server, step, answer, state, reason):
        server.says[step] = answer
        put()
        deliver_all()
        message = the_message()
        assert (message.state, message.reason, message.is_uncertain, server.mails) == (state, reason, False, [])

    def test_E13_a_greylist_is_given_minutes(self, server):
        server.says["RCPT"] = "450 4.7.1 Greylisted, come back later"
        put()
        deliver_all()
        assert the_message().attempts.get().outcome == "limited"
        assert deliver_all(timedelta(minutes=4)) == 0

    def test_E16_an_answer_that_never_comes_is_repeated_with_the_same_message_id(self, server):
        server.says["body"] = HANG_UP
        put()
        deliver_all()
        assert (the_message().state, the_message().is_uncertain) == ("pending", True)
        del server.says["body"]
        deliver_all(LATER)
        assert the_message().state == "sent"
        ids = [email.message_from_bytes(source)["Message-ID"] for _sender, _recipient, source in server.mails]
        assert len(ids) == 2
        assert ids[0] == ids[1]

    def test_one_refused_recipient_does_not_stop_or_repeat_the_others(self, server):
        server.says["RCPT"] = "550 no such person"
        put("nobody@example.com")
        deliver_all()
        del server.says["RCPT"]
        put("anna@example.com", "ben@example.com")
        deliver_all()
        assert [recipient for _sender, recipient, _source in server.mails] == ["anna@example.com", "ben@example.com"]

    def test_no_server_there_is_tried_again(self, server, settings):
        settings.EMAIL_CONFIG |= {"EMAIL_PORT": 1}
        put()
        deliver_all()
        assert the_message().state == "pending"
        assert "could not be reached" in the_message().last_answer

    def test_a_server_without_the_encryption_we_insist_on_needs_a_person(self, server, settings):
        settings.EMAIL_CONFIG |= {"EMAIL_USE_TLS": True}
        put()
        deliver_all()
        assert (the_message().state, the_message().reason, server.mails) == ("dead", "auth", [])

    def test_a_server_that_drips_is_cut_at_the_deadline(self, server, monkeypatch):
        monkeypatch.setattr("foundation.jobs.mail.smtp.TOTAL_SECONDS", 0.2)
        monkeypatch.setattr("foundation.outbound.mail_server._sign_in", lambda session, _server: session.getreply())
        put()
        deliver_all()
        assert the_message().state == "pending"

    def test_the_answer_is_kept_without_the_address(self, server):
        server.says["RCPT"] = "550 <anna@example.com> unknown, password=sesame"
        put()
        deliver_all()
        assert "anna" not in the_message().last_answer
        assert "sesame" not in the_message().last_answer


class TestForgetting:
    def test_S11_nothing_personal_is_logged(self, server, caplog):
        server.says["RCPT"] = "550 <anna@example.com> unknown"
        put(text=SECRET)
        deliver_all()
        assert not any(word in caplog.text for word in ("anna@example.com", "Hello", "key-4711", "sesame-sesame"))

    def test_staff_see_who_and_what_about_but_never_the_text(self):
        put(text=SECRET)
        shown = handler_for("mail").shown(the_message().payload)
        assert shown == {"recipient": "anna@example.com", "sender": "hub@localhost", "subject": "Hello"}

    def test_a_mail_is_kept_for_as_long_as_the_installation_says(self, settings):
        settings.MAIL_KEEP_DAYS = 3
        put()
        deliver_all()
        outbox_prune(Clock(timedelta(days=2)))
        assert the_message().payload is not None
        assert outbox_prune(Clock(timedelta(days=4)))["emptied"] == 1
        assert the_message().payload is None

    def test_old_tries_messages_and_mails_go(self):
        put()
        deliver_all()
        assert outbox_prune(Clock(timedelta(days=31))) == {"emptied": 0, "tries": 1, "messages": 0, "mails": 1}
        assert outbox_prune(Clock(timedelta(days=181)))["messages"] == 1

    def test_what_waits_for_a_person_is_kept(self, server):
        server.says["RCPT"] = "550 no"
        put()
        deliver_all()
        outbox_prune(Clock(timedelta(days=365)))
        assert the_message().payload is not None
