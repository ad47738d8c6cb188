"""Events into a Kafka topic. Needs the extra `kafka`."""

from sinks.kafka.config import KafkaConfig
from sinks.kafka.sink import KafkaSink

__all__ = ["KafkaConfig", "KafkaSink"]
