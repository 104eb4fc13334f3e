package com.aarthiklabs.credit

/** The quick start of docs/kotlin.md. Returns the status of the call. */
suspend fun quickStart(platform: String, partner: String, folder: String, key: ByteArray, roots: ByteArray): Int {
    val configuration = creditConfiguration(CreditEnvironment.TEST, platform) {
        partnerUrl(partner)                                       // where sessions come from
        partnerAuth { listOf(CreditHeader("Authorization", "Bearer app-1")) }  // the app's own login there
        storageDirectory(folder)
        storageKey(key)
        tls(roots)
    }
    CreditSession(configuration, "borrower-1").use { session ->
        session.start()                                           // creates it, or goes on with it
        val response = session.send(CreditRequest("GET", "/api/v1/headless/journeys"))
        return response.status
    }
}
