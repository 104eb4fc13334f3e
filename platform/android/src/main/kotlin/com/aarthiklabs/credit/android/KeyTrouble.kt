package com.aarthiklabs.credit.android

import com.aarthiklabs.credit.StoreAnswer

/** Why the sealing key could not be had; for logs and support, it holds no secret. */
public enum class KeyTrouble(internal val answer: StoreAnswer) {
    /** The device was started and not unlocked yet, or the key store wants it unlocked. */
    USER_LOCKED(StoreAnswer.LOCKED),
    /** AndroidKeyStore failed in a way that passes. */
    BUSY(StoreAnswer.TRANSIENT),
    /** A file could not be read or written. */
    DISK(StoreAnswer.TRANSIENT),
    /** AndroidKeyStore refuses for good, but says nothing about the key. */
    REFUSED(StoreAnswer.DENIED),
    /** AndroidKeyStore says that the key will never work again. */
    INVALIDATED(StoreAnswer.KEY_LOST),
    /** The files come from another installation: a backup, or another device. */
    RESTORED(StoreAnswer.KEY_LOST),
    /** AndroidKeyStore works and has no such key, although this installation made one. */
    GONE(StoreAnswer.KEY_LOST),
    /** The key is there and does not open its file. */
    UNDECIPHERABLE(StoreAnswer.KEY_LOST),
    /** Both copies of the file are damaged. */
    DAMAGED(StoreAnswer.KEY_LOST),
    /** There are records, but no file of the key. */
    MISSING(StoreAnswer.KEY_LOST);

    /** Nothing will bring the key back: see [KeystoreSealingKey.startOver]. */
    public val isFinal: Boolean get() = answer == StoreAnswer.KEY_LOST
}

/** A trouble on its way to whoever asked for the key. [proved]: no second look at another start of the process is needed. */
internal class KeyException(val trouble: KeyTrouble, val proved: Boolean = true) : Exception(trouble.name)
