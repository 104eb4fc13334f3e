#pragma once

#include <optional>
#include <string>

#include "sandbox/call.h"
#include "sandbox/inspector_data.h"

namespace credit::sandbox {

// A request to the admin port, as far as the inspector cares.
struct InspectorRequest {
    std::string method;
    std::string path;  // without the token
    std::string view;
    std::string before;
    std::string search;
    std::string correlation;
    std::string if_none_match;
};

// The inspector: a page on the admin port, below the same random token. It acts through the admin
// API like everybody else.
class InspectorSite {
  public:
    explicit InspectorSite(InspectorData& data) : data_(data) {}

    // Nothing for another path. Throws std::invalid_argument and std::out_of_range.
    std::optional<Reply> answer(const InspectorRequest& request);

  private:
    Reply data(const InspectorRequest& request);

    InspectorData& data_;
};

// Whether a request is meant for this server: a page of another site that makes its own name point
// to 127.0.0.1 sends that name. `origin` is empty if there was no such header.
bool is_for_this_server(const std::string& host, const std::string& origin, int port);

}  // namespace credit::sandbox
