import LoansKit
import UserNotifications

/// Says in a notification where the loan stands, with the app's session. The system gives it 30 seconds.
final class NoticeService: UNNotificationServiceExtension {
    override func didReceive(
        _ request: UNNotificationRequest, withContentHandler contentHandler: @escaping (UNNotificationContent) -> Void
    ) {
        let answer = Answer(handler: contentHandler, content: request.content)
        Task {
            guard let settings = SharedSettings.make(), let text = await NoticeModel(settings).text(within: 20) else {
                return answer.give(nil)
            }
            answer.give(text)
        }
    }
}

/// `@unchecked Sendable`: used once, by one task.
private struct Answer: @unchecked Sendable {
    let handler: (UNNotificationContent) -> Void
    let content: UNNotificationContent

    func give(_ text: String?) {
        guard let text, let changed = content.mutableCopy() as? UNMutableNotificationContent else { return handler(content) }
        changed.body = text
        handler(changed)
    }
}
