#include "sandbox/hosted_pages.h"

#include "sandbox/applications.h"
#include "sandbox/hosted_assets.h"
#include "sandbox/hosted_domains.h"

namespace credit::sandbox {

namespace {

Reply file(const char* content, const char* type) {
    Reply reply;
    reply.body = content;
    reply.content_type = type;
    reply.headers = {{"X-Content-Type-Options", "nosniff"},
                     {"Referrer-Policy", "no-referrer"},
                     {"Cache-Control", "no-store"},
                     {"Cross-Origin-Resource-Policy", "same-origin"}};
    return reply;
}

// Scripts and styles come from the files beside the page only; nothing else is loaded, nothing is
// sent elsewhere, and no text becomes markup.
std::string content_policy(const std::string& ancestors) {
    return "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src "
           "'self'; "
           "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
           "trusted-types 'none'; frame-ancestors " +
           ancestors;
}

std::string ancestors_of(Store& store, const std::string& application_id) {
    const std::lock_guard lock(store.mutex());
    return frame_ancestors(embed_domains(store.database(), application_id));
}

Reply embed_page(Store& store, const std::string& application_id) {
    Reply reply = file(asset_hosted_html, "text/html; charset=utf-8");
    reply.headers.emplace_back("Content-Security-Policy",
                               content_policy(ancestors_of(store, application_id)));
    reply.headers.emplace_back("Permissions-Policy", "geolocation=(), payment=()");
    return reply;
}

}  // namespace

std::optional<Reply> hosted_page(Store& store, const std::string& path,
                                 const std::string& application_id) {
    if (path == "/lab/embed") return embed_page(store, application_id);
    if (path == "/lab/hosted.css") return file(asset_hosted_css, "text/css; charset=utf-8");
    if (path == "/lab/hosted.js") return file(asset_hosted_js, "text/javascript; charset=utf-8");
    return std::nullopt;
}

}  // namespace credit::sandbox
