#pragma once
// Pages of lists that cost a bounded look (storage/api/listed_page), and times in queries.

#include "net/api/paging.hpp"
#include "storage/api/list_wish.hpp"
#include "storage/api/listed_page.hpp"

namespace sellavie::net {

/// The page that the call asks for; `read(wish)` gives it, with where to go on.
template <class Read, class Show>
[[nodiscard]] api_outcome answer_listed(const api_call& call, Read read, Show show) {
  const auto page = page_of(call);
  if (const auto* wrong = std::get_if<api::problem>(&page)) return *wrong;
  return answer_with(read(std::get<page_wish>(page)), [&](const auto& found) {
    auto items = nlohmann::json::array();
    for (const auto& row : found.rows) items.push_back(show(row));
    nlohmann::json next = nullptr;
    if (found.next) next = api::write_cursor(*found.next);
    return api_answer{200, {{"items", std::move(items)}, {"next_cursor", std::move(next)}}};
  });
}

/// The query parameter of lists in the order of time; `otherwise`: "newest" or "oldest".
[[nodiscard]] inline api::parameter sort_by_time(const std::string& otherwise = "newest") {
  return {"sort", api::schema::word({"newest", "oldest"}), "By time; `" + otherwise + "` first without it."};
}
[[nodiscard]] inline bool is_oldest_first(const api_call& call) {
  return call.query_value("sort") == "oldest";
}

/// The page of a list in the order of time.
[[nodiscard]] inline storage::list_wish newest_first(const api_call& call, const page_wish& wish) {
  return {wish.after, wish.limit, !is_oldest_first(call)};
}
[[nodiscard]] inline storage::list_wish oldest_first(const api_call& call, const page_wish& wish) {
  return {wish.after, wish.limit, call.query_value("sort") == "newest"};
}

/// A filter by words that something holds; empty without it, which every text holds.
[[nodiscard]] inline api::parameter words_in(const std::string& what) {
  return {"search", api::schema::text({1, 100}).example("wholesale"),
          "Only those with these words in " + what + "."};
}
[[nodiscard]] inline std::string words_of(const api_call& call) {
  return call.query_value("search").value_or("");
}

/// A query parameter that is declared as a timestamp.
[[nodiscard]] inline std::optional<instant> time_in(const api_call& call, std::string_view name) {
  const auto text = call.query_value(name);
  const auto ms = text ? api::parse_timestamp(*text) : std::nullopt;
  return ms ? std::optional{instant_from_ms(*ms)} : std::nullopt;
}

}  // namespace sellavie::net
