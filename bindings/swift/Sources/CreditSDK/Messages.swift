internal import CCredit
import Foundation

public struct CreditHeader: Sendable, Hashable {
    public var name: String
    public var value: String
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A call of the platform. The session token, the idempotency key and the correlation id are added.
public struct CreditRequest: Sendable {
    public enum Method: String, Sendable, Hashable {
        case get = "GET", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE", head = "HEAD"
    }

    public var method: Method
    /// Below the platform's origin, with its query: `/api/v1/headless/journeys`.
    public var path: String
    /// Neither `Authorization` nor `Host`.
    public var headers: [CreditHeader]
    public var body: Data?
    /// `nil` with a body: `application/json`.
    public var contentType: String?
    /// For mutations; `nil`: one is made, the same on every repeat.
    public var idempotencyKey: String?
    /// `nil`: one is made.
    public var correlationID: String?
    /// In seconds from the call; `nil`: the policy's.
    public var deadline: TimeInterval?
    /// `nil`: 2 MiB.
    public var maximumReplyBytes: Int?
    /// The body must not be sent twice: a 401 is then the answer.
    public var isOneShot: Bool

    public init(
        _ method: Method, _ path: String, headers: [CreditHeader] = [], body: Data? = nil, contentType: String? = nil,
        idempotencyKey: String? = nil, correlationID: String? = nil, deadline: TimeInterval? = nil,
        maximumReplyBytes: Int? = nil, isOneShot: Bool = false
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.contentType = contentType
        self.idempotencyKey = idempotencyKey
        self.correlationID = correlationID
        self.deadline = deadline
        self.maximumReplyBytes = maximumReplyBytes
        self.isOneShot = isOneShot
    }

    public static func get(_ path: String) -> CreditRequest { CreditRequest(.get, path) }

    /// A JSON body.
    public static func post(_ path: String, json value: some Encodable) throws -> CreditRequest {
        CreditRequest(.post, path, body: try JSONEncoder().encode(value))
    }

    func native(_ texts: CallTexts) -> credit_request {
        var request = credit_request()
        request.struct_size = structSize(credit_request.self)
        let (list, count) = texts.add(headers: headers)
        request.headers = list
        request.header_count = UInt32(clamping: count)
        request.method = texts.add(method.rawValue)
        request.path = texts.add(path)
        request.body = texts.add(data: body)
        request.content_type = texts.add(contentType)
        request.idempotency_key = texts.add(idempotencyKey)
        request.correlation_id = texts.add(correlationID)
        request.deadline_ms = milliseconds(deadline)
        request.max_reply_bytes = UInt64(clamping: maximumReplyBytes ?? 0)
        request.one_shot = isOneShot ? 1 : 0
        return request
    }
}

extension CreditRequest: CustomStringConvertible, CustomReflectable {
    /// Neither body nor headers: both may hold what a log must not.
    public var description: String { "CreditRequest(\(method.rawValue), \(body?.count ?? 0) bytes)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What the platform answered, whatever its status.
public struct CreditResponse: Sendable {
    public let status: Int
    public let headers: [CreditHeader]
    public let body: Data
    /// From the platform's envelope.
    public let requestID: String?
    public let correlationID: String?
    /// The platform's `error.code`.
    public let platformCode: String?
    /// How often the request went out: 1, or 2 after a refresh.
    public let attempts: Int

    public var isSuccess: Bool { (200..<300).contains(status) }

    /// The first header of that name, whatever its case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.caseInsensitiveCompare(name) == .orderedSame }?.value
    }

    /// Reads the body as JSON.
    public func decoded<Value: Decodable>(as type: Value.Type, with decoder: JSONDecoder = JSONDecoder()) throws -> Value {
        try decoder.decode(type, from: body)
    }

    init(_ response: OpaquePointer) {
        status = Int(credit_response_status(response))
        headers = (0..<credit_response_header_count(response)).map {
            let header = credit_response_header_at(response, $0)
            return CreditHeader(header.name.text, header.value.text)
        }
        body = credit_response_body(response).copied
        requestID = credit_response_request_id(response).textOrNil
        correlationID = credit_response_correlation_id(response).textOrNil
        platformCode = credit_response_platform_code(response).textOrNil
        attempts = Int(credit_response_attempts(response))
    }
}

extension CreditResponse: CustomStringConvertible, CustomReflectable {
    public var description: String {
        "CreditResponse(\(status), \(body.count) bytes, requestID \(requestID ?? "none"), "
            + "correlationID \(correlationID ?? "none"))"
    }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The borrower's journey. The texts are the platform's: new values may appear at any time.
public struct Journey: Sendable, Hashable {
    public let id: String
    public let status: String
    public let nextAction: String?

    init(_ journey: OpaquePointer) {
        id = credit_journey_id(journey).text
        status = credit_journey_status(journey).text
        nextAction = credit_journey_next_action(journey).textOrNil
    }
}
