#include "net/api/resources/push_subscriptions.hpp"

#include "net/api/paging.hpp"
#include "net/api/proofs.hpp"
#include "net/api/resources/conversation_view.hpp"
#include "net/api/tokens.hpp"
#include "net/egress/egress_rules.hpp"
#include "net/push/push_key.hpp"
#include "protocol/push/subscription.hpp"
#include "protocol/push/vapid.hpp"
#include "storage/api/push_subscriptions.hpp"

namespace sellavie::net {
namespace push_subscriptions_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;
using storage::push_subscription_id;
using storage::stored_push_subscription;

// --- shapes --------------------------------------------------------------------------------------

constexpr const char* example_point =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

schema key_shape() {
  return schema::object({{"public_key", schema::text({87, 87, api::text_format::token})
                                            .example(example_point)
                                            .described("What a browser takes as applicationServerKey.")}})
      .named("PushKey");
}

schema wish_shape() {
  const auto keys = schema::object(
      {{"p256dh", schema::text({80, 100, api::text_format::token}).example(example_point)},
       {"auth", schema::text({20, 30, api::text_format::token}).example("BTBZMqHH6r4Tts7J_aSIgg")}});
  return schema::object({{"endpoint", schema::text({1, 1'000, api::text_format::token})
                                          .example("https://push.example/send/abc")
                                          .described("At the browser's push service. Never shown again.")},
                         {"keys", keys}});
}

schema subscription_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"service", schema::text({0, 300}).example("https://push.example")},
                         {"device", schema::text({0, 400}).example("Firefox on Linux")},
                         {"is_this_session", schema::boolean()},
                         {"created_at", schema::timestamp()},
                         {"last_success_at", schema::timestamp().or_null()}})
      .named("PushSubscription");
}

json shown(const stored_push_subscription& one) {
  return {{"id", to_string(one.id)},
          {"service", one.service},
          {"device", one.device},
          {"is_this_session", one.is_of_this_session},
          {"created_at", api::timestamp(to_unix_ms(one.created_at))},
          {"last_success_at", time_or_null(one.last_success_at.value_or(instant{}))}};
}

// --- handlers ------------------------------------------------------------------------------------

api_outcome show_key(workplace& place, api_call&) {
  return answer_with(push_key_of(place.with.settings->security), [](const auto& key) {
    return api_answer{200, {{"public_key", push::public_key_text(key)}}};
  });
}

api_outcome list(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_push_subscriptions(place.store, origin_of(call), wish.after, wish.limit);
      },
      [](const auto& row) { return shown(row); });
}

api_outcome subscribe(workplace& place, api_call& call) {
  const auto& endpoint = call.body["endpoint"].get_ref<const std::string&>();
  const auto& keys = call.body["keys"];
  if (const auto usable = egress_rules{place.with.settings->egress}.check_url(endpoint); !usable)
    return wrong_field("/endpoint", usable.error().detail);
  const auto read = push::parse_subscription(endpoint, keys["p256dh"].get_ref<const std::string&>(),
                                             keys["auth"].get_ref<const std::string&>());
  if (!read) return wrong_field("/keys/" + read.error().detail, "must be what the browser gives");
  const auto own = push_key_of(place.with.settings->security);
  if (!own) return api::problem_of(own.error());
  const json sealed{{"endpoint", endpoint},
                    {"p256dh", keys["p256dh"]},
                    {"auth", keys["auth"]},
                    {"key", push::public_key_text(own.value())}};
  const storage::new_push_subscription wanted{
      place.with.ids->next_as<push_subscription_id>(), crypto::sha256(endpoint),
      place.with.secrets->encrypt(sealed.dump(), make_iv(place.with), call.now), push::origin_of(endpoint)};
  return answer_with(storage::add_push_subscription(place.store, origin_of(call), wanted),
                     [](const auto& row) {
                       return api_answer{201, shown(row)};
                     });
}

api_outcome unsubscribe(workplace& place, api_call& call) {
  const auto id = call.id<push_subscription_id>("push_subscription_id");
  return answer_with(storage::remove_push_subscription(place.store, origin_of(call), id),
                     [](bool is_gone) -> api_outcome {
                       if (!is_gone) return problem{problems::not_found};
                       return api_answer{204, nullptr};
                     });
}

}  // namespace
}  // namespace push_subscriptions_resource

std::vector<api_endpoint> push_subscription_endpoints() {
  using namespace push_subscriptions_resource;
  using api::verb;
  const std::string all = "/api/v1/me/push-subscriptions";
  return {
      {{.id = "show_push_key",
        .method = verb::get,
        .path = "/api/v1/push-key",
        .tag = "Notifications",
        .summary = "The key with which a browser subscribes to messages of this server.",
        .answers = {{200, "The key.", key_shape()}}},
       show_key},
      {{.id = "list_push_subscriptions",
        .method = verb::get,
        .path = all,
        .tag = "Notifications",
        .summary = "Your browsers that take messages.",
        .query = paged(),
        .answers = {{200, "A page.", page_shape(subscription_shape(), "PushSubscriptionPage")}}},
       list},
      {{.id = "add_push_subscription",
        .method = verb::post,
        .path = all,
        .tag = "Notifications",
        .summary = "This browser takes messages, until you sign out here. Of 20 the oldest makes room.",
        .body = wish_shape(),
        .answers = {{201, "The subscription.", subscription_shape()}}},
       subscribe},
      {{.id = "remove_push_subscription",
        .method = verb::del,
        .path = all + "/{push_subscription_id}",
        .tag = "Notifications",
        .summary = "This browser takes no messages any more.",
        .answers = {{204, "It is gone.", std::nullopt}}},
       unsubscribe},
  };
}

}  // namespace sellavie::net
