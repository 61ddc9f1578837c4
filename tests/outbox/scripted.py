"""A handler that answers what a test tells it to, and keeps books."""

from collections import Counter

from foundation.jobs.outbox.handlers import Handler, Repeat


class ScriptedHandler(Handler):
    """`answers` are given out in turn: a text, or an exception to raise; then "ok" for ever."""

    title = "Scripted"
    repeat = Repeat.LOOK_UP

    def __init__(self, kind="test.scripted", repeat=Repeat.LOOK_UP):
        self.kind = kind
        self.repeat = repeat
        self.answers = []
        self.sent = []
        self.looked_up = []
        self.arrived = Counter()  # by reference
        self.before_answer = None

    def send(self, message):
        self.sent.append(message.payload)
        if self.before_answer:
            self.before_answer(message)
        answer = self.answers.pop(0) if self.answers else "ok"
        if isinstance(answer, Exception):
            raise answer
        self.arrived[message.reference] += 1
        return answer

    def look_up(self, message):
        self.looked_up.append(message.reference)
        return "there already" if self.arrived[message.reference] else None
