#include <array>

#include "core/platform_api/contract.h"
#include "core/platform_api/journey_reader.h"

namespace credit {
namespace {

// A list of journeys is not documented in shape: data itself, or one of these members of it.
constexpr std::array<std::string_view, 2> kLists = {"journeys", "items"};

struct Found {
    std::optional<json::Object> object;
    std::string prefix;
};

Found first_of(const simdjson::dom::array& list, const std::string& prefix) {
    Found found{std::nullopt, prefix + "[0]."};
    json::Value first;
    json::Object object;
    if (list.at(0).get(first) == simdjson::SUCCESS &&
        first.get_object().get(object) == simdjson::SUCCESS) {
        found.object = object;
    }
    return found;
}

Found find_journey(const json::Object& body) {
    const json::Field data(body, "data");
    if (data.kind() == json::Kind::absent) return {body, ""};
    if (data.kind() == json::Kind::array) return first_of(data.array(), "data");
    Found found{data.object(), "data."};
    if (!found.object || json::Field(*found.object, "journeyID").given()) return found;
    for (const std::string_view name : kLists) {
        const json::Field list(*found.object, name);
        if (list.kind() == json::Kind::array) {
            return first_of(list.array(), "data." + std::string(name));
        }
    }
    return found;
}

}  // namespace

std::optional<Journey> read_journey(ObjectReader& reader) {
    Journey journey;
    journey.journey_id = reader.optional_text("journeyID");
    journey.status = reader.optional_text("status");
    journey.next_action = reader.optional_text("nextAction");
    if (journey.journey_id.empty()) {
        reader.complain(Code::contract_missing_field, "journeyID", "is missing");
        return std::nullopt;
    }
    if (journey.status.empty()) {
        reader.complain(Code::contract_missing_field, "status", "is missing");
    }
    if (!reader.ok()) return std::nullopt;
    return journey;
}

Result<Journey> parse_journey(const SecretBuffer& body) {
    const json::Document document(body.view(), kMaxCallJsonBytes);
    if (const auto fault = document_error(document)) return *fault;
    const json::Object object = *document.object();
    if (const auto fault = duplicate_error(object, "")) return *fault;
    const Found found = find_journey(object);
    if (!found.object) return Error(Code::contract_no_data, "data: holds no journey");
    if (const auto fault = duplicate_error(*found.object, found.prefix)) return *fault;
    ObjectReader reader(*found.object, found.prefix, false);
    const auto journey = read_journey(reader);
    if (!journey) return *reader.error();
    return *journey;
}

}  // namespace credit
