package com.aarthiklabs.credit.android

import android.content.Context
import android.os.Build
import android.system.ErrnoException
import android.system.Os
import android.system.OsConstants
import com.aarthiklabs.credit.CreditEnvironment
import java.io.File
import java.io.IOException
import java.nio.channels.FileChannel
import java.nio.file.StandardOpenOption

/** Where this app keeps the sealed records and the wrapped key of one environment. */
internal class Folders(context: Context, environment: CreditEnvironment) {
    // Made by hand: asking the context for its noBackupFilesDir makes the folder, which fails while the device is locked.
    val home: File = File(File(context.dataDir, "no_backup"), "credit-sdk/${environment.name.lowercase()}")
    val records: File = File(home, "records")

    /** Whether there is anything that a key must have sealed. */
    fun hasRecords(): Boolean = records.listFiles().orEmpty().any { it.isFile && it.extension in SLOTS }

    companion object {
        private val SLOTS = setOf("a", "b")

        fun isLock(file: File): Boolean = file.extension == "lock"

        /** Makes new names in this folder durable. */
        fun sync(folder: File) {
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.O) {
                FileChannel.open(folder.toPath(), StandardOpenOption.READ).use { it.force(true) }
                return
            }
            try {
                val opened = Os.open(folder.path, OsConstants.O_RDONLY, 0)
                try {
                    Os.fsync(opened)
                } finally {
                    Os.close(opened)
                }
            } catch (failed: ErrnoException) {
                throw IOException("a folder could not be synced", failed)
            }
        }
    }
}
