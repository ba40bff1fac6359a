#pragma once
// What the server writes to people about their accounts. No letter repeats what a stranger typed, so
// nobody can send words of their own through us.

#include <span>
#include <string>
#include <string_view>

#include "protocol/domain/notification_words.hpp"
#include "protocol/mail/message.hpp"

namespace sellavie::mail {

/// Where the links of a letter lead: http.public_url without a trailing slash. Empty: the letter has the
/// code alone. A token stands behind the '#', so that it reaches no server's log.
using site = std::string_view;

/// Somebody signed up with this address.
[[nodiscard]] letter confirm_address(site base, std::string_view token);
/// Somebody signed up with the address of an account.
[[nodiscard]] letter address_has_account(site base);
[[nodiscard]] letter reset_password(site base, std::string_view token);
[[nodiscard]] letter password_changed(site base);
[[nodiscard]] letter second_factor_on();
[[nodiscard]] letter second_factor_off();
/// A recovery code was used in place of the app's.
[[nodiscard]] letter recovery_code_used(int left);

/// A member of a business invited this address. It does not say which business: whoever names one could write
/// to strangers through us; the page that opens says it.
[[nodiscard]] letter invitation(site base, std::string_view token);
/// `business`: its id, for the link.
[[nodiscard]] letter ownership_received(site base, std::string_view business);
[[nodiscard]] letter ownership_given(site base, std::string_view business);

/// What happened in a business, to somebody who wants to be told by mail: plain and as HTML. At least one line.
[[nodiscard]] letter notification(site base, std::string_view business, std::span<const told_line> lines);
/// The same once a day or a week.
[[nodiscard]] letter summary(site base, std::string_view business, std::span<const told_line> lines,
                             digest_rhythm rhythm);

}  // namespace sellavie::mail
