"""Other people's servers, with a tiny random model: they are what our dialects take them for."""

import asyncio
from contextlib import suppress
from typing import Final

import cv2
import pytest
from rig.served import Served
from rig.signs import SIGNS, SignedVisits
from rig.tapped import Tap
from rig.thinking import job

from reasoners import Limits, Prompt, QuestionTooLong, ReasonerUnavailable, ReplyInvalid, Turn
from reasoners.providers.config import HttpConfig
from reasoners.providers.http import HttpReasoner
from reasoners.providers.probe import probe
from reasoners.vlm.call import call
from reasoners.vlm.prompt import prompt
from reasoners.vlm.reply import read

pytestmark = pytest.mark.torch

ASKED: Final = "What is it?"
VISITS: Final = SignedVisits(count=len(SIGNS))


def picture(number: int) -> bytes:
    """Draw one visit, in front of a sign of its own."""
    middle = VISITS.away + VISITS.there / 2 + number * (VISITS.away + VISITS.there)
    drawn = VISITS.picture(round(middle * VISITS.fps))
    return bytes(cv2.imencode(".jpg", drawn[..., ::-1])[1].tobytes())


@pytest.fixture(params=["transformers serve", "llama-server"])
def server(request: pytest.FixtureRequest) -> Served:
    """Give one of them, running."""
    name = request.param.replace(" ", "_").replace("-", "_")
    served: Served = request.getfixturevalue(name)
    return served.ensure()


def asking(server: Served, **more: object) -> HttpReasoner:
    """Make what asks it."""
    given = {key: value for key, value in server.reasoner().items() if key != "type"}
    return HttpReasoner("main", HttpConfig.model_validate(given | more), None)


async def ask(reasoner: HttpReasoner, shown: bytes) -> None:
    """Ask what is on a picture; that the answer was cut off is an answer too."""
    with suppress(ReplyInvalid):
        await reasoner.complete(Prompt((Turn("user", (shown, ASKED)),)))


async def test_other_pictures_get_other_answers(server: Served) -> None:
    """Nothing but pixels differs between the questions; the same ones get the same answer."""
    with Tap(server.port) as tap:
        async with asking(server, max_tokens=48, url=server.reasoner(tap.port)["url"]) as reasoner:
            for number in (*range(len(SIGNS)), 0):
                await ask(reasoner, picture(number))
        *answers, again = tap.said
    assert len(answers) == len(SIGNS)
    assert again == answers[0]
    assert len(set(answers)) > len(SIGNS) // 2


async def test_the_probe_finds_out_who_obeys(server: Served) -> None:
    """llama.cpp's obeys the form and says how much room it has; the other ignores it."""
    async with asking(server) as reasoner:
        found = await probe(reasoner)
    if reasoner.dialect == "llamacpp":
        assert (found.problem, found.obeys, found.images, found.room) == ("", True, 6, 8192)
    else:
        # Words without an end are what this model says where nobody holds it to a form.
        assert found.obeys is False or "token limit" in found.problem


async def test_our_whole_form_is_obeyed_or_its_absence_noticed(server: Served) -> None:
    """A reply is on form and is read, or is refused; none is half believed."""
    asked = call((job(1, picture=picture(0)),), Limits())
    async with asking(server) as reasoner:
        if reasoner.dialect == "llamacpp":
            reply = await reasoner.complete(prompt(asked))
            assert read(reply.text, asked).answers.keys() == {"q1"}
            return
        with pytest.raises(ReplyInvalid):
            read((await reasoner.complete(prompt(asked))).text, asked)


async def test_a_kind_of_server_need_not_be_named(server: Served) -> None:
    """Without `dialect` it is asked as any other, and answers."""
    with Tap(server.port) as tap:
        url = server.reasoner(tap.port)["url"]
        async with asking(server, dialect="auto", max_tokens=48, url=url) as reasoner:
            await probe(reasoner)
            await ask(reasoner, picture(0))
        assert tap.said


async def test_more_than_it_has_room_for(server: Served) -> None:
    """llama.cpp's says so, and it is told from other refusals: fewer pictures may do."""
    if not server.cramped:
        pytest.skip("this server has no limit but memory")
    server.kill()
    server.start(*server.cramped)
    async with asking(server) as reasoner:
        with pytest.raises(QuestionTooLong, match="exceed"):
            await reasoner.complete(prompt(call((job(1, picture=picture(0)),), Limits())))
    server.kill()


@pytest.mark.fault("F22", "F23")
async def test_a_frozen_server_and_a_dead_one(server: Served) -> None:
    """Silence lasts until our own deadline; a death is noticed at once, also in mid-sentence."""
    async with asking(server) as reasoner:
        server.stop()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await ask(reasoner, picture(0))
        server.resume()
        await ask(reasoner, picture(0))
        async with asyncio.TaskGroup() as group:
            under_way = group.create_task(_failing(reasoner))
            await asyncio.sleep(0.01)
            server.kill()
        assert under_way.result().startswith(("the connection broke", "no connection"))
        with pytest.raises(ReasonerUnavailable, match="no connection"):
            await ask(reasoner, picture(0))


async def _failing(reasoner: HttpReasoner) -> str:
    try:
        await reasoner.complete(prompt(call((job(1, picture=picture(0)),), Limits())))
    except ReasonerUnavailable as error:
        return str(error)
    return "answered"
