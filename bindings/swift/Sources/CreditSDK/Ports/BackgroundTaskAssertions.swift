/// ``BackgroundAssertions`` over a system call that grants time until it is given back or over. On Apple's systems the library
/// brings one of its own (`performExpiringActivity`); an app that wants the longer time of `beginBackgroundTask` passes
///
///     configuration.background = BackgroundTaskAssertions { expired in
///         let task = application.beginBackgroundTask(expirationHandler: expired)
///         return task == .invalid ? nil : { application.endBackgroundTask(task) }
///     }
///
/// Count by identity: one object for the process.
public final class BackgroundTaskAssertions: BackgroundAssertions {
    private let table = AssertionTable()
    private let ask: @Sendable (_ expired: @escaping @Sendable () -> Void) -> (@Sendable () -> Void)?

    /// - Parameter ask: asks the system for time, on any thread; is given what to call when the time is over, and returns how
    ///   to give it back, or `nil` when the system grants none.
    public init(_ ask: @escaping @Sendable (_ expired: @escaping @Sendable () -> Void) -> (@Sendable () -> Void)?) {
        self.ask = ask
    }

    public func begin() -> UInt64? { table.begin(ask) }
    public func end(_ handle: UInt64) { table.end(handle) }
}
