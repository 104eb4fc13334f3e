// What all records of one KeychainStore share.
#pragma once

#include <memory>
#include <string>

#include "core/ports/entropy.h"
#include "platform/apple/activity.h"
#include "platform/apple/container.h"
#include "platform/apple/install_key.h"
#include "platform/apple/keychain.h"

namespace credit {

struct KeychainParts {
    KeychainParts(const std::string& service, const std::string& access_group,
                  const std::string& folder, const Activity& granted,
                  std::shared_ptr<Entropy> random, std::uint64_t id)
        : keychain(service, access_group),
          container(folder),
          activity(granted),
          entropy(std::move(random)),
          install(container, activity, entropy),
          owner(id),
          has_group(!access_group.empty()) {}

    const Keychain keychain;
    const Container container;
    const Activity activity;
    const std::shared_ptr<Entropy> entropy;
    const InstallKey install;
    // Of this process as a lease holder. Nothing backs it: a lock that would show when its owner died must not be held while
    // the app is suspended. So nobody is ever called gone, and leases lapse at their deadline (R8).
    const std::uint64_t owner;
    const bool has_group;
};

}  // namespace credit
