package com.aarthiklabs.credit.android

import com.aarthiklabs.credit.CreditCode
import com.aarthiklabs.credit.CreditException

internal fun storageException(trouble: KeyTrouble): CreditException {
    val code = when (trouble) {
        KeyTrouble.USER_LOCKED -> CreditCode.STORAGE_LOCKED
        KeyTrouble.BUSY, KeyTrouble.DISK -> CreditCode.STORAGE_TRANSIENT
        KeyTrouble.REFUSED -> CreditCode.STORAGE_DENIED
        else -> CreditCode.STORAGE_KEY_LOST
    }
    return CreditException.of(code, "the device's key store: " + trouble.name.lowercase())
}
