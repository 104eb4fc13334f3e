internal import CCredit
import Foundation

/// A configuration of the library, made from the app's description. What a setter refuses is told by check and open, with
/// the name of the field; so their codes are not looked at here, except to take back what a refused port was given.
///
/// `@unchecked Sendable`: nothing changes it after `init`.
final class NativeConfiguration: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ configuration: CreditConfiguration) throws(CreditError) {
        guard credit_check_abi(UInt32(CREDIT_ABI_MAJOR), UInt32(CREDIT_ABI_MINOR)) == .CREDIT_OK else {
            throw CreditError(.CREDIT_ABI_MISMATCH)
        }
        var made: OpaquePointer?
        let code = credit_config_create(&made)
        guard code == .CREDIT_OK, let made else { throw CreditError(code) }
        pointer = made
        let texts = CallTexts()
        setPlaces(configuration, texts)
        setRefresh(configuration, texts)
        setPolicy(configuration.policy)
        setStorage(configuration.storage, texts)
        setTrust(configuration.trust, texts)
        setNetwork(configuration.network)
        setPorts(configuration)
        withExtendedLifetime(texts) {}
    }

    deinit { credit_config_release(pointer) }

    func check() throws(CreditError) {
        var failure: OpaquePointer?
        let code = credit_config_check(pointer, &failure)
        defer { credit_error_release(failure) }
        if code == .CREDIT_OK { return }
        if let failure { throw CreditError(native: failure) }
        throw CreditError(code)
    }

    func eraseStorage(of borrower: String) async throws {
        let texts = CallTexts()
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let waiting = Unmanaged.passRetained(Box(continuation))
            let code = credit_storage_erase(pointer, texts.add(borrower), waiting.toOpaque()) { context, error in
                let waiting = Unmanaged<Box<CheckedContinuation<Void, any Error>>>.fromOpaque(context!).takeRetainedValue()
                waiting.value.resume(with: error.map { .failure(CreditError.thrown(for: $0)) } ?? .success(()))
            }
            if code != .CREDIT_OK {
                waiting.release()
                continuation.resume(throwing: CreditError(code))
            }
        }
    }

    private final class Box<Value> {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    private func setPlaces(_ configuration: CreditConfiguration, _ texts: CallTexts) {
        let live = configuration.environment == .live
        _ = credit_config_set_environment(pointer, live ? .CREDIT_ENVIRONMENT_LIVE : .CREDIT_ENVIRONMENT_TEST)
        _ = credit_config_set_platform_url(pointer, texts.add(configuration.platformURL.absoluteString))
        if let url = configuration.partnerURL { _ = credit_config_set_partner_url(pointer, texts.add(url.absoluteString)) }
        if let agent = configuration.userAgent { _ = credit_config_set_user_agent(pointer, texts.add(agent)) }
        var paths = credit_paths()
        paths.struct_size = structSize(credit_paths.self)
        paths.refresh = texts.add(configuration.paths.refresh)
        paths.journeys = texts.add(configuration.paths.journeys)
        paths.partner_session = texts.add(configuration.paths.partnerSession)
        paths.partner_refresh = texts.add(configuration.paths.partnerRefresh)
        _ = credit_config_set_paths(pointer, &paths)
    }

    private func setRefresh(_ configuration: CreditConfiguration, _ texts: CallTexts) {
        switch configuration.refreshRoute {
        case .platform: _ = credit_config_set_refresh_route(pointer, .CREDIT_REFRESH_PLATFORM)
        case .partner: _ = credit_config_set_refresh_route(pointer, .CREDIT_REFRESH_PARTNER)
        case .backendManaged: _ = credit_config_set_refresh_route(pointer, .CREDIT_REFRESH_BACKEND_MANAGED)
        }
        var request = credit_refresh_request()
        request.struct_size = structSize(credit_refresh_request.self)
        switch configuration.refreshRequest.carrier {
        case .standard: request.carrier = .CREDIT_CARRIER_DEFAULT
        case .authorization: request.carrier = .CREDIT_CARRIER_AUTHORIZATION
        case .body: request.carrier = .CREDIT_CARRIER_BODY
        }
        switch configuration.refreshRequest.body {
        case .standard: request.body = .CREDIT_BODY_DEFAULT
        case .emptyObject: request.body = .CREDIT_BODY_EMPTY_OBJECT
        case .refreshToken: request.body = .CREDIT_BODY_REFRESH_TOKEN
        case .refreshTokenSnakeCase: request.body = .CREDIT_BODY_REFRESH_TOKEN_SNAKE
        case .none: request.body = .CREDIT_BODY_NONE
        }
        request.quote_idempotency_key = configuration.refreshRequest.quotesIdempotencyKey ? 1 : 0
        request.api_version = texts.add(configuration.refreshRequest.apiVersion)
        _ = credit_config_set_refresh_request(pointer, &request)
    }

    private func setPolicy(_ policy: CreditConfiguration.Policy) {
        var native = credit_policy()
        native.struct_size = structSize(credit_policy.self)
        native.max_waiters = UInt32(clamping: policy.maximumWaiters ?? 0)
        native.refresh_ahead_ms = milliseconds(policy.refreshAhead)
        native.minimum_lifetime_ms = milliseconds(policy.minimumLifetime)
        native.connect_timeout_ms = milliseconds(policy.connectTimeout)
        native.attempt_timeout_ms = milliseconds(policy.attemptTimeout)
        native.settle_window_ms = milliseconds(policy.settleWindow)
        native.call_deadline_ms = milliseconds(policy.callDeadline)
        native.heal_spread_ms = milliseconds(policy.healSpread)
        _ = credit_config_set_policy(pointer, &native)
    }

    private func setStorage(_ storage: CreditConfiguration.Storage, _ texts: CallTexts) {
        switch storage {
        case .store(let store):
            install(SecureStoreBox.table(store)) {
                credit_config_set_secure_store(pointer, $0)
            } release: {
                $0.release?($0.context)
            }
        case .keychain(let accessGroup, let container):
            _ = credit_config_set_storage_dir(pointer, texts.add(container.path))
            _ = credit_config_set_keychain(pointer, texts.add(accessGroup))
        case .sealedFile(let directory, let key):
            _ = credit_config_set_storage_dir(pointer, texts.add(directory.path))
            switch key {
            case .bytes(let secret):
                _ = secret.withBytes {
                    credit_config_set_storage_key(
                        pointer, $0.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? noBytes, $0.count)
                }
            case .passphrase(let secret): _ = credit_config_set_storage_passphrase(pointer, texts.add(secret: secret))
            case .secretService: _ = credit_config_set_secret_service(pointer, nil)
            case .provided(let key):
                install(SealingKeyBox.table(key)) {
                    credit_config_set_sealing_key(pointer, $0)
                } release: {
                    $0.release?($0.context)
                }
            }
        }
    }

    private func setTrust(_ trust: CreditConfiguration.Trust?, _ texts: CallTexts) {
        guard let trust else { return }
        let pins = trust.pinnedKeys.map { texts.add($0) }
        var tls = credit_tls()
        tls.struct_size = structSize(credit_tls.self)
        tls.ca_bundle_pem = texts.add(trust.certificateAuthoritiesPEM)
        tls.pinned_key_count = UInt32(clamping: pins.count)
        pins.withUnsafeBufferPointer {
            tls.pinned_keys = $0.isEmpty ? nil : $0.baseAddress
            _ = credit_config_set_tls(pointer, &tls)
        }
    }

    private func setNetwork(_ network: CreditConfiguration.Network) {
        let transport: (any Transport)?
        switch network {
        case .libcurl: transport = nil
        case .transport(let own): transport = own
        case .automatic:
            #if canImport(Darwin)
                transport = URLSessionTransport.shared
            #else
                transport = nil
            #endif
        }
        guard let transport else { return }
        install(TransportBox.table(transport)) {
            credit_config_set_transport(pointer, $0)
        } release: {
            $0.release?($0.context)
        }
    }

    private func setPorts(_ configuration: CreditConfiguration) {
        if let provider = configuration.sessionProvider {
            install(SessionProviderBox.table(provider)) {
                credit_config_set_session_provider(pointer, $0)
            } release: {
                $0.release?($0.context)
            }
        }
        if let authentication = configuration.partnerAuthentication {
            install(PartnerAuthenticationBox.table(authentication)) {
                credit_config_set_partner_auth(pointer, $0)
            } release: {
                $0.release?($0.context)
            }
        }
        if let logger = configuration.logger {
            install(LoggerBox.table(logger)) {
                credit_config_set_logger(pointer, $0)
            } release: {
                $0.release?($0.context)
            }
        }
        if let background = configuration.background {
            install(BackgroundBox.table(background)) {
                credit_config_set_background(pointer, $0)
            } release: {
                $0.release?($0.context)
            }
        }
        if let clock = configuration.clock {
            install(ClockBox.table(clock)) {
                credit_config_set_clock(pointer, $0)
            } release: {
                $0.release?($0.context)
            }
        }
    }

    /// A table that the library refuses stays ours.
    private func install<Table>(
        _ table: Table, set: (UnsafePointer<Table>) -> credit_code, release: (Table) -> Void
    ) {
        let code = withUnsafePointer(to: table, set)
        if code != .CREDIT_OK { release(table) }
    }
}
