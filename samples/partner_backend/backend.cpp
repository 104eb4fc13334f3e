#include "partner_backend/backend.h"

#include "partner_backend/store_stamp.h"

namespace credit::partner {

namespace {

Settings::Initial initial(const Options& options) {
    return {options.environment, options.refresh_mode, options.shape};
}

}  // namespace

StampedStore::StampedStore(const Options& options)
    : sealer(options.storage_key), shared(options.db) {
    stamp_store(shared, sealer, options.environment);
}

Backend::Backend(const Options& options)
    : settings(initial(options)),
      policy(options.allowed, options.denied),
      users(options.users),
      keys(options.api_keys_file.empty() ? ApiKeyRing(options.api_keys, options.environment)
                                         : ApiKeyRing(options.api_keys_file, options.environment)),
      webhook_secrets_(options.webhook_secrets_file.empty()
                           ? WebhookSecrets(options.webhook_secrets)
                           : WebhookSecrets(options.webhook_secrets_file)),
      store_(options),
      platform(options.platform, keys),
      audit(store_.shared),
      borrowers(store_.shared),
      journeys(store_.shared, crash_points),
      owners_(store_.shared),
      kept_(store_.shared, store_.sealer),
      repeated_(store_.shared),
      leases_(store_.shared, worker_),
      limits_(store_.shared, options.mint_limit),
      minter_({store_.shared, settings, platform, borrowers, owners_, kept_, audit, limits_,
               crash_points}),
      keeper({store_.shared, settings, policy, platform, borrowers, owners_, kept_, repeated_,
              leases_, audit, minter_, crash_points, counters}),
      session_route({settings, policy, platform, audit, minter_, counters}),
      hosted_route({settings, policy, platform, borrowers, limits_, audit, crash_points, counters}),
      refresh_route({settings, policy, platform, borrowers, owners_, audit, keeper, counters,
                     options.rewrite_idempotency_key}),
      webhook_route(
          {webhook_secrets_, options.webhook_rules, options.webhook_scope, journeys, counters}) {
    keys.listen([this](const char* event, const std::string& fingerprint) {
        audit.add(event, "", "key " + fingerprint, "");
    });
}

}  // namespace credit::partner
