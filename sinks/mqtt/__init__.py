"""Events, states and notices over MQTT."""

from sinks.mqtt.config import MqttConfig
from sinks.mqtt.sink import MqttSink

__all__ = ["MqttConfig", "MqttSink"]
