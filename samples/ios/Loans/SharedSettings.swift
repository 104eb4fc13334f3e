import CreditSDK
import Foundation
import LoansKit

/// What app and extension have in common: the same Info.plist keys, the same app group, hence the same session.
enum SharedSettings {
    /// The user of this sample; an app has its own login.
    static let borrower = "borrower-1"

    static func make() -> LoanSettings? {
        let info = Bundle.main.infoDictionary ?? [:]
        guard let group = info["LoansAppGroup"] as? String,
            let platform = (info["LoansPlatformURL"] as? String).flatMap(URL.init(string:)),
            let partner = (info["LoansPartnerURL"] as? String).flatMap(URL.init(string:)),
            let container = FileManager.default.containerURL(forSecurityApplicationGroupIdentifier: group)
        else { return nil }
        return LoanSettings(
            platform: platform, partner: partner, borrower: borrower, login: "login-" + borrower,
            // The app group is a keychain access group as well, so one entitlement is enough.
            storage: .keychain(
                accessGroup: group,
                container: container.appendingPathComponent("Library/Application Support/credit", isDirectory: true)))
    }
}
