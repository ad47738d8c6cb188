"""A Kafka cluster in a process of its own: librdkafka's mock cluster, driven through its C API.

It speaks Kafka's protocol over TCP, keeps what is written in memory, and fails as it is told.
https://github.com/confluentinc/librdkafka/blob/master/src/rdkafka_mock.h

Run as a program it reads one command a line, `["down", 2]`, and answers each with a line of JSON.
"""

import ctypes
import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import confluent_kafka

BROKERS: Final = 3
PRODUCE: Final = 0
"""Key of the request that writes records; https://kafka.apache.org/protocol"""

INIT_PRODUCER_ID: Final = 22


class KafkaCluster:
    """Brokers, numbered from 1, on ports of their own.

    Args:
        partitions: Of every topic that somebody asks for.
    """

    def __init__(self, partitions: int = 4) -> None:
        self._partitions = partitions
        self._process: subprocess.Popen[str] | None = None
        self.servers: list[str] = []
        """`host:port` of each broker."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.kill()

    @property
    def ports(self) -> list[int]:
        """Of each broker."""
        return [int(server.rpartition(":")[2]) for server in self.servers]

    def start(self) -> None:
        """Start a cluster that has nothing, on new ports."""
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self._partitions)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.servers = json.loads(self._process.stdout.readline())

    def kill(self) -> None:
        """Lose all brokers at once, and what they held."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def down(self, *brokers: int) -> None:
        """Close brokers' ports and connections; they keep what they have."""
        for broker in brokers:
            self._do("down", broker)

    def up(self, *brokers: int) -> None:
        """Let brokers listen again."""
        for broker in brokers:
            self._do("up", broker)

    def fail(self, request: int, *errors: int) -> None:
        """Answer the next requests of a kind with these errors, one each, whoever is asked."""
        self._do("fail", request, *errors)

    def refuse_topic(self, topic: str, error: int) -> None:
        """Answer with an error whoever asks about a topic."""
        self._do("refuse_topic", topic, error)

    def slow(self, broker: int, seconds: float) -> None:
        """Let a broker answer so much later."""
        self._do("slow", broker, round(1000 * seconds))

    def advertise(self, broker: int, host: str, port: int) -> None:
        """Let the brokers tell clients that one of them is elsewhere: behind a proxy."""
        self._do("advertise", broker, host, port)

    def requests(self, kind: int) -> int:
        """Count the requests of a kind since the start."""
        return int(self._do("requests", kind))

    def _do(self, name: str, *arguments: object) -> Any:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([name, *arguments]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def records(cluster: KafkaCluster, topic: str, count: int) -> list[confluent_kafka.Message]:
    """Read all that a topic holds, by another client than the sink's; wait until it is so much.

    What was written twice counts twice: so it is read to the end, not to the number.
    """
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": ",".join(cluster.servers),
            "group.id": "reader",
            "auto.offset.reset": "earliest",
            "log_level": 0,
        }
    )
    found: list[confluent_kafka.Message] = []
    try:
        known = consumer.list_topics(topic, timeout=20).topics[topic].partitions
        places = [confluent_kafka.TopicPartition(topic, number, 0) for number in known]
        consumer.assign(places)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found += [one for one in consumer.consume(count, 0.2) if one.error() is None]
            ends = [consumer.get_watermark_offsets(place, timeout=20)[1] for place in places]
            if len(found) >= max(count, sum(ends)):
                break
    finally:
        consumer.close()
    return found


def ids(cluster: KafkaCluster, topic: str, count: int, camera: str = "porch") -> list[str]:
    """Return the events that one camera's records tell of, in order."""
    found = [one for one in records(cluster, topic, count) if one.key() == camera.encode()]
    return [json.loads(one.value())["id"] for one in found]


def main(partitions: int) -> None:
    """Run a cluster until nobody speaks to it any more."""
    libraries = Path(confluent_kafka.__file__).parent.with_name("confluent_kafka.libs")
    library = ctypes.CDLL(str(next(libraries.glob("librdkafka*"))))
    pointer, number, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
    for name, result, arguments in (
        ("conf_new", pointer, []),
        ("conf_set", number, [pointer, text, text, text, ctypes.c_size_t]),
        ("new", pointer, [number, pointer, text, ctypes.c_size_t]),
        ("mock_cluster_new", pointer, [pointer, number]),
        ("mock_cluster_bootstraps", text, [pointer]),
        ("mock_broker_set_down", number, [pointer, ctypes.c_int32]),
        ("mock_broker_set_up", number, [pointer, ctypes.c_int32]),
        ("mock_broker_set_rtt", number, [pointer, ctypes.c_int32, number]),
        ("mock_broker_set_host_port", number, [pointer, ctypes.c_int32, text, number]),
        ("mock_topic_set_error", None, [pointer, text, number]),
        ("mock_start_request_tracking", None, [pointer]),
        ("mock_get_requests", ctypes.POINTER(pointer), [pointer, ctypes.POINTER(ctypes.c_size_t)]),
        ("mock_request_api_key", ctypes.c_int16, [pointer]),
        ("mock_request_destroy_array", None, [ctypes.POINTER(pointer), ctypes.c_size_t]),
        (
            "mock_push_request_errors_array",
            None,
            [pointer, ctypes.c_int16, ctypes.c_size_t, ctypes.POINTER(number)],
        ),
    ):
        function = getattr(library, f"rd_kafka_{name}")
        function.restype, function.argtypes = result, arguments
    message = ctypes.create_string_buffer(256)
    settings = library.rd_kafka_conf_new()
    library.rd_kafka_conf_set(settings, b"log_level", b"0", message, 256)
    handle = library.rd_kafka_new(0, settings, message, 256)
    cluster = library.rd_kafka_mock_cluster_new(handle, BROKERS)
    library.rd_kafka_mock_start_request_tracking(cluster)

    def fail(request: int, *errors: int) -> None:
        array = (number * len(errors))(*errors)
        library.rd_kafka_mock_push_request_errors_array(cluster, request, len(errors), array)

    def requests(kind: int) -> int:
        size = ctypes.c_size_t()
        found = library.rd_kafka_mock_get_requests(cluster, ctypes.byref(size))
        count = sum(
            library.rd_kafka_mock_request_api_key(found[place]) == kind
            for place in range(size.value)
        )
        library.rd_kafka_mock_request_destroy_array(found, size)
        return int(count)

    commands: dict[str, Any] = {
        "down": lambda broker: library.rd_kafka_mock_broker_set_down(cluster, broker),
        "up": lambda broker: library.rd_kafka_mock_broker_set_up(cluster, broker),
        "slow": lambda broker, ms: library.rd_kafka_mock_broker_set_rtt(cluster, broker, ms),
        "advertise": lambda broker, host, port: library.rd_kafka_mock_broker_set_host_port(
            cluster, broker, host.encode(), port
        ),
        "refuse_topic": lambda topic, error: library.rd_kafka_mock_topic_set_error(
            cluster, topic.encode(), error
        ),
        "fail": fail,
        "requests": requests,
    }
    say(library.rd_kafka_mock_cluster_bootstraps(cluster).decode().split(","))
    for line in sys.stdin:
        name, *given = json.loads(line)
        say(commands[name](*given))


def say(what: object) -> None:
    """Answer with one line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
