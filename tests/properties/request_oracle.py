"""What must become of a request."""

from dataclasses import dataclass

from tests.properties.actions import Hear, Leave, Say, Script


@dataclass(frozen=True, slots=True)
class Answer:
    """To one request."""

    status: int
    error: type[BaseException] | None = None
    """What leaves the app, by its base class where the server raised it."""


def answer(script: Script) -> Answer | None:
    """None when the app waits for what never comes, which only the function's timeout can end."""
    stage = "request"
    heard = 0
    error: type[BaseException] | None = None
    for action in script:
        match action:
            case Hear():
                heard += 1
                if heard > (2 if stage == "complete" else 1):
                    return None
            case Leave():
                error = action.error
                break
            case Say(kind="http.response.start") if stage == "request":
                stage = "response"
            case Say(kind="http.response.body") if stage == "response":
                stage = "response" if action.more_body else "complete"
            case Say(patient=False):
                error = Exception
                break
    return Answer(204 if stage == "complete" else 500, error)
