"""Events to any web server: a notification service, a flow, an own program."""

from sinks.webhook.config import Only, WebhookConfig
from sinks.webhook.sink import WebhookSink

__all__ = ["Only", "WebhookConfig", "WebhookSink"]
