#include "core/http/http_date.h"
#include "core/platform_api/contract.h"
#include "core/platform_api/envelope_reader.h"
#include "core/platform_api/journey_reader.h"
#include "core/platform_api/reply_room_parts.h"
#include "core/platform_api/reply_text.h"
#include "core/platform_api/token_rules.h"

namespace credit {
namespace {

// Where the tokens stand: in the envelope's data, or at the top of the partner's flat shape.
struct Place {
    json::Object object;
    ObjectReader::Prefix prefix;
};

// The error of a reply whose status said success.
std::optional<Error> error_in_success(const json::Object& body) {
    const json::Field error(body, "error");
    if (!error.given()) return std::nullopt;
    if (error.kind() == json::Kind::string) {
        return Error(Code::partner_refused, "error: " + clean_message(error.text()));
    }
    const auto object = error.object();
    if (!object) return Error(Code::contract_wrong_type, "error: is neither an object nor null");
    if (const auto twice = duplicate_error(*object, "error.")) return twice;
    Envelope envelope;
    read_error(*object, envelope);
    Error out(Code::platform_refused, "error: " + envelope.error_message);
    out.platform_code = envelope.error_code;
    return out;
}

Result<Place> find_tokens(const json::Object& body) {
    const json::Field data(body, "data");
    if (data.kind() == json::Kind::null) {
        return Error(Code::contract_no_data, "data: is null in a success");
    }
    if (data.kind() != json::Kind::absent) {
        const auto object = data.object();
        if (!object) return Error(Code::contract_wrong_type, "data: is not an object");
        if (const auto twice = duplicate_error(*object, "data.")) return *twice;
        return Place{*object, "data."};
    }
    // requestID without data: an envelope that lost its content, not the flat shape.
    const bool flat =
        json::Field(body, "sessionToken").given() || !json::Field(body, "requestID").given();
    if (!flat) return Error(Code::contract_missing_field, "data: is missing");
    return Place{body, ""};
}

class IssuedReader {
  public:
    IssuedReader(const Place& place, const IssuedContext& context, ReplyRoom& room)
        : reader_(place.object, place.prefix, context.lenient), context_(context), room_(room) {}

    void run(Issued& out) {
        out.session_token = token(reader_.required_text("sessionToken"), "sessionToken");
        if (reader_.ok()) out.refresh_token = refresh_token();
        if (!reader_.ok()) return;
        const bool required = context_.refresh_token_required;
        out.session_expires_at_ms = reader_.time("sessionExpiresAt", required);
        out.refresh_expires_at_ms = reader_.time("refreshExpiresAt", required);
        out.borrower_id = reader_.optional_text("borrowerID");
        out.borrower_external_id = reader_.optional_text("borrowerExternalID");
        read_active_journey(out);
    }

    const std::optional<Error>& error() const noexcept { return reader_.error(); }

  private:
    SecretRef token(std::string_view text, std::string_view name) {
        if (!reader_.ok()) return nullptr;
        if (const Status fine = check_token(text, context_.environment, name); !fine.ok()) {
            Error error = fine.error();
            error.message = reader_.name_of(error.message);
            reader_.adopt(std::move(error));
            return nullptr;
        }
        return room_.parts().secrets.copy_of(text);
    }

    SecretRef refresh_token() {
        constexpr std::string_view kName = "refreshToken";
        if (context_.drop_refresh_token) return nullptr;
        const json::Field field = reader_.field(kName);
        const bool none =
            !field.given() || (field.kind() == json::Kind::string && field.text().empty());
        if (none && !context_.refresh_token_required) return nullptr;
        return token(reader_.required_text(kName), kName);
    }

    void read_active_journey(Issued& out) {
        constexpr std::string_view kName = "activeJourney";
        const json::Field field = reader_.field(kName);
        if (field.kind() == json::Kind::absent) return;
        if (field.kind() == json::Kind::null) {
            out.has_journey = true;
            return;
        }
        const auto object = field.object();
        if (!object) return reader_.complain(Code::contract_wrong_type, kName, "is not an object");
        const ObjectReader::Prefix prefix = reader_.prefix_of(kName);
        if (auto twice = duplicate_error(*object, prefix)) return take_fault(std::move(*twice));
        ObjectReader inner(*object, prefix, reader_.lenient());
        out.journey = read_journey(inner);
        out.has_journey = out.journey.has_value();
        if (!inner.ok()) take_fault(*inner.error());
    }

    // Of a part that tokens do not hang on.
    void take_fault(Error error) {
        if (!reader_.lenient()) reader_.adopt(std::move(error));
    }

    ObjectReader reader_;
    const IssuedContext& context_;
    ReplyRoom& room_;
};

Result<Issued> read_issued(const json::Object& body, const IssuedContext& context,
                           ReplyRoom& room) {
    if (const auto twice = duplicate_error(body, "")) return *twice;
    // Tokens beside an error: a refresh has rotated, so that they count (R16); nobody else may
    // trust such a reply.
    const bool has_data = json::Field(body, "data").kind() == json::Kind::object;
    if (!(context.lenient && has_data)) {
        if (const auto refused = error_in_success(body)) return *refused;
    }
    Result<Place> place = find_tokens(body);
    if (!place.ok()) return place.error();
    Issued issued;
    IssuedReader reader(place.value(), context, room);
    reader.run(issued);
    ObjectReader top(body, "", context.lenient);
    issued.server_time_ms = top.time("timestamp", false);
    if (reader.error()) return *reader.error();
    if (top.error()) return *top.error();
    if (!context.lenient) {
        if (const Status fresh = check_not_expired(issued); !fresh.ok()) return fresh.error();
    }
    return issued;
}

bool is_over(std::int64_t expires_at_ms, std::int64_t now_ms) noexcept {
    return expires_at_ms != 0 && expires_at_ms <= now_ms;
}

}  // namespace

Result<Issued> parse_issued(const SecretBuffer& body, const IssuedContext& context) {
    ReplyRoom room(ReplyRoom::Size::as_needed);
    return parse_issued(body, context, room);
}

Result<Issued> parse_issued(const SecretBuffer& body, const IssuedContext& context,
                            ReplyRoom& room) {
    json::Document& document = room.parts().document;
    document.read(body.view(), kMaxJsonBytes);
    if (const auto fault = document_error(document)) return *fault;
    const json::Object object = *document.object();
    Envelope trace;
    read_trace(object, trace);
    Result<Issued> result = read_issued(object, context, room);
    if (!result.ok()) {
        Error error = result.error();
        error.request_id = trace.request_id;
        error.correlation_id = trace.correlation_id;
        return error;
    }
    result.value().request_id = trace.request_id;
    result.value().correlation_id = trace.correlation_id;
    return result;
}

Status check_not_expired(const Issued& issued) {
    const std::int64_t now =
        issued.server_time_ms != 0 ? issued.server_time_ms : issued.http_date_ms;
    if (now == 0) return Unit{};
    if (is_over(issued.session_expires_at_ms, now)) {
        return Error(Code::contract_expired_pair,
                     "sessionExpiresAt: is past by the server's own time");
    }
    if (is_over(issued.refresh_expires_at_ms, now)) {
        return Error(Code::contract_expired_pair,
                     "refreshExpiresAt: is past by the server's own time");
    }
    return Unit{};
}

void note_date(const HttpResponse& response, Issued& issued) {
    const std::string* date = response.header("Date");
    if (date != nullptr) issued.http_date_ms = parse_http_date(*date).value_or(0);
}

}  // namespace credit
