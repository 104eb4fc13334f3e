package com.aarthiklabs.credit

/** The native methods, registered by JNI_OnLoad. Texts are UTF-8 bytes, objects are addresses, times milliseconds. */
@CalledFromNative
internal object Native {
    init {
        NativeLibrary.load()
        val code = checkAbi()
        check(code == 0) { "the native library does not fit these classes (code $code)" }
    }

    @JvmStatic external fun checkAbi(): Int
    @JvmStatic external fun version(): ByteArray
    @JvmStatic external fun codeName(code: Int): ByteArray
    @JvmStatic external fun codeIsRetryable(code: Int): Boolean
    @JvmStatic external fun codeNeedsNewSession(code: Int): Boolean
    @JvmStatic external fun liveObjects(): Long

    @JvmStatic external fun configCreate(): Long
    @JvmStatic external fun configRelease(config: Long)
    @JvmStatic external fun configCheck(config: Long)
    @JvmStatic external fun configSetEnvironment(config: Long, environment: Int): Int
    @JvmStatic external fun configSetRoute(config: Long, route: Int): Int
    @JvmStatic external fun configSetText(config: Long, which: Int, value: ByteArray?): Int
    @JvmStatic external fun configSetPaths(config: Long, paths: Array<ByteArray?>): Int
    @JvmStatic external fun configSetRefreshRequest(
        config: Long, carrier: Int, body: Int, quoteKey: Boolean, apiVersion: ByteArray?,
    ): Int
    @JvmStatic external fun configSetPolicy(config: Long, numbers: LongArray): Int
    @JvmStatic external fun configSetTls(config: Long, roots: ByteArray?, pins: Array<ByteArray?>): Int
    @JvmStatic external fun configSetPort(config: Long, kind: Int, id: Int): Int

    @JvmStatic external fun sessionOpen(config: Long, borrower: ByteArray): Long
    @JvmStatic external fun sessionRelease(session: Long)
    @JvmStatic external fun sessionClose(session: Long, id: Int): Int
    @JvmStatic external fun sessionState(session: Long, out: LongArray): Int
    @JvmStatic external fun sessionSubscribe(session: Long, id: Int, out: LongArray): Int
    @JvmStatic external fun sessionUnsubscribe(session: Long, subscription: Long): Int
    @JvmStatic external fun currentToken(session: Long, minimum: Long, out: LongArray): ByteArray?
    @JvmStatic external fun rejectToken(session: Long, generation: Long): Int
    @JvmStatic external fun cancel(session: Long, op: Long): Int
    @JvmStatic external fun notifyHint(session: Long, hint: Int): Int

    @JvmStatic external fun getToken(session: Long, id: Int, minimum: Long, deadline: Long): Long
    @JvmStatic external fun start(
        session: Long, id: Int, replace: Boolean, journeyType: ByteArray?, profile: ByteArray?, deadline: Long,
    ): Long
    @JvmStatic external fun adopt(session: Long, id: Int, json: ByteArray, replace: Boolean): Long
    @JvmStatic external fun end(session: Long, id: Int): Int
    @JvmStatic external fun journey(session: Long, id: Int, knownOnly: Boolean, deadline: Long): Long
    @JvmStatic external fun diagnostics(session: Long, id: Int): Long
    @JvmStatic external fun send(
        session: Long, id: Int, texts: Array<ByteArray?>, headers: Array<ByteArray?>, body: ByteArray?,
        deadline: Long, maxReply: Long, oneShot: Boolean,
    ): Long
    @JvmStatic external fun storageErase(config: Long, borrower: ByteArray, id: Int): Int

    @JvmStatic external fun checkoutCreate(config: Long, url: ByteArray, hosted: ByteArray?, allowed: Array<ByteArray?>): Long
    @JvmStatic external fun checkoutRelease(checkout: Long)
    @JvmStatic external fun checkoutTakeUrl(checkout: Long, out: IntArray): ByteArray?
    @JvmStatic external fun checkoutAllows(checkout: Long, url: ByteArray, mainFrame: Boolean): Boolean
    @JvmStatic external fun checkoutParse(
        checkout: Long, origin: ByteArray, message: ByteArray, out: IntArray,
    ): Array<ByteArray>

    @JvmStatic external fun sinkWrite(sink: Long, record: ByteArray): Int
    @JvmStatic external fun providerComplete(call: Long, json: ByteArray)
    @JvmStatic external fun providerFail(call: Long, code: Int, message: ByteArray)
    @JvmStatic external fun partnerComplete(call: Long, headers: Array<ByteArray?>)
    @JvmStatic external fun partnerFail(call: Long, code: Int, message: ByteArray)
    @JvmStatic external fun httpMaySend(exchange: Long): Boolean
    @JvmStatic external fun httpComplete(exchange: Long, status: Int, headers: Array<ByteArray?>, body: ByteArray)
    @JvmStatic external fun httpFail(exchange: Long, failure: Int, maybeSent: Boolean, detail: ByteArray)
}

/** The same numbers as `Text` in config.cpp. */
internal enum class ConfigText(val number: Int) {
    PLATFORM_URL(1), PARTNER_URL(2), STORAGE_DIR(3), STORAGE_KEY(4), STORAGE_PASSPHRASE(5), USER_AGENT(6),
}

/** The same numbers as `PortKind` in ports.h. */
internal enum class PortKind(val number: Int) {
    STORE(1), STORE_WITH_LOCK(2), SEALING_KEY(3), TRANSPORT(4), CLOCK(5), LOGGER(6), PROVIDER(7), PARTNER_AUTH(8),
    BACKGROUND(9),
}

internal fun bytesOf(vararg texts: String?): Array<ByteArray?> = Array(texts.size) { texts[it]?.encodeToByteArray() }

internal fun headerBytes(headers: List<CreditHeader>): Array<ByteArray?> =
    Array(2 * headers.size) { (if (it % 2 == 0) headers[it / 2].name else headers[it / 2].value).encodeToByteArray() }

internal fun headersFrom(texts: Array<ByteArray>, first: Int): List<CreditHeader> =
    (first until texts.size step 2).map { CreditHeader(texts[it].decodeToString(), texts[it + 1].decodeToString()) }
