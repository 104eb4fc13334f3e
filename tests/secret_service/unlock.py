#!/usr/bin/env python3
"""Opens gnome-keyring's login keyring with the password of standard input, as a login does."""

import sys

import dbus

LOGIN = "/org/freedesktop/secrets/collection/login"


def main():
    there = dbus.SessionBus().get_object("org.freedesktop.secrets", "/org/freedesktop/secrets", introspect=False)
    service = dbus.Interface(there, "org.freedesktop.Secret.Service")
    _, session = service.OpenSession("plain", dbus.String("", variant_level=1), signature="sv")
    inside = dbus.Interface(there, "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface")
    password = dbus.Struct((session, dbus.ByteArray(b""), dbus.ByteArray(sys.stdin.buffer.read()), "text/plain"),
                           signature="oayays")
    inside.UnlockWithMasterPassword(dbus.ObjectPath(LOGIN), password)


if __name__ == "__main__":
    main()
