package com.aarthiklabs.credit.android

import android.content.Context
import com.aarthiklabs.credit.CreditConfiguration
import com.aarthiklabs.credit.CreditEnvironment
import java.util.concurrent.CompletableFuture
import java.util.function.Consumer
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.future.future

/** The same for Java. Futures complete on a background thread and fail with [com.aarthiklabs.credit.CreditException]. */
public object AndroidFutures {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)

    /** See [androidConfiguration]. [settings] runs on a background thread. */
    @JvmStatic
    public fun configuration(
        context: Context,
        environment: CreditEnvironment,
        platformUrl: String,
        key: KeystoreSealingKey,
        settings: Consumer<CreditConfiguration.Builder>,
    ): CompletableFuture<CreditConfiguration> = scope.future {
        androidConfiguration(context, environment, platformUrl, key) { settings.accept(this) }
    }

    /** See [KeystoreSealingKey.startOver]. */
    @JvmStatic
    public fun startOver(key: KeystoreSealingKey): CompletableFuture<Void?> = scope.future { key.startOver(); null }
}
