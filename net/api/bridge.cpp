#include "net/api/bridge.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "net/api/edge.hpp"
#include "net/api/failure_delays.hpp"
#include "net/api/worker_pool.hpp"
#include "net/feed/change_teller.hpp"
#include "net/http/client_address.hpp"
#include "net/http/gzip.hpp"
#include "net/http/rate_limiter.hpp"
#include "protocol/action/bounded_json.hpp"
#include "protocol/api/openapi.hpp"
#include "storage/api/access.hpp"

namespace sellavie::net {
namespace {

using api::problem;
namespace problems = api::problems;
using nlohmann::json;
using std::chrono::steady_clock;

constexpr std::size_t password_queue = 64;
constexpr std::size_t database_queue = 1024;
constexpr std::size_t outbound_queue = 32;
constexpr std::size_t outbound_threads = 4;
constexpr std::size_t change_queue = 256;
/// They wait for actors more than they work.
constexpr std::size_t change_threads = 4;
constexpr std::size_t picture_queue = 32;
constexpr std::size_t picture_threads = 1;
constexpr int deepest_body = 16;

http_method method_of(api::verb method) noexcept {
  switch (method) {
    case api::verb::get: return http_method::get;
    case api::verb::post: return http_method::post;
    case api::verb::put: return http_method::put;
    case api::verb::patch: return http_method::patch;
    case api::verb::del: return http_method::del;
  }
  return http_method::get;
}

response refusal(const problem& what, std::string_view request_id) {
  response out{what.kind.status, {}, api::render(what, request_id), "application/problem+json"};
  if (what.retry_after > 0) out.headers.emplace_back("Retry-After", std::to_string(what.retry_after));
  if (what.kind.status == 401) out.headers.emplace_back("WWW-Authenticate", "Bearer");
  return out;
}

response answer_of(const api::operation& of, api_answer&& given) {
  response out{given.status, std::move(given.headers), {}, {}};
  if (given.raw_body) {
    out.body = std::move(given.raw_body->bytes);
    out.content_type = std::move(given.raw_body->content_type);
    if (!out.content_type.empty()) return out;
    for (const auto& declared : of.answers)
      if (declared.status == given.status) out.content_type = declared.content_type;
    return out;
  }
  if (given.body.is_null()) return out;
  out.body = given.body.dump(-1, ' ', false, json::error_handler_t::replace);
  out.content_type = "application/json";
  return out;
}

/// Buffers between us and the client would keep what is meant to arrive now.
response head_of(const api_stream& given) {
  return {200, {{"X-Accel-Buffering", "no"}}, {}, given.content_type};
}

/// What fails ends the stream: its head is on the way already.
void start_stream(response head, api_stream&& given, responder& to) {
  const auto opened = to.open_stream(std::move(head), std::move(given.options));
  try {
    given.begin(opened);
  } catch (...) {  // out of memory
    opened->finish();
  }
}

std::optional<std::string_view> bearer_of(const request& asked) {
  constexpr std::string_view scheme = "Bearer ";
  const auto value = asked.header("Authorization");
  if (!value || asked.header_count("Authorization") != 1 || !value->starts_with(scheme)) return std::nullopt;
  return value->substr(scheme.size());
}

std::string_view media_type(const request& asked) noexcept {
  const auto type = asked.header("Content-Type").value_or("");
  return type.substr(0, type.find(';'));
}

std::optional<problem> read_raw_body(request& asked, const api::raw_body& declared, api_call& call) {
  const auto& types = declared.content_types;
  if (std::find(types.begin(), types.end(), media_type(asked)) == types.end()) {
    std::string allowed;
    for (const auto& type : types) allowed += (allowed.empty() ? "Send " : ", ") + type;
    return problem{problems::unsupported_type, allowed + '.'};
  }
  call.raw_body = std::move(asked.body);
  return std::nullopt;
}

/// "17" with its quotes, as with_version() wrote it.
std::optional<std::int64_t> version_in(std::string_view etag) noexcept {
  if (etag.size() < 3 || etag.front() != '"' || etag.back() != '"') return std::nullopt;
  const auto digits = etag.substr(1, etag.size() - 2);
  std::int64_t version = 0;
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  if (wrong != std::errc{} || end != digits.data() + digits.size() || version < 0) return std::nullopt;
  return version;
}

bool is_token(std::string_view text, std::size_t longest) noexcept {
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::optional<problem> read_precondition(const request& asked, api_call& call) {
  const auto needs = call.operation->needs;
  if (needs == api::precondition::none) return std::nullopt;
  const bool is_match = needs == api::precondition::if_match;
  const std::string name = is_match ? "If-Match" : "Idempotency-Key";
  const auto value = asked.header(name);
  if (!value) return problem{problems::precondition_missing, "Send the header " + name + "."};
  if (is_match) {
    const auto version = version_in(*value);
    call.expected_version = version.value_or(0);
    if (version && asked.header_count(name) == 1) return std::nullopt;
  } else if (is_token(*value, api::longest_idempotency_key) && asked.header_count(name) == 1) {
    call.idempotency_key = *value;
    return std::nullopt;
  }
  return problem{problems::malformed, "The header " + name + " is not one that this operation takes."};
}

api::field_problem missing(std::string_view name) { return {std::string{name}, "is missing"}; }

/// The ids of the path, and the business of a member's operation that names it in its query.
std::optional<problem> read_ids(const request& asked, api_call& call) {
  const auto add = [&](const std::string& name, std::string_view text) -> std::optional<problem> {
    const auto id = parse_uuid(text);
    if (!id) return problem{problems::not_found};
    call.ids.emplace(name, *id);
    return std::nullopt;
  };
  for (const auto& name : api::path_parameters(call.operation->path))
    if (auto why = add(name, asked.parameter(name))) return why;
  const std::string business = "business_id";
  if (call.operation->allowed.who != api::audience::member || call.ids.contains(business))
    return std::nullopt;
  if (!asked.raw_query_value(business)) return problem{problems::invalid, {}, {missing(business)}};
  return add(business, asked.query_value(business).value_or(""));
}

/// Reads query, headers and body as declared; what is wrong comes back.
std::optional<problem> read_input(request& asked, api_call& call) {
  const api::operation& of = *call.operation;
  std::vector<api::field_problem> wrong;
  for (const auto& parameter : of.query)
    if (const auto raw = asked.raw_query_value(parameter.name); !raw) {
      if (parameter.needed == api::presence::required) wrong.push_back(missing(parameter.name));
    } else if (auto value = percent_decode(*raw, true)) {
      parameter.shape.check_text(*value, parameter.name, wrong);
      call.query.emplace(parameter.name, std::move(*value));
    } else {
      wrong.push_back({parameter.name, "holds a broken % escape"});
    }
  for (const auto& header : of.headers)
    if (const auto value = asked.header(header.name)) call.headers.emplace(header.name, *value);
  if (of.body) {
    if (media_type(asked) != "application/json")
      return problem{problems::unsupported_type, "Send application/json."};
    auto parsed = parse_bounded(asked.body, asked.body.size(), deepest_body);
    if (!parsed)
      return problem{problems::malformed, "The body is not valid JSON, or it is nested too deeply."};
    call.body = *std::move(parsed);
    of.body->check(call.body, {}, wrong);
  }
  if (!wrong.empty()) return problem{problems::invalid, {}, std::move(wrong)};
  if (of.raw)
    if (auto why = read_raw_body(asked, *of.raw, call)) return why;
  return read_precondition(asked, call);
}

// What changes a business may wait for its actors, and those for a payment provider.
api_pool pool_for(const api_endpoint& endpoint) {
  const bool is_change =
      endpoint.operation.method != api::verb::get && endpoint.operation.allowed.who == api::audience::member;
  return endpoint.pool == api_pool::database && is_change ? api_pool::changes : endpoint.pool;
}

/// Nobody's: what is about no business. Pictures: the person's, because a path can name any business before it is
/// looked at, and who has several would have as many places in that short queue.
business_id lane_of(const api_call& call, api_pool pool, const std::optional<api::access_claims>& claims) {
  if (pool == api_pool::pictures && claims) return business_id{claims->account.value};
  return call.ids.contains("business_id") ? call.id<business_id>("business_id") : business_id{};
}

}  // namespace

struct bridge::internals {
  explicit internals(bridge_dependencies dependencies)
      : with{std::move(dependencies)},
        proxies{with.services.settings->http.trusted_proxies},
        outside{with.services.settings->http},
        general{with.services.settings->limits.requests_per_minute},
        sign_ins{with.services.settings->limits.sign_ins_per_minute},
        failures{with.services.settings->limits.sign_ins_per_minute},
        mails{with.services.settings->limits.mails_per_hour, std::chrono::hours{1}},
        database{static_cast<std::size_t>(with.services.settings->workers.api_threads), database_queue,
                 with.metrics->pool_in_use(monitoring::pool::api)},
        passwords{static_cast<std::size_t>(with.services.settings->workers.password_threads), password_queue,
                  with.metrics->pool_in_use(monitoring::pool::api)},
        outbound{outbound_threads, outbound_queue, with.metrics->pool_in_use(monitoring::pool::api)},
        changes{change_threads, change_queue, with.metrics->pool_in_use(monitoring::pool::api)},
        pictures{picture_threads, picture_queue, with.metrics->pool_in_use(monitoring::pool::api)} {
    with.metrics->pool_size(monitoring::pool::api).set(static_cast<double>(threads()));
    for (std::size_t i = 0; i < threads(); ++i) {
      sessions.push_back(std::make_unique<storage::api_session>(with.database, "sellavie/api"));
      sessions.back()->when_changed(tell_changes_to(with.services.live));
    }
  }

  void receive(const api_endpoint& endpoint, request& asked, responder to,
               const std::shared_ptr<internals>& self);
  [[nodiscard]] std::size_t threads() const {
    return database.threads() + passwords.threads() + outbound.threads() + changes.threads() +
           pictures.threads();
  }
  /// The pool, and which session its first thread has.
  std::pair<worker_pool&, std::size_t> pool_of(api_pool which) {
    switch (which) {
      case api_pool::database: break;
      case api_pool::password: return {passwords, database.threads()};
      case api_pool::outbound: return {outbound, database.threads() + passwords.threads()};
      case api_pool::changes: return {changes, database.threads() + passwords.threads() + outbound.threads()};
      case api_pool::pictures: return {pictures, threads() - pictures.threads()};
    }
    return {database, 0};
  }
  api_outcome run(const api_endpoint& endpoint, request& asked, api_call& call,
                  const std::optional<api::access_claims>& claims, storage::api_session& store);
  std::optional<problem> authorize(const api::access_claims& claims, api_call& call,
                                   storage::api_session& store);
  /// Admits an attempt at a password, where the operation takes one.
  std::optional<problem> throttled(const api::operation& of, const address_bytes& client,
                                   failure_delays::attempt& guess);
  void refuse(const api_endpoint& endpoint, const problem& why, const api_call& call, const edge::wish& wish,
              responder& to);
  void add_preflights(router& routes, const std::shared_ptr<internals>& self);

  bridge_dependencies with;
  trusted_proxies proxies;
  edge outside;
  rate_limiter general;
  rate_limiter sign_ins;
  failure_delays failures;
  rate_limiter mails;
  std::vector<api_endpoint> endpoints;
  std::string document;
  std::string packed_document;
  /// One per worker: those of `database` first, of `pictures` last.
  std::vector<std::unique_ptr<storage::api_session>> sessions;
  worker_pool database;
  worker_pool passwords;
  worker_pool outbound;
  worker_pool changes;
  worker_pool pictures;
};

std::optional<problem> bridge::internals::throttled(const api::operation& of, const address_bytes& client,
                                                    failure_delays::attempt& guess) {
  const auto now = steady_clock::now();
  int wait = general.take(client, now);
  const bool takes_password = of.limit == api::throttle::password;
  if (wait == 0 && takes_password) {
    auto asked = failures.admit(client, now);
    wait = asked.wait;
    guess = std::move(asked.admitted);
  }
  if (wait == 0 && (takes_password || of.limit == api::throttle::sign_in)) wait = sign_ins.take(client, now);
  if (wait == 0 && of.limit == api::throttle::mail) wait = mails.take(client, now);
  if (wait == 0) return std::nullopt;
  return problem{.kind = problems::too_many, .retry_after = wait};
}

// The client reads a generic title; why it failed on our side stands in the log under the same id.
void bridge::internals::refuse(const api_endpoint& endpoint, const problem& why, const api_call& call,
                               const edge::wish& wish, responder& to) {
  if (why.kind.status >= 500)
    with.services.log->warning("api_failed", context_of(call),
                               {{"operation", monitoring::code{endpoint.operation.id}},
                                {"status", why.kind.status},
                                {"why", why.cause.code},
                                {"detail", monitoring::operator_text{why.cause.detail}}});
  to.answer(outside.dressed(refusal(why, call.request_id), wish));
}

// A browser asks before a page of another origin may send anything; answered at once, without a look at tokens.
void bridge::internals::add_preflights(router& routes, const std::shared_ptr<internals>& self) {
  if (!outside.has_origins()) return;
  std::map<std::string, std::string> methods{{"/api/v1/openapi.json", "GET"}};
  for (const api_endpoint& endpoint : endpoints) {
    auto& names = methods[endpoint.operation.path];
    names.append(names.empty() ? "" : ", ").append(to_string(method_of(endpoint.operation.method)));
  }
  for (const auto& [path, names] : methods)
    routes.add(http_method::options, path, [self, allowed = names](request& asked, responder to) {
      to.answer(self->outside.preflight(asked, allowed));
    });
}

// On an io thread: nothing here blocks.
void bridge::internals::receive(const api_endpoint& endpoint, request& asked, responder to,
                                const std::shared_ptr<internals>& self) {
  const auto wish = outside.wish_of(asked);
  const auto turn_away = [&](const problem& why) {
    to.answer(outside.dressed(refusal(why, asked.request_id), wish));
  };
  api_call call;
  call.operation = &endpoint.operation;
  call.request_id = asked.request_id;
  call.address = proxies.client_of(asked.peer_address, asked.joined_header("X-Forwarded-For"));
  call.now = with.services.time->now();
  failure_delays::attempt guess;
  if (const auto wait = throttled(endpoint.operation, client_key(call.address), guess))
    return turn_away(*wait);
  std::optional<api::access_claims> claims;
  if (endpoint.operation.allowed.who != api::audience::anyone) {
    const auto token = bearer_of(asked);
    if (!token) return turn_away({problems::unauthenticated});
    const auto valid = with.services.tokens->verify(*token, call.now);
    if (!valid) return turn_away({problems::unauthenticated, "The access token is not valid or has ended."});
    claims = valid.value();
  }
  if (const auto why = read_ids(asked, call)) return turn_away(*why);
  const auto kind = pool_for(endpoint);
  const auto chosen = pool_of(kind);
  auto& pool = chosen.first;
  const std::size_t first_session = chosen.second;
  struct job {
    request asked;
    responder to;
    api_call call;
    std::optional<api::access_claims> claims;
    edge::wish wish;
    failure_delays::attempt guess;
  };
  auto work = std::make_shared<job>(
      job{std::move(asked), std::move(to), std::move(call), claims, wish, std::move(guess)});
  const auto serve = [self, &endpoint, work, first_session](std::size_t worker) {
    if (work->to.is_in_vain()) return;  // its client went while it waited
    auto outcome =
        self->run(endpoint, work->asked, work->call, work->claims, *self->sessions[first_session + worker]);
    // Before the answer: whoever reads it may try again at once.
    const auto* refused = std::get_if<problem>(&outcome);
    if (refused && refused->is_wrong_password) work->guess.failed(steady_clock::now());
    else work->guess.release();
    if (auto* done = std::get_if<api_answer>(&outcome))
      work->to.answer(self->outside.packed(answer_of(endpoint.operation, std::move(*done)), work->wish));
    else if (auto* opened = std::get_if<api_stream>(&outcome))
      start_stream(self->outside.dressed(head_of(*opened), work->wish), std::move(*opened), work->to);
    else self->refuse(endpoint, *refused, work->call, work->wish, work->to);
  };
  const bool queued = pool.submit(
      [serve](std::size_t worker) {
        try {
          serve(worker);
        } catch (
            ...) {  // out of memory while the answer was written: its responder says 500, the server goes on
        }
      },
      lane_of(work->call, kind, work->claims));
  if (!queued)
    refuse(endpoint,
           {.kind = problems::unavailable,
            .retry_after = 1,
            .cause = make_failure(errc::overloaded, "the queue of the workers is full")},
           work->call, wish, work->to);
}

api_outcome bridge::internals::run(const api_endpoint& endpoint, request& asked, api_call& call,
                                   const std::optional<api::access_claims>& claims,
                                   storage::api_session& store) {
  try {
    if (claims)
      if (auto why = authorize(*claims, call, store)) return *std::move(why);
    if (auto why = read_input(asked, call)) return *std::move(why);
    call.user_agent = asked.header("User-Agent").value_or("");
    call.cookie = asked.header("Cookie").value_or("");
    call.has_client_header = asked.header("X-Sellavie-Client").has_value();
    workplace place{store, with.services};
    return endpoint.handler(place, call);
  } catch (...) {  // out of memory, or a bug: this request fails, the server goes on
    return problem{.kind = problems::internal, .cause = make_failure(errc::internal, "the handler threw")};
  }
}

std::optional<problem> bridge::internals::authorize(const api::access_claims& claims, api_call& call,
                                                    storage::api_session& store) {
  call.by.account = claims.account;
  call.by.session = claims.session;
  call.by.until = claims.expires_at;
  const bool in_business = call.operation->allowed.who == api::audience::member;
  if (in_business) call.by.business = call.id<business_id>("business_id");
  const auto asked_at = steady_clock::now();
  auto role = with.access->find(claims.session, call.by.business, asked_at);
  if (!role) {
    const auto found = storage::find_access(store, claims, call.by.business, call.now);
    if (!found) return api::problem_of(found.error());
    if (!found.value().session_lives) return problem{problems::unauthenticated, "This session has ended."};
    if (in_business && !found.value().role) return problem{problems::not_found};
    role = found.value().role.value_or(api::role::viewer);
    with.access->remember(claims.session, call.by.business, *role, asked_at);
  }
  call.by.role = *role;
  if (in_business && !api::may(*role, call.operation->allowed.needs)) return problem{problems::forbidden};
  return std::nullopt;
}

bridge::bridge(bridge_dependencies dependencies)
    : internals_{std::make_shared<internals>(std::move(dependencies))} {}

bridge::~bridge() { stop(); }

void bridge::add_to(router& routes, std::vector<api_endpoint> endpoints) {
  internals_->endpoints = std::move(endpoints);
  std::vector<api::operation> operations;
  for (const api_endpoint& endpoint : internals_->endpoints) {
    operations.push_back(endpoint.operation);
    const auto& raw = endpoint.operation.raw;
    const auto add = [&](const std::string& path) {
      routes.add(method_of(endpoint.operation.method), path,
                 [self = internals_, &endpoint](request& asked, responder to) {
                   self->receive(endpoint, asked, std::move(to), self);
                 },
                 {raw ? std::optional<std::uint64_t>{raw->largest} : std::nullopt});
    };
    add(endpoint.operation.path);
    if (!endpoint.also_at.empty()) add(endpoint.also_at);
  }
  internals_->add_preflights(routes, internals_);
  internals_->document =
      api::openapi_document(operations, internals_->with.services.settings->http.public_url);
  internals_->packed_document = gzip(internals_->document).value_or("");
  routes.add(http_method::get, "/api/v1/openapi.json", [self = internals_](request& asked, responder to) {
    const auto wish = self->outside.wish_of(asked);
    const auto client =
        client_key(self->proxies.client_of(asked.peer_address, asked.joined_header("X-Forwarded-For")));
    if (const int wait = self->general.take(client, steady_clock::now()); wait > 0)
      return to.answer(self->outside.dressed(
          refusal(problem{.kind = problems::too_many, .retry_after = wait}, asked.request_id), wish));
    const bool is_packed = wish.gzip && !self->packed_document.empty();
    response document = json_response(200, is_packed ? self->packed_document : self->document);
    if (is_packed) document.headers.emplace_back("Content-Encoding", "gzip");
    to.answer(self->outside.dressed(std::move(document), wish));
  });
}

void bridge::stop() {
  internals_->database.stop();
  internals_->passwords.stop();
  internals_->outbound.stop();
  internals_->changes.stop();
  internals_->pictures.stop();
}

}  // namespace sellavie::net
