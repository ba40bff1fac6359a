#pragma once
// What every answer of the API carries beside what its handler said: rules for browsers (no caching, no framing,
// no scripts; https only where the public address is), CORS for the origins of the configuration, and gzip.
//
// CORS  Exact origins only, never "*": an origin that is not listed gets no permission and its browser
//       refuses by itself. Listed ones may send the refresh cookie (Access-Control-Allow-Credentials), which is
//       SameSite=Strict all the same, and X-Sellavie-Client.
// gzip  Only answers to GET: no such answer carries a token, so that its length can tell nothing of one (BREACH).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "net/http/request.hpp"
#include "net/http/response.hpp"

namespace sellavie::net {

class edge {
 public:
  explicit edge(const config::http_settings& http);

  /// What has to be known of a request when its answer is ready.
  struct wish {
    header_list cors;
    bool gzip = false;
  };
  [[nodiscard]] wish wish_of(const request& asked) const;

  /// Adds the headers.
  [[nodiscard]] response dressed(response answer, const wish& wanted) const;
  /// dressed(), and made smaller where that is wished and pays. Not on an io thread.
  [[nodiscard]] response packed(response answer, const wish& wanted) const;

  [[nodiscard]] bool has_origins() const noexcept { return !origins_.empty(); }
  /// The answer to OPTIONS, where `methods` exist.
  [[nodiscard]] response preflight(const request& asked, std::string_view methods) const;

 private:
  [[nodiscard]] bool is_allowed(std::string_view origin) const noexcept;

  std::vector<std::string> origins_;
  header_list always_;
};

}  // namespace sellavie::net
