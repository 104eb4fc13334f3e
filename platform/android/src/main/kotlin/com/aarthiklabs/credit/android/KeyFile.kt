package com.aarthiklabs.credit.android

import java.io.File
import java.io.FileInputStream
import java.io.FileOutputStream
import java.io.IOException
import java.io.RandomAccessFile
import java.nio.ByteBuffer
import java.security.MessageDigest

/** The sealing key as it lies on the disk: sealed by the device's key store. */
internal class WrappedKey(
    /** Names the key of the key store; chosen anew for each sealing key, so that no key is ever made over another one. */
    val id: Long,
    /** When this app was first installed, which is another time on the device that a backup is restored to. */
    val installedAt: Long,
    val wrapped: Wrapped,
) {
    fun encode(): ByteArray {
        val body = ByteBuffer.allocate(BYTES - HASH_BYTES).put(MAGIC).putLong(id).putLong(installedAt)
            .put(wrapped.nonce).put(wrapped.sealed).array()
        return body + sha256(body)
    }

    companion object {
        private val MAGIC = "CRKEY001".encodeToByteArray()
        private const val NONCE_BYTES = 12
        private const val SEALED_BYTES = DeviceKeystore.KEY_BYTES + 16
        private const val HASH_BYTES = 32
        private const val BYTES = 8 + 8 + 8 + NONCE_BYTES + SEALED_BYTES + HASH_BYTES

        /** Null: damaged. The hash tells a sick disk from a wrong key; what nobody may forge is the tag. */
        fun decode(bytes: ByteArray): WrappedKey? {
            if (bytes.size != BYTES) return null
            val body = bytes.copyOf(BYTES - HASH_BYTES)
            if (!sha256(body).contentEquals(bytes.copyOfRange(BYTES - HASH_BYTES, BYTES))) return null
            val from = ByteBuffer.wrap(body)
            if (!ByteArray(MAGIC.size).also(from::get).contentEquals(MAGIC)) return null
            return WrappedKey(
                from.long, from.long, Wrapped(ByteArray(NONCE_BYTES).also(from::get), ByteArray(SEALED_BYTES).also(from::get)),
            )
        }

        fun fits(wrapped: Wrapped): Boolean = wrapped.nonce.size == NONCE_BYTES && wrapped.sealed.size == SEALED_BYTES

        private fun sha256(bytes: ByteArray) = MessageDigest.getInstance("SHA-256").digest(bytes)
    }
}

/** What the folder holds. */
internal sealed class KeyOnDisk {
    class Found(val key: WrappedKey, val otherIsGood: Boolean) : KeyOnDisk()
    object Absent : KeyOnDisk()
    object Damaged : KeyOnDisk()
}

/** Two copies of the wrapped key in one folder; each is written whole beside its place, synced and renamed. */
internal class KeyFiles(private val folder: File) {
    private val copies = listOf(File(folder, "key-a"), File(folder, "key-b"))
    private val doubt = File(folder, "doubt")

    fun read(): KeyOnDisk {
        val contents = copies.map(::contentsOf)
        val keys = contents.map { bytes -> bytes?.let(WrappedKey::decode) }
        val good = keys.indexOfFirst { it != null }
        if (good >= 0) return KeyOnDisk.Found(keys[good]!!, good == 0 && keys[1] != null)
        return if (contents.all { it == null }) KeyOnDisk.Absent else KeyOnDisk.Damaged
    }

    /** Brings both copies to this key. A damaged copy is kept beside. */
    fun write(key: WrappedKey) {
        val bytes = key.encode()
        for (copy in copies) {
            val there = contentsOf(copy)
            if (there != null && there.contentEquals(bytes)) continue
            if (there != null) move(copy, File(folder, "${copy.name}.damaged"))
            replace(copy, bytes)
        }
    }

    /** Notes a verdict that is in doubt; true if an earlier start of the process noted one as well. */
    fun wasDoubted(process: Long): Boolean {
        val noted = contentsOf(doubt)
        if (noted != null && noted.size == Long.SIZE_BYTES) return ByteBuffer.wrap(noted).long != process
        replace(doubt, ByteBuffer.allocate(Long.SIZE_BYTES).putLong(process).array())
        return false
    }

    fun trust() {
        if (doubt.delete()) Folders.sync(folder)
    }

    /** Sets everything aside: records first, so that a crash in between leads here again. */
    fun setAside(records: File, reason: String) {
        val aside = freshFolder(reason)
        val kept = File(aside, records.name)
        require(kept.mkdir()) { "no folder could be made" }
        // The folder itself and its locks stay: another session may be using them.
        records.listFiles().orEmpty().filter { it.isFile && !Folders.isLock(it) }.forEach { move(it, File(kept, it.name)) }
        Folders.sync(kept)
        if (records.isDirectory) Folders.sync(records)
        (copies + doubt).filter(File::exists).forEach { move(it, File(aside, it.name)) }
        Folders.sync(aside)
        Folders.sync(folder)
    }

    /** One process at a time. */
    fun <T> locked(block: () -> T): T {
        if (!folder.isDirectory && !folder.mkdirs() && !folder.isDirectory) throw IOException("no folder could be made")
        RandomAccessFile(File(folder, "key.lock"), "rw").use { file ->
            file.channel.lock().use { return block() }
        }
    }

    private fun freshFolder(reason: String): File {
        var number = 1
        while (true) {
            val name = File(folder, "lost-$reason-$number")
            if (name.mkdir()) return name
            if (!name.exists()) throw IOException("no folder could be made")
            number += 1
        }
    }

    private fun contentsOf(file: File): ByteArray? = try {
        FileInputStream(file).use { stream ->
            val room = ByteArray(MAX_BYTES)
            var size = 0
            while (size < room.size) {
                val count = stream.read(room, size, room.size - size)
                if (count < 0) break
                size += count
            }
            room.copyOf(size)
        }
    } catch (failed: IOException) {
        // Absent is a fact only if the folder says so, too.
        if (isListed(file)) throw failed
        null
    }

    private fun isListed(file: File): Boolean {
        if (!folder.exists()) return false
        val names = folder.list() ?: throw IOException("the folder cannot be listed")
        return file.name in names
    }

    private fun replace(file: File, bytes: ByteArray) {
        val fresh = File(folder, "${file.name}.new")
        FileOutputStream(fresh).use {
            it.write(bytes)
            it.fd.sync()
        }
        move(fresh, file)
        Folders.sync(folder)
    }

    private fun move(from: File, to: File) {
        if (!from.renameTo(to)) throw IOException("a file could not be renamed")
    }

    private companion object {
        const val MAX_BYTES = 4096
    }
}
