#pragma once
// The values that a label can take. Closed lists: a series per value exists from the start, and no
// text from outside can make a new one.

#include <array>
#include <cstdint>
#include <string_view>

namespace sellavie::monitoring {

/// Why an inbound item was set aside: nobody here has its account, its ids contradict each other, it is
/// about an object that we do not serve, or it is not what its place promises.
enum class quarantine_reason : std::uint8_t {
  unknown_account,
  conflicting_account,
  unknown_object,
  malformed_item
};
inline constexpr std::array<std::string_view, 4> quarantine_reasons{"unknown_account", "conflicting_account",
                                                                    "unknown_object", "malformed_item"};

/// What was odd about a webhook that was answered 200 all the same, because Meta must not repeat it.
enum class webhook_oddity : std::uint8_t {
  /// The dashboard's "Test" button: nothing is in it for anybody.
  test_button,
  /// An object that we do not serve: quarantined.
  unknown_object,
  /// Items that are not what their place promises: the first of a body are quarantined.
  malformed_item,
  /// Bytes that are no UTF-8, or numbers out of range: read after a repair.
  repaired
};
inline constexpr std::array<std::string_view, 4> webhook_oddities{"test_button", "unknown_object",
                                                                  "malformed_item", "repaired"};

/// Why a webhook request was not accepted.
enum class webhook_rejection : std::uint8_t {
  bad_signature,
  malformed,
  too_large,
  /// No room in memory, or too many requests under way.
  overloaded,
  /// It did not arrive, or was not answered, in time.
  timed_out,
  /// It could not be stored.
  unavailable
};
inline constexpr std::array<std::string_view, 6> webhook_rejections{
    "bad_signature", "malformed", "too_large", "overloaded", "timed_out", "unavailable"};

/// What became of an event of a payment provider.
enum class payment_event_result : std::uint8_t {
  /// Stored, with the job that asks the provider.
  accepted,
  /// Stored; it names no payment, or is of a kind that concerns nobody: nothing is asked.
  kept,
  /// Was there already.
  duplicate,
  /// Refused: not signed, or for a connection that nobody has here.
  bad_signature,
  /// Signed, answered 200 and left: what was meant is found by asking.
  unreadable,
  /// Not stored: it must come again.
  unavailable
};
inline constexpr std::array<std::string_view, 6> payment_event_results{
    "accepted", "kept", "duplicate", "bad_signature", "unreadable", "unavailable"};

/// Whose events these are; in the order of payment::provider.
inline constexpr std::array<std::string_view, 3> payment_providers{"paystack", "flutterwave", "stripe"};

/// Why the HTTP server refused by itself; in the order of net::http_rejection.
inline constexpr std::array<std::string_view, 13> http_refusals{"too_many_connections",
                                                                "too_many_connections_of_peer",
                                                                "buffers_full",
                                                                "answers_full",
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

/// The stretches of a turn. Waiting, thinking, acting and committing follow each other and make up the
/// total; loading and gathering are parts of the waiting; sending comes behind the total.
enum class phase : std::uint8_t {
  /// From the acceptance of its first message to the start of the turn.
  waiting,
  /// A conversation that was not in memory, until it is. Once per wake-up.
  loading,
  /// The pause for further messages.
  gathering,
  /// The desk's facts and the model's answer. Once per question to the model.
  thinking,
  /// The plan's commit and its actions. Once per round.
  acting,
  /// The commit that ends the turn.
  committing,
  /// One call, until the channel accepted it.
  sending,
  /// From the acceptance of the turn's first message to the commit that ends it; then the reply is sent.
  total
};
inline constexpr std::array<std::string_view, 8> phases{"waiting", "loading",    "gathering", "thinking",
                                                        "acting",  "committing", "sending",   "total"};

/// Places where work waits; the outbox has series of its own, by state.
enum class queue : std::uint8_t {
  /// Accepted messages that wait in the table, as far as the pump knows them (65,536 of a business).
  inbox,
  /// Those that were handed to their businesses and are not completed.
  pump,
  /// Requests to commit that a journal has taken and not answered; what is still in its mailbox is not seen.
  journal,
  /// Questions to the models that are not answered.
  llm,
  /// Background jobs that were claimed and are not settled.
  jobs
};
inline constexpr std::array<std::string_view, 5> queues{"inbox", "pump", "journal", "llm", "jobs"};

/// Who works on the database, each worker on connections of its own.
enum class pool : std::uint8_t { journal, reader, api };
inline constexpr std::array<std::string_view, 3> pools{"journal", "reader", "api"};

/// What one attempt at a model provider came to.
enum class attempt_result : std::uint8_t {
  answered,
  timed_out,
  rate_limited,
  quota,
  refused,
  server_error,
  unreachable,
  unreadable
};
inline constexpr std::array<std::string_view, 8> attempt_results{
    "answered", "timed_out", "rate_limited", "quota", "refused", "server_error", "unreachable", "unreadable"};

enum class breaker_state : std::uint8_t { closed, open, half_open };
inline constexpr std::array<std::string_view, 3> breaker_states{"closed", "open", "half_open"};

/// States of outbox rows that are still in the table.
enum class outbox_state : std::uint8_t { ready, sending, backoff, unknown };
inline constexpr std::array<std::string_view, 4> outbox_states{"ready", "sending", "backoff", "unknown"};

/// What one send came to.
enum class send_result : std::uint8_t { accepted, retried, rejected, unknown, dead };
inline constexpr std::array<std::string_view, 5> send_results{"accepted", "retried", "rejected", "unknown",
                                                              "dead"};

/// What one attempt to hand a mail over came to.
enum class mail_result : std::uint8_t { sent, retried, dead };
inline constexpr std::array<std::string_view, 3> mail_results{"sent", "retried", "dead"};

/// What became of a background job that was claimed. `again`: it asked to be called later; `unknown`: nobody here runs its
/// kind; `given_back`: the server was stopping.
enum class job_result : std::uint8_t { done, again, retried, timed_out, dead, unknown, given_back };
inline constexpr std::array<std::string_view, 7> job_results{"done", "again",   "retried",   "timed_out",
                                                             "dead", "unknown", "given_back"};

/// What one attempt to deliver an outgoing webhook came to.
enum class webhook_result : std::uint8_t { delivered, retried, dead };
inline constexpr std::array<std::string_view, 3> webhook_results{"delivered", "retried", "dead"};

/// How people were told what happened.
enum class notice_way : std::uint8_t { in_app, email, push, summary };
inline constexpr std::array<std::string_view, 4> notice_ways{"in_app", "email", "push", "summary"};

/// `refused`: a row was not as expected, nothing is wrong with the store; `unavailable`: the store is away.
enum class commit_outcome : std::uint8_t { committed, refused, fenced, in_doubt, unavailable };
inline constexpr std::array<std::string_view, 5> commit_outcomes{"committed", "refused", "fenced", "in_doubt",
                                                                 "unavailable"};

}  // namespace sellavie::monitoring
