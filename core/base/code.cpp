#include "core/base/code.h"

namespace credit {

std::string_view code_name(Code code) noexcept {
    switch (code) {
#define X(name, value, retryable, dead) \
    case Code::name:                    \
        return #name;
        CREDIT_CODES(X)
#undef X
    }
    return "unknown";
}

bool code_is_retryable(Code code) noexcept {
    switch (code) {
#define X(name, value, retryable, dead) \
    case Code::name:                    \
        return retryable;
        CREDIT_CODES(X)
#undef X
    }
    return false;
}

bool code_needs_new_session(Code code) noexcept {
    switch (code) {
#define X(name, value, retryable, dead) \
    case Code::name:                    \
        return dead;
        CREDIT_CODES(X)
#undef X
    }
    return false;
}

}  // namespace credit
