#pragma once
// The HTTP/1.1 server: acceptors and sessions on io_contexts that run on one thread each. Every
// accepted connection goes to the next context and stays there.
// Lifecycle: construct, listen() (once per address), stop_accepting(), drain(), destroy. The contexts
// must outlive the server and every responder; handlers and observer must outlive the last
// connection, which drain() waits for.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "net/http/limits.hpp"
#include "net/http/observer.hpp"
#include "net/http/router.hpp"
#include "net/io_threads.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::net {

class http_server {
 public:
  http_server(const io_contexts& contexts, router routes, const http_limits& limits = {},
              http_observer* observer = nullptr);
  /// Ends what is open without waiting.
  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  /// Binds and accepts; port 0 takes a free one. Gives the port. "::" takes IPv4 too.
  result<std::uint16_t> listen(std::string_view address, std::uint16_t port);

  /// New connections are refused from now on; open ones go on.
  void stop_accepting();

  /// Closes idle connections, ends streams, answers what is under way with `Connection: close`, ends the
  /// rest at the deadline. True if nothing had to be cut off. Blocks: not from an io thread.
  bool drain(std::chrono::milliseconds deadline);

  [[nodiscard]] std::size_t connections() const noexcept;
  [[nodiscard]] std::size_t requests_in_flight() const noexcept;
  /// Held against limits.buffered_bytes.
  [[nodiscard]] std::size_t buffered_bytes() const noexcept;
  /// Held against limits.outgoing_bytes.
  [[nodiscard]] std::size_t outgoing_bytes() const noexcept;
  /// Addresses that are counted for limits.connections_per_address.
  [[nodiscard]] std::size_t connected_peers() const;

 private:
  struct internals;
  std::shared_ptr<internals> internals_;
};

}  // namespace sellavie::net
