package com.aarthiklabs.credit

import java.nio.file.Path

/** The process that is killed: starts, says its journey, waits for a word, and refreshes for ever. */
fun main(arguments: Array<String>) {
    val (platform, partner, folder) = arguments
    val roots = Path.of(folder, "ca", "ca.pem").toFile().readBytes()
    val made = creditConfiguration(CreditEnvironment.TEST, platform) {
        partnerUrl(partner)
        partnerAuth { listOf(CreditHeader("Authorization", "Bearer app-1")) }
        storageDirectory("$folder/store")
        storageKey(ByteArray(32) { 7 })
        tls(roots)
    }
    val session = CreditSession(made, World.BORROWER)
    patiently {
        session.start()
        println(session.journey()?.id)
        System.`in`.read()
        makeStale(session)
        session.token()
    }
}
