#pragma once

#include <string>

#include "partner_backend/backend.h"
#include "partner_backend/listener.h"

namespace credit::partner {

// For tests, on a loopback port of its own, under a path nobody can guess. Not part of a real
// backend.
class AdminApi {
  public:
    explicit AdminApi(Backend& backend);

    void serve_on(httplib::Server& server);
    // The path every route stands under: "/<random>".
    const std::string& path() const { return path_; }

  private:
    Backend& backend_;
    std::string path_;
};

}  // namespace credit::partner
