#include "net/api/resources/message_search.hpp"

#include "net/api/paging.hpp"
#include "net/api/resources/conversation_view.hpp"
#include "storage/api/message_search.hpp"

namespace sellavie::net {
namespace message_search_resource {
namespace {

using api::problem;
using api::schema;
using nlohmann::json;

schema hits_shape() {
  const auto hit =
      schema::object({{"conversation_id", schema::uuid()}, {"message", message_shape()}}).named("MessageHit");
  return schema::object(
             {{"items", schema::list(hit, api::largest_page)},
              {"next_cursor", cursor_text().or_null()},
              {"is_complete", schema::boolean().described(
                                  "False: older messages are still being read; search again to find more.")}})
      .named("MessageHits");
}

api_outcome search(workplace& place, api_call& call) {
  const auto page = page_of(call);
  if (const auto* wrong = std::get_if<problem>(&page)) return *wrong;
  const auto& wish = std::get<page_wish>(page);
  return answer_with(
      storage::search_messages(place.store, call.by.business, *call.query_value("words"), wish.after,
                               wish.limit, origin_of(call)),
      [&](const auto& hits) {
        auto outcome = give_page(
            hits.rows, wish.limit,
            [](const storage::found_message& one) {
              return json{{"conversation_id", to_string(one.conversation)}, {"message", shown(one.message)}};
            },
            [](const storage::found_message& one) {
              return api::page_position{0, one.message.id.value};
            });
        std::get<api_answer>(outcome).body["is_complete"] = hits.is_complete;
        return outcome;
      });
}

}  // namespace
}  // namespace message_search_resource

std::vector<api_endpoint> message_search_endpoints() {
  using namespace message_search_resource;
  return {{{.id = "search_messages",
            .method = api::verb::get,
            .path = "/api/v1/businesses/{business_id}/messages",
            .tag = "Conversations",
            .summary = "Messages that hold all of these words, or words that begin so, newest first.",
            .allowed = {api::audience::member, api::permission::read},
            .query = paged({{"words", schema::text({1, 200}), "What to look for.", api::presence::required}}),
            .answers = {{200, "A page.", hits_shape()}}},
           search}};
}

}  // namespace sellavie::net
