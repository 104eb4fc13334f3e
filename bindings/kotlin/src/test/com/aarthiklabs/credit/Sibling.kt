package com.aarthiklabs.credit

import java.nio.file.Files
import java.nio.file.Path

/**
 * A second process of the app on the same folder. It says "ready" when it sees a session, and then answers each line that it
 * reads: `stale` rejects the token, `token` says the generation of the one that it gets, `end` signs out.
 */
fun main(arguments: Array<String>) {
    val (platform, partner, folder) = arguments
    val made = creditConfiguration(CreditEnvironment.TEST, platform) {
        partnerUrl(partner)
        partnerAuth { listOf(CreditHeader("Authorization", "Bearer app-1")) }
        storageDirectory("$folder/store")
        sealingKey(SharedKey(Path.of(folder, "device-key")))
        tls(Path.of(folder, "ca", "ca.pem").toFile().readBytes())
    }
    val session = CreditSession(made, World.BORROWER)
    fun generation() = patiently { session.token().use { it.generation } }
    println("ready " + generation())
    while (true) {
        when (readlnOrNull() ?: return) {
            "stale" -> patiently { makeStale(session) }.also { println("stale") }
            "token" -> {
                println("asking")
                println("token " + generation())
            }
            "end" -> patiently { session.end() }.also { println("ended") }
        }
    }
}

/** Plays the device's key store for several processes: whoever comes first makes the key. */
class SharedKey(private val file: Path) : SealingKey {
    override fun fetch(key: ByteArray): StoreAnswer {
        if (!Files.exists(file)) {
            val fresh = Files.createTempFile(file.parent, "key", "")
            Files.write(fresh, ByteArray(key.size).also(java.security.SecureRandom()::nextBytes))
            // A link, unlike a rename, does not replace what another process made meanwhile.
            runCatching { Files.createLink(file, fresh) }
            Files.delete(fresh)
        }
        Files.readAllBytes(file).copyInto(key)
        return StoreAnswer.PRESENT
    }
}

/** A [main] in a virtual machine of its own, with what it says. */
class SiblingProcess(world: World) : AutoCloseable {
    private val process: Process = ProcessBuilder(
        System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
        "-Dcom.aarthiklabs.credit.library=" + System.getProperty("com.aarthiklabs.credit.library"),
        "-cp", System.getProperty("java.class.path"), "com.aarthiklabs.credit.SiblingKt",
        world.platformUrl, world.partnerUrl, world.folder.toString(),
    ).redirectError(ProcessBuilder.Redirect.INHERIT).start()
    private val lines = process.inputStream.bufferedReader()

    fun tell(word: String) = process.outputStream.run {
        write("$word\n".encodeToByteArray())
        flush()
    }

    fun hear(word: String): String {
        val line = lines.readLine() ?: error("the second process is gone")
        check(line.startsWith(word)) { "the second process said '$line' instead of '$word'" }
        return line.removePrefix(word).trim()
    }

    fun kill() {
        process.destroyForcibly().waitFor()
    }

    override fun close() = kill()
}
