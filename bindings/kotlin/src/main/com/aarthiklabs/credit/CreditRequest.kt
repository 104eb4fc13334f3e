package com.aarthiklabs.credit

/** One header. */
public class CreditHeader(public val name: String, public val value: String) {
    /** The name only: values may be secrets. */
    override fun toString(): String = "CreditHeader($name)"
}

/** A call to the platform that is sent with the session token. */
public class CreditRequest @JvmOverloads constructor(
    /** GET, POST, PUT, PATCH, DELETE or HEAD. */
    public val method: String,
    /** Below the platform's origin, with query: /api/v1/headless/journeys. */
    public val path: String,
    /** Copied when it is sent. */
    public val body: ByteArray? = null,
    /** Not Authorization, not Host. */
    public val headers: List<CreditHeader> = emptyList(),
    /** null with a body: application/json. */
    public val contentType: String? = null,
    /** Of mutations; null: one is made. It is the same on every repeat. */
    public val idempotencyKey: String? = null,
    /** null: one is made. */
    public val correlationId: String? = null,
    /** From now; 0: the policy's. */
    public val deadlineMillis: Long = 0,
    /** 0: 2 MiB. */
    public val maxReplyBytes: Long = 0,
    /** True: the body must not be sent twice; a 401 is then the answer. */
    public val isOneShot: Boolean = false,
) {
    override fun toString(): String = "CreditRequest($method)"
}

/** What came back. Any HTTP status is a response. */
public class CreditResponse internal constructor(
    public val status: Int,
    public val headers: List<CreditHeader>,
    public val body: ByteArray,
    /** From the platform's envelope; empty when the body is none. */
    public val requestId: String,
    public val correlationId: String,
    public val platformCode: String,
    /** How often the request went out: 1, or 2 after a refresh. */
    public val attempts: Int,
) {
    public val isSuccessful: Boolean get() = status in 200..299

    /** The first header of that name, whatever its case; null: none. */
    public fun header(name: String): String? = headers.firstOrNull { it.name.equals(name, ignoreCase = true) }?.value

    override fun toString(): String = "CreditResponse($status, requestId=$requestId)"
}

/** Where the borrower's journey stands: raw texts of the platform; new values may appear at any time. */
public data class Journey(val id: String, val status: String, val nextAction: String)

/** How a session is created or resumed. */
public class StartOptions @JvmOverloads constructor(
    /** For example PERSONAL_LOAN; null: the partner's default. */
    public val journeyType: String? = null,
    /** A JSON object for the partner: sent once, never stored, never logged. */
    public val profileJson: ByteArray? = null,
    /** True: mint a new session even if there is one. */
    public val replace: Boolean = false,
    /** From now; 0: the policy's. */
    public val deadlineMillis: Long = 0,
) {
    override fun toString(): String = "StartOptions(journeyType=$journeyType, replace=$replace)"
}

/** What the app can tell the session. */
public enum class Hint(internal val number: Int) {
    NETWORK_AVAILABLE(1),
    FOREGROUND(2),
    STORAGE_UNLOCKED(3),
    CLOCK_CHANGED(4),
    /** The app has new credentials for the partner's server. */
    PARTNER_CREDENTIALS(5),
}
