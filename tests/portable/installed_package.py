#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The Debian packages on a machine of their own: installed, started as the unit says, upgraded, removed, purged.

Usage, as root on a machine that may be spoiled: installed_package.py DEB_DIR STATE_0_1. Besides python3 it needs
systemd to be installed; systemd does not have to run, and is played here: user, directories, credentials,
environment and command line are those of the unit. Prints a line for each step; the exit code says whether all went well.
"""
import base64
import contextlib
import glob
import http.server
import json
import os
import pathlib
import pwd
import queue
import shlex
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import urllib.request

DEADLINE = 60  # seconds; only decides when a hang becomes a failure
CONFIG = pathlib.Path("/etc/restanza/restanza.toml")
CREDSTORE = pathlib.Path("/etc/credstore")
STATE = pathlib.Path("/var/lib/restanza")
UNIT = "restanza.service"
# Not of a package: what apt, dpkg and the user database write for themselves.
OTHERS = ("/proc", "/sys", "/dev", "/tmp", "/run", "/root", "/var/cache", "/var/lib/apt", "/var/lib/dpkg", "/var/log",
          "/etc/.pwd.lock", "/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/ld.so.cache",
          "/var/lib/systemd/deb-systemd-helper-enabled", "/etc/credstore")


def check(good, what):
    print(("ok   " if good else "FAIL ") + what, flush=True)
    if not good:
        sys.exit(1)


def run(*command):
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        print(done.stdout[-4000:] + done.stderr[-4000:])
        check(False, " ".join(command))
    return done.stdout


def files():
    """Every path of the machine but those that are nobody's package's."""
    found = set()
    for folder, folders, names in os.walk("/"):
        folders[:] = [each for each in folders if os.path.join(folder, each) not in OTHERS]
        found.update(os.path.join(folder, each) for each in folders + names)
    return found - set(OTHERS)


class Unit:
    """The unit file as systemd would act on it."""

    def __init__(self):
        self.path = next(path for path in (f"/lib/systemd/system/{UNIT}", f"/usr/lib/systemd/system/{UNIT}")
                         if os.path.exists(path))
        self.values = {}
        for line in pathlib.Path(self.path).read_text(encoding="utf-8").splitlines():
            if "=" in line and not line.startswith("#"):
                key, value = line.split("=", 1)
                self.values.setdefault(key, []).append(value)

    def one(self, key):
        return self.values[key][-1]

    def directories(self, account):
        """What StateDirectory=, RuntimeDirectory= and LoadCredential= make, and the variables that name them."""
        environment = {}
        for kind, root in (("State", "/var/lib"), ("Runtime", "/run")):
            path = pathlib.Path(root) / self.one(f"{kind}Directory")
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(int(self.one(f"{kind}DirectoryMode"), 8))
            for each in [path, *path.rglob("*")]:
                os.chown(each, account.pw_uid, account.pw_gid)
            environment[f"{kind.upper()}_DIRECTORY"] = str(path)
        credentials = pathlib.Path("/run/credentials") / UNIT
        shutil.rmtree(credentials, ignore_errors=True)
        credentials.mkdir(parents=True)
        for name in self.values["LoadCredential"]:
            if (CREDSTORE / name).exists():
                shutil.copy(CREDSTORE / name, credentials / name)
                (credentials / name).chmod(0o400)
                os.chown(credentials / name, account.pw_uid, account.pw_gid)
        credentials.chmod(0o500)
        os.chown(credentials, account.pw_uid, account.pw_gid)
        return {**environment, "CREDENTIALS_DIRECTORY": str(credentials)}


class Service:
    """The program as the unit starts it; it is ready when it says so to the service manager."""

    def __init__(self):
        unit = Unit()
        account = pwd.getpwnam(unit.one("User"))
        environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "NOTIFY_SOCKET": "/run/notify-of-the-test",
                       **unit.directories(account)}
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(environment["NOTIFY_SOCKET"])
        self.manager.bind(environment["NOTIFY_SOCKET"])
        os.chmod(environment["NOTIFY_SOCKET"], 0o777)
        self.manager.settimeout(DEADLINE)
        self.process = subprocess.Popen(
            shlex.split(unit.one("ExecStart")), env=environment, cwd="/", user=account.pw_uid, group=account.pw_gid,
            extra_groups=[], umask=int(unit.one("UMask"), 8), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        self.output = []
        threading.Thread(target=lambda: self.output.extend(self.process.stdout), daemon=True).start()

    def hear(self, wanted):
        try:
            while wanted not in self.manager.recv(4096).decode().splitlines():
                pass
        except socket.timeout:
            print("".join(self.output))
            check(False, f"the service manager hears {wanted}")
        return self

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.hear("STOPPING=1")
        code = self.process.wait(DEADLINE)
        self.manager.close()
        check(code == 0, "SIGTERM ends it with 0, after STOPPING=1")


class Endpoint:
    """A webhook; the bodies that came, in order."""

    def __init__(self):
        bodies = self.bodies = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                bodies.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(204)
                self.end_headers()

            def log_message(self, format, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self):
        return self.bodies.get(timeout=DEADLINE)


def ask(method, path, password, body=None):
    request = urllib.request.Request(f"http://127.0.0.1:5280{path}", method=method, data=body and body.encode(), headers={
        "Authorization": "Basic " + base64.b64encode(f"rest.localhost:{password}".encode()).decode(),
        "Content-Type": "application/xmpp+xml", "Accept": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def put_secret(name, secret):
    CREDSTORE.mkdir(mode=0o700, exist_ok=True)
    (CREDSTORE / name).write_text(secret + "\n", encoding="ascii")
    (CREDSTORE / name).chmod(0o600)


def set_endpoint(name, url):
    """As an administrator who edits the file."""
    with open(CONFIG, "a", encoding="utf-8") as config:
        config.write(f'[[plugin.settings.rest_callbacks]]\nname = "{name}"\nurl = "{url}"\n')


def lay_state(source):
    """What 0.1.0 left, as if it had ended just now: a message that waits is given up after a day."""
    shutil.rmtree(STATE, ignore_errors=True)
    shutil.copytree(source, STATE)
    with contextlib.closing(sqlite3.connect(STATE / "rest.localhost" / "journal.db")) as journal, journal:
        latest, = journal.execute("SELECT max(changed) FROM delivery").fetchone()
        passed = int(time.time() * 1000) - latest
        journal.execute("UPDATE delivery SET accepted = accepted + ?, changed = changed + ?", (passed, passed))


def install(debs):
    run("apt-get", "install", "-q", "-y", "--no-install-recommends", "--reinstall", *debs)


def main(deb_directory, state):
    debs = [os.path.abspath(path) for name in ("restanza-host", "restanza-plugin")
            for path in glob.glob(f"{deb_directory}/{name}_*.deb")]
    check(len(debs) == 2, f"{deb_directory} holds the two packages")
    before = files()
    install(debs)
    check(CONFIG.exists() and stat.S_IMODE(CONFIG.stat().st_mode) == 0o644, "the configuration is there, for all to read")
    check(not glob.glob(f"/etc/systemd/system/*/{UNIT}"), "the service is not enabled by itself")
    scripts = {name: pathlib.Path(f"/var/lib/dpkg/info/restanza-host.{name}").read_text(encoding="utf-8")
               for name in ("postinst", "prerm")}
    check("_dh_action=restart" in scripts["postinst"], "an upgrade starts it anew where it runs")
    check("deb-systemd-invoke stop 'restanza.service'" in scripts["prerm"], "and a removal stops it")
    account = pwd.getpwnam("restanza")
    check(account.pw_uid < 1000 and account.pw_shell.endswith("nologin"), "the user is a system user without a shell")
    check("restanza-host 0." in run("restanza-host", "--version"), "the program runs")
    check(run("systemd-analyze", "verify", "--man=no", Unit().path) == "", "systemd finds nothing wrong with the unit")

    service = Service()
    check(service.process.wait(DEADLINE) == 1, "without its secret it does not start")
    check("LoadCredential=restanza.component-secret" in "".join(service.output), "and says how to give it one")
    service.manager.close()

    put_secret("restanza.component-secret", "http-secret")
    archive = Endpoint()
    set_endpoint("archive", archive.url)
    service = Service().hear("READY=1")
    check(True, "started as the unit says, it tells the service manager that it is ready")
    check(ask("GET", "/rest/ping/localhost", "http-secret")[0] == 200, "a question is answered")
    check(ask("GET", "/rest/ping/localhost", "wrong")[0] == 401, "and only with the secret")
    service.process.send_signal(signal.SIGHUP)
    service.hear("RELOADING=1").hear("READY=1")
    check(True, "SIGHUP tells RELOADING=1 and READY=1")
    service.stop()
    owners = {(path.stat().st_uid, stat.S_IMODE(path.stat().st_mode) & 0o077) for path in [STATE, *STATE.rglob("*")]}
    check(owners == {(account.pw_uid, 0)}, "its state belongs to the user alone")

    lay_state(state)
    config = CONFIG.read_text(encoding="utf-8")
    install(debs)
    check(CONFIG.read_text(encoding="utf-8") == config, "an upgrade leaves the edited configuration as it is")
    service = Service().hear("READY=1")
    bodies = [archive.next() for _ in range(9)]
    check(sum("Hello" in body for body in bodies) == 3 and "é" in "".join(bodies), "what 0.1.0 kept is delivered")
    status, body = ask("GET", "/rest/deliveries?state=dead", "http-secret")
    check(status == 200 and len(json.loads(body)["deliveries"]) == 1, "and its dead letter is there")
    service.stop()

    run("apt-get", "remove", "-q", "-y", "restanza-host", "restanza-plugin")
    check(STATE.exists() and CONFIG.exists() and not os.path.exists("/usr/bin/restanza-host"),
          "a removal leaves state and configuration")
    run("apt-get", "purge", "-q", "-y", "restanza-host", "restanza-plugin")
    # What another package merely suggests is not kept for its sake.
    run("apt-get", "autoremove", "-q", "-y", "--purge", "-o", "APT::AutoRemove::SuggestsImportant=false", "-o",
        "APT::AutoRemove::RecommendsImportant=false")
    left = sorted(files() - before)
    check(not left, "a purge leaves nothing" + (": " + " ".join(left[:20]) if left else ""))
    gone = sorted(before - files())
    check(not gone, "and takes nothing else" + (": " + " ".join(gone[:20]) if gone else ""))


if __name__ == "__main__":
    if len(sys.argv) != 3 or os.geteuid() != 0:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
