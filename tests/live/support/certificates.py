# SPDX-License-Identifier: MIT
"""A certificate authority of the test's own, and servers that it vouches for; openssl makes them.

Threads: pure functions.
"""
import ssl
import subprocess

from .deadline import DEADLINE


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], capture_output=True, timeout=DEADLINE, check=True)


def new_authority(directory):
    """Its certificate's path, beside which its key lies."""
    path = f"{directory}/authority"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=Test authority", "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign",
            "-keyout", f"{path}.key", "-out", f"{path}.pem")
    return f"{path}.pem"


def server_files(directory, authority, name="IP:127.0.0.1"):
    """A certificate that the authority has signed for that name, and its key: two paths, written anew each time."""
    path = f"{directory}/server"
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=server",
            "-keyout", f"{path}.key", "-out", f"{path}.csr")
    with open(f"{path}.cnf", "w", encoding="utf-8") as extensions:
        extensions.write(f"subjectAltName={name}\n")
    openssl("x509", "-req", "-in", f"{path}.csr", "-CA", authority, "-CAkey", authority.replace(".pem", ".key"),
            "-CAcreateserial", "-days", "2", "-extfile", f"{path}.cnf", "-out", f"{path}.pem")
    return f"{path}.pem", f"{path}.key"


def server_context(directory, authority, name="IP:127.0.0.1"):
    """For a server on loopback whose certificate the authority has signed for that name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*server_files(directory, authority, name))
    return context
