#include "core/http/message.h"

#include "core/http/header_rules.h"

namespace credit {

const std::string* HttpResponse::header(std::string_view name) const noexcept {
    for (const HttpHeader& h : headers) {
        if (ascii_iequals(h.name, name)) return &h.value;
    }
    return nullptr;
}

}  // namespace credit
