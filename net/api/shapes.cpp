#include "net/api/shapes.hpp"

#include <nlohmann/json.hpp>

namespace sellavie::net {

using api::schema;
using api::text_format;

schema channel_word() { return schema::word({"messenger", "instagram", "whatsapp"}); }
schema login_word() { return schema::word({"page", "instagram"}); }
schema meta_id_text() { return schema::text({1, 128, text_format::token}).example("101234567890123"); }

schema email_text() { return schema::text({3, 254, text_format::email}); }
schema chosen_name_text() { return schema::text({1, 120}).example("Ada Obi"); }
schema account_name_text() { return schema::text({0, 120}).example("Ada Obi"); }
schema customer_name_text() { return schema::text({0, 500, text_format::lines}).example("Ada Obi"); }

schema business_name_text() { return schema::text({1, 200}).example("Ngozi Prints"); }
schema timezone_text() { return schema::text({1, 64, text_format::token}).example("Africa/Lagos"); }
schema chosen_timezone_text() {
  return timezone_text().described("A name of the IANA database: Africa/Lagos.");
}

schema sku_text() { return schema::text({1, 64, text_format::token}).example("ANK-6"); }
schema invoice_number_text() { return schema::text({1, 40, text_format::token}).example("INV-000123"); }

}  // namespace sellavie::net
