#pragma once
// One request to the API as a handler sees it: the caller is known, the role allows it, path, query
// and body fit the operation's declaration. A handler reads what it needs, asks storage or an actor,
// and says what came of it; status codes of refusals are the bridge's business.

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "actors/clock.hpp"
#include "actors/transport.hpp"
#include "config/settings.hpp"
#include "monitoring/log.hpp"
#include "net/http/response.hpp"
#include "net/http/stream.hpp"
#include "protocol/api/access_token.hpp"
#include "protocol/api/operation.hpp"
#include "protocol/api/problem.hpp"
#include "protocol/crypto/fernet.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"

namespace sellavie::monitoring {
class metrics;
}

namespace sellavie::net {

class feed_hub;
struct actor_doors;

struct caller {
  api::account_id account;
  api::session_id session;
  /// Of operations below /businesses/{business_id}.
  business_id business;
  api::role role = api::role::viewer;
  /// When the access token ends.
  instant until{};
};

struct api_call {
  const api::operation* operation = nullptr;
  caller by;
  /// Checked against operation->body; null without one.
  nlohmann::json body;
  /// Of operations that take one.
  std::string raw_body;
  /// Decoded and checked; only those that were given.
  std::map<std::string, std::string, std::less<>> query;
  /// The declared request headers that were given; not checked.
  std::map<std::string, std::string, std::less<>> headers;
  /// The path's {segments}.
  std::map<std::string, uuid, std::less<>> ids;
  /// The client's address, behind trusted proxies too.
  std::string address;
  std::string user_agent;
  std::string cookie;
  /// X-Sellavie-Client is there: no foreign page made this request.
  bool has_client_header = false;
  std::string request_id;
  /// If-Match, of operations that need it.
  std::int64_t expected_version = 0;
  /// Idempotency-Key, of operations that need it.
  std::string idempotency_key;
  instant now{};

  template <class Id>
  [[nodiscard]] Id id(std::string_view name) const {
    return Id{ids.find(name)->second};
  }
  [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::nullopt : std::optional{found->second};
  }
  /// Of a query parameter that is declared as a uuid.
  template <class Id>
  [[nodiscard]] std::optional<Id> query_id(std::string_view name) const {
    const auto text = query_value(name);
    const auto found = text ? parse_uuid(*text) : std::nullopt;
    return found ? std::optional{Id{*found}} : std::nullopt;
  }
};

struct api_answer {
  int status = 200;
  /// Null with 204, and beside `raw_body`.
  nlohmann::json body;
  header_list headers{};
  /// In place of `body`, sent as it is: what is not one JSON value.
  struct raw {
    std::string bytes;
    /// Empty: the one that the operation declares for the status.
    std::string content_type{};
  };
  std::optional<raw> raw_body{};
};

/// `answer` with the ETag that If-Match wants back.
[[nodiscard]] inline api_answer with_version(api_answer answer, std::int64_t version) {
  answer.headers.emplace_back("ETag", '"' + std::to_string(version) + '"');
  return answer;
}

/// An answer that goes on: 200 of this type, then what is written to the stream that `begin` is given.
struct api_stream {
  std::string content_type;
  stream_options options{};
  std::function<void(const std::shared_ptr<stream>&)> begin;
};

using api_outcome = std::variant<api_answer, api::problem, api_stream>;

/// What handlers may use; set once at start, immutable afterwards, each part thread-safe.
struct api_services {
  std::shared_ptr<const config::settings> settings;
  std::shared_ptr<actors::clock> time;
  std::shared_ptr<id_source> ids;
  /// Fills the bytes from the system's random source.
  std::function<void(std::span<std::uint8_t>)> random;
  std::shared_ptr<const crypto::fernet_ring> secrets;
  std::shared_ptr<const api::access_token_keys> tokens;
  std::shared_ptr<monitoring::logger> log;
  /// ask_actor.hpp: apart from here, because CAF is most of what compiling a resource costs.
  std::shared_ptr<const actor_doors> doors;
  std::shared_ptr<feed_hub> live;
  /// To Meta and the payment providers, for work of `api_pool::outbound` only.
  std::shared_ptr<actors::transport> outside;
  std::shared_ptr<monitoring::metrics> metrics;
};

/// Where a handler works: its thread's database session, and the services.
struct workplace {
  storage::api_session& store;
  const api_services& with;
};

using api_handler = std::function<api_outcome(workplace&, api_call&)>;

/// Which pool runs it.
enum class api_pool : std::uint8_t {
  /// The database's: `workers.api_threads`, short work. What changes a business goes to `changes` instead.
  database,
  /// Waits for actors, and with them for payment providers, for up to ten seconds.
  changes,
  /// bcrypt's: a fifth of a second a piece, few threads, a short queue.
  password,
  /// Waits for servers of others, for seconds: few threads, a short queue, no transaction meanwhile.
  outbound,
  /// Encodes pictures anew: one at a time on a node, because a large one takes up to 200 MB while it is worked on.
  pictures,
};

struct api_endpoint {
  api::operation operation;
  api_handler handler;
  api_pool pool = api_pool::database;
  /// Another path with the same segments, outside of the document.
  std::string also_at{};
};

/// Who makes this request's change, for the activity log.
[[nodiscard]] inline storage::change_origin origin_of(const api_call& call) {
  return {call.by.account, call.by.session, call.address, call.request_id, call.now};
}

/// Whom a line of the log is about.
[[nodiscard]] inline monitoring::log_context context_of(const api_call& call) {
  const auto chat = call.ids.find("conversation_id");
  return {monitoring::code{call.request_id}, call.by.business,
          chat == call.ids.end() ? conversation_id{} : conversation_id{chat->second}};
}

/// `found` or what its error means to a client.
template <class T, class Then>
[[nodiscard]] api_outcome answer_with(const result<T>& found, Then then) {
  if (!found) return api::problem_of(found.error());
  return then(found.value());
}

}  // namespace sellavie::net
