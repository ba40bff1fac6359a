#pragma once
// The values that a label can take. Closed lists: a series per value exists from the start, and no
// text from outside can make a new one.

#include <array>
#include <cstdint>
#include <string_view>

namespace sellavie::monitoring {

/// Why an inbound item was set aside.
enum class quarantine_reason : std::uint8_t {
  unknown_account,
  conflicting_account,
  inactive_connection,
  unreadable
};
inline constexpr std::array<std::string_view, 4> quarantine_reasons{"unknown_account", "conflicting_account",
                                                                    "inactive_connection", "unreadable"};

/// Why a webhook request was not accepted.
enum class webhook_rejection : std::uint8_t {
  bad_signature,
  malformed,
  too_large,
  rate_limited,
  overloaded,
  unavailable
};
inline constexpr std::array<std::string_view, 6> webhook_rejections{
    "bad_signature", "malformed", "too_large", "rate_limited", "overloaded", "unavailable"};

/// Why the HTTP server refused by itself; in the order of net::http_rejection.
inline constexpr std::array<std::string_view, 12> http_refusals{"too_many_connections",
                                                                "too_many_connections_of_peer",
                                                                "buffers_full",
                                                                "too_many_requests_in_flight",
                                                                "malformed",
                                                                "header_too_large",
                                                                "target_too_long",
                                                                "body_too_large",
                                                                "not_implemented",
                                                                "timed_out",
                                                                "unknown_route",
                                                                "handler_failed"};

/// How a turn ended.
enum class turn_outcome : std::uint8_t { replied, acted, handed_over, overtaken, silent, failed };
inline constexpr std::array<std::string_view, 6> turn_outcomes{"replied",   "acted",  "handed_over",
                                                               "overtaken", "silent", "failed"};

/// The stretches of a message's way: acceptance to pick-up, the phases of a conversation, its
/// commit, the send, and acceptance to the accepted send.
enum class phase : std::uint8_t { waiting, loading, gathering, thinking, acting, committing, sending, total };
inline constexpr std::array<std::string_view, 8> phases{"waiting", "loading",    "gathering", "thinking",
                                                        "acting",  "committing", "sending",   "total"};

/// Places where work waits.
enum class queue : std::uint8_t { inbox, pump, conversation, journal, llm, outbox, jobs, feed };
inline constexpr std::array<std::string_view, 8> queues{"inbox", "pump",   "conversation", "journal",
                                                        "llm",   "outbox", "jobs",         "feed"};

/// What one attempt at a model provider came to.
enum class attempt_result : std::uint8_t {
  answered,
  timed_out,
  rate_limited,
  quota,
  refused,
  server_error,
  unreachable,
  unreadable,
  cancelled
};
inline constexpr std::array<std::string_view, 9> attempt_results{"answered",    "timed_out",  "rate_limited",
                                                                 "quota",       "refused",    "server_error",
                                                                 "unreachable", "unreadable", "cancelled"};

enum class breaker_state : std::uint8_t { closed, open, half_open };
inline constexpr std::array<std::string_view, 3> breaker_states{"closed", "open", "half_open"};

/// States of outbox rows that are still in the table.
enum class outbox_state : std::uint8_t { ready, sending, backoff, unknown, unconfirmed, dead };
inline constexpr std::array<std::string_view, 6> outbox_states{"ready",   "sending",     "backoff",
                                                               "unknown", "unconfirmed", "dead"};

/// What one send came to.
enum class send_result : std::uint8_t { accepted, retried, rejected, unknown, dead };
inline constexpr std::array<std::string_view, 5> send_results{"accepted", "retried", "rejected", "unknown",
                                                              "dead"};

enum class commit_outcome : std::uint8_t { committed, refused, fenced, in_doubt };
inline constexpr std::array<std::string_view, 4> commit_outcomes{"committed", "refused", "fenced",
                                                                 "in_doubt"};

}  // namespace sellavie::monitoring
