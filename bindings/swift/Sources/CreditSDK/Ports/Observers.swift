internal import CCredit
import Foundation

/// Receives redacted lines, on any thread; must not call back into the SDK.
public protocol CreditLogger: AnyObject, Sendable {
    func log(_ level: CreditLogLevel, _ line: String)
}

public enum CreditLogLevel: Int32, Sendable, Hashable, Comparable {
    case debug = 0
    case info = 1
    case warning = 2
    case error = 3
    public static func < (left: CreditLogLevel, right: CreditLogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// Keeps the process running while tokens are renewed and stored: `beginBackgroundTask` or `performExpiringActivity`.
/// Any thread; must not block.
public protocol BackgroundAssertions: AnyObject, Sendable {
    /// A handle of your own choice, not 0; `nil`: the system refuses now.
    func begin() -> UInt64?
    func end(_ handle: UInt64)
}

/// All clocks, read together. Any thread; must not block. For tests: on devices the library reads the system's.
public protocol CreditClock: AnyObject, Sendable {
    /// - Returns: milliseconds since 1970, milliseconds since boot counting sleep, and a number that differs after each
    ///   boot (0: unknown).
    func now() -> (wallMilliseconds: Int64, elapsedMilliseconds: Int64, bootID: UInt64)
}

final class LoggerBox: Sendable {
    let logger: any CreditLogger
    init(_ logger: any CreditLogger) { self.logger = logger }

    static func table(_ logger: any CreditLogger) -> credit_logger {
        return credit_logger(
            struct_size: structSize(credit_logger.self),
            context: Unmanaged.passRetained(PortBoxes.box(for: logger) { LoggerBox(logger) }).toOpaque(),
            log: logFunction, release: releaseBox)
    }

    private static let logFunction: @convention(c) (UnsafeMutableRawPointer?, credit_log_level, credit_str) -> Void = {
        context, level, line in
        unboxed(context, as: LoggerBox.self).logger.log(CreditLogLevel(rawValue: level.rawValue) ?? .error, line.text)
    }
}

final class BackgroundBox: Sendable {
    let assertions: any BackgroundAssertions
    init(_ assertions: any BackgroundAssertions) { self.assertions = assertions }

    static func table(_ assertions: any BackgroundAssertions) -> credit_background {
        return credit_background(
            struct_size: structSize(credit_background.self),
            context: Unmanaged.passRetained(PortBoxes.box(for: assertions) { BackgroundBox(assertions) }).toOpaque(),
            begin: beginFunction, end: endFunction, release: releaseBox)
    }

    private static let beginFunction: @convention(c) (UnsafeMutableRawPointer?) -> UInt64 = { context in
        unboxed(context, as: BackgroundBox.self).assertions.begin() ?? 0
    }
    private static let endFunction: @convention(c) (UnsafeMutableRawPointer?, UInt64) -> Void = { context, handle in
        unboxed(context, as: BackgroundBox.self).assertions.end(handle)
    }
}

final class ClockBox: Sendable {
    let clock: any CreditClock
    init(_ clock: any CreditClock) { self.clock = clock }

    static func table(_ clock: any CreditClock) -> credit_clock {
        return credit_clock(
            struct_size: structSize(credit_clock.self),
            context: Unmanaged.passRetained(PortBoxes.box(for: clock) { ClockBox(clock) }).toOpaque(),
            now: nowFunction, release: releaseBox)
    }

    private static let nowFunction: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<credit_now>) -> Void = {
        context, out in
        let now = unboxed(context, as: ClockBox.self).clock.now()
        out.pointee.wall_ms = now.wallMilliseconds
        out.pointee.elapsed_ms = now.elapsedMilliseconds
        out.pointee.boot_id = now.bootID
    }
}
