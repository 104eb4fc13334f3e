package com.aarthiklabs.credit.sample

import android.app.Application

/** One model for the whole process: activities come and go, the session stays. */
class SampleApplication : Application() {
    private var made: SampleModel? = null
    val model: SampleModel get() = made ?: SampleModel(this, SampleSettings.of(this)).also { made = it }

    /** What a new process finds; for tests. Shut the model before. */
    internal fun startAgain() {
        made = null
    }
}
