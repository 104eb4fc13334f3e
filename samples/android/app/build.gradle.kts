plugins {
    id("com.android.application")
    id("org.jetbrains.kotlin.android")
}

android {
    namespace = "com.aarthiklabs.credit.sample"
    compileSdk = 35
    defaultConfig {
        applicationId = "com.aarthiklabs.credit.sample"
        minSdk = 24
        targetSdk = 35
        versionCode = 1
        versionName = "1.0"
    }
    buildTypes {
        release {
            isMinifyEnabled = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"))
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
}

kotlin {
    compilerOptions {
        jvmTarget.set(org.jetbrains.kotlin.gradle.dsl.JvmTarget.JVM_11)
    }
}

dependencies {
    // scripts/package-android puts it there.
    implementation(fileTree("../../../build/android-package") { include("credit-android-*.aar") })
    implementation("org.jetbrains.kotlinx:kotlinx-coroutines-core:1.8.0")
}
