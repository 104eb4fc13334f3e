#include "partner_backend/backend.h"

namespace credit::partner {

Backend::Backend(const Options& options)
    : policy(options.denied),
      users(options.users),
      shared_(options.db),
      sealer_(options.storage_key),
      platform_(options.platform_url, options.platform_api_key, options.platform_ca_file,
                options.platform_timeout_ms),
      audit(shared_),
      borrowers(shared_),
      owners_(shared_),
      kept_(shared_, sealer_),
      minter_({settings, platform_, borrowers, owners_, kept_, audit}),
      keeper_({settings, policy, platform_, borrowers, owners_, kept_, audit, minter_, counters}),
      session_route({settings, policy, platform_, audit, minter_, counters}),
      refresh_route({settings, policy, platform_, borrowers, owners_, audit, keeper_, counters,
                     options.rewrite_idempotency_key}) {
    settings.refresh_mode = options.refresh_mode;
    settings.shape = options.shape;
}

}  // namespace credit::partner
