/// What the contract asks for and `URLSession` on Linux does not keep. Each is run as well, and has to fail: a line that is
/// no longer true ends the list's being believed.
enum TransportExceptions {
    struct Exception {
        let test: String
        let reason: String
        init(_ test: String, _ reason: String) {
            self.test = test
            self.reason = reason
        }
    }

    static let all = [
        Exception(
            "connection_closed_within_the_headers",
            "FoundationNetworking ends the process when libcurl is content with headers that have no end"),
        Exception(
            "interim_replies_and_trailers_do_not_mix_with_the_headers",
            "FoundationNetworking takes a trailer for the begin of other headers, and ends the process for want of a reply"),
        Exception(
            "encoded_body_is_passed_on_as_it_is",
            "URLSession unpacks bodies, here as on Apple's systems, and cannot be told not to; the transport asks for none"),
        Exception(
            "path_is_sent_as_given",
            "FoundationNetworking lets libcurl resolve dot segments; the library makes no URL with any"),
        Exception(
            "proxies_of_the_environment_are_ignored",
            "the system's proxies are what URLSession is for, and here the environment names them"),
        Exception(
            "handshake_that_never_ends_is_unsent",
            "URLSession does not tell whether the connection stood when the time was over, so it may have been sent"),
        Exception(
            "reset_before_the_handshake_is_unsent",
            "FoundationNetworking has the same words for a connection that is reset in its handshake and after it"),
        Exception(
            "R9_lease_that_lapses_while_connecting_sends_nothing",
            "URLSession tells nobody that a connection stands, so the lease is asked for before connecting"),
        Exception(
            "fresh_connections_resume_the_tls_session",
            "TLS sessions are remembered by a URLSession, and a fresh connection takes another one"),
        Exception(
            "resumption_and_kept_connections_do_not_outlive_their_trust",
            "whom to trust is the system's setting, and a connection that stands is not judged anew when it changes"),
    ]
}
