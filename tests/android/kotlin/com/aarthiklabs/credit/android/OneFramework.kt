package com.aarthiklabs.credit.android

import java.util.TreeMap
import javax.annotation.Priority
import javax.inject.Inject
import org.robolectric.internal.dependency.DependencyResolver
import org.robolectric.pluginapi.Sdk
import org.robolectric.plugins.DefaultSdkProvider

/** Robolectric knows every version of Android and wants the newest for itself; these tests fetch one, so it knows that one. */
@Priority(1)
class OneFramework @Inject constructor(resolver: DependencyResolver) : DefaultSdkProvider(resolver) {
    override fun populateSdks(known: TreeMap<Int, Sdk>) {
        super.populateSdks(known)
        known.keys.retainAll(setOf(API_LEVEL))
    }

    private companion object {
        const val API_LEVEL = 34
    }
}
