#include "net/api/resources/payment_connections.hpp"

#include "actors/payment_request.hpp"
#include "net/api/edits.hpp"
#include "net/api/listed_pages.hpp"
#include "net/api/paging.hpp"
#include "net/api/resources/conversation_view.hpp"
#include "net/api/tokens.hpp"
#include "net/connect/platform.hpp"
#include "protocol/connect/secret_hint.hpp"
#include "protocol/domain/currency.hpp"
#include "protocol/payment/port.hpp"
#include "protocol/payment/secret_keys.hpp"
#include "protocol/payment/units.hpp"
#include "protocol/payment/webhook_path.hpp"
#include "storage/api/businesses.hpp"
#include "storage/api/payment_connections.hpp"

namespace sellavie::net {
namespace payment_connections_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;
using storage::stored_payment_connection;

constexpr auto check_deadline = std::chrono::seconds{10};
constexpr std::size_t most_webhook_secrets = 5;

// --- shapes --------------------------------------------------------------------------------------

schema provider_word() { return schema::word({"paystack", "flutterwave", "stripe"}); }
schema mode_word() { return schema::word({"test", "live"}); }
schema key_text() {
  return schema::text({8, 400, api::text_format::token})
      .example("sk_test_example")
      .described("The secret key as the provider shows it; test or live is told from how it begins.");
}
schema webhook_secrets_list() {
  return schema::list(schema::text({8, 400, api::text_format::token}).example("whsec_example"),
                      most_webhook_secrets)
      .described(
          "With which the provider signs its events: Stripe's signing secret (whsec_…), Flutterwave's secret hash. Several, so "
          "that one can be replaced. Paystack signs with the secret key; here may stand its former ones.");
}

schema connection_shape() {
  const auto maybe_at = schema::timestamp().or_null();
  return schema::object(
             {{"id", schema::uuid()},
              {"provider", provider_word()},
              {"mode", mode_word()},
              {"state", schema::word({"active", "key_refused"})},
              {"key_hint",
               schema::text({0, 4}).example("mple").or_null().described("The key's last four characters.")},
              {"webhook_secrets", schema::integer(0, 100).described("How many are kept.")},
              {"webhook_url",
               schema::text({0, 2000})
                   .example("https://shop.example/webhooks/payments/stripe/"
                            "0198b0c5-7d3a-7cc1-9a35-6a0f5e1c2d3e")
                   .or_null()
                   .described("To be entered at the provider, so that it tells at once what happened to a "
                              "payment. Null: this server has no public address.")},
              {"connected_at", schema::timestamp()},
              {"connected_by", schema::uuid().or_null().described("Null: set up by the operator.")},
              {"checked_at", maybe_at},
              {"last_error", schema::text({0, 200}).example("Stripe is busy.").or_null()},
              {"last_error_at", maybe_at},
              {"version", schema::integer(1)}})
      .named("PaymentConnection");
}

json time_of(const std::optional<instant>& at) { return time_or_null(at.value_or(instant{})); }
json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

json webhook_url(const workplace& place, const stored_payment_connection& one) {
  const auto& public_url = place.with.settings->http.public_url;
  return public_url.empty() ? json(nullptr)
                            : json(public_url + payment::webhook_path(one.provider, to_string(one.id)));
}

json shown(const workplace& place, const stored_payment_connection& one) {
  return {{"id", to_string(one.id)},
          {"provider", one.provider},
          {"mode", one.mode},
          {"state", one.broken_at ? "key_refused" : "active"},
          {"key_hint", text_or_null(one.key_hint)},
          {"webhook_secrets", one.webhook_secrets},
          {"webhook_url", webhook_url(place, one)},
          {"connected_at", api::timestamp(to_unix_ms(one.connected_at.value_or(one.created_at)))},
          {"connected_by", one.connected_by ? json(to_string(*one.connected_by)) : json(nullptr)},
          {"checked_at", time_of(one.checked_at)},
          {"last_error", text_or_null(one.last_error)},
          {"last_error_at", time_of(one.last_error_at)},
          {"version", one.version}};
}

api_outcome versioned(const workplace& place, int status, const stored_payment_connection& one) {
  return with_version({status, shown(place, one)}, one.version);
}

problem no_secret_key(std::string_view provider) {
  return {
      problems::invalid,
      {},
      {{"/secret_key", "is not a secret key of " + std::string{provider} + "; copy it from its dashboard"}}};
}

/// The keys of the body, sealed.
storage::payment_keys keys_of(workplace& place, const api_call& call) {
  storage::payment_keys keys;
  if (const auto given = call.body.find("secret_key"); given != call.body.end()) {
    const auto& key = given->get_ref<const std::string&>();
    keys.sealed_key = place.with.secrets->encrypt(key, make_iv(place.with), call.now);
    keys.key_hint = connect::secret_hint(key);
  }
  if (const auto given = call.body.find("webhook_secrets"); given != call.body.end()) {
    keys.sealed_webhook_secrets = place.with.secrets->encrypt(given->dump(), make_iv(place.with), call.now);
    keys.webhook_secrets = static_cast<int>(given->size());
  }
  return keys;
}

// --- handlers ------------------------------------------------------------------------------------

api_outcome list(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_payment_connections(
            place.store, call.by.business, call.query_value("provider").value_or(""),
            call.query_value("mode").value_or(""), oldest_first(call, wish));
      },
      [&](const auto& row) { return shown(place, row); });
}

payment_connection_id id_in(const api_call& call) {
  return call.id<payment_connection_id>("payment_connection_id");
}

api_outcome read(workplace& place, api_call& call) {
  return answer_with(storage::find_payment_connection(place.store, call.by.business, id_in(call)),
                     [&](const auto& found) -> api_outcome {
                       if (!found) return problem{problems::not_found};
                       return versioned(place, 200, *found);
                     });
}

/// A provider whose units of the business's currency are not certain would refuse each link.
std::optional<problem> wrong_currency(workplace& place, const api_call& call, std::string_view provider) {
  const auto business = storage::find_business(place.store, call.by.business);
  if (!business) return api::problem_of(business.error());
  if (!business.value()) return problem{problems::not_found};
  const auto name = payment::parse_provider(provider);
  const auto currency = parse_currency(business.value()->currency);
  if (name && currency && payment::takes(*name, *currency)) return std::nullopt;
  return problem{problems::invalid,
                 {},
                 {{"/provider", "takes no payments in " + business.value()->currency +
                                    ", the currency of this business"}}};
}

api_outcome add(workplace& place, api_call& call) {
  const auto provider = call.body["provider"].get<std::string>();
  const auto mode = payment::mode_of_key(provider, call.body["secret_key"].get_ref<const std::string&>());
  if (!mode) return no_secret_key(provider);
  if (auto why = wrong_currency(place, call, provider)) return *std::move(why);
  auto keys = keys_of(place, call);
  keys.id = place.with.ids->next_as<payment_connection_id>();
  keys.provider = provider;
  keys.mode = *mode;
  const auto added = storage::add_payment_connection(place.store, call.by.business, origin_of(call), keys);
  if (added) return versioned(place, 201, added.value());
  auto told = api::problem_of(added.error());
  if (added.error().code == errc::conflict)
    told.detail = "This provider is connected in " + keys.mode + " mode already: replace its keys.";
  return told;
}

std::optional<problem> wrong_replacement(const json& body, const stored_payment_connection& was) {
  const auto wrong_key = [](std::string why) {
    return problem{problems::invalid, {}, {{"/secret_key", std::move(why)}}};
  };
  const auto key = body.find("secret_key");
  if (key == body.end())
    return body.contains("webhook_secrets")
               ? std::nullopt
               : std::optional{wrong_key("is needed, unless webhook secrets are given")};
  const auto mode = payment::mode_of_key(was.provider, key->get_ref<const std::string&>());
  if (!mode) return no_secret_key(was.provider);
  if (*mode != was.mode)
    return wrong_key("is not of " + was.mode + " mode; add it as a connection of its own");
  return std::nullopt;
}

api_outcome replace(workplace& place, api_call& call) {
  const auto found = storage::find_payment_connection(place.store, call.by.business, id_in(call));
  if (!found) return api::problem_of(found.error());
  if (!found.value()) return problem{problems::not_found};
  const auto& was = *found.value();
  if (auto wrong = wrong_replacement(call.body, was)) return *std::move(wrong);
  auto keys = keys_of(place, call);
  keys.id = was.id;
  const auto done = storage::replace_payment_keys(place.store, call.by.business, origin_of(call), keys,
                                                  call.expected_version);
  if (!done) return api::problem_of(done.error());
  if (done.value().outcome != storage::edit_outcome::done) return refused(done.value().outcome);
  return versioned(place, 200, done.value().row);
}

api_outcome remove(workplace& place, api_call& call) {
  const auto done = storage::remove_payment_connection(place.store, call.by.business, origin_of(call),
                                                       id_in(call), call.expected_version);
  if (!done) return api::problem_of(done.error());
  if (done.value() != storage::edit_outcome::done) return refused(done.value());
  return api_answer{204, nullptr};
}

std::string sentence_of(const payment::payment_failure& failure, payment::provider name, payment_mode mode) {
  const std::string brand{payment::brand_of(name)};
  switch (failure.failure) {
    case payment::failure_class::credentials: return payment::refused_key(name, mode);
    case payment::failure_class::unavailable:
    case payment::failure_class::rate_limited: return brand + " is busy.";
    case payment::failure_class::rejected:
    case payment::failure_class::not_found: return brand + " refused.";
    case payment::failure_class::malformed: break;
  }
  return brand + "'s answer could not be read.";
}

struct key_health {
  bool is_broken = false;
  std::string error;
  std::optional<problem> failed;
};

key_health ask_provider(workplace& place, payment::provider name, payment_mode mode, const std::string& key) {
  const auto& port = payment::port_of(name);
  const std::string brand{payment::brand_of(name)};
  outside_line line{place.with.outside, check_deadline};
  const auto response = line.ask(actors::payment_request(
      port.encode_key_check(), place.with.settings->payments.url_of(name), key, check_deadline));
  key_health health;
  if (response.outcome != actors::transport_outcome::answered) {
    const bool is_late = line.is_over() || response.reason == "deadline";
    health.error = brand + (is_late ? " did not answer in time." : " could not be reached.");
    health.failed =
        problem{.kind = is_late ? problems::provider_silent : problems::provider_refused,
                .detail = health.error + " Try again.",
                .cause = make_failure(is_late ? errc::timed_out : errc::unavailable, response.reason)};
    return health;
  }
  const auto failure = port.decode_key_check(response.status, response.body);
  if (!failure) return health;
  health.error = sentence_of(*failure, name, mode);
  health.is_broken = failure->failure == payment::failure_class::credentials;
  if (!health.is_broken)
    health.failed = problem{.kind = problems::provider_refused, .detail = health.error + " Try again later."};
  return health;
}

api_outcome check(workplace& place, api_call& call) {
  const auto found = storage::find_payment_connection(place.store, call.by.business, id_in(call));
  if (!found) return api::problem_of(found.error());
  if (!found.value()) return problem{problems::not_found};
  const auto& one = *found.value();
  key_health health{true, "The stored key cannot be read.", std::nullopt};
  const auto name = payment::parse_provider(one.provider);
  const auto mode = parse_payment_mode(one.mode);
  if (const auto key = place.with.secrets->decrypt(one.sealed_key); key && name && mode)
    health = ask_provider(place, *name, *mode, key.value().plaintext);
  // Who was not answered knows nothing new.
  const auto is_broken = health.failed ? std::nullopt : std::optional{health.is_broken};
  const auto recorded = storage::record_payment_check(place.store, call.by.business, origin_of(call),
                                                      {one.id, one.sealed_key, is_broken, health.error});
  if (!recorded) return api::problem_of(recorded.error());
  if (health.failed) return *health.failed;
  return read(place, call);
}

}  // namespace
}  // namespace payment_connections_resource

std::vector<api_endpoint> payment_connection_endpoints() {
  using namespace payment_connections_resource;
  using api::access;
  using api::audience;
  using api::permission;
  using api::presence;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/payment-connections";
  const std::string one = all + "/{payment_connection_id}";
  const access connecting{audience::member, permission::connect};
  return {
      {{.id = "list_payment_connections",
        .method = verb::get,
        .path = all,
        .tag = "Connections",
        .summary = "The payment providers, without their keys.",
        .allowed = connecting,
        .query = paged({{"provider", provider_word(), "Only those of this provider."},
                        {"mode", mode_word(), "Only test or only live ones."},
                        sort_by_time("oldest")}),
        .answers = {{200, "A page.", page_shape(connection_shape(), "PaymentConnectionPage")}}},
       list},
      {{.id = "add_payment_connection",
        .method = verb::post,
        .path = all,
        .tag = "Connections",
        .summary =
            "Connects a payment provider; each once in test and once in live mode. Links are made with the oldest live "
            "connection, else with the oldest in test mode; the others answer for the links that they made.",
        .allowed = connecting,
        .body = schema::object({{"provider", provider_word()},
                                {"secret_key", key_text()},
                                {"webhook_secrets", webhook_secrets_list(), presence::optional}}),
        .answers = {api::with_etag({201, "The connection.", connection_shape()})},
        .problems = {409}},
       add},
      {{.id = "read_payment_connection",
        .method = verb::get,
        .path = one,
        .tag = "Connections",
        .summary = "One payment provider, without its keys.",
        .allowed = connecting,
        .answers = {api::with_etag({200, "The connection.", connection_shape()})}},
       read},
      {{.id = "replace_payment_keys",
        .method = verb::put,
        .path = one + "/keys",
        .tag = "Connections",
        .summary =
            "Puts another key of the same mode or other webhook secrets in place, or both; what is not given stays.",
        .allowed = connecting,
        .body = schema::object({{"secret_key", key_text(), presence::optional},
                                {"webhook_secrets", webhook_secrets_list(), presence::optional}})
                    .example({{"secret_key", "sk_test_example"}}),
        .answers = {api::with_etag({200, "The connection.", connection_shape()})},
        .needs = api::precondition::if_match},
       replace},
      {{.id = "remove_payment_connection",
        .method = verb::del,
        .path = one,
        .tag = "Connections",
        .summary = "Forgets the keys: payments under way can no longer be looked up.",
        .allowed = connecting,
        .answers = {{204, "It is gone.", std::nullopt}},
        .needs = api::precondition::if_match},
       remove},
      {{.id = "check_payment_connection",
        .method = verb::post,
        .path = one + "/check",
        .tag = "Connections",
        .summary = "Asks the provider whether the key works: its balance is read and forgotten.",
        .allowed = connecting,
        .answers = {api::with_etag({200, "How it is.", connection_shape()})},
        .problems = {502, 504}},
       check,
       api_pool::outbound},
  };
}

}  // namespace sellavie::net
