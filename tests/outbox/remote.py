"""Handlers that write to the receiver, one for each way of repeating."""

import http.client
import json

from foundation.jobs.outbox.errors import TransientError, UnknownOutcomeError
from foundation.jobs.outbox.handlers import Handler, Repeat, register_handler, unregister_handler

TIME_OUT = 10


class RemoteHandler(Handler):
    """Writes over HTTP; the receiver's port is in the payload."""

    title = "Receiver"
    repeat = Repeat.LOOK_UP

    def __init__(self, repeat):
        self.repeat = repeat
        self.way = repeat.value
        self.kind = f"remote.{self.way}"

    def send(self, message):
        try:
            status = self._ask("POST", message, json.dumps(message.payload))
        except ConnectionRefusedError:
            raise TransientError("refused") from None
        except (OSError, http.client.HTTPException) as error:
            raise UnknownOutcomeError(type(error).__name__) from None
        return f"status {status}"

    def look_up(self, message):
        try:
            status = self._ask("GET", message)
        except (OSError, http.client.HTTPException) as error:
            raise TransientError(type(error).__name__) from None
        return "found" if status == 200 else None

    def _ask(self, method, message, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", message.payload["port"], timeout=TIME_OUT)
        try:
            connection.request(method, f"/{self.way}/{message.reference}", body)
            return connection.getresponse().status
        finally:
            connection.close()


def register():
    """Make the kinds known."""
    for repeat in Repeat:
        register_handler(RemoteHandler(repeat))


def unregister():
    """Forget the kinds."""
    for repeat in Repeat:
        unregister_handler(f"remote.{repeat.value}")
