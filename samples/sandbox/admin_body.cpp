#include "sandbox/admin_body.h"

#include <stdexcept>

namespace credit::sandbox {

std::string required_text(const nlohmann::json& body, const char* field) {
    const auto found = body.find(field);
    if (found == body.end() || !found->is_string()) {
        throw std::invalid_argument(std::string(field) + " must be given, as a string");
    }
    return found->get<std::string>();
}

std::int64_t whole_number(const nlohmann::json& value, const char* field) {
    if (!value.is_number_integer()) {
        throw std::invalid_argument(std::string(field) + " must be a whole number");
    }
    return value.get<std::int64_t>();
}

void no_such_admin_path() {
    throw std::out_of_range("no such admin path");
}

}  // namespace credit::sandbox
