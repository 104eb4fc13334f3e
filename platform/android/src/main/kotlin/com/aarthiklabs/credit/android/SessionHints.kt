package com.aarthiklabs.credit.android

import android.app.Activity
import android.app.Application
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.net.ConnectivityManager
import android.net.Network
import android.os.Bundle
import com.aarthiklabs.credit.CreditSession
import com.aarthiklabs.credit.Hint

/**
 * Tells a session what happens around it: a network came, the app came to the front, the device was unlocked for the first
 * time since it was started, somebody set the clock. One for each session; close it before the session. Main thread.
 */
public class SessionHints(context: Context, private val session: CreditSession) : AutoCloseable {
    private val app = context.applicationContext as Application
    private val networks = app.getSystemService(Context.CONNECTIVITY_SERVICE) as ConnectivityManager?
    private var listensToNetworks = false

    private val network = object : ConnectivityManager.NetworkCallback() {
        override fun onAvailable(network: Network) = session.notify(Hint.NETWORK_AVAILABLE)
    }

    private val broadcasts = object : BroadcastReceiver() {
        override fun onReceive(context: Context, intent: Intent) {
            when (intent.action) {
                Intent.ACTION_USER_UNLOCKED -> session.notify(Hint.STORAGE_UNLOCKED)
                Intent.ACTION_TIME_CHANGED -> session.notify(Hint.CLOCK_CHANGED)
            }
        }
    }

    private val activities = object : Application.ActivityLifecycleCallbacks {
        private var started = 0

        override fun onActivityStarted(activity: Activity) {
            started += 1
            if (started == 1) session.notify(Hint.FOREGROUND)
        }

        // One that was started before we listened also stops.
        override fun onActivityStopped(activity: Activity) {
            if (started > 0) started -= 1
        }

        override fun onActivityCreated(activity: Activity, state: Bundle?) = Unit
        override fun onActivityResumed(activity: Activity) = Unit
        override fun onActivityPaused(activity: Activity) = Unit
        override fun onActivitySaveInstanceState(activity: Activity, state: Bundle) = Unit
        override fun onActivityDestroyed(activity: Activity) = Unit
    }

    init {
        app.registerActivityLifecycleCallbacks(activities)
        app.registerReceiver(
            broadcasts,
            IntentFilter(Intent.ACTION_USER_UNLOCKED).apply { addAction(Intent.ACTION_TIME_CHANGED) },
        )
        try {
            networks?.registerDefaultNetworkCallback(network)
            listensToNetworks = networks != null
        } catch (refused: RuntimeException) {
            // Without the permission, or with a hundred callbacks in this app already: the session finds out by itself, later.
        }
    }

    override fun close() {
        app.unregisterActivityLifecycleCallbacks(activities)
        app.unregisterReceiver(broadcasts)
        if (listensToNetworks) networks?.unregisterNetworkCallback(network)
    }
}
