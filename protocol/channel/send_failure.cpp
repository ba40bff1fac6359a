#include "protocol/channel/send_failure.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "protocol/channel/json_view.hpp"
#include "protocol/channel/redact.hpp"
#include "protocol/channel/unicode.hpp"

namespace sellavie::channel {
namespace {

constexpr int any = -1;

struct row {
  int code;
  int subcode;
  failure_meaning meaning;
};

using enum failure_class;
using scope = limit_scope;

// Exact pairs come before `any`. The classes stand in the order in which they are told apart.
constexpr row rows[] = {
    // 1/1357046: sent although an error came back.
    {1, 1357046, {unknown, scope::none}},
    {1, any, {transient, scope::none}},
    {2, any, {transient, scope::none}},
    {-1, any, {transient, scope::none}},
    {1200, any, {transient, scope::none}},
    {131000, any, {transient, scope::none}},
    {131016, any, {transient, scope::none}},
    {131057, any, {transient, scope::none}},
    {133004, any, {transient, scope::none}},

    {4, any, {rate_limited, scope::app}},
    {17, any, {rate_limited, scope::token}},
    {32, any, {rate_limited, scope::account}},
    {613, any, {rate_limited, scope::account}},
    {80001, any, {rate_limited, scope::account}},
    {80002, any, {rate_limited, scope::account}},
    {80006, any, {rate_limited, scope::account}},
    {80007, any, {rate_limited, scope::account}},
    {80008, any, {rate_limited, scope::account}},
    {130429, any, {rate_limited, scope::account}},
    {131056, any, {rate_limited, scope::pair}},
    {133016, any, {rate_limited, scope::account}},

    {131048, any, {spam, scope::account}},
    {368, any, {spam, scope::account}},
    {130497, any, {spam, scope::none}},
    {131031, any, {spam, scope::account}},
    {131042, any, {spam, scope::account}},
    {131049, any, {spam, scope::none}},
    {131050, any, {spam, scope::none}},
    {130472, any, {spam, scope::none}},
    {10, 1893063, {spam, scope::account}},
    {100, 2534029, {spam, scope::none}},
    {100, 2534122, {spam, scope::none}},
    {2534122, any, {spam, scope::none}},

    {10, 2018278, {window_closed, scope::none}},
    {10, 2018065, {window_closed, scope::none}},
    {10, 2534022, {window_closed, scope::none}},
    {131047, any, {window_closed, scope::none}},
    // 200/1545041 is "window closed" on the Send page, "cannot be messaged" on the older error page.
    {10, 1545041, {window_closed, scope::none}},
    {200, 1545041, {window_closed, scope::none}},
    {1545041, any, {window_closed, scope::none}},

    {190, any, {auth, scope::none}},
    {102, any, {auth, scope::none}},
    {0, any, {auth, scope::none}},
    {200, 2534041, {auth, scope::none}},

    {551, any, {recipient_gone, scope::none}},
    {10, 2018108, {recipient_gone, scope::none}},
    {100, 2018001, {recipient_gone, scope::none}},
    {100, 2534014, {recipient_gone, scope::none}},
    {100, 33, {recipient_gone, scope::none}},
    {131026, any, {recipient_gone, scope::none}},
    {131021, any, {recipient_gone, scope::none}},

    {3, any, {permission, scope::none}},
    {10, any, {permission, scope::none}},
    {230, any, {permission, scope::none}},
    {131005, any, {permission, scope::none}},

    {100, any, {bad_request, scope::none}},
    {33, any, {bad_request, scope::none}},
    {131008, any, {bad_request, scope::none}},
    {131009, any, {bad_request, scope::none}},
    {131037, any, {bad_request, scope::none}},
    {131045, any, {bad_request, scope::none}},
    {131051, any, {bad_request, scope::none}},
    {131052, any, {bad_request, scope::none}},
    {131053, any, {bad_request, scope::none}},
    {132000, any, {bad_request, scope::none}},
    {132001, any, {bad_request, scope::none}},
    {132005, any, {bad_request, scope::none}},
    {132007, any, {bad_request, scope::none}},
    {132012, any, {bad_request, scope::none}},
    {132015, any, {bad_request, scope::none}},
    {132016, any, {bad_request, scope::none}},
    {133010, any, {bad_request, scope::none}},
    {135000, any, {bad_request, scope::none}},
    {137000, any, {bad_request, scope::none}},
    {2018109, any, {bad_request, scope::none}},
    {100, 2018109, {bad_request, scope::none}},
};

// Codes whose 5xx says that nothing was accepted; any other 5xx may have been sent.
bool is_refusal_despite_5xx(int code) noexcept { return code == 131016 || code == 131057 || code == 133004; }

int small(std::optional<std::int64_t> value) noexcept {
  return value && *value > -2'000'000'000 && *value < 2'000'000'000 ? static_cast<int>(*value) : 0;
}

std::string bounded_detail(std::string_view text) {
  return redact(storable_text(cut_at_code_point(text, 300)));
}

milliseconds seconds_header(std::string_view text) noexcept {
  std::int64_t seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool is_number = failure == std::errc{} && end == text.data() + text.size();
  return is_number ? std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, 86'400)} : milliseconds{};
}

// {"<id>":[{"estimated_time_to_regain_access":minutes, …}]}: the longest of them.
milliseconds regain_time(std::string_view usage) {
  if (usage.empty() || usage.size() > 16 * 1024) return {};
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (parser.allocate(usage.size(), 16) != simdjson::SUCCESS) return {};
  if (parser.parse(usage.data(), usage.size()).get(root) != simdjson::SUCCESS) return {};
  std::int64_t minutes = 0;
  for (const auto [id, list] : root) {
    for_each_element(list, [&](json usage_row) {
      minutes = std::max(minutes, integer_member(usage_row, "estimated_time_to_regain_access").value_or(0));
    });
  }
  return std::chrono::minutes{std::clamp<std::int64_t>(minutes, 0, 24 * 60)};
}

// The table's meaning, corrected by what the status and is_transient add.
failure_meaning meaning_of(int status, int code, int subcode, bool is_transient) noexcept {
  const auto known = classify(code, subcode);
  const bool may_retry = known ? known->kind == transient : is_transient;
  if (status >= 500 && (may_retry || !known)) {
    return {is_refusal_despite_5xx(code) ? transient : unknown, scope::none};
  }
  if (known) {
    const bool overruled = is_transient && (known->kind == bad_request || known->kind == permission);
    return overruled ? failure_meaning{transient, scope::none} : *known;
  }
  if (is_transient) return {transient, scope::none};
  if (status == 401) return {auth, scope::none};
  if (status == 429) return {rate_limited, scope::account};
  if (status == 403) return {permission, scope::none};
  return {status >= 400 && status < 500 && status != 408 ? bad_request : unknown, scope::none};
}

send_failure read_error(int status, json failure, const answer_headers& headers) {
  send_failure out;
  const auto code = integer_member(failure, "code");
  out.code = small(code);
  out.subcode = small(integer_member(failure, "error_subcode"));
  // An error object without a code is not code 0 ("auth").
  const int known_code = code ? out.code : std::numeric_limits<int>::min();
  const auto meaning = meaning_of(status, known_code, out.subcode, true_member(failure, "is_transient"));
  out.kind = meaning.kind;
  out.scope = meaning.scope;
  out.retry_after =
      std::max(seconds_header(headers.retry_after), regain_time(headers.business_use_case_usage));
  std::string_view detail = string_member(failure, "message");
  if (const auto data = member(failure, "error_data")) {
    if (const auto more = string_member(*data, "details"); !more.empty()) detail = more;
  }
  out.detail = bounded_detail(detail);
  return out;
}

send_failure without_error_object(int status, const answer_headers& headers) {
  send_failure out;
  out.detail = status == 0 ? "no answer" : "HTTP " + std::to_string(status) + " without an error object";
  out.retry_after = seconds_header(headers.retry_after);
  const auto meaning =
      status >= 400 ? meaning_of(status, std::numeric_limits<int>::min(), 0, false) : failure_meaning{};
  out.kind = meaning.kind;
  out.scope = meaning.scope;
  return out;
}

std::string find_message_id(json root) {
  std::string id = id_member(root, "message_id");
  for_each_in(root, "messages", [&](json message) {
    if (id.empty()) id = id_member(message, "id");
  });
  return id;
}

// An answer, with the id if there is one.
struct answer {
  std::optional<send_failure> failure;
  std::string id;
};

answer read_answer(int status, std::string_view body, const answer_headers& headers) {
  constexpr std::size_t largest_answer = 64 * 1024;
  simdjson::dom::parser parser;
  json root;
  const bool is_json = !body.empty() && body.size() <= largest_answer &&
                       parser.allocate(body.size(), 32) == simdjson::SUCCESS &&
                       parser.parse(body.data(), body.size()).get(root) == simdjson::SUCCESS &&
                       root.is_object();
  if (!is_json) {
    return {without_error_object(status, headers), {}};
  }
  if (const auto failure = member(root, "error"); failure && failure->is_object()) {
    auto read = read_error(status, *failure, headers);
    // Accepted and refused in one answer: nobody knows.
    if (status < 400) read.kind = unknown, read.scope = scope::none;
    return {std::move(read), {}};
  }
  if (status < 200 || status >= 300) return {without_error_object(status, headers), {}};
  return {std::nullopt, find_message_id(root)};
}

}  // namespace

std::string_view to_string(failure_class kind) noexcept {
  switch (kind) {
    case transient: return "transient";
    case rate_limited: return "rate_limited";
    case spam: return "spam";
    case window_closed: return "window_closed";
    case auth: return "auth";
    case permission: return "permission";
    case recipient_gone: return "recipient_gone";
    case bad_request: return "bad_request";
    case unknown: return "unknown";
  }
  return "unknown";
}

std::optional<failure_meaning> classify(int code, int subcode) noexcept {
  const auto find = [code](int wanted) {
    return std::find_if(std::begin(rows), std::end(rows),
                        [&](const row& one) { return one.code == code && one.subcode == wanted; });
  };
  auto found = find(subcode);
  if (found == std::end(rows) || subcode == any) found = find(any);
  if (found != std::end(rows)) return found->meaning;
  if (code >= 200 && code <= 299) return failure_meaning{permission, scope::none};
  return std::nullopt;
}

send_outcome decode_send(int status, std::string_view body, const answer_headers& headers) {
  answer read = read_answer(status, body, headers);
  if (read.failure) return std::move(*read.failure);
  if (read.id.empty()) {
    send_failure lost;
    lost.detail = "accepted without an id";
    return lost;
  }
  return sent{std::move(read.id)};
}

std::optional<send_failure> decode_action(int status, std::string_view body, const answer_headers& headers) {
  return read_answer(status, body, headers).failure;
}

}  // namespace sellavie::channel
