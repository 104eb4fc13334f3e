// The app without a screen, for tests that kill it. Says one line for each step; stays until it is killed or its input ends.
import CreditSDK
import Foundation
import LoansKit

func setting(_ name: String) -> String {
    guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
        FileHandle.standardError.write(Data("\(name) is not set\n".utf8))
        exit(2)
    }
    return value
}

func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

@MainActor func run() async throws {
    guard let platform = URL(string: setting("CREDIT_TEST_PLATFORM_URL")),
        let partner = URL(string: setting("CREDIT_TEST_PARTNER_URL"))
    else { exit(2) }
    let folder = URL(fileURLWithPath: setting("CREDIT_SAMPLE_FOLDER"))
    let borrower = setting("CREDIT_SAMPLE_BORROWER")
    var settings = LoanSettings(
        platform: platform, partner: partner, borrower: borrower, login: "login-" + borrower,
        storage: .sealedFile(directory: folder, key: .bytes(CreditSecret([UInt8](repeating: 7, count: 32)))))
    settings.network = .libcurl
    settings.trust = .init(
        certificateAuthoritiesPEM: try String(contentsOfFile: setting("CREDIT_TEST_CA_FILE"), encoding: .utf8))
    let model = try LoanModel(settings)
    await model.start()
    say(model.screen.problem ?? "started \(model.screen.generation)")
    while let order = readLine() {
        switch order {
        case "call":
            await model.call()
            say(model.screen.problem ?? "called \(model.screen.generation)")
        default: say("unknown")
        }
    }
    await model.close()
}

try await run()
