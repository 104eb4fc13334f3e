package com.aarthiklabs.credit.android

import java.io.File
import java.io.RandomAccessFile

/** A second process of the app, as far as files go: holds the lock of the key until it hears a word. */
object OtherProcess {
    @JvmStatic
    fun main(arguments: Array<String>) {
        RandomAccessFile(File(arguments[0], "key.lock"), "rw").use { file ->
            file.channel.lock().use {
                println("locked")
                System.`in`.read()
            }
        }
    }
}
