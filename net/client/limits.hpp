#pragma once
// Every bound of the outbound client in one place.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace sellavie::net {

struct client_limits {
  using duration = std::chrono::milliseconds;

  std::size_t connections_per_origin = 512;
  /// Requests that wait for a connection; one more is not_sent ("queue full").
  std::size_t waiting_per_origin = 4096;
  /// Over it the answer is lost ("answer too large").
  std::uint64_t answer_bytes = 8 * 1024 * 1024;
  std::uint32_t answer_header_bytes = 64 * 1024;
  /// For one address, TLS handshake included; then the next address is tried.
  duration connect_deadline{4'000};
  /// How long an unused connection is kept (less when the server's Keep-Alive says so).
  duration idle_deadline{50'000};
  /// How long a name's addresses are used without asking again; after that they are still used while
  /// asking.
  duration addresses_fresh{60'000};
  duration addresses_usable{600'000};
  /// Resolution of all deadlines.
  duration tick{20};
};

struct client_options {
  client_limits limits;
  /// PEM file of further trusted roots; empty: only the system's.
  std::string extra_ca_file;
};

}  // namespace sellavie::net
