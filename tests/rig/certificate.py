"""Certificates for servers on the loopback, made by the real `openssl`."""

import subprocess
from pathlib import Path

import pytest


def make_certificate(folder: Path, name: str = "localhost") -> Path:
    """Make a certificate that signs itself; return the PEM file that holds it and its key."""
    key, certificate, both = (folder / f"{name}.{end}" for end in ("key", "crt", "pem"))
    try:
        subprocess.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                "-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out",
                str(certificate),
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("no openssl to make a certificate with")
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    return both
