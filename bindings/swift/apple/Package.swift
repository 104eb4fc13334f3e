// swift-tools-version: 6.0
// CreditSDK for Apple's platforms, as scripts/package-apple lays it out: these sources beside the built library.
import PackageDescription

let package = Package(
    name: "CreditSDK",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "CreditSDK", targets: ["CreditSDK"])],
    targets: [
        .binaryTarget(name: "CCredit", path: "CCredit.xcframework"),
        .target(
            name: "CreditSDK", dependencies: ["CCredit"],
            resources: [.copy("PrivacyInfo.xcprivacy")],
            linkerSettings: [
                .linkedFramework("CoreFoundation"), .linkedFramework("Foundation"), .linkedFramework("Security"),
                .linkedFramework("SystemConfiguration"), .linkedLibrary("c++"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
