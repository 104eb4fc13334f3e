package com.aarthiklabs.credit.android

import android.content.Context
import android.os.Looper
import android.os.UserManager
import com.aarthiklabs.credit.CreditEnvironment
import com.aarthiklabs.credit.CreditException
import com.aarthiklabs.credit.CreditSession
import com.aarthiklabs.credit.SealingKey
import com.aarthiklabs.credit.StoreAnswer
import java.security.SecureRandom
import java.util.concurrent.ConcurrentHashMap
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/**
 * The key that seals the stored sessions, itself sealed by AndroidKeyStore: AES-256-GCM, without user authentication, usable
 * while the screen is locked. Made at the first use, one for each environment of an app. It lies wrapped, in two copies, in the
 * app's `no_backup` folder, is unwrapped once per process, and never leaves the device.
 *
 * Several processes of one app may use it at once. Nothing is deleted on doubt: while AndroidKeyStore is busy, broken or
 * locked the sessions wait; see [KeyTrouble] for what counts as lost, and [startOver] for what follows.
 *
 * [preferStrongBox]: ask for the separate security chip, which is slow (seconds at the first start) and rare; without one the
 * trusted environment is used.
 */
public class KeystoreSealingKey @JvmOverloads constructor(
    context: Context,
    environment: CreditEnvironment,
    private val preferStrongBox: Boolean = false,
) : SealingKey {
    private val folders: Folders
    private val holder: KeyHolder

    init {
        require(!context.isDeviceProtectedStorage) { "sessions belong into storage that is locked until the first unlock" }
        val app = context.applicationContext ?: context
        folders = Folders(app, environment)
        holder = holders.getOrPut(folders.home.path) { holderFor(app, environment, folders) }
    }

    /** Where the sealed records belong: beside the key, and like it left out of every backup. */
    public val recordFolder: String get() = folders.records.path

    /** What was wrong when the key was last asked for; null: nothing. */
    @Volatile
    public var trouble: KeyTrouble? = null
        private set

    /** False while the trouble is in doubt: it counts when the next start of the process finds it again. */
    @Volatile
    public var isTroubleProved: Boolean = true
        private set

    /** The library asks on its storage thread. Blocks, so it throws [IllegalStateException] on the main thread. */
    override fun fetch(key: ByteArray): StoreAnswer {
        check(Looper.myLooper() != Looper.getMainLooper()) { "AndroidKeyStore blocks: not on the main thread" }
        return try {
            holder.fetch(key, preferStrongBox)
            trouble = null
            isTroubleProved = true
            StoreAnswer.PRESENT
        } catch (failed: KeyException) {
            trouble = failed.trouble
            isTroubleProved = failed.proved
            if (failed.proved) failed.trouble.answer else StoreAnswer.TRANSIENT
        }
    }

    /**
     * Gives up a key that is lost for good, which a session tells with `storage_key_lost`: call this and then
     * [CreditSession.start], which goes on with the borrower's journey. The lost key's file and its records are kept in a
     * folder beside. Does nothing unless the key is lost. Throws [CreditException.Storage] when the disk or the key
     * store is in trouble right now; nothing was changed then.
     */
    public suspend fun startOver() {
        withContext(Dispatchers.IO) {
            try {
                holder.startOver()
                trouble = null
            } catch (failed: KeyException) {
                throw storageException(failed.trouble)
            }
        }
    }

    internal companion object {
        private val holders = ConcurrentHashMap<String, KeyHolder>()
        private var process = SecureRandom().nextLong()

        /** What a new start of the process does; for tests. */
        internal fun forgetProcess() {
            holders.clear()
            process = SecureRandom().nextLong()
        }

        internal var keystore: () -> DeviceKeystore = { DeviceKeystore() }

        private fun holderFor(app: Context, environment: CreditEnvironment, folders: Folders): KeyHolder {
            val installedAt = app.packageManager.getPackageInfo(app.packageName, 0).firstInstallTime
            val name = environment.name.lowercase()
            return KeyHolder(folders, Installation(app.packageName, name, installedAt, process), keystore()) { isUnlocked(app) }
        }
    }
}

internal fun isUnlocked(context: Context): Boolean =
    (context.getSystemService(Context.USER_SERVICE) as? UserManager)?.isUserUnlocked ?: true
