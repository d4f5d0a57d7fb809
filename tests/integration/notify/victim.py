"""A worker to be killed: tells news and delivers them over a store, and kills itself where it is told.

Arguments: address of the store, port of the receiver, and when it dies: the number of a call or return in the outbox
and the messenger (0: never), or `taken`, when the receiver has taken a message that is not yet noted. It prints how
many calls there were.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from types import FrameType

from api.storage import open_store
from api.texts import texts
from detection.sigma.load import RuleSet
from response.notify import message, messenger, outbox
from response.notify.messenger import Messenger
from response.notify.outbox import Outbox
from response.notify.reading import BY_TYPE, read_settings
from response.notify.wording import Renderer, RuleTexts
from tests.unit.notify.cases import Clock, news

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEWS = 3
COUNTED = (outbox.__file__, messenger.__file__)


def main(url: str, port: int, death: str) -> None:
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        code = frame.f_code
        if death == "taken" and code is message.after_success.__code__:
            os.kill(os.getpid(), signal.SIGKILL)
        if event in ("call", "return") and code.co_filename in COUNTED:
            calls += 1
            if str(calls) == death:
                os.kill(os.getpid(), signal.SIGKILL)

    channel = {"name": "soar", "type": "webhook", "url": f"http://127.0.0.1:{port}/", "secrets": [SECRET]}
    text = {"channels": [{**channel, "allow": ["127.0.0.0/8"]}], "routes": [{"name": "all", "to": ["soar"]}]}
    settings = read_settings("n", json.dumps(text))
    renderer = Renderer({"en": texts("en"), "zh": texts("zh")}, RuleTexts(RuleSet((), (), (), frozenset())))
    clock = Clock()
    with open_store(url) as store:
        box = Outbox(store, lambda: settings, lambda: renderer, BY_TYPE, clock, lambda: 0.5)
        desk = Messenger(box, lambda: settings, lambda: None, clock)
        sys.setprofile(count)
        for n in range(NEWS):
            desk.tell(news(f"a{n}"))
        while desk.work():
            pass
        sys.setprofile(None)
    print(calls)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
