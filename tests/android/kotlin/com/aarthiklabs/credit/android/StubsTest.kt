package com.aarthiklabs.credit.android

import android.app.Application
import java.io.File
import java.lang.reflect.Member
import java.lang.reflect.Modifier
import java.net.URLClassLoader
import java.util.jar.JarFile
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

/** The library is compiled against stubs; here is whether the real framework has what they promise, with the same numbers. */
@RunWith(RobolectricTestRunner::class)
@Config(application = Application::class)
class StubsTest {
    private val jar = File(System.getProperty("credit.test.stubs"))

    @Test
    fun `every class, method and constant of the stubs is the framework's`() {
        val names = JarFile(jar).use { file ->
            file.entries().asSequence().map { it.name }.filter { it.endsWith(".class") }
                .map { it.removeSuffix(".class").replace('/', '.') }.toList()
        }
        assertTrue(names.size > 40)
        URLClassLoader(arrayOf(jar.toURI().toURL()), ClassLoader.getPlatformClassLoader()).use { loader ->
            val wrong = names.flatMap { name -> differences(Class.forName(name, false, loader), Class.forName(name)) }
            assertEquals(emptyList<String>(), wrong)
        }
    }

    private fun differences(stub: Class<*>, real: Class<*>): List<String> {
        val methods = stub.declaredMethods.filter(::counts).filter { wanted ->
            real.methods.plus(real.declaredMethods).none { there ->
                there.name == wanted.name && there.returnType.name == wanted.returnType.name &&
                    there.parameterTypes.map { it.name } == wanted.parameterTypes.map { it.name }
            }
        }
        val fields = stub.declaredFields.filter(::counts).filter { wanted ->
            real.declaredFields.none { it.name == wanted.name && it.type.name == wanted.type.name }
        }
        val constants = stub.declaredFields.filter(::counts).filter { Modifier.isFinal(it.modifiers) }
            .filter { it.name !in FILLED_IN_BY_THE_DEVICE && it !in fields }
            .filter { wanted -> wanted.get(null) != real.getDeclaredField(wanted.name).get(null) }
        return (methods + fields + constants).map { "${stub.name}.${it.name}" }
    }

    private fun counts(member: Member) = Modifier.isPublic(member.modifiers) && !member.isSynthetic

    private companion object {
        val FILLED_IN_BY_THE_DEVICE = setOf("SDK_INT", "O_RDONLY")
    }
}
