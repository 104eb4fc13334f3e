package com.aarthiklabs.credit

/** Marks what the native library calls by name, so that R8 keeps it (consumer-rules.pro). */
@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.CLASS, AnnotationTarget.FUNCTION)
internal annotation class CalledFromNative
