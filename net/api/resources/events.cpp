#include "net/api/resources/events.hpp"

#include "net/feed/feed_hub.hpp"

namespace sellavie::net {
namespace events_resource {
namespace {

using api::problem;
namespace problems = api::problems;

constexpr std::string_view last_event_id = "Last-Event-ID";
constexpr http_limits::duration heartbeat_interval{20'000};
constexpr int seconds_until_free = 5;

problem told(reader_seats::refusal why) {
  if (why == reader_seats::refusal::account_has_all)
    return {.kind = problems::too_many,
            .detail = "You watch from too many places already: close one of them.",
            .retry_after = seconds_until_free};
  return {.kind = problems::unavailable,
          .retry_after = seconds_until_free,
          .cause = make_failure(errc::overloaded, "the node has as many readers of events as it may")};
}

api_outcome follow(workplace& place, api_call& call) {
  const auto seat = place.with.live->seats().take(call.by.account);
  if (const auto* why = std::get_if<reader_seats::refusal>(&seat)) return told(*why);
  std::optional<event_position> after;
  if (const auto given = call.headers.find(last_event_id); given != call.headers.end())
    after = parse_event_position(given->second);
  return api_stream{
      .content_type = "text/event-stream",
      .options = {.idle_text = heartbeat_text,
                  .idle_interval = heartbeat_interval,
                  .kept = std::get<reader_seats::seat>(seat)},
      .begin = [hub = place.with.live, by = call.by, after](const std::shared_ptr<stream>& opened) {
        hub->follow({{by.account, by.session, by.business}, by.until, opened}, after);
      }};
}

}  // namespace
}  // namespace events_resource

std::vector<api_endpoint> event_endpoints() {
  using namespace events_resource;
  return {
      {{.id = "follow_events",
        .method = api::verb::get,
        .path = "/api/v1/events",
        .tag = "Events",
        .summary = "What happens in a business, as server-sent events.",
        .allowed = {api::audience::member, api::permission::read},
        .query = {{"business_id", api::schema::uuid(), "Whose events.", api::presence::required}},
        .headers =
            {{std::string{last_event_id},
              api::schema::text({1, 60, api::text_format::token}).example("17-4711"),
              "The id of the last event that you got: those behind it come first. When they are not all "
              "there any more, and without this header, the first event is `snapshot`: read again what "
              "you show, all that changes later follows."}},
        .answers =
            {{200,
              "Events; the shape is that of each `data`. A comment comes every 20 seconds. It ends with the "
              "token, the session or the role; the last event is then `end`. Whoever does not read is cut "
              "off.",
              event_shape(), "text/event-stream"}}},
       follow}};
}

}  // namespace sellavie::net
