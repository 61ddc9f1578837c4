"""E-mail: every mail the hub sends is a message in the outbox, one per recipient.

mail_put(to=["buyer@example.com"], subject=_("Your order"), text=…, html=…)
"""

from foundation.jobs.mail.services import mail_put, mail_put_message

__all__ = ["mail_put", "mail_put_message"]
