#!/usr/bin/env python3
"""The person in front of gnome-keyring's password dialog, who closes it. Standard output: "ready", then one line for each
dialog."""

import os

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

PATH = "/org/gnome/keyring/Prompter"
PROMPTER = "org.gnome.keyring.internal.Prompter"
CALLBACK = "org.gnome.keyring.internal.Prompter.Callback"


class Prompter(dbus.service.Object):
    def __init__(self, bus):
        super().__init__(bus, PATH)
        self.bus = bus

    def tell(self, sender, callback, method, *arguments):
        there = dbus.Interface(self.bus.get_object(sender, callback, introspect=False), CALLBACK)
        there.get_dbus_method(method)(*arguments, reply_handler=lambda *_: None, error_handler=lambda _: None)

    @dbus.service.method(PROMPTER, in_signature="o", sender_keyword="sender")
    def BeginPrompting(self, callback, sender=None):
        GLib.idle_add(self.tell, sender, callback, "PromptReady", "", dbus.Dictionary({}, "sv"), "")

    @dbus.service.method(PROMPTER, in_signature="osa{sv}s", sender_keyword="sender")
    def PerformPrompt(self, callback, kind, _properties, _exchange, sender=None):
        print("asked " + kind, flush=True)
        GLib.idle_add(self.tell, sender, callback, "PromptReady", "no", dbus.Dictionary({}, "sv"), "")

    @dbus.service.method(PROMPTER, in_signature="o", sender_keyword="sender")
    def StopPrompting(self, callback, sender=None):
        GLib.idle_add(self.tell, sender, callback, "PromptDone")


def main():
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SessionBus()
    name = dbus.service.BusName("org.gnome.keyring.SystemPrompter", bus)
    prompter = Prompter(bus)
    print("ready", flush=True)
    GLib.timeout_add_seconds(60, os._exit, 3)  # nobody's orphan
    GLib.MainLoop().run()
    return name, prompter


if __name__ == "__main__":
    main()
