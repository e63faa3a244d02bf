# SPDX-License-Identifier: MIT
"""Packages of npm for tests, which it puts into the build directory, once.

Threads: none. Ownership: what is installed stays for the next test.
"""
import os
import subprocess
import tempfile

MODULES = os.environ.get("NODE_MODULES_DIR", os.path.join(tempfile.gettempdir(), "restanza-node"))
DOWNLOAD_DEADLINE = 300  # seconds


def npm_modules(package):
    """The directory for NODE_PATH, in which there is this package, named with its version."""
    name = package.rpartition("@")[0]
    directory = f"{MODULES}/{name}"
    if not os.path.isdir(f"{directory}/node_modules/{name}"):
        os.makedirs(directory, exist_ok=True)
        done = subprocess.run(
            ["npm", "install", "--prefix", directory, "--no-save", "--no-package-lock", "--no-audit", "--no-fund",
             "--ignore-scripts", package],
            cwd=directory, capture_output=True, text=True, timeout=DOWNLOAD_DEADLINE, check=False)
        if done.returncode != 0:
            raise AssertionError(f"npm could not install {package}:\n{done.stdout}{done.stderr}")
    return f"{directory}/node_modules"
