#pragma once
// Shapes of values that several resources take or show.

#include "protocol/api/schema.hpp"

namespace sellavie::net {

[[nodiscard]] api::schema channel_word();
/// Which of Meta's logins an account was connected with.
[[nodiscard]] api::schema login_word();
/// Of a page, an account or a number at Meta.
[[nodiscard]] api::schema meta_id_text();

[[nodiscard]] api::schema email_text();
/// A name that somebody gives themselves.
[[nodiscard]] api::schema chosen_name_text();
/// As shown to others.
[[nodiscard]] api::schema account_name_text();
/// What a customer is called in chats and orders.
[[nodiscard]] api::schema customer_name_text();

[[nodiscard]] api::schema business_name_text();
[[nodiscard]] api::schema timezone_text();
/// One that somebody chooses; whether it is known is checked by who takes it.
[[nodiscard]] api::schema chosen_timezone_text();

[[nodiscard]] api::schema sku_text();
[[nodiscard]] api::schema invoice_number_text();

}  // namespace sellavie::net
