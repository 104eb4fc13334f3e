package com.aarthiklabs.credit.android

import android.content.Context
import com.aarthiklabs.credit.CreditConfiguration
import com.aarthiklabs.credit.CreditEnvironment
import com.aarthiklabs.credit.CreditException

/**
 * A configuration as an Android app wants it: records in the app's `no_backup` folder, sealed by [key], and the system's
 * certificate authorities without those that users add. [settings] comes last and may change all of it but the folder.
 *
 * Throws [CreditException.Storage] (`storage_locked`) while the device has not been unlocked since it was started: nobody can
 * tell then whether there is a session. Try again at `ACTION_USER_UNLOCKED`.
 */
public suspend fun androidConfiguration(
    context: Context,
    environment: CreditEnvironment,
    platformUrl: String,
    key: KeystoreSealingKey = KeystoreSealingKey(context, environment),
    settings: CreditConfiguration.Builder.() -> Unit,
): CreditConfiguration {
    if (!isUnlocked(context)) throw storageException(KeyTrouble.USER_LOCKED)
    val roots = SystemRoots.pem()
    return CreditConfiguration.Builder(environment, platformUrl)
        .storageDirectory(key.recordFolder)
        .sealingKey(key)
        .tls(roots)
        .apply(settings)
        .build()
}
