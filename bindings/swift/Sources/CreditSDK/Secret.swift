import Foundation

/// Bytes that do not print: a storage key, a passphrase, the profile of a borrower.
///
/// The bytes are wiped when the last reference goes. The `Data` or `String` it was made from is the caller's to forget.
///
/// `@unchecked Sendable`: the bytes never change after `init`.
public final class CreditSecret: @unchecked Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let storage: UnsafeMutableRawBufferPointer

    public init(_ bytes: some Collection<UInt8>) {
        storage = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        storage.copyBytes(from: bytes)
    }

    public convenience init(text: String) { self.init(text.utf8) }

    deinit {
        wipe(storage)
        storage.deallocate()
    }

    public var count: Int { storage.count }

    /// Lends the bytes for the length of the closure.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(UnsafeRawBufferPointer(storage)) }
    }

    public var description: String { "CreditSecret(\(count) bytes)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
