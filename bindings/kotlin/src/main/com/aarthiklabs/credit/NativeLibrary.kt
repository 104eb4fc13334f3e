package com.aarthiklabs.credit

/** Finds the native library. Only programs outside Android, whose library lies at a place of its own, need this. */
public object NativeLibrary {
    private const val PATH_PROPERTY = "com.aarthiklabs.credit.library"
    private const val NAME = "credit_jni"

    /** The version of the native library, for example "0.1.0". Loads it. */
    @JvmStatic
    public fun version(): String = Native.version().decodeToString()

    /**
     * How many native objects this process holds; 0 after everything was closed. For leak tests: it counts all sessions,
     * configurations, tokens and operations of the process.
     */
    @JvmStatic
    public fun liveObjects(): Long = Native.liveObjects()

    /**
     * Loads `credit_jni` from where Android put it, or from the file that the system property
     * `com.aarthiklabs.credit.library` names.
     */
    internal fun load() {
        val path = System.getProperty(PATH_PROPERTY)
        if (path == null) System.loadLibrary(NAME) else System.load(path)
    }
}
