#pragma once
// What the HTTP server tells whoever counts. Called on io threads: implementations are thread-safe,
// cheap and do not throw.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sellavie::net {

/// Why the server itself refused, without asking a handler.
enum class http_rejection : std::uint8_t {
  too_many_connections,
  too_many_connections_of_peer,
  buffers_full,
  /// The answer was ready, but too much that nobody has read yet is in memory.
  answers_full,
  too_many_requests_in_flight,
  malformed,
  header_too_large,
  target_too_long,
  body_too_large,
  not_implemented,
  timed_out,
  unknown_route,
  /// A handler threw: 500, unless it had answered before.
  handler_failed,
};
inline constexpr std::size_t http_rejection_count = 13;

[[nodiscard]] constexpr std::string_view to_string(http_rejection reason) noexcept {
  switch (reason) {
    case http_rejection::too_many_connections: return "too_many_connections";
    case http_rejection::too_many_connections_of_peer: return "too_many_connections_of_peer";
    case http_rejection::buffers_full: return "buffers_full";
    case http_rejection::answers_full: return "answers_full";
    case http_rejection::too_many_requests_in_flight: return "too_many_requests_in_flight";
    case http_rejection::malformed: return "malformed";
    case http_rejection::header_too_large: return "header_too_large";
    case http_rejection::target_too_long: return "target_too_long";
    case http_rejection::body_too_large: return "body_too_large";
    case http_rejection::not_implemented: return "not_implemented";
    case http_rejection::timed_out: return "timed_out";
    case http_rejection::unknown_route: return "unknown_route";
    case http_rejection::handler_failed: return "handler_failed";
  }
  return "unknown";
}

/// A refusal; views are valid during the call.
struct http_refused {
  http_rejection reason;
  /// The route that it was for is a webhook; false when there is none, or when it was not read so far.
  bool is_webhook = false;
  /// What the client was told; both empty when it was told nothing.
  int status = 0;
  std::string_view request_id{};
};

/// What bytes are held for against a budget.
enum class held_as : std::uint8_t { request, answer };

class http_observer {
 public:
  virtual ~http_observer() = default;
  virtual void on_connection_opened() noexcept {}
  virtual void on_connection_closed() noexcept {}
  /// An idle connection is closed, because somebody new came to a full server.
  virtual void on_evicted() noexcept {}
  /// A request was given to the handler of `route` (the pattern, never the path).
  virtual void on_request(std::string_view /*route*/) noexcept {}
  /// A request was answered: by its handler (`took` is from the complete request to the answer), or by the
  /// server itself (`route` empty, `took` 0), then after on_rejected.
  virtual void on_answer(std::string_view /*route*/, int /*status*/,
                         std::chrono::nanoseconds /*took*/) noexcept {}
  virtual void on_rejected(const http_refused& /*what*/) noexcept {}
  /// An answer that goes on has begun; ended.
  virtual void on_stream_opened() noexcept {}
  virtual void on_stream_closed() noexcept {}
  /// A stream is cut off because its client does not read; then on_stream_closed.
  virtual void on_stream_overrun() noexcept {}
  /// The bytes held against a budget changed; also on the threads that answer.
  virtual void on_held(held_as /*what*/, std::ptrdiff_t /*change*/) noexcept {}
};

}  // namespace sellavie::net
