#include "capi/src/callbacks.h"
#include "capi/src/config_check.h"
#include "core/platform_api/token_rules.h"

credit_code credit_storage_erase(const credit_config* config, credit_str borrower_external_id,
                                 void* context, credit_done_callback callback) noexcept {
    using namespace credit::capi;
    return guard([&] {
        std::string_view id;
        if (config == nullptr || callback == nullptr || !read_text(borrower_external_id, id)) {
            return CREDIT_INVALID_ARGUMENT;
        }
        credit::Result<credit::SessionConfig> made = make_session_config(*config);
        if (!made.ok()) return code_of(made);
        const credit::Status fine = credit::check_borrower_id(id);
        if (!fine.ok()) return code_of(fine);
        return code_of(credit::erase_storage(std::move(made).value(), std::string(id),
                                             wrap_done(context, callback)));
    });
}
