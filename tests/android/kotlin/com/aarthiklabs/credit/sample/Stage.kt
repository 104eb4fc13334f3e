package com.aarthiklabs.credit.sample

import android.app.Activity
import android.app.Application
import android.graphics.Bitmap
import android.graphics.Canvas
import android.os.Looper
import android.os.SystemClock
import android.os.UserManager
import android.view.View
import android.widget.TextView
import com.aarthiklabs.credit.World
import com.aarthiklabs.credit.android.FakeAuthorities
import com.aarthiklabs.credit.android.FakeKeystore
import java.io.ByteArrayOutputStream
import java.io.File
import java.time.Instant
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

/** The phone that the sample runs on. */
internal object Stage {
    val app: Application get() = RuntimeEnvironment.getApplication()

    fun setUp(platformUrl: String, partnerUrl: String, roots: ByteArray) {
        FakeKeystore.reset()
        FakeAuthorities.trustOnly("system", roots)
        shadowOf(app.getSystemService(UserManager::class.java)).setUserUnlocked(true)
        // The framework's clock stands still at the year 1970 otherwise.
        SystemClock.setCurrentTimeMillis(Instant.now().toEpochMilli())
        SampleSettings.forTests = SampleSettings(platformUrl, partnerUrl, "app-1", World.BORROWER, roots)
    }

    /** Lets the main thread work until it is so. */
    fun until(what: String, condition: () -> Boolean) {
        val deadline = System.nanoTime() + 30_000_000_000
        while (!condition()) {
            check(System.nanoTime() < deadline) { "in vain: $what" }
            shadowOf(Looper.getMainLooper()).idle()
        }
    }

    fun Activity.text(id: Int): String = findViewById<TextView>(id).text.toString()

    fun Activity.reads(id: Int): Boolean = text(R.id.headline) == getString(id)

    fun Activity.click(id: Int) {
        val button = findViewById<View>(id)
        check(button.isShown && button.isEnabled) { "the button cannot be pressed" }
        button.performClick()
    }

    /** Draws the screen as it is; the file is for docs/images. False: nothing is to be seen. */
    fun Activity.photograph(name: String): Boolean {
        val view = window.decorView
        val bitmap = Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888)
        view.draw(Canvas(bitmap))
        val folder = File(System.getProperty("credit.test.images")).apply { mkdirs() }
        val png = ByteArrayOutputStream().also { bitmap.compress(Bitmap.CompressFormat.PNG, 100, it) }
        File(folder, "android-$name.png").writeBytes(png.toByteArray())
        val pixels = IntArray(view.width * view.height)
        bitmap.getPixels(pixels, 0, view.width, 0, 0, view.width, view.height)
        return pixels.toSet().size > SOME_COLOURS
    }

    private const val SOME_COLOURS = 20
}
