// swift-tools-version: 6.0
// CreditSDK for Swift. The library is found by pkg-config (creditsdk).
import PackageDescription

let package = Package(
    name: "CreditSDK",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "CreditSDK", targets: ["CreditSDK"])],
    targets: [
        .systemLibrary(name: "CCredit", pkgConfig: "creditsdk"),
        .target(
            name: "CreditSDK", dependencies: ["CCredit"],
            resources: [.copy("PrivacyInfo.xcprivacy")]),
        .testTarget(name: "CreditSDKTests", dependencies: ["CreditSDK", "CCredit"]),
        .testTarget(name: "CreditSandboxTests", dependencies: ["CreditSDK", "CCredit"]),
        .systemLibrary(name: "CTransportContract", path: "Tests/CTransportContract"),
        .testTarget(
            name: "CreditTransportContractTests", dependencies: ["CreditSDK", "CCredit", "CTransportContract"]),
    ],
    swiftLanguageModes: [.v6]
)
