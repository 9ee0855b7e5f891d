"""The runner's end of a kernel's sockets: asks, and gathers outputs as long as they are few."""

import time
from collections.abc import Callable
from typing import Any

import zmq
from jupyter_client.session import Session

FLOOD = 256  # times what is kept of a cell's output
TICK = 0.1  # seconds between two looks at the kernel itself


class Client:
    """Asks a kernel one thing at a time."""

    def __init__(self, key: str, address: str, output_bytes: int, watch: Callable[[], None]) -> None:
        self.session = Session(key=key.encode())
        self.context = zmq.Context()
        self.shell = self.context.socket(zmq.DEALER)
        self.iopub = self.context.socket(zmq.SUB)
        self.iopub.setsockopt(zmq.SUBSCRIBE, b"")
        for socket, port in ((self.shell, 1), (self.iopub, 2)):
            socket.linger = 0
            socket.connect(f"ipc://{address}-{port}")
        self.poller = zmq.Poller()
        self.poller.register(self.shell, zmq.POLLIN)
        self.poller.register(self.iopub, zmq.POLLIN)
        self.most, self.watch = output_bytes, watch
        self.asked = ""
        self._forget()

    def _forget(self) -> None:
        self.reply: dict[str, Any] | None = None
        self.idle = False
        self.seen = 0  # bytes of outputs
        self.outputs: list[dict[str, Any]] = []

    def wait_until_ready(self, seconds: float) -> None:
        """Return as soon as the kernel answers and its outputs arrive here."""
        until = time.monotonic() + seconds
        while not self.answered:
            self.ask("kernel_info_request", {})  # until one is answered on both sockets
            self.listen(min(until, time.monotonic() + 1))
            if time.monotonic() > until:
                raise TimeoutError("the kernel did not start")

    def ask(self, request: str, content: dict[str, Any]) -> None:
        self._forget()
        if request == "execute_request":
            content = {
                "silent": False,
                "store_history": True,
                "user_expressions": {},
                "allow_stdin": False,
                "stop_on_error": False,
            } | content
        sent: Any = self.session.send(self.shell, request, content)
        self.asked = sent["header"]["msg_id"]

    @property
    def answered(self) -> bool:
        """Both sockets have said so: no output of this request comes any more."""
        return self.idle and self.reply is not None

    @property
    def flooded(self) -> bool:
        """More was written than any honest cell writes."""
        return self.seen > FLOOD * self.most

    def listen(self, until: float, patient: bool = False) -> None:
        """Take in what comes until the request is answered, the time is over or, unless patient, too much came."""
        while not self.answered:
            self.watch()
            left = until - time.monotonic()
            if left <= 0:
                return
            for socket, _ in self.poller.poll(round(1000 * min(TICK, left))):
                _, message = self.session.recv(socket, mode=zmq.NOBLOCK)
                if message and message["parent_header"].get("msg_id") == self.asked:
                    if socket is self.shell:
                        self.reply = message["content"]
                    else:
                        self._published(message["msg_type"], message["content"])
            if self.flooded and not patient:
                return

    def _published(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "status":
            self.idle = content["execution_state"] == "idle"
        elif kind == "stream":
            text = content["text"]
            room = self.most - self.seen
            self.seen += len(text)
            if room > 0:
                last = self.outputs[-1] if self.outputs else {}
                if last.get("output_type") == "stream" and last["name"] == content["name"]:
                    last["text"] += text[:room]
                else:
                    self.outputs.append({"output_type": "stream", "name": content["name"], "text": text[:room]})
        elif kind in ("display_data", "execute_result"):
            self._keep({"output_type": kind, "data": content["data"]})
        elif kind == "error":
            self._keep({"output_type": kind} | {key: content[key] for key in ("ename", "evalue", "traceback")})

    def _keep(self, output: dict[str, Any]) -> None:
        size = sum(map(len, map(str, (output.get("data") or output).values())))
        if self.seen + size <= self.most:
            self.outputs.append(output)
        self.seen += size

    def answer(self) -> dict[str, Any]:
        """What came, as the grader is told it."""
        reply = self.reply or {}
        told: dict[str, Any] = {
            key: reply[key] for key in ("status", "ename", "evalue", "value", "reason") if key in reply
        }
        return {"status": "timeout", **told, "outputs": self.outputs, "bytes": self.seen}
