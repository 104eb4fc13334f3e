package com.aarthiklabs.credit

/**
 * The hosted page in a web view. The app's own backend asks the platform for it and hands the app an embed URL with a one-time
 * bootstrap token: it lies in locked memory, opens the page once, and is wiped two minutes after this object was made. For the
 * next opening the backend gets a fresh one. Any thread; nothing blocks.
 *
 * [embedUrl] is copied: wipe yours. [hostedOrigin]: where the page lies; null: the environment's default. [allowedOrigins]: of
 * lenders and others that the page leads to in the same view, compared exactly. Throws [CreditException] for a URL that is
 * not the hosted page's, and for a malformed one.
 */
public class Checkout @JvmOverloads constructor(
    configuration: CreditConfiguration,
    embedUrl: ByteArray,
    hostedOrigin: String? = null,
    allowedOrigins: List<String> = emptyList(),
) : AutoCloseable {
    private val handle = configuration.handle.use { config ->
        NativeHandle.of(
            Native.checkoutCreate(
                config, embedUrl, hostedOrigin?.encodeToByteArray(), bytesOf(*allowedOrigins.toTypedArray()),
            ),
            Native::checkoutRelease,
        )
    }

    init {
        NativeHandle.tie(handle, this)
    }

    /**
     * The URL for the web view, once: of all callers one gets it, the others a [CreditException] with `checkout_taken` or
     * `checkout_expired`. A secret: load it at once, wipe the array, keep it from logs, history and analytics.
     */
    public fun takeUrl(): ByteArray {
        val code = IntArray(1)
        val url = handle.use { Native.checkoutTakeUrl(it, code) }
        return url ?: throw CreditException.of(CreditCode(code[0]), "there is no URL to take")
    }

    /** Whether the web view may load this URL. Ask for every navigation and redirect. False when closed. */
    public fun allowsNavigation(url: String, isMainFrame: Boolean): Boolean =
        handle.useOr(false) { Native.checkoutAllows(it, url.encodeToByteArray(), isMainFrame) }

    /**
     * Reads one message of the page. [origin]: of the frame that sent it, as the web view tells it. Throws [CreditException] for
     * another origin and for what cannot be read.
     */
    public fun parseEvent(origin: String, message: String): CheckoutEvent {
        val type = IntArray(1)
        val texts = handle.use {
            Native.checkoutParse(it, origin.encodeToByteArray(), message.encodeToByteArray(), type)
        }
        fun text(index: Int) = texts[index].decodeToString()
        return CheckoutEvent(CheckoutEvent.Type.of(type[0]), text(0), text(1), text(2))
    }

    override fun close() {
        handle.close()
    }
}

/** What the hosted page says. */
public class CheckoutEvent internal constructor(
    public val type: Type,
    /** The message's type as it came, redacted; for logs. */
    public val name: String,
    /** https, never empty for [Type.OPEN_EXTERNAL]. May carry the lender's secrets: not for logs. */
    public val externalUrl: String,
    /** Opens the page again if the view is gone meanwhile; empty: none was given. Not for logs. */
    public val resumeUrl: String,
) {
    override fun toString(): String = "CheckoutEvent($type)"

    public enum class Type {
        /** Ignore it: later versions of the page say more. */
        UNKNOWN,
        /** Open [CheckoutEvent.externalUrl] in a browser and offer a way back. */
        OPEN_EXTERNAL,
        /** The borrower is done or gave up; close the view. */
        EXIT;

        internal companion object {
            fun of(number: Int): Type = entries.getOrElse(number) { UNKNOWN }
        }
    }
}
