#include "net/api/paging.hpp"

namespace sellavie::net {

using api::schema;

std::variant<page_wish, api::problem> page_of(const api_call& call) {
  page_wish wish;
  if (const auto limit = call.query_value("limit")) wish.limit = std::stoi(*limit);
  if (const auto cursor = call.query_value("cursor")) {
    wish.after = api::read_cursor(*cursor);
    if (!wish.after)
      return api::problem{api::problems::invalid, {}, {{"cursor", "must be the next_cursor of a page"}}};
  }
  return wish;
}

schema cursor_text() { return schema::text({1, 64, api::text_format::token}); }

std::vector<api::parameter> paged(std::vector<api::parameter> own) {
  std::vector<api::parameter> all{
      {"cursor", cursor_text(), "The next_cursor of the page before."},
      {"limit", schema::integer(1, api::largest_page), "Items a page; 50 without it."}};
  all.insert(all.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  return all;
}

schema page_shape(const schema& item, const std::string& name) {
  return schema::object(
             {{"items", schema::list(item, api::largest_page)}, {"next_cursor", cursor_text().or_null()}})
      .named(name);
}

}  // namespace sellavie::net
