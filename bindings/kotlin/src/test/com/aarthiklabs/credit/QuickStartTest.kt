package com.aarthiklabs.credit

import kotlin.test.assertEquals
import org.junit.jupiter.api.Test

class QuickStartTest {
    @Test
    fun `the quick start does what the guide says`() = World().use { world ->
        val status = patiently {
            quickStart(world.platformUrl, world.partnerUrl, "${world.folder}/store", ByteArray(32) { 3 }, world.roots)
        }
        assertEquals(200, status)
    }
}
