"""Debian's Firefox, as Playwright expects it: started, watched, and spared what it does not know yet.

Playwright drives an ordinary Firefox by WebDriver BiDi. The extended support release lacks one command that
Playwright sends for each context; this program stands between the two and answers it itself.

    python firefox_bridge.py FIREFOX ARGUMENT…
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketClientConnection, WebSocketHandler, websocket_connect

READY = "WebDriver BiDi listening on "
UNKNOWN = "emulation.setMediaFeaturesOverride"
LARGEST = 1 << 28  # bytes of a message: screenshots come in one


class Bridge(WebSocketHandler):
    """One connection of Playwright, passed on message by message."""

    def initialize(self, firefox: str) -> None:
        self.firefox = firefox
        self.opened: asyncio.Future[WebSocketClientConnection]

    def check_origin(self, origin: str) -> bool:
        return True

    async def open(self, *_path: str) -> None:
        self.opened = asyncio.ensure_future(
            websocket_connect(
                f"{self.firefox}/session", on_message_callback=self.answer, max_message_size=LARGEST
            )
        )

    def answer(self, message: str | bytes | None) -> None:
        self.close() if message is None else self.write_message(message)

    async def on_message(self, message: str | bytes) -> None:
        command = json.loads(message)
        if command["method"] == UNKNOWN:
            self.answer(json.dumps({"type": "success", "id": command["id"], "result": {}}))
        else:
            await (await self.opened).write_message(message)

    def on_close(self) -> None:
        self.opened.add_done_callback(lambda opened: opened.result().close())


def serve(firefox: str) -> str:
    """The address that takes Firefox's place."""
    sockets = bind_sockets(0, "127.0.0.1")
    bridges = Application([("/.*", Bridge, {"firefox": firefox})], websocket_max_message_size=LARGEST)
    HTTPServer(bridges).add_sockets(sockets)
    return f"ws://127.0.0.1:{sockets[0].getsockname()[1]}"


async def main(command: list[str]) -> int:
    firefox = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, firefox.terminate)
    assert firefox.stderr is not None
    async for raw in firefox.stderr:
        line = raw.decode(errors="replace").rstrip()
        if line.startswith(READY):
            line = READY + serve(line.removeprefix(READY))
        print(line, file=sys.stderr, flush=True)
    return await firefox.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
