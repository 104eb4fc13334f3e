// swift-tools-version: 6.0
// The part of the sample app that has no screen: opens in Xcode with the app, and is tested on Linux by `test`.
import PackageDescription

// On a Mac the SDK is what scripts/package-apple made; elsewhere the package beside, over a library that pkg-config finds.
#if os(macOS)
    let sdk = "../../../build/apple-package/CreditSDK"
#else
    let sdk = "../../../bindings/swift"
#endif

let package = Package(
    name: "LoansKit",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "LoansKit", targets: ["LoansKit"])],
    dependencies: [.package(name: "CreditSDK", path: sdk)],
    targets: [
        .target(name: "LoansKit", dependencies: [.product(name: "CreditSDK", package: "CreditSDK")]),
        // Stands for the app where a test has to kill it.
        .executableTarget(name: "loans-process", dependencies: ["LoansKit"]),
        .testTarget(name: "LoansKitTests", dependencies: ["LoansKit"]),
    ],
    swiftLanguageModes: [.v6]
)
