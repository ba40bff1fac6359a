#pragma once
// From method and path to a handler. Built at start, then read by all io threads without a lock.
// A pattern is a literal path ("/healthz"), may have named segments ("/webhooks/payments/{provider}")
// and may end with a rest ("/assets/{file*}", one or more segments). Literal beats named beats rest.
// HEAD is answered by the GET route without its body.

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/http/request.hpp"
#include "net/http/responder.hpp"

namespace sellavie::net {

/// Runs on an io thread and must not block. It may move the request away. A throw answers 500.
using http_handler = std::function<void(request&, responder)>;

struct route_options {
  /// Over it 413; nullopt is the server's default.
  std::optional<std::uint64_t> body_bytes{};
  /// How long its handler may take; never longer than the server's own deadline, which nullopt is.
  std::optional<std::chrono::milliseconds> answer_deadline{};
  /// What a client is told after that.
  int late_status = 504;
  /// Its refusals count as rejected webhooks.
  bool is_webhook = false;
};

struct route {
  /// Names the route in metrics and logs.
  std::string pattern;
  route_options options;
  http_handler handler;
};

class router {
 public:
  struct match {
    /// Null: `status` (404 or 405) and, for 405, `allow` say why.
    const route* found = nullptr;
    int status = 404;
    std::string_view allow{};
  };
  using parameters = std::vector<std::pair<std::string_view, std::string_view>>;

  router();
  ~router();
  router(router&&) noexcept;
  router& operator=(router&&) noexcept;

  /// Start-up only: throws std::invalid_argument on a malformed or doubled pattern.
  void add(http_method method, std::string_view pattern, http_handler handler, route_options options = {});

  /// In the order in which they were added.
  [[nodiscard]] const std::vector<std::pair<http_method, const route*>>& all() const noexcept { return all_; }

  /// `found` receives name (the router's) and value (a part of `path`) of each named segment.
  [[nodiscard]] match find(http_method method, std::string_view path, parameters& found) const;

 private:
  struct endpoint;
  struct node;
  struct path_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view path) const noexcept {
      return std::hash<std::string_view>{}(path);
    }
  };

  endpoint& endpoint_for(std::string_view pattern);

  std::unordered_map<std::string, std::unique_ptr<endpoint>, path_hash, std::equal_to<>> literal_;
  std::unique_ptr<node> root_;
  std::vector<std::pair<http_method, const route*>> all_;
};

}  // namespace sellavie::net
