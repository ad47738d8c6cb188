"""Certificates for servers on the loopback, made by the real `openssl`."""

import subprocess
from pathlib import Path

import pytest


def make_certificate(folder: Path, name: str = "localhost", *, expired: bool = False) -> Path:
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
    if expired:
        again = f"openssl x509 -in {certificate} -signkey {key} -days -1 -out {certificate}.old"
        subprocess.run(again.split(), check=True, capture_output=True)
        certificate.with_suffix(".crt.old").replace(certificate)
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    return both


def signed(folder: Path, name: str) -> None:
    """Make a key, and a certificate signed by the authority in `ca.crt`."""
    ask = (
        f"openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN={name} "
        f"-keyout {name}.key -out {name}.csr -addext subjectAltName=DNS:{name}"
    )
    sign = (
        f"openssl x509 -req -in {name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 "
        f"-copy_extensions copy -out {name}.crt"
    )
    for command in (ask, sign):
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
