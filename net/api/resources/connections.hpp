#pragma once
// The channel accounts of a business: what state they are in, checked now, disconnected.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> connection_endpoints();

/// Whoever watches the business reads this connection again; after the commit.
void tell_changed(const workplace& place, const api_call& call, const connection_id& id);
/// A commit whose end nobody knows: whoever watches reads all again.
void tell_lost(const workplace& place, const api_call& call);

}  // namespace sellavie::net
