"""A desktop of its own for one test: a private D-Bus session bus, a private home folder, and on wish a real
gnome-keyring. Run as a program it gives such a desktop with an open keyring to one command."""

import functools
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 20.0
# Every byte counts, the line end too.
PASSWORD = b"of-a-test\n"
LOGIN = "/org/freedesktop/secrets/collection/login"

# Without service folders nothing is started on demand: a test has what it started.
BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    {rules}
  </policy>
</busconfig>
"""


@functools.lru_cache
def python_with_dbus():
    """The mocks need Debian's python3-dbus and python3-gi, which only Debian's own Python knows."""
    for python in (sys.executable, "/usr/bin/python3"):
        done = subprocess.run([python, "-c", "import dbus, gi"], capture_output=True, check=False)
        if done.returncode == 0:
            return python
    raise RuntimeError("no Python here has dbus and gi: install python3-dbus and python3-gi")


def until(true, what, patience=PATIENCE):
    """Waits for a condition of another process that nobody announces."""
    end = time.monotonic() + patience
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.01)


class Desktop:
    """To be used in a with statement: what was started is ended, what was written is removed."""

    def __init__(self, rules=""):
        self._folder = tempfile.TemporaryDirectory(prefix="credit-desktop-")
        self.folder = pathlib.Path(self._folder.name)
        self.processes = []
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("DBUS_", "XDG_", "GNOME_", "CREDIT_", "SECRET_"))
                            and name not in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_AUTH_SOCK")}
        for name in ("home", "runtime", "data", "config", "cache"):
            (self.folder / name).mkdir(mode=0o700)
        self.environment.update(
            HOME=str(self.folder / "home"), XDG_RUNTIME_DIR=str(self.folder / "runtime"),
            XDG_DATA_HOME=str(self.folder / "data"), XDG_CONFIG_HOME=str(self.folder / "config"),
            XDG_CACHE_HOME=str(self.folder / "cache"))
        self._rules = rules

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
        self._folder.cleanup()

    def begin(self, *command, **more):
        # Its own session, so that a Ctrl-C in the terminal leaves the order of ending to us.
        process = subprocess.Popen(command, env=self.environment, start_new_session=True,
                                   stderr=subprocess.DEVNULL, **more)
        self.processes.append(process)
        return process

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)

    def start_bus(self):
        socket = self.folder / "bus"
        config = self.folder / "bus.conf"
        config.write_text(BUS_CONFIG.format(socket=socket, rules=self._rules), encoding="utf-8")
        bus = self.begin("dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile",
                         stdout=subprocess.DEVNULL)
        until(socket.exists, "the bus did not start")
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={socket}"
        return bus

    def start_keyring(self):
        """A real daemon with its login keyring open."""
        keyring = self.begin("gnome-keyring-daemon", "--foreground", "--unlock",
                             "--components=secrets", f"--control-directory={self.folder}/control",
                             stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        keyring.stdin.write(PASSWORD)
        keyring.stdin.close()
        until(self.login_exists, "the keyring did not open")
        return keyring

    def start_closed_keyring(self):
        """A real daemon whose keyring nobody opened."""
        keyring = self.begin("gnome-keyring-daemon", "--foreground", "--components=secrets",
                             f"--control-directory={self.folder}/control",
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        until(lambda: self.owned("org.freedesktop.secrets"), "the keyring did not start")
        return keyring

    def start_python(self, script, *arguments):
        """A mock of ours; it prints a line when it is ready."""
        process = self.begin(python_with_dbus(), "-B", str(HERE / script), *arguments,
                             stdout=subprocess.PIPE, text=True)
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"{script} did not start")
        return process

    def send(self, path, method, *arguments, name="org.freedesktop.secrets"):
        return subprocess.run(
            ["dbus-send", "--session", "--print-reply=literal", f"--dest={name}", path, method,
             *arguments], env=self.environment, capture_output=True, text=True, timeout=PATIENCE,
            check=False)

    def owned(self, name):
        done = self.send("/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner",
                         f"string:{name}", name="org.freedesktop.DBus")
        return "true" in done.stdout

    def login_exists(self):
        done = self.send("/org/freedesktop/secrets", "org.freedesktop.Secret.Service.ReadAlias",
                         "string:default")
        return LOGIN in done.stdout

    def lock_keyring(self):
        done = self.send("/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock",
                         f"array:objpath:{LOGIN}")
        if done.returncode != 0:
            raise RuntimeError(done.stderr)

    def unlock_keyring(self):
        """Tells the running daemon the password, as a login does."""
        subprocess.run([python_with_dbus(), "-B", str(HERE / "unlock.py")], input=PASSWORD, check=True,
                       env=self.environment, stdout=subprocess.DEVNULL, timeout=PATIENCE)

    def items(self):
        done = self.send(LOGIN, "org.freedesktop.DBus.Properties.Get",
                         "string:org.freedesktop.Secret.Collection", "string:Items")
        return [word for word in done.stdout.split() if word.startswith(LOGIN + "/")]

    def item_property(self, item, name):
        return self.send(item, "org.freedesktop.DBus.Properties.Get",
                         "string:org.freedesktop.Secret.Item", f"string:{name}").stdout


def main():
    with Desktop() as desktop:
        desktop.start_bus()
        keyring = desktop.start_keyring()
        # For a program that has to change the world it runs in.
        desktop.environment.update(
            CREDIT_DESKTOP_KEYRING=str(keyring.pid),
            CREDIT_DESKTOP_LOCK="dbus-send --session --print-reply --dest=org.freedesktop.secrets "
                                "/org/freedesktop/secrets org.freedesktop.Secret.Service.Lock "
                                f"array:objpath:{LOGIN} >/dev/null",
            CREDIT_DESKTOP_UNLOCK=f"echo {PASSWORD.decode().strip()} | "
                                  f"'{python_with_dbus()}' -B '{HERE}/unlock.py'")
        return subprocess.run(sys.argv[1:], env=desktop.environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
