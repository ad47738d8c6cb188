"""The scripted model is itself a real server."""

import asyncio
import json

import pytest

from reasoners.testing import ScriptedModel, answer, fails, hangs


async def post(url: str, body: dict[str, object]) -> bytes:
    """Ask as the plainest of clients."""
    host, port = url.removeprefix("http://").removesuffix("/v1").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    data = json.dumps(body).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n\r\n"
    writer.write(head.encode() + data)
    got = await reader.read()
    writer.close()
    await writer.wait_closed()
    return got


async def test_scripts_are_played_in_order_and_the_last_repeats() -> None:
    """The first request gets the first script, all from the second on the last."""
    async with ScriptedModel(fails(500, "oh"), answer("no")) as model:
        replies = [await post(model.url, {"number": number}) for number in range(3)]
        assert [asked.body["number"] for asked in model.requests] == [0, 1, 2]
        assert model.abandoned == 0
    assert [reply.split(b" ")[1] for reply in replies] == [b"500", b"200", b"200"]
    assert replies[1] == replies[2]
    assert b"data: [DONE]" in replies[1]


async def test_leaving_cuts_who_still_waits() -> None:
    """A server that hangs does not keep its user from ending."""
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        async with ScriptedModel(hangs()) as model:
            waiting = group.create_task(post(model.url, {}))
            await model.wait_requests()
        assert b"HTTP/1.1 200" in await waiting


async def test_waiting_for_what_does_not_come_ends() -> None:
    """Both waits have a limit, and an address needs an open server."""
    async with ScriptedModel() as model:
        with pytest.raises(TimeoutError):
            await model.wait_requests(within=0.01)
        with pytest.raises(TimeoutError):
            await model.wait_abandoned(within=0.01)
    with pytest.raises(RuntimeError, match="async with"):
        _ = ScriptedModel().url
