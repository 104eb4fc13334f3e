package com.aarthiklabs.credit

/** TEST and LIVE never mix. */
public enum class CreditEnvironment(internal val number: Int) { TEST(1), LIVE(2) }

/** Where refreshes go. */
public enum class RefreshRoute(internal val number: Int) {
    /** The app refreshes at the platform. */
    PLATFORM(1),
    /** The app holds the refresh token and refreshes through the partner's server. */
    PARTNER(2),
    /** No refresh token on the device; the partner's server refreshes. */
    BACKEND_MANAGED(3),
}

/** Paths below the platform's and the partner's URL; null: the default. */
public class CreditPaths @JvmOverloads constructor(
    public val refresh: String? = null,
    public val journeys: String? = null,
    public val partnerSession: String? = null,
    public val partnerRefresh: String? = null,
)

/** Where the refresh token travels. */
public enum class CredentialCarrier(internal val number: Int) { DEFAULT(0), AUTHORIZATION(1), BODY(2) }

/** The body of a refresh. */
public enum class RefreshBody(internal val number: Int) {
    DEFAULT(0), EMPTY_OBJECT(1), REFRESH_TOKEN(2), REFRESH_TOKEN_SNAKE(3), NONE(4)
}

/** The exact shape of a refresh. */
public class RefreshRequest @JvmOverloads constructor(
    public val carrier: CredentialCarrier = CredentialCarrier.DEFAULT,
    public val body: RefreshBody = RefreshBody.DEFAULT,
    /** The idempotency key as a structured-field string, in quotes. */
    public val quoteIdempotencyKey: Boolean = false,
    /** X-AL-API-Version, for example 2026-03-05; null: not sent. */
    public val apiVersion: String? = null,
)

/** Numbers of the lifecycle in milliseconds; 0 keeps the default. The reasons stand in docs/protocol.md. */
public class CreditPolicy @JvmOverloads constructor(
    public val refreshAheadMillis: Long = 0,
    public val minimumLifetimeMillis: Long = 0,
    public val connectTimeoutMillis: Long = 0,
    public val attemptTimeoutMillis: Long = 0,
    public val settleWindowMillis: Long = 0,
    public val callDeadlineMillis: Long = 0,
    public val healSpreadMillis: Long = 0,
    public val maxWaiters: Int = 0,
) {
    internal fun numbers(): LongArray = longArrayOf(
        maxWaiters.toLong(), refreshAheadMillis, minimumLifetimeMillis, connectTimeoutMillis, attemptTimeoutMillis,
        settleWindowMillis, callDeadlineMillis, healSpreadMillis,
    )
}

/**
 * How sessions are kept: made by a [Builder], checked when built, good for any number of sessions. Secrets in it lie in the
 * native library's locked memory. Closing it does not touch sessions that are open.
 */
public class CreditConfiguration private constructor(internal val handle: NativeHandle) : AutoCloseable {
    init {
        NativeHandle.tie(handle, this)
    }

    /**
     * Removes everything stored for this borrower in this environment, quarantined copies included, without looking at it.
     * Throws [CreditException.Usage] (`config_conflict`) while the session is open.
     */
    public suspend fun eraseStorage(borrowerExternalId: String) {
        handle.awaitUncancellable(this) { config, id -> Native.storageErase(config, borrowerExternalId.encodeToByteArray(), id) }
    }

    override fun close() {
        handle.close()
    }

    /** Setters throw [CreditException.Usage] for what they can see alone; [build] checks the whole. Not for two threads at once. */
    public class Builder(environment: CreditEnvironment, platformUrl: String) {
        private val handle = NativeHandle.of(Native.configCreate(), Native::configRelease)
        private var spent = false

        init {
            NativeHandle.tie(handle, this)
            apply("environment") { Native.configSetEnvironment(it, environment.number) }
            text(ConfigText.PLATFORM_URL, platformUrl)
        }

        /** The partner's server: where sessions come from unless a session provider is set. */
        public fun partnerUrl(url: String): Builder = text(ConfigText.PARTNER_URL, url)
        public fun paths(paths: CreditPaths): Builder = apply("paths") {
            Native.configSetPaths(it, bytesOf(paths.refresh, paths.journeys, paths.partnerSession, paths.partnerRefresh))
        }
        public fun refreshRoute(route: RefreshRoute): Builder =
            apply("refresh route") { Native.configSetRoute(it, route.number) }
        public fun refreshRequest(request: RefreshRequest): Builder = apply("refresh request") {
            Native.configSetRefreshRequest(
                it, request.carrier.number, request.body.number, request.quoteIdempotencyKey,
                request.apiVersion?.encodeToByteArray(),
            )
        }
        public fun policy(policy: CreditPolicy): Builder =
            apply("policy") { Native.configSetPolicy(it, policy.numbers()) }

        /** The folder of the sealed files; needs [storageKey], [storagePassphrase] or [sealingKey]. */
        public fun storageDirectory(path: String): Builder = text(ConfigText.STORAGE_DIR, path)
        /** 32 bytes. Copied into locked memory: wipe yours. */
        public fun storageKey(key: ByteArray): Builder =
            apply("storage key") { Native.configSetText(it, ConfigText.STORAGE_KEY.number, key) }
        /** At least 8 bytes of UTF-8. Copied into locked memory: wipe yours. */
        public fun storagePassphrase(passphrase: ByteArray): Builder =
            apply("storage passphrase") { Native.configSetText(it, ConfigText.STORAGE_PASSPHRASE.number, passphrase) }
        /** Trusted roots as PEM instead of the system's; pins are "sha256//<base64>", at least two with a backup. */
        @JvmOverloads
        public fun tls(rootsPem: ByteArray?, pinnedKeys: List<String> = emptyList()): Builder = apply("TLS") {
            Native.configSetTls(it, rootsPem, bytesOf(*pinnedKeys.toTypedArray()))
        }
        public fun userAgent(userAgent: String): Builder = text(ConfigText.USER_AGENT, userAgent)

        public fun secureStore(store: SecureStore): Builder =
            port(if (store.processLock == null) PortKind.STORE else PortKind.STORE_WITH_LOCK, store)
        public fun sealingKey(key: SealingKey): Builder = port(PortKind.SEALING_KEY, key)
        public fun transport(transport: Transport): Builder = port(PortKind.TRANSPORT, transport) { TransportPort(transport) }
        public fun clock(clock: CreditClock): Builder = port(PortKind.CLOCK, clock)
        public fun logger(logger: CreditLogger): Builder = port(PortKind.LOGGER, logger)
        public fun backgroundWork(work: BackgroundWork): Builder = port(PortKind.BACKGROUND, work) { BackgroundPort(work) }
        public fun sessionProvider(provider: SessionProvider): Builder = port(PortKind.PROVIDER, provider)
        public fun partnerAuth(auth: PartnerAuth): Builder = port(PortKind.PARTNER_AUTH, auth)

        /** Throws [CreditException.Usage] whose message names the field. The builder is spent afterwards. */
        public fun build(): CreditConfiguration {
            check(!spent) { "build() was called" }
            handle.use { Native.configCheck(it) }
            spent = true
            return CreditConfiguration(handle)
        }

        private fun text(which: ConfigText, value: String): Builder =
            apply(which.name.lowercase()) { Native.configSetText(it, which.number, value.encodeToByteArray()) }

        private fun port(kind: PortKind, port: Any, entry: () -> Any = { port }): Builder {
            check(!spent) { "build() was called" }
            val id = PortUses.begin(kind, port, entry)
            // A refused port stays ours: its release is never called.
            val code = handle.use { Native.configSetPort(it, kind.number, id) }
            if (code != 0) PortUses.end(id)
            CreditException.check(code, "${kind.name.lowercase()} was refused")
            return this
        }

        private inline fun apply(what: String, set: (Long) -> Int): Builder {
            check(!spent) { "build() was called" }
            CreditException.check(handle.use(set), "$what was refused")
            return this
        }
    }
}

/** Kotlin's way to a configuration: `creditConfiguration(TEST, url) { partnerUrl(...) }`. */
public fun creditConfiguration(
    environment: CreditEnvironment,
    platformUrl: String,
    settings: CreditConfiguration.Builder.() -> Unit,
): CreditConfiguration = CreditConfiguration.Builder(environment, platformUrl).apply(settings).build()
