#pragma once
// GET /connect/callback: where Meta sends the browser back after a login. It knows nobody and changes nothing: it
// hands code and state on to the dashboard, behind the '#', where no server logs them. The dashboard finishes the
// flow as the person who is signed in there; so nobody can be made to finish the login of somebody else.

#include "net/http/router.hpp"

namespace sellavie::net {

inline constexpr const char* connect_callback_path = "/connect/callback";
/// The dashboard's page.
inline constexpr const char* connect_return_path = "/connect/return";

void add_connect_callback(router& routes);

}  // namespace sellavie::net
