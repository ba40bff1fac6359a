#include "storage/api/inbox.hpp"

#include <array>
#include <sstream>

#include "storage/api/api_work.hpp"
#include "storage/api/list_wish.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------
// $1 business, $2 $3 the position before the page, $4 rows to look at, $5 owner, $6 channel, $7 assignee, $8 unassigned,
// $9 label, $10 snoozed, $11 unread, $12 now, $13 who looks, $14 rows of the page, $15 name from, $16 name to.

/// Where a page's candidates come from.
enum class source : std::size_t { walk, walk_of_people, assignee, label, snoozed, name };

// One look by the key a row: OFFSET 0 keeps the planner from reading a table as a whole instead.
struct place_to_look {
  const char* name;
  const char* from;
  const char* where;
};
constexpr std::array<place_to_look, 6> places{{
    {"inbox_walk", "conversations c", "true"},
    // The partial index of those that a person answers.
    {"inbox_walk_of_people", "conversations c", "c.owner = 1"},
    {"inbox_assignee",
     "conversation_work w CROSS JOIN LATERAL (SELECT * FROM conversations WHERE id = w.conversation_id OFFSET 0) c",
     "w.business_id = $1::uuid AND w.assignee_id = $7::uuid"},
    {"inbox_label",
     "conversation_labels l CROSS JOIN LATERAL (SELECT * FROM conversations WHERE id = l.conversation_id OFFSET 0) c",
     "l.business_id = $1::uuid AND l.label_id = $9::uuid"},
    {"inbox_snoozed",
     "conversation_work w CROSS JOIN LATERAL (SELECT * FROM conversations WHERE id = w.conversation_id OFFSET 0) c",
     "w.business_id = $1::uuid AND w.snoozed_until > $12::bigint AND w.snoozed_until > 0"},
    {"inbox_name",
     "(SELECT * FROM contacts WHERE business_id = $1::uuid AND lower(name) ~>=~ lower($15) AND lower(name) ~<~ lower($16)"
     " ORDER BY business_id, lower(name) USING ~<~ LIMIT $4::integer) k CROSS JOIN LATERAL"
     " (SELECT * FROM conversations WHERE connection_id = k.connection_id AND contact_id = k.id OFFSET 0) c",
     "true"},
}};
constexpr const char* filtered = R"(
), page AS (
  SELECT c.*, w.assignee_id, coalesce(w.snoozed_until > $12::bigint AND c.last_customer_at <= w.snoozed_after, false) AS is_snoozed,
         w.snoozed_until, c.last_customer_at > coalesce(r.read_up_to, 0) AS is_unread
  FROM looked c
  LEFT JOIN LATERAL (SELECT * FROM conversation_work WHERE conversation_id = c.id OFFSET 0) w ON true
  LEFT JOIN LATERAL (SELECT * FROM conversation_reads WHERE account_id = $13::uuid AND conversation_id = c.id OFFSET 0) r ON true
  WHERE ($5::smallint IS NULL OR c.owner = $5::smallint)
    AND ($6::text IS NULL OR c.connection_id IN (SELECT id FROM connections WHERE business_id = $1::uuid AND channel = $6::text))
    AND ($7::uuid IS NULL OR w.assignee_id = $7::uuid)
    AND (NOT $8::boolean OR w.assignee_id IS NULL)
    AND ($9::uuid IS NULL OR EXISTS (SELECT FROM conversation_labels l WHERE l.conversation_id = c.id AND l.label_id = $9::uuid))
    AND ($10::boolean IS NULL
         OR $10::boolean = coalesce(w.snoozed_until > $12::bigint AND c.last_customer_at <= w.snoozed_after, false))
    AND ($11::boolean IS NULL OR $11::boolean = (c.last_customer_at > coalesce(r.read_up_to, 0)))
    AND ($15::text IS NULL OR $16::text IS NULL OR true))";

// The neighbours only of what is shown. A merged contact's profile is that of the one it was merged into.
#define SHOWN_COLUMNS                                                                                               \
  "p.id, p.connection_id, coalesce(main.id, k.id), n.channel, coalesce(main.name, k.name), k.blocked_at > 0, "      \
  "p.owner, p.epoch, p.handover_reason, p.last_customer_at, p.last_message_at, p.read_up_to, p.created_at, "        \
  "p.assignee_id, CASE WHEN p.is_snoozed THEN p.snoozed_until END, p.is_unread, "                                   \
  "array_to_string(ARRAY(SELECT label_id FROM conversation_labels WHERE conversation_id = p.id ORDER BY 1), ' '), " \
  "left(coalesce(m.body, ''), 160)"
#define NEIGHBOURS                                                                                                     \
  " JOIN LATERAL (SELECT * FROM contacts WHERE business_id = p.business_id AND id = p.contact_id OFFSET 0) k ON true " \
  "LEFT JOIN LATERAL (SELECT * FROM contacts WHERE business_id = k.business_id AND id = k.merged_into OFFSET 0) main " \
  "ON true JOIN connections n ON n.business_id = p.business_id AND n.id = p.connection_id "                            \
  "LEFT JOIN LATERAL (SELECT body FROM messages WHERE conversation_id = p.id ORDER BY id DESC LIMIT 1) m ON true"

constexpr const char* shown =
    "SELECT e.last_message_at, e.id, " SHOWN_COLUMNS
    " FROM (SELECT 1) AS one LEFT JOIN edge e ON true LEFT JOIN (page p" NEIGHBOURS ") ON true";

constexpr const char* select_one =
    "SELECT " SHOWN_COLUMNS
    " FROM (SELECT c.*, w.assignee_id, w.snoozed_until,"
    "         coalesce(w.snoozed_until > $3::bigint AND c.last_customer_at <= w.snoozed_after, false) AS is_snoozed,"
    "         c.last_customer_at > coalesce(r.read_up_to, 0) AS is_unread"
    "       FROM conversations c LEFT JOIN conversation_work w ON w.conversation_id = c.id"
    "       LEFT JOIN conversation_reads r ON r.account_id = $4::uuid AND r.conversation_id = c.id"
    "       WHERE c.business_id = $1::uuid AND c.id = $2::uuid) p" NEIGHBOURS;
#undef SHOWN_COLUMNS
#undef NEIGHBOURS

constexpr const char* count_assigned =
    "SELECT count(*) FROM (SELECT FROM conversation_work WHERE business_id = $1::uuid AND assignee_id = $2::uuid LIMIT $3::integer) c";
constexpr const char* count_labelled =
    "SELECT count(*) FROM (SELECT FROM conversation_labels WHERE business_id = $1::uuid AND label_id = $2::uuid LIMIT $3::integer) c";
constexpr const char* count_snoozed =
    "SELECT count(*) FROM (SELECT FROM conversation_work WHERE business_id = $1::uuid AND snoozed_until > $2::bigint "
    "AND snoozed_until > 0 LIMIT $3::integer) c";

/// So many rows of an index are looked up and sorted; beyond, the walk fills a page soon.
constexpr int most_gathered = 5000;

std::string name_of(const place_to_look& look, bool oldest_first) {
  return look.name + std::string{oldest_first ? "_oldest" : ""};
}

std::string statement_of(const place_to_look& look, bool oldest_first) {
  const std::string direction = oldest_first ? "ASC" : "DESC";
  const auto in_order = [&](const std::string& of) {
    return " ORDER BY " + of + "last_message_at " + direction + ", " + of + "id " + direction;
  };
  return std::string{"WITH looked AS MATERIALIZED (SELECT c.* FROM "} + look.from + " WHERE " + look.where +
         " AND c.business_id = $1::uuid AND (c.last_message_at, c.id) " + (oldest_first ? ">" : "<") +
         " ($2::bigint, $3::uuid)" + in_order("c.") + " LIMIT $4::integer" + filtered + in_order("c.") +
         " LIMIT $14::integer), edge AS (SELECT last_message_at, id FROM looked" + in_order("") +
         " OFFSET $4::integer - 1 LIMIT 1) " + shown + in_order("p.");
}

// --- rows ----------------------------------------------------------------------------------------

std::vector<uuid> ids_in(const std::string& list) {
  std::vector<uuid> ids;
  std::istringstream words{list};
  for (std::string word; words >> word;)
    if (const auto id = parse_uuid(word)) ids.push_back(*id);
  return ids;
}

listed_conversation conversation_in(fields& row) {
  listed_conversation one;
  one.id = row.id<conversation_id>();
  one.connection = row.id<connection_id>();
  one.contact = row.id<contact_id>();
  one.channel = row.text();
  one.customer_name = row.text();
  one.is_blocked = row.flag();
  one.owner = row.number<chat_owner>();
  one.epoch = row.integer();
  one.handover_reason = row.text();
  one.last_customer_at = row.at();
  one.last_message_at = row.at();
  one.read_up_to = row.at();
  one.created_at = row.at();
  if (row.is_null()) row.skip();
  else one.assignee = row.id<api::account_id>();
  if (row.is_null()) row.skip();
  else one.snoozed_until = row.at();
  one.is_unread = row.flag();
  one.labels = ids_in(row.text());
  one.preview = row.text();
  return one;
}

conversation_page page_in(const pqxx::result& found, int limit) {
  conversation_page page;
  constexpr int edge_columns = 2;
  for (const auto& each : found) {
    fields row{each};
    if (row.is_null()) {
      row.skip(edge_columns);
    } else {
      const std::int64_t key = row.integer();
      page.next = api::page_position{key, row.id<conversation_id>().value};
    }
    if (!row.is_null()) page.rows.push_back(conversation_in(row));
  }
  if (page.rows.size() > static_cast<std::size_t>(limit)) {
    page.rows.resize(static_cast<std::size_t>(limit));
    page.next = api::page_position{to_unix_ms(page.rows.back().last_message_at), page.rows.back().id.value};
  }
  return page;
}

// --- where to look -------------------------------------------------------------------------------

bool is_few(const pqxx::result& counted) { return counted[0][0].as<int>() <= most_gathered; }

source choose(pqxx::work& work, const inbox_view& view, const conversation_filter& filter) {
  const std::string business = to_string(view.business);
  if (!filter.name_prefix.empty()) return source::name;
  if (filter.label &&
      is_few(work.exec_params(count_labelled, business, to_string(*filter.label), most_gathered + 1)))
    return source::label;
  if (filter.assignee &&
      is_few(work.exec_params(count_assigned, business, to_string(*filter.assignee), most_gathered + 1)))
    return source::assignee;
  if (filter.snoozed == true &&
      is_few(work.exec_params(count_snoozed, business, to_unix_ms(view.now), most_gathered + 1)))
    return source::snoozed;
  return filter.owner == chat_owner::person ? source::walk_of_people : source::walk;
}

bool filters_anything(const conversation_filter& filter) {
  return filter.owner || filter.channel || filter.assignee || filter.unassigned || filter.label ||
         filter.snoozed || filter.unread;
}

int rows_to_look_at(source from, const conversation_filter& filter, int limit) {
  if (from == source::walk || from == source::walk_of_people)
    return filters_anything(filter) ? longest_walk : limit + 1;
  return most_gathered + 1;
}

const char* word_of(const std::optional<bool>& flag) noexcept {
  return !flag ? nullptr : *flag ? "true" : "false";
}

template <class Id>
std::optional<std::string> text_of(const std::optional<Id>& id) {
  return id ? std::optional{to_string(*id)} : std::nullopt;
}

const char* or_null(const std::optional<std::string>& text) noexcept {
  return text ? text->c_str() : nullptr;
}

conversation_page look(pqxx::work& work, const inbox_view& view, const conversation_filter& filter,
                       const std::optional<api::page_position>& after, int limit) {
  const source from = choose(work, view, filter);
  const auto owner =
      filter.owner ? std::optional{std::to_string(static_cast<int>(*filter.owner))} : std::nullopt;
  const auto assignee = text_of(filter.assignee);
  const auto label = text_of(filter.label);
  const auto edge = after.value_or(list_edge(!filter.oldest_first));
  // Every name that begins so sorts below the prefix followed by the last code point.
  const std::string name_end = filter.name_prefix + "\xF4\x8F\xBF\xBF";
  const auto found = work.exec_prepared(
      name_of(places[static_cast<std::size_t>(from)], filter.oldest_first), to_string(view.business),
      edge.key, to_string(edge.id), rows_to_look_at(from, filter, limit), or_null(owner),
      or_null(filter.channel), or_null(assignee), filter.unassigned, or_null(label), word_of(filter.snoozed),
      word_of(filter.unread), to_unix_ms(view.now), to_string(view.account), limit + 1, filter.name_prefix,
      name_end);
  return page_in(found, limit);
}

}  // namespace

const std::vector<hot_statement>& inbox_statements() {
  static const auto all = [] {
    std::vector<hot_statement> made;
    for (const bool oldest_first : {false, true})
      for (const auto& look : places)
        made.push_back({name_of(look, oldest_first), statement_of(look, oldest_first)});
    return made;
  }();
  return all;
}

result<conversation_page> list_conversations(api_session& session, const inbox_view& view,
                                             const conversation_filter& filter,
                                             const std::optional<api::page_position>& after, int limit) {
  const auto work = [&](pqxx::work& transaction) { return look(transaction, view, filter, after, limit); };
  // Comparing names is not leakproof, so row-level security would keep the index from being used: the
  // engine looks, and every row hangs on the business in $1.
  if (!filter.name_prefix.empty()) return for_accounts(session, work);
  return for_business(session, view.business, work);
}

result<std::optional<listed_conversation>> find_conversation(api_session& session, const inbox_view& view,
                                                             const conversation_id& id) {
  return for_business(session, view.business, [&](pqxx::work& work) {
    const auto rows = work.exec_params(select_one, to_string(view.business), to_string(id),
                                       to_unix_ms(view.now), to_string(view.account));
    if (rows.empty()) return std::optional<listed_conversation>{};
    const pqxx::row first = rows[0];
    fields row{first};
    return std::optional{conversation_in(row)};
  });
}

}  // namespace sellavie::storage
