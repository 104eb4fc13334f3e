#include "sandbox/hosted_routes.h"

#include "sandbox/hosted_page_api.h"
#include "sandbox/webhook_subscriptions.h"

namespace credit::sandbox {

std::optional<Reply> answer_hosted_route(Work& work) {
    if (auto reply = answer_webhook_route(work)) return reply;
    return answer_page_route(work);
}

}  // namespace credit::sandbox
