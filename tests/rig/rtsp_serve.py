"""GStreamer's RTSP server as a script, for the system's Python, which has the bindings.

    /usr/bin/python3 rtsp_serve.py '{"port": 8554, "pipeline": "( … )", …}'

Every client gets a pipeline of its own from its start, paced by the clock, unless `shared`. Prints
`ready` when it listens.
"""

import json
import sys
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402 (versions come first)

Gst.init(None)


def main() -> None:
    """Serve until killed."""
    wish = json.loads(sys.argv[1])
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(wish["port"]))
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(wish["pipeline"])
    factory.set_shared(wish["shared"])
    if wish["user"] or wish["certificate"]:
        protect(server, factory, wish)
    server.get_mount_points().add_factory(wish["path"], factory)
    for path, pipeline in wish["beside"].items():
        other = GstRtspServer.RTSPMediaFactory()
        other.set_launch(pipeline)
        if wish["user"] or wish["certificate"]:
            other.set_permissions(factory.get_permissions())
        server.get_mount_points().add_factory(path, other)
    if not server.attach(None):
        raise SystemExit(f"port {wish['port']} is taken")
    GLib.timeout_add_seconds(5, expire, server)
    print("ready", flush=True)  # noqa: T201 (the rig waits for it)
    GLib.MainLoop().run()


def expire(server: Any) -> bool:
    """Forget clients that went without a goodbye."""
    server.get_session_pool().cleanup()
    return True


def protect(server: Any, factory: Any, wish: dict[str, Any]) -> None:
    """Encrypt, and let in only one user, who may do all; whichever was wished for."""
    auth = GstRtspServer.RTSPAuth()
    server.set_auth(auth)
    if wish["certificate"]:
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(wish["certificate"]))
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    user, password = wish["user"], wish["password"]
    if not user:
        auth.set_default_token(token)
    elif wish["scheme"] == "basic":
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    permissions = GstRtspServer.RTSPPermissions()
    for permission in ("media.factory.access", "media.factory.construct"):
        permissions.add_permission_for_role("viewer", permission, True)
    factory.set_permissions(permissions)


if __name__ == "__main__":
    main()
