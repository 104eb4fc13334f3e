package com.aarthiklabs.credit

/**
 * What went wrong, by what can be done about it. Messages are for logs and developers; their wording is no contract and they
 * never hold a secret. A cancelled coroutine gets a CancellationException, not one of these.
 */
public sealed class CreditException(
    /** The exact reason. */
    public val code: CreditCode,
    message: String,
    details: Details,
) : Exception(message) {
    /** The platform's error code as received, or empty. */
    public val platformCode: String = details.platformCode
    /** 0: there was no reply. */
    public val httpStatus: Int = details.httpStatus
    /** The platform's name of the request, for its support; or empty. */
    public val requestId: String = details.requestId
    /** The app's name of the request, for the app's and the platform's logs; or empty. */
    public val correlationId: String = details.correlationId
    /** When the server wants the next attempt, in milliseconds from now; -1: it did not say. */
    public val retryAfterMillis: Long = details.retryAfterMillis
    /** The same call may succeed later without the app changing anything. */
    public val isRetryable: Boolean get() = code.isRetryable

    /** The calling code is wrong: an argument, a setting, a spent object. */
    public class Usage internal constructor(code: CreditCode, message: String, details: Details) :
        CreditException(code, message, details)

    /** This operation came to no end of its own: its deadline passed, the session was closed, too many wait. */
    public class Unfinished internal constructor(code: CreditCode, message: String, details: Details) :
        CreditException(code, message, details)

    /** There is no session, or not any more: start one. The code says why. */
    public class NeedsNewSession internal constructor(code: CreditCode, message: String, details: Details) :
        CreditException(code, message, details)

    /** No server was reached, or what came back was cut. Nothing is lost; the session goes on. */
    public class Network internal constructor(code: CreditCode, message: String, details: Details) :
        CreditException(code, message, details)

    /** The platform answered with a failure or outside its contract. The session goes on. */
    public class Server internal constructor(code: CreditCode, message: String, details: Details) :
        CreditException(code, message, details)

    /** The partner's own server, or the app's session provider, refused or failed. Tokens are kept. */
    public class Partner internal constructor(code: CreditCode, message: String, details: Details) :
        CreditException(code, message, details)

    /** The device's storage is locked, sick or full. Nothing was deleted. */
    public class Storage internal constructor(code: CreditCode, message: String, details: Details) :
        CreditException(code, message, details)

    /** The library itself: no memory, or a failed check. */
    public class Internal internal constructor(code: CreditCode, message: String, details: Details) :
        CreditException(code, message, details)

    internal class Details(
        val platformCode: String = "",
        val httpStatus: Int = 0,
        val requestId: String = "",
        val correlationId: String = "",
        val retryAfterMillis: Long = -1,
    )

    internal companion object {
        fun of(failure: Failure): CreditException {
            fun text(index: Int) = failure.texts?.getOrNull(index)?.decodeToString() ?: ""
            val code = CreditCode(failure.code)
            val details = Details(text(1), failure.httpStatus, text(2), text(3), failure.retryAfterMillis)
            return of(code, text(0).ifEmpty { "failed" }, details)
        }

        fun of(code: CreditCode, message: String, details: Details = Details()): CreditException {
            val text = "$message [$code]"
            return when (code.value) {
                in 1100..1199 -> Unfinished(code, text, details)
                in 1000..1999 -> Usage(code, text, details)
                in 2000..2999 -> NeedsNewSession(code, text, details)
                in 3000..3999 -> Network(code, text, details)
                in 4100..4199 -> Partner(code, text, details)
                in 4000..4999 -> Server(code, text, details)
                in 5000..5999 -> Storage(code, text, details)
                else -> Internal(code, text, details)
            }
        }

        /** Of a setter or a call that answers with a plain code. */
        fun check(code: Int, what: String) {
            if (code != 0) throw of(CreditCode(code), what)
        }
    }
}
