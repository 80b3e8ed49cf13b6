"""A service to throw requests at, on an embedded database of its own, and the tools that throw them."""

import contextlib
import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.request
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "target" / "debug" / "export-license-registry"


def installed(name, *requirements):
    """A program from the Python package index, in an environment of its own under target/; None where it cannot be had."""
    place = ROOT / "target" / name
    tool = place / "bin" / name
    if tool.exists():
        return tool
    try:
        venv.create(place, with_pip=True, clear=True)
        subprocess.run([str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *requirements], check=True)
    except subprocess.CalledProcessError:
        return None
    return tool


class Running:
    """A running service: where it is, its first administrator's token, and a place for reports."""

    def __init__(self, url, administrator, scratch):
        self.url, self.administrator, self.scratch = url, administrator, scratch

    def call(self, path, token=None, body=None):
        request = urllib.request.Request(self.url + path, data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        request.add_header("Idempotency-Key", os.urandom(16).hex())
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def token(self, holder, role, **more):
        tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        new = {"holder": holder, "role": role, "name": "check", "expiresAt": tomorrow.isoformat()} | more
        return self.call("/v1/tokens", self.administrator, new)["token"]


@contextlib.contextmanager
def running(sample_year=None):
    """The debug build, serving; with this share of the sample year on file, where one is named."""
    subprocess.run(["cargo", "build", "--locked", "--quiet"], check=True, cwd=ROOT)
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="registry-check-"))
    # The embedded database runs as another account where this one is root.
    scratch.chmod(0o755)
    settings = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    settings |= {"DATA_DIR": str(scratch / "data"), "LISTEN": "127.0.0.1:0"}
    service = None
    try:
        if sample_year:
            year = [str(BINARY), "sample-year", "--scale", sample_year]
            subprocess.run(year, check=True, env=settings, stdout=subprocess.DEVNULL)
        made = [str(BINARY), "administrator-token"]
        told = subprocess.run(made, check=True, env=settings, capture_output=True, text=True)
        administrator = re.search(r"elr_\S+", told.stdout).group()
        with open(scratch / "log", "w", encoding="utf-8") as log:
            service = subprocess.Popen([str(BINARY)], env=settings, stdout=subprocess.PIPE, stderr=log, text=True)
        url = re.search(r"http://\S+", service.stdout.readline()).group()
        yield Running(url, administrator, scratch)
    finally:
        if service:
            service.send_signal(signal.SIGTERM)
            service.wait(60)
        shutil.rmtree(scratch, ignore_errors=True)
