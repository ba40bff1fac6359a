#include "storage/journal_contacts.hpp"

#include <array>

#include "storage/journal_rows.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

// An id that names a contact already stays with it (protocol/channel/customer_ids, R4).
constexpr statement learn_aliases{"learn_aliases", R"(
INSERT INTO contact_aliases (business_id, connection_id, external_id, contact_id, learned_at)
SELECT a.business_id, a.connection_id, a.external_id, a.contact_id, a.at
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[])
  AS a (business_id, connection_id, contact_id, external_id, at)
WHERE NOT EXISTS (SELECT FROM contacts k WHERE k.connection_id = a.connection_id AND k.scoped_id = a.external_id)
ON CONFLICT DO NOTHING)"};

constexpr statement change_addresses{"change_addresses", R"(
UPDATE contacts c SET user_id = u.user_id, address_id = u.address_id
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS u (id, business_id, user_id, address_id)
WHERE c.id = u.id AND (c.business_id = u.business_id) IS TRUE)"};

constexpr statement change_reach{"change_reach", R"(
UPDATE contacts k SET unreachable_since = u.since
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS u (conversation_id, business_id, since)
JOIN conversations c ON c.id = u.conversation_id AND (c.business_id = u.business_id) IS TRUE
WHERE k.id = c.contact_id)"};

constexpr std::array contacts_writes{learn_aliases, change_addresses, change_reach};

}  // namespace

std::span<const statement> contact_statements() noexcept { return contacts_writes; }

void queue_contacts(pipeline& into, change_sets sets) {
  queue_rows(into, learn_aliases, sets, &change_set::aliases, &contact_alias::business,
             &contact_alias::connection, &contact_alias::contact, &contact_alias::external_id,
             &contact_alias::at);
  queue_rows(into, change_addresses, sets, &change_set::addresses, &contact_address::contact,
             &contact_address::business, &contact_address::user_id, &contact_address::address_id);
  queue_rows(into, change_reach, sets, &change_set::reaches, &contact_reach::conversation,
             &contact_reach::business, &contact_reach::unreachable_since);
}

}  // namespace sellavie::storage
