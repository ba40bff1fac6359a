#include "protocol/mail/letters.hpp"

namespace sellavie::mail {
namespace {

constexpr std::string_view closing = "\n\nThis mail was written by a program; nobody reads answers to it.\n";

std::string link(site base, std::string_view page, std::string_view token = {}) {
  std::string text = std::string{base} + std::string{page};
  if (!token.empty()) text += "#token=" + std::string{token};
  return text;
}

/// The way on: by the link, or by the code where there is no page.
std::string way(site base, std::string_view page, std::string_view token) {
  std::string text;
  if (!base.empty()) text = "Open this link:\n\n" + link(base, page, token) + "\n\nOr enter this code:\n\n";
  else text = "Enter this code:\n\n";
  return text + std::string{token} + "\n\n";
}

/// ":" and the team's page, or a full stop.
std::string team_page(site base, std::string_view business) {
  if (base.empty()) return ".\n\n";
  return ":\n\n" + link(base, "/businesses/") + std::string{business} + "/team\n\n";
}

letter closed(std::string_view kind, std::string subject, std::string text) {
  return {kind, std::move(subject), "Hello,\n\n" + std::move(text) + std::string{closing}};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

/// Lines with where to look, as text and as HTML.
letter listed(std::string_view kind, std::string subject, std::string_view opening, site base,
              std::string_view business, std::span<const told_line> lines) {
  constexpr std::string_view end =
      "You chose to be told by mail; your notification settings change it. This mail was written by a program; nobody "
      "reads answers to it.";
  std::string text = "Hello,\n\n" + std::string{opening} + "\n";
  std::string html =
      "<!doctype html>\n<html lang=\"en\"><body>\n<p>Hello,</p>\n<p>" + escaped(opening) + "</p>\n<ul>\n";
  for (const auto& line : lines) {
    const auto sentence = sentence_of(line);
    const auto where = base.empty() ? std::string{} : std::string{base} + path_of(line, business);
    text += "\n* " + sentence + (where.empty() ? "" : "\n  " + where) + '\n';
    html += "<li>" +
            (where.empty() ? escaped(sentence)
                           : "<a href=\"" + escaped(where) + "\">" + escaped(sentence) + "</a>") +
            "</li>\n";
  }
  text += "\n" + std::string{end} + '\n';
  html += "</ul>\n<p>" + escaped(end) + "</p>\n</body></html>\n";
  return {kind, std::move(subject), std::move(text), std::move(html)};
}

}  // namespace

letter confirm_address(site base, std::string_view token) {
  return closed("confirm_address", "Confirm your e-mail address",
                "somebody, hopefully you, signed up to Sellavie with this e-mail address. " +
                    way(base, "/verify-email", token) +
                    "You will be asked for the password that you chose. This works for 24 hours.\n\n"
                    "If it was not you, ignore this mail: without it there is no account.");
}

letter address_has_account(site base) {
  const auto where =
      base.empty() ? std::string{} : "\n\n" + link(base, "/sign-in") + "\n" + link(base, "/forgot-password");
  return closed(
      "address_has_account", "You already have an account",
      "somebody, hopefully you, tried to sign up to Sellavie with this e-mail address, which has an "
      "account already. Sign in with it, or set a new password if you forgot it." +
          where + "\n\nIf it was not you, there is nothing to do: nothing was changed.");
}

letter reset_password(site base, std::string_view token) {
  return closed("reset_password", "Set a new password",
                "somebody, hopefully you, asked for a new password for the Sellavie account of this e-mail "
                "address. " +
                    way(base, "/reset-password", token) +
                    "This works once and for one hour. It ends all sessions of the account.\n\n"
                    "If it was not you, ignore this mail: your password stays as it is.");
}

letter password_changed(site base) {
  const auto where = base.empty() ? std::string{} : ":\n\n" + link(base, "/forgot-password");
  return closed("password_changed", "Your password was changed",
                "the password of your Sellavie account was changed, and its other sessions were ended.\n\n"
                "If it was not you, set a new password at once" +
                    (where.empty() ? std::string{"."} : where));
}

letter second_factor_on() {
  return closed(
      "second_factor_on", "Two-step sign-in is on",
      "signing in to your Sellavie account needs a code of your authenticator app from now on. Keep "
      "the recovery codes in a safe place.\n\n"
      "If it was not you, change your password and ask the operator of your server for help.");
}

letter second_factor_off() {
  return closed("second_factor_off", "Two-step sign-in is off",
                "signing in to your Sellavie account needs no code of an authenticator app any more.\n\n"
                "If it was not you, change your password at once.");
}

letter recovery_code_used(int left) {
  return closed("recovery_code_used", "A recovery code was used",
                "a recovery code of your Sellavie account was used. " +
                    (left == 1 ? std::string{"1 is"} : std::to_string(left) + " are") +
                    " left; you can make new ones in your account.\n\n"
                    "If it was not you, change your password at once.");
}

letter invitation(site base, std::string_view token) {
  return closed("invitation", "You are invited to work with a business",
                "a business that sells with Sellavie invites you to its team. " +
                    way(base, "/invitation", token) +
                    "You will see which business it is before you accept. This works once and for 7 days.\n\n"
                    "If you do not expect it, ignore this mail: nothing happens without you.");
}

letter ownership_received(site base, std::string_view business) {
  return closed("ownership_received", "You are the owner of a business now",
                "the owner of a business that you work with on Sellavie handed it over to you" +
                    team_page(base, business) +
                    "If you do not want this, hand it over to somebody else of the team.");
}

letter ownership_given(site base, std::string_view business) {
  return closed("ownership_given", "You handed your business over",
                "you handed a business of yours on Sellavie over to another member of its team, and are an "
                "administrator of it now" +
                    team_page(base, business) +
                    "If it was not you, change your password at once and ask the new owner to hand it back.");
}

letter notification(site base, std::string_view business, std::span<const told_line> lines) {
  return listed("notification", headline_of(lines), "This happened in your business:", base, business, lines);
}

letter summary(site base, std::string_view business, std::span<const told_line> lines, digest_rhythm rhythm) {
  const bool is_weekly = rhythm == digest_rhythm::weekly;
  return listed("summary", is_weekly ? "Your week with Sellavie" : "Your day with Sellavie",
                is_weekly ? "This happened in your business in the last week:"
                          : "This happened in your business in the last day:",
                base, business, lines);
}

}  // namespace sellavie::mail
