import Foundation

/// Something to be done once, unless it is cancelled before. Cancelling lets go of it at once; a cancelled work item of a
/// queue would be kept until its time.
///
/// `@unchecked Sendable`: a dispatch source may be cancelled from any thread, and the reference never changes.
final class Deadline: @unchecked Sendable {
    private static let queue = DispatchQueue(label: "credit.deadlines")
    private let timer = DispatchSource.makeTimerSource(queue: Deadline.queue)

    init(after seconds: TimeInterval, _ work: @escaping @Sendable () -> Void) {
        timer.setEventHandler(handler: work)
        timer.schedule(deadline: .now() + seconds)
        timer.activate()
    }

    func cancel() { timer.cancel() }
    deinit { timer.cancel() }
}
