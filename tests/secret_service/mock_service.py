#!/usr/bin/env python3
"""A Secret Service that misbehaves as told, for what a healthy gnome-keyring does not do. The argument is a JSON object:

    hang      the method that never answers
    algorithm "plain": knows no encryption
    items     [{"secret": hex, "created": seconds, "locked": true}]: what it keeps at first
    locked    the collection is locked
    prompt    "accept", "dismiss", "ignore": what the person at the screen does
    forgets   a created item is not kept
    fails     {method: name of a D-Bus error}

Standard output: "ready", then one line for each call."""

import hashlib
import hmac
import json
import os
import secrets
import subprocess
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

ROOT = "/org/freedesktop/secrets"
COLLECTION = ROOT + "/collection/mock"
SERVICE = "org.freedesktop.Secret.Service"
ITEM = "org.freedesktop.Secret.Item"
NOWHERE = dbus.ObjectPath("/")
# The group that the Secret Service's sessions use: RFC 2409, second Oakley group.
PRIME = int("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
            "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
            "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF", 16)

TOLD = json.loads(sys.argv[1])


def say(text):
    print(text, flush=True)


class NamedError(dbus.DBusException):
    def __init__(self, name):
        super().__init__("as told")
        self._dbus_error_name = name


def checked(call):
    """What every call goes through; True: never answer."""
    say(call)
    method = call.split()[0]
    if method in TOLD.get("fails", {}):
        raise NamedError(TOLD["fails"][method])
    return TOLD.get("hang") == method


def session_key(theirs, private):
    shared = pow(theirs, private, PRIME).to_bytes(128, "big")
    extracted = hmac.new(bytes(32), shared, hashlib.sha256).digest()
    return hmac.new(extracted, b"\x01", hashlib.sha256).digest()[:16]


def aes(direction, key, vector, data):
    done = subprocess.run(["openssl", "enc", "-aes-128-cbc", direction, "-K", key.hex(), "-iv", vector.hex()],
                          input=data, capture_output=True, check=True)
    return done.stdout


class Prompt(dbus.service.Object):
    def __init__(self, service, path, accept):
        super().__init__(service.bus, path)
        self.accept = accept

    @dbus.service.method("org.freedesktop.Secret.Prompt", in_signature="s")
    def Prompt(self, _window):
        checked("Prompt")
        act = TOLD.get("prompt", "dismiss")
        if act == "ignore":
            return
        if act == "accept":
            self.accept()
        GLib.idle_add(self.Completed, act != "accept", dbus.String("", variant_level=1))

    @dbus.service.method("org.freedesktop.Secret.Prompt")
    def Dismiss(self):
        checked("Dismiss")

    @dbus.service.signal("org.freedesktop.Secret.Prompt", signature="bv")
    def Completed(self, dismissed, result):
        pass


class Item(dbus.service.Object):
    def __init__(self, service, path, secret, created, locked):
        super().__init__(service.bus, path)
        self.service, self.path, self.secret, self.created, self.locked = service, path, secret, created, locked

    @dbus.service.method(ITEM, in_signature="o", out_signature="(oayays)", async_callbacks=("give", "fail"))
    def GetSecret(self, session, give, fail):
        if checked("GetSecret"):
            return
        if self.locked or self.service.locked:
            fail(NamedError("org.freedesktop.Secret.Error.IsLocked"))
            return
        vector = secrets.token_bytes(16)
        sealed = aes("-e", self.service.key, vector, self.secret)
        give((dbus.ObjectPath(session), dbus.ByteArray(vector), dbus.ByteArray(sealed), "application/octet-stream"))

    @dbus.service.method("org.freedesktop.DBus.Properties", in_signature="ss", out_signature="v")
    def Get(self, _interface, name):
        checked("Get " + name)
        return dbus.UInt64(self.created, variant_level=1)


class Collection(dbus.service.Object):
    def __init__(self, service):
        super().__init__(service.bus, COLLECTION)
        self.service = service

    @dbus.service.method("org.freedesktop.Secret.Collection", in_signature="a{sv}(oayays)b", out_signature="oo",
                         async_callbacks=("give", "fail"))
    def CreateItem(self, properties, secret, replace, give, fail):
        told = {str(name): value for name, value in properties.items()}
        if checked(f"CreateItem replace={bool(replace)} {json.dumps(told, sort_keys=True)}"):
            return
        if self.service.locked:
            fail(NamedError("org.freedesktop.Secret.Error.IsLocked"))
            return
        plain = aes("-d", self.service.key, bytes(secret[1]), bytes(secret[2]))
        item = self.service.add(plain, 1000, False)
        if TOLD.get("forgets"):
            self.service.items.clear()
        give(item, NOWHERE)


class Service(dbus.service.Object):
    def __init__(self, bus):
        super().__init__(bus, ROOT)
        self.bus = bus
        self.key = None
        self.items = []
        self.made = 0
        self.prompts = 0
        self.locked = bool(TOLD.get("locked"))
        self.collection = Collection(self)
        for item in TOLD.get("items", []):
            self.add(bytes.fromhex(item["secret"]), item.get("created", 1), item.get("locked", False))

    def add(self, secret, created, locked):
        self.made += 1
        # Later items come first by name, so that a choice by name alone would be noticed.
        path = f"{COLLECTION}/{99 - self.made}"
        self.items.append(Item(self, path, secret, created, locked))
        return dbus.ObjectPath(path)

    @dbus.service.method(SERVICE, in_signature="sv", out_signature="vo", async_callbacks=("give", "fail"))
    def OpenSession(self, algorithm, theirs, give, fail):
        if checked("OpenSession " + algorithm):
            return
        path = dbus.ObjectPath(ROOT + "/session/1")
        if algorithm == "plain":
            give(dbus.String("", variant_level=1), path)
        elif TOLD.get("algorithm") == "plain":
            fail(NamedError("org.freedesktop.DBus.Error.NotSupported"))
        else:
            private = int.from_bytes(secrets.token_bytes(127), "big")
            self.key = session_key(int.from_bytes(bytes(theirs), "big"), private)
            ours = pow(2, private, PRIME).to_bytes(128, "big")
            give(dbus.ByteArray(ours, variant_level=1), path)

    @dbus.service.method(SERVICE, in_signature="a{ss}", out_signature="aoao", async_callbacks=("give", "fail"))
    def SearchItems(self, attributes, give, fail):
        if checked("SearchItems " + json.dumps(dict(attributes), sort_keys=True)):
            return
        locked = [item.path for item in self.items if item.locked or self.locked]
        give(dbus.Array([i.path for i in self.items if i.path not in locked], "o"), dbus.Array(locked, "o"))

    @dbus.service.method(SERVICE, in_signature="ao", out_signature="aoo", async_callbacks=("give", "fail"))
    def Unlock(self, paths, give, fail):
        if checked("Unlock " + " ".join(paths)):
            return
        closed = [item for item in self.items if item.path in paths and item.locked]
        if not closed and not (self.locked and COLLECTION in paths):
            give(paths, NOWHERE)
            return

        def accept():
            self.locked = False
            for item in closed:
                item.locked = False

        self.prompts += 1
        prompt = Prompt(self, f"{ROOT}/prompt/{self.prompts}", accept)
        give(dbus.Array([], "o"), dbus.ObjectPath(prompt.__dbus_object_path__))

    @dbus.service.method(SERVICE, in_signature="s", out_signature="o")
    def ReadAlias(self, _name):
        checked("ReadAlias")
        return dbus.ObjectPath(COLLECTION)


def main():
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SessionBus()
    name = dbus.service.BusName("org.freedesktop.secrets", bus)
    service = Service(bus)
    say("ready")
    GLib.timeout_add_seconds(60, os._exit, 3)  # nobody's orphan
    GLib.MainLoop().run()
    return name, service


if __name__ == "__main__":
    main()
