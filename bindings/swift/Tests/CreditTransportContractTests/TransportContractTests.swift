import CCredit
import CTransportContract
import Foundation
import XCTest

@testable import CreditSDK

/// `URLSessionTransport` held to the very suite that libcurl is held to (tests/contract), behind the C API's table.
///
/// It runs where the suite's library has taken libcredit's place, and needs the file that the system takes for its root
/// certificates, in CREDIT_TEST_TRUST_FILE: whom to trust is no setting of `URLSession`.
final class TransportContractTests: XCTestCase {
    private typealias Run = @convention(c) (UnsafePointer<credit_transport_guest>) -> CInt

    func testURLSessionKeepsTheContractOfTransports() throws {
        guard let entry = dlsym(nil, "credit_transport_contract_run") else {
            throw XCTSkip("the library is not the suite's; bindings/swift/test runs this by itself")
        }
        let run = unsafeBitCast(entry, to: Run.self)
        let exceptions = CExceptions(TransportExceptions.all)
        let name = strdup("URLSession")
        defer { free(name) }
        var guest = credit_transport_guest()
        guest.name = UnsafePointer(name)
        guest.make = { _, table in
            let transport = URLSessionTransport()
            UnsafeMutablePointer<credit_transport>(table!).initialize(to: TransportBox.table(transport))
        }
        guest.trust = { _, pem, size in
            SystemTrust.shared.set(Data(bytes: pem!, count: size))
        }
        guest.exceptions = exceptions.first
        guest.exception_count = exceptions.count
        XCTAssertEqual(run(&guest), 0)
    }
}

/// The file of root certificates that FoundationNetworking's libcurl reads for each connection.
private final class SystemTrust: @unchecked Sendable {
    static let shared = SystemTrust()

    private let file = ProcessInfo.processInfo.environment["CREDIT_TEST_TRUST_FILE"] ?? ""
    private let system: Data
    private var current = Data()

    private init() {
        system = (try? Data(contentsOf: URL(fileURLWithPath: file))) ?? Data()
        current = system
    }

    /// Called on the suite's thread only.
    func set(_ pem: Data) {
        let wanted = pem.isEmpty ? system : pem
        guard wanted != current else { return }
        current = wanted
        // In place: the file is mounted over the system's.
        let handle = FileHandle(forWritingAtPath: file)
        XCTAssertNotNil(handle, "CREDIT_TEST_TRUST_FILE cannot be written")
        handle?.truncateFile(atOffset: 0)
        handle?.write(wanted)
        try? handle?.close()
    }
}

/// The list as C reads it; its memory is the process's.
private struct CExceptions {
    let first: UnsafePointer<credit_transport_exception>?
    let count: Int

    init(_ exceptions: [TransportExceptions.Exception]) {
        let list = UnsafeMutablePointer<credit_transport_exception>.allocate(capacity: exceptions.count)
        for (index, exception) in exceptions.enumerated() {
            (list + index).initialize(
                to: credit_transport_exception(
                    test: UnsafePointer(strdup(exception.test)), reason: UnsafePointer(strdup(exception.reason))))
        }
        first = UnsafePointer(list)
        count = exceptions.count
    }
}
